//! Dates and times: their text formats, and their conversion to numbers.
//!
//! A date is kept as seconds since 1970-01-01 00:00 in local time. An offset such as `+02:00` is parsed and ignored,
//! because the local hour of the day is the useful input.

use crate::cell::date_words;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

/// The order of day, month and year; one for a whole column.
///
/// Where a four-digit year comes first, or the month is a name, the cell is unambiguous: such cells may occur together
/// with cells of the other orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateFormat {
    /// `2020-01-31` or `2020/01/31`, also with a time.
    YearFirst,
    /// `31/01/2020`, `31-01-2020` or `31.01.2020`, also with a time.
    DayFirst,
    /// `01/31/2020`, also with a time.
    MonthFirst,
    /// `31 Jan 2020`, `January 31, 2020`, `31 de janeiro de 2020`, `31JAN2020`, `jan/2020`, also with a time.
    MonthName,
    /// `20200131`, also with a time, as in `20200131T120000`.
    YearFirstDigits,
    /// `31012020`.
    DayFirstDigits,
    /// `01312020`.
    MonthFirstDigits,
}

impl DateFormat {
    /// Every order, in order of preference.
    pub const ALL: [DateFormat; 7] = [
        DateFormat::MonthName,
        DateFormat::YearFirst,
        DateFormat::DayFirst,
        DateFormat::MonthFirst,
        DateFormat::YearFirstDigits,
        DateFormat::DayFirstDigits,
        DateFormat::MonthFirstDigits,
    ];

    /// The pattern of a date in this order.
    pub fn pattern(self) -> &'static str {
        match self {
            DateFormat::YearFirst => "yyyy-mm-dd",
            DateFormat::DayFirst => "dd/mm/yyyy",
            DateFormat::MonthFirst => "mm/dd/yyyy",
            DateFormat::MonthName => "dd month yyyy",
            DateFormat::YearFirstDigits => "yyyymmdd",
            DateFormat::DayFirstDigits => "ddmmyyyy",
            DateFormat::MonthFirstDigits => "mmddyyyy",
        }
    }

    /// The order with day and month swapped, if there is one.
    pub(crate) fn swapped(self) -> Option<DateFormat> {
        match self {
            DateFormat::DayFirst => Some(DateFormat::MonthFirst),
            DateFormat::MonthFirst => Some(DateFormat::DayFirst),
            DateFormat::DayFirstDigits => Some(DateFormat::MonthFirstDigits),
            DateFormat::MonthFirstDigits => Some(DateFormat::DayFirstDigits),
            _ => None,
        }
    }

    /// Whether its dates consist of digits only, so that they are also numbers.
    pub(crate) fn is_digits(self) -> bool {
        self.bit() & DIGITS != 0
    }

    pub(crate) fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The orders whose dates consist of digits only.
pub(crate) const DIGITS: u8 = 0b111_0000;

/// The bit of a cell that would be a date if its year had four digits, such as `31/12/99`.
pub(crate) const SHORT_YEAR: u8 = 128;

/// The starting point for [`formats`]: every order is possible.
pub(crate) const ANY_FORMAT: u8 = 255;

/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;

/// The orders (bits) in which a trimmed cell is a date, or [`SHORT_YEAR`].
pub(crate) fn formats(cell: &[u8]) -> u8 {
    if cell.len() > LONGEST || !cell.iter().any(u8::is_ascii_digit) {
        return 0;
    }
    let fitting = |formats: &[DateFormat], parse: fn(&[u8], DateFormat) -> Option<i64>| {
        formats.iter().filter(|f| parse(cell, **f).is_some()).fold(0, |mask, f| mask | f.bit())
    };
    let separated_by = [DateFormat::YearFirst, DateFormat::DayFirst, DateFormat::MonthFirst];
    let of_digits = [DateFormat::YearFirstDigits, DateFormat::DayFirstDigits, DateFormat::MonthFirstDigits];
    match () {
        () if cell.iter().all(u8::is_ascii_digit) => fitting(&of_digits, only_digits),
        () if short_year(cell) => SHORT_YEAR,
        () if date_words::names_month(cell) => match date_words::parse(cell) {
            Some(_) => separated_by.iter().fold(DateFormat::MonthName.bit(), |mask, f| mask | f.bit()),
            None if date_words::has_short_year(cell) => SHORT_YEAR,
            None => 0,
        },
        () => fitting(&separated_by, separated) | fitting(&of_digits[..1], only_digits),
    }
}

