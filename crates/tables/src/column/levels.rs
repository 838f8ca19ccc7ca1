//! Matches the levels of a category in another file, where they may be written differently: `2.0` is the level `2`.

use crate::cell::number::{self, Decimal, dress};
use crate::cell::text::composed;
use std::collections::BTreeMap;

/// Integers beyond this are not compared as numbers, because double precision rounds them.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Known levels, indexed by their text, and numbers by their value.
pub(crate) struct Levels<'a> {
    levels: &'a [String],
    exact: BTreeMap<String, usize>,
    /// The level of each number; `None` for a number that several levels represent.
    numbers: BTreeMap<u64, Option<usize>>,
    /// The decimal separator of the other file.
    mark: Decimal,
}

impl<'a> Levels<'a> {
    /// Levels from a file with the first of two decimal separators, to be matched in a file with the second.
    pub fn new(levels: &'a [String], [own, mark]: [Decimal; 2]) -> Self {
        let mut numbers = BTreeMap::new();
        for (at, level) in levels.iter().enumerate() {
            if let Some(number) = number(level, own) {
                numbers.entry(number).and_modify(|level| *level = None).or_insert(Some(at));
            }
        }
        // The levels may come from an older version that kept texts exactly as the file had them.
        let exact = levels.iter().map(|level| composed(level)).zip(0..).collect();
        Levels { levels, exact, numbers, mark }
    }

    /// The index of the level.
    pub fn find(&self, level: &str) -> Option<usize> {
        self.exact.get(level).copied().or_else(|| *self.numbers.get(&number(level, self.mark)?)?)
    }

    /// The known level that an unknown one may be a variant of: it differs in letter case or spaces, or in the leading
    /// zeros of a number.
    pub fn near(&self, level: &str) -> Option<&'a str> {
        let bare = |level: &str| {
            let lower = level.to_lowercase();
            let words: Vec<&str> = lower.split_whitespace().collect();
            let joined = words.join(" ");
            let digits = joined.bytes().all(|b| b.is_ascii_digit());
            if digits { joined.trim_start_matches('0').to_string() } else { joined }
        };
        let wanted = bare(level);
        self.levels.iter().map(String::as_str).find(|known| bare(known) == wanted)
    }
}

/// The bits of the number that a level represents, if it is a number and not a code.
fn number(level: &str, mark: Decimal) -> Option<u64> {
    let digits = level.trim_start_matches(['-', '+']).as_bytes();
    let is_code = matches!(digits, [b'0', b'0'..=b'9', ..]);
    let parsed = number::parse(level.as_bytes(), mark).filter(|p| p.dress == dress::PLAIN && !is_code)?;
    (parsed.value.abs() <= EXACT).then_some((parsed.value + 0.0).to_bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_however_they_are_written() {
        let levels: Vec<String> = ["2", "1.5", "007", "Rio", "3.0", "3"].map(String::from).to_vec();
        let find = |level: &str, mark| Levels::new(&levels, [Decimal::Point, mark]).find(level);
        for (level, at) in
            [("2", 0), ("2.0", 0), ("2.00", 0), ("+2", 0), ("2e0", 0), ("1.50", 1), ("007", 2), ("Rio", 3), ("3", 5)]
        {
            assert_eq!(find(level, Decimal::Point), Some(at), "{level}");
        }
        assert_eq!((find("1,5", Decimal::Comma), find("2,0", Decimal::Comma)), (Some(1), Some(0)));
        // A code is not a number, and 3.00 could be two levels.
        for level in ["7", "07", "rio", "2 %", "02", "3.00", "20"] {
            assert_eq!(find(level, Decimal::Point), None, "{level}");
        }
        let near = |level: &str| Levels::new(&levels, [Decimal::Point; 2]).near(level);
        assert_eq!((near("7"), near("RIO"), near(" rio"), near("Rome")), (Some("007"), Some("Rio"), Some("Rio"), None));
    }
}
