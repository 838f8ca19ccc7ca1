//! Pictures as SVG.

use super::{Anchor, Ink, Paint, Picture, PictureElement, Text, number};

const FONTS: &str = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";

/// The picture as SVG, for a separate file or inside a page, where it shrinks with its container.
pub(in crate::figure) fn svg(picture: &Picture) -> String {
    let [wide, high] = [picture.width, picture.height].map(number);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" height=\"{high}\" \
         font-family=\"{FONTS}\" stroke-linejoin=\"round\">\n<path fill=\"#fff\" d=\"M0 0h{wide}v{high}H0Z\"/>\n"
    );
    for part in &picture.parts {
        match part {
            PictureElement::Path { data, ink, paint } => path(&mut out, data, *ink, *paint),
            PictureElement::Text(text) => self::text(&mut out, text),
        }
    }
    out + "</svg>\n"
}

fn path(out: &mut String, data: &str, ink: Ink, paint: Paint) {
    let colour = hex(ink);
    *out += &match paint {
        Paint::Fill(1.0) => format!("<path fill=\"{colour}\""),
        Paint::Fill(opacity) => format!("<path fill=\"{colour}\" fill-opacity=\"{}\"", number(opacity)),
        Paint::Stroke(width, dashes) => {
            let mut stroke = format!("<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\"", number(width));
            if !dashes.is_empty() {
                let lengths: Vec<String> = dashes.iter().map(|length| number(f64::from(*length))).collect();
                stroke += &format!(" stroke-dasharray=\"{}\"", lengths.join(" "));
            }
            stroke
        }
    };
    *out += &format!(" d=\"{data}\"/>\n");
}

fn text(out: &mut String, text: &Text) {
    let [x, y] = text.at.map(number);
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let (size, colour) = (number(text.size), hex(text.ink));
    *out += &format!("<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{colour}\"{anchor}");
    if text.angle != 0.0 {
        *out += &format!(" transform=\"rotate({} {x} {y})\"", number(text.angle));
    }
    *out += &format!(">{}</text>\n", escaped(&text.text));
}

fn hex([red, green, blue]: Ink) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Text content of an element. Characters that XML does not allow are replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{circle, line};
    use super::*;

    #[test]
    fn a_picture_is_written_from_the_back_to_the_front() {
        let mut picture = Picture::new(20.0, 10.5);
        picture.path(&line(&[[1.0, 2.0], [3.0, 4.0]], false), [0, 114, 178], Paint::Stroke(2.0, &[8.0, 3.5]));
        picture.path(&circle([5.0, 5.0], 1.0), [0, 0, 0], Paint::Fill(0.2));
        let (at, text) = ([2.0, 3.0], "a < b & \u{ffff}\u{1}".to_string());
        picture.text(Text { at, text, size: 11.0, anchor: Anchor::End, angle: -90.0, ink: [255, 0, 9] });
        let lines = [
            "<path fill=\"#fff\" d=\"M0 0h20v10.5H0Z\"/>",
            "<path fill=\"none\" stroke=\"#0072b2\" stroke-width=\"2\" stroke-dasharray=\"8 3.5\" d=\"M1 2L3 4\"/>",
            "<path fill=\"#000000\" fill-opacity=\"0.2\" d=\"M4 5a1 1 0 1 1 2 0a1 1 0 1 1 -2 0Z\"/>",
            "<text x=\"2\" y=\"3\" font-size=\"11\" fill=\"#ff0009\" text-anchor=\"end\" transform=\"rotate(-90 2 3)\">\
             a &lt; b &amp; \u{fffd}\u{fffd}</text>",
            "</svg>",
        ];
        let drawn = svg(&picture);
        assert!(drawn.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 20 10.5\" "), "{drawn}");
        assert_eq!(drawn.lines().skip(1).collect::<Vec<_>>(), lines);
    }
}
