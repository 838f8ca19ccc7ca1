//! What a person may say about a table.

use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

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

/// How a table is read, which column is the target, and which rows are kept back.
#[derive(Debug, Clone, PartialEq)]
pub struct DataSpec {
    /// The file with the table: CSV (also gzipped) or Parquet.
    pub path: Option<String>,
    /// The column to predict.
    pub target: Option<String>,
    /// A file of its own for validation; then no rows of `path` are used for it.
    pub validation: Option<String>,
    /// A file of its own for the test; then no rows of `path` are used for it.
    pub test: Option<String>,
    /// Whether the first line names the columns. Without it they are `column_1`, `column_2`, ...
    pub header: bool,
    /// What stands between cells: `,` `;` `|` or `tab`. Found by itself if `None`.
    pub delimiter: Option<String>,
    /// The decimal mark: `.` or `,`. Found by itself if `None`.
    pub decimal: Option<String>,
    /// Words for a missing cell besides the empty one, `NA`, `N/A`, `NaN`, `null`, `?` and `-`.
    pub missing: Vec<String>,
    /// Columns to take as categories whatever is in them.
    pub categorical: Vec<String>,
    /// Columns to take as numbers; a cell that is none is an error.
    pub numeric: Vec<String>,
    /// Columns to leave out.
    pub ignore: Vec<String>,
    /// A column with the weight of each row: a number of at least 0.
    pub weight: Option<String>,
    /// What is learnt. Follows from the target if `None`.
    pub task: Option<Task>,
    /// The class that counts as positive in a binary task. The second in order if `None`.
    pub positive: Option<String>,
    /// How columns become numbers: `auto`, or `none` for a table of numbers to be used as they are.
    pub recipe: String,
    /// What a missing number becomes: the `median` or the `mean` of the training rows.
    pub impute: String,
    /// The scale of the inputs: `standard` for (x - mean)/sd, or `none`.
    pub scale: String,
    /// The scale of a regression target inside the model: `standard` or `none`.
    pub target_scale: String,
    /// At most so many levels of a category get a feature of their own.
    pub max_categories: usize,
    /// A level with fewer training rows than this shares the unknown slot.
    pub min_frequency: usize,
    /// Which rows are kept back: `random` ones (stratified for classes), or the `last` (as Keras does it).
    pub split: String,
    /// The share of the rows for validation, in [0, 1); 0 for none.
    pub validation_split: f64,
    /// The share of the rows for the test, in [0, 1); 0 for none.
    pub test_split: f64,
    /// Decides which rows a random split draws.
    pub seed: u64,
}

impl Default for DataSpec {
    fn default() -> Self {
        DataSpec {
            path: None,
            target: None,
            validation: None,
            test: None,
            header: true,
            delimiter: None,
            decimal: None,
            missing: Vec::new(),
            categorical: Vec::new(),
            numeric: Vec::new(),
            ignore: Vec::new(),
            weight: None,
            task: None,
            positive: None,
            recipe: "auto".to_string(),
            impute: "median".to_string(),
            scale: "standard".to_string(),
            target_scale: "standard".to_string(),
            max_categories: 50,
            min_frequency: 2,
            split: "random".to_string(),
            validation_split: 0.2,
            test_split: 0.2,
            seed: 1,
        }
    }
}

impl DataSpec {
    /// A spec for one file and one target, everything else as by default.
    pub fn new(path: &str, target: &str) -> Self {
        DataSpec { path: Some(path.to_string()), target: Some(target.to_string()), ..DataSpec::default() }
    }

    /// Checks the words and the fractions, so that nothing is read in vain.
    ///
    /// # Errors
    /// A word that is not one of those possible, or fractions outside [0, 1) or with a sum of 1 or more.
    pub fn check(&self) -> Result<()> {
        for (key, value, possible) in [
            ("recipe", &self.recipe, ["auto", "none"]),
            ("impute", &self.impute, ["median", "mean"]),
            ("scale", &self.scale, ["standard", "none"]),
            ("target_scale", &self.target_scale, ["standard", "none"]),
            ("split", &self.split, ["random", "last"]),
        ] {
            if !possible.contains(&value.as_str()) {
                return Err(Error::input(format!("{key} cannot be \"{value}\"")).nearest(value, possible));
            }
        }
        for (key, value) in [("validation_split", self.validation_split), ("test_split", self.test_split)] {
            if !(0.0..1.0).contains(&value) {
                return Err(Error::input(format!("{key} is {value}, and must be at least 0 and below 1")));
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

    /// The shares of validation and test to be taken from the main file: 0 where a file of their own is given.
    pub(crate) fn fractions(&self) -> (f64, f64) {
        let validation = if self.validation.is_some() { 0.0 } else { self.validation_split };
        let test = if self.test.is_some() { 0.0 } else { self.test_split };
        (validation, test)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_words_and_fractions_are_named() {
        let spec = DataSpec { impute: "medain".into(), ..DataSpec::default() };
        let e = spec.check().unwrap_err();
        assert_eq!(e.message(), "impute cannot be \"medain\"");
        assert_eq!(e.helps(), ["did you mean \"median\"?"]);
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
