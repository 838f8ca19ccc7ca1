//! Statistics of the cells of a column.

use crate::column::storage_type::quoted;
use std::fmt;
use treino_core::catalog::list_setting;

/// Statistics of the cells of a column, over all rows of the table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnStats {
    /// Cells without a value.
    pub missing: usize,
    /// The number of distinct values, counted up to [`ColumnStats::DISTINCT_CAP`]; one more than that means "more".
    pub distinct: usize,
    /// The smallest number (a date in seconds since 1970). NaN if there are no numbers.
    pub min: f64,
    /// The largest number.
    pub max: f64,
    /// The mean of the numbers (of yes and no as 1 and 0).
    pub mean: f64,
    /// The standard deviation of the numbers, with n in the denominator.
    pub sd: f64,
    /// The most frequent levels of a category (at most 10) with their rows; most frequent first, then by name.
    pub top: Vec<(String, usize)>,
    /// In a column of almost only numbers that was therefore not taken for numbers, the first cell that is not a
    /// number.
    pub odd: Option<Odd>,
}

/// The first cell that is not a number in a column of almost only numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// Cells that are numbers.
    pub numbers: u64,
    /// Cells that are not missing.
    pub present: u64,
    /// The content of the cell.
    pub cell: String,
    /// Its line in the file, if the file has lines.
    pub line: Option<usize>,
}

impl Odd {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        let cell = quoted(self.cell.as_bytes());
        format!("if {cell} stands for a missing cell, use {}", list_setting("data.missing", &[&self.cell]))
    }
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map_or(String::new(), |line| format!(" (line {line})"));
        write!(
            f,
            "{} of {} cells are numbers, and {}{line} is none",
            self.numbers,
            self.present,
            quoted(self.cell.as_bytes())
        )
    }
}

impl ColumnStats {
    /// The largest number of distinct values that is counted.
    pub const DISTINCT_CAP: usize = 1000;

    /// Of numbers; NaN is a missing value.
    pub(crate) fn numbers(values: impl Iterator<Item = f64> + Clone) -> Self {
        let mut s =
            ColumnStats { min: f64::NAN, max: f64::NAN, mean: f64::NAN, sd: f64::NAN, ..ColumnStats::default() };
        let mut distinct: Vec<f64> = Vec::new();
        let (mut n, mut mean) = (0u64, 0.0);
        let mut last = f64::NAN;
        for v in values.clone() {
            if v.is_nan() {
                s.missing += 1;
                continue;
            }
            n += 1;
            s.min = if n == 1 { v } else { s.min.min(v) };
            s.max = if n == 1 { v } else { s.max.max(v) };
            mean += v;
            if v != last && distinct.len() <= Self::DISTINCT_CAP {
                last = v;
                if let Err(at) = distinct.binary_search_by(|d| d.partial_cmp(&v).unwrap_or(std::cmp::Ordering::Equal)) {
                    distinct.insert(at, v);
                }
            }
        }
        s.distinct = distinct.len();
        if n > 0 {
            (s.mean, s.sd) = moments(values, n, mean / n as f64, s.max - s.min);
        }
        s
    }

    /// Of the codes of a category; `u32::MAX` is a missing value.
    pub(crate) fn categories(levels: &[String], codes: &[u32]) -> Self {
        let counts = level_counts(levels.len(), codes.iter().copied());
        let present: usize = counts.iter().sum();
        let mut order: Vec<usize> = (0..levels.len()).collect();
        order.sort_by(|a, b| counts[*b].cmp(&counts[*a]).then_with(|| levels[*a].cmp(&levels[*b])));
        ColumnStats {
            missing: codes.len() - present,
            distinct: levels.len().min(Self::DISTINCT_CAP + 1),
            min: f64::NAN,
            max: f64::NAN,
            mean: f64::NAN,
            sd: f64::NAN,
            top: order.into_iter().take(10).map(|l| (levels[l].clone(), counts[l])).collect(),
            odd: None,
        }
    }
}

/// How often each of `levels` levels occurs; other codes are ignored.
pub(crate) fn level_counts(levels: usize, codes: impl Iterator<Item = u32>) -> Vec<usize> {
    let mut counts = vec![0; levels];
    for code in codes {
        if let Some(count) = counts.get_mut(code as usize) {
            *count += 1;
        }
    }
    counts
}

/// Mean and population standard deviation of `n` numbers (NaN skipped), given a first guess of the mean, and the range.
/// The guess is corrected by the mean deviation from it, and squares are computed in units of the range, which limits
/// rounding errors and avoids overflow.
pub(crate) fn moments(values: impl Iterator<Item = f64>, n: u64, guess: f64, range: f64) -> (f64, f64) {
    if range == 0.0 {
        return (guess, 0.0);
    }
    let (mut sum, mut squares) = (0.0, 0.0);
    for v in values {
        if !v.is_nan() {
            let d = (v - guess) / range;
            sum += d;
            squares = d.mul_add(d, squares);
        }
    }
    let n = n as f64;
    let shift = sum / n;
    let variance = (squares / n - shift * shift).max(0.0);
    (shift.mul_add(range, guess), variance.sqrt() * range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_textbook_moments() {
        let s = ColumnStats::numbers([2.0, 4.0, f64::NAN, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter());
        assert_eq!((s.missing, s.distinct, s.min, s.max), (1, 5, 2.0, 9.0));
        assert!((s.mean - 5.0).abs() < 1e-15 && (s.sd - 2.0).abs() < 1e-15, "{s:?}");
        // 1..=n: mean (n + 1)/2, variance (n^2 - 1)/12; with a large offset, for which naive sums lose all digits.
        let s = ColumnStats::numbers((1..=999).map(|i| 1e9 + f64::from(i)));
        assert!((s.mean - 1e9 - 500.0).abs() < 1e-6 && (s.sd - ((999.0f64 * 999.0 - 1.0) / 12.0).sqrt()).abs() < 1e-6);
        assert!(ColumnStats::numbers([f64::NAN].into_iter()).mean.is_nan());
        assert_eq!(ColumnStats::numbers((0..5000).map(f64::from)).distinct, ColumnStats::DISTINCT_CAP + 1);
    }

    #[test]
    fn levels_are_counted() {
        let levels = ["b".to_string(), "a".to_string(), "c".to_string()];
        let s = ColumnStats::categories(&levels, &[0, 1, 2, 2, u32::MAX]);
        assert_eq!(s.missing, 1);
        assert_eq!(s.top, [("c".to_string(), 2), ("a".to_string(), 1), ("b".to_string(), 1)]);
    }
}
