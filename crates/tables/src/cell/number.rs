//! Numbers: their text formats.

use crate::cell::clock;
use serde::{Deserialize, Serialize};

/// The decimal separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decimal {
    /// `1.5` and `1,234.5`.
    #[serde(rename = ".")]
    Point,
    /// `1,5` and `1.234,5`.
    #[serde(rename = ",")]
    Comma,
}

impl Decimal {
    /// The separator itself.
    pub fn mark(self) -> char {
        char::from(self.byte())
    }

    pub(crate) fn byte(self) -> u8 {
        match self {
            Decimal::Point => b'.',
            Decimal::Comma => b',',
        }
    }

    /// The other separator, which may group thousands.
    pub(crate) fn other(self) -> Decimal {
        match self {
            Decimal::Point => Decimal::Comma,
            Decimal::Comma => Decimal::Point,
        }
    }
}

/// A number read from a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parsed {
    /// Its value; infinite for `inf` and for numbers beyond the range of `f64`.
    pub value: f64,
    /// Which decimal separator its separators indicate.
    pub marks: NumberMarks,
    /// What surrounds the digits; bits of [`dress`].
    pub dress: u16,
}

/// What may surround the digits of a number.
pub(crate) mod dress {
    /// Nothing.
    pub const PLAIN: u16 = 1;
    /// A percent sign, which is removed: `94 %` is 94.
    pub const PERCENT: u16 = 2;
    /// Accounting notation of a minus sign: parentheses around the number, or a trailing sign.
    pub const BOOKED: u16 = 4;
    /// A time of day or a duration, which is a number of seconds.
    pub const CLOCK: u16 = 8;
    /// A dash in place of a zero amount: `R$ -`.
    pub const DASH: u16 = 16;
    /// The currency signs, as UTF-8 and as Windows-1252, and the bit of each currency.
    pub(crate) const CURRENCIES: [(&[u8], u16); 7] = [
        (b"R$", 32),
        (b"US$", 64),
        (b"$", 64),
        (b"\xe2\x82\xac", 128),
        (b"\x80", 128),
        (b"\xc2\xa3", 256),
        (b"\xa3", 256),
    ];
    /// The bits of all currencies.
    const MONEY: u16 = 32 | 64 | 128 | 256;

    /// Whether cells with all these notations are numbers of the same kind. Plain numbers may be mixed with amounts of
    /// money, but not with percentages (is 0.5 a half, or 0.5 %?) or times. Parentheses around all cells are not minus
    /// signs.
    pub fn of_one_kind(seen: u16) -> bool {
        let kinds = seen & !(BOOKED | DASH);
        match kinds & (PERCENT | CLOCK) {
            0 => seen == 0 || (kinds != 0 && (kinds & MONEY).count_ones() <= 1),
            one => kinds == one && one.count_ones() == 1,
        }
    }

    /// The currency of amounts of money.
    pub fn currency(seen: u16) -> Option<&'static str> {
        let bit = seen & MONEY;
        let text = CURRENCIES.iter().find(|(_, one)| *one == bit).map(|(text, _)| *text);
        text.and_then(|text| std::str::from_utf8(text).ok())
    }
}

/// Which decimal separator the separators in a number indicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberMarks {
    /// The number has no separators.
    Absent,
    /// Only this decimal separator explains the text, as in `1.5`.
    Certain,
    /// A decimal separator that could also be a thousands separator, as in `1.234`.
    Decimal,
    /// A thousands separator that could also be the decimal separator, as in `1,234`.
    Thousands,
}

