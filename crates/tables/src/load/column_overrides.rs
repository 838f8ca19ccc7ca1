//! The settings of a spec for the columns of a file, and the storage types that follow from them.

use crate::cell::number::dress;
use crate::column::codes::{Names, is_called_code};
use crate::column::column::ColumnKind;
use crate::column::storage_type::{StorageType, narrow_is_enough};
use crate::column::table::position;
use crate::load::profile::ColumnScan;
use crate::spec::note::Note;
use crate::spec::spec::{DataSpec, Task};
use treino_core::catalog::list_setting;
use treino_core::{Error, Result};

/// Categories with more levels than this are text.
const LEVELS: usize = 1 << 16;

/// The settings of the spec for each column of a file.
pub(crate) struct ColumnOverrides {
    ignore: Vec<bool>,
    categorical: Vec<bool>,
    numeric: Vec<bool>,
    weight: Option<usize>,
    targets: Vec<usize>,
    /// Whether the first target is set to be a number.
    regression: bool,
}

impl ColumnOverrides {
    /// No settings for any of `columns` columns.
    pub fn nothing(columns: usize) -> Self {
        let none = || vec![false; columns];
        ColumnOverrides {
            ignore: none(),
            categorical: none(),
            numeric: none(),
            weight: None,
            targets: Vec::new(),
            regression: false,
        }
    }

    /// Finds the columns that the spec names. If one does not exist, `doubts` may know why.
    pub fn new(names: &[String], file: &str, spec: &DataSpec, doubts: impl Fn(&str) -> Vec<String>) -> Result<Self> {
        let find = |name: &String| {
            position(file, names.iter().map(String::as_str), name).map_err(|e| {
                let e = doubts(name).into_iter().fold(e, Error::help);
                if spec.header { e } else { e.help("without a header the columns are called column_1, column_2, ...") }
            })
        };
        let flags = |wanted: &[String]| -> Result<Vec<bool>> {
            let mut flags = vec![false; names.len()];
            for name in wanted {
                flags[find(name)?] = true;
            }
            Ok(flags)
        };
        flags(&spec.literal)?;
        let said = ColumnOverrides {
            ignore: flags(&spec.ignore)?,
            categorical: flags(&spec.categorical)?,
            numeric: flags(&spec.numeric)?,
            weight: spec.weight.as_ref().map(find).transpose()?,
            targets: spec.targets().map(find).collect::<Result<_>>()?,
            regression: spec.task == Some(Task::Regression),
        };
        for (at, target) in said.targets.iter().enumerate() {
            if said.targets[..at].contains(target) {
                return Err(Error::input(format!("column \"{}\" is a target twice", names[*target]))
                    .help("more_targets names the columns besides the target"));
            }
        }
        for (i, name) in names.iter().enumerate() {
            let twice = |a: &str, b: &str| Err(Error::input(format!("column \"{name}\" cannot be {a} and {b}")));
            match () {
                () if said.categorical[i] && said.numeric[i] => return twice("categorical", "numeric"),
                () if said.targets.contains(&i) && said.ignore[i] => return twice("the target", "ignored"),
                () if said.targets.contains(&i) && said.weight == Some(i) => return twice("the target", "the weight"),
                () if said.weight == Some(i) && said.ignore[i] => return twice("the weight", "ignored"),
                () => {}
            }
        }
        Ok(said)
    }

    /// Whether the user set the type of column `i`.
    pub fn forced(&self, i: usize) -> bool {
        self.categorical[i] || self.numeric[i]
    }

    /// Whether the user excluded column `i`.
    pub fn ignored(&self, i: usize) -> bool {
        self.ignore[i]
    }

    /// Whether column `i` is a target.
    pub fn is_target(&self, i: usize) -> bool {
        self.targets.contains(&i)
    }

    /// The storage type of column `i`, given its profile.
    pub fn plan(&self, i: usize, name: &str, p: &ColumnScan, notes: &mut Vec<Note>) -> Result<StorageType> {
        if self.weight == Some(i) {
            return Ok(StorageType::Weight);
        }
        let kind = if p.whole && p.number { ColumnKind::Integer } else { ColumnKind::Number };
        // A target is shown in its own units and stored exactly: there are few targets.
        let number = match self.is_target(i) {
            true => StorageType::Label { kind },
            false => StorageType::Number { kind, narrow: p.number && narrow_is_enough(p.whole, p.min, p.max) },
        };
        let natural = self.natural(i, name, p, number);
        if self.ignore[i] {
            return Ok(StorageType::Skip(match natural {
                StorageType::Skip(_) => ColumnKind::Category,
                other => other.kind(),
            }));
        }
        if self.categorical[i] {
            return Ok(StorageType::Category { cap: usize::MAX });
        }
        if self.numeric[i] && p.present > 0 {
            // If a cell is not a number, storing it gives an error with its line.
            return Ok(number);
        }
        if let (StorageType::Number { .. } | StorageType::Label { .. }, Some((_, text))) = (natural, &p.infinite) {
            let missing = list_setting("data.missing", &[text]);
            return Err(Error::input(format!("column \"{name}\" holds an infinite number, {text}")).help(format!(
                "take it for a missing cell with {missing}, or leave the column out with `data.ignore`"
            )));
        }
        if let (StorageType::Date(format), Some((_, true))) = (natural, p.date()) {
            notes.push(Note::about(
                name,
                format!("every date could have day and month swapped; read as {}", format.pattern()),
            ));
        }
        Ok(natural)
    }

