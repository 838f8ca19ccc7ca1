//! Figures as still pictures: laid out here, written as SVG and PNG by `kuva`. Always on white paper.

use super::style::{self, Span, bounds, colour, short, turns};
use super::{Figure, Panel, Place, Scale, Series, Shape};
use crate::language::Lang;
use kuva::backend::{png::PngBackend, svg::SvgBackend};
use kuva::render::color::Color;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor};
use treino::error::{Error, Result};

const INK: &str = "#1f2328";
const SOFT: &str = "#57606a";
const GRID: &str = "#e4e7eb";
const DASHES: [&str; 6] = ["", "8 4", "8 3 2 3", "14 5", "2 3", "14 4 2 4"];
const WIDTH: f64 = 760.0;

/// The figure as SVG, with its title.
pub fn svg(figure: &Figure, lang: Lang) -> String {
    SvgBackend::new().render_scene(&scene(figure, lang, true))
}

/// The same without the title, for a page that has it.
pub(super) fn svg_untitled(figure: &Figure, lang: Lang) -> String {
    let drawn = SvgBackend::new().render_scene(&scene(figure, lang, false));
    // It shrinks with the page.
    drawn.replacen("<svg ", &format!("<svg viewBox=\"0 0 {WIDTH} {}\" ", height(figure, false)), 1)
}

/// The figure as PNG, two pixels for one of the SVG; the font comes along.
///
/// # Errors
/// One that cannot be encoded.
pub fn png(figure: &Figure, lang: Lang) -> Result<Vec<u8>> {
    let drawn = PngBackend::new().with_scale(2.0).render_scene(&scene(figure, lang, true));
    drawn.map_err(|e| Error::input(format!("the figure \"{}\" cannot be drawn: {e}", figure.id)))
}

fn columns(figure: &Figure) -> usize {
    if figure.panels.len() > 1 { 2 } else { 1 }
}

fn panel_height(figure: &Figure) -> f64 {
    let names = figure.panels.iter().map(|p| if let Scale::Names(names) = &p.y.scale { names.len() } else { 0 });
    let long = figure.panels.iter().map(style::listed).max().unwrap_or(0).saturating_sub(4);
    let least = if columns(figure) > 1 { 320.0 } else { 400.0 } + 10.0 * long as f64;
    f64::max(least, 110.0 + 22.0 * names.max().unwrap_or(0) as f64)
}

fn height(figure: &Figure, is_titled: bool) -> f64 {
    figure.panels.len().div_ceil(columns(figure)) as f64 * panel_height(figure) + if is_titled { 40.0 } else { 0.0 }
}

fn scene(figure: &Figure, lang: Lang, is_titled: bool) -> Scene {
    let mut scene = Scene::new(WIDTH, height(figure, is_titled));
    scene.background_color = Some("#ffffff".to_string());
    scene.font_family = Some("system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif".to_string());
    let mut pen = Pen { out: Vec::new() };
    if is_titled {
        pen.text(16.0, 28.0, &short(&figure.title, 80), 17, TextAnchor::Start, INK);
    }
    let columns = columns(figure);
    let (wide, high) = (WIDTH / columns as f64, panel_height(figure));
    for (i, panel) in figure.panels.iter().enumerate() {
        let top = (i / columns) as f64 * high + if is_titled { 40.0 } else { 0.0 };
        draw(&mut pen, panel, [(i % columns) as f64 * wide, top, wide, high], lang);
    }
    scene.elements = pen.out;
    scene
}

struct Pen {
    out: Vec<Primitive>,
}

impl Pen {
    fn text(&mut self, x: f64, y: f64, text: &str, size: u32, anchor: TextAnchor, ink: &str) {
        // A dollar would begin a formula.
        let content = text.replace('$', "\\$");
        let color = Some(Color::from(ink));
        self.out.push(Primitive::Text { x, y, content, size, anchor, rotate: None, bold: false, color });
    }

    fn turned(&mut self, [x, y]: [f64; 2], text: &str, size: u32, anchor: TextAnchor, angle: f64) {
        self.text(x, y, text, size, anchor, SOFT);
        if let Some(Primitive::Text { rotate, .. }) = self.out.last_mut() {
            *rotate = Some(angle);
        }
    }

    fn line(&mut self, points: Vec<(f64, f64)>, ink: &str, stroke_width: f64, dash: &str) {
        if points.len() > 1 {
            let stroke_dasharray = (!dash.is_empty()).then(|| dash.to_string());
            self.out.push(Primitive::PolyLine { points, stroke: Color::from(ink), stroke_width, stroke_dasharray });
        }
    }

    fn rect(&mut self, [x, y, width, height]: [f64; 4], fill: Color, opacity: f64) {
        let opacity = (opacity < 1.0).then_some(opacity);
        self.out.push(Primitive::Rect { x, y, width, height, fill, stroke: None, stroke_width: None, opacity });
    }

