//! The common style of all renderers: colours, dashes, short names, ranges and ticks.

use super::{Axis, AxisScale, Panel, Series, SeriesShape};
use crate::language::Lang;

/// Colours after Okabe and Ito, which are distinguishable with every kind of colour vision; without yellow and black,
/// which are hard to use on white.
pub(super) const COLOURS: [&str; 6] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"];
/// The colour of references.
pub(super) const GREY: &str = "#767676";
/// The colours of cells, from the smallest to the largest.
pub(super) const CELLS: [[u8; 3]; 3] = [[238, 244, 250], [86, 160, 211], [8, 48, 107]];

/// The index of each series' colour, dash and marker; `None` for references. Series with the same name share it.
pub(super) fn turns(panel: &Panel) -> Vec<Option<usize>> {
    let mut names: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for Series { name, is_reference, .. } in &panel.series {
        let known = names.iter().position(|known| !name.is_empty() && known == name);
        out.push((!is_reference).then(|| {
            known.unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            })
        }));
    }
    out
}

/// The index of one of six dashes, so that series with the same colour differ in their dash.
pub(super) fn dash(turn: usize) -> usize {
    (turn + turn / COLOURS.len()) % 6
}

/// The number of names in a panel's legend.
pub(super) fn listed(panel: &Panel) -> usize {
    let mut names: Vec<&str> =
        panel.series.iter().map(|series| series.name.as_str()).filter(|n| !n.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

/// The colour for an index.
pub(super) fn colour(turn: Option<usize>) -> &'static str {
    turn.map_or(GREY, |i| COLOURS[i % COLOURS.len()])
}

/// A text truncated to a number of characters, without control characters and characters that change the text
/// direction.
pub(super) fn short(text: &str, most: usize) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let clean: Vec<char> = text.chars().filter(|c| !turns(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.len() <= most {
        return clean.into_iter().collect();
    }
    clean[..most.saturating_sub(1)].iter().collect::<String>() + "…"
}

/// The darkness of a cell, and its colour.
pub(super) fn shade(z: f64, [low, high]: [f64; 2]) -> (f64, [u8; 3]) {
    let share = if high > low { ((z - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
    let (from, to, t) =
        if share < 0.5 { (CELLS[0], CELLS[1], 2.0 * share) } else { (CELLS[1], CELLS[2], 2.0 * share - 1.0) };
    let mixed = [0, 1, 2].map(|i| (f64::from(from[i]) + t * (f64::from(to[i]) - f64::from(from[i]))).round() as u8);
    (share, mixed)
}

/// Smallest and largest of the finite numbers; 0 and 1 if there are none.
pub(super) fn bounds<'a>(numbers: impl IntoIterator<Item = &'a f64>) -> [f64; 2] {
    let finite = numbers.into_iter().filter(|x| x.is_finite());
    let [low, high] = finite.fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], x| [l.min(*x), h.max(*x)]);
    if low <= high { [low, high] } else { [0.0, 1.0] }
}

/// The limits of an axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    low: f64,
    high: f64,
    is_log: bool,
}

impl Extent {
    /// The limits of a panel's horizontal and vertical axes.
    pub fn of(panel: &Panel) -> [Extent; 2] {
        let (mut across, mut up) = (Vec::new(), Vec::new());
        for series in &panel.series {
            match &series.shape {
                SeriesShape::Line { x, y } | SeriesShape::Points { x, y, .. } => (across.extend(x), up.extend(y)).1,
                SeriesShape::Whiskers { x, y, low, high } => {
                    across.extend(x);
                    up.extend(y.iter().chain(low).chain(high));
                }
                SeriesShape::Band { x, low, high } => {
                    across.extend(x);
                    up.extend(low.iter().chain(high));
                }
                SeriesShape::Bars { x, y, width } => {
                    across.extend(x.iter().flat_map(|x| [x - width / 2.0, x + width / 2.0]));
                    up.extend(y.iter().copied().chain([0.0]));
                }
                SeriesShape::Rows { x, y, spread } => {
                    let spread = |i: usize| spread.get(i).copied().filter(|s| s.is_finite()).unwrap_or(0.0);
                    across.extend(x.iter().enumerate().flat_map(|(i, x)| [x - spread(i), x + spread(i)]).chain([0.0]));
                    up.extend(y.iter().flat_map(|y| [y - 0.5, y + 0.5]));
                }
                SeriesShape::Cells { z, .. } => {
                    across.extend([-0.5, z.iter().map(Vec::len).max().unwrap_or(1) as f64 - 0.5]);
                    up.extend([-0.5, z.len() as f64 - 0.5]);
                }
            }
        }
        [Extent::fitted(&panel.x, &across), Extent::fitted(&panel.y, &up)]
    }

    fn fitted(axis: &Axis, values: &[f64]) -> Extent {
        let is_log = axis.scale == AxisScale::Log;
        let [mut low, mut high] = match (&axis.scale, axis.range) {
            (AxisScale::Names(names), None) => [-0.5, names.len().max(1) as f64 - 0.5],
            (_, Some([low, high])) if low < high && (!is_log || low > 0.0) => [low, high],
            (AxisScale::Log, _) => bounds(values.iter().filter(|x| **x > 0.0)),
            _ => bounds(values),
        };
        if is_log {
            low = if low > 0.0 { low } else { 1e-3 };
            (low, high) = (low.log10(), high.max(low).log10());
        }
        if axis.range.is_none() && !matches!(axis.scale, AxisScale::Names(_)) {
            // Bars start on the axis.
            let room = if high > low { 0.04 * (high - low) } else { 0.5 * low.abs().max(1.0) };
            let stands = !is_log && low == 0.0;
            (low, high) =
                (if stands { low } else { low - room }, if !is_log && high == 0.0 { high } else { high + room });
        }
        Extent { low, high, is_log }
    }

    /// The relative position on the axis; `None` if it is not finite or outside.
    pub fn share(&self, place: f64) -> Option<f64> {
        let at = if self.is_log { place.log10() } else { place };
        let share = (at - self.low) / (self.high - self.low);
        (share.is_finite() && (-1e-9..=1.0 + 1e-9).contains(&share)).then_some(share)
    }

    /// The same, clipped to the ends if it is outside; `None` for NaN.
    pub fn held(&self, place: f64) -> Option<f64> {
        if place.is_nan() {
            return None;
        }
        let at = if !self.is_log {
            place
        } else if place > 0.0 {
            place.log10()
        } else {
            self.low
        };
        Some(((at - self.low) / (self.high - self.low)).clamp(0.0, 1.0))
    }

    /// Its smallest and its largest number.
    fn ends(&self) -> [f64; 2] {
        if self.is_log { [10f64.powf(self.low), 10f64.powf(self.high)] } else { [self.low, self.high] }
    }

    /// Whether its numbers are too large or too small to be written with all their digits.
    pub fn has_long_numbers(&self) -> bool {
        let ends = self.ends();
        let largest = ends.iter().fold(0.0, |most: f64, end| most.max(end.abs()));
        !(1e-3..1e7).contains(&largest) || (self.is_log && ends[0] < 1e-4)
    }

    /// Whether its numbers need marks between thousands: a year has none.
    pub fn has_thousands(&self) -> bool {
        let ends = self.ends();
        ends.iter().any(|end| end.abs() >= 1e4)
    }

    /// Tick positions with their texts, about as many as requested.
    pub fn ticks(&self, axis: &Axis, most: usize, lang: Lang) -> Vec<(f64, String)> {
        if let AxisScale::Names(names) = &axis.scale {
            let step = names.len().div_ceil(most.max(1)).max(1);
            return names.iter().enumerate().step_by(step).map(|(i, name)| (i as f64, name.clone())).collect();
        }
        if self.is_log && self.high - self.low >= 1.0 {
            let (first, last) = (self.low.ceil() as i32, self.high.floor() as i32);
            let step = ((last - first) as usize / most.max(1) + 1).max(1);
            let text = |k: i32| match k {
                -3..=3 => lang.marked(&format!("{}", 10f64.powi(k))),
                4..=6 => lang.grouped(10f64.powi(k)),
                _ => format!("1e{k}"),
            };
            return (first..=last).step_by(step).map(|k| (10f64.powi(k), text(k))).collect();
        }
        let [low, high] = self.ends();
        let rough = (high - low) / most.max(1) as f64;
        if rough <= 0.0 || !rough.is_finite() {
            return Vec::new();
        }
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= rough).unwrap_or(10.0 * power);
        let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
        let text = |x: f64| {
            let x = if x.abs() < step / 1e6 { 0.0 } else { x };
            if x != 0.0 && (x.abs() >= 1e7 || step < 1e-5) {
                lang.marked(&format!("{x:.1e}"))
            } else if x.abs() >= 1e4 && decimals == 0 {
                lang.grouped(x)
            } else {
                lang.marked(&format!("{x:.decimals$}"))
            }
        };
        let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
        (first..=last).take(1000).map(|k| k as f64 * step).map(|x| (x, text(x))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let span = |range: [f64; 2], scale: AxisScale| {
            let axis = Axis { range: Some(range), scale, ..Axis::default() };
            let texts = Extent::fitted(&axis, &[]).ticks(&axis, 5, Lang::Portuguese);
            texts.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
        };
        assert_eq!(span([0.0, 1.0], AxisScale::Linear), ["0,0", "0,2", "0,4", "0,6", "0,8", "1,0"]);
        assert_eq!(span([0.01, 10.0], AxisScale::Log), ["0,01", "0,1", "1", "10"]);
        assert_eq!(span([3.0, 17.0], AxisScale::Linear), ["5", "10", "15"]);
    }

    #[test]
    fn names_are_cut_and_cannot_turn_the_line() {
        assert_eq!(short("a\u{202e}b\nc", 9), "ab c");
        assert_eq!(short(&"x".repeat(300), 5), "xxxx…");
    }
}