/// A longer cell is not a date.
const LONGEST: usize = 48;

/// Whether a cell is like `31/12/99`: two numbers that may be day and month, and two digits for the year.
fn short_year(cell: &[u8]) -> bool {
    let parts = || -> Option<bool> {
        let ((a, _), rest) = digits(cell)?;
        let separator = *rest.first().filter(|b| b"-/.".contains(b))?;
        let ((b, _), rest) = digits(&rest[1..])?;
        let ((_, count), rest) = digits(rest.strip_prefix(&[separator])?)?;
        let end = rest.first().is_none_or(|b| b" T".contains(b));
        Some(end && count == 2 && (1..=31).contains(&a) && (1..=31).contains(&b) && a.min(b) <= 12)
    };
    parts().unwrap_or(false)
}

/// A trimmed cell as seconds since 1970-01-01 00:00, or `None` if it is not a date in this order.
pub(crate) fn parse(cell: &[u8], format: DateFormat) -> Option<i64> {
    match format {
        DateFormat::YearFirst | DateFormat::DayFirst | DateFormat::MonthFirst => {
            separated(cell, format).or_else(|| date_words::parse(cell))
        }
        DateFormat::MonthName => date_words::parse(cell),
        _ => only_digits(cell, format),
    }
}

/// `2020-01-31`, `31/01/2020` and similar formats.
fn separated(cell: &[u8], format: DateFormat) -> Option<i64> {
    if cell.len() < 8 || !cell[0].is_ascii_digit() {
        return None;
    }
    let (a, rest) = digits(cell)?;
    let separator = *rest.first().filter(|b| b"-/.".contains(b))?;
    let (b, rest) = digits(&rest[1..])?;
    let rest = rest.strip_prefix(&[separator])?;
    let (c, rest) = digits(rest)?;
    let (year, month, day) = match format {
        _ if a.1 == 4 => (a, b, c),
        DateFormat::DayFirst => (c, b, a),
        DateFormat::MonthFirst => (c, a, b),
        _ => return None,
    };
    if year.1 != 4 || month.1 > 2 || day.1 > 2 {
        return None;
    }
    let time = match rest {
        [] => Time::midnight(),
        [b'T' | b't' | b' ', rest @ ..] => time(rest)?,
        _ => return None,
    };
    on(year.0, month.0, day.0, time)
}

/// `20200131`, `31012020` and similar formats, with plausible years. A spreadsheet that parses them as numbers drops
/// the leading zero of a day or a month, so seven digits are accepted too.
fn only_digits(cell: &[u8], format: DateFormat) -> Option<i64> {
    let count = cell.iter().take_while(|b| b.is_ascii_digit()).count();
    let value = |digits: &[u8]| digits.iter().fold(0i16, |v, b| v * 10 + i16::from(b - b'0'));
    let (date, rest) = match (format, count) {
        (DateFormat::YearFirstDigits, 8 | 12 | 14) => cell.split_at(8),
        (DateFormat::DayFirstDigits | DateFormat::MonthFirstDigits, 7 | 8) => cell.split_at(count),
        _ => return None,
    };
    let (front, back) = date.split_at(date.len() - 4);
    let (first, second) = front.split_at(front.len() - 2);
    let (year, month, day) = match format {
        DateFormat::YearFirstDigits => (value(front), value(&back[..2]), value(&back[2..])),
        DateFormat::DayFirstDigits => (value(back), value(second), value(first)),
        _ => (value(back), value(first), value(second)),
    };
    let clock = rest.strip_prefix(b"T").unwrap_or(rest);
    let clock = clock.strip_suffix(b"Z").unwrap_or(clock);
    let part = |at: usize| clock.get(at..at + 2).map_or(0, value) as i8;
    let at = match clock.len() {
        0 if rest.is_empty() => Time::midnight(),
        4 | 6 if clock.iter().all(u8::is_ascii_digit) => Time::new(part(0), part(2), part(4).min(59), 0).ok()?,
        _ => return None,
    };
    if (1800..2200).contains(&year) { on(year, month, day, at) } else { None }
}

/// Seconds since 1970 of a time on a day; `None` if there is no such day.
pub(crate) fn on(year: i16, month: i16, day: i16, time: Time) -> Option<i64> {
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    seconds(date.to_datetime(time))
}

/// Seconds since 1970 of a local date and time.
pub(crate) fn seconds(at: DateTime) -> Option<i64> {
    Some(Offset::UTC.to_timestamp(at).ok()?.as_second())
}

