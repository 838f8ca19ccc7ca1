//! Categorical focal crossentropy.

use super::power::Power;
use super::{ComputeLoss, EPSILON, Gradient, LossBatch, RowLoss, TargetKind, each_row, loss};
use crate::activations::Activation;
use treino_core::catalog::{Interval, Kind};
use treino_engine::math;
use treino_engine::simd::Simd;

loss! {
    /// -alpha sum (1 - p)^gamma y ln p over the classes, for one-hot targets and a softmax at the end: what is already
    /// right counts little.
    ///
    /// T.-Y. Lin and others, "Focal loss for dense object detection", ICCV 2017. Smoothing, division by the row's sum and
    /// clipping as in `categorical_crossentropy`.
    ///
    /// Keras differences: alpha is one number; Keras also takes one a class. From logits the log-softmax is used without
    /// clipping, so a row that is certain and wrong keeps its gradient; Keras clips the softmax.
    pub struct CategoricalFocalCrossentropy = "categorical_focal_crossentropy" {
        /// A factor on all.
        alpha: f64 = 0.25, Kind::NOT_NEGATIVE;
        /// How little it counts what is already right; 0 is the plain crossentropy.
        gamma: f64 = 2.0, Kind::NOT_NEGATIVE;
        /// Whether the network's output is logits, not probabilities.
        from_logits: bool = false, Kind::Bool;
        /// How far targets are drawn towards 1/K.
        label_smoothing: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
    }
}

impl ComputeLoss for CategoricalFocalCrossentropy {
    fn targets(&self) -> TargetKind {
        TargetKind::OneHot
    }

    fn wants_logits(&self) -> bool {
        self.from_logits
    }

    fn absorbs(&self, activation: &Activation) -> bool {
        !self.from_logits && activation.name() == "softmax"
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        let smoothing = self.label_smoothing as f32;
        let focus = Focus {
            keep: 1.0 - smoothing,
            shift: smoothing / batch.width as f32,
            alpha: self.alpha as f32,
            power: Power::new(self.gamma),
        };
        if batch.logits || self.from_logits {
            each_row(simd, &FromLogits(focus), batch, batch.width, losses, gradient);
        } else {
            each_row(simd, &FromProbabilities(focus), batch, batch.width, losses, gradient);
        }
    }
}

struct Focus {
    keep: f32,
    shift: f32,
    alpha: f32,
    power: Power,
}

impl Focus {
    /// alpha times the smoothed target.
    #[inline(always)]
    fn target(&self, y: f32) -> f32 {
        self.alpha * y.mul_add(self.keep, self.shift)
    }

    /// d loss / d ln p of a class with the given target, ln p and 1 - p.
    #[inline(always)]
    fn log_slope(&self, target: f32, log_p: f32, missing: f32) -> f32 {
        target * (self.power.slope(missing) * (1.0 - missing) * log_p - self.power.of(missing))
    }

    /// d loss / dq of a class with the given target and share q; nothing where q is clipped.
    #[inline(always)]
    fn slope(&self, target: f32, q: f32) -> f32 {
        let inside = (EPSILON..=1.0 - EPSILON).contains(&q);
        let slope = self.power.slope(1.0 - q) * math::ln(q) - self.power.of(1.0 - q) / q;
        if inside { target * slope } else { 0.0 }
    }
}

/// The share of all exponentials but this: 1 - p, with its digits.
#[inline(always)]
fn others(own: f32, total: f32) -> f32 {
    let others = total - own;
    (if others < 0.0 { 0.0 } else { others }) / total
}

struct FromLogits(Focus);

impl RowLoss for FromLogits {
    #[inline(always)]
    fn row(&self, y: &[f32], z: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        let mut top = f32::NEG_INFINITY;
        for z in z {
            top = if *z > top { *z } else { top };
        }
        let mut total = 0.0;
        for z in z {
            total += math::exp(z - top);
        }
        let log_total = math::ln(total);
        let (mut loss, mut mass) = (0.0, 0.0);
        for (y, z) in y.iter().zip(z) {
            let (target, log_p) = (self.0.target(*y), z - top - log_total);
            let missing = others(math::exp(z - top), total);
            loss -= target * self.0.power.of(missing) * log_p;
            mass += self.0.log_slope(target, log_p, missing);
        }
        if let Some((scale, dz)) = gradient {
            for ((d, y), z) in dz.iter_mut().zip(y).zip(z) {
                let own = math::exp(z - top);
                let slope = self.0.log_slope(self.0.target(*y), z - top - log_total, others(own, total));
                // A logit raises its own class and takes its share from every class.
                *d = scale * (slope - mass * (own / total));
            }
        }
        loss
    }
}

struct FromProbabilities(Focus);

impl RowLoss for FromProbabilities {
    #[inline(always)]
    fn row(&self, y: &[f32], p: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        let mut total = 0.0;
        for p in p {
            total += p;
        }
        let (mut loss, mut mass) = (0.0, 0.0);
        for (y, p) in y.iter().zip(p) {
            let (target, q) = (self.0.target(*y), p / total);
            let clipped = q.clamp(EPSILON, 1.0 - EPSILON);
            loss -= target * self.0.power.of(1.0 - clipped) * math::ln(clipped);
            let slope = self.0.slope(target, q);
            mass += if slope == 0.0 { 0.0 } else { slope * q };
        }
        if let Some((scale, dp)) = gradient {
            for ((d, y), p) in dp.iter_mut().zip(y).zip(p) {
                let own = self.0.slope(self.0.target(*y), p / total);
                // Where all are clipped there is no slope, even if the sum is 0.
                *d = if mass == own { 0.0 } else { scale * (own - mass) / total };
            }
        }
        loss
    }
}
