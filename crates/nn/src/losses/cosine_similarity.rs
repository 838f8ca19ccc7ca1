//! Cosine similarity.

use super::{ComputeLoss, EPSILON, Gradient, LossBatch, RowLoss, TargetKind, each_row, loss};
use treino_engine::simd::Simd;

loss! {
    /// Minus the cosine of the angle between the rows of targets and predictions: -1 where they point the same way.
    ///
    /// Each row is divided by its length, or by 1e-7 where it is shorter. With one output only the sign is compared, which
    /// has no gradient.
    ///
    /// Keras differences: `axis` is missing, it is always the row. The gradient of a row of zeros is that of rows nearly so;
    /// Keras has none there.
    pub struct CosineSimilarity = "cosine_similarity" {}
}

impl ComputeLoss for CosineSimilarity {
    fn targets(&self) -> TargetKind {
        TargetKind::Numbers
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        each_row(simd, self, batch, batch.width, losses, gradient);
    }
}

impl RowLoss for CosineSimilarity {
    #[inline(always)]
    fn row(&self, y: &[f32], p: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        let (mut yy, mut pp, mut yp) = (0.0_f32, 0.0_f32, 0.0_f32);
        for (y, p) in y.iter().zip(p) {
            yy = y.mul_add(*y, yy);
            pp = p.mul_add(*p, pp);
            yp = y.mul_add(*p, yp);
        }
        let length = pp.sqrt();
        let (by_y, by_p) = (1.0 / yy.sqrt().max(EPSILON), 1.0 / length.max(EPSILON));
        let cosine = (yp * by_y) * by_p;
        if let Some((scale, dp)) = gradient {
            // Shorter rows are divided by a constant.
            let turn = if length > EPSILON { cosine } else { 0.0 };
            for ((d, y), p) in dp.iter_mut().zip(y).zip(p) {
                *d = -scale * by_p * (y * by_y - turn * (p * by_p));
            }
        }
        -cosine
    }
}
