//! Figures in a terminal: lines as braille dots or ASCII characters, horizontal bars, tables of cells. No colour.
//!
//! `kuva` has a terminal backend too; it distinguishes series by colour only, and has no ASCII output.

use super::style::{Extent, short, turns};
use super::{AxisScale, Figure, Panel, SeriesShape};
use crate::language::Lang;

const SIGNS: [char; 6] = ['*', 'o', '+', 'x', '#', '@'];

/// The figure as lines of text of at most `width` columns: title, panels of `height` lines, text.
pub fn terminal(figure: &Figure, width: usize, height: usize, ascii: bool, lang: Lang) -> String {
    let (width, height) = (width.clamp(20, 400), height.clamp(5, 200));
    let fit = |text: &str| ascii_of(short(text, width), ascii);
    let mut out = vec![fit(&figure.title)];
    for panel in &figure.panels {
        if !panel.title.is_empty() {
            out.push(fit(&panel.title));
        }
        let is_grid = panel
            .series
            .iter()
            .any(|series| matches!(series.shape, SeriesShape::Cells { .. } | SeriesShape::Rows { .. }));
        let lines =
            if is_grid { listed(panel, width, ascii, lang) } else { plotted(panel, width, height, ascii, lang) };
        out.extend(lines.iter().map(|line| fit(line.trim_end())));
    }
    for words in &figure.words {
        let mut line = String::new();
        for word in words.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                out.push(fit(&std::mem::take(&mut line)));
            }
            line += if line.is_empty() { "" } else { " " };
            line += word;
        }
        out.push(fit(&line));
    }
    out.join("\n") + "\n"
}

fn ascii_of(text: String, ascii: bool) -> String {
    if ascii {
        text.chars()
            .map(|c| {
                if c == '…' {
                    '~'
                } else if c.is_ascii() {
                    c
                } else {
                    '?'
                }
            })
            .collect()
    } else {
        text
    }
}

/// Padded to the right.
fn padded(text: &str, width: usize) -> String {
    let text = short(text, width);
    let gap = width - text.chars().count();
    " ".repeat(gap) + &text
}

/// 2 x 4 dots per character; in ASCII one sign per character.
struct Canvas {
    columns: usize,
    lines: usize,
    dots: Vec<(u8, char)>,
    ascii: bool,
}

impl Canvas {
    fn size(&self) -> [f64; 2] {
        let [across, up] = if self.ascii { [1, 1] } else { [2, 4] };
        [(self.columns * across - 1) as f64, (self.lines * up - 1) as f64]
    }

    fn dot(&mut self, x: f64, y: f64, sign: char) {
        let (x, y) = (x.round() as usize, y.round() as usize);
        let (column, line, bit) = if self.ascii {
            (x, y, 0)
        } else {
            (x / 2, y / 4, [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]][y % 4][x % 2])
        };
        if column < self.columns && line < self.lines {
            let at = &mut self.dots[line * self.columns + column];
            *at = (at.0 | bit, sign);
        }
    }

    /// Every third dot.
    fn dotted(&mut self, [a, b]: [f64; 2], [c, d]: [f64; 2], sign: char) {
        let steps = (c - a).abs().max((d - b).abs()).ceil().max(1.0) as usize;
        (0..=steps)
            .step_by(3)
            .map(|i| i as f64 / steps as f64)
            .for_each(|t| self.dot(a + t * (c - a), b + t * (d - b), sign));
    }

    /// A character among the dots that identifies the line.
    fn stamp(&mut self, [x, y]: [f64; 2], sign: char) {
        self.dot(x, y, sign);
        let (column, line) =
            if self.ascii { (x.round(), y.round()) } else { ((x.round() / 2.0).floor(), (y.round() / 4.0).floor()) };
        if let Some(at) = self.dots.get_mut(line as usize * self.columns + column as usize) {
            *at = (0xff, sign);
        }
    }

    fn segment(&mut self, [a, b]: [f64; 2], [c, d]: [f64; 2], sign: char) {
        let steps = (c - a).abs().max((d - b).abs()).ceil().max(1.0);
        (0..=steps as usize).map(|i| i as f64 / steps).for_each(|t| self.dot(a + t * (c - a), b + t * (d - b), sign));
    }

    fn line(&self, line: usize) -> String {
        let row = &self.dots[line * self.columns..(line + 1) * self.columns];
        let shown = |(bits, sign): &(u8, char)| match (self.ascii, bits) {
            (true, _) => *sign,
            (false, 0) => ' ',
            (false, 0xff) if *sign != ' ' => *sign,
            (false, bits) => char::from_u32(0x2800 + u32::from(*bits)).unwrap_or(' '),
        };
        row.iter().map(shown).collect()
    }
}

