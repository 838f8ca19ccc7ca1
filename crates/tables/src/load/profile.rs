//! The first pass: the types of the cells of each column, without storing them.

use crate::cell::date::DateFormat;
use crate::cell::number::{self, Decimal, NumberMarks, dress};
use crate::cell::text::decode;
use crate::column::cell::{ANY_LANGUAGE, Missing, boolean};
use crate::column::codes::Digits;
use crate::column::dates::Dates;
use crate::load::odd_words::OddWords;
use crate::spec::note::Note;
use treino_core::catalog::setting;

/// The profile of a column after some of its cells.
#[derive(Debug, Clone)]
pub(crate) struct ColumnScan {
    /// Cells that are not missing.
    pub present: u64,
    /// Whether every cell is a number under the current decimal separator.
    pub number: bool,
    /// Whether every cell is a number under the other decimal separator.
    other: bool,
    /// The number of cells whose separators prove the current decimal separator, or the other one.
    certain: [u64; 2],
    /// The number of cells with a thousands separator that could be the decimal one, and vice versa.
    thousands: u64,
    decimals: u64,
    /// The first ambiguous cell.
    either: Option<String>,
    /// Whether a number of four digits or more has no thousands separator.
    ungrouped: bool,
    /// The notations of the numbers.
    pub dress: u16,
    /// Whether the file declares that these cells are texts.
    pub typed: bool,
    /// The statistics of the digits of integers.
    pub digits: Digits,
    /// The evidence that the cells are dates.
    pub dates: Dates,
    /// The number of cells that a word marks as missing, and the first such word.
    pub absent: (u64, Option<String>),
    /// Words among the numbers.
    pub odd_words: OddWords,
    /// Whether every number so far is an integer.
    pub whole: bool,
    /// The smallest and the largest finite number.
    pub min: f64,
    /// See `min`.
    pub max: f64,
    /// Where in the text the first row with an infinite number starts, and the text of that number.
    pub infinite: Option<(u64, String)>,
    languages: u8,
    /// The number of cells that are numbers under the current separator and under the other one, in a column where
    /// others are not.
    numbers: [u64; 2],
    /// Where in the text the first row without a number starts, and the text of that cell.
    odd: Option<(u64, String)>,
}

impl ColumnScan {
    pub fn new() -> Self {
        ColumnScan {
            present: 0,
            number: true,
            other: true,
            certain: [0; 2],
            thousands: 0,
            decimals: 0,
            either: None,
            ungrouped: false,
            dress: 0,
            typed: false,
            digits: Digits::new(),
            dates: Dates::new(),
            absent: (0, None),
            odd_words: OddWords::default(),
            whole: true,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            infinite: None,
            languages: ANY_LANGUAGE,
            numbers: [0; 2],
            odd: None,
        }
    }

    /// Adds one trimmed cell of the row that starts at `byte`.
    #[inline]
    pub fn add(&mut self, cell: &[u8], byte: u64, missing: &Missing, decimal: Decimal) {
        if missing.is(cell) {
            self.note_absent(cell);
            return;
        }
        self.present += 1;
        if self.number
            && let Some(parsed) = number::parse(cell, decimal)
        {
            if missing.is_number(parsed.value) {
                self.present -= 1;
                return;
            }
            self.languages = 0;
            self.dress |= parsed.dress;
            self.dates.add_number(cell, byte);
            match parsed.marks {
                NumberMarks::Absent => {
                    self.ungrouped |= parsed.value.abs() >= 1000.0;
                    if parsed.dress == dress::PLAIN {
                        self.digits.add(cell, parsed.value, byte);
                    }
                }
                NumberMarks::Certain => {
                    self.other = false;
                    self.certain[0] += 1;
                }
                NumberMarks::Decimal => {
                    self.decimals += 1;
                    self.note_either(cell);
                }
                NumberMarks::Thousands => {
                    self.thousands += 1;
                    self.note_either(cell);
                }
            }
            self.take(parsed.value, || (byte, String::from_utf8_lossy(cell).into_owned()));
            return;
        }
        self.add_word(cell, byte, decimal);
    }

