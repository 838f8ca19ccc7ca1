//! Mean squared logarithmic error.

use super::entry::{EntryLoss, EntryMean};
use super::{ComputeLoss, EPSILON, Gradient, LossBatch, TargetKind, each_row, loss};
use treino_engine::math;
use treino_engine::simd::Simd;

loss! {
    /// Mean of (ln(1 + p) - ln(1 + y))^2 over a row: for amounts of very different size.
    ///
    /// Numbers below 1e-7 count as 1e-7, so a negative prediction has no gradient: let the last layer be softplus.
    ///
    /// Keras differences: a target below 0 is refused; Keras takes it for 1e-7.
    pub struct MeanSquaredLogarithmicError = "mean_squared_logarithmic_error" ["msle"] {}
}

impl ComputeLoss for MeanSquaredLogarithmicError {
    fn targets(&self) -> TargetKind {
        TargetKind::Amounts
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        each_row(simd, &EntryMean(Logarithms), batch, batch.width, losses, gradient);
    }
}

struct Logarithms;

impl Logarithms {
    #[inline(always)]
    fn error(y: f32, p: f32) -> f32 {
        math::ln_1p(at_least(p)) - math::ln_1p(at_least(y))
    }
}

/// Not `max`, which would hide a NaN.
#[inline(always)]
fn at_least(x: f32) -> f32 {
    if x < EPSILON { EPSILON } else { x }
}

impl EntryLoss for Logarithms {
    #[inline(always)]
    fn value(&self, y: f32, p: f32) -> f32 {
        let e = Logarithms::error(y, p);
        e * e
    }

    #[inline(always)]
    fn slope(&self, y: f32, p: f32) -> f32 {
        if p < EPSILON { 0.0 } else { 2.0 * Logarithms::error(y, p) / (1.0 + p) }
    }
}