    /// A small sign: circle, square, diamond, triangle, cross, x.
    fn sign(&mut self, turn: Option<usize>, [x, y]: [f64; 2], r: f64) {
        let ink = colour(turn);
        let path = |points: &[[f64; 2]]| {
            let places: Vec<String> =
                points.iter().map(|[a, b]| format!("{:.2} {:.2}", x + r * a, y + r * b)).collect();
            format!("M{} Z", places.join(" L"))
        };
        let d = match turn.unwrap_or(0) % 6 {
            0 => {
                let fill = Color::from(ink);
                let circle =
                    Primitive::Circle { cx: x, cy: y, r, fill, fill_opacity: None, stroke: None, stroke_width: None };
                return self.out.push(circle);
            }
            1 => path(&[[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]),
            2 => path(&[[0.0, -1.3], [1.3, 0.0], [0.0, 1.3], [-1.3, 0.0]]),
            3 => path(&[[0.0, -1.2], [1.1, 0.9], [-1.1, 0.9]]),
            4 => {
                self.line(vec![(x - r, y), (x + r, y)], ink, 2.0, "");
                return self.line(vec![(x, y - r), (x, y + r)], ink, 2.0, "");
            }
            _ => {
                self.line(vec![(x - r, y - r), (x + r, y + r)], ink, 2.0, "");
                return self.line(vec![(x - r, y + r), (x + r, y - r)], ink, 2.0, "");
            }
        };
        self.path(d, ink, 1.0);
    }

    fn path(&mut self, d: String, ink: &str, opacity: f64) {
        let (fill, stroke) = (Some(Color::from(ink)), Color::None);
        let data = PathData { d, fill, stroke, stroke_width: 0.0, opacity: Some(opacity), stroke_dasharray: None };
        self.out.push(Primitive::Path(Box::new(data)));
    }
}

/// About how wide a text is.
fn width_of(text: &str, size: f64) -> f64 {
    0.56 * size * text.chars().count() as f64
}

struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x: Span,
    y: Span,
}

impl Frame {
    fn at(&self, x: f64, y: f64) -> Option<[f64; 2]> {
        Some([self.across(self.x.share(x)?), self.up(self.y.share(y)?)])
    }

    /// The nearest place inside.
    fn held(&self, x: f64, y: f64) -> Option<[f64; 2]> {
        Some([self.across(self.x.held(x)?), self.up(self.y.held(y)?)])
    }

    fn across(&self, share: f64) -> f64 {
        self.left + share * (self.right - self.left)
    }

    fn up(&self, share: f64) -> f64 {
        self.bottom - share * (self.bottom - self.top)
    }
}

fn draw(pen: &mut Pen, panel: &Panel, [left, top, wide, high]: [f64; 4], lang: Lang) {
    let [x, y] = Span::of(panel);
    let y_ticks: Vec<_> = y.ticks(&panel.y, if matches!(panel.y.scale, Scale::Names(_)) { 60 } else { 6 }, lang);
    let y_ticks: Vec<(f64, String)> = y_ticks.into_iter().map(|(at, text)| (at, short(&text, 24))).collect();
    let widest = y_ticks.iter().map(|(_, text)| width_of(text, 11.0)).fold(20.0, f64::max);
    let x_ticks = x.ticks(
        &panel.x,
        if wide > 500.0 { 8 } else { 5 }.max(if matches!(panel.x.scale, Scale::Names(_)) { 24 } else { 0 }),
        lang,
    );
    let frame_left = left + 40.0 + widest;
    let room = (left + wide - 20.0 - frame_left) / x_ticks.len().max(1) as f64;
    let is_turned = x_ticks.iter().any(|(_, text)| width_of(text, 11.0).min(90.0) > room);
    let mut head = top + 12.0;
    if !panel.title.is_empty() {
        pen.text(frame_left, head + 8.0, &short(&panel.title, 60), 13, TextAnchor::Start, INK);
        head += 20.0;
    }
    head = legend(pen, panel, frame_left, left + wide - 16.0, head);
    let bottom = top + high - if is_turned { 96.0 } else { 46.0 };
    let frame = Frame { left: frame_left, right: left + wide - 20.0, top: head + 8.0, bottom, x, y };
    for (at, text) in &y_ticks {
        let Some(share) = y.share(*at) else { continue };
        let place = frame.up(share);
        if !matches!(panel.y.scale, Scale::Names(_)) {
            pen.line(vec![(frame.left, place), (frame.right, place)], GRID, 1.0, "");
        }
        pen.text(frame.left - 8.0, place + 4.0, text, 11, TextAnchor::End, SOFT);
    }
    for (at, text) in &x_ticks {
        let Some(share) = x.share(*at) else { continue };
        let place = frame.across(share);
        pen.line(vec![(place, frame.bottom), (place, frame.bottom + 4.0)], SOFT, 1.0, "");
        if is_turned {
            pen.turned([place + 4.0, frame.bottom + 14.0], &short(text, 14), 11, TextAnchor::End, -40.0);
        } else {
            pen.text(place, frame.bottom + 18.0, &short(text, 18), 11, TextAnchor::Middle, SOFT);
        }
    }
    pen.line(vec![(frame.left, frame.bottom), (frame.right, frame.bottom)], SOFT, 1.0, "");
    let middle = (frame.left + frame.right) / 2.0;
    pen.text(middle, top + high - 10.0, &short(&panel.x.title, 70), 12, TextAnchor::Middle, INK);
    let side = [left + 16.0, (frame.top + frame.bottom) / 2.0];
    pen.turned(side, &short(&panel.y.title, 50), 12, TextAnchor::Middle, -90.0);
    marks(pen, panel, &frame, false);
    for (series, turn) in panel.series.iter().zip(turns(panel)) {
        shape(pen, series, turn, &frame);
    }
    marks(pen, panel, &frame, true);
}

