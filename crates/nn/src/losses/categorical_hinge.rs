//! The hinge loss for several classes.

use super::{ComputeLoss, Gradient, LossBatch, RowLoss, TargetKind, each_row, loss};
use treino_engine::simd::Simd;

loss! {
    /// max(1 + max((1 - y) p) - sum y p, 0): the true class must lead by 1; for one-hot targets.
    ///
    /// The inner maximum is over all classes, and 0 for the true one. Of several equal largest each has an equal part of
    /// the derivative; at the edge of the margin it is half of that before it, as in Keras on JAX and PyTorch.
    pub struct CategoricalHinge = "categorical_hinge" {}
}

impl ComputeLoss for CategoricalHinge {
    fn targets(&self) -> TargetKind {
        TargetKind::OneHot
    }

    fn is_margin(&self) -> bool {
        true
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        each_row(simd, self, batch, batch.width, losses, gradient);
    }
}

impl RowLoss for CategoricalHinge {
    #[inline(always)]
    fn row(&self, y: &[f32], p: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        let (mut own, mut other) = (0.0, f32::NEG_INFINITY);
        for (y, p) in y.iter().zip(p) {
            own += y * p;
            let rival = (1.0 - y) * p;
            other = if rival > other { rival } else { other };
        }
        let short = 1.0 + (other - own);
        if let Some((scale, dp)) = gradient {
            let mut equals = 0.0;
            for (y, p) in y.iter().zip(p) {
                equals += if (1.0 - y) * p == other { 1.0 } else { 0.0 };
            }
            for ((d, y), p) in dp.iter_mut().zip(y).zip(p) {
                let rival = if (1.0 - y) * p == other { (1.0 - y) / equals } else { 0.0 };
                *d = if short > 0.0 {
                    scale * (rival - y)
                } else if short == 0.0 {
                    scale * (0.5 * (rival - y))
                } else {
                    0.0
                };
            }
        }
        if short < 0.0 { 0.0 } else { short }
    }
}