    #[inline]
    fn note_either(&mut self, cell: &[u8]) {
        if self.either.is_none() {
            self.either = Some(decode(cell));
        }
    }

    #[inline]
    fn note_absent(&mut self, word: &[u8]) {
        if !word.is_empty() {
            self.absent.0 += 1;
            self.absent.1.get_or_insert_with(|| decode(word));
        }
    }

    /// To be called after the last cell: a column that mixes kinds of numbers, such as percentages and plain ones, is
    /// not numeric.
    pub fn finish(&mut self) {
        if !dress::of_one_kind(self.dress) {
            (self.number, self.other) = (false, false);
        }
    }

    #[inline]
    fn take(&mut self, value: f64, place: impl FnOnce() -> (u64, String)) {
        if value.is_finite() {
            self.min = self.min.min(value);
            self.max = self.max.max(value);
            self.whole = self.whole && value == value.trunc();
        } else if self.infinite.is_none() {
            self.infinite = Some(place());
        }
    }

    /// Adds a number that is stored as one; NaN is missing.
    #[cfg(feature = "parquet")]
    pub fn add_number(&mut self, value: f64, row: u64, missing: &Missing) {
        if !value.is_nan() && !missing.is_number(value) {
            self.present += 1;
            self.languages = 0;
            self.dates.add_number(value.to_string().as_bytes(), row);
            self.take(value, || (row, value.to_string()));
        }
    }

    /// A cell that is not a number under the current separator, or is in a column where another cell is not.
    fn add_word(&mut self, cell: &[u8], byte: u64, decimal: Decimal) {
        if self.number {
            self.number = false;
            self.numbers = [self.present - 1, self.present - 1 - self.certain[0]];
            self.odd = Some((byte, decode(cell)));
        }
        let parsed = |decimal| if may_be_number(cell) { number::parse(cell, decimal) } else { None };
        let number = parsed(decimal);
        if let Some(parsed) = number {
            self.numbers[0] += 1;
            self.certain[0] += u64::from(parsed.marks == NumberMarks::Certain);
        }
        match parsed(decimal.other()) {
            Some(parsed) => {
                self.numbers[1] += 1;
                self.certain[1] += u64::from(parsed.marks == NumberMarks::Certain);
                if self.other {
                    self.dress |= parsed.dress;
                }
            }
            None => self.other = false,
        }
        if self.languages != 0 {
            self.languages &= boolean(cell).map_or(0, |(_, languages)| languages);
        }
        if !self.dates.add(cell, byte) && number.is_none() {
            self.odd_words.add(cell);
        }
    }

    /// Whether `count` cells are dates, and not numbers.
    pub fn are_dates(&self, count: u64) -> bool {
        self.numbers[0] < count && self.dates.most() == count
    }

    /// The number of cells that are numbers, or dates, whichever is larger, in a column where other cells are neither.
    pub fn numbers_or_dates(&self) -> u64 {
        self.numbers[0].max(self.dates.most())
    }

    /// The first ambiguous cell of a column of numbers.
    pub fn either(&self) -> Option<&str> {
        self.either.as_deref().filter(|_| self.number)
    }

    /// In a column where almost all cells are numbers and some are not: the number of numbers, and the first other
    /// cell, with the position in the text where its row starts.
    pub fn almost_numbers(&self) -> Option<(u64, u64, &str)> {
        let (byte, odd) = self.odd.as_ref()?;
        self.almost(0).then_some((self.numbers[0], *byte, odd.as_str()))
    }

    /// Whether at least three cells are numbers, and all others but one or a tenth, under the current separator (0) or
    /// the other (1).
    fn almost(&self, mark: usize) -> bool {
        let (numbers, others) = (self.numbers[mark], self.present - self.numbers[mark].min(self.present));
        !self.number && numbers >= 3 && (others <= 1 || others * 10 <= self.present)
    }

    /// Whether all present cells, or almost all, are numbers, but only under the other decimal separator.
    pub fn other_mark(&self) -> bool {
        !self.number && (self.other || (self.almost(1) && !self.almost(0))) && self.certain[1] > 0
    }

    /// Whether all present cells are numbers, or dates of one order.
    pub fn holds_values(&self) -> bool {
        self.present > 0 && (self.number || self.date().is_some())
    }