fn legend(pen: &mut Pen, panel: &Panel, left: f64, right: f64, top: f64) -> f64 {
    let (mut x, mut y, mut shown) = (left, top + 6.0, Vec::new());
    for (series, turn) in panel.series.iter().zip(turns(panel)) {
        if series.name.is_empty() || shown.contains(&&series.name) {
            continue;
        }
        shown.push(&series.name);
        let name = short(&series.name, 34);
        let wide = 34.0 + width_of(&name, 11.0) + 12.0;
        if x > left && x + wide > right {
            (x, y) = (left, y + 17.0);
        }
        let ink = colour(turn);
        match series.shape {
            Shape::Line { .. } => {
                pen.line(vec![(x, y), (x + 26.0, y)], ink, if turn.is_some() { 2.0 } else { 1.0 }, dash(turn));
                if turn.is_some() {
                    pen.sign(turn, [x + 13.0, y], 3.0);
                }
            }
            Shape::Points { .. } | Shape::Whiskers { .. } => pen.sign(turn, [x + 13.0, y], 4.0),
            _ => pen.rect([x + 4.0, y - 5.0, 18.0, 10.0], Color::from(ink), 0.7),
        }
        pen.text(x + 32.0, y + 4.0, &name, 11, TextAnchor::Start, INK);
        x += wide;
    }
    if shown.is_empty() { top } else { y + 10.0 }
}

fn dash(turn: Option<usize>) -> &'static str {
    turn.map_or("2 3", |i| DASHES[style::dash(i)])
}

fn shape(pen: &mut Pen, series: &Series, turn: Option<usize>, frame: &Frame) {
    let ink = colour(turn);
    let pairs = |x: &[f64], y: &[f64]| -> Vec<[f64; 2]> { x.iter().zip(y).map(|(x, y)| [*x, *y]).collect() };
    match &series.shape {
        Shape::Line { x, y } => {
            let mut run = Vec::new();
            let (mut signs, every) = (Vec::new(), x.len().div_ceil(12).max(1));
            let wide = if turn.is_some() { 2.0 } else { 1.0 };
            for (i, [x, y]) in pairs(x, y).into_iter().enumerate() {
                match frame.at(x, y) {
                    Some([a, b]) => {
                        run.push((a, b));
                        if i % every == 0 && turn.is_some() {
                            signs.push([a, b]);
                        }
                    }
                    None => pen.line(std::mem::take(&mut run), ink, wide, dash(turn)),
                }
            }
            pen.line(run, ink, wide, dash(turn));
            signs.into_iter().for_each(|at| pen.sign(turn, at, 3.0));
        }
        Shape::Points { x, y, .. } => {
            pairs(x, y).into_iter().filter_map(|[x, y]| frame.at(x, y)).for_each(|at| pen.sign(turn, at, 3.2));
        }
        Shape::Whiskers { x, y, low, high } => {
            for (i, [x, y]) in pairs(x, y).into_iter().enumerate() {
                let Some(at) = frame.at(x, y) else { continue };
                let end = |ends: &[f64]| ends.get(i).and_then(|end| frame.held(x, *end));
                if let (Some([a, from]), Some([_, to])) = (end(low), end(high)) {
                    pen.line(vec![(a, from), (a, to)], ink, 1.5, "");
                    for b in [from, to] {
                        pen.line(vec![(a - 4.0, b), (a + 4.0, b)], ink, 1.5, "");
                    }
                }
                pen.sign(turn, at, 3.6);
            }
        }
        Shape::Band { x, low, high } => {
            let lower = pairs(x, low).into_iter().zip(high).filter(|(at, high)| at[1].is_finite() && high.is_finite());
            let (lower, upper): (Vec<_>, Vec<_>) = lower.map(|([x, low], high)| ([x, low], [x, *high])).unzip();
            let around = lower.into_iter().chain(upper.into_iter().rev()).filter_map(|[x, y]| frame.held(x, y));
            let places: Vec<String> = around.map(|[x, y]| format!("{x:.2} {y:.2}")).collect();
            if places.len() > 2 {
                pen.path(format!("M{} Z", places.join(" L")), ink, 0.2);
            }
        }
        Shape::Bars { x, y, width } => {
            for [x, y] in pairs(x, y) {
                let (from, to) = (frame.held(x - width / 2.0, 0.0), frame.held(x + width / 2.0, y));
                if let (Some([a, b]), Some([c, d])) = (from, to) {
                    pen.rect([a, b.min(d), (c - a - 1.0).max(0.5), (b - d).abs()], Color::from(ink), 0.8);
                }
            }
        }
        Shape::Rows { x, y, spread } => {
            for (i, [x, y]) in pairs(x, y).into_iter().enumerate() {
                let (Some([a, b]), Some([c, d])) = (frame.held(0.0, y + 0.35), frame.held(x, y - 0.35)) else {
                    continue;
                };
                pen.rect([a.min(c), b, (c - a).abs(), d - b], Color::from(ink), 0.8);
                let spread = spread.get(i).copied().filter(|s| s.is_finite() && *s > 0.0);
                if let Some((Some([e, m]), Some([f, _]))) = spread.map(|s| (frame.held(x - s, y), frame.held(x + s, y)))
                {
                    pen.line(vec![(e, m), (f, m)], INK, 1.5, "");
                }
            }
        }
        Shape::Cells { z, texts } => cells(pen, z, texts, frame),
    }
}

