//! The lists of a spec, adapted to a file: names that contain commas and were split at them, and missing-value words
//! that are numbers with a decimal comma.

use crate::cell::number::Decimal;
use crate::cell::text::composed;
use crate::spec::spec::DataSpec;

impl DataSpec {
    /// The spec for a file with columns of these names: a name that contains commas and was split at them is joined
    /// again, and accented letters get the file's form.
    pub fn for_columns(&self, names: &[String]) -> DataSpec {
        let list = |wanted: &[String]| joined(&wanted.iter().map(|name| composed(name)).collect::<Vec<_>>(), names);
        let one = |name: &Option<String>| name.as_deref().map(composed);
        DataSpec {
            target: one(&self.target),
            weight: one(&self.weight),
            positive: one(&self.positive),
            more_targets: list(&self.more_targets),
            categorical: list(&self.categorical),
            numeric: list(&self.numeric),
            literal: list(&self.literal),
            ignore: list(&self.ignore),
            ..self.clone()
        }
    }
}

/// The items, with the pieces of a name that contains commas joined. Pieces that are all names themselves stay
/// separate.
fn joined(items: &[String], names: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < items.len() {
        let longest = (at + 2..=items.len()).rev().find_map(|end| {
            let pieces = &items[at..end];
            let name =
                names.iter().find(|name| name.contains(',') && closed_up(name) == closed_up(&pieces.join(",")))?;
            (!pieces.iter().all(|piece| names.contains(piece))).then(|| (name.clone(), end))
        });
        let (name, end) = longest.unwrap_or_else(|| (items[at].clone(), at + 1));
        found.push(name);
        at = end;
    }
    found
}

/// A name without the spaces next to its commas.
fn closed_up(name: &str) -> String {
    name.split(',').map(str::trim).collect::<Vec<_>>().join(",")
}

/// The missing-value words for a file with this decimal separator. `-999,9` is a number if commas are decimal
/// separators, also as `-999,90`; otherwise it is `-999` and `9`.
pub(crate) fn words(missing: &[String], decimal: Decimal) -> Vec<String> {
    let mut words = Vec::new();
    for word in missing {
        words.push(word.clone());
        words.push(composed(word));
        match (digits_and_commas(word), decimal) {
            (0, _) => {}
            (1, Decimal::Comma) => words.push(word.replace(',', ".")),
            _ => words.extend(word.split(',').map(str::to_string)),
        }
    }
    words.dedup();
    words
}

/// The number of commas between the digits of a word that consists only of digits and commas, and optionally a sign.
fn digits_and_commas(word: &str) -> usize {
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    let pieces = digits.split(',').all(|piece| !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_digit()));
    if pieces { digits.matches(',').count() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| text.to_string()).collect()
    }

    #[test]
    fn names_with_commas_are_put_together() {
        let names = texts(&["RAIN, TOTAL, HOURLY (mm)", "TEMP,MAX", "UF", "a", "b", "a, b"]);
        let joined = |items: &[&str]| joined(&texts(items), &names);
        assert_eq!(joined(&["RAIN", "TOTAL", "HOURLY (mm)"]), ["RAIN, TOTAL, HOURLY (mm)"]);
        assert_eq!(joined(&["UF", "TEMP", "MAX", "a"]), ["UF", "TEMP,MAX", "a"]);
        assert_eq!(joined(&["a", "b"]), ["a", "b"]);
        assert_eq!(joined(&["TEMP", "MIN"]), ["TEMP", "MIN"]);
        assert_eq!(joined(&["a, b"]), ["a, b"]);
    }

    #[test]
    fn a_decimal_comma_is_no_end_of_a_word() {
        let of = |word: &str, decimal| words(&texts(&[word]), decimal);
        assert_eq!(of("-999,9", Decimal::Comma), ["-999,9", "-999.9"]);
        assert_eq!(of("99,999", Decimal::Point), ["99,999", "99", "999"]);
        assert_eq!(of("7,8,9", Decimal::Comma), ["7,8,9", "7", "8", "9"]);
        for word in ["n/d", "<0,05", ",5", "a,b", "-"] {
            assert_eq!(of(word, Decimal::Point), [word], "{word}");
        }
    }
}