/// Powers of ten that `f64` represents exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// `text` (trimmed) as a number, or `None` if it is not a number: sign, digits, decimal separator, exponent; the other
/// separator may group the digits before it in threes. Correctly rounded.
#[inline]
pub(crate) fn parse(text: &[u8], decimal: Decimal) -> Option<Parsed> {
    let (negative, digits) = match text.first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let digit = |i: usize| digits.get(i).map(|b| b.wrapping_sub(b'0')).filter(|d| *d < 10);
    let (mut at, mut mantissa) = (0, 0u64);
    while let Some(d) = digit(at) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(d));
        at += 1;
    }
    let mut before = None;
    if digits.get(at) == Some(&decimal.byte()) {
        before = Some(at);
        at += 1;
        while let Some(d) = digit(at) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(d));
            at += 1;
        }
    }
    if at < digits.len() {
        return slow(negative, digits, decimal);
    }
    let count = digits.len() - usize::from(before.is_some());
    let decimals = before.map_or(0, |i| digits.len() - i - 1);
    // Both the mantissa and the power of ten are exact, so that the quotient is rounded once (Clinger 1990).
    if count == 0 || count > 19 || mantissa > 1 << 53 || decimals > 22 {
        return slow(negative, digits, decimal);
    }
    let value = if decimals == 0 { mantissa as f64 } else { mantissa as f64 / TENS[decimals] };
    let marks = match before {
        None => NumberMarks::Absent,
        Some(i) if decimals != 3 || i == 0 || i > 3 || digits[0] == b'0' => NumberMarks::Certain,
        Some(_) => NumberMarks::Decimal,
    };
    Some(Parsed { value: if negative { -value } else { value }, marks, dress: dress::PLAIN })
}

/// Exponents, thousands separators, many digits, infinities.
#[cold]
fn slow(negative: bool, digits: &[u8], decimal: Decimal) -> Option<Parsed> {
    let sign = if negative { -1.0 } else { 1.0 };
    if digits.eq_ignore_ascii_case(b"inf") || digits.eq_ignore_ascii_case(b"infinity") {
        return Some(Parsed { value: sign * f64::INFINITY, marks: NumberMarks::Absent, dress: dress::PLAIN });
    }
    if digits.len() > LONGEST_DRESSED && !digits.iter().all(|b| PLAIN_BYTES.contains(b)) {
        return None;
    }
    if digits.last() == Some(&b'-') || !digits.iter().all(|b| PLAIN_BYTES.contains(b)) {
        return undress(negative, &plain_signs(digits), decimal);
    }
    let (value, marks) = grouped(digits, decimal)?;
    Some(Parsed { value: sign * value, marks, dress: dress::PLAIN })
}

/// The characters of a plain number.
const PLAIN_BYTES: &[u8] = b"0123456789eE+-.,";

/// A longer cell with characters around its digits is text.
const LONGEST_DRESSED: usize = 64;

/// Digits with a decimal separator, an exponent, and thousands grouped by the other separator, by spaces or by
/// apostrophes.
fn grouped(digits: &[u8], decimal: Decimal) -> Option<(f64, NumberMarks)> {
    let (mark, other) = (decimal.byte(), decimal.other().byte());
    let whole_end = digits.iter().position(|b| *b == mark || *b == b'e' || *b == b'E').unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(whole_end);
    let thousands = whole.iter().copied().find(|b| *b == other || b" '".contains(b));
    if rest.iter().any(|b| *b == other || b" '".contains(b)) || thousands.is_some_and(|t| !well_grouped(whole, t)) {
        return None;
    }
    let plain: String = whole
        .iter()
        .filter(|b| Some(**b) != thousands)
        .chain(rest)
        .map(|b| if *b == mark { '.' } else { char::from(*b) })
        .collect();
    // A second sign ("--1") is rejected here, a lone separator or letter by the parser.
    if !plain.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value: f64 = plain.parse().ok()?;
    // "1,234" alone could also be a decimal; "1,234,567" and "1,234.5" could not. Spaces are no evidence for either
    // separator.
    let groups = whole.iter().filter(|b| **b == other).count();
    let marks = match (rest.first() == Some(&mark), groups) {
        (true, _) | (false, 2..) => NumberMarks::Certain,
        (false, 1) => NumberMarks::Thousands,
        (false, 0) => NumberMarks::Absent,
    };
    Some((value, marks))
}

/// Non-ASCII characters for a minus sign, a space or an apostrophe: UTF-8 first, then Windows-1252, whose bytes also
/// occur within UTF-8 characters.
const LIKE_ASCII: [(&[u8], u8); 18] = [
    (b"\xe2\x88\x92", b'-'),
    (b"\xe2\x80\x90", b'-'),
    (b"\xe2\x80\x91", b'-'),
    (b"\xe2\x80\x92", b'-'),
    (b"\xe2\x80\x93", b'-'),
    (b"\xef\xb9\xa3", b'-'),
    (b"\xef\xbc\x8d", b'-'),
    (b"\xc2\xa0", b' '),
    (b"\xe2\x80\x87", b' '),
    (b"\xe2\x80\x88", b' '),
    (b"\xe2\x80\x89", b' '),
    (b"\xe2\x80\xaf", b' '),
    (b"\xe2\x80\x99", b'\''),
    (b"\xca\xbc", b'\''),
    (b"\xc2\xb4", b'\''),
    (b"\x96", b'-'),
    (b"\xa0", b' '),
    (b"\x92", b'\''),
];

