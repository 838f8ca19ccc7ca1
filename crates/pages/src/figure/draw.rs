//! Figures as static pictures: layout, and output as SVG and PNG. The background is always white.

use super::picture::{self, Anchor, Ink, Paint, Picture, Text, circle, fitted, ink, rectangle, width};
use super::style::{self, Extent, bounds, turns};
use super::{AxisScale, Figure, MarkPosition, Panel, Series, SeriesShape};
use crate::language::Lang;

const INK: Ink = [0x1f, 0x23, 0x28];
const SOFT: Ink = [0x57, 0x60, 0x6a];
const GRID: Ink = [0xe4, 0xe7, 0xeb];
const WHITE: Ink = [0xff; 3];
const DASHES: [&[f32]; 6] =
    [&[], &[8.0, 4.0], &[8.0, 3.0, 2.0, 3.0], &[14.0, 5.0], &[2.0, 3.0], &[14.0, 4.0, 2.0, 4.0]];
const WIDTH: f64 = 760.0;
/// The default size of texts.
const TICK: f64 = 11.0;
/// The distance between lines of a legend.
const LEGEND: f64 = 17.0;
/// The rotation of long names below an axis, in degrees.
const ANGLE: f64 = 40.0;

/// The figure as SVG, with its title.
pub fn svg(figure: &Figure, lang: Lang) -> String {
    picture::svg(&drawn(figure, lang, true))
}

/// The same without the title, for a page that shows it.
pub(super) fn svg_untitled(figure: &Figure, lang: Lang) -> String {
    picture::svg(&drawn(figure, lang, false))
}

/// The figure as PNG, with two pixels per SVG pixel; the font is built in.
pub fn png(figure: &Figure, lang: Lang) -> Vec<u8> {
    picture::png(&drawn(figure, lang, true), 2.0)
}

fn columns(figure: &Figure) -> usize {
    if figure.panels.len() > 1 { 2 } else { 1 }
}

fn drawn(figure: &Figure, lang: Lang, is_titled: bool) -> Picture {
    let columns = columns(figure);
    let wide = WIDTH / columns as f64;
    let plans: Vec<PanelLayout> = figure.panels.iter().map(|panel| PanelLayout::of(panel, wide, lang)).collect();
    let least = if columns > 1 { 320.0 } else { 400.0 };
    let high = plans.iter().map(|plan| plan.height(least)).fold(0.0, f64::max);
    let head = if is_titled { 40.0 } else { 0.0 };
    let rows = plans.len().div_ceil(columns) as f64;
    let mut pen = Pen { picture: Picture::new(WIDTH, rows * high + head) };
    if is_titled {
        pen.text([16.0, 28.0], &figure.title, (17.0, WIDTH - 32.0), Anchor::Start, INK);
    }
    for (i, plan) in plans.iter().enumerate() {
        let top = (i / columns) as f64 * high + head;
        draw(&mut pen, plan, [(i % columns) as f64 * wide, top, wide, high]);
    }
    pen.picture
}

/// The space that a panel needs; positions are relative to its left edge.
struct PanelLayout<'a> {
    panel: &'a Panel,
    spans: [Extent; 2],
    x_ticks: Vec<(f64, String)>,
    y_ticks: Vec<(f64, String)>,
    /// The left and right edges of the frame.
    left: f64,
    right: f64,
    /// The length of the longest name below the axis, if names are rotated.
    rotated: Option<f64>,
    legend: Vec<LegendEntry<'a>>,
}

/// A name in the legend.
struct LegendEntry<'a> {
    series: &'a Series,
    turn: Option<usize>,
    name: String,
    x: f64,
    row: usize,
}

