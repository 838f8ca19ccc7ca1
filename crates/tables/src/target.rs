//! What is to be predicted: the task, the classes in their order, the scale of a number.

use super::cell::boolean;
use super::column::{Column, ColumnKind, Values};
use super::note::Note;
use super::number::{self, Decimal};
use super::plan::Plan;
use super::spec::{DataSpec, Task};
use super::stats::{ColumnStats, level_counts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use treino_core::{Error, Result};

/// What is to be predicted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The column's name.
    pub name: String,
    /// What is learnt.
    pub task: Task,
    /// What the column's cells are.
    pub kind: ColumnKind,
    /// The classes in the order of their numbers; of a binary task the negative and the positive one; none of a number.
    pub classes: Vec<String>,
    /// What is subtracted from a number; 0 if nothing is scaled, and for classes.
    pub mean: f64,
    /// What a number is then divided by; 1 if nothing is scaled, and for classes.
    pub sd: f64,
}

/// The target cells of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cells {
    /// Classes; [`Values::MISSING`] where missing.
    Classes(Vec<u32>),
    /// Numbers in their own units; NaN where missing.
    Numbers(Vec<f64>),
}

impl Cells {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Cells::Classes(codes) => codes.len(),
            Cells::Numbers(numbers) => numbers.len(),
        }
    }

    /// Whether a row has a value.
    pub fn is_there(&self, row: usize) -> bool {
        match self {
            Cells::Classes(codes) => codes[row] != Values::MISSING,
            Cells::Numbers(numbers) => !numbers[row].is_nan(),
        }
    }
}

/// More classes than this are an error.
const MOST_CLASSES: usize = 1000;

/// Whole numbers with at most so many values are classes, if each has this many rows on average.
const FEW_VALUES: usize = 10;
const ROWS_PER_CLASS: usize = 5;

impl Target {
    /// Finds the task and the classes of a target column; the scale comes later, from the training rows.
    pub(crate) fn new(column: &Column, spec: &DataSpec, notes: &mut Vec<Note>) -> Result<Self> {
        Target::learnt(column, spec.task, spec.positive.as_deref(), "--task regression", notes)
    }

    /// [`Target::new`] for a column of `more_targets`: the column itself says what is learnt. Numbers that `numeric` names
    /// are a regression however few they are.
    pub(crate) fn further(column: &Column, spec: &DataSpec, notes: &mut Vec<Note>) -> Result<Self> {
        let task = spec.numeric.contains(&column.name).then_some(Task::Regression);
        Target::learnt(column, task, None, &format!("--numeric {}", column.name), notes)
    }

