//! Bytes to text for files that are not all UTF-8.

/// The characters that Windows-1252 has at 0x80..0xA0; the rest of its upper half is Latin-1. The five bytes that it
/// leaves undefined stay control characters, as in the WHATWG encoding standard.
const UPPER: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// `bytes` as text: UTF-8, or else Windows-1252 (older exports of spreadsheets are written so).
///
/// It is decided cell by cell, so that the same bytes always mean the same text whatever else is in the file.
pub(crate) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => bytes
            .iter()
            .map(|b| if (0x80..0xA0).contains(b) { UPPER[usize::from(b - 0x80)] } else { char::from(*b) })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_is_kept_and_the_rest_is_windows_1252() {
        assert_eq!(decode("não".as_bytes()), "não");
        assert_eq!(decode(b"n\xe3o \x80 5"), "não € 5");
    }
}
