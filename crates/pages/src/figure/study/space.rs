//! Figures of the search space: the positions of good configs, the importance of dimensions, and the effects of
//! randomness.

use super::{Axis, Figure, FigureCell, FigureTable, Panel, Series, SeriesShape, StudyView};
use crate::figure::AxisScale;
use treino::statistics::mean;
use treino::study::search::{Domain, IntScale};
use treino::study::space::Dimension;

/// The largest number of dimensions with a separate panel.
const PANELS: usize = 6;

/// The largest number of configs in a figure of single configs.
const MOST: usize = 1000;

/// The number of lines in the parallel coordinates.
const LINES: usize = 40;

/// The number of cells of a numeric axis of the map.
const CELLS: usize = 6;

/// An axis for the entries of a dimension.
pub(super) fn axis_of(dimension: &Dimension) -> Axis {
    let scale = match dimension.domain {
        Domain::Choices(_) => AxisScale::Names(dimension.words()),
        Domain::Float { log: true, zero: 0.0, .. } => AxisScale::Log,
        Domain::Int { scale: IntScale::Log | IntScale::Pow2, .. } => AxisScale::Log,
        _ => AxisScale::Linear,
    };
    Axis { scale, ..Axis::new(&dimension.name) }
}

/// The position of an entry in its dimension, from 0 to 1.
pub(super) fn share(dimension: &Dimension, entry: f64) -> f64 {
    let log =
        |low: f64, high: f64| (treino_engine::math::ln_f64(entry / low)) / treino_engine::math::ln_f64(high / low);
    let even = |low: f64, high: f64| (entry - low) / (high - low);
    let found = match dimension.domain {
        Domain::Choices(n) => even(0.0, n as f64 - 1.0),
        Domain::Float { .. } if entry == 0.0 => 0.0,
        Domain::Float { low, high, log: true, .. } => log(low, high),
        Domain::Float { low, high, .. } => even(low, high),
        Domain::Int { low, high, scale: IntScale::Linear } => even(low as f64, high as f64),
        Domain::Int { low, high, .. } => log(low as f64, high as f64),
    };
    if found.is_finite() { found.clamp(0.0, 1.0) } else { 0.5 }
}

/// The cell of an entry on one axis of a map.
fn cell_of(dimension: &Dimension, entry: f64) -> usize {
    match dimension.domain {
        Domain::Choices(_) => entry as usize,
        Domain::Int { low, scale: IntScale::Pow2, .. } => ((entry as u64).ilog2() - (low as u64).ilog2()) as usize,
        _ => ((share(dimension, entry) * CELLS as f64) as usize).min(CELLS - 1),
    }
}