fn cells(pen: &mut Pen, z: &[Vec<f64>], texts: &[Vec<String>], frame: &Frame) {
    let range = bounds(z.iter().flatten());
    for (r, row) in z.iter().enumerate() {
        for (c, z) in row.iter().enumerate().filter(|(_, z)| z.is_finite()) {
            let (x, y) = (c as f64, r as f64);
            let (Some([a, b]), Some([e, d])) = (frame.held(x - 0.5, y + 0.5), frame.held(x + 0.5, y - 0.5)) else {
                continue;
            };
            let (share, [red, green, blue]) = style::shade(*z, range);
            pen.rect([a, b, e - a - 1.0, d - b - 1.0], Color::Rgb(red, green, blue), 1.0);
            let most = ((e - a) / 7.0) as usize;
            if let Some(text) = texts.get(r).and_then(|row| row.get(c)).filter(|_| most > 0 && d - b > 11.0) {
                let ink = if share > 0.45 { "#ffffff" } else { INK };
                pen.text((a + e) / 2.0, (b + d) / 2.0 + 4.0, &short(text, most), 12, TextAnchor::Middle, ink);
            }
        }
    }
}

/// Strips lie behind what is drawn, lines and words before it.
fn marks(pen: &mut Pen, panel: &Panel, frame: &Frame, is_before: bool) {
    for (i, mark) in panel.marks.iter().enumerate() {
        let label = short(&mark.label, 40);
        let beside = |pen: &mut Pen, x: f64| {
            let is_right = x + width_of(&label, 11.0) > frame.right;
            let (anchor, by) = if is_right { (TextAnchor::End, -5.0) } else { (TextAnchor::Start, 5.0) };
            pen.text(x + by, frame.top + 11.0 + 15.0 * (i % 4) as f64, &label, 11, anchor, INK);
        };
        match mark.place {
            Place::Between(a, b) => {
                let (Some(from), Some(to)) = (frame.x.held(a), frame.x.held(b)) else { continue };
                let (from, to) = (frame.across(from), frame.across(to));
                if is_before {
                    beside(pen, from);
                } else {
                    pen.rect([from, frame.top, to - from, frame.bottom - frame.top], Color::from(style::GREY), 0.14);
                }
            }
            Place::X(x) if is_before => {
                let Some(x) = frame.x.share(x).map(|share| frame.across(share)) else { continue };
                pen.line(vec![(x, frame.top), (x, frame.bottom)], style::GREY, 1.5, "5 4");
                beside(pen, x);
            }
            Place::Y(y) if is_before => {
                let Some(y) = frame.y.share(y).map(|share| frame.up(share)) else { continue };
                pen.line(vec![(frame.left, y), (frame.right, y)], style::GREY, 1.5, "5 4");
                pen.text(frame.right, y - 5.0, &label, 11, TextAnchor::End, INK);
            }
            _ => {}
        }
    }
}
