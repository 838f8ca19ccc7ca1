//! Targets: the task, the classes in their order, the scale of a number.

use crate::cell::number::{self, Decimal};
use crate::cell::text::composed;
use crate::column::cell::boolean;
use crate::column::column::{Column, ColumnKind, Values};
use crate::column::decode::{half_of_sixth_digit, shortest, shown};
use crate::column::levels::Levels;
use crate::column::recipe::TrainingRange;
use crate::column::stats::{ColumnStats, level_counts};
use crate::column::storage_type::StorageType;
use crate::spec::note::Note;
use crate::spec::spec::{DataSpec, Task};
use serde::{Deserialize, Serialize};
use treino_core::catalog::{list_setting, setting};
use treino_core::{Error, Result};

/// A target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The column's name.
    pub name: String,
    /// The task.
    pub task: Task,
    /// The type of the column's cells.
    pub kind: ColumnKind,
    /// The range of its numbers in the training rows; absent in models of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<TrainingRange>,
    /// The classes in the order of their indices; for a binary task, the negative and then the positive one; empty for
    /// regression.
    pub classes: Vec<String>,
    /// The numbers that the classes represent, if the column holds numbers; older models store them only as class
    /// names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<f64>,
    /// The number that is subtracted; 0 if nothing is scaled, and for classes.
    pub mean: f64,
    /// The divisor of the difference; 1 if nothing is scaled, and for classes.
    pub sd: f64,
}

/// The target cells of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TargetValues {
    /// Class indices; [`Values::MISSING`] where missing.
    Classes(Vec<u32>),
    /// Numbers in their own units; NaN where missing.
    Numbers(Vec<f64>),
}

impl TargetValues {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        match self {
            TargetValues::Classes(codes) => codes.len(),
            TargetValues::Numbers(numbers) => numbers.len(),
        }
    }

    /// Whether a row has a target value.
    pub fn is_there(&self, row: usize) -> bool {
        match self {
            TargetValues::Classes(codes) => codes[row] != Values::MISSING,
            TargetValues::Numbers(numbers) => !numbers[row].is_nan(),
        }
    }
}

/// More classes than this are an error.
const MOST_CLASSES: usize = 1000;

/// Integers with at most this many distinct values are classes, if each has `ROWS_PER_CLASS` rows on average.
const FEW_VALUES: usize = 10;
const ROWS_PER_CLASS: usize = 5;

impl Target {
    /// Infers the task and the classes of a target column; the scale is fitted later, on the training rows.
    pub(crate) fn new(column: &Column, spec: &DataSpec, notes: &mut Vec<Note>) -> Result<Self> {
        Target::learnt(column, spec.task, spec.positive.as_deref(), &setting("data.task", "regression"), notes)
    }

    /// [`Target::new`] for a column of `more_targets`: the task is inferred from the column. Numeric columns that
    /// `numeric` lists are regression targets, however few distinct values they have.
    pub(crate) fn further(column: &Column, spec: &DataSpec, notes: &mut Vec<Note>) -> Result<Self> {
        let task = spec.numeric.contains(&column.name).then_some(Task::Regression);
        Target::learnt(column, task, None, &list_setting("data.numeric", &[&column.name]), notes)
    }

