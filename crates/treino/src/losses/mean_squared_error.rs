//! Mean squared error.

use super::{Batch, Criterion, Gradient, Targets, each_row};
use crate::catalog::thing;
use treino_engine::simd::{Kernel, Simd};

thing! {
    /// Mean of (y - p)^2 over a row: the usual loss for numbers.
    ///
    /// Its minimum is the conditional mean. Large errors weigh by their square.
    pub struct MeanSquaredError = "mean_squared_error" ["mse"] {}
}

impl Criterion for MeanSquaredError {
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
                    *d = scale * share * 2.0 * (p - y);
                }
            }
            y.iter().zip(p).fold(0.0_f32, |sum, (y, p)| (y - p).mul_add(y - p, sum)) * share
        });
    }
}
