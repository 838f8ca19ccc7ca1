//! The settings of the user for a table.

use super::choices::{DecimalMark, Delimiter, Impute, RecipeMode, Scaling, SplitMethod};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use treino_core::catalog::{Component, Entries, Field, Interval, Kind, Node, Value, component};
use treino_core::{Error, Result};

/// What is learnt from the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// One of two classes.
    Binary,
    /// One of several classes.
    Multiclass,
    /// A number.
    Regression,
}

impl Task {
    /// Every task.
    pub const ALL: [Task; 3] = [Task::Binary, Task::Multiclass, Task::Regression];

    /// The name in specs and on the command line: "binary", "multiclass" or "regression".
    pub fn name(self) -> &'static str {
        match self {
            Task::Binary => "binary",
            Task::Multiclass => "multiclass",
            Task::Regression => "regression",
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Task {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        Task::ALL
            .into_iter()
            .find(|t| t.name() == s)
            .ok_or_else(|| Error::input(format!("there is no task \"{s}\"")).nearest(s, Task::ALL.map(Task::name)))
    }
}

impl Field for Task {
    fn read(node: &Node, path: &str) -> Result<Self> {
        node.text().unwrap_or_default().parse().map_err(|e| node.place(Error::input(format!("{path}: {e}"))))
    }

    fn write(&self) -> Option<Value> {
        Some(Value::Text(self.name().to_string()))
    }
}

component! {
    /// Which table, which columns are targets, and which rows are kept back.
    ///
    /// Keras differences: Keras takes arrays. Here a table is made into numbers by a recipe that is fitted on the training
    /// rows only and kept in the model; a regression target is standardised inside the model unless
    /// `target_scale = "none"`.
    pub struct DataSpec = "data" {
        /// The file with the table: CSV (also gzipped) or Parquet.
        path: Option<String> = None, Kind::Text;
        /// The column to predict.
        target: Option<String> = None, Kind::Text;
        /// Further columns to predict, each by an output of its own; `task` and `positive` are about the first alone.
        more_targets: Vec<String> = Vec::new(), Kind::TEXTS;
        /// A file of its own for validation; then no rows of `path` are used for it.
        validation: Option<String> = None, Kind::Text;
        /// A file of its own for the test; then no rows of `path` are used for it.
        test: Option<String> = None, Kind::Text;
        /// Whether the first line names the columns. Without it they are `column_1`, `column_2`, ...
        header: bool = true, Kind::Bool;
        /// Lines above the one that names the columns, such as titles; found by itself when left open.
        skip_rows: Option<usize> = None, Kind::INDEX;
        /// Lines at the end of the file to leave out, such as totals; notes below a table are found by themselves.
        skip_footer: usize = 0, Kind::INDEX;
        /// What stands between cells: `,` `;` `|` `tab`, or `space` for any run of blanks; found by itself when left open.
        delimiter: Option<Delimiter> = None, Delimiter::KIND;
        /// The decimal mark: `.` or `,`; found by itself when left open.
        decimal: Option<DecimalMark> = None, DecimalMark::KIND;
        /// Words for a missing cell besides the empty one, `NA`, `N/A`, `NaN`, `null`, `?` and `-`.
        missing: Vec<String> = Vec::new(), Kind::TEXTS;
        /// Columns in which words such as `NA` are values like others: only an empty cell is missing there, and what `missing`
        /// names.
        literal: Vec<String> = Vec::new(), Kind::TEXTS;
        /// Columns to take as categories whatever is in them.
        categorical: Vec<String> = Vec::new(), Kind::TEXTS;
        /// Columns to take as numbers, also where their whole numbers look like codes; a cell that is none is an error.
        numeric: Vec<String> = Vec::new(), Kind::TEXTS;
        /// Columns to leave out.
        ignore: Vec<String> = Vec::new(), Kind::TEXTS;
        /// A column with the weight of each row: a number of at least 0.
        weight: Option<String> = None, Kind::Text;
        /// What is learnt; follows from the target when left open.
        task: Option<Task> = None, Kind::Choice(&["binary", "multiclass", "regression"]);
        /// The class that counts as positive in a binary task; the second in order when left open.
        positive: Option<String> = None, Kind::Text;
        /// How columns become numbers: `auto`, or `none` for a table of numbers to be used as they are.
        recipe: RecipeMode = RecipeMode::Auto, RecipeMode::KIND;
        /// What a missing number becomes: the `median` or the `mean` of the training rows.
        impute: Impute = Impute::Median, Impute::KIND;
        /// The scale of the inputs: `standard` for (x - mean) / sd, or `none`.
        scale: Scaling = Scaling::Standard, Scaling::KIND;
        /// Standardised inputs are cut at so many standard deviations from the mean, so that an outlier cannot drown the
        /// rest; 0 for no limit.
        clip: f64 = 5.0, Kind::NOT_NEGATIVE;
        /// The scale of a regression target inside the model: `standard` or `none`.
        target_scale: Scaling = Scaling::Standard, Scaling::KIND;
        /// At most so many levels of a category get a feature of their own.
        max_categories: usize = 50, Kind::COUNT;
        /// A level with fewer training rows than this shares the unknown slot.
        min_frequency: usize = 2, Kind::INDEX;
        /// Which rows are kept back: `random` ones (stratified for classes), or the `last` (as Keras does it).
        split: SplitMethod = SplitMethod::Random, SplitMethod::KIND;
        /// The share of the rows for validation; 0 for none.
        validation_split: f64 = 0.2, Kind::SHARE;
        /// The share of the rows for the test; 0 for none.
        test_split: f64 = 0.2, Kind::SHARE;
        /// Cut the rows outside the test into so many folds, stratified for classes, of which one is for validation instead of
        /// `validation_split`.
        folds: Option<usize> = None, Kind::Int(Interval::closed(2.0, 100_000.0));
        /// Which fold is for validation, from 1.
        fold: usize = 1, Kind::COUNT;
        /// Decides which rows a random split draws.
        seed: u64 = 1, Kind::INDEX;
        /// Decides which of the rows outside the test are for validation; `seed` does when left open.
        validation_seed: Option<u64> = None, Kind::INDEX;
    }
}

impl DataSpec {
    /// A spec for one file and one target, with defaults otherwise.
    pub fn new(path: &str, target: &str) -> Self {
        DataSpec { path: Some(path.to_string()), target: Some(target.to_string()), ..DataSpec::default() }
    }

