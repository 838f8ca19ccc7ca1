//! Categorical crossentropy, for one-hot targets and for class numbers.

use super::{ComputeLoss, EPSILON, Gradient, LossBatch, RowLoss, TargetKind, each_row, loss};
use crate::activations::Activation;
use treino_core::catalog::{Interval, Kind};
use treino_engine::math;
use treino_engine::simd::Simd;

loss! {
    /// -sum y ln p over the classes, for one-hot targets and a softmax at the end.
    ///
    /// With label smoothing s the target becomes y (1 - s) + s / K. From probabilities, each row is divided by its sum,
    /// then clipped to [1e-7, 1 - 1e-7]; from logits the log-softmax is used.
    pub struct CategoricalCrossentropy = "categorical_crossentropy" {
        /// Whether the network's output is logits, not probabilities.
        from_logits: bool = false, Kind::Bool;
        /// How far targets are drawn towards 1/K.
        label_smoothing: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
    }
}

loss! {
    /// -ln p of the true class, for class numbers 0, 1, ... and a softmax at the end.
    ///
    /// The same loss as `categorical_crossentropy` on one-hot targets, without the one-hot rows.
    pub struct SparseCategoricalCrossentropy = "sparse_categorical_crossentropy" {
        /// Whether the network's output is logits, not probabilities.
        from_logits: bool = false, Kind::Bool;
        /// Rows of this class number, which may be none of the outputs', are left out: a mean is over the others.
        ignore_class: Option<i64> = None, Kind::Int(Interval::ALL);
    }
}

impl ComputeLoss for CategoricalCrossentropy {
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
        let shares = OneHotShares { keep: 1.0 - smoothing, shift: smoothing / batch.width as f32 };
        run(simd, shares, batch, batch.width, batch.logits || self.from_logits, losses, gradient);
    }
}

impl ComputeLoss for SparseCategoricalCrossentropy {
    fn targets(&self) -> TargetKind {
        TargetKind::ClassNumbers
    }

    fn wants_logits(&self) -> bool {
        self.from_logits
    }

    fn absorbs(&self, activation: &Activation) -> bool {
        !self.from_logits && activation.name() == "softmax"
    }

    fn ignored(&self) -> Option<f32> {
        self.ignore_class.map(|class| class as f32)
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        // A row that is ignored has no class at all, so neither loss nor gradient.
        let shares = ClassShares { ignored: self.ignored() };
        run(simd, shares, batch, 1, batch.logits || self.from_logits, losses, gradient);
    }
}

/// The target of each class, from a row of targets.
trait TrueDistribution {
    fn of(&self, y: &[f32], class: usize) -> f32;
}

/// A one-hot row, smoothed: y * keep + shift.
struct OneHotShares {
    keep: f32,
    shift: f32,
}

impl TrueDistribution for OneHotShares {
    #[inline(always)]
    fn of(&self, y: &[f32], class: usize) -> f32 {
        y[class].mul_add(self.keep, self.shift)
    }
}

/// A class number.
struct ClassShares {
    ignored: Option<f32>,
}

impl TrueDistribution for ClassShares {
    #[inline(always)]
    fn of(&self, y: &[f32], class: usize) -> f32 {
        if y[0] == class as f32 && self.ignored != Some(y[0]) { 1.0 } else { 0.0 }
    }
}

fn run(
    simd: Simd,
    shares: impl TrueDistribution,
    batch: LossBatch<'_>,
    y_width: usize,
    logits: bool,
    losses: &mut [f32],
    gradient: Option<Gradient<'_>>,
) {
    if logits {
        each_row(simd, &FromLogits(shares), batch, y_width, losses, gradient);
    } else {
        each_row(simd, &FromProbabilities(shares), batch, y_width, losses, gradient);
    }
}

struct FromLogits<S>(S);

impl<S: TrueDistribution> RowLoss for FromLogits<S> {
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
        for (class, z) in z.iter().enumerate() {
            let target = self.0.of(y, class);
            loss -= target * ((z - top) - log_total);
            mass += target;
        }
        if let Some((scale, dz)) = gradient {
            for (class, (d, z)) in dz.iter_mut().zip(z).enumerate() {
                *d = scale * (math::exp(z - top) / total * mass - self.0.of(y, class));
            }
        }
        loss
    }
}

struct FromProbabilities<S>(S);

impl<S: TrueDistribution> RowLoss for FromProbabilities<S> {
    #[inline(always)]
    fn row(&self, y: &[f32], p: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        let mut total = 0.0;
        for p in p {
            total += p;
        }
        let (mut loss, mut mass) = (0.0, 0.0);
        for (class, p) in p.iter().enumerate() {
            let (target, p) = (self.0.of(y, class), p / total);
            loss -= target * math::ln(p.clamp(EPSILON, 1.0 - EPSILON));
            mass += if is_inside(p) { target } else { 0.0 };
        }
        if let Some((scale, dp)) = gradient {
            // With q = p / sum: dq_i/dp_j = (1[i = j] - q_i) / sum, and a clipped q_i has no slope.
            for (class, (d, p)) in dp.iter_mut().zip(p).enumerate() {
                let p = p / total;
                let own = if is_inside(p) { self.0.of(y, class) / p } else { 0.0 };
                // Where all are clipped there is no slope, even if the sum is 0.
                *d = if mass == own { 0.0 } else { scale * (mass - own) / total };
            }
        }
        loss
    }
}

#[inline(always)]
fn is_inside(p: f32) -> bool {
    (EPSILON..=1.0 - EPSILON).contains(&p)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compute(loss: &dyn ComputeLoss, y: &[f32], p: &[f32], logits: bool) -> (f32, Vec<f32>) {
        let (mut losses, mut dp) = ([0.0], vec![0.0; p.len()]);
        let batch = LossBatch { y, p, width: p.len(), logits };
        loss.rows(Simd::detect(), batch, &mut losses, Some(Gradient { scale: &[1.0], dp: &mut dp }));
        (losses[0], dp)
    }

    #[test]
    fn one_hot_rows_and_class_numbers_agree() {
        let (one_hot, sparse) = (CategoricalCrossentropy::default(), SparseCategoricalCrossentropy::default());
        for logits in [false, true] {
            let p = [0.2, 0.5, 0.3];
            assert_eq!(compute(&one_hot, &[0.0, 1.0, 0.0], &p, logits), compute(&sparse, &[1.0], &p, logits));
        }
        let (value, _) = compute(&sparse, &[1.0], &[0.2, 0.5, 0.3], false);
        assert!((value - std::f32::consts::LN_2).abs() < 1e-6);
    }

    #[test]
    fn logits_of_eighty_are_exact() {
        let sparse = SparseCategoricalCrossentropy::default();
        let (value, slope) = compute(&sparse, &[0.0], &[-80.0, 80.0], true);
        assert_eq!((value, slope), (160.0, vec![-1.0, 1.0]));
    }
}
