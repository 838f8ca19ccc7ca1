//! What a spec says about the columns of a file, and how each is stored because of it.

use super::column::ColumnKind;
use super::note::Note;
use super::plan::{Plan, narrow_is_enough};
use super::profile::Profile;
use super::spec::DataSpec;
use super::table::position;
use treino_core::{Error, Result};

/// Categories with more levels than this are text.
const LEVELS: usize = 1 << 16;

/// What the spec says about each column of a file.
pub(crate) struct Said {
    ignore: Vec<bool>,
    categorical: Vec<bool>,
    numeric: Vec<bool>,
    weight: Option<usize>,
    targets: Vec<usize>,
}

impl Said {
    /// Nothing about any of `columns` columns.
    pub fn nothing(columns: usize) -> Self {
        let none = || vec![false; columns];
        Said { ignore: none(), categorical: none(), numeric: none(), weight: None, targets: Vec::new() }
    }

    /// Finds the columns that the spec names. Where one is not there, `doubt` may know why.
    pub fn new(names: &[String], file: &str, spec: &DataSpec, doubt: impl Fn() -> Option<String>) -> Result<Self> {
        let find = |name: &String| {
            position(file, names.iter().map(String::as_str), name).map_err(|e| {
                let e = match doubt() {
                    Some(why) => e.help(why),
                    None => e,
                };
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
        let said = Said {
            ignore: flags(&spec.ignore)?,
            categorical: flags(&spec.categorical)?,
            numeric: flags(&spec.numeric)?,
            weight: spec.weight.as_ref().map(find).transpose()?,
            targets: spec.targets().map(find).collect::<Result<_>>()?,
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

    /// Whether the user said what column `i` is.
    pub fn forced(&self, i: usize) -> bool {
        self.categorical[i] || self.numeric[i]
    }

    /// Whether the user wants column `i` left out.
    pub fn ignored(&self, i: usize) -> bool {
        self.ignore[i]
    }

    /// How to store column `i`, given what it holds.
    pub fn plan(&self, i: usize, name: &str, p: &Profile, notes: &mut Vec<Note>) -> Result<Plan> {
        if self.weight == Some(i) {
            return Ok(Plan::Weight);
        }
        let kind = if p.whole && p.number { ColumnKind::Integer } else { ColumnKind::Number };
        // A target is shown in its own units and kept as it is: there are few of them.
        let narrow = p.number && !self.targets.contains(&i) && narrow_is_enough(p.whole, p.min, p.max);
        let number = Plan::Number { kind, narrow };
        let natural = match p.date() {
            _ if p.present == 0 => Plan::Skip(ColumnKind::Text),
            _ if p.number => number,
            _ if p.boolean() => Plan::Boolean,
            Some((format, _)) => Plan::Date(format),
            // The target is stored whatever it holds: an error is to say how many classes it has.
            None if self.targets.contains(&i) => Plan::Category { cap: usize::MAX },
            None => Plan::Category { cap: LEVELS },
        };
        if self.ignore[i] {
            return Ok(match natural {
                Plan::Number { kind, .. } => Plan::Skip(kind),
                Plan::Boolean => Plan::Skip(ColumnKind::Boolean),
                Plan::Date(_) => Plan::Skip(ColumnKind::Date),
                _ => Plan::Skip(ColumnKind::Category),
            });
        }
        if self.categorical[i] {
            return Ok(Plan::Category { cap: usize::MAX });
        }
        if self.numeric[i] && p.present > 0 {
            // If a cell is no number, storing it says so, with its line.
            return Ok(number);
        }
        if let (Plan::Number { .. }, Some((_, text))) = (natural, &p.infinite) {
            return Err(Error::input(format!("column \"{name}\" holds an infinite number, {text}")).help(format!(
                "take it for a missing cell with --missing {text}, or leave the column out with --ignore"
            )));
        }
        if let (Plan::Date(format), Some((_, true))) = (natural, p.date()) {
            notes.push(Note::about(
                name,
                format!("every date could have day and month swapped; read as {}", format.pattern()),
            ));
        }
        Ok(natural)
    }
}
