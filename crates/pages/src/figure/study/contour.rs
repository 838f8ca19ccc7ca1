//! The objective over two ranges, as a map with contour lines.

use super::space::{axis_of, share};
use super::{Figure, FigureTable, Panel, Series, SeriesShape, StudyView};
use crate::figure::{Axis, AxisScale, HeightGrid};
use treino::statistics::quantile;
use treino::study::search::{Domain, IntScale};
use treino::study::space::Dimension;
use treino_engine::double::{exp, pow};

/// With fewer configs there is no map.
const LEAST: usize = 8;

/// Points of the map along each axis.
const POINTS: usize = 41;

/// Contour lines.
const LEVELS: usize = 8;

/// The width of a config's kernel, as a share of each range.
const REACH: f64 = 0.12;

/// Where the total kernel weight is below this, the map is blank: about that of one config at 2.5 kernel widths.
const TOO_LITTLE: f64 = 0.04;

/// The value at a share of a range.
fn place(dimension: &Dimension, share: f64) -> f64 {
    let (low, high, is_log) = match dimension.domain {
        Domain::Float { low, high, log, .. } => (low, high, log),
        Domain::Int { low, high, scale } => (low as f64, high as f64, scale != IntScale::Linear),
        Domain::Choices(n) => (0.0, n as f64 - 1.0, false),
    };
    if is_log { low * pow(high / low, share) } else { low + (high - low) * share }
}

impl StudyView<'_> {
    /// A map of the objective over learning rate and batch size if both are ranges, else over the first two ranges.
    pub(super) fn contour(&self) -> Option<Figure> {
        let (lang, dimensions) = (self.lang, self.space.dimensions());
        let ranges: Vec<usize> =
            (0..dimensions.len()).filter(|at| !matches!(dimensions[*at].domain, Domain::Choices(_))).collect();
        let named = |end: &str| ranges.iter().copied().find(|at| dimensions[*at].path.ends_with(end));
        let (a, b) = match (named("learning_rate"), named("batch_size")) {
            (Some(a), Some(b)) => (a, b),
            _ => (*ranges.first()?, *ranges.get(1)?),
        };
        let (across, up) = (&dimensions[a], &dimensions[b]);
        let mut found = Vec::new();
        for (config, value) in self.ranked().filter(|(_, value)| value.is_finite()) {
            if let (Some(Some(x)), Some(Some(y))) = (config.point.get(a), config.point.get(b)) {
                found.push((*x, *y, value, config.label()));
            }
        }
        if found.len() < LEAST {
            return None;
        }
        let mut values: Vec<f64> = found.iter().map(|one| one.2).collect();
        values.sort_by(f64::total_cmp);
        // Diverging configs are worse by orders of magnitude, and would flatten the rest.
        let [low, high] = [0.1, 0.9].map(|q| quantile(&values, q));
        let held = |value: f64| if self.course.more_is_better { value.max(low) } else { value.min(high) };
        let near: Vec<(f64, f64, f64)> =
            found.iter().map(|(x, y, value, _)| (share(across, *x), share(up, *y), held(*value))).collect();
        let height = |x: f64, y: f64| {
            let (mut sum, mut weights) = (0.0, 0.0);
            for (a, b, value) in &near {
                let distance = ((a - x).powi(2) + (b - y).powi(2)) / (2.0 * REACH * REACH);
                let weight = exp(-distance.min(700.0));
                (sum, weights) = (sum + weight * value, weights + weight);
            }
            Ok::<f64, std::convert::Infallible>(if weights < TOO_LITTLE { f64::NAN } else { sum / weights })
        };
        let Ok(mut grid) = HeightGrid::of([[0.0, 0.0], [1.0, 1.0]], POINTS, height);
        let mut heights: Vec<f64> = grid.z.iter().flatten().copied().filter(|z| z.is_finite()).collect();
        heights.sort_by(f64::total_cmp);
        let levels: Vec<f64> = (1..=LEVELS).map(|i| quantile(&heights, i as f64 / (LEVELS + 1) as f64)).collect();
        grid.x = grid.x.iter().map(|share| place(across, *share)).collect();
        grid.y = grid.y.iter().map(|share| place(up, *share)).collect();
        let mut series = grid.lines(&levels);
        // The better half is coloured.
        let half = found.len().div_ceil(2);
        let is_drawn = |(x, y): (f64, f64)| {
            let fits = |axis: &Axis, place: f64| axis.scale != AxisScale::Log || place > 0.0;
            fits(&axis_of(across), x) && fits(&axis_of(up), y)
        };
        let points = |part: &[(f64, f64, f64, String)]| {
            let there: Vec<_> = part.iter().filter(|one| is_drawn((one.0, one.1))).collect();
            SeriesShape::Points {
                x: there.iter().map(|one| one.0).collect(),
                y: there.iter().map(|one| one.1).collect(),
                labels: there.iter().map(|one| format!("{}: {}", one.3, lang.number(one.2))).collect(),
            }
        };
        series.push(Series::new(lang.study_better_half(), points(&found[..half])));
        series.push(Series::new(lang.study_other_half(), points(&found[half..])));
        let mut table = FigureTable::new([across.name.clone(), up.name.clone(), self.course.objective.clone()]);
        for (x, y, value, _) in &found {
            table.row([(*x).into(), (*y).into(), (*value).into()]);
        }
        let panel = Panel { x: axis_of(across), y: axis_of(up), series, ..Panel::default() };
        let words = vec![lang.study_contour_words(
            &self.course.objective,
            found.len(),
            lang.number(levels[0]),
            lang.number(levels[LEVELS - 1]),
        )];
        self.figure("contour", lang.study_contour_title(&across.name, &up.name), words, vec![panel], table)
    }
}