fn plotted(panel: &Panel, width: usize, height: usize, ascii: bool, lang: Lang) -> Vec<String> {
    let [x, y] = Extent::of(panel);
    let ticks = y.ticks(&panel.y, (height / 3).max(2), lang);
    let margin = ticks.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(1).clamp(1, width / 3);
    let columns = width - margin - 2;
    let mut canvas = Canvas { columns, lines: height, dots: vec![(0, ' '); columns * height], ascii };
    let [wide, high] = canvas.size();
    let at = |a: f64, b: f64| Some([x.share(a)? * wide, (1.0 - y.share(b)?) * high]);
    let held = |a: f64, b: f64| Some([x.held(a)? * wide, (1.0 - y.held(b)?) * high]);
    let mut legend = Vec::new();
    for (series, turn) in panel.series.iter().zip(turns(panel)) {
        let sign = turn.map_or('.', |i| SIGNS[i % SIGNS.len()]);
        if !series.name.is_empty() && !matches!(series.shape, SeriesShape::Band { .. }) {
            legend.push((sign, &series.name, series));
        }
        match &series.shape {
            SeriesShape::Line { x, y } => {
                let mut before = None;
                let every = x.len().div_ceil(6).max(2);
                let mut stamps = Vec::new();
                for (i, place) in x.iter().zip(y).map(|(x, y)| at(*x, *y)).enumerate() {
                    match (before, place) {
                        (Some(from), Some(to)) if turn.is_some() => canvas.segment(from, to, sign),
                        (Some(from), Some(to)) => canvas.dotted(from, to, sign),
                        (_, Some([a, b])) => canvas.dot(a, b, sign),
                        _ => {}
                    }
                    stamps.extend(place.filter(|_| i % every == every / 2 && turn.is_some()));
                    before = place;
                }
                stamps.into_iter().for_each(|at| canvas.stamp(at, sign));
            }
            SeriesShape::Points { x, y, .. } => {
                x.iter().zip(y).filter_map(|(x, y)| at(*x, *y)).for_each(|[a, b]| canvas.dot(a, b, sign));
            }
            SeriesShape::Whiskers { x, low, high, .. } | SeriesShape::Band { x, low, high } => {
                let is_band = matches!(series.shape, SeriesShape::Band { .. });
                for ((x, low), high) in x.iter().zip(low).zip(high) {
                    if let (Some(low), Some(high)) = (held(*x, *low), held(*x, *high)) {
                        match is_band {
                            true => [low, high].into_iter().for_each(|[a, b]| canvas.dot(a, b, '.')),
                            false => canvas.segment(low, high, sign),
                        }
                    }
                }
                if let SeriesShape::Whiskers { x, y, .. } = &series.shape {
                    x.iter().zip(y).filter_map(|(x, y)| at(*x, *y)).for_each(|[a, b]| {
                        canvas.segment([(a - 1.0).max(0.0), b], [a + 1.0, b], sign);
                    });
                }
            }
            SeriesShape::Bars { x, y, width } => {
                for (x, y) in x.iter().zip(y) {
                    let (Some([a, foot]), Some([b, top])) = (held(x - width / 2.0, 0.0), held(x + width / 2.0, *y))
                    else {
                        continue;
                    };
                    let last = (b - 1.0).max(a).ceil() as usize;
                    (a.ceil() as usize..=last)
                        .for_each(|column| canvas.segment([column as f64, foot], [column as f64, top], sign));
                }
            }
            SeriesShape::Rows { .. } | SeriesShape::Cells { .. } => {}
        }
    }
    let mut labels = vec![String::new(); height];
    for (place, text) in &ticks {
        if let Some(share) = y.share(*place) {
            labels[((1.0 - share) * (height - 1) as f64).round() as usize] = text.clone();
        }
    }
    let (wall, corner, floor) = if ascii { ('|', '+', "-") } else { ('│', '└', "─") };
    let mut out = Vec::new();
    if !panel.y.title.is_empty() {
        out.push(panel.y.title.clone());
    }
    out.extend((0..height).map(|i| format!("{} {wall}{}", padded(&labels[i], margin), canvas.line(i))));
    out.push(format!("{} {corner}{}", " ".repeat(margin), floor.repeat(columns)));
    out.push(" ".repeat(margin + 2) + &tick_line(panel, &x, columns, lang));
    out.push(format!("{}{}", " ".repeat(margin + 2), panel.x.title));
    let ends = |series: &super::Series| match &series.shape {
        SeriesShape::Line { y, .. } => y.iter().rev().find(|y| y.is_finite()).map(|y| format!(": {}", lang.number(*y))),
        _ => None,
    };
    for (sign, name, series) in legend {
        out.push(format!(
            "{}{sign} {}{}",
            " ".repeat(margin + 2),
            short(name, width / 2),
            ends(series).unwrap_or_default()
        ));
    }
    for mark in &panel.marks {
        out.push(format!("{}{}", " ".repeat(margin + 2), mark.label));
    }
    out
}

