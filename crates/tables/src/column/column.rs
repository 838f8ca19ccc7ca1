//! A column of a table.

use crate::cell::date::DateFormat;
use crate::column::stats::ColumnStats;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// Numbers, not all of them integers.
    Number,
    /// Integers.
    Integer,
    /// Yes or no: `true`/`false`, `t`/`f`, `yes`/`no`, `y`/`n`, `sim`/`não`, `s`/`n`.
    Boolean,
    /// A category.
    Category,
    /// A date, optionally with a time.
    Date,
    /// Text or identifiers, different in most rows: not useful for training, not kept in memory.
    Text,
}

impl ColumnKind {
    /// Every type.
    pub const ALL: [ColumnKind; 6] = [
        ColumnKind::Number,
        ColumnKind::Integer,
        ColumnKind::Boolean,
        ColumnKind::Category,
        ColumnKind::Date,
        ColumnKind::Text,
    ];

    /// The name of the type.
    pub fn name(self) -> &'static str {
        match self {
            ColumnKind::Number => "number",
            ColumnKind::Integer => "integer",
            ColumnKind::Boolean => "boolean",
            ColumnKind::Category => "category",
            ColumnKind::Date => "date",
            ColumnKind::Text => "text",
        }
    }
}

impl fmt::Display for ColumnKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The cells of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// No cells are kept: the column is ignored, empty, or text.
    Absent,
    /// Numbers that single precision represents well enough; NaN where missing.
    Narrow(Vec<f32>),
    /// Numbers; NaN where missing.
    Wide(Vec<f64>),
    /// 0 for no, 1 for yes, 2 where missing; and the file's words for no and yes.
    Boolean {
        /// The cells.
        cells: Vec<u8>,
        /// The words for no and yes.
        words: [String; 2],
    },
    /// Indices into `levels`; [`Values::MISSING`] where missing.
    Category {
        /// The cells.
        codes: Vec<u32>,
        /// The distinct values, in the order of their first row.
        levels: Vec<String>,
    },
    /// Seconds since 1970-01-01 00:00 in local time; [`Values::NO_DATE`] where missing.
    Date {
        /// The cells.
        seconds: Vec<i64>,
        /// The order of day, month and year in the file.
        format: DateFormat,
    },
}

impl Values {
    /// The code of a missing category.
    pub const MISSING: u32 = u32::MAX;
    /// The value of a missing date.
    pub const NO_DATE: i64 = i64::MIN;

    /// The cell of a row as a number: NaN where missing or not a number.
    #[inline]
    pub fn number(&self, row: usize) -> f64 {
        match self {
            Values::Narrow(v) => f64::from(v[row]),
            Values::Wide(v) => v[row],
            Values::Boolean { cells, .. } => boolean_number(cells[row]),
            Values::Date { seconds, .. } => date_number(seconds[row]),
            Values::Absent | Values::Category { .. } => f64::NAN,
        }
    }

    /// Whether the cell of a row is missing.
    #[inline]
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Values::Category { codes, .. } => codes[row] == Values::MISSING,
            other => other.number(row).is_nan(),
        }
    }

    /// The statistics of these cells; `rows` is the length of a column that is not kept.
    pub(crate) fn stats(&self, rows: usize) -> ColumnStats {
        match self {
            Values::Absent => ColumnStats { missing: rows, ..ColumnStats::numbers(std::iter::empty()) },
            Values::Narrow(v) => ColumnStats::numbers(v.iter().map(|v| f64::from(*v))),
            Values::Wide(v) => ColumnStats::numbers(v.iter().copied()),
            Values::Boolean { cells, .. } => ColumnStats::numbers(cells.iter().map(|c| boolean_number(*c))),
            Values::Date { seconds, .. } => ColumnStats::numbers(seconds.iter().map(|s| date_number(*s))),
            Values::Category { codes, levels } => ColumnStats::categories(levels, codes),
        }
    }
}

fn boolean_number(cell: u8) -> f64 {
    if cell > 1 { f64::NAN } else { f64::from(cell) }
}

fn date_number(seconds: i64) -> f64 {
    if seconds == Values::NO_DATE { f64::NAN } else { seconds as f64 }
}

/// A named column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name in the header; `column_3` where it has none.
    pub name: String,
    /// The type of its cells.
    pub kind: ColumnKind,
    /// The cells.
    pub values: Values,
    /// Their statistics.
    pub stats: ColumnStats,
    /// Whether the user set its type, so that nothing is inferred about it.
    pub forced: bool,
    /// The notations of its numbers.
    pub(crate) dress: u16,
    /// Of a numeric target, the text of the first cell of each number, as long as there are few; in no order.
    pub(crate) labels: Vec<(f64, String)>,
}

impl Column {
    /// A column of numbers; NaN is a missing value.
    pub fn numbers(name: &str, values: Vec<f64>) -> Self {
        let whole = values.iter().all(|v| v.is_nan() || *v == v.trunc());
        let kind = if whole { ColumnKind::Integer } else { ColumnKind::Number };
        Self::make(name, kind, Values::Wide(values))
    }

    /// A column of categories; an empty text is a missing value.
    pub fn categories<S: AsRef<str>>(name: &str, cells: impl IntoIterator<Item = S>) -> Self {
        let mut index = std::collections::BTreeMap::new();
        let mut levels = Vec::new();
        let codes = cells
            .into_iter()
            .map(|cell| match cell.as_ref() {
                "" => Values::MISSING,
                cell => *index.entry(cell.to_string()).or_insert_with(|| {
                    levels.push(cell.to_string());
                    levels.len() as u32 - 1
                }),
            })
            .collect();
        Self::make(name, ColumnKind::Category, Values::Category { codes, levels })
    }

    /// A boolean column; `None` is a missing value.
    pub fn booleans(name: &str, cells: impl IntoIterator<Item = Option<bool>>) -> Self {
        let cells = cells.into_iter().map(|c| c.map_or(2, u8::from)).collect();
        let words = ["false".to_string(), "true".to_string()];
        Self::make(name, ColumnKind::Boolean, Values::Boolean { cells, words })
    }

    fn make(name: &str, kind: ColumnKind, values: Values) -> Self {
        let stats = values.stats(0);
        Column { name: name.to_string(), kind, values, stats, forced: false, dress: 0, labels: Vec::new() }
    }

    /// The number of rows, or `None` if the cells are not kept.
    pub fn rows(&self) -> Option<usize> {
        match &self.values {
            Values::Absent => None,
            Values::Narrow(v) => Some(v.len()),
            Values::Wide(v) => Some(v.len()),
            Values::Boolean { cells, .. } => Some(cells.len()),
            Values::Category { codes, .. } => Some(codes.len()),
            Values::Date { seconds, .. } => Some(seconds.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_in_memory_know_what_they_are() {
        let c = Column::numbers("x", vec![1.0, f64::NAN, 3.0]);
        assert_eq!((c.kind, c.stats.missing, c.rows()), (ColumnKind::Integer, 1, Some(3)));
        let c = Column::categories("c", ["b", "", "a", "b"]);
        assert_eq!(c.values, Values::Category { codes: vec![0, u32::MAX, 1, 0], levels: vec!["b".into(), "a".into()] });
        let c = Column::booleans("b", [Some(true), None]);
        assert!(c.values.is_missing(1) && c.values.number(0) == 1.0);
    }
}