impl<'a> PanelLayout<'a> {
    fn of(panel: &'a Panel, wide: f64, lang: Lang) -> Self {
        let spans = Extent::of(panel);
        let has_names = |axis: &super::Axis| matches!(axis.scale, AxisScale::Names(_));
        let fit = |ticks: Vec<(f64, String)>, room: f64| -> Vec<(f64, String)> {
            ticks.into_iter().map(|(at, text)| (at, fitted(&text, TICK, room))).collect()
        };
        let longest = |ticks: &[(f64, String)]| ticks.iter().map(|(_, text)| width(text, TICK)).fold(0.0, f64::max);
        let y_ticks = fit(spans[1].ticks(&panel.y, if has_names(&panel.y) { 60 } else { 6 }, lang), 0.28 * wide);
        let (left, right) = (40.0 + longest(&y_ticks).max(20.0), wide - 20.0);
        let most = if has_names(&panel.x) {
            24
        } else if wide > 500.0 {
            8
        } else {
            5
        };
        let mut x_ticks = spans[0].ticks(&panel.x, most, lang);
        let mut rotated = None;
        if longest(&x_ticks) > ((right - left) / x_ticks.len().max(1) as f64 - 6.0).max(20.0) {
            // The first name ends below its position, and must start inside the panel.
            let first = x_ticks.first().and_then(|(at, _)| spans[0].share(*at)).unwrap_or(0.0);
            x_ticks = fit(x_ticks, f64::min(130.0, (left + first * (right - left)) / ANGLE.to_radians().cos()));
            rotated = Some(longest(&x_ticks));
        }
        let legend = legend(panel, left, wide - 16.0);
        PanelLayout { panel, spans, x_ticks, y_ticks, left, right, rotated, legend }
    }

    /// The height of what is below the frame.
    fn foot(&self) -> f64 {
        self.rotated.map_or(46.0, |long| 44.0 + long * ANGLE.to_radians().sin())
    }

    /// Long legends and long names increase the height instead of shrinking the frame.
    fn height(&self, least: f64) -> f64 {
        let names = if let AxisScale::Names(names) = &self.panel.y.scale { names.len() } else { 0 };
        let legend = self.legend.last().map_or(0, |entry| entry.row);
        f64::max(least, 110.0 + 22.0 * names as f64) + LEGEND * legend as f64 + self.foot() - 46.0
    }
}

/// Computes the positions of the names in the legend.
fn legend(panel: &Panel, left: f64, right: f64) -> Vec<LegendEntry<'_>> {
    let mut entries: Vec<LegendEntry> = Vec::new();
    let (mut x, mut row) = (left, 0);
    for (series, turn) in panel.series.iter().zip(turns(panel)) {
        if series.name.is_empty() || entries.iter().any(|entry| entry.series.name == series.name) {
            continue;
        }
        let name = fitted(&series.name, TICK, right - left - 32.0);
        let wide = 32.0 + width(&name, TICK);
        if x > left && x + wide > right {
            (x, row) = (left, row + 1);
        }
        entries.push(LegendEntry { series, turn, name, x, row });
        x += wide + 14.0;
    }
    entries
}

struct Pen {
    picture: Picture,
}

impl Pen {
    /// A text of a size, truncated if it is longer than the available space.
    fn text(&mut self, at: [f64; 2], text: &str, (size, room): (f64, f64), anchor: Anchor, ink: Ink) {
        self.picture.text(Text { at, text: fitted(text, size, room), size, anchor, angle: 0.0, ink });
    }

    /// The same, rotated by some degrees.
    fn rotated(&mut self, at: [f64; 2], text: &str, (size, room): (f64, f64), anchor: Anchor, angle: f64, ink: Ink) {
        self.picture.text(Text { at, text: fitted(text, size, room), size, anchor, angle, ink });
    }

    fn line(&mut self, points: &[[f64; 2]], ink: Ink, width: f64, dashes: &'static [f32]) {
        if points.len() > 1 {
            self.picture.path(&picture::line(points, false), ink, Paint::Stroke(width, dashes));
        }
    }

    fn rectangle(&mut self, place: [f64; 4], ink: Ink, opacity: f64) {
        self.picture.path(&rectangle(place), ink, Paint::Fill(opacity));
    }

    /// A marker: circle, square, diamond, triangle, cross, x.
    fn sign(&mut self, turn: Option<usize>, [x, y]: [f64; 2], r: f64) {
        let ink = colour(turn);
        let closed = |points: &[[f64; 2]]| {
            let places: Vec<[f64; 2]> = points.iter().map(|[a, b]| [x + r * a, y + r * b]).collect();
            picture::line(&places, true)
        };
        let data = match turn.unwrap_or(0) % 6 {
            0 => circle([x, y], r),
            1 => rectangle([x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r]),
            2 => closed(&[[0.0, -1.3], [1.3, 0.0], [0.0, 1.3], [-1.3, 0.0]]),
            3 => closed(&[[0.0, -1.2], [1.1, 0.9], [-1.1, 0.9]]),
            4 => {
                self.line(&[[x - r, y], [x + r, y]], ink, 2.0, &[]);
                return self.line(&[[x, y - r], [x, y + r]], ink, 2.0, &[]);
            }
            _ => {
                self.line(&[[x - r, y - r], [x + r, y + r]], ink, 2.0, &[]);
                return self.line(&[[x - r, y + r], [x + r, y - r]], ink, 2.0, &[]);
            }
        };
        self.picture.path(&data, ink, Paint::Fill(1.0));
    }
}