/// The numbers below the horizontal axis, as long as they do not overlap.
fn tick_line(panel: &Panel, x: &Extent, columns: usize, lang: Lang) -> String {
    let mut below: Vec<char> = vec![' '; columns];
    for (place, text) in x.ticks(&panel.x, (columns / 12).max(2), lang) {
        let text: Vec<char> = short(&text, 10).chars().collect();
        let Some(share) = x.share(place) else { continue };
        let from = ((share * (columns - 1) as f64).round() as usize)
            .saturating_sub(text.len() / 2)
            .min(columns - text.len().min(columns));
        let is_free = below[from.saturating_sub(1)..(from + text.len() + 1).min(columns)].iter().all(|c| *c == ' ');
        if is_free {
            below.splice(from..(from + text.len()).min(columns), text.clone());
            below.truncate(columns);
        }
    }
    below.iter().collect()
}

/// Horizontal bars and matrices, row by row from the top.
fn listed(panel: &Panel, width: usize, ascii: bool, lang: Lang) -> Vec<String> {
    let name = |axis: &super::Axis, i: usize| match &axis.scale {
        AxisScale::Names(names) => names.get(i).cloned().unwrap_or_default(),
        _ => i.to_string(),
    };
    let mut out = Vec::new();
    for series in &panel.series {
        match &series.shape {
            SeriesShape::Rows { x, y, .. } => {
                let margin = (width / 3).min(24);
                let room = width.saturating_sub(margin + 13);
                let most = x.iter().filter(|x| x.is_finite()).fold(0.0, |m: f64, x| m.max(x.abs()));
                let mut rows: Vec<(f64, f64)> =
                    y.iter().copied().zip(x.iter().copied()).filter(|(y, _)| y.is_finite()).collect();
                rows.sort_by(|a, b| b.0.total_cmp(&a.0));
                for (y, x) in rows {
                    let long =
                        if most > 0.0 && x.is_finite() { (x.abs() / most * room as f64).round() as usize } else { 0 };
                    let bar = if ascii { "#" } else { "█" }.repeat(long);
                    out.push(format!(
                        "{} {bar} {}",
                        padded(&name(&panel.y, y.max(0.0) as usize), margin),
                        lang.number(x)
                    ));
                }
            }
            SeriesShape::Cells { z, texts } => {
                let columns = z.iter().map(Vec::len).max().unwrap_or(0);
                let margin = (width / 4).min(20);
                let cell = (width.saturating_sub(margin) / columns.max(1)).saturating_sub(1).clamp(1, 12);
                for (r, row) in z.iter().enumerate().rev() {
                    let text = |c: usize| {
                        texts.get(r).and_then(|row| row.get(c)).cloned().unwrap_or_else(|| lang.number(row[c]))
                    };
                    let cells: String = (0..row.len()).map(|c| format!(" {}", padded(&text(c), cell))).collect();
                    out.push(padded(&name(&panel.y, r), margin) + &cells);
                }
                let heads: String = (0..columns).map(|c| format!(" {}", padded(&name(&panel.x, c), cell))).collect();
                out.push(" ".repeat(margin) + &heads);
            }
            _ => {}
        }
    }
    out.push(panel.x.title.clone());
    out
}
