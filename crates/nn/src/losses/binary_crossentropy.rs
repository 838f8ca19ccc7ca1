//! Binary crossentropy, also called log-loss.

use super::{ComputeLoss, EPSILON, Gradient, LossBatch, RowLoss, TargetKind, each_row, loss};
use crate::activations::Activation;
use treino_core::catalog::{Interval, Kind};
use treino_engine::math;
use treino_engine::simd::Simd;

loss! {
    /// Mean of -(y ln p + (1 - y) ln(1 - p)) over a row: for yes/no targets and a sigmoid at the end.
    ///
    /// With label smoothing s the target becomes y (1 - s) + s / 2. From probabilities, p is clipped to
    /// [1e-7, 1 - 1e-7]; from logits z the stable form max(z, 0) - z y + ln(1 + e^-|z|) is used.
    pub struct BinaryCrossentropy = "binary_crossentropy" ["bce"] {
        /// Whether the network's output is a logit, not a probability.
        from_logits: bool = false, Kind::Bool;
        /// How far targets are drawn towards 1/2.
        label_smoothing: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
    }
}

impl ComputeLoss for BinaryCrossentropy {
    fn targets(&self) -> TargetKind {
        TargetKind::Probabilities
    }

    fn wants_logits(&self) -> bool {
        self.from_logits
    }

    fn absorbs(&self, activation: &Activation) -> bool {
        !self.from_logits && activation.name() == "sigmoid"
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        let smoothing = self.label_smoothing as f32;
        let (keep, shift) = (1.0 - smoothing, 0.5 * smoothing);
        if batch.logits || self.from_logits {
            each_row(simd, &FromLogits { keep, shift }, batch, batch.width, losses, gradient);
        } else {
            each_row(simd, &FromProbabilities { keep, shift }, batch, batch.width, losses, gradient);
        }
    }
}

/// From logits; a target y becomes y * keep + shift.
struct FromLogits {
    keep: f32,
    shift: f32,
}

impl RowLoss for FromLogits {
    #[inline(always)]
    fn row(&self, y: &[f32], z: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        let share = 1.0 / z.len() as f32;
        if let Some((scale, dz)) = gradient {
            for ((d, y), z) in dz.iter_mut().zip(y).zip(z) {
                *d = scale * share * (math::sigmoid(*z) - y.mul_add(self.keep, self.shift));
            }
        }
        let mut sum = 0.0;
        for (y, z) in y.iter().zip(z) {
            let y = y.mul_add(self.keep, self.shift);
            let positive = if *z > 0.0 { *z } else { 0.0 };
            sum += (-z).mul_add(y, positive) + math::ln_1p(math::exp(-z.abs()));
        }
        sum * share
    }
}

/// From probabilities; a target y becomes y * keep + shift.
struct FromProbabilities {
    keep: f32,
    shift: f32,
}

impl RowLoss for FromProbabilities {
    #[inline(always)]
    fn row(&self, y: &[f32], p: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        let share = 1.0 / p.len() as f32;
        if let Some((scale, dp)) = gradient {
            for ((d, y), p) in dp.iter_mut().zip(y).zip(p) {
                let y = y.mul_add(self.keep, self.shift);
                let inside = *p >= EPSILON && *p <= 1.0 - EPSILON;
                let slope = (1.0 - y) / (1.0 - p) - y / p;
                *d = if inside { scale * share * slope } else { 0.0 };
            }
        }
        let mut sum = 0.0;
        for (y, p) in y.iter().zip(p) {
            let y = y.mul_add(self.keep, self.shift);
            let p = p.clamp(EPSILON, 1.0 - EPSILON);
            sum -= y * math::ln(p) + (1.0 - y) * math::ln(1.0 - p);
        }
        sum * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(bce: &BinaryCrossentropy, y: f32, p: f32, logits: bool) -> (f32, f32) {
        let (mut losses, mut dp) = ([0.0], [0.0]);
        let batch = LossBatch { y: &[y], p: &[p], width: 1, logits };
        let gradient = Gradient { scale: &[1.0], dp: &mut dp };
        bce.rows(Simd::detect(), batch, &mut losses, Some(gradient));
        (losses[0], dp[0])
    }

    /// The lecture's table gives base-10 logarithms (0.02, 1.30, 0.28, 0.32); Keras and we take natural ones.
    #[test]
    fn the_lectures_log_loss_table_in_natural_logarithms() {
        let bce = BinaryCrossentropy::default();
        for (y, p, expected, base_10) in [
            (1.0, 0.95, 0.0513, 0.02),
            (0.0, 0.95, 2.9957, 1.30),
            (0.0, 0.05, 0.0513, 0.02),
            (1.0, 0.05, 2.9957, 1.30),
            (1.0, 0.52, 0.6539, 0.28),
            (0.0, 0.52, 0.7340, 0.32),
        ] {
            let (value, _) = loss(&bce, y, p, false);
            assert!((value - expected).abs() < 5e-5, "{value} {expected}");
            assert!((value / std::f32::consts::LN_10 - base_10).abs() < 5e-3);
        }
    }

    #[test]
    fn certain_and_wrong_is_clipped_from_probabilities_and_exact_from_logits() {
        let bce = BinaryCrossentropy::default();
        let (value, slope) = loss(&bce, 1.0, 0.0, false);
        assert!((value - 16.118).abs() < 1e-3 && slope == 0.0);
        let (value, slope) = loss(&bce, 1.0, -80.0, true);
        assert_eq!((value, slope), (80.0, -1.0));
        // e^-80, not a rounded 0.
        assert!((loss(&bce, 1.0, 80.0, true).0 - 1.804_85e-35).abs() < 1e-39);
    }
}