fn colour(turn: Option<usize>) -> Ink {
    ink(style::colour(turn))
}

struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x: Extent,
    y: Extent,
}

impl Frame {
    fn at(&self, x: f64, y: f64) -> Option<[f64; 2]> {
        Some([self.across(self.x.share(x)?), self.up(self.y.share(y)?)])
    }

    /// The nearest position inside.
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

fn draw(pen: &mut Pen, plan: &PanelLayout, [left, top, wide, high]: [f64; 4]) {
    let panel = plan.panel;
    let (frame_left, right) = (left + plan.left, left + plan.right);
    let mut head = top + 12.0;
    if !panel.title.is_empty() {
        pen.text([frame_left, head + 8.0], &panel.title, (13.0, right - frame_left), Anchor::Start, INK);
        head += 20.0;
    }
    for entry in &plan.legend {
        let y = head + 6.0 + LEGEND * entry.row as f64;
        listed(pen, entry, [left + entry.x, y]);
    }
    head += plan.legend.last().map_or(0.0, |entry| 16.0 + LEGEND * entry.row as f64);
    let [x, y] = plan.spans;
    let mut frame = Frame { left: frame_left, right, top: head + 8.0, bottom: top + high - plan.foot(), x, y };
    if panel.is_square {
        let side = (frame.right - frame.left).min(frame.bottom - frame.top);
        (frame.right, frame.top) = (frame.left + side, frame.bottom - side);
    }
    axes(pen, plan, &frame);
    let middle = (frame.left + frame.right) / 2.0;
    // A title longer than its axis may extend over the panel, but not beyond.
    let half = (middle - left).min(left + wide - middle) - 4.0;
    pen.text([middle, top + high - 10.0], &panel.x.title, (12.0, 2.0 * half), Anchor::Middle, INK);
    let side = (frame.top + frame.bottom) / 2.0;
    let half = (side - top).min(top + high - side) - 4.0;
    pen.rotated([left + 16.0, side], &panel.y.title, (12.0, 2.0 * half), Anchor::Middle, -90.0, INK);
    marks(pen, panel, &frame, false);
    for (series, turn) in panel.series.iter().zip(turns(panel)) {
        shape(pen, series, turn, &frame);
    }
    marks(pen, panel, &frame, true);
}

/// Lines first, then texts.
fn axes(pen: &mut Pen, plan: &PanelLayout, frame: &Frame) {
    let up = plan.y_ticks.iter().filter_map(|(at, text)| Some((frame.up(frame.y.share(*at)?), text)));
    let across = plan.x_ticks.iter().filter_map(|(at, text)| Some((frame.across(frame.x.share(*at)?), text)));
    if !matches!(plan.panel.y.scale, AxisScale::Names(_)) {
        up.clone().for_each(|(y, _)| pen.line(&[[frame.left, y], [frame.right, y]], GRID, 1.0, &[]));
    }
    across.clone().for_each(|(x, _)| pen.line(&[[x, frame.bottom], [x, frame.bottom + 4.0]], SOFT, 1.0, &[]));
    pen.line(&[[frame.left, frame.bottom], [frame.right, frame.bottom]], SOFT, 1.0, &[]);
    let whole = (TICK, f64::INFINITY);
    for (y, text) in up {
        pen.text([frame.left - 8.0, y + 4.0], text, whole, Anchor::End, SOFT);
    }
    for (x, text) in across {
        if plan.rotated.is_some() {
            pen.rotated([x + 4.0, frame.bottom + 14.0], text, whole, Anchor::End, -ANGLE, SOFT);
        } else {
            pen.text([x, frame.bottom + 18.0], text, whole, Anchor::Middle, SOFT);
        }
    }
}

/// A name of the legend with the style of its series.
fn listed(pen: &mut Pen, entry: &LegendEntry, [x, y]: [f64; 2]) {
    let (ink, turn) = (colour(entry.turn), entry.turn);
    match entry.series.shape {
        SeriesShape::Line { .. } => {
            pen.line(&[[x, y], [x + 26.0, y]], ink, if turn.is_some() { 2.0 } else { 1.0 }, dash(turn));
            if turn.is_some() {
                pen.sign(turn, [x + 13.0, y], 3.0);
            }
        }
        SeriesShape::Points { .. } | SeriesShape::Whiskers { .. } => pen.sign(turn, [x + 13.0, y], 4.0),
        _ => pen.rectangle([x + 4.0, y - 5.0, 18.0, 10.0], ink, 0.7),
    }
    pen.text([x + 32.0, y + 4.0], &entry.name, (TICK, f64::INFINITY), Anchor::Start, INK);
}

fn dash(turn: Option<usize>) -> &'static [f32] {
    turn.map_or(&[2.0, 3.0], |i| DASHES[style::dash(i)])
}