    /// `for_numbers` is the setting to suggest if numbers that look like classes are not classes.
    fn learnt(
        column: &Column,
        said: Option<Task>,
        positive: Option<&str>,
        for_numbers: &str,
        notes: &mut Vec<Note>,
    ) -> Result<Self> {
        let name = &column.name;
        let fail = |what: String| Error::input(format!("the target \"{name}\" {what}"));
        let rows = column.rows().unwrap_or(0);
        let present = rows - column.stats.missing.min(rows);
        if present == 0 {
            return Err(fail("has no value in any row".into()));
        }
        let numeric = matches!(column.values, Values::Narrow(_) | Values::Wide(_));
        if column.kind == ColumnKind::Date {
            return Err(fail("is a date, which cannot be predicted".into())
                .help("turn it into a number, such as days since some day"));
        }
        let (distinct, task) = (column.stats.distinct, said.unwrap_or_else(|| infer(column, present)));
        let almost = column.stats.odd.as_ref().filter(|_| !numeric);
        if let Some(odd) = almost.filter(|_| task == Task::Regression || (said.is_none() && distinct > FEW_VALUES + 1))
        {
            let e = fail(format!("is not all numbers: {odd}")).help(odd.remedy());
            return Err(
                e.help(format!("to take each value for a class, use {}", list_setting("data.categorical", &[name])))
            );
        }
        if task == Task::Regression && !numeric {
            return Err(fail(format!("is of the kind {}, and a regression needs numbers", column.kind))
                .help("leave the task away, so that it follows from the target"));
        }
        if distinct < 2 {
            return Err(fail("has only one value: there is nothing to learn".into()));
        }
        let mut target = Target {
            name: name.clone(),
            task,
            kind: column.kind,
            seen: None,
            classes: Vec::new(),
            values: Vec::new(),
            mean: 0.0,
            sd: 1.0,
        };
        if task == Task::Regression {
            if positive.is_some() {
                return Err(fail("is a number, so no class of it is positive".into()).help("leave \"positive\" away"));
            }
            return Ok(target);
        }
        if distinct > MOST_CLASSES || (!numeric && distinct > 10 && distinct * 2 > present) {
            let many = if distinct > MOST_CLASSES { format!("more than {MOST_CLASSES}") } else { distinct.to_string() };
            let e = fail(format!("has {many} different values in {present} rows: too many classes"));
            let numbers = numeric || classes(column).0.iter().all(|class| number_of(class).is_some());
            return Err(if numbers { e.help("for numbers the task is \"regression\"") } else { e });
        }
        (target.classes, target.values) = classes(column);
        let count = target.classes.len();
        if task == Task::Binary && count != 2 {
            return Err(fail(format!("has {count} different values, and a binary task needs two"))
                .help(format!("the values are {}", quoted_names(&target.classes))));
        }
        if let Some(positive) = positive {
            target.choose_positive(positive)?;
        }
        if said.is_none() && task == Task::Multiclass {
            let help = if numeric { format!("; for numbers use {for_numbers}") } else { String::new() };
            notes.push(Note::about(name, format!("{count} different values, so the task is multiclass{help}")));
        }
        Ok(target)
    }

    fn choose_positive(&mut self, positive: &str) -> Result<()> {
        if self.task != Task::Binary {
            return Err(Error::input("only a binary task has a positive class").help("leave \"positive\" away"));
        }
        match self.class(positive) {
            Some(0) => {
                self.classes.reverse();
                self.values.reverse();
            }
            Some(_) => {}
            None => {
                return Err(Error::input(format!("the target \"{}\" has no class \"{positive}\"", self.name))
                    .nearest(positive, self.classes.iter().map(String::as_str)));
            }
        }
        Ok(())
    }

    /// The class that a text represents: by exact text, or else by equal number.
    fn class(&self, text: &str) -> Option<usize> {
        let exact = self.classes.iter().position(|class| *class == composed(text));
        exact.or_else(|| self.values.iter().position(|value| Some(*value) == number_of(text)))
    }

    /// The range of most of the training rows, if known.
    pub(crate) fn range(&self) -> Option<[f64; 2]> {
        let scaled = || ((self.mean, self.sd) != (0.0, 1.0)).then(|| [-4.0, 4.0].map(|sds| sds * self.sd + self.mean));
        self.seen.as_ref().map(|seen| [seen.min, seen.max]).or_else(scaled)
    }

    /// The storage type of the column when another file is read.
    pub(crate) fn plan(&self) -> StorageType {
        match self.kind {
            ColumnKind::Number | ColumnKind::Integer => StorageType::Number { kind: self.kind, narrow: false },
            ColumnKind::Boolean => StorageType::Boolean,
            _ => StorageType::Category { cap: usize::MAX },
        }
    }

