//! Converts bytes to text for files that are not all UTF-8, and normalises accented letters to one form.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The characters that Windows-1252 has at 0x80..0xA0; the rest of its upper half is Latin-1. The five bytes that it
/// leaves undefined stay control characters, as in the WHATWG encoding standard.
const UPPER: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// `bytes` as text: UTF-8, or else Windows-1252 (older exports of spreadsheets are written so).
///
/// The decision is made cell by cell, so that the same bytes always give the same text, whatever else the file
/// contains. Accented letters become single characters, as in [`composed`].
pub(crate) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => composed(text),
        Err(_) => bytes
            .iter()
            .map(|b| if (0x80..0xA0).contains(b) { UPPER[usize::from(b - 0x80)] } else { char::from(*b) })
            .collect(),
    }
}

/// A text whose accented letters are single characters (Unicode's form NFC). Some systems write them as a letter and a
/// combining accent, which looks the same but does not match typed text.
pub(crate) fn composed(text: &str) -> String {
    if text.is_ascii() || is_nfc(text) { text.to_string() } else { text.nfc().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accented_letters_have_one_form() {
        // The pairs of the Unicode standard, chapter 3.11.
        assert_eq!(decode("Evoluc\u{327}a\u{303}o".as_bytes()), "Evolu\u{e7}\u{e3}o");
        assert_eq!(composed("A\u{30a}"), "\u{c5}");
        assert_eq!(composed("\u{212b}"), "\u{c5}");
    }

    #[test]
    fn utf8_is_kept_and_the_rest_is_windows_1252() {
        assert_eq!(decode("não".as_bytes()), "não");
        assert_eq!(decode(b"n\xe3o \x80 5"), "não € 5");
    }
}
