//! The second pass: the storage type of each column, and the storage of its cells.

use crate::cell::date::{self, DateFormat};
#[cfg(feature = "parquet")]
use crate::cell::number::dress;
use crate::cell::number::{self, Decimal};
use crate::cell::text::decode;
use crate::column::cell::{Missing, boolean};
use crate::column::column::{Column, ColumnKind, Values};
use crate::column::stats::ColumnStats;
use std::collections::BTreeMap;

/// How a column is to be stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum StorageType {
    /// Not at all.
    Skip(ColumnKind),
    /// As numbers, in single precision if `narrow`.
    Number {
        kind: ColumnKind,
        narrow: bool,
    },
    /// As numbers in double precision, with the text of each: they may be the names of classes.
    Label {
        kind: ColumnKind,
    },
    /// As sample weights: numbers, none negative or missing.
    Weight,
    Boolean,
    /// As codes of levels. With more than `cap` distinct levels it is text, and nothing is kept.
    Category {
        cap: usize,
    },
    Date(DateFormat),
}

impl StorageType {
    /// Whether it stores numbers.
    pub fn is_number(self) -> bool {
        matches!(self, StorageType::Number { .. } | StorageType::Label { .. })
    }

    /// Whether the cells are numbers or dates.
    pub fn holds_values(self) -> bool {
        self.is_number() || matches!(self, StorageType::Weight | StorageType::Date(_))
    }

    /// The type of a column that is stored this way.
    pub fn kind(self) -> ColumnKind {
        match self {
            StorageType::Skip(kind) | StorageType::Number { kind, .. } | StorageType::Label { kind } => kind,
            StorageType::Weight => ColumnKind::Number,
            StorageType::Boolean => ColumnKind::Boolean,
            StorageType::Category { .. } => ColumnKind::Category,
            StorageType::Date(_) => ColumnKind::Date,
        }
    }
}

/// Whether single precision is accurate enough for numbers in a range: integers up to 2^24 are exact; for others the
/// rounding error (2^-24 of the largest) must be at most 4e-6 of the range.
pub(crate) fn narrow_is_enough(whole: bool, min: f64, max: f64) -> bool {
    let largest = min.abs().max(max.abs());
    (whole && largest <= f64::from(1 << 24)) || (largest <= 64.0 * (max - min) && largest < 1e37 && largest > 1e-30)
}

/// A cell of a file whose cells have types.
#[cfg(feature = "parquet")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum TypedCell<'a> {
    Missing,
    Number(f64),
    /// An integer that double precision cannot represent.
    Long(i128),
    Boolean(bool),
    /// Seconds since 1970-01-01 00:00.
    Time(i64),
    Text(&'a [u8]),
}

/// A column while it is being stored.
#[derive(Debug)]
pub(crate) struct ColumnBuilder {
    plan: StorageType,
    values: Values,
    /// The raw bytes of the levels, and their codes.
    index: BTreeMap<Box<[u8]>, u32>,
    /// The previous cell, which is often the same.
    last: (Vec<u8>, u32),
    overflow: bool,
    /// Whether a level was not UTF-8.
    pub foreign: bool,
    missing: usize,
    /// The total number of bytes of the levels.
    bytes: usize,
    /// The notations of the numbers.
    dress: u16,
    /// The text of the first cell of each number, while there are few; keyed by the bits of the number.
    labels: BTreeMap<u64, String>,
}

/// Levels with more bytes than this are text.
const MOST_BYTES: usize = 1 << 28;

/// The largest initial capacity in rows: a damaged file may claim any number.
const FAMILY: usize = 1 << 22;

/// With more distinct numbers than this, their texts are not kept.
const MOST_LABELS: usize = ColumnStats::DISTINCT_CAP;

impl ColumnBuilder {
    /// An empty column with capacity for `rows` cells.
    pub fn new(plan: StorageType, rows: usize) -> Self {
        let rows = rows.min(FAMILY);
        let values = match plan {
            StorageType::Skip(_) => Values::Absent,
            StorageType::Number { narrow: true, .. } => Values::Narrow(Vec::with_capacity(rows)),
            StorageType::Number { narrow: false, .. } | StorageType::Label { .. } | StorageType::Weight => {
                Values::Wide(Vec::with_capacity(rows))
            }
            StorageType::Boolean => {
                Values::Boolean { cells: Vec::with_capacity(rows), words: [String::new(), String::new()] }
            }
            StorageType::Category { .. } => Values::Category { codes: Vec::with_capacity(rows), levels: Vec::new() },
            StorageType::Date(format) => Values::Date { seconds: Vec::with_capacity(rows), format },
        };
        let last = (Vec::new(), Values::MISSING);
        ColumnBuilder {
            plan,
            values,
            index: BTreeMap::new(),
            last,
            overflow: false,
            foreign: false,
            missing: 0,
            bytes: 0,
            dress: 0,
            labels: BTreeMap::new(),
        }
    }

