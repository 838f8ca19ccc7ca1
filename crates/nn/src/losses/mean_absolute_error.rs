//! Mean absolute error.

use super::{ComputeLoss, Gradient, LossBatch, RowLoss, TargetKind, each_row, loss};
use treino_engine::simd::Simd;

loss! {
    /// Mean of |y - p| over a row: for numbers with outliers.
    ///
    /// Its minimum is the conditional median. The slope at 0 is 0 (as in Keras on TensorFlow and PyTorch; 1 on JAX).
    pub struct MeanAbsoluteError = "mean_absolute_error" ["mae"] {}
}

impl ComputeLoss for MeanAbsoluteError {
    fn targets(&self) -> TargetKind {
        TargetKind::Numbers
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        each_row(simd, self, batch, batch.width, losses, gradient);
    }
}

impl RowLoss for MeanAbsoluteError {
    #[inline(always)]
    fn row(&self, y: &[f32], p: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        let share = 1.0 / p.len() as f32;
        if let Some((scale, dp)) = gradient {
            for ((d, y), p) in dp.iter_mut().zip(y).zip(p) {
                let above = if p > y { 1.0 } else { 0.0 };
                let below = if p < y { 1.0 } else { 0.0 };
                *d = scale * share * (above - below);
            }
        }
        y.iter().zip(p).fold(0.0_f32, |sum, (y, p)| sum + (y - p).abs()) * share
    }
}
