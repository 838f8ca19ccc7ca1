//! Mean absolute error.

use super::{Batch, Criterion, Gradient, Targets, each_row};
use crate::catalog::thing;
use treino_engine::simd::{Kernel, Simd};

thing! {
    /// Mean of |y - p| over a row: for numbers with outliers.
    ///
    /// Its minimum is the conditional median. The slope at 0 is 0 (as in Keras on TensorFlow and PyTorch; 1 on JAX).
    pub struct MeanAbsoluteError = "mean_absolute_error" ["mae"] {}
}

impl Criterion for MeanAbsoluteError {
    fn targets(&self) -> Targets {
        Targets::Numbers
    }

    fn rows(&self, simd: Simd, batch: Batch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        simd.run(Rows { batch, losses, gradient });
    }
}

struct Rows<'a> {
    batch: Batch<'a>,
    losses: &'a mut [f32],
    gradient: Option<Gradient<'a>>,
}

impl Kernel for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let share = 1.0 / self.batch.width as f32;
        each_row(self.batch, self.batch.width, self.losses, self.gradient, |y, p, gradient| {
            if let Some((scale, dp)) = gradient {
                for ((d, y), p) in dp.iter_mut().zip(y).zip(p) {
                    let above = if p > y { 1.0 } else { 0.0 };
                    let below = if p < y { 1.0 } else { 0.0 };
                    *d = scale * share * (above - below);
                }
            }
            y.iter().zip(p).fold(0.0_f32, |sum, (y, p)| sum + (y - p).abs()) * share
        });
    }
}
