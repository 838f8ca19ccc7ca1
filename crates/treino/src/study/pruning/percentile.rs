//! Pruning by comparison with completed trainings.

use super::{Prune, is_due};
use crate::statistics::quantile;
use treino_core::catalog::{Interval, Kind, component};

component! {
    /// Ends a training whose best value so far is worse than the given percentile of the values that others had after the same
    /// epoch; or that has none but NaN.
    pub struct Percentile = "percentile" {
        /// The percentile, from the best: 25 keeps the best quarter.
        percentile: f64 = 25.0, Kind::Float(Interval::closed(0.0, 100.0));
        /// Trainings that came to their end before any is ended early.
        n_startup_trials: usize = 5, Kind::INDEX;
        /// Epochs before which none is.
        n_warmup_steps: usize = 0, Kind::INDEX;
        /// Every how many epochs it is looked at.
        interval_steps: usize = 1, Kind::COUNT;
        /// Others that must have come as far.
        n_min_trials: usize = 1, Kind::COUNT;
    }
}

component! {
    /// Ends a training whose best value so far is worse than the median of the values that others had after the same epoch; or
    /// that has none but NaN.
    pub struct Median = "median" {
        /// Trainings that came to their end before any is ended early.
        n_startup_trials: usize = 5, Kind::INDEX;
        /// Epochs before which none is.
        n_warmup_steps: usize = 0, Kind::INDEX;
        /// Every how many epochs it is looked at.
        interval_steps: usize = 1, Kind::COUNT;
        /// Others that must have come as far.
        n_min_trials: usize = 1, Kind::COUNT;
    }
}

impl Prune for Percentile {
    fn prunes(&self, own: &[f64], others: &[&[f64]]) -> bool {
        let Some(step) = own.len().checked_sub(1) else { return false };
        let has_others = !others.is_empty() && others.len() >= self.n_startup_trials;
        if !has_others || !is_due(step, self.n_warmup_steps, self.interval_steps) {
            return false;
        }
        let best = own.iter().copied().fold(f64::NAN, f64::min);
        if best.is_nan() {
            return true;
        }
        let there: Vec<f64> = others.iter().filter_map(|curve| curve.get(step)).copied().collect();
        let mut values: Vec<f64> = there.iter().copied().filter(|x| !x.is_nan()).collect();
        if there.len() < self.n_min_trials || values.is_empty() {
            return false;
        }
        values.sort_by(f64::total_cmp);
        best > quantile(&values, self.percentile / 100.0)
    }
}

impl Prune for Median {
    fn prunes(&self, own: &[f64], others: &[&[f64]]) -> bool {
        let Median { n_startup_trials, n_warmup_steps, interval_steps, n_min_trials } = *self;
        Percentile { percentile: 50.0, n_startup_trials, n_warmup_steps, interval_steps, n_min_trials }
            .prunes(own, others)
    }
}
