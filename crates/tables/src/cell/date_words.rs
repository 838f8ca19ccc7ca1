//! Dates whose month is a name, in English or Portuguese.

use crate::cell::date::{on, time};
use crate::cell::text::decode;
use jiff::civil::Time;

/// The abbreviated and full names of the months; January first.
const MONTHS: [&[&str]; 12] = [
    &["jan", "january", "janeiro"],
    &["feb", "fev", "february", "fevereiro"],
    &["mar", "march", "março", "marco"],
    &["apr", "abr", "april", "abril"],
    &["may", "mai", "maio"],
    &["jun", "june", "junho"],
    &["jul", "july", "julho"],
    &["aug", "ago", "august", "agosto"],
    &["sep", "set", "sept", "september", "setembro"],
    &["oct", "out", "october", "outubro"],
    &["nov", "november", "novembro"],
    &["dec", "dez", "december", "dezembro"],
];

/// Words in a date that are ignored.
const FILLERS: [&str; 9] = ["de", "of", "st", "nd", "rd", "th", "º", "ª", "o"];

/// The shortest and the longest of such dates, in bytes.
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=48;

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq)]
enum DatePart {
    /// A number, and how many digits it has.
    Number(i16, usize),
    /// A month, from 1.
    Month(i16),
}

/// A trimmed cell as seconds since 1970-01-01 00:00; the first of the month where no day is named.
pub(crate) fn parse(cell: &[u8]) -> Option<i64> {
    let (parts, time) = read(cell)?;
    let (year, month, day) = match parts[..] {
        [DatePart::Number(day, 1 | 2), DatePart::Month(month), DatePart::Number(year, 4)]
        | [DatePart::Month(month), DatePart::Number(day, 1 | 2), DatePart::Number(year, 4)]
        | [DatePart::Number(year, 4), DatePart::Month(month), DatePart::Number(day, 1 | 2)] => (year, month, day),
        [DatePart::Month(month), DatePart::Number(year, 4)] | [DatePart::Number(year, 4), DatePart::Month(month)] => {
            (year, month, 1)
        }
        _ => return None,
    };
    on(year, month, day, time)
}

/// Whether a cell is like `31-Dec-99` or `dez/99`: a date, except that its year has two digits.
pub(crate) fn has_short_year(cell: &[u8]) -> bool {
    let parts = read(cell).map(|(parts, _)| parts);
    let day = |day: i16| (1..=31).contains(&day);
    match parts.as_deref() {
        Some([DatePart::Number(a, 1 | 2), DatePart::Month(_), DatePart::Number(b, 2)]) => day(*a) || day(*b),
        Some([DatePart::Month(_), DatePart::Number(_, 2)]) => true,
        _ => false,
    }
}

/// Whether a word of a cell begins like the name of a month.
pub(crate) fn names_month(cell: &[u8]) -> bool {
    let begins = |at: usize| {
        let word = cell.get(at..at + 3).map(<[u8]>::to_ascii_lowercase);
        word.is_some_and(|word| MONTHS.iter().flat_map(|names| names.iter()).any(|name| name.as_bytes()[..3] == *word))
    };
    let starts = |at: &usize| cell[*at].is_ascii_alphabetic() && (*at == 0 || !cell[*at - 1].is_ascii_alphabetic());
    (0..cell.len()).filter(starts).any(begins)
}

/// The parts of a date in their order, exactly one of them a month, and the time after them.
fn read(cell: &[u8]) -> Option<(Vec<DatePart>, Time)> {
    if !LENGTHS.contains(&cell.len()) || !names_month(cell) {
        return None;
    }
    let text = decode(cell).to_lowercase();
    let (date, time) = match text.find(':') {
        None => (text.as_str(), Time::midnight()),
        Some(colon) => {
            let hour = text[..colon].trim_end_matches(|c: char| c.is_ascii_digit()).len();
            // A colon after a year does not belong to the time: `05MAR2020:10:30:00`.
            let (date, clock) = match colon - hour {
                4 => (&text[..colon], &text[colon + 1..]),
                _ => text.split_at(hour),
            };
            (date.trim_end_matches(['t', ' ', ',']), time(clock.to_uppercase().as_bytes())?)
        }
    };
    let mut parts = Vec::new();
    for word in words(date)? {
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            if word.len() > 4 {
                return None;
            }
            parts.push(DatePart::Number(word.parse().ok()?, word.len()));
        } else if let Some(month) = MONTHS.iter().position(|names| names.contains(&word)) {
            parts.push(DatePart::Month(month as i16 + 1));
        } else if !FILLERS.contains(&word) {
            return None;
        }
    }
    let months = parts.iter().filter(|part| matches!(part, DatePart::Month(_))).count();
    (months == 1 && parts.len() <= 3).then_some((parts, time))
}

/// The runs of digits and of letters in a text; `None` if anything but word separators occurs between them.
fn words(text: &str) -> Option<Vec<&str>> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let same = |c: char| if is_digit { c.is_ascii_digit() } else { c.is_alphabetic() };
        if !is_digit && !first.is_alphabetic() {
            if !" /.-,".contains(first) {
                return None;
            }
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let end = rest.find(|c: char| !same(c)).unwrap_or(rest.len());
        words.push(&rest[..end]);
        rest = &rest[end..];
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_by_their_names() {
        // 2020-03-05 is 18326 days after 1970-01-01.
        let day = 18_326 * 86_400;
        for text in [
            "5 Mar 2020",
            "05-mar-2020",
            "05/MAR/2020",
            "5 de março de 2020",
            "5 de marco de 2020",
            "March 5, 2020",
            "Mar. 5th, 2020",
            "5th of March 2020",
            "2020-Mar-05",
            "05MAR2020",
            "5º de março de 2020",
        ] {
            assert_eq!(parse(text.as_bytes()), Some(day), "{text}");
        }
        assert_eq!(parse(b"5 de mar\xe7o de 2020"), Some(day));
        for text in ["5 Mar 2020 10:30", "05MAR2020:10:30:00", "Mar 5, 2020 10:30 AM", "5-mar-2020t10:30"] {
            assert_eq!(parse(text.as_bytes()), Some(day + 37_800), "{text}");
        }
        for (name, month) in
            [("jan", 0), ("fev", 31), ("Feb", 31), ("abril", 91), ("maio", 121), ("out", 274), ("Dec", 335)]
        {
            assert_eq!(parse(format!("{name}/2020").as_bytes()), Some((18_262 + month) * 86_400), "{name}");
        }
        for text in [
            "31 Feb 2020",
            "5 Mars 2020",
            "May",
            "5 Mar 20",
            "5 Mar 2020 x",
            "Mar Mar 2020",
            "12 março",
            "1 2 mar 2020",
            "5#Mar#2020",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn two_digits_are_no_year() {
        assert!(
            has_short_year(b"31-DEC-99") && has_short_year(b"jan-20") && has_short_year("1 de março de 20".as_bytes())
        );
        assert!(!has_short_year(b"31 Dec 1999") && !has_short_year(b"March") && !has_short_year(b"5 apples 20"));
    }
}
