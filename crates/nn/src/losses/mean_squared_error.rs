//! Mean squared error.

use super::{ComputeLoss, Gradient, LossBatch, RowLoss, TargetKind, each_row, loss};
use treino_engine::simd::Simd;

loss! {
    /// Mean of (y - p)^2 over a row: the usual loss for numbers.
    ///
    /// Its minimum is the conditional mean. Large errors weigh by their square.
    pub struct MeanSquaredError = "mean_squared_error" ["mse"] {}
}

impl ComputeLoss for MeanSquaredError {
    fn targets(&self) -> TargetKind {
        TargetKind::Numbers
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        each_row(simd, self, batch, batch.width, losses, gradient);
    }
}

impl RowLoss for MeanSquaredError {
    #[inline(always)]
    fn row(&self, y: &[f32], p: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        let share = 1.0 / p.len() as f32;
        if let Some((scale, dp)) = gradient {
            for ((d, y), p) in dp.iter_mut().zip(y).zip(p) {
                *d = scale * share * 2.0 * (p - y);
            }
        }
        y.iter().zip(p).fold(0.0_f32, |sum, (y, p)| (y - p).mul_add(y - p, sum)) * share
    }
}