    /// Stores a trimmed cell, or returns what is wrong with it.
    #[inline]
    pub fn add(&mut self, cell: &[u8], missing: &Missing, decimal: Decimal) -> Result<(), String> {
        match &mut self.values {
            Values::Absent => self.missing += usize::from(missing.is(cell)),
            Values::Narrow(v) => v.push(number(cell, missing, decimal, &mut self.dress)? as f32),
            Values::Wide(v) => {
                let value = number(cell, missing, decimal, &mut self.dress)?;
                if self.plan == StorageType::Weight && (value.is_nan() || value < 0.0) {
                    let what = if value.is_nan() { "is missing".into() } else { format!("is {value}") };
                    return Err(format!("the weight {what}, and must be a number of at least 0"));
                }
                v.push(value);
                if matches!(self.plan, StorageType::Label { .. }) && !value.is_nan() {
                    self.note_label(value, cell);
                }
            }
            Values::Boolean { cells, words } => {
                if missing.is(cell) {
                    cells.push(2);
                } else {
                    let value = match cell {
                        b"0" => false,
                        b"1" => true,
                        _ => boolean(cell).ok_or_else(|| format!("{} is neither yes nor no", quoted(cell)))?.0,
                    };
                    let word = &mut words[usize::from(value)];
                    if word.is_empty() {
                        *word = decode(cell);
                    }
                    cells.push(u8::from(value));
                }
            }
            Values::Date { seconds, format } => {
                if missing.is(cell) {
                    seconds.push(Values::NO_DATE);
                } else {
                    let parsed = date::parse(cell, *format);
                    seconds
                        .push(parsed.ok_or_else(|| format!("{} is no date like {}", quoted(cell), format.pattern()))?);
                }
            }
            Values::Category { .. } => self.add_level(cell, missing),
        }
        Ok(())
    }

    /// Stores a typed cell. A cell that does not fit the storage type is handled as text.
    #[cfg(feature = "parquet")]
    pub fn add_cell(&mut self, cell: TypedCell, missing: &Missing) -> Result<(), String> {
        match (&mut self.values, cell) {
            (Values::Narrow(v), TypedCell::Number(x)) if x.is_finite() && !missing.is_number(x) => {
                self.dress |= dress::PLAIN;
                v.push(x as f32);
            }
            (Values::Wide(v), TypedCell::Number(x))
                if x.is_finite() && !missing.is_number(x) && (x >= 0.0 || self.plan != StorageType::Weight) =>
            {
                self.dress |= dress::PLAIN;
                v.push(x);
            }
            (Values::Date { seconds, .. }, TypedCell::Time(t)) => seconds.push(t),
            (_, TypedCell::Long(x)) => return self.add(x.to_string().as_bytes(), missing, Decimal::Point),
            (_, TypedCell::Missing) => return self.add(b"", missing, Decimal::Point),
            (_, TypedCell::Number(x)) if x.is_nan() => return self.add(b"", missing, Decimal::Point),
            (_, TypedCell::Number(x)) => return self.add(format!("{x}").as_bytes(), missing, Decimal::Point),
            (Values::Narrow(_) | Values::Wide(_), TypedCell::Boolean(b)) => {
                return self.add(if b { b"1" } else { b"0" }, missing, Decimal::Point);
            }
            (_, TypedCell::Boolean(b)) => return self.add(if b { b"true" } else { b"false" }, missing, Decimal::Point),
            (_, TypedCell::Time(t)) => return self.add(date::text(t).as_bytes(), missing, Decimal::Point),
            (_, TypedCell::Text(text)) => return self.add(text, missing, Decimal::Point),
        }
        Ok(())
    }

    /// Stores the text of a number; too many distinct numbers are not classes.
    fn note_label(&mut self, value: f64, cell: &[u8]) {
        // Negative zero equals zero.
        let bits = (value + 0.0).to_bits();
        if self.overflow || self.labels.contains_key(&bits) {
            return;
        }
        if self.labels.len() >= MOST_LABELS {
            self.overflow = true;
            self.labels = BTreeMap::new();
            return;
        }
        self.labels.insert(bits, decode(cell));
    }

    fn add_level(&mut self, cell: &[u8], missing: &Missing) {
        let code = match missing.is(cell) {
            true => {
                self.missing += 1;
                Some(Values::MISSING)
            }
            // Only missing cells are still counted.
            false if self.overflow => None,
            false if self.last.0 == cell && self.last.1 != Values::MISSING => Some(self.last.1),
            false => {
                let code = self.index.get(cell).copied().or_else(|| self.new_level(cell));
                if let Some(code) = code {
                    self.last.0.clear();
                    self.last.0.extend_from_slice(cell);
                    self.last.1 = code;
                }
                code
            }
        };
        if let (Values::Category { codes, .. }, Some(code)) = (&mut self.values, code) {
            codes.push(code);
        }
    }

