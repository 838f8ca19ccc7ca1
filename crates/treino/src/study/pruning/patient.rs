//! Pruning after some epochs without improvement.

use super::{Percentile, Prune};
use treino_core::catalog::{Interval, Kind, component};

component! {
    /// Ends a training that has not become better for `patience` epochs and one, and with `percentile` only where the pruner of that name
    /// would end it too.
    pub struct Patient = "patient" {
        /// Epochs to wait.
        patience: usize = 5, Kind::INDEX;
        /// By how much it may have become worse meanwhile.
        min_delta: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// The percentile of the others, where it counts; no others count when left open.
        percentile: Option<f64> = None, Kind::Float(Interval::closed(0.0, 100.0));
    }
}

impl Prune for Patient {
    fn prunes(&self, own: &[f64], others: &[&[f64]]) -> bool {
        if own.len() <= self.patience + 1 {
            return false;
        }
        let (before, after) = own.split_at(own.len() - self.patience - 1);
        let least = |values: &[f64]| values.iter().copied().fold(f64::NAN, f64::min);
        let is_stuck = least(before) + self.min_delta < least(after);
        let is_behind = |percentile| Percentile { percentile, ..Percentile::default() }.prunes(own, others);
        is_stuck && self.percentile.is_none_or(is_behind)
    }
}