    /// Whether all present cells are yes or no in one language.
    pub fn boolean(&self) -> bool {
        self.present > 0 && self.languages != 0
    }

    /// Whether all present cells are dates with two-digit years, which are not supported.
    pub fn short_years(&self) -> bool {
        self.dates.short_years()
    }

    /// The order of day, month and year that explains all present cells, and whether another order would too.
    pub fn date(&self) -> Option<(DateFormat, bool)> {
        self.dates.format()
    }
}

/// Whether a cell starts as numbers do, with their signs and currencies; a fast check that rejects most words.
fn may_be_number(cell: &[u8]) -> bool {
    matches!(cell, [b'0'..=b'9' | b'+' | b'-' | b'.' | b',' | b'(' | b'$' | 0x80.., ..] | [b'R', b'$', ..] | [b'U', b'S', b'$', ..])
}

/// The number of cells like `1.126` that are needed to take the points of a file for thousands separators.
const TELLING_CELLS: u64 = 3;

/// The number of cells that prove the current separator, and that prove the other one: a column that is a number under
/// only one of them, or would be except for a few odd cells, votes with its unambiguous cells.
pub(crate) fn votes(profiles: &[ColumnScan]) -> (u64, u64) {
    let sum = |i: usize, of: fn(&ColumnScan) -> bool| -> u64 {
        profiles.iter().filter(|p| p.present > 0 && of(p)).map(|p| p.certain[i]).sum()
    };
    (sum(0, |p| p.number || p.almost(0)), sum(1, |p| p.other || p.almost(1)))
}

/// Which decimal separator explains the columns of a file, given profiles made under `decimal`.
///
/// If no cell is unambiguous, a file with semicolons is assumed to have decimal commas, because that is why semicolons
/// are used: `1,234` has decimals, and so points such as that of `1.126` group thousands, if there are several and no
/// number lacks its thousands separator. In other files a comma groups thousands.
pub(crate) fn decide_decimal(profiles: &[ColumnScan], decimal: Decimal, delimiter: u8) -> Decimal {
    let (main, other) = votes(profiles);
    if main != other {
        return if other > main { decimal.other() } else { decimal };
    }
    if delimiter != b';' {
        return decimal;
    }
    let numbers = || profiles.iter().filter(|p| p.number);
    let (thousands, decimals) =
        (numbers().map(|p| p.thousands).sum::<u64>(), numbers().map(|p| p.decimals).sum::<u64>());
    let (points, commas) = match decimal {
        Decimal::Point => (decimals, thousands),
        Decimal::Comma => (thousands, decimals),
    };
    // A column with 1.126 and 1126 does not group thousands; 0.5 and 1.25 were counted as unambiguous, except in a
    // text.
    let ungrouped = numbers().any(|p| p.ungrouped && p.decimals + p.thousands > 0);
    let seen_decimals = decimal == Decimal::Point && profiles.iter().any(|p| p.certain[0] > 0);
    let grouped = commas == 0 && points >= TELLING_CELLS && !ungrouped && !seen_decimals;
    match decimal {
        Decimal::Point if (commas > 0 && points == 0) || grouped => Decimal::Comma,
        Decimal::Comma if commas == 0 && points > 0 && ungrouped => Decimal::Point,
        _ => decimal,
    }
}