    /// Converts the cells of a column to classes or numbers, given two decimal separators (of the training file, and
    /// its own).
    ///
    /// # Errors
    /// Returns an error if this target does not have a class, or if the cells are of another type.
    pub(crate) fn cells(&self, column: &Column, rows: usize, marks: [Decimal; 2]) -> Result<TargetValues> {
        if self.task == Task::Regression {
            return match &column.values {
                Values::Category { .. } | Values::Absent => {
                    Err(Error::input(format!("the target \"{}\" must be numbers", self.name)))
                }
                values => Ok(TargetValues::Numbers((0..rows).map(|r| values.number(r)).collect())),
            };
        }
        let unknown = |label: &str, row: usize| {
            Error::input(format!("the target \"{}\" is \"{label}\" in row {}: no such class", self.name, row + 1))
                .help(format!("the classes are {}", quoted_names(&self.classes)))
                .help("rows are counted from 1, without the header")
        };
        let codes = match &column.values {
            Values::Category { codes, levels } => {
                let index = Levels::new(&self.classes, marks);
                let map: Vec<Option<u32>> = levels.iter().map(|l| index.find(l).map(|class| class as u32)).collect();
                let class = |(row, code): (usize, &u32)| match map.get(*code as usize) {
                    None => Ok(Values::MISSING),
                    Some(Some(class)) => Ok(*class),
                    Some(None) => Err(unknown(&levels[*code as usize], row)),
                };
                codes.iter().enumerate().map(class).collect::<Result<Vec<u32>>>()?
            }
            Values::Boolean { cells, .. } => {
                // The words may differ between files: "yes" in one, "Yes" in the other.
                let yes = self.classes.iter().position(|c| boolean(c.as_bytes()).is_some_and(|(b, _)| b)).unwrap_or(1);
                let class = |c: &u8| match c {
                    0 | 1 if yes == 0 => u32::from(1 - c),
                    0 | 1 => u32::from(*c),
                    _ => Values::MISSING,
                };
                cells.iter().map(class).collect()
            }
            values => self.number_classes(values, rows).map_err(|(label, row)| unknown(&label, row))?,
        };
        Ok(TargetValues::Classes(codes))
    }

    fn number_classes(&self, values: &Values, rows: usize) -> Result<Vec<u32>, (String, usize)> {
        let known: Vec<(f64, u32)> = match &self.values[..] {
            [] => self.classes.iter().zip(0..).filter_map(|(c, i)| Some((number_of(c)?, i))).collect(),
            values => values.iter().copied().zip(0..).collect(),
        };
        (0..rows)
            .map(|row| match values.number(row) {
                v if v.is_nan() => Ok(Values::MISSING),
                v => match known.iter().find(|(k, _)| *k == v) {
                    Some((_, class)) => Ok(*class),
                    None => Err((label(v), row)),
                },
            })
            .collect()
    }

    /// A number in the network's units: (y - mean) / sd.
    pub fn scale(&self, y: f64) -> f64 {
        (y - self.mean) / self.sd
    }

    /// The number that the network's `y` represents: y * sd + mean, in the units of the file.
    pub fn restore(&self, y: f32) -> f64 {
        f64::from(y).mul_add(self.sd, self.mean)
    }

    /// The number that the network's `y` represents, as machine-readable text: with as many decimals as single
    /// precision gives in the scale of the target, however far from 0 its numbers are.
    pub fn written(&self, y: f32) -> String {
        let number = self.restore(y);
        if (self.mean, self.sd) == (0.0, 1.0) || !number.is_finite() {
            return y.to_string();
        }
        let apart = f64::from(f32::EPSILON) / 2.0 * self.sd * f64::from(y.abs().max(1.0));
        // Divisions instead of a logarithm, so that the text does not depend on the platform.
        let decimals =
            std::iter::successors(Some(1.0f64), |step| Some(step / 10.0)).take_while(|step| *step > 2.0 * apart);
        let text = format!("{number:.0$}", decimals.take(340).count());
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        if text == "-0" { "0".to_string() } else { text.to_string() }
    }

    /// A number of the target as readable text: with six digits, or more if they are needed to distinguish the target's
    /// numbers.
    pub fn shown(&self, number: f64) -> String {
        let apart = self.sd * 5e-4;
        if apart >= half_of_sixth_digit(number) || number.abs() >= 1e21 {
            return shown(number, 0.0);
        }
        shortest(number, apart)
    }
}

fn infer(column: &Column, present: usize) -> Task {
    let distinct = column.stats.distinct;
    match column.kind {
        _ if distinct == 2 => Task::Binary,
        ColumnKind::Number => Task::Regression,
        ColumnKind::Integer if distinct > FEW_VALUES || distinct * ROWS_PER_CLASS > present => Task::Regression,
        _ => Task::Multiclass,
    }
}