    /// The storage type of column `i` if the user did not set its type; `number` is the storage type of its numbers.
    fn natural(&self, i: usize, name: &str, p: &ColumnScan, number: StorageType) -> StorageType {
        match p.date() {
            _ if p.present == 0 => StorageType::Skip(ColumnKind::Text),
            Some((format, _)) if p.number && format.is_digits() && !self.is_number(i) => StorageType::Date(format),
            _ if p.number && self.is_code(i, name, p) => StorageType::Category { cap: self.cap(i) },
            _ if p.number => number,
            _ if p.boolean() => StorageType::Boolean,
            Some((format, _)) => StorageType::Date(format),
            None => StorageType::Category { cap: self.cap(i) },
        }
    }

    /// The target is stored whatever it holds, so that an error can state the number of its classes.
    fn cap(&self, i: usize) -> usize {
        if self.is_target(i) { usize::MAX } else { LEVELS }
    }

    /// Whether the user set column `i` to numbers.
    fn is_number(&self, i: usize) -> bool {
        self.numeric[i] || (self.regression && self.targets.first() == Some(&i))
    }

    /// Whether the integers of a column are codes rather than quantities.
    fn is_code(&self, i: usize, name: &str, p: &ColumnScan) -> bool {
        if self.is_number(i) || !p.whole || p.dress & !dress::PLAIN != 0 {
            return false;
        }
        let names = p.digits.names(p.min, p.max);
        if self.is_target(i) {
            // A target is a code only if its digits would be lost otherwise; else it may be a quantity.
            return matches!(names, Some(Names::Padded(_) | Names::TooLong(_)));
        }
        names.is_some() || p.typed || (is_called_code(name) && p.max >= SMALLEST_CODE)
    }
}

/// The largest number of a column whose name indicates a code is at least this: a column `phone` of 0 and 1 is a
/// boolean.
const SMALLEST_CODE: f64 = 1000.0;

#[cfg(test)]
mod tests {
    use crate::{ColumnKind, DataSpec, Table, TableSource, Task, read};

    fn kind(name: &str, cells: &[&str], spec: &DataSpec) -> (ColumnKind, Vec<String>) {
        let rows: String = cells.iter().map(|cell| format!("\"{cell}\",x\n")).collect();
        let table: Table = read(&TableSource::text("t.csv", &format!("{name},b\n{rows}")), spec).unwrap();
        let notes = table.notes.iter().filter(|note| note.column.is_some());
        (table.columns[0].kind, notes.map(ToString::to_string).collect())
    }

    #[test]
    fn codes_are_categories_unless_they_are_said_to_be_numbers() {
        let auto = DataSpec::default();
        let cells = ["00501", "60601", "00501", "60601", "60601"];
        let (found, notes) = kind("a", &cells, &auto);
        assert_eq!(found, ColumnKind::Category);
        assert!(notes[0].contains("\"00501\" (line 2)") && notes[0].contains("`data.numeric`"), "{notes:?}");
        let spec = DataSpec { numeric: vec!["a".into()], ..DataSpec::default() };
        assert_eq!(kind("a", &cells, &spec), (ColumnKind::Integer, vec![]));
        assert_eq!(kind("a", &["1582218195625938945", "1582218195625938946"].repeat(4), &auto).0, ColumnKind::Category);
        assert_eq!(kind("cep", &["60601", "60602", "60601", "60602"], &auto).0, ColumnKind::Category);
        assert_eq!(kind("phone", &["0", "1", "1", "0"], &auto), (ColumnKind::Integer, vec![]));
        assert_eq!(kind("a", &["0.5", "007", "3"], &auto).0, ColumnKind::Number);
        let mut few = vec!["5"; 60];
        few[3] = "07";
        let (found, notes) = kind("a", &few, &auto);
        assert_eq!(
            (found, notes[0].contains("1 cell has zeros in front, such as \"07\" (line 5)")),
            (ColumnKind::Integer, true)
        );
        // A target keeps the text of its cells, but is a number if the task requires one.
        let target = DataSpec { target: Some("a".into()), ..DataSpec::default() };
        assert_eq!(kind("a", &["01", "02", "10"], &target), (ColumnKind::Category, vec![]));
        let regression = DataSpec { task: Some(Task::Regression), ..target };
        assert_eq!(kind("a", &["01", "02", "10"], &regression), (ColumnKind::Integer, vec![]));
    }

    #[test]
    fn dates_of_digits_are_dates() {
        let (found, notes) = kind("a", &["28082019", "20022019", "01022019"], &DataSpec::default());
        assert_eq!((found, notes), (ColumnKind::Date, vec![]));
        let spec = DataSpec { numeric: vec!["a".into()], ..DataSpec::default() };
        assert_eq!(kind("a", &["28082019", "20022019", "01022019"], &spec).0, ColumnKind::Integer);
        let swapped = kind("a", &["01022019", "02032019", "01042019"], &DataSpec::default());
        assert!(swapped.0 == ColumnKind::Date && swapped.1[0].contains("swapped; read as ddmmyyyy"), "{swapped:?}");
    }
}
