//! The first pass: what type the cells of a column have, without storing any of them.

use super::cell::{ANY_LANGUAGE, Missing, boolean};
use super::date::{self, ANY_FORMAT, DateFormat};
use super::number::{self, Decimal, Marks};
use super::text::decode;

/// What is known of a column after looking at some of its cells.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// Cells that are not missing.
    pub present: u64,
    /// Whether every cell is a number under the decimal mark in use.
    pub number: bool,
    /// Whether every cell is a number under the other decimal mark.
    other: bool,
    /// Cells whose marks prove the mark in use, or the other one.
    certain: [u64; 2],
    /// Cells with a thousands mark that could be the decimal one, and the other way round.
    thousands: u64,
    decimals: u64,
    /// Whether every number so far is whole.
    pub whole: bool,
    /// The smallest and the largest finite number.
    pub min: f64,
    /// See `min`.
    pub max: f64,
    /// Where in the text the first row with an infinite number starts, and how that is written.
    pub infinite: Option<(u64, String)>,
    languages: u8,
    formats: u8,
    /// Cells that are numbers, in a column where others are not.
    numbers: u64,
    /// Where in the text the first row without a number starts, and what stands there.
    odd: Option<(u64, String)>,
}

impl Profile {
    pub fn new() -> Self {
        Profile {
            present: 0,
            number: true,
            other: true,
            certain: [0; 2],
            thousands: 0,
            decimals: 0,
            whole: true,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            infinite: None,
            languages: ANY_LANGUAGE,
            formats: ANY_FORMAT,
            numbers: 0,
            odd: None,
        }
    }

    /// Takes in one trimmed cell of the row that starts at `byte`.
    #[inline]
    pub fn add(&mut self, cell: &[u8], byte: u64, missing: &Missing, decimal: Decimal) {
        if missing.is(cell) {
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
            (self.languages, self.formats) = (0, 0);
            match parsed.marks {
                Marks::Absent => {}
                Marks::Certain => {
                    self.other = false;
                    self.certain[0] += 1;
                }
                Marks::Decimal => self.decimals += 1,
                Marks::Thousands => self.thousands += 1,
            }
            self.take(parsed.value, || (byte, String::from_utf8_lossy(cell).into_owned()));
            return;
        }
        self.add_word(cell, byte, decimal);
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

    /// Takes in a number that is stored as one; NaN is missing.
    #[cfg(feature = "parquet")]
    pub fn add_number(&mut self, value: f64, row: u64, missing: &Missing) {
        if !value.is_nan() && !missing.is_number(value) {
            self.present += 1;
            (self.languages, self.formats) = (0, 0);
            self.take(value, || (row, value.to_string()));
        }
    }

    /// A cell that is no number under the mark in use.
    fn add_word(&mut self, cell: &[u8], byte: u64, decimal: Decimal) {
        if self.number {
            self.number = false;
            self.numbers = self.present - 1;
            self.odd = Some((byte, decode(cell)));
        } else if cell.first().is_some_and(|b| b.is_ascii_digit() || b"+-.,".contains(b)) {
            self.numbers += u64::from(number::parse(cell, decimal).is_some());
        }
        if self.other {
            match number::parse(cell, decimal.other()) {
                Some(parsed) if parsed.marks == Marks::Certain => self.certain[1] += 1,
                Some(_) => {}
                None => self.other = false,
            }
        }
        if self.languages != 0 {
            self.languages &= boolean(cell).map_or(0, |(_, languages)| languages);
        }
        if self.formats != 0 {
            self.formats &= date::formats(cell);
        }
    }

    /// In a column where most cells (nine of ten) are numbers and some are not: how many are, and the first that is
    /// none, with the place in the text where its row starts.
    pub fn almost_numbers(&self) -> Option<(u64, u64, &str)> {
        let (byte, odd) = self.odd.as_ref()?;
        (self.numbers >= 10 && self.numbers * 10 >= self.present * 9).then_some((self.numbers, *byte, odd.as_str()))
    }

    /// Whether all present cells are numbers, but only under the decimal mark that is not in use.
    pub fn other_mark(&self) -> bool {
        !self.number && self.other && self.certain[1] > 0
    }

    /// Whether all present cells say yes or no in one language.
    pub fn boolean(&self) -> bool {
        self.present > 0 && self.languages != 0
    }

    /// The order of day, month and year that explains all present cells, and whether another would, too.
    pub fn date(&self) -> Option<(DateFormat, bool)> {
        if self.present == 0 {
            return None;
        }
        let mut fits = DateFormat::ALL.into_iter().filter(|f| self.formats & f.bit() != 0);
        fits.next().map(|f| (f, fits.next().is_some()))
    }
}

/// Which decimal mark explains the columns of a file, given profiles made under `decimal`.
///
/// A column that is a number only under one of the marks votes with its telling cells. Where none tells, a file cut at
/// semicolons whose numbers have single commas only (`1,234`) is taken to mean decimals, because that is why semicolons
/// are used; elsewhere such a comma groups thousands.
pub(crate) fn decide_decimal(profiles: &[Profile], decimal: Decimal, delimiter: u8) -> Decimal {
    let votes = |i: usize, of: fn(&Profile) -> bool| -> u64 {
        profiles.iter().filter(|p| p.present > 0 && of(p)).map(|p| p.certain[i]).sum()
    };
    let (main, other) = (votes(0, |p| p.number), votes(1, |p| p.other));
    if main != other {
        return if other > main { decimal.other() } else { decimal };
    }
    let numbers = || profiles.iter().filter(|p| p.number);
    let (thousands, decimals) =
        (numbers().map(|p| p.thousands).sum::<u64>(), numbers().map(|p| p.decimals).sum::<u64>());
    if decimal == Decimal::Point && delimiter == b';' && thousands > 0 && decimals == 0 {
        return Decimal::Comma;
    }
    decimal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(cells: &[&str]) -> Profile {
        let mut p = Profile::new();
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
    }

    #[test]
    fn a_column_of_almost_numbers_is_noticed() {
        let mut cells = vec!["12a"];
        cells.extend(["1", "2.5"].repeat(10));
        cells.push("x");
        assert_eq!(profile(&cells).almost_numbers(), Some((20, 1, "12a")));
        assert_eq!(profile(&["1", "x", "2"]).almost_numbers(), None);
        assert_eq!(profile(&["1", "2"]).almost_numbers(), None);
        assert!(profile(&["1,5", "2"]).other_mark());
    }

    #[test]
    fn the_decimal_mark_is_found_over_all_columns() {
        use Decimal::*;
        let decide = |columns: &[&[&str]], delimiter: u8| {
            let profiles: Vec<Profile> = columns.iter().map(|c| profile(c)).collect();
            decide_decimal(&profiles, Point, delimiter)
        };
        assert_eq!(decide(&[&["1,5", "2"]], b';'), Comma);
        assert_eq!(decide(&[&["1.234,56", "1.234"]], b','), Comma);
        assert_eq!(decide(&[&["1.5", "2"]], b';'), Point);
        assert_eq!(decide(&[&["1,234", "2"]], b','), Point);
        assert_eq!(decide(&[&["1,234", "2"]], b';'), Comma);
        // A text with commas in it is no vote.
        assert_eq!(decide(&[&["1,5", "x"], &["1.5", "2.5"]], b';'), Point);
    }
}
