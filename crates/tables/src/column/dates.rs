//! Collects the evidence that the cells of a column are dates, cell by cell.

use crate::cell::date::{self, ANY_FORMAT, DateFormat, SHORT_YEAR};
use crate::cell::text::decode;

/// A cell, with the position in the text where its row starts.
pub(crate) type RowText = (u64, String);

/// Integers are taken for dates only if there are at least this many cells.
const FEWEST: u64 = 3;

/// The minimum if some cells have lost a leading zero.
const FEWEST_SHORTENED: u64 = 10;

/// After this many cells without enough dates, a column is no longer a candidate.
const MANY: u64 = 1000;

/// The evidence that the cells of a column are dates.
#[derive(Debug, Clone)]
pub(crate) struct Dates {
    /// The orders that explain all cells.
    all: u8,
    /// How many cells each order explains, in the order of [`DateFormat::ALL`].
    counts: [u64; DateFormat::ALL.len()],
    /// The number of cells examined.
    cells: u64,
    /// Cells in which the year comes first or the month is a name.
    plain: u64,
    /// Dates of digits that lack the leading zero.
    shortened: u64,
    /// The first cell that is not a date.
    odd: Option<RowText>,
    /// The first cells that must have the day first, and the month first.
    sides: [Option<RowText>; 2],
}

/// Dates of two orders in one column: an example cell of each.
pub(crate) struct TwoOrders<'a> {
    pub day_first: &'a RowText,
    pub month_first: &'a RowText,
}

impl Dates {
    pub fn new() -> Self {
        Dates {
            all: ANY_FORMAT,
            counts: [0; DateFormat::ALL.len()],
            cells: 0,
            plain: 0,
            shortened: 0,
            odd: None,
            sides: [None, None],
        }
    }

    /// Adds a cell that is not a number. Returns whether it is a date.
    pub fn add(&mut self, cell: &[u8], byte: u64) -> bool {
        if self.given_up() {
            self.cells += 1;
            return false;
        }
        let formats = date::formats(cell);
        self.count(formats, cell, byte);
        formats & !SHORT_YEAR != 0
    }

    /// Whether so few of many cells are dates that the rest need not be examined.
    #[inline]
    fn given_up(&self) -> bool {
        self.all == 0 && self.cells >= MANY && self.most() * 2 < self.cells
    }

    /// Adds a cell that is a number, which may still be a date of digits.
    #[inline]
    pub fn add_number(&mut self, cell: &[u8], byte: u64) {
        let formats = match cell.len() {
            7 | 8 | 12 | 14 if !self.given_up() => date::formats(cell),
            _ => 0,
        };
        if formats == 0 && self.odd.is_some() && self.all == 0 {
            // A column of numbers: this cell is no further evidence.
            self.cells += 1;
        } else {
            self.count(formats, cell, byte);
        }
    }

    fn count(&mut self, formats: u8, cell: &[u8], byte: u64) {
        self.cells += 1;
        self.all &= formats;
        let has = |format: DateFormat| formats & format.bit() != 0;
        for (count, format) in self.counts.iter_mut().zip(DateFormat::ALL) {
            *count += u64::from(has(format));
        }
        self.plain += u64::from(has(DateFormat::YearFirst));
        self.shortened += u64::from(cell.len() == 7 && formats & date::DIGITS != 0);
        let place = || Some((byte, decode(cell)));
        if formats & !SHORT_YEAR == 0 && self.odd.is_none() {
            self.odd = place();
        }
        for (side, format) in self.sides.iter_mut().zip([DateFormat::DayFirst, DateFormat::MonthFirst]) {
            if side.is_none() && has(format) && !has(DateFormat::YearFirst) && !format.swapped().is_some_and(has) {
                *side = place();
            }
        }
    }

    /// The order that explains all cells, and whether another order would too.
    pub fn format(&self) -> Option<(DateFormat, bool)> {
        let format = DateFormat::ALL.into_iter().find(|f| self.all & f.bit() != 0).filter(|_| self.cells > 0)?;
        let enough = if self.shortened > 0 { FEWEST_SHORTENED } else { FEWEST };
        if format.is_digits() && self.cells < enough {
            return None;
        }
        Some((format, format.swapped().is_some_and(|other| self.all & other.bit() != 0)))
    }

    /// Whether all cells are dates with two-digit years, which are not supported.
    pub fn short_years(&self) -> bool {
        self.cells > 0 && self.all & SHORT_YEAR != 0
    }