fn pairs(x: &[f64], y: &[f64]) -> Vec<[f64; 2]> {
    x.iter().zip(y).map(|(x, y)| [*x, *y]).collect()
}

fn shape(pen: &mut Pen, series: &Series, turn: Option<usize>, frame: &Frame) {
    let ink = colour(turn);
    match &series.shape {
        SeriesShape::Line { x, y } => line(pen, &pairs(x, y), turn, frame),
        SeriesShape::Points { x, y, .. } => {
            pairs(x, y).into_iter().filter_map(|[x, y]| frame.at(x, y)).for_each(|at| pen.sign(turn, at, 3.2));
        }
        SeriesShape::Whiskers { x, y, low, high } => {
            let places = pairs(x, y);
            for (i, [x, y]) in places.iter().enumerate() {
                let end = |ends: &[f64]| ends.get(i).and_then(|end| frame.held(*x, *end));
                if let (Some(_), Some([a, from]), Some([_, to])) = (frame.at(*x, *y), end(low), end(high)) {
                    pen.line(&[[a, from], [a, to]], ink, 1.5, &[]);
                    [from, to].into_iter().for_each(|b| pen.line(&[[a - 4.0, b], [a + 4.0, b]], ink, 1.5, &[]));
                }
            }
            places.into_iter().filter_map(|[x, y]| frame.at(x, y)).for_each(|at| pen.sign(turn, at, 3.6));
        }
        SeriesShape::Band { x, low, high } => {
            let lower = pairs(x, low).into_iter().zip(high).filter(|(at, high)| at[1].is_finite() && high.is_finite());
            let (lower, upper): (Vec<_>, Vec<_>) = lower.map(|([x, low], high)| ([x, low], [x, *high])).unzip();
            let around = lower.into_iter().chain(upper.into_iter().rev()).filter_map(|[x, y]| frame.held(x, y));
            let places: Vec<[f64; 2]> = around.collect();
            if places.len() > 2 {
                pen.picture.path(&picture::line(&places, true), ink, Paint::Fill(0.2));
            }
        }
        SeriesShape::Bars { x, y, width } => {
            for [x, y] in pairs(x, y) {
                let (from, to) = (frame.held(x - width / 2.0, 0.0), frame.held(x + width / 2.0, y));
                if let (Some([a, b]), Some([c, d])) = (from, to) {
                    pen.rectangle([a, b.min(d), (c - a - 1.0).max(0.5), (b - d).abs()], ink, 0.8);
                }
            }
        }
        SeriesShape::Rows { x, y, spread } => {
            for (i, [x, y]) in pairs(x, y).into_iter().enumerate() {
                let (Some([a, b]), Some([c, d])) = (frame.held(0.0, y + 0.35), frame.held(x, y - 0.35)) else {
                    continue;
                };
                pen.rectangle([a.min(c), b, (c - a).abs(), d - b], ink, 0.8);
                let spread = spread.get(i).copied().filter(|s| s.is_finite() && *s > 0.0);
                if let Some((Some([e, m]), Some([f, _]))) = spread.map(|s| (frame.held(x - s, y), frame.held(x + s, y)))
                {
                    pen.line(&[[e, m], [f, m]], INK, 1.5, &[]);
                }
            }
        }
        SeriesShape::Cells { z, texts } => cells(pen, z, texts, frame),
    }
}