    /// `for_numbers` is what to say where numbers that look like classes are none.
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
        if task == Task::Regression && !numeric {
            return Err(fail(format!("is of the kind {}, and a regression needs numbers", column.kind))
                .help("leave the task away, so that it follows from the target"));
        }
        if distinct < 2 {
            return Err(fail("has only one value: there is nothing to learn".into()));
        }
        let mut target =
            Target { name: name.clone(), task, kind: column.kind, classes: Vec::new(), mean: 0.0, sd: 1.0 };
        if task == Task::Regression {
            if positive.is_some() {
                return Err(fail("is a number, so no class of it is positive".into()).help("leave \"positive\" away"));
            }
            return Ok(target);
        }
        if distinct > MOST_CLASSES || (!numeric && distinct > 10 && distinct * 2 > present) {
            let many = if distinct > MOST_CLASSES { format!("more than {MOST_CLASSES}") } else { distinct.to_string() };
            let e = fail(format!("has {many} different values in {present} rows: too many classes"));
            return Err(if numeric { e.help("for numbers the task is \"regression\"") } else { e });
        }
        target.classes = classes(column);
        let count = target.classes.len();
        if task == Task::Binary && count != 2 {
            return Err(fail(format!("has {count} different values, and a binary task needs two"))
                .help(format!("the values are {}", shown(&target.classes))));
        }
        if let Some(positive) = positive {
            target.choose_positive(positive)?;
        }
        if said.is_none() && task == Task::Multiclass {
            let help = if numeric { format!("; for numbers say {for_numbers}") } else { String::new() };
            notes.push(Note::about(name, format!("{count} different values, so the task is multiclass{help}")));
        }
        Ok(target)
    }

    fn choose_positive(&mut self, positive: &str) -> Result<()> {
        if self.task != Task::Binary {
            return Err(Error::input("only a binary task has a positive class").help("leave \"positive\" away"));
        }
        match self.classes.iter().position(|c| c == positive) {
            Some(0) => self.classes.swap(0, 1),
            Some(_) => {}
            None => {
                return Err(Error::input(format!("the target \"{}\" has no class \"{positive}\"", self.name))
                    .nearest(positive, self.classes.iter().map(String::as_str)));
            }
        }
        Ok(())
    }

    /// How the column is stored when another file with it is read.
    pub(crate) fn plan(&self) -> Plan {
        match self.kind {
            ColumnKind::Number | ColumnKind::Integer => Plan::Number { kind: self.kind, narrow: false },
            ColumnKind::Boolean => Plan::Boolean,
            _ => Plan::Category { cap: usize::MAX },
        }
    }

    /// The cells of a column as classes or numbers.
    ///
    /// # Errors
    /// A class that this target does not have, or cells of another kind.
    pub(crate) fn cells(&self, column: &Column, rows: usize) -> Result<Cells> {
        if self.task == Task::Regression {
            return match &column.values {
                Values::Category { .. } | Values::Absent => {
                    Err(Error::input(format!("the target \"{}\" must be numbers", self.name)))
                }
                values => Ok(Cells::Numbers((0..rows).map(|r| values.number(r)).collect())),
            };
        }
        let unknown = |label: &str, row: usize| {
            Error::input(format!("the target \"{}\" is \"{label}\" in row {}: no such class", self.name, row + 1))
                .help(format!("the classes are {}", shown(&self.classes)))
                .help("rows are counted from 1, without the header")
        };
        let codes = match &column.values {
            Values::Category { codes, levels } => {
                let index: BTreeMap<&str, u32> = self.classes.iter().map(String::as_str).zip(0..).collect();
                let map: Vec<Option<u32>> = levels.iter().map(|l| index.get(l.as_str()).copied()).collect();
                let class = |(row, code): (usize, &u32)| match map.get(*code as usize) {
                    None => Ok(Values::MISSING),
                    Some(Some(class)) => Ok(*class),
                    Some(None) => Err(unknown(&levels[*code as usize], row)),
                };
                codes.iter().enumerate().map(class).collect::<Result<Vec<u32>>>()?
            }
            Values::Boolean { cells, .. } => {
                // The words may differ from file to file: "yes" here, "Yes" there.
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
        Ok(Cells::Classes(codes))
    }

    fn number_classes(&self, values: &Values, rows: usize) -> Result<Vec<u32>, (String, usize)> {
        let known: Vec<(f64, u32)> = (self.classes.iter().zip(0..))
            .filter_map(|(c, i)| number::parse(c.as_bytes(), Decimal::Point).map(|p| (p.value, i)))
            .collect();
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

    /// A number as the network sees it: (y - mean) / sd.
    pub fn scale(&self, y: f64) -> f64 {
        (y - self.mean) / self.sd
    }

    /// The number that the network's `y` stands for: y * sd + mean, in the units of the file.
    pub fn restore(&self, y: f32) -> f64 {
        f64::from(y).mul_add(self.sd, self.mean)
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

/// The classes of a column: in the order of numbers if all are numbers, no before yes, else by name.
fn classes(column: &Column) -> Vec<String> {
    match &column.values {
        Values::Boolean { words, .. } => words.to_vec(),
        Values::Category { levels, codes } => {
            let counts = level_counts(levels.len(), codes.iter().copied());
            let mut names: Vec<&String> = levels.iter().zip(counts).filter(|(_, n)| *n > 0).map(|(l, _)| l).collect();
            names.sort();
            names.dedup();
            let value = |n: &String| number::parse(n.as_bytes(), Decimal::Point).map(|p| p.value);
            if names.iter().all(|n| value(n).is_some()) {
                names.sort_by(|a, b| value(a).unwrap_or(0.0).total_cmp(&value(b).unwrap_or(0.0)));
            }
            names.into_iter().cloned().collect()
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
            distinct.into_iter().map(label).collect()
        }
    }
}

/// A number as the name of a class: as short as it can be.
fn label(v: f64) -> String {
    if v == v.trunc() && v.abs() < 1e15 { format!("{}", v as i64) } else { format!("{v}") }
}

/// The first few names, in quotes.
fn shown(names: &[String]) -> String {
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
    fn the_positive_class_can_be_chosen() {
        let column = Column::categories("y", ["neg", "pos", "neg", ""]);
        let spec = DataSpec { positive: Some("neg".into()), ..DataSpec::default() };
        let t = target(&column, &spec).unwrap();
        assert_eq!(t.classes, ["pos", "neg"]);
        assert_eq!(t.cells(&column, 4).unwrap(), Cells::Classes(vec![1, 0, 1, Values::MISSING]));
        let spec = DataSpec { positive: Some("negg".into()), ..DataSpec::default() };
        assert_eq!(target(&column, &spec).unwrap_err().helps(), ["did you mean \"neg\"?"]);
        let column = Column::booleans("y", [Some(true), Some(false), None]);
        let spec = DataSpec { positive: Some("false".into()), ..DataSpec::default() };
        let t = target(&column, &spec).unwrap();
        assert_eq!(t.cells(&column, 3).unwrap(), Cells::Classes(vec![0, 1, Values::MISSING]));
        assert_eq!(auto(&column).cells(&column, 3).unwrap(), Cells::Classes(vec![1, 0, Values::MISSING]));
    }

    #[test]
    fn an_unknown_class_is_named_with_its_row() {
        let t = auto(&Column::categories("y", ["a", "b"]));
        let e = t.cells(&Column::categories("y", ["a", "z"]), 2).unwrap_err();
        assert!(e.message().contains("\"z\" in row 2"), "{e}");
        let t = auto(&Column::numbers("y", vec![0.0, 1.0]));
        assert!(t.cells(&Column::numbers("y", vec![3.0]), 1).is_err());
    }

    #[test]
    fn a_scaled_number_comes_back() {
        let mut t = auto(&Column::numbers("y", vec![1.5, 2.5, 4.0]));
        (t.mean, t.sd) = (100.0, 4.0);
        assert_eq!(t.scale(108.0), 2.0);
        assert_eq!(t.restore(2.0), 108.0);
    }
}