/// The classes of a column as the file writes them: in numeric order if all are numbers, no before yes, else by name;
/// and their numbers if the column holds numbers.
fn classes(column: &Column) -> (Vec<String>, Vec<f64>) {
    match &column.values {
        Values::Boolean { words, .. } => (words.to_vec(), Vec::new()),
        Values::Category { levels, codes } => {
            let counts = level_counts(levels.len(), codes.iter().copied());
            let mut names: Vec<&String> = levels.iter().zip(counts).filter(|(_, n)| *n > 0).map(|(l, _)| l).collect();
            names.sort();
            names.dedup();
            if names.iter().all(|n| number_of(n).is_some()) {
                names.sort_by(|a, b| number_of(a).unwrap_or(0.0).total_cmp(&number_of(b).unwrap_or(0.0)));
            }
            (names.into_iter().cloned().collect(), Vec::new())
        }
        values => {
            let mut distinct: Vec<f64> = Vec::new();
            for row in 0..column.rows().unwrap_or(0) {
                let v = values.number(row);
                if !v.is_nan() && distinct.len() <= ColumnStats::DISTINCT_CAP && !distinct.contains(&v) {
                    distinct.push(v);
                }
            }
            distinct.sort_by(f64::total_cmp);
            let written = |v: &f64| column.labels.iter().find(|(number, _)| number == v).map(|(_, text)| text.clone());
            (distinct.iter().map(|v| written(v).unwrap_or_else(|| label(*v))).collect(), distinct)
        }
    }
}

/// The number that the name of a class represents.
fn number_of(class: &str) -> Option<f64> {
    number::parse(class.as_bytes(), Decimal::Point).map(|parsed| parsed.value)
}

/// A number as the name of a class, in its shortest form.
fn label(v: f64) -> String {
    if v == v.trunc() && v.abs() < 1e15 { format!("{}", v as i64) } else { format!("{v}") }
}

