//! Numbers as they are written in files.

use serde::{Deserialize, Serialize};

/// What stands before the decimals.
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
    /// The mark itself.
    pub fn mark(self) -> char {
        char::from(self.byte())
    }

    pub(crate) fn byte(self) -> u8 {
        match self {
            Decimal::Point => b'.',
            Decimal::Comma => b',',
        }
    }

    /// The other mark, which may group thousands.
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
    /// What its marks say about which mark is the decimal one.
    pub marks: Marks,
    /// What stands around the digits; bits of [`dress`].
    pub dress: u8,
}

/// What may stand around the digits of a number.
pub(crate) mod dress {
    /// Nothing.
    pub const PLAIN: u8 = 1;
    /// A percent sign, which is dropped: `94 %` is 94.
    pub const PERCENT: u8 = 2;
    /// Parentheses, which bookkeepers write for a minus sign.
    pub const PARENTHESES: u8 = 4;
    /// The signs of currencies, as UTF-8 and as Windows-1252, and the bit of each currency.
    pub(super) const CURRENCIES: [(&[u8], u8); 7] =
        [(b"R$", 8), (b"US$", 16), (b"$", 16), (b"\xe2\x82\xac", 32), (b"\x80", 32), (b"\xc2\xa3", 64), (b"\xa3", 64)];

    /// Whether cells that are dressed in all these ways are numbers of one kind. Plain numbers may stand among amounts of
    /// money, but not among percents (is 0.5 a half, or 0.5 %?), and parentheses around all cells are no minus signs.
    pub fn of_one_kind(seen: u8) -> bool {
        let kinds = seen & !PARENTHESES;
        match kinds & PERCENT {
            0 => seen == 0 || (kinds != 0 && (kinds & !PLAIN).count_ones() <= 1),
            _ => kinds == PERCENT,
        }
    }
}

/// What the marks in a number say about which mark is the decimal one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marks {
    /// There are none.
    Absent,
    /// No other decimal mark explains the text, as in `1.5`.
    Certain,
    /// One decimal mark that could as well group thousands, as in `1.234`.
    Decimal,
    /// One thousands mark that could as well be the decimal one, as in `1,234`.
    Thousands,
}

/// Powers of ten that `f64` holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// `text` (trimmed) as a number, or `None` if it is none: sign, digits, decimal mark, exponent; the other mark may group
/// the digits before it in threes. Correctly rounded.
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
        None => Marks::Absent,
        Some(i) if decimals != 3 || i == 0 || i > 3 || digits[0] == b'0' => Marks::Certain,
        Some(_) => Marks::Decimal,
    };
    Some(Parsed { value: if negative { -value } else { value }, marks, dress: dress::PLAIN })
}

/// Exponents, thousands marks, many digits, infinities.
#[cold]
fn slow(negative: bool, digits: &[u8], decimal: Decimal) -> Option<Parsed> {
    let sign = if negative { -1.0 } else { 1.0 };
    if digits.eq_ignore_ascii_case(b"inf") || digits.eq_ignore_ascii_case(b"infinity") {
        return Some(Parsed { value: sign * f64::INFINITY, marks: Marks::Absent, dress: dress::PLAIN });
    }
    if !digits.iter().any(u8::is_ascii_digit) {
        return None;
    }
    if !digits.iter().all(|b| b.is_ascii_digit() || b"eE+-.,".contains(b)) {
        return undress(negative, digits, decimal);
    }
    let (mark, thousands) = (decimal.byte(), decimal.other().byte());
    let whole_end = digits.iter().position(|b| *b == mark || *b == b'e' || *b == b'E').unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(whole_end);
    let grouped = whole.contains(&thousands);
    if rest.contains(&thousands) || (grouped && !well_grouped(whole, thousands)) {
        return None;
    }
    let plain: String = whole
        .iter()
        .filter(|b| **b != thousands)
        .chain(rest)
        .map(|b| if *b == mark { '.' } else { char::from(*b) })
        .collect();
    // A lone second sign ("--1") or mark is refused by the parser itself.
    if plain.starts_with(['-', '+']) {
        return None;
    }
    let value: f64 = plain.parse().ok()?;
    // "1,234" alone could as well be a decimal; "1,234,567" and "1,234.5" could not.
    let groups = whole.iter().filter(|b| **b == thousands).count();
    let marks = match (rest.first() == Some(&mark), groups) {
        (true, _) | (false, 2..) => Marks::Certain,
        (false, 1) => Marks::Thousands,
        (false, 0) => Marks::Absent,
    };
    Some(Parsed { value: sign * value, marks, dress: dress::PLAIN })
}

/// A number with a percent sign, a currency or parentheses around it: `94 %`, `R$ 4.745,99`, `-$3`, `(93)`.
fn undress(negative: bool, text: &[u8], decimal: Decimal) -> Option<Parsed> {
    let (mut negative, mut text, mut dress) = (negative, text, 0);
    if let [b'(', inner @ .., b')'] = text {
        // A second sign would be nonsense.
        if negative {
            return None;
        }
        (negative, text, dress) = (true, strip_spaces(inner), dress::PARENTHESES);
    }
    if let [inner @ .., b'%'] = text {
        (text, dress) = (strip_spaces(inner), dress | dress::PERCENT);
    } else {
        for (sign, bit) in dress::CURRENCIES {
            if let Some(inner) = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)) {
                (text, dress) = (strip_spaces(inner), dress | bit);
                break;
            }
        }
    }
    if let ([b'-', inner @ ..], false) = (text, negative) {
        (negative, text) = (true, strip_spaces(inner));
    }
    // Digits and marks only, so that this is never called again for what is inside.
    if dress == 0 || !text.iter().all(|b| b.is_ascii_digit() || b".,".contains(b)) {
        return None;
    }
    let inner = parse(text, decimal)?;
    Some(Parsed { value: if negative { -inner.value } else { inner.value }, marks: inner.marks, dress })
}

/// `text` without the spaces around it, those that do not break lines included.
fn strip_spaces(mut text: &[u8]) -> &[u8] {
    loop {
        let before = text;
        text = text.trim_ascii();
        for space in [&b"\xc2\xa0"[..], b"\xe2\x80\xaf", b"\xa0"] {
            text = text.strip_prefix(space).unwrap_or(text);
            text = text.strip_suffix(space).unwrap_or(text);
        }
        if text == before {
            return text;
        }
    }
}

/// Whether the digits stand in groups of three behind a first group of one to three that starts with no zero.
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
            assert_eq!(marks(text), Marks::Certain, "{text}");
        }
        assert_eq!(marks("1.234"), Marks::Decimal);
        assert_eq!(marks("1,234"), Marks::Thousands);
        assert_eq!(marks("12"), Marks::Absent);
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
    fn numbers_of_one_kind_are_dressed_alike() {
        let seen = |cells: &[&str]| {
            let bits = cells.iter().map(|c| parse(c.as_bytes(), Decimal::Point).unwrap().dress).fold(0, |a, b| a | b);
            dress::of_one_kind(bits)
        };
        for good in [&["1", "2"][..], &["5%", "6 %"], &["R$ 5", "3", "(R$ 4)"], &["(5)", "5"], &["$5", "US$ 5"]] {
            assert!(seen(good), "{good:?}");
        }
        for bad in [&["5%", "0.5"][..], &["5%", "$5"], &["R$ 5", "$5"], &["(11)", "(21)"]] {
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
