//! Panels that several topics use.

use super::experiment::{Experiment, TrainedVariants};
use crate::figure::{Axis, AxisScale, FigureCell, FigureTable, Panel, SeedCurves, Series, SeriesShape};
use treino::statistics::interval95;

/// The largest number of variants whose curves have bands; more bands would hide each other.
const BANDS: usize = 4;

/// Numbers that differ by more than this factor get a logarithmic axis.
const WIDE: f64 = 5.0;

/// An axis for these numbers: linear, or logarithmic if they differ much.
pub fn fitting(title: impl Into<String>, numbers: impl Iterator<Item = f64>) -> Axis {
    let finite = numbers.filter(|x| x.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
    let scale = if low > 0.0 && high / low > WIDE { AxisScale::Log } else { AxisScale::Linear };
    Axis { scale, can_switch: true, ..Axis::new(title) }
}

impl Experiment<'_> {
    /// A metric of each variant over the epochs.
    pub fn curves(&self, trained: &TrainedVariants, name: &str) -> Panel {
        let has_bands = trained.labels.len() <= BANDS;
        let bundles: Vec<SeedCurves> =
            (0..trained.labels.len()).map(|arm| SeedCurves::of(&trained.curves(arm, name))).collect();
        let y = fitting(name, bundles.iter().flat_map(|bundle| bundle.middle.iter().copied()));
        let named = bundles.into_iter().zip(&trained.labels);
        let series = named.flat_map(|(bundle, label)| bundle.series(label, has_bands)).collect();
        Panel { title: name.to_string(), x: Axis::new(self.lang().epoch()), y, series, ..Panel::default() }
    }

    /// The metric that compares variants: every seed, and the mean with its interval.
    pub fn strip(&self, trained: &TrainedVariants) -> Panel {
        let lang = self.lang();
        let (mut x, mut y, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        let [mut at, mut middle, mut low, mut high] = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
        for (arm, config) in trained.configs.iter().enumerate() {
            let values = config.values();
            for ((seed, _), value) in &values {
                x.push(arm as f64);
                y.push(*value);
                labels.push(lang.study_seed_of(seed));
            }
            let values: Vec<f64> = values.into_iter().map(|(_, value)| value).collect();
            if values.len() > 1 {
                let interval = interval95(&values);
                at.push(arm as f64);
                middle.push(interval.mean);
                low.push(interval.low);
                high.push(interval.high);
            }
        }
        let axis = fitting(&trained.judge.name, y.iter().copied());
        // An interval that extends below 0 has no logarithm.
        if axis.scale == AxisScale::Log {
            low.iter_mut().zip(&middle).filter(|(low, _)| **low <= 0.0).for_each(|(low, middle)| *low = *middle);
        }
        let series = vec![
            Series::reference("", SeriesShape::Points { x, y, labels }),
            Series::new("", SeriesShape::Whiskers { x: at, y: middle, low, high }),
        ];
        Panel {
            title: lang.explore_strip(),
            x: Axis::names("", trained.labels.clone()),
            y: axis,
            series,
            ..Panel::default()
        }
    }

    /// The results of the variants as a table.
    pub fn summary(&self, trained: &TrainedVariants) -> FigureTable {
        let lang = self.lang();
        let name = &trained.judge.name;
        let score = format!("val_{}", self.score);
        let has_score = score != *name;
        let mut head = vec![
            lang.explore_setting(),
            format!("{name}: {}", lang.mean()),
            format!("{name}: 2.5 %"),
            format!("{name}: 97.5 %"),
        ];
        head.extend(has_score.then(|| format!("{score}: {}", lang.mean())));
        head.extend([lang.column_n(), lang.column_diverged(), lang.column_standing()]);
        let mut table = FigureTable::new(head);
        for (arm, label) in trained.labels.iter().enumerate() {
            let values = trained.values(arm);
            let interval = interval95(&values);
            let ends = |x: f64| if values.len() > 1 { FigureCell::from(x) } else { FigureCell::Empty };
            let mut row = vec![label.clone().into(), trained.mean(arm).into(), ends(interval.low), ends(interval.high)];
            row.extend(has_score.then(|| trained.mean_metric(arm, &score).into()));
            row.extend([
                (values.len() as f64).into(),
                (trained.configs[arm].diverged() as f64).into(),
                lang.standing(trained.standing(arm)).into(),
            ]);
            table.row(row);
        }
        table
    }
}
