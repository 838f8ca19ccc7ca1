//! The Poisson loss.

use super::entry::{EntryLoss, EntryMean};
use super::{ComputeLoss, EPSILON, Gradient, LossBatch, TargetKind, each_row, loss};
use treino_engine::math;
use treino_engine::simd::Simd;

loss! {
    /// Mean of p - y ln(p + 1e-7) over a row: for counts, with p their expected number.
    ///
    /// Predictions must be above 0: let the last layer be softplus or exponential. A negative one makes the loss NaN, as
    /// in Keras, which ends the training.
    pub struct Poisson = "poisson" {}
}

impl ComputeLoss for Poisson {
    fn targets(&self) -> TargetKind {
        TargetKind::Amounts
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        each_row(simd, &EntryMean(Counts), batch, batch.width, losses, gradient);
    }
}

struct Counts;

impl EntryLoss for Counts {
    #[inline(always)]
    fn value(&self, y: f32, p: f32) -> f32 {
        p - y * math::ln(p + EPSILON)
    }

    #[inline(always)]
    fn slope(&self, y: f32, p: f32) -> f32 {
        1.0 - y / (p + EPSILON)
    }
}
