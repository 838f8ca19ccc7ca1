//! Mean absolute percentage error.

use super::entry::{EntryLoss, EntryMean};
use super::{ComputeLoss, EPSILON, Gradient, LossBatch, TargetKind, each_row, loss};
use treino_engine::simd::Simd;

loss! {
    /// 100 times the mean of |y - p| / max(|y|, 1e-7) over a row: for numbers whose relative error matters.
    ///
    /// Targets near 0 drown all others; a standardised target has some. The slope at 0 is 0, as in
    /// `mean_absolute_error`.
    pub struct MeanAbsolutePercentageError = "mean_absolute_percentage_error" ["mape"] {}
}

impl ComputeLoss for MeanAbsolutePercentageError {
    fn targets(&self) -> TargetKind {
        TargetKind::Numbers
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        each_row(simd, &EntryMean(Percentage), batch, batch.width, losses, gradient);
    }
}

struct Percentage;

impl EntryLoss for Percentage {
    #[inline(always)]
    fn value(&self, y: f32, p: f32) -> f32 {
        100.0 * ((y - p) / y.abs().max(EPSILON)).abs()
    }

    #[inline(always)]
    fn slope(&self, y: f32, p: f32) -> f32 {
        let sign = if p > y { 1.0 } else { 0.0 } - if p < y { 1.0 } else { 0.0 };
        100.0 * sign / y.abs().max(EPSILON)
    }
}