    /// Checks the fractions and the folds before anything is read.
    ///
    /// # Errors
    /// Returns an error for fractions outside [0, 1) or with a sum of 1 or more.
    pub fn check(&self) -> Result<()> {
        for (key, value) in [("validation_split", self.validation_split), ("test_split", self.test_split)] {
            if !(0.0..1.0).contains(&value) {
                return Err(Error::input(format!("{key} is {value}, and must be at least 0 and below 1")));
            }
        }
        if let Some(folds) = self.folds {
            if self.fold > folds {
                return Err(Error::input(format!("fold is {}, but there are {folds} folds", self.fold)));
            }
            if self.validation.is_some() {
                let e = Error::input("folds take the rows for validation from the table, but there is a file for them");
                return Err(e.help("leave out folds, or validation"));
            }
        }
        let (validation, test) = self.fractions();
        if validation + test >= 1.0 {
            return Err(Error::input(format!(
                "validation_split {validation} and test_split {test} leave no rows for training"
            ))
            .help("their sum must be below 1"));
        }
        if self.max_categories == 0 {
            return Err(Error::input("max_categories is 0, and must be at least 1"));
        }
        Ok(())
    }

    /// The section for a file. With a single target the list of others is omitted, and without lines to skip at the end
    /// their number.
    pub fn written(&self) -> Entries {
        let mut table = self.write();
        if self.more_targets.is_empty() {
            table.remove("more_targets");
        }
        if self.skip_footer == 0 {
            table.remove("skip_footer");
        }
        if self.literal.is_empty() {
            table.remove("literal");
        }
        table
    }

    /// The section as text: equal data gives equal text.
    pub fn text(&self) -> String {
        Value::Table(self.written()).to_string()
    }

    /// The columns to predict, in their order.
    pub fn targets(&self) -> impl Iterator<Item = &String> {
        self.target.iter().chain(&self.more_targets)
    }

    /// The shares of validation and test to be taken from the main file: 0 if there is a separate file.
    pub fn fractions(&self) -> (f64, f64) {
        let test = if self.test.is_some() { 0.0 } else { self.test_split };
        let validation = match self.folds {
            Some(folds) => (1.0 - test) / folds as f64,
            None if self.validation.is_some() => 0.0,
            None => self.validation_split,
        };
        (validation, test)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_words_and_fractions_are_named() {
        assert_eq!("medain".parse::<Impute>().unwrap_err().helps(), ["did you mean \"median\"?"]);
        let spec = DataSpec { test_split: 0.5, validation_split: 0.5, ..DataSpec::default() };
        assert!(spec.check().unwrap_err().message().contains("no rows for training"));
        for wrong in [-0.1, 1.0, f64::NAN, f64::INFINITY] {
            assert!(DataSpec { test_split: wrong, ..DataSpec::default() }.check().is_err());
        }
        let own = DataSpec { test: Some("t.csv".into()), test_split: 0.9, ..DataSpec::default() };
        assert!(own.check().is_ok());
        assert_eq!("multiclas".parse::<Task>().unwrap_err().helps(), ["did you mean \"multiclass\"?"]);
    }
}