/// `text` with the variants of minus sign, space and apostrophe replaced by the ASCII characters.
fn plain_signs(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        // A whole character if it is UTF-8, so that no byte within a character is mistaken for a sign.
        let is_text = |length: &usize| std::str::from_utf8(&rest[..*length]).is_ok();
        let length = (1..=rest.len().min(4)).find(is_text).unwrap_or(1);
        let (character, behind) = rest.split_at(length);
        match LIKE_ASCII.iter().find(|(other, _)| *other == character) {
            Some((_, ascii)) => plain.push(*ascii),
            None => plain.extend_from_slice(character),
        }
        rest = behind;
    }
    plain
}

/// A number with characters around it: `94 %`, `R$ 4.745,99`, `-$3`, `(93)`, `93-`, `7:27:52`.
fn undress(negative: bool, text: &[u8], decimal: Decimal) -> Option<Parsed> {
    let (mut negative, mut text, mut dress) = (negative, text.trim_ascii(), 0);
    let mut signs = u8::from(negative);
    if let [b'(', inner @ .., b')'] = text {
        (negative, text, dress) = (true, inner.trim_ascii(), dress::BOOKED);
        signs += 1;
    }
    take_sign(&mut text, &mut signs, &mut negative);
    if let [inner @ .., b'-'] = text {
        if let Some(currency) = money(inner.trim_ascii()).filter(|(_, rest)| rest.is_empty()) {
            return Some(Parsed { value: 0.0, marks: NumberMarks::Absent, dress: currency.0 | dress::DASH });
        }
        (negative, text, dress) = (true, inner.trim_ascii(), dress::BOOKED);
        signs += 1;
    }
    if let [inner @ .., b'%'] = text {
        (text, dress) = (inner.trim_ascii(), dress | dress::PERCENT);
    } else if let Some((bit, inner)) = money(text) {
        (text, dress) = (inner, dress | bit);
        if let [inner @ .., b'-'] = text {
            (negative, text, dress) = (true, inner.trim_ascii(), dress | dress::BOOKED);
            signs += 1;
        }
    }
    take_sign(&mut text, &mut signs, &mut negative);
    if text.is_empty() && signs == 1 && dress & !dress::BOOKED != 0 {
        // "- €": the sign was a dash in place of a zero.
        return Some(Parsed { value: 0.0, marks: NumberMarks::Absent, dress: dress & !dress::BOOKED | dress::DASH });
    }
    // A second sign or an exponent would be invalid.
    if signs > 1 || !text.first().is_some_and(|b| b.is_ascii_digit() || b".,".contains(b)) {
        return None;
    }
    let (value, marks) = match () {
        // The remaining text has nothing around it, so this function is not called again.
        () if text.iter().all(|b| b.is_ascii_digit() || b".,".contains(b)) => {
            parse(text, decimal).map(|p| (p.value, p.marks))?
        }
        () if text.iter().all(|b| b.is_ascii_digit() || b".,' ".contains(b)) => grouped(text, decimal)?,
        () => {
            dress |= dress::CLOCK;
            (clock::seconds(text)?, NumberMarks::Absent)
        }
    };
    let dress = if dress == 0 { dress::PLAIN } else { dress };
    Some(Parsed { value: if negative { -value } else { value }, marks, dress })
}

/// Removes a minus sign from the beginning of a text.
fn take_sign(text: &mut &[u8], signs: &mut u8, negative: &mut bool) {
    if let [b'-', inner @ ..] = *text {
        (*text, *negative) = (inner.trim_ascii(), true);
        *signs += 1;
    }
}

/// A text without the currency sign before or after it, and the bit of that currency.
fn money(text: &[u8]) -> Option<(u16, &[u8])> {
    dress::CURRENCIES.iter().find_map(|(sign, bit)| {
        let inner = text.strip_prefix(*sign).or_else(|| text.strip_suffix(*sign))?;
        Some((*bit, inner.trim_ascii()))
    })
}

