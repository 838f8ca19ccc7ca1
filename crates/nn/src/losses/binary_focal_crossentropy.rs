//! Binary focal crossentropy.

use super::entry::{EntryLoss, EntryMean};
use super::power::Power;
use super::{ComputeLoss, EPSILON, Gradient, LossBatch, TargetKind, each_row, loss};
use crate::activations::Activation;
use treino_core::catalog::{Interval, Kind};
use treino_engine::math;
use treino_engine::simd::Simd;

loss! {
    /// Mean over a row of (1 - p_t)^gamma times the binary crossentropy, with p_t the probability given to what happened:
    /// what is already right counts little.
    ///
    /// 1 - p_t = y (1 - p) + (1 - y) p. T.-Y. Lin and others, "Focal loss for dense object detection", ICCV 2017. Smoothing
    /// and clipping as in `binary_crossentropy`; p_t is not clipped.
    ///
    /// Keras differences: from logits the crossentropy is computed without clipping, so a row that is certain and wrong
    /// keeps its gradient; Keras clips the sigmoid.
    pub struct BinaryFocalCrossentropy = "binary_focal_crossentropy" {
        /// Whether the two classes weigh alpha (for 1) and 1 - alpha (for 0).
        apply_class_balancing: bool = false, Kind::Bool;
        /// Weight of the class 1, with balancing.
        alpha: f64 = 0.25, Kind::Float(Interval::closed(0.0, 1.0));
        /// How little it counts what is already right; 0 is the plain crossentropy.
        gamma: f64 = 2.0, Kind::NOT_NEGATIVE;
        /// Whether the network's output is a logit, not a probability.
        from_logits: bool = false, Kind::Bool;
        /// How far targets are drawn towards 1/2.
        label_smoothing: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
    }
}

impl ComputeLoss for BinaryFocalCrossentropy {
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
        let alpha = self.alpha as f32;
        let focus = Focus {
            keep: 1.0 - smoothing,
            shift: 0.5 * smoothing,
            weights: if self.apply_class_balancing { (1.0 - alpha, 2.0 * alpha - 1.0) } else { (1.0, 0.0) },
            power: Power::new(self.gamma),
        };
        if batch.logits || self.from_logits {
            each_row(simd, &EntryMean(FromLogits(focus)), batch, batch.width, losses, gradient);
        } else {
            each_row(simd, &EntryMean(FromProbabilities(focus)), batch, batch.width, losses, gradient);
        }
    }
}

struct Focus {
    keep: f32,
    shift: f32,
    /// The weight of a target y is weights.0 + y * weights.1.
    weights: (f32, f32),
    power: Power,
}

impl Focus {
    /// The smoothed target, and its weight.
    #[inline(always)]
    fn target(&self, y: f32) -> (f32, f32) {
        let y = y.mul_add(self.keep, self.shift);
        (y, y.mul_add(self.weights.1, self.weights.0))
    }
}

struct FromLogits(Focus);

impl FromLogits {
    /// The crossentropy, and 1 - p_t.
    #[inline(always)]
    fn parts(y: f32, z: f32) -> (f32, f32) {
        let positive = if z > 0.0 { z } else { 0.0 };
        let bce = (-z).mul_add(y, positive) + math::ln_1p(math::exp(-z.abs()));
        (bce, y.mul_add(math::sigmoid(-z), (1.0 - y) * math::sigmoid(z)))
    }
}

impl EntryLoss for FromLogits {
    #[inline(always)]
    fn value(&self, y: f32, z: f32) -> f32 {
        let (y, weight) = self.0.target(y);
        let (bce, missing) = FromLogits::parts(y, z);
        weight * self.0.power.of(missing) * bce
    }

    #[inline(always)]
    fn slope(&self, y: f32, z: f32) -> f32 {
        let (y, weight) = self.0.target(y);
        let (bce, missing) = FromLogits::parts(y, z);
        let p = math::sigmoid(z);
        let moves = (1.0 - 2.0 * y) * p * math::sigmoid(-z);
        weight * (self.0.power.slope(missing) * moves * bce + self.0.power.of(missing) * (p - y))
    }
}

struct FromProbabilities(Focus);

impl FromProbabilities {
    /// The crossentropy, and 1 - p_t.
    #[inline(always)]
    fn parts(y: f32, p: f32) -> (f32, f32) {
        let inside = p.clamp(EPSILON, 1.0 - EPSILON);
        let bce = -(y * math::ln(inside) + (1.0 - y) * math::ln(1.0 - inside));
        (bce, y.mul_add(1.0 - p, (1.0 - y) * p))
    }
}

impl EntryLoss for FromProbabilities {
    #[inline(always)]
    fn value(&self, y: f32, p: f32) -> f32 {
        let (y, weight) = self.0.target(y);
        let (bce, missing) = FromProbabilities::parts(y, p);
        weight * self.0.power.of(missing) * bce
    }

    #[inline(always)]
    fn slope(&self, y: f32, p: f32) -> f32 {
        let (y, weight) = self.0.target(y);
        let (bce, missing) = FromProbabilities::parts(y, p);
        let inside = (EPSILON..=1.0 - EPSILON).contains(&p);
        let slope = if inside { (1.0 - y) / (1.0 - p) - y / p } else { 0.0 };
        weight * (self.0.power.slope(missing) * (1.0 - 2.0 * y) * bce + self.0.power.of(missing) * slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_and_wrong_keeps_its_gradient_from_logits() {
        let loss = BinaryFocalCrossentropy::default();
        let (mut losses, mut dz) = ([0.0], [0.0]);
        let batch = LossBatch { y: &[1.0], p: &[-80.0], width: 1, logits: true };
        let gradient = Gradient { scale: &[1.0], dp: &mut dz };
        loss.rows(Simd::detect(), batch, &mut losses, Some(gradient));
        // 1 - p_t is 1 and its slope 0, so this is the plain crossentropy.
        assert_eq!((losses, dz), ([80.0], [-1.0]));
    }
}
