//! The logarithm of the hyperbolic cosine of the error.

use super::entry::{EntryLoss, EntryMean};
use super::{ComputeLoss, Gradient, LossBatch, TargetKind, each_row, loss};
use treino_engine::math;
use treino_engine::simd::Simd;

loss! {
    /// Mean of ln cosh(p - y) over a row: about e^2 / 2 for small errors and |e| - ln 2 for large ones.
    pub struct LogCosh = "log_cosh" ["logcosh"] {}
}

impl ComputeLoss for LogCosh {
    fn targets(&self) -> TargetKind {
        TargetKind::Numbers
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        each_row(simd, &EntryMean(LogCoshRow), batch, batch.width, losses, gradient);
    }
}

struct LogCoshRow;

impl EntryLoss for LogCoshRow {
    #[inline(always)]
    fn value(&self, y: f32, p: f32) -> f32 {
        let e = (p - y).abs();
        e + math::ln_1p(math::exp(-2.0 * e)) - std::f32::consts::LN_2
    }

    #[inline(always)]
    fn slope(&self, y: f32, p: f32) -> f32 {
        math::tanh(p - y)
    }
}
