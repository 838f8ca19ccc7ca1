//! Pruning outside of limits.

use super::{Prune, is_due};
use treino_core::catalog::{Kind, component};

component! {
    /// Ends a training whose objective, with less being better, is NaN, below `lower` or above `upper`. Where more is better, it is the
    /// objective with the opposite sign.
    pub struct Threshold = "threshold" {
        /// The least that it may be; no limit when left open.
        lower: Option<f64> = None, Kind::NUMBER;
        /// The most that it may be; no limit when left open.
        upper: Option<f64> = None, Kind::NUMBER;
        /// Epochs before which it is not looked at.
        n_warmup_steps: usize = 0, Kind::INDEX;
        /// Every how many epochs it is.
        interval_steps: usize = 1, Kind::COUNT;
    }
}

impl Prune for Threshold {
    fn prunes(&self, own: &[f64], _: &[&[f64]]) -> bool {
        let Some((last, before)) = own.split_last() else { return false };
        let is_out = last.is_nan()
            || self.lower.is_some_and(|lower| *last < lower)
            || self.upper.is_some_and(|upper| *last > upper);
        is_out && is_due(before.len(), self.n_warmup_steps, self.interval_steps)
    }
}
