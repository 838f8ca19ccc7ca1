//! Mean absolute error.

use super::{Measure, Running};
use crate::catalog::thing;

thing! {
    /// Mean of |y - p|, in the target's units.
    pub struct MeanAbsoluteError = "mean_absolute_error" ["mae", "MAE"] {}
}

impl Measure for MeanAbsoluteError {
    fn start(&self, y_width: usize, _p_width: usize) -> Box<dyn Running> {
        Box::new(Sum { width: y_width, total: 0.0, weight: 0.0 })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

struct Sum {
    width: usize,
    total: f64,
    weight: f64,
}

impl Running for Sum {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        for (r, (y, p)) in y.chunks_exact(self.width).zip(p.chunks_exact(self.width)).enumerate() {
            let weight = weights.map_or(1.0, |w| f64::from(w[r]));
            let error: f64 = y.iter().zip(p).map(|(y, p)| f64::from((y - p).abs())).sum();
            self.total += weight * error / self.width as f64;
            self.weight += weight;
        }
    }

    fn result(&self) -> f64 {
        if self.weight == 0.0 { 0.0 } else { self.total / self.weight }
    }

    fn reset(&mut self) {
        (self.total, self.weight) = (0.0, 0.0);
    }
}