    /// The number of dates with the year first, if they are mixed with others.
    pub fn mixed(&self) -> Option<u64> {
        let (format, _) = self.format()?;
        (format.swapped().is_some() && self.plain > 0 && !format.is_digits()).then_some(self.plain)
    }

    /// The number of cells that the best order explains.
    pub fn most(&self) -> u64 {
        self.counts.iter().copied().max().unwrap_or(0)
    }

    /// For a column where most cells (nine of ten) are dates in one order and some are not dates: the number of dates,
    /// their order, and the first cell that is not a date.
    pub fn almost(&self) -> Option<(u64, DateFormat, &RowText)> {
        let best = (0..self.counts.len()).rev().max_by_key(|at| self.counts[*at])?;
        let count = self.counts[best];
        if count < 10 || count == self.cells || count * 10 < self.cells * 9 {
            return None;
        }
        Some((count, DateFormat::ALL[best], self.odd.as_ref()?))
    }

    /// Whether all cells are dates, but no order explains all of them.
    pub fn two_orders(&self) -> Option<TwoOrders<'_>> {
        match &self.sides {
            [Some(day_first), Some(month_first)] if self.odd.is_none() => Some(TwoOrders { day_first, month_first }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DateFormat::*;

    fn dates(cells: &[&str]) -> Dates {
        let mut dates = Dates::new();
        for (cell, byte) in cells.iter().zip(1..) {
            match cell.bytes().all(|b| b.is_ascii_digit()) {
                true => dates.add_number(cell.as_bytes(), byte),
                false => {
                    dates.add(cell.as_bytes(), byte);
                }
            }
        }
        dates
    }

    #[test]
    fn one_order_explains_all_cells() {
        for (cells, found) in [
            (&["01/02/2020", "13/02/2020"][..], Some((DayFirst, false))),
            (&["01/02/2020"], Some((DayFirst, true))),
            (&["2020-01-02"], Some((YearFirst, false))),
            (&["2020-01-02", "13/02/2020"], Some((DayFirst, false))),
            (&["2 Jan 2020", "Feb 3, 2020"], Some((MonthName, false))),
            (&["2 Jan 2020", "2020-02-03"], Some((YearFirst, false))),
            (&["2 Jan 2020", "13/02/2020"], Some((DayFirst, false))),
            (&["13/02/2020", "02/13/2020"], None),
            (&["28082019", "20022019", "01022019"], Some((DayFirstDigits, false))),
            (&["20190828", "20190220", "20190201"], Some((YearFirstDigits, false))),
            (&["20190828", "20190220"], None),
            (&["20190828", "20190220", "5"], None),
            (&["28082019", "20022019", "1022019"], None),
            (&[], None),
        ] {
            assert_eq!(dates(cells).format(), found, "{cells:?}");
        }
        let shortened = ["28082019", "1022019"].repeat(5);
        assert_eq!(dates(&shortened).format(), Some((DayFirstDigits, false)));
        assert_eq!(dates(&["2020-01-02", "13/02/2020", "14/02/2020"]).mixed(), Some(1));
        assert_eq!(dates(&["2020-01-02", "2020-02-03"]).mixed(), None);
    }

    #[test]
    fn impossible_and_contradictory_dates_are_noticed() {
        let mut cells = vec!["13/02/2020"; 20];
        cells[4] = "00/00/0000";
        assert_eq!(dates(&cells).almost(), Some((19, DayFirst, &(5, "00/00/0000".to_string()))));
        let mut cells = vec!["20200213"; 20];
        cells[7] = "0";
        assert_eq!(dates(&cells).almost(), Some((19, YearFirstDigits, &(8, "0".to_string()))));
        assert_eq!(dates(&["13/02/2020", "x", "13/02/2020"]).almost(), None);
        assert_eq!(dates(&["2020-02-13"; 12]).almost(), None);
        let found = dates(&["01/02/2020", "13/02/2020", "02/14/2020"]);
        let two = found.two_orders().unwrap();
        assert_eq!((two.day_first.0, two.month_first.0), (2, 3));
        assert!(dates(&["13/02/2020", "02/14/2020", "x"]).two_orders().is_none());
        assert!(dates(&["31/12/99", "1/2/03"]).short_years() && !dates(&["31/12/99", "x"]).short_years());
    }
}
