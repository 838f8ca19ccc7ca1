//! Figures of configs: means, curves, seeds.

use super::{Axis, Figure, FigureCell, FigureTable, Panel, Series, SeriesShape, StudyView};
use crate::figure::SeedCurves;
use treino::study::Config;

/// The largest number of configs in a figure.
const MOST: usize = 20;

/// The largest number of configs with curves.
const CURVES: usize = 5;

impl StudyView<'_> {
    /// Mean and interval of each config.
    pub(super) fn configs(&self) -> Option<Figure> {
        let lang = self.lang;
        let ranked = self.course.verdict.ranked.iter().filter(|one| one.seeds > 0);
        let shown: Vec<_> = ranked.take(MOST).collect();
        let best = shown.first()?;
        let finite = |x: f64, mean: f64| if x.is_finite() { x } else { mean };
        let interval = |at: usize| (shown[at].interval.mean, shown[at].interval.low, shown[at].interval.high);
        let all: Vec<(f64, f64, f64)> = (0..shown.len()).map(interval).collect();
        let middle: Vec<f64> = all.iter().map(|one| one.0).collect();
        let low = all.iter().map(|one| finite(one.1, one.0)).collect();
        let high = all.iter().map(|one| finite(one.2, one.0)).collect();
        let y = Axis::new(&self.course.objective);
        let panel = self.whiskers(self.places(shown.len()), y, [middle, low, high]);
        let mut table = FigureTable::new([
            lang.study_place(),
            lang.column_config(),
            self.course.objective.clone(),
            format!("{} 2.5 %", self.course.objective),
            format!("{} 97.5 %", self.course.objective),
            lang.column_n(),
            lang.column_standing(),
        ]);
        for (place, one) in shown.iter().enumerate() {
            let i = &one.interval;
            table.row([
                FigureCell::from((place + 1) as f64),
                self.course.configs[one.config].label().into(),
                i.mean.into(),
                if i.low.is_finite() { i.low.into() } else { FigureCell::Empty },
                if i.high.is_finite() { i.high.into() } else { FigureCell::Empty },
                (one.seeds as f64).into(),
                lang.standing(one.standing).into(),
            ]);
        }
        let level = self.course.verdict.open().len().saturating_sub(1);
        let label = self.course.configs[best.config].label();
        let words = vec![
            lang.study_configs_words(label, &self.course.objective, lang.number(best.interval.mean)),
            lang.study_level_words(level, self.course.verdict.ranked.len().saturating_sub(1)),
        ];
        self.figure("configs", lang.study_configs_title(), words, vec![panel], table)
    }

    /// The objective over the epochs: median and range over the seeds.
    pub(super) fn curves(&self) -> Option<Figure> {
        let lang = self.lang;
        let curves_of = |config: &Config| -> Vec<Vec<f64>> {
            let curve = |run: &treino::study::RunResult| {
                run.curves.iter().find(|(name, _)| *name == self.course.objective).map(|(_, curve)| curve.clone())
            };
            let curves = config.runs.iter().filter_map(|(_, run)| curve(run)).filter(|curve| !curve.is_empty());
            curves.map(|curve| curve.into_iter().map(f64::from).collect()).collect()
        };
        let shown: Vec<(String, Vec<Vec<f64>>)> = self
            .ranked()
            .map(|(config, _)| (config.label(), curves_of(config)))
            .filter(|(_, curves)| !curves.is_empty())
            .take(CURVES)
            .collect();
        shown.first()?;
        let head = std::iter::once(lang.epoch()).chain(shown.iter().map(|(label, _)| label.clone()));
        let mut table = FigureTable::new(head);
        let mut panel = Panel {
            x: Axis::new(lang.epoch()),
            y: Axis { can_switch: true, ..Axis::new(&self.course.objective) },
            ..Panel::default()
        };
        let mut columns = Vec::new();
        for (label, curves) in &shown {
            let bundle = SeedCurves::of(curves);
            columns.push(bundle.middle.clone());
            panel.series.extend(bundle.series(label, curves.len() > 1));
        }
        for epoch in 0..columns.iter().map(Vec::len).max().unwrap_or(0) {
            let cells = columns.iter().map(|column| FigureCell::from(column.get(epoch).copied()));
            table.row(std::iter::once(FigureCell::Number((epoch + 1) as f64)).chain(cells));
        }
        let words = vec![lang.study_curves_words(shown.len(), &self.course.objective)];
        self.figure("curves", lang.study_curves_title(), words, vec![panel], table)
    }

    /// Every seed of the best configs.
    pub(super) fn seeds(&self) -> Option<Figure> {
        let lang = self.lang;
        let shown: Vec<&Config> = self.ranked().map(|(config, _)| config).take(12).collect();
        let (mut x, mut y, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        let mut table = FigureTable::new([
            lang.study_place(),
            lang.column_config(),
            lang.study_seed(),
            self.course.objective.clone(),
        ]);
        let mut widest = 0.0_f64;
        for (place, config) in shown.iter().enumerate() {
            let values = config.values();
            let ends = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), (_, v)| (a.min(*v), b.max(*v)));
            widest = widest.max(if values.is_empty() { 0.0 } else { ends.1 - ends.0 });
            for ((seed, fold), value) in values {
                let name = if fold == 0 { seed.to_string() } else { format!("{seed} ({fold})") };
                x.push(place as f64);
                y.push(value);
                labels.push(lang.study_seed_of(&name));
                table.row([((place + 1) as f64).into(), config.label().into(), name.into(), value.into()]);
            }
        }
        if x.is_empty() {
            return None;
        }
        let series = vec![Series::new("", SeriesShape::Points { x, y, labels })];
        let (x, y) = (self.places(shown.len()), Axis::new(&self.course.objective));
        let words = vec![lang.study_seeds_words(lang.number(widest))];
        self.figure("seeds", lang.study_seeds_title(), words, vec![Panel { x, y, series, ..Panel::default() }], table)
    }
}