/// A note about a guessed decimal separator in a file where semicolons raise doubts; `None` if cells prove it.
pub(crate) fn guessed(profiles: &[ColumnScan], decimal: Decimal, delimiter: u8) -> Option<Note> {
    let cell = profiles.iter().find_map(ColumnScan::either)?;
    if delimiter != b';' || votes(profiles) != (0, 0) {
        return None;
    }
    let value = number::parse(cell.as_bytes(), decimal)?.value;
    Some(Note::new(format!(
        "{cell} could be {value} or {}, and no cell of the file tells; read as {value}: use {} if it is not",
        number::parse(cell.as_bytes(), decimal.other())?.value,
        setting("data.decimal", &*decimal.other().mark().to_string())
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(cells: &[&str]) -> ColumnScan {
        let mut p = ColumnScan::new();
        for cell in cells {
            p.add(cell.as_bytes(), 1, &Missing::new(&[]), Decimal::Point);
        }
        p
    }

    #[test]
    fn types_are_those_of_all_cells() {
        let p = profile(&["1", "", "-3", "NA"]);
        assert!(p.number && p.whole && p.present == 2 && (p.min, p.max) == (-3.0, 1.0));
        assert!(!profile(&["1", "2.5"]).whole);
        let p = profile(&["1", "x"]);
        assert!(!p.number && !p.boolean() && p.date().is_none());
        assert!(profile(&["Yes", "no", "?"]).boolean());
        assert!(!profile(&["Yes", "no", "maybe"]).boolean());
        assert!(!profile(&["f", "n"]).boolean());
        assert_eq!(profile(&["01/02/2020", "13/02/2020"]).date(), Some((DateFormat::DayFirst, false)));
        assert_eq!(profile(&["01/02/2020"]).date(), Some((DateFormat::DayFirst, true)));
        assert!(profile(&["", ""]).date().is_none());
        let p = profile(&["31/12/99", "1/2/03 10:30"]);
        assert!(p.short_years() && p.date().is_none());
        assert!(!profile(&["31/12/99", "x"]).short_years() && !profile(&["", ""]).short_years());
        assert!(!profile(&["01/02/2020"]).short_years() && !profile(&["10.0.55.1"]).short_years());
    }

    #[test]
    fn a_column_of_almost_numbers_is_noticed() {
        let mut cells = vec!["12a"];
        cells.extend(["1", "2.5"].repeat(10));
        cells.push("x");
        assert_eq!(profile(&cells).almost_numbers(), Some((20, 1, "12a")));
        assert_eq!(profile(&["1", "x", "2"]).almost_numbers(), None);
        assert_eq!(profile(&["1", "2", "x", "3"]).almost_numbers(), Some((3, 1, "x")));
        assert_eq!(profile(&["1", "2", "x", "3", "y", "4"]).almost_numbers(), None);
        assert_eq!(profile(&["1", "2"]).almost_numbers(), None);
        assert!(profile(&["1,5", "2"]).other_mark() && profile(&["1,5", "2,5", "x", "3,5"]).other_mark());
    }

    #[test]
    fn the_decimal_mark_is_found_over_all_columns() {
        use Decimal::*;
        let decide = |columns: &[&[&str]], delimiter: u8| {
            let profiles: Vec<ColumnScan> = columns.iter().map(|c| profile(c)).collect();
            decide_decimal(&profiles, Point, delimiter)
        };
        assert_eq!(decide(&[&["1,5", "2"]], b';'), Comma);
        assert_eq!(decide(&[&["1.234,56", "1.234"]], b','), Comma);
        assert_eq!(decide(&[&["1.5", "2"]], b';'), Point);
        assert_eq!(decide(&[&["1,234", "2"]], b','), Point);
        assert_eq!(decide(&[&["1,234", "2"]], b';'), Comma);
        // Points that are always in thousands positions group thousands if semicolons suggest decimal commas.
        assert_eq!(decide(&[&["993", "1.126", "12.000", "3.000"]], b';'), Comma);
        assert_eq!(decide(&[&["993", "1.126", "12.000", "3.000"]], b','), Point);
        assert_eq!(decide(&[&["993", "1.126", "12.000"]], b';'), Point);
        assert_eq!(decide(&[&["993", "1.126", "12.000", "3.000", "4000"]], b';'), Point);
        assert_eq!(decide(&[&["993", "1.126", "12.000", "3.000"], &["0.5"]], b';'), Point);
        // One odd cell does not decide how the others are read.
        assert_eq!(decide(&[&["0,45", "1,15", "2,93", "<0,05", "1,12"]], b';'), Comma);
        assert_eq!(decide(&[&["<0,05", "0,45", "1,15", "2,93"]], b','), Comma);
        assert_eq!(decide(&[&["0.45", "1.15", "2.93", "<0.05", "1.12"]], b';'), Point);
        // A text with commas in it does not vote.
        assert_eq!(decide(&[&["1,5", "x"], &["1.5", "2.5"]], b';'), Point);
    }
}
