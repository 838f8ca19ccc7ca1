//! Pictures as PNG: paths are rasterised to masks, masks are painted as pixels, and pixels are compressed.

use super::{Anchor, Ink, Paint, Picture, PictureElement, Text, letters};
use flate2::{Compression, Crc, write::ZlibEncoder};
use std::io::Write;
use zeno::{Fill, Join, Mask, Stroke, Style, Transform};

/// The picture as PNG, with `scale` pixels per pixel of the picture.
pub(in crate::figure) fn png(picture: &Picture, scale: f64) -> Vec<u8> {
    let mut canvas = Canvas::new(picture, scale);
    for part in &picture.parts {
        match part {
            PictureElement::Path { data, ink, paint } => {
                let (style, opacity) = match paint {
                    Paint::Fill(opacity) => (Style::Fill(Fill::NonZero), *opacity),
                    Paint::Stroke(width, dashes) => (
                        Style::Stroke(Stroke { width: *width as f32, join: Join::Round, dashes, ..Stroke::default() }),
                        1.0,
                    ),
                };
                canvas.paint(data, style, [[scale, 0.0], [0.0, scale], [0.0, 0.0]], *ink, opacity);
            }
            PictureElement::Text(text) => canvas.text(text, scale),
        }
    }
    canvas.packed()
}

/// Red, green and blue of each pixel, row by row.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    /// A white canvas.
    fn new(picture: &Picture, scale: f64) -> Self {
        let [width, height] = [picture.width, picture.height].map(|x| (x * scale).round().max(1.0) as usize);
        Canvas { width, height, pixels: vec![255; 3 * width * height] }
    }

    /// Paints a path under an affine map: the images of a horizontal unit step, of a vertical one, and of the origin.
    fn paint(&mut self, data: &str, style: Style, map: [[f64; 2]; 3], ink: Ink, opacity: f64) {
        let [[xx, xy], [yx, yy], [x, y]] = map.map(|pair| pair.map(|x| x as f32));
        let transform = Transform::new(xx, xy, yx, yy, x, y);
        let (mask, place) = Mask::new(data).style(style).transform(Some(transform)).render();
        let wide = place.width as usize;
        for (row, covered) in mask.chunks(wide.max(1)).enumerate() {
            let Some(down) = inside(place.top, row, self.height) else { continue };
            for (column, covered) in covered.iter().enumerate().filter(|(_, covered)| **covered > 0) {
                let Some(across) = inside(place.left, column, self.width) else { continue };
                let share = opacity * f64::from(*covered) / 255.0;
                let at = 3 * (down * self.width + across);
                for (pixel, ink) in self.pixels[at..at + 3].iter_mut().zip(ink) {
                    *pixel = (f64::from(*pixel) + share * (f64::from(ink) - f64::from(*pixel))).round() as u8;
                }
            }
        }
    }

    fn text(&mut self, text: &Text, scale: f64) {
        let share = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => 0.5,
            Anchor::End => 1.0,
        };
        let (sin, cos) = text.angle.to_radians().sin_cos();
        let unit = scale * text.size / letters::UNITS;
        let mut along = -share * letters::width(&text.text, text.size) * scale;
        for letter in letters::of(&text.text) {
            let origin = [text.at[0] * scale + along * cos, text.at[1] * scale + along * sin];
            // In outlines y points up, in pictures down.
            let map = [[unit * cos, unit * sin], [unit * sin, -unit * cos], origin];
            self.paint(letter.outline, Style::Fill(Fill::NonZero), map, text.ink, 1.0);
            along += letter.advance * unit;
        }
    }

    fn packed(&self) -> Vec<u8> {
        let mut head = [self.width, self.height].map(|n| (n as u32).to_be_bytes()).concat();
        head.extend([8, 2, 0, 0, 0]); // eight bits for each of three colours
        let mut rows = ZlibEncoder::new(Vec::new(), Compression::best());
        for row in self.pixels.chunks(3 * self.width) {
            // Writing to memory cannot fail. Each row starts with its filter type: none.
            let _ = rows.write_all(&[0]).and_then(|()| rows.write_all(row));
        }
        let rows = rows.finish().unwrap_or_default();
        let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
        for (name, data) in [(b"IHDR", &head), (b"IDAT", &rows), (b"IEND", &Vec::new())] {
            let mut sum = Crc::new();
            sum.update(name);
            sum.update(data);
            out.extend((data.len() as u32).to_be_bytes());
            out.extend(name);
            out.extend(data);
            out.extend(sum.sum().to_be_bytes());
        }
        out
    }
}

/// Converts a position in a mask to one on the canvas.
fn inside(from: i32, by: usize, size: usize) -> Option<usize> {
    usize::try_from(i64::from(from) + by as i64).ok().filter(|at| *at < size)
}

#[cfg(test)]
mod tests {
    use super::super::{circle, line, rectangle};
    use super::*;
    use std::io::Read;