/// A line with gaps, and a dozen markers on it.
fn line(pen: &mut Pen, places: &[[f64; 2]], turn: Option<usize>, frame: &Frame) {
    let (ink, wide) = (colour(turn), if turn.is_some() { 2.0 } else { 1.0 });
    let drawn: Vec<Option<[f64; 2]>> = places.iter().map(|[x, y]| frame.at(*x, *y)).collect();
    for piece in drawn.split(Option::is_none) {
        let piece: Vec<[f64; 2]> = piece.iter().flatten().copied().collect();
        pen.line(&piece, ink, wide, dash(turn));
    }
    if turn.is_some() {
        let every = places.len().div_ceil(12).max(1);
        drawn.into_iter().step_by(every).flatten().for_each(|at| pen.sign(turn, at, 3.0));
    }
}

fn cells(pen: &mut Pen, z: &[Vec<f64>], texts: &[Vec<String>], frame: &Frame) {
    let range = bounds(z.iter().flatten());
    let place = |r: usize, c: usize| {
        let (x, y) = (c as f64, r as f64);
        let ([left, top], [right, bottom]) = (frame.held(x - 0.5, y + 0.5)?, frame.held(x + 0.5, y - 0.5)?);
        Some([left, top, right - left, bottom - top])
    };
    // A truncated number would be another number: if one does not fit, all texts get smaller, or are omitted.
    let [_, _, wide, high] = place(0, 0).unwrap_or_default();
    let widest = texts.iter().flatten().map(|text| width(text, 12.0)).fold(1.0, f64::max);
    let size = 12.0 * f64::min(1.0, (wide - 5.0) / widest);
    let has_room = size >= 7.0 && high > size;
    for (r, row) in z.iter().enumerate() {
        for (c, z) in row.iter().enumerate().filter(|(_, z)| z.is_finite()) {
            let Some([x, y, wide, high]) = place(r, c) else { continue };
            let (share, shade) = style::shade(*z, range);
            pen.rectangle([x, y, wide - 1.0, high - 1.0], shade, 1.0);
            if let Some(text) = texts.get(r).and_then(|row| row.get(c)).filter(|_| has_room) {
                let ink = if share > 0.45 { WHITE } else { INK };
                let at = [x + wide / 2.0, y + high / 2.0 + size / 3.0];
                pen.text(at, text, (size, f64::INFINITY), Anchor::Middle, ink);
            }
        }
    }
}

/// Strips are drawn behind the series, lines and texts in front.
fn marks(pen: &mut Pen, panel: &Panel, frame: &Frame, is_before: bool) {
    let grey = ink(style::GREY);
    for (i, mark) in panel.marks.iter().enumerate() {
        let beside = |pen: &mut Pen, x: f64| {
            let [before, after] = [x - frame.left, frame.right - x].map(|room| room - 5.0);
            let is_right = width(&style::short(&mark.label, 200), TICK) > after && before > after;
            let (anchor, by, room) = if is_right { (Anchor::End, -5.0, before) } else { (Anchor::Start, 5.0, after) };
            let at = [x + by, frame.top + 11.0 + 15.0 * (i % 4) as f64];
            pen.text(at, &mark.label, (TICK, room), anchor, INK);
        };
        match mark.place {
            MarkPosition::Between(a, b) => {
                let (Some(from), Some(to)) = (frame.x.held(a), frame.x.held(b)) else { continue };
                let (from, to) = (frame.across(from), frame.across(to));
                if is_before {
                    beside(pen, from);
                } else {
                    pen.rectangle([from, frame.top, to - from, frame.bottom - frame.top], grey, 0.14);
                }
            }
            MarkPosition::X(x) if is_before => {
                let Some(x) = frame.x.share(x).map(|share| frame.across(share)) else { continue };
                pen.line(&[[x, frame.top], [x, frame.bottom]], grey, 1.5, &[5.0, 4.0]);
                beside(pen, x);
            }
            MarkPosition::Y(y) if is_before => {
                let Some(y) = frame.y.share(y).map(|share| frame.up(share)) else { continue };
                pen.line(&[[frame.left, y], [frame.right, y]], grey, 1.5, &[5.0, 4.0]);
                let room = frame.right - frame.left;
                pen.text([frame.right, y - 5.0], &mark.label, (TICK, room), Anchor::End, INK);
            }
            _ => {}
        }
    }
}