impl StudyView<'_> {
    fn word(&self, dimension: &Dimension, entry: f64) -> String {
        match dimension.domain {
            Domain::Choices(_) => dimension.words().get(entry as usize).cloned().unwrap_or_default(),
            Domain::Int { .. } => self.lang.grouped(entry),
            Domain::Float { .. } => self.lang.number(entry),
        }
    }

    /// The objective against each dimension.
    pub(super) fn slice(&self) -> Option<Figure> {
        let (lang, dimensions) = (self.lang, self.space.dimensions());
        let shown: Vec<_> = self.ranked().take(MOST).collect();
        shown.first()?;
        let objective = self.course.objective.clone();
        let mut table = FigureTable::new(dimensions.iter().map(|d| d.name.clone()).chain([objective.clone()]));
        for (config, value) in &shown {
            let cell = |(at, d): (usize, &Dimension)| match config.point.get(at).copied().flatten() {
                Some(entry) if matches!(d.domain, Domain::Choices(_)) => FigureCell::from(self.word(d, entry)),
                entry => FigureCell::from(entry),
            };
            table.row(dimensions.iter().enumerate().map(cell).chain([FigureCell::from(*value)]));
        }
        let panel = |(at, dimension): (usize, &Dimension)| {
            let (mut x, mut y, mut labels) = (Vec::new(), Vec::new(), Vec::new());
            for (config, value) in &shown {
                let entry = config.point.get(at).copied().flatten();
                if let Some(entry) = entry.filter(|x| *x > 0.0 || axis_of(dimension).scale != AxisScale::Log) {
                    x.push(entry);
                    y.push(*value);
                    labels.push(config.label());
                }
            }
            let series = vec![Series::new("", SeriesShape::Points { x, y, labels })];
            Panel { x: axis_of(dimension), y: Axis::new(&objective), series, ..Panel::default() }
        };
        let panels = dimensions.iter().enumerate().take(PANELS).map(panel).collect();
        let (best, value) = &shown[0];
        let words = vec![lang.study_slice_words(shown.len(), best.label(), lang.number(*value))];
        self.figure("slice", lang.study_slice_title(), words, panels, table)
    }

    /// The mean objective over two dimensions: learning rate and batch size if both are varied, else the first two.
    pub(super) fn heat(&self) -> Option<Figure> {
        let (lang, dimensions) = (self.lang, self.space.dimensions());
        let named = |end: &str| dimensions.iter().position(|d| d.path.ends_with(end));
        let (a, b) = match (named("learning_rate"), named("batch_size")) {
            (Some(a), Some(b)) => (a, b),
            _ if dimensions.len() > 1 => (0, 1),
            _ => return None,
        };
        let (across, up) = (&dimensions[a], &dimensions[b]);
        let count = |d: &Dimension| match d.domain {
            Domain::Choices(n) => n,
            Domain::Int { low, high, scale: IntScale::Pow2 } => {
                ((high as u64).ilog2() - (low as u64).ilog2()) as usize + 1
            }
            _ => CELLS,
        };
        let mut found = vec![vec![Vec::new(); count(across)]; count(up)];
        let mut edges = [vec![Vec::new(); count(across)], vec![Vec::new(); count(up)]];
        for (config, value) in self.ranked() {
            let entry = |at: usize| config.point.get(at).copied().flatten();
            if let (Some(x), Some(y)) = (entry(a), entry(b)) {
                let (column, row) = (cell_of(across, x), cell_of(up, y));
                found[row][column].push(value);
                edges[0][column].push(x);
                edges[1][row].push(y);
            }
        }
        let name = |d: &Dimension, entries: &[f64]| {
            let (low, high) =
                entries.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
            match entries {
                [] => "-".to_string(),
                _ if low == high => self.word(d, low),
                _ => format!("{} – {}", self.word(d, low), self.word(d, high)),
            }
        };
        let names = |d: &Dimension, edges: &[Vec<f64>]| edges.iter().map(|one| name(d, one)).collect::<Vec<_>>();
        let z: Vec<Vec<f64>> = found.iter().map(|row| row.iter().map(|cell| mean(cell)).collect()).collect();
        let text = |x: &f64| if x.is_finite() { lang.number(*x) } else { String::new() };
        let texts = z.iter().map(|row| row.iter().map(text).collect()).collect();
        let (x_names, y_names) = (names(across, &edges[0]), names(up, &edges[1]));
        let mut table = FigureTable::new([
            across.name.clone(),
            up.name.clone(),
            self.course.objective.clone(),
            lang.study_configs_count(),
        ]);
        for (row, cells) in found.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let (x, y) = (x_names[column].clone(), y_names[row].clone());
                table.row([x.into(), y.into(), mean(cell).into(), (cell.len() as f64).into()]);
            }
        }
        let panel = Panel {
            x: Axis::names(&across.name, x_names),
            y: Axis::names(&up.name, y_names),
            series: vec![Series::new(&self.course.objective, SeriesShape::Cells { z, texts })],
            ..Panel::default()
        };
        if table.rows.is_empty() {
            return None;
        }
        let words = vec![lang.study_heat_words(&self.course.objective, &across.name, &up.name)];
        self.figure("heat", lang.study_heat_title(&across.name, &up.name), words, vec![panel], table)
    }

    /// The best configs as lines through all dimensions.
    pub(super) fn parallel(&self) -> Option<Figure> {
        let (lang, dimensions) = (self.lang, self.space.dimensions());
        if dimensions.len() < 2 {
            return None;
        }
        let shown: Vec<_> = self.ranked().take(LINES).collect();
        let (best, _) = shown.first()?;
        let values = || shown.iter().map(|(_, value)| *value);
        let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        let mut names: Vec<String> = dimensions.iter().map(|d| d.name.clone()).collect();
        names.push(self.course.objective.clone());
        let mut table = FigureTable::new(std::iter::once(lang.study_place()).chain(names.iter().cloned()));
        let mut lines = Vec::new();
        for (place, (config, value)) in shown.iter().enumerate() {
            let entry = |at: usize| config.point.get(at).copied().flatten();
            let cells = dimensions
                .iter()
                .enumerate()
                .map(|(at, d)| entry(at).map_or(FigureCell::Empty, |entry| FigureCell::from(self.word(d, entry))));
            table.row(
                std::iter::once(FigureCell::from((place + 1) as f64)).chain(cells).chain([FigureCell::from(*value)]),
            );
            let mut y: Vec<f64> = dimensions
                .iter()
                .enumerate()
                .map(|(at, d)| entry(at).map_or(f64::NAN, |entry| share(d, entry)))
                .collect();
            y.push(if high > low { (value - low) / (high - low) } else { 0.5 });
            let x = (0..y.len()).map(|at| at as f64).collect();
            lines.push((place, SeriesShape::Line { x, y }));
        }
        // The best ones in front.
        let series = lines.into_iter().rev().map(|(place, shape)| match place {
            0..3 => Series::new((place + 1).to_string(), shape),
            _ => Series::reference("", shape),
        });
        let (x, y) = (Axis::names("", names), Axis::between(lang.study_parallel_axis(), 0.0, 1.0));
        let panel = Panel { x, y, series: series.collect(), ..Panel::default() };
        let words = vec![lang.study_parallel_words(shown.len(), best.label())];
        self.figure("parallel", lang.study_parallel_title(), words, vec![panel], table)
    }

    /// The importance of the dimensions.
    pub(super) fn importance(&self) -> Option<Figure> {
        let lang = self.lang;
        let found = self.course.importance(self.space);
        let first = found.first()?;
        let names = found.iter().map(|one| one.name.clone()).collect();
        let middle = found.iter().map(|one| one.share).collect();
        let low = found.iter().map(|one| one.low.min(one.share)).collect();
        let high = found.iter().map(|one| one.high.max(one.share)).collect();
        let (x, y) = (Axis::names("", names), Axis::between(lang.column_importance(), 0.0, 1.0));
        let mut table =
            FigureTable::new([lang.column_dimension(), lang.column_importance(), "2.5 %".into(), "97.5 %".into()]);
        for one in &found {
            table.row([one.name.clone().into(), one.share.into(), one.low.into(), one.high.into()]);
        }
        let (low_end, high_end) = (lang.percent(first.low), lang.percent(first.high));
        let words = vec![
            lang.study_importance_words(&first.name, lang.percent(first.share), low_end, high_end),
            lang.settings_importance(lang.grouped(self.course.configs.len() as f64)),
        ];
        let panel = self.whiskers(x, y, [middle, low, high]);
        self.figure("importance", lang.study_importance_title(), words, vec![panel], table)
    }

    /// The effect of each source of randomness alone.
    pub(super) fn sources(&self) -> Option<Figure> {
        let lang = self.lang;
        let found = self.course.sources()?;
        let there: Vec<_> = found.sources.iter().filter_map(|one| one.spread.as_ref().map(|s| (one, s))).collect();
        let names: Vec<String> = there.iter().map(|(one, _)| one.name.clone()).collect();
        let middle = there.iter().map(|(_, s)| s.sd).collect();
        let low = there.iter().map(|(_, s)| s.low).collect();
        let high = there.iter().map(|(_, s)| s.high).collect();
        let mut table = FigureTable::new([
            lang.column_source(),
            lang.column_sd(),
            "2.5 %".into(),
            "97.5 %".into(),
            lang.column_share(),
        ]);
        for (one, s) in &there {
            table.row([one.name.clone().into(), s.sd.into(), s.low.into(), s.high.into(), one.share.into()]);
        }
        let words = vec![self.lang.study_sources_words(&found)?];
        let y = Axis::new(format!("{}: {}", self.course.objective, lang.column_sd()));
        let panel = self.whiskers(Axis::names("", names), y, [middle, low, high]);
        self.figure("sources", lang.study_sources_title(), words, vec![panel], table)
    }
}
