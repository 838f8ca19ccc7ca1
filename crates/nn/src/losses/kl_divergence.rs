//! The Kullback-Leibler divergence.

use super::{ComputeLoss, EPSILON, Gradient, LossBatch, RowLoss, TargetKind, each_row, loss};
use treino_engine::math;
use treino_engine::simd::Simd;

loss! {
    /// sum y ln(y / p) over the classes: how far the predicted distribution is from the target's; softmax at the end.
    ///
    /// Both are clipped to [1e-7, 1], where a prediction has no slope. For one-hot targets it is the crossentropy.
    ///
    /// Keras differences: rows of targets that do not sum to 1 are refused.
    pub struct KLDivergence = "kl_divergence" ["kld"] {}
}

impl ComputeLoss for KLDivergence {
    fn targets(&self) -> TargetKind {
        TargetKind::OneHot
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        each_row(simd, self, batch, batch.width, losses, gradient);
    }
}

impl RowLoss for KLDivergence {
    #[inline(always)]
    fn row(&self, y: &[f32], p: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        if let Some((scale, dp)) = gradient {
            for ((d, y), p) in dp.iter_mut().zip(y).zip(p) {
                let inside = (EPSILON..=1.0).contains(p);
                *d = if inside { -scale * y.clamp(EPSILON, 1.0) / p } else { 0.0 };
            }
        }
        let mut sum = 0.0;
        for (y, p) in y.iter().zip(p) {
            let (y, p) = (y.clamp(EPSILON, 1.0), p.clamp(EPSILON, 1.0));
            sum += y * math::ln(y / p);
        }
        sum
    }
}
