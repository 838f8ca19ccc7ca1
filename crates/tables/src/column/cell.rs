//! The contents of a cell other than a number or a date: a missing value, or a boolean.

use crate::cell::number::{self, Decimal};
use crate::spec::lists;
use crate::spec::spec::DataSpec;

/// `cell` without the white space around it.
#[inline]
pub(crate) fn trim(cell: &[u8]) -> &[u8] {
    match cell {
        [first, .., last] if *first > b' ' && *last > b' ' => cell,
        _ => cell.trim_ascii(),
    }
}

/// The words for a missing cell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Missing {
    words: Vec<Vec<u8>>,
    numbers: Vec<f64>,
    /// Whether words such as `NA` are values like any other.
    literal: bool,
}

impl Missing {
    /// The built-in words and `extra` ones. An extra word that is a number, such as `-999`, also matches that number in
    /// other notations, such as `-999.0`.
    pub fn new(extra: &[String]) -> Self {
        let words: Vec<Vec<u8>> = extra.iter().map(|w| w.trim().as_bytes().to_vec()).collect();
        let plain = |w: &Vec<u8>| number::parse(w, Decimal::Point).filter(|p| p.dress == number::dress::PLAIN);
        let numbers = words.iter().filter_map(plain).map(|p| p.value).collect();
        Missing { words, numbers, literal: false }
    }

    /// The missing-value words of each column of a file with a given decimal separator.
    pub fn of_columns(spec: &DataSpec, names: &[String], decimal: Decimal) -> Vec<Self> {
        let all = Missing::new(&lists::words(&spec.missing, decimal));
        let literal = Missing { literal: true, ..all.clone() };
        let of = |name: &String| if spec.literal.contains(name) { &literal } else { &all };
        names.iter().map(|name| of(name).clone()).collect()
    }

    /// Whether a trimmed cell is missing.
    #[inline]
    pub fn is(&self, cell: &[u8]) -> bool {
        let known = match cell {
            [] => true,
            _ if self.literal => false,
            [b'?'] | [b'-'] => true,
            [b'n' | b'N', rest @ ..] => [&b"a"[..], b"/a", b"an", b"ull"].iter().any(|w| rest.eq_ignore_ascii_case(w)),
            _ => false,
        };
        known || (!self.words.is_empty() && self.words.iter().any(|w| w == cell))
    }

    /// Whether a number stands for a missing cell.
    #[inline]
    pub fn is_number(&self, value: f64) -> bool {
        !self.numbers.is_empty() && self.numbers.contains(&value)
    }
}

/// Languages of yes and no: a column is boolean if one language explains all its cells.
const ENGLISH_TRUE: u8 = 1;
const ENGLISH_YES: u8 = 2;
const PORTUGUESE: u8 = 4;

/// The starting point for [`boolean`]: every language is possible.
pub(crate) const ANY_LANGUAGE: u8 = 7;

/// Whether a cell means yes or no, and in which languages (bits). `None` if it means neither.
///
/// The languages prevent `f`/`n` and `t`/`y` from being taken for a pair.
pub(crate) fn boolean(cell: &[u8]) -> Option<(bool, u8)> {
    if cell.len() > 5 {
        return None;
    }
    let mut lower = [0; 5];
    let lower = &mut lower[..cell.len()];
    lower.copy_from_slice(cell);
    lower.make_ascii_lowercase();
    Some(match &*lower {
        b"true" | b"t" => (true, ENGLISH_TRUE),
        b"false" | b"f" => (false, ENGLISH_TRUE),
        b"yes" | b"y" => (true, ENGLISH_YES),
        b"no" => (false, ENGLISH_YES),
        b"n" => (false, ENGLISH_YES | PORTUGUESE),
        b"sim" | b"s" => (true, PORTUGUESE),
        // "não" in UTF-8, with a lower-case or an upper-case letter, and in Windows-1252.
        b"nao" | b"n\xc3\xa3o" | b"n\xc3\x83o" | b"n\xe3o" | b"n\xc3o" => (false, PORTUGUESE),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_words_and_those_given_are_missing() {
        let m = Missing::new(&["-999".into(), "sem dado".into()]);
        for word in ["", "?", "-", "NA", "na", "N/A", "n/a", "NaN", "nan", "NULL", "null", "-999", "sem dado"] {
            assert!(m.is(word.as_bytes()), "{word}");
        }
        for word in ["none", "0", "n", "no", "Nao", "--"] {
            assert!(!m.is(word.as_bytes()), "{word}");
        }
        assert!(m.is_number(-999.0) && !m.is_number(999.0));
        let spec = DataSpec { literal: vec!["b".into()], missing: vec!["x".into()], ..DataSpec::default() };
        let [a, b] = &Missing::of_columns(&spec, &["a".into(), "b".into()], Decimal::Point)[..] else { panic!() };
        assert!(a.is(b"NA") && a.is(b"x") && a.is(b"") && !b.is(b"NA") && b.is(b"x") && b.is(b""));
    }

    #[test]
    fn yes_and_no_are_read_in_one_language() {
        assert_eq!(boolean(b"Yes"), Some((true, ENGLISH_YES)));
        assert_eq!(boolean("NÃO".as_bytes()), Some((false, PORTUGUESE)));
        let (_, f) = boolean(b"f").unwrap();
        let (_, n) = boolean(b"n").unwrap();
        assert_eq!(f & n, 0);
        assert_eq!(boolean(b"maybe"), None);
        assert_eq!(boolean(b"yes, please"), None);
    }

    #[test]
    fn spaces_around_a_cell_do_not_count() {
        assert_eq!(trim(b" \ta b "), b"a b");
        assert_eq!(trim(b" "), b"");
        assert_eq!(trim(b"x"), b"x");
    }
}
