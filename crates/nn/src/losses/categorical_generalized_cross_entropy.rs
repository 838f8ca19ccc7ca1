//! Generalised crossentropy.

use super::power::Power;
use super::{ComputeLoss, EPSILON, Gradient, LossBatch, RowLoss, TargetKind, each_row, loss};
use treino_core::catalog::{Interval, Kind};
use treino_engine::simd::Simd;

loss! {
    /// (1 - p^q) / q for the probability p of the true class: a crossentropy (q near 0) that wrong labels disturb less.
    ///
    /// Z. Zhang, M. Sabuncu, "Generalized cross entropy loss for training deep neural networks with noisy labels", NeurIPS
    /// 2018. For class numbers and a softmax at the end.
    ///
    /// Keras differences: the slope at p below 1e-7 is that at 1e-7; Keras has an infinite one at 0. Keras knows it as a
    /// class only, not by a name.
    pub struct CategoricalGeneralizedCrossEntropy = "categorical_generalized_cross_entropy" {
        /// Between the crossentropy (towards 0) and the absolute error (towards 1).
        q: f64 = 0.5, Kind::Float(Interval { open_min: true, open_max: true, ..Interval::closed(0.0, 1.0) });
    }
}

impl ComputeLoss for CategoricalGeneralizedCrossEntropy {
    fn targets(&self) -> TargetKind {
        TargetKind::ClassNumbers
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        let row = TrueClass { q: self.q as f32, power: Power::new(self.q) };
        each_row(simd, &row, batch, 1, losses, gradient);
    }
}

struct TrueClass {
    q: f32,
    power: Power,
}

impl RowLoss for TrueClass {
    #[inline(always)]
    fn row(&self, y: &[f32], p: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        let mut own = 0.0;
        for (class, p) in p.iter().enumerate() {
            own = if y[0] == class as f32 { *p } else { own };
        }
        if let Some((scale, dp)) = gradient {
            let slope = -self.power.slope(own.max(EPSILON)) / self.q;
            for (class, d) in dp.iter_mut().enumerate() {
                *d = if y[0] == class as f32 { scale * slope } else { 0.0 };
            }
        }
        (1.0 - self.power.of(own)) / self.q
    }
}
