//! A static picture: paths and texts from the back to the front, written as SVG and as PNG.
//!
//! Both writers use the same path data, so that they cannot disagree. SVG uses the reader's fonts; PNG has built-in
//! letters.

mod letters;
mod png;
mod svg;

pub(super) use letters::{fitted, width};
pub(super) use png::png;
pub(super) use svg::svg;

/// A colour: red, green, blue.
pub(super) type Ink = [u8; 3];

/// A picture with a white background.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Picture {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    parts: Vec<PictureElement>,
}

#[derive(Debug, Clone, PartialEq)]
enum PictureElement {
    /// Path data of SVG.
    Path {
        data: String,
        ink: Ink,
        paint: Paint,
    },
    Text(Text),
}

/// How a path is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Paint {
    /// Its area, with an opacity.
    Fill(f64),
    /// Its outline: its width, and the lengths of dashes and gaps.
    Stroke(f64, &'static [f32]),
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    /// Its position: the point on its baseline that `anchor` selects.
    pub at: [f64; 2],
    /// Its content.
    pub text: String,
    /// Its font size.
    pub size: f64,
    /// The point of the text at `at`.
    pub anchor: Anchor,
    /// Its clockwise rotation around `at`, in degrees.
    pub angle: f64,
    /// Its colour.
    pub ink: Ink,
}

/// The anchor point of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Picture {
    /// An empty picture.
    pub fn new(width: f64, height: f64) -> Self {
        Picture { width, height, parts: Vec::new() }
    }

    /// Adds a path. An opaque one is merged with its predecessor if they have the same style: files get smaller, and
    /// the picture stays the same.
    pub fn path(&mut self, added: &str, ink: Ink, paint: Paint) {
        let is_opaque = matches!(paint, Paint::Fill(1.0) | Paint::Stroke(_, []));
        match self.parts.last_mut() {
            Some(PictureElement::Path { data, ink: i, paint: p }) if is_opaque && (*i, *p) == (ink, paint) => {
                *data += added
            }
            _ => self.parts.push(PictureElement::Path { data: added.to_string(), ink, paint }),
        }
    }

    /// Adds a text.
    pub fn text(&mut self, text: Text) {
        self.parts.push(PictureElement::Text(text));
    }
}

/// Parses a colour such as `#0072B2`.
pub(super) fn ink(colour: &str) -> Ink {
    let part = |from: usize| colour.get(from..from + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0);
    [part(1), part(3), part(5)]
}

/// A length in path data, with two decimals.
fn number(x: f64) -> String {
    let text = format!("{x:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_string() } else { short.to_string() }
}

/// A line through points; closed if it encloses an area.
pub(super) fn line(points: &[[f64; 2]], is_closed: bool) -> String {
    let places: Vec<String> = points.iter().map(|[x, y]| format!("{} {}", number(*x), number(*y))).collect();
    format!("M{}{}", places.join("L"), if is_closed { "Z" } else { "" })
}

/// A rectangle.
pub(super) fn rectangle([x, y, width, height]: [f64; 4]) -> String {
    let [x, y, wide, high, back] = [x, y, width, height, -width].map(number);
    format!("M{x} {y}h{wide}v{high}h{back}Z")
}

/// A circle.
pub(super) fn circle([x, y]: [f64; 2], r: f64) -> String {
    let [left, y, r, across, back] = [x - r, y, r, 2.0 * r, -2.0 * r].map(number);
    format!("M{left} {y}a{r} {r} 0 1 1 {across} 0a{r} {r} 0 1 1 {back} 0Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_data_is_short() {
        assert_eq!(["-0.001", "1.50", "2", "0.333"].map(|x| number(x.parse().unwrap())), ["0", "1.5", "2", "0.33"]);
        assert_eq!(line(&[[0.0, 1.0], [2.5, -3.0]], true), "M0 1L2.5 -3Z");
        assert_eq!(rectangle([1.0, 2.0, 3.0, 4.0]), "M1 2h3v4h-3Z");
    }

    #[test]
    fn equal_neighbours_are_one_path() {
        let mut picture = Picture::new(10.0, 10.0);
        for (paint, ink) in [(Paint::Fill(1.0), [0; 3]), (Paint::Fill(1.0), [0; 3]), (Paint::Fill(1.0), [1; 3])] {
            picture.path(&circle([2.0, 2.0], 1.0), ink, paint);
        }
        // Where two semi-transparent ones overlap, it is darker.
        for _ in 0..2 {
            picture.path(&circle([2.0, 2.0], 1.0), [1; 3], Paint::Fill(0.5));
        }
        assert_eq!(picture.parts.len(), 4);
    }
}