/// The first few names, in quotes.
fn quoted_names(names: &[String]) -> String {
    let list = names.iter().take(10).map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", ");
    if names.len() > 10 { format!("{list} and {} more", names.len() - 10) } else { list }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(column: &Column, spec: &DataSpec) -> Result<Target> {
        Target::new(column, spec, &mut Vec::new())
    }

    fn auto(column: &Column) -> Target {
        target(column, &DataSpec::default()).unwrap()
    }

    #[test]
    fn the_task_follows_from_the_target() {
        let numbers = |n: usize, m: usize| Column::numbers("y", (0..n).map(|i| (i % m) as f64).collect());
        assert_eq!(auto(&numbers(20, 2)).task, Task::Binary);
        assert_eq!(auto(&numbers(20, 3)).task, Task::Multiclass);
        assert_eq!(auto(&numbers(14, 3)).task, Task::Regression);
        assert_eq!(auto(&numbers(110, 11)).task, Task::Regression);
        assert_eq!(auto(&Column::numbers("y", vec![0.5, 1.5, 0.5, 2.5])).task, Task::Regression);
        assert_eq!(auto(&Column::numbers("y", vec![0.5, 1.5, 0.5])).classes, ["0.5", "1.5"]);
        assert_eq!(auto(&Column::categories("y", ["b", "a", "c"])).classes, ["a", "b", "c"]);
        assert_eq!(auto(&Column::categories("y", ["10", "9", "x", "x"])).classes, ["10", "9", "x"]);
        assert_eq!(auto(&Column::categories("y", ["10", "9", "", "9"])).classes, ["9", "10"]);
        assert_eq!(auto(&Column::booleans("y", [Some(true), Some(false)])).classes, ["false", "true"]);
    }

    #[test]
    fn what_cannot_be_learnt_is_refused() {
        let message = |c: &Column, s: &DataSpec| target(c, s).unwrap_err().message().to_string();
        let auto = DataSpec::default();
        let text = Column::categories("y", ["a", "b", "c"]);
        assert!(message(&Column::numbers("y", vec![1.0, 1.0]), &auto).contains("only one value"));
        assert!(message(&Column::numbers("y", vec![f64::NAN]), &auto).contains("no value"));
        let binary = DataSpec { task: Some(Task::Binary), ..DataSpec::default() };
        assert!(message(&text, &binary).contains("binary task needs two"));
        let regression = DataSpec { task: Some(Task::Regression), ..DataSpec::default() };
        assert!(message(&text, &regression).contains("needs numbers"));
        let names: Vec<String> = (0..40).map(|i| format!("n{}", i % 30)).collect();
        assert!(message(&Column::categories("y", &names), &auto).contains("30 different values in 40 rows"));
    }

    #[test]
    fn one_word_among_numbers_is_named() {
        let rows: String = (0..99).map(|i| format!("{i},{}.5\n", i * 7)).collect();
        let read = |spec: &DataSpec| {
            let source = crate::TableSource::text("t.csv", &format!("a,y\n3,isento\n{rows}"));
            crate::prepare_table(crate::read(&source, spec).unwrap(), spec)
        };
        for task in [None, Some(Task::Regression)] {
            let e = read(&DataSpec { task, ..DataSpec::new("", "y") }).unwrap_err();
            assert!(e.message().contains("99 of 100 cells are numbers, and \"isento\" (line 2) is none"), "{e}");
            assert!(e.helps()[0].ends_with("use `data.missing = [\"isento\"]`"), "{e}");
        }
        let spec = DataSpec { missing: vec!["isento".into()], ..DataSpec::new("", "y") };
        assert_eq!(read(&spec).unwrap().target.task, Task::Regression);
        let spec = DataSpec { categorical: vec!["y".into()], ..DataSpec::new("", "y") };
        assert!(read(&spec).unwrap_err().message().contains("too many classes"));
    }

    #[test]
    fn the_positive_class_can_be_chosen() {
        let column = Column::categories("y", ["neg", "pos", "neg", ""]);
        let spec = DataSpec { positive: Some("neg".into()), ..DataSpec::default() };
        let t = target(&column, &spec).unwrap();
        assert_eq!(t.classes, ["pos", "neg"]);
        assert_eq!(
            t.cells(&column, 4, [Decimal::Point; 2]).unwrap(),
            TargetValues::Classes(vec![1, 0, 1, Values::MISSING])
        );
        let spec = DataSpec { positive: Some("negg".into()), ..DataSpec::default() };
        assert_eq!(target(&column, &spec).unwrap_err().helps(), ["did you mean \"neg\"?"]);
        let column = Column::booleans("y", [Some(true), Some(false), None]);
        let spec = DataSpec { positive: Some("false".into()), ..DataSpec::default() };
        let t = target(&column, &spec).unwrap();
        assert_eq!(
            t.cells(&column, 3, [Decimal::Point; 2]).unwrap(),
            TargetValues::Classes(vec![0, 1, Values::MISSING])
        );
        assert_eq!(
            auto(&column).cells(&column, 3, [Decimal::Point; 2]).unwrap(),
            TargetValues::Classes(vec![1, 0, Values::MISSING])
        );
    }

    #[test]
    fn an_unknown_class_is_named_with_its_row() {
        let t = auto(&Column::categories("y", ["a", "b"]));
        let e = t.cells(&Column::categories("y", ["a", "z"]), 2, [Decimal::Point; 2]).unwrap_err();
        assert!(e.message().contains("\"z\" in row 2"), "{e}");
        let t = auto(&Column::numbers("y", vec![0.0, 1.0]));
        assert!(t.cells(&Column::numbers("y", vec![3.0]), 1, [Decimal::Point; 2]).is_err());
    }

    #[test]
    fn a_scaled_number_comes_back() {
        let mut t = auto(&Column::numbers("y", vec![1.5, 2.5, 4.0]));
        (t.mean, t.sd) = (100.0, 4.0);
        assert_eq!(t.scale(108.0), 2.0);
        assert_eq!(t.restore(2.0), 108.0);
        assert_eq!((t.written(2.0), t.written(0.0), t.written(f32::NAN)), ("108".into(), "100".into(), "NaN".into()));
        assert_eq!(t.shown(108.25), "108.25");
    }

    #[test]
    fn numbers_far_from_0_keep_what_tells_them_apart() {
        let mut t = auto(&Column::numbers("y", vec![1.5, 2.5, 4.0]));
        (t.mean, t.sd) = (1_700_000_037.0, 72.0);
        assert_eq!((t.written(1.0), t.written(-0.5)), ("1700000109".into(), "1700000001".into()));
        // 72/7 is 10.2857142857...; single precision gives it within 72 * 2^-24, which is 4e-6.
        let written: f64 = t.written(1.0 / 7.0).parse().unwrap();
        assert!((written - 1_700_000_047.285_714_3).abs() < 5e-6, "{written}");
        assert_eq!((t.shown(1_700_000_037.0), t.shown(1_700_000_037.28)), ("1700000037".into(), "1700000037.3".into()));
        (t.mean, t.sd) = (2_460_000.0, 0.1);
        assert_eq!((t.written(1.25), t.shown(2_460_000.123_4)), ("2460000.125".into(), "2460000.1234".into()));
        (t.mean, t.sd) = (1e17, 70.0);
        assert_eq!(t.shown(1e17 + 16.0), "100000000000000016");
        (t.mean, t.sd) = (0.0, 1.0);
        assert_eq!(t.written(0.1), "0.1");
    }
}
