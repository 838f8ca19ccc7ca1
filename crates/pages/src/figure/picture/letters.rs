//! The letters of DejaVu Sans as outlines: their widths determine the layout of every picture, their outlines are drawn
//! in PNG.
//!
//! `dejavu-sans.txt.gz` has a line for each character: its code, its advance and its outline as path data, in units of
//! 1/2048 of the font size; y points up. `letters.py` generates it.

use crate::figure::style::short;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::OnceLock;

/// Outline units per font size.
pub(super) const UNITS: f64 = 2048.0;

/// The replacement for a character that the font lacks.
const UNKNOWN: char = '\u{fffd}';

/// A letter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    /// The distance to the next letter, in units.
    pub advance: f64,
    /// Its outline in units.
    pub outline: &'static str,
}

fn letters() -> &'static BTreeMap<char, Letter> {
    static TEXT: OnceLock<String> = OnceLock::new();
    static LETTERS: OnceLock<BTreeMap<char, Letter>> = OnceLock::new();
    const PACKED: &[u8] = include_bytes!("dejavu-sans.txt.gz");
    LETTERS.get_or_init(|| {
        let text = TEXT.get_or_init(|| {
            let mut text = String::with_capacity(1_500_000);
            // A test checks that it can be decompressed.
            flate2::read::GzDecoder::new(PACKED).read_to_string(&mut text).map_or_else(|_| String::new(), |_| text)
        });
        text.lines().filter_map(letter).collect()
    })
}

fn letter(line: &'static str) -> Option<(char, Letter)> {
    let mut words = line.splitn(3, ' ');
    let code = u32::from_str_radix(words.next()?, 16).ok()?;
    let advance = words.next()?.parse().ok()?;
    Some((char::from_u32(code)?, Letter { advance, outline: words.next().unwrap_or_default() }))
}

/// The letters of a text, in order.
pub(super) fn of(text: &str) -> impl Iterator<Item = Letter> {
    let all = letters();
    text.chars().filter_map(|c| all.get(&c).or_else(|| all.get(&UNKNOWN)).copied())
}

/// The width of a text.
pub(in crate::figure) fn width(text: &str, size: f64) -> f64 {
    of(text).map(|letter| letter.advance).sum::<f64>() * size / UNITS
}

/// A text truncated to the available width, with an ellipsis.
pub(in crate::figure) fn fitted(text: &str, size: f64, room: f64) -> String {
    let whole = short(text, 200);
    if width(&whole, size) <= room {
        return whole;
    }
    let left = room - width("…", size);
    let mut used = 0.0;
    let fits = |c: &char| {
        used += width(c.encode_utf8(&mut [0; 4]), size);
        used <= left
    };
    let kept: String = whole.chars().take_while(fits).collect();
    kept.trim_end().to_string() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Advances according to the font's own table.
    #[test]
    fn letters_have_the_widths_of_the_font() {
        assert_eq!(letters().len(), 5918);
        let advances = [('A', 1401.0), ('i', 569.0), ('0', 1303.0), ('…', 2048.0), ('ç', 1126.0), ('Ω', 1565.0)];
        for (c, advance) in advances {
            assert_eq!(letters()[&c].advance, advance, "{c}");
        }
        assert_eq!(width("Ai0", 2048.0), 1401.0 + 569.0 + 1303.0);
        // A character in no font.
        assert_eq!(width("\u{10ffff}", 1.0), width("\u{fffd}", 1.0));
    }

    #[test]
    fn a_text_is_cut_where_its_room_ends() {
        assert_eq!(fitted("abc", 10.0, 1000.0), "abc");
        let cut = fitted(&"glucose ".repeat(20), 12.0, 90.0);
        assert!(cut.ends_with("e…") || cut.ends_with('…'), "{cut}");
        assert!(width(&cut, 12.0) <= 90.0 && width(&cut, 12.0) > 70.0, "{cut}");
        assert_eq!(fitted("abc", 10.0, 0.0), "…");
    }
}