/// At most 4 leading digits: their value and count, and the rest of the text.
fn digits(text: &[u8]) -> Option<((i16, usize), &[u8])> {
    let count = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if !(1..=4).contains(&count) {
        return None;
    }
    let value = text[..count].iter().fold(0i16, |v, b| v * 10 + i16::from(b - b'0'));
    Some(((value, count), &text[count..]))
}

/// `hh:mm[:ss[.fraction]][ AM| PM][Z|+hh:mm|+hhmm|+hh]`.
pub(crate) fn time(text: &[u8]) -> Option<Time> {
    let two = |text: &[u8]| -> Option<i8> {
        let ((value, count), _) = digits(text)?;
        (count <= 2).then_some(value as i8)
    };
    let skip = |text: &[u8]| text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let mut hour = two(text)?;
    let mut rest = text[skip(text)..].strip_prefix(b":")?;
    let minute = two(rest)?;
    rest = &rest[skip(rest)..];
    let mut second = 0;
    if let Some(r) = rest.strip_prefix(b":") {
        second = two(r)?;
        rest = &r[skip(r)..];
        if let [b'.' | b',', r @ ..] = rest {
            rest = &r[skip(r)..];
        }
    }
    rest = rest.trim_ascii_start();
    if rest.len() >= 2 && rest[1].eq_ignore_ascii_case(&b'm') && (1..=12).contains(&hour) {
        match rest[0] {
            b'a' | b'A' => hour %= 12,
            b'p' | b'P' => hour = hour % 12 + 12,
            _ => return None,
        }
        rest = rest[2..].trim_ascii_start();
    }
    let zone = match rest {
        [] | [b'Z' | b'z'] => true,
        [b'+' | b'-', r @ ..] => (2..=5).contains(&r.len()) && r.iter().all(|b| b.is_ascii_digit() || *b == b':'),
        _ => false,
    };
    // A leap second counts as the one before it.
    if zone { Time::new(hour, minute, second.min(59), 0).ok() } else { None }
}

/// The parts of a date other than its day that a network may use: month (0..12), weekday (0 = Monday ..7), hour
/// (0..24).
pub(crate) fn parts(seconds: i64) -> Option<(usize, usize, usize)> {
    let at = Offset::UTC.to_datetime(Timestamp::from_second(seconds).ok()?);
    let month = usize::try_from(at.month() - 1).ok()?;
    let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).ok()?;
    Some((month, weekday, usize::try_from(at.hour()).ok()?))
}

/// A time as text: `2020-01-31`, with the time of day if there is one.
pub(crate) fn text(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(at) if seconds % DAY == 0 => Offset::UTC.to_datetime(at).date().to_string(),
        Ok(at) => Offset::UTC.to_datetime(at).to_string(),
        Err(_) => String::new(),
    }
}

/// Sine and cosine of the angle of month `m` of 12: m * 30 degrees. Tabulated, so that the result does not depend on a
/// platform's math library.
pub(crate) fn month_cycle(m: usize) -> (f64, f64) {
    hour_cycle(m * 2)
}

/// Sine and cosine of the angle of hour `h` of 24: h * 15 degrees.
pub(crate) fn hour_cycle(h: usize) -> (f64, f64) {
    (QUARTER_TURNS[h % 24], QUARTER_TURNS[(h + 6) % 24])
}

/// Sine and cosine of the angle of weekday `d` of 7.
pub(crate) fn weekday_cycle(d: usize) -> (f64, f64) {
    (WEEK_SIN[d % 7], WEEK_COS[d % 7])
}

const S15: f64 = 0.258_819_045_102_520_76;
const S45: f64 = 0.707_106_781_186_547_5;
const S60: f64 = 0.866_025_403_784_438_6;
const S75: f64 = 0.965_925_826_289_068_3;

/// sin(k * 15 degrees).
const QUARTER_TURNS: [f64; 24] = [
    0.0, S15, 0.5, S45, S60, S75, 1.0, S75, S60, S45, 0.5, S15, 0.0, -S15, -0.5, -S45, -S60, -S75, -1.0, -S75, -S60,
    -S45, -0.5, -S15,
];