    /// The code of a level whose bytes are new; its decoded text may be known already. `None` if there are too many.
    fn new_level(&mut self, cell: &[u8]) -> Option<u32> {
        let Values::Category { codes, levels } = &mut self.values else { return None };
        let text = decode(cell);
        let code = match self.index.get(text.as_bytes()) {
            Some(code) => *code,
            None => {
                self.bytes += text.len();
                if matches!(self.plan, StorageType::Category { cap } if levels.len() >= cap || (cap < usize::MAX && self.bytes > MOST_BYTES))
                {
                    self.overflow = true;
                    *codes = Vec::new();
                    self.index = BTreeMap::new();
                    return None;
                }
                self.foreign |= std::str::from_utf8(cell).is_err();
                let code = levels.len() as u32;
                self.index.insert(text.as_bytes().into(), code);
                levels.push(text);
                code
            }
        };
        self.index.insert(cell.into(), code);
        Some(code)
    }

    /// The finished column of `rows` cells.
    pub fn finish(mut self, name: String, forced: bool, rows: usize) -> Column {
        let mut kind = self.plan.kind();
        let mut distinct = None;
        if let (Values::Category { levels, .. }, StorageType::Category { cap }) = (&self.values, self.plan)
            && cap < usize::MAX
        {
            let present = rows - self.missing;
            if self.overflow || reads_like_text(levels.len(), present) {
                distinct = Some(levels.len());
                kind = ColumnKind::Text;
                self.values = Values::Absent;
            }
        }
        if let Values::Boolean { words, .. } = &mut self.values {
            for (word, default) in words.iter_mut().zip(["no", "yes"]) {
                if word.is_empty() {
                    *word = default.to_string();
                }
            }
        }
        let mut stats = self.values.stats(rows);
        if self.values == Values::Absent {
            stats.missing = self.missing;
            stats.distinct = distinct.unwrap_or(0).min(ColumnStats::DISTINCT_CAP + 1);
        }
        let labels = self.labels.into_iter().map(|(bits, label)| (f64::from_bits(bits), label)).collect();
        Column { name, kind, values: self.values, stats, forced, dress: self.dress, labels }
    }
}

/// Whether this many distinct levels in this many cells are text or identifiers rather than categories.
fn reads_like_text(levels: usize, cells: usize) -> bool {
    (levels == cells && levels > 1) || (levels > 20 && levels * 2 > cells)
}

#[inline]
fn number(cell: &[u8], missing: &Missing, decimal: Decimal, dress: &mut u16) -> Result<f64, String> {
    if missing.is(cell) {
        return Ok(f64::NAN);
    }
    match number::parse(cell, decimal) {
        Some(p) if missing.is_number(p.value) => Ok(f64::NAN),
        Some(p) if p.value.is_finite() => {
            *dress |= p.dress;
            Ok(p.value)
        }
        Some(_) => Err(format!("{} is infinite", quoted(cell))),
        None => Err(format!("{} is no number", quoted(cell))),
    }
}

/// A cell as a message shows it: in quotes, and truncated.
pub(crate) fn quoted(cell: &[u8]) -> String {
    let text = decode(cell);
    let short: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().count() > 40 { format!("\"{short}...\"") } else { format!("\"{short}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(plan: StorageType, cells: &[&str]) -> Result<Column, String> {
        let mut b = ColumnBuilder::new(plan, cells.len());
        for cell in cells {
            b.add(cell.as_bytes(), &Missing::new(&[]), Decimal::Point)?;
        }
        Ok(b.finish("x".into(), false, cells.len()))
    }

    #[test]
    fn cells_become_values() {
        let c = column(StorageType::Category { cap: 10 }, &["b", "a", "a", "NA", "b"]).unwrap();
        let levels = vec!["b".to_string(), "a".to_string()];
        assert_eq!(c.values, Values::Category { codes: vec![0, 1, 1, u32::MAX, 0], levels });
        let c = column(StorageType::Category { cap: 2 }, &["b", "a", "c", ""]).unwrap();
        assert_eq!((c.kind, c.values, c.stats.missing), (ColumnKind::Text, Values::Absent, 1));
        let c = column(StorageType::Boolean, &["Yes", "No", "", "Yes"]).unwrap();
        assert_eq!(c.values, Values::Boolean { cells: vec![1, 0, 2, 1], words: ["No".into(), "Yes".into()] });
        let e = column(StorageType::Number { kind: ColumnKind::Number, narrow: true }, &["1", "x"]).unwrap_err();
        assert_eq!(e, "\"x\" is no number");
        assert!(column(StorageType::Weight, &["1", ""]).unwrap_err().contains("missing"));
        assert!(column(StorageType::Weight, &["-1"]).unwrap_err().contains("-1"));
        assert!(column(StorageType::Date(DateFormat::YearFirst), &["x"]).unwrap_err().contains("yyyy-mm-dd"));
    }

    #[test]
    fn single_precision_is_used_where_it_loses_nothing() {
        assert!(narrow_is_enough(true, 0.0, 16_777_216.0));
        assert!(narrow_is_enough(false, 0.0, 1e9));
        // Seconds since 1970 within one day: single precision would round them to two minutes.
        assert!(!narrow_is_enough(true, 1.6e9, 1.6e9 + 86_400.0));
    }
}