    /// Width, height and pixels.
    fn unpacked(png: &[u8]) -> (usize, usize, Vec<u8>) {
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(
            (&png[..8], &png[12..16], &png[24..29]),
            (&b"\x89PNG\r\n\x1a\n"[..], &b"IHDR"[..], &[8, 2, 0, 0, 0][..])
        );
        let (width, height, length) = (number(16), number(20), number(33));
        assert_eq!(&png[37..41], b"IDAT");
        let mut rows = Vec::new();
        flate2::read::ZlibDecoder::new(&png[41..41 + length]).read_to_end(&mut rows).unwrap();
        let pixels = rows.chunks(1 + 3 * width).flat_map(|row| {
            assert_eq!(row[0], 0, "no filter");
            row[1..].to_vec()
        });
        (width, height, pixels.collect())
    }

    /// How much of a black picture's area is covered, in its own pixels.
    fn covered(picture: &Picture, scale: f64) -> f64 {
        let (_, _, pixels) = unpacked(&png(picture, scale));
        pixels.iter().map(|p| f64::from(255 - p) / 255.0).sum::<f64>() / 3.0 / (scale * scale)
    }

    #[test]
    fn the_file_is_one_of_the_specification() {
        let drawn = png(&Picture::new(3.0, 2.0), 2.0);
        // The last chunk is the same in every PNG.
        assert_eq!(&drawn[drawn.len() - 12..], b"\0\0\0\0IEND\xae\x42\x60\x82");
        assert_eq!(unpacked(&drawn), (6, 4, vec![255; 72]));
    }

    #[test]
    fn areas_are_those_of_geometry() {
        let area = |data: String, paint: Paint| {
            let mut picture = Picture::new(60.0, 60.0);
            picture.path(&data, [0; 3], paint);
            covered(&picture, 2.0)
        };
        let close = |area: f64, exact: f64| assert!((area / exact - 1.0).abs() < 0.01, "{area} {exact}");
        close(area(rectangle([3.0, 4.0, 20.0, 10.0]), Paint::Fill(1.0)), 200.0);
        close(area(rectangle([3.0, 4.0, 20.0, 10.0]), Paint::Fill(0.2)), 40.0);
        close(area(rectangle([50.0, -5.0, 20.0, 10.0]), Paint::Fill(1.0)), 50.0);
        close(area(circle([30.0, 30.0], 20.0), Paint::Fill(1.0)), std::f64::consts::PI * 400.0);
        close(area(circle([10.0, 30.0], 5.0) + &circle([13.0, 30.0], 5.0), Paint::Fill(1.0)), {
            // Two circles, minus their common area.
            let (r, d) = (5.0f64, 3.0f64);
            let lens = 2.0 * r * r * (d / (2.0 * r)).acos() - d / 2.0 * (4.0 * r * r - d * d).sqrt();
            2.0 * std::f64::consts::PI * r * r - lens
        });
        close(area(line(&[[5.0, 5.0], [55.0, 5.0]], false), Paint::Stroke(2.0, &[])), 100.0);
        close(area(line(&[[5.0, 5.0], [55.0, 5.0]], false), Paint::Stroke(2.0, &[6.0, 4.0])), 60.0);
    }

    #[test]
    fn texts_stand_where_they_should() {
        let ink = [0, 0, 0];
        // A full block covers the letter's whole advance.
        let block = |anchor: Anchor, angle: f64| {
            let mut picture = Picture::new(100.0, 100.0);
            picture.text(Text { at: [50.0, 50.0], text: "███".into(), size: 16.0, anchor, angle, ink });
            let (width, _, pixels) = unpacked(&png(&picture, 1.0));
            let dark = |i: &usize| pixels[3 * i] < 128;
            let places: Vec<[usize; 2]> = (0..10_000).filter(dark).map(|i| [i % width, i / width]).collect();
            let ends = |axis: usize| {
                let along = || places.iter().map(|place| place[axis] as f64);
                [along().fold(f64::INFINITY, f64::min), along().fold(0.0, f64::max) + 1.0]
            };
            [ends(0), ends(1)]
        };
        let wide = letters::width("███", 16.0);
        let near = |got: [f64; 2], exact: [f64; 2]| {
            assert!(got.iter().zip(exact).all(|(a, b)| (a - b).abs() <= 1.0), "{got:?} {exact:?}");
        };
        near(block(Anchor::Start, 0.0)[0], [50.0, 50.0 + wide]);
        near(block(Anchor::Middle, 0.0)[0], [50.0 - wide / 2.0, 50.0 + wide / 2.0]);
        near(block(Anchor::End, 0.0)[0], [50.0 - wide, 50.0]);
        // Rotated counterclockwise, it goes up.
        near(block(Anchor::Start, -90.0)[1], [50.0 - wide, 50.0]);
        let [_, level] = block(Anchor::Start, 0.0);
        assert!(level[0] < 50.0 && 50.0 < level[1] && level[1] < 56.0, "the base line is at 50: {level:?}");
    }
}