/// Whether the digits are in groups of three, after a first group of one to three digits that does not start with zero.
fn well_grouped(whole: &[u8], thousands: u8) -> bool {
    whole.split(|b| *b == thousands).enumerate().all(|(i, group)| {
        group.iter().all(u8::is_ascii_digit)
            && if i == 0 { (1..=3).contains(&group.len()) && group[0] != b'0' } else { group.len() == 3 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(text: &str) -> Option<f64> {
        parse(text.as_bytes(), Decimal::Point).map(|p| p.value)
    }

    fn comma(text: &str) -> Option<f64> {
        parse(text.as_bytes(), Decimal::Comma).map(|p| p.value)
    }

    #[test]
    fn numbers_of_both_kinds_are_read() {
        for (text, value) in [
            ("0", 0.0),
            ("-0.5", -0.5),
            ("+7", 7.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("1.5E-3", 0.0015),
            ("1,234", 1234.0),
            ("1,234,567.5", 1_234_567.5),
            ("123456789012345678901234567890", 123456789012345678901234567890.0),
            ("0.1", 0.1),
            ("4.9e-324", f64::from_bits(1)),
        ] {
            assert_eq!(point(text), Some(value), "{text}");
        }
        assert_eq!(comma("1,5"), Some(1.5));
        assert_eq!(comma("1.234,56"), Some(1234.56));
        assert_eq!(comma("-1.234.567"), Some(-1_234_567.0));
        for text in
            ["", "-", ".", "1.2.3", "1,23", "0,123,456", "1,2345", "e5", "1e", "--1", "1-2", "nan", "0x10", "12a"]
        {
            assert_eq!(point(text), None, "{text}");
        }
        assert_eq!(comma("1.5"), None);
        assert_eq!(point("-inf"), Some(f64::NEG_INFINITY));
        assert_eq!(point("1e999"), Some(f64::INFINITY));
    }

    #[test]
    fn marks_tell_what_they_prove() {
        let marks = |text: &str| parse(text.as_bytes(), Decimal::Point).unwrap().marks;
        for text in ["1.5", "0.123", "1234.567", "1,234.5", "1,234,567", "1.5e3"] {
            assert_eq!(marks(text), NumberMarks::Certain, "{text}");
        }
        assert_eq!(marks("1.234"), NumberMarks::Decimal);
        assert_eq!(marks("1,234"), NumberMarks::Thousands);
        assert_eq!(marks("12"), NumberMarks::Absent);
    }

    #[test]
    fn percents_and_money_are_numbers() {
        for (text, value) in [
            ("93,6%", 93.6),
            ("94 %", 94.0),
            ("94\u{a0}%", 94.0),
            ("R$ 4.745,99", 4745.99),
            ("-R$ 3,00", -3.0),
            ("R$ -3,00", -3.0),
            ("(R$ 3,00)", -3.0),
            ("\u{20ac} 5", 5.0),
            ("5,5 \u{20ac}", 5.5),
            ("\u{a3}5", 5.0),
            ("(93)", -93.0),
        ] {
            assert_eq!(comma(text), Some(value), "{text}");
        }
        assert_eq!(point("$1,234.50"), Some(1234.5));
        assert_eq!(parse(b"\x80 5", Decimal::Point).map(|p| p.value), Some(5.0));
        for text in ["%", "R$", "(x1)", "-(5)", "5%%", "R$ 5%", "(-5)", "R$ 1e3", "R$ $ 5", "(5", "--$5", "5 kg"] {
            assert_eq!(point(text), None, "{text}");
        }
    }

    #[test]
    fn spaces_and_apostrophes_group_thousands() {
        for (text, value) in [
            ("64 399,78", 64_399.78),
            ("7\u{a0}372,56", 7372.56),
            ("1\u{202f}234\u{202f}567", 1_234_567.0),
            ("1\u{2009}234,5", 1234.5),
            ("1'234'567,5", 1_234_567.5),
            ("1\u{2019}234", 1234.0),
            ("- 64 399,78", -64_399.78),
            ("R$ 1 234,50", 1234.5),
            ("12 345 %", 12_345.0),
        ] {
            assert_eq!(comma(text), Some(value), "{text}");
        }
        assert_eq!(point("4'218.72"), Some(4218.72));
        // The bytes of a non-breaking space and of an apostrophe in Windows-1252.
        assert_eq!(parse(b"1\xa0234.5", Decimal::Point).map(|p| p.value), Some(1234.5));
        assert_eq!(parse(b"1\x92234.5", Decimal::Point).map(|p| p.value), Some(1234.5));
        for text in ["12 34", "1 2345", "0 123", "1 234 56", "1 234,567", "1'23", "1 234'567", "1  234", "2020 01"] {
            assert_eq!(point(text), None, "{text}");
        }
        // A separator after a group of thousands is the decimal one, even if three digits follow; a space is no
        // evidence.
        assert_eq!(parse(b"1 234.567", Decimal::Point).unwrap().marks, NumberMarks::Certain);
        assert_eq!(parse(b"1 234", Decimal::Point).unwrap().marks, NumberMarks::Absent);
    }

    #[test]
    fn every_minus_sign_is_one() {
        for text in [
            "\u{2212}2.5",
            "\u{2013}2.5",
            "\u{2011}2.5",
            "\u{ff0d}2.5",
            "2.5-",
            "2.5 -",
            "(2.5)",
            "- 2.5",
            "2.5\u{2212}",
        ] {
            assert_eq!(point(text), Some(-2.5), "{text}");
        }
        assert_eq!(parse(b"\x962.5", Decimal::Point).map(|p| p.value), Some(-2.5));
        assert_eq!(comma("3.098,21-"), Some(-3098.21));
        assert_eq!(comma("R$ 3.098,21-"), Some(-3098.21));
        assert_eq!(parse("\u{2212}1.234".as_bytes(), Decimal::Point).unwrap().marks, NumberMarks::Decimal);
        for text in ["-2.5-", "\u{2212}-2.5", "(2.5-)", "-\u{2212}2.5", "2-5", "--", "\u{2212}"] {
            assert_eq!(point(text), None, "{text}");
        }
    }

    #[test]
    fn a_dash_with_a_currency_is_a_zero_amount() {
        for text in ["R$ -", "R$-", "- R$", "$ -", "\u{20ac} \u{2013}", "R$ \u{a0}-", "-   \u{20ac}"] {
            let p = parse(text.as_bytes(), Decimal::Point).unwrap();
            assert!(p.value == 0.0 && p.dress & dress::DASH != 0 && p.marks == NumberMarks::Absent, "{text}");
        }
    }

    #[test]
    fn times_are_numbers_of_seconds() {
        for (text, value) in [("7:27:52", 26_872.0), ("-0:30", -1800.0), ("09:02", 32_520.0)] {
            let p = parse(text.as_bytes(), Decimal::Comma).unwrap();
            assert_eq!((p.value, p.dress), (value, dress::CLOCK), "{text}");
        }
    }

    #[test]
    fn numbers_of_one_kind_are_dressed_alike() {
        let seen = |cells: &[&str]| {
            let bits = cells.iter().map(|c| parse(c.as_bytes(), Decimal::Point).unwrap().dress).fold(0, |a, b| a | b);
            dress::of_one_kind(bits)
        };
        for good in [
            &["1", "2"][..],
            &["5-", "3"],
            &["R$ -", "R$ 3", "2"],
            &["1:30", "2:00:15"],
            &["5%", "6 %"],
            &["R$ 5", "3", "(R$ 4)"],
            &["(5)", "5"],
            &["$5", "US$ 5"],
        ] {
            assert!(seen(good), "{good:?}");
        }
        for bad in [
            &["5%", "0.5"][..],
            &["1:30", "90"],
            &["1:30", "5%"],
            &["1-", "2-"],
            &["5%", "$5"],
            &["R$ 5", "$5"],
            &["(11)", "(21)"],
        ] {
            assert!(!seen(bad), "{bad:?}");
        }
    }

    #[test]
    fn the_fast_way_rounds_as_the_standard_parser_does() {
        let mut state = 1u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let text = format!("{}.{}", (state >> 40) % 100_000, (state >> 10) % 1_000_000_000);
            assert_eq!(point(&text), text.parse().ok(), "{text}");
        }
    }
}
