//! The Huber loss.

use super::entry::{EntryLoss, EntryMean};
use super::{ComputeLoss, Gradient, LossBatch, TargetKind, each_row, loss};
use treino_core::catalog::Kind;
use treino_engine::simd::Simd;

loss! {
    /// Mean over a row of e^2 / 2 for errors up to delta, and delta |e| - delta^2 / 2 beyond: for numbers with outliers.
    ///
    /// P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35, 1964.
    pub struct Huber = "huber" {
        /// The error from which on the loss grows no faster than the error.
        delta: f64 = 1.0, Kind::POSITIVE;
    }
}

impl ComputeLoss for Huber {
    fn targets(&self) -> TargetKind {
        TargetKind::Numbers
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        let bowl = HuberRow { delta: self.delta as f32 };
        each_row(simd, &EntryMean(bowl), batch, batch.width, losses, gradient);
    }
}

struct HuberRow {
    delta: f32,
}

impl EntryLoss for HuberRow {
    #[inline(always)]
    fn value(&self, y: f32, p: f32) -> f32 {
        let e = (p - y).abs();
        if e <= self.delta { 0.5 * e * e } else { self.delta * e - 0.5 * self.delta * self.delta }
    }

    #[inline(always)]
    fn slope(&self, y: f32, p: f32) -> f32 {
        (p - y).clamp(-self.delta, self.delta)
    }
}