const W1: f64 = 0.781_831_482_468_029_8;
const W2: f64 = 0.974_927_912_181_823_6;
const W3: f64 = 0.433_883_739_117_558_1;
const V1: f64 = 0.623_489_801_858_733_6;
const V2: f64 = -0.222_520_933_956_314_4;
const V3: f64 = -0.900_968_867_902_419_1;
const WEEK_SIN: [f64; 7] = [0.0, W1, W2, W3, -W3, -W2, -W1];
const WEEK_COS: [f64; 7] = [1.0, V1, V2, V3, V3, V2, V1];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_their_order() {
        use DateFormat::*;
        assert_eq!(parse(b"1970-01-02", YearFirst), Some(DAY));
        assert_eq!(parse(b"1970/1/2", YearFirst), Some(DAY));
        assert_eq!(parse(b"2000-03-01T01:02:03.5Z", YearFirst), Some(951_868_800 + 3723));
        assert_eq!(parse(b"2000-03-01 01:02+02:00", YearFirst), Some(951_868_800 + 3720));
        assert_eq!(parse(b"02/01/1970", DayFirst), Some(DAY));
        assert_eq!(parse(b"02.01.1970 12:30", DayFirst), Some(DAY + 45_000));
        assert_eq!(parse(b"1/2/1970 3:05 PM", MonthFirst), Some(DAY + 15 * 3600 + 300));
        assert_eq!(parse(b"1/2/1970 12:05 am", MonthFirst), Some(DAY + 300));
        for text in
            ["1970-13-01", "1970-02-30", "1970-01/01", "70-01-01", "1970-01-01x", "1970-01-01 25:00", "12345678"]
        {
            assert_eq!(formats(text.as_bytes()), 0, "{text}");
        }
    }

    #[test]
    fn dates_without_separators_are_read() {
        use DateFormat::*;
        assert_eq!(parse(b"19700102", YearFirstDigits), Some(DAY));
        assert_eq!(parse(b"20000301T010203Z", YearFirstDigits), Some(951_868_800 + 3723));
        assert_eq!(parse(b"20000301010203", YearFirstDigits), Some(951_868_800 + 3723));
        assert_eq!(parse(b"02011970", DayFirstDigits), Some(DAY));
        assert_eq!(parse(b"2011970", DayFirstDigits), Some(DAY));
        assert_eq!(parse(b"01021970", MonthFirstDigits), Some(DAY));
        assert_eq!(formats(b"31012020"), DayFirstDigits.bit());
        assert_eq!(formats(b"20200131"), YearFirstDigits.bit());
        assert_eq!(formats(b"01022018"), DayFirstDigits.bit() | MonthFirstDigits.bit());
        for text in [
            "00000000",
            "99999999",
            "30022020",
            "20201301",
            "10101010",
            "202001",
            "1012020x",
            "20200131T",
            "20200131T25",
        ] {
            assert_eq!(formats(text.as_bytes()), 0, "{text}");
        }
    }

    #[test]
    fn a_year_in_front_or_a_name_says_itself_what_it_is() {
        use DateFormat::*;
        for format in [YearFirst, DayFirst, MonthFirst] {
            assert_eq!(parse(b"1970-01-02", format), Some(DAY));
            assert_eq!(parse(b"2 Jan 1970", format), Some(DAY));
        }
        assert_eq!(parse(b"1970-01-02", MonthName), None);
        assert_eq!(parse(b"02/01/1970", YearFirst), None);
    }

    #[test]
    fn a_day_above_twelve_settles_the_order() {
        assert_eq!(formats(b"31/01/2020"), DateFormat::DayFirst.bit());
        assert_eq!(formats(b"01/31/2020"), DateFormat::MonthFirst.bit());
        assert_eq!(formats(b"01/02/2020"), DateFormat::DayFirst.bit() | DateFormat::MonthFirst.bit());
    }

    #[test]
    fn the_parts_of_a_date_lie_on_circles() {
        // 1970-01-01 was a Thursday.
        assert_eq!(parts(0), Some((0, 3, 0)));
        assert_eq!(parts(-3600), Some((11, 2, 23)));
        for k in 0..24 {
            for (s, c) in [month_cycle(k), hour_cycle(k), weekday_cycle(k)] {
                assert!((s * s + c * c - 1.0).abs() < 1e-15);
            }
        }
        assert_eq!(hour_cycle(6), (1.0, 0.0));
        assert_eq!(month_cycle(6), (0.0, -1.0));
        // The sines over a full circle sum to 0, and so do the cosines.
        assert!((0..7).map(|d| weekday_cycle(d).1).sum::<f64>().abs() < 1e-15);
    }
}
