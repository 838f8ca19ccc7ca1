//! Categorical crossentropy, for one-hot targets and for class numbers.

use super::{Batch, Criterion, EPSILON, Gradient, Targets, each_row};
use crate::activations::Activation;
use crate::catalog::{Interval, Kind, thing};
use treino_engine::math;
use treino_engine::simd::{Kernel, Simd};

thing! {
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

thing! {
    /// -ln p of the true class, for class numbers 0, 1, ... and a softmax at the end.
    ///
    /// The same loss as `categorical_crossentropy` on one-hot targets, without the one-hot rows.
    pub struct SparseCategoricalCrossentropy = "sparse_categorical_crossentropy" {
        /// Whether the network's output is logits, not probabilities.
        from_logits: bool = false, Kind::Bool;
    }
}

impl Criterion for CategoricalCrossentropy {
    fn targets(&self) -> Targets {
        Targets::OneHot
    }

    fn wants_logits(&self) -> bool {
        self.from_logits
    }

    fn absorbs(&self, activation: &Activation) -> bool {
        !self.from_logits && activation.name() == "softmax"
    }

    fn rows(&self, simd: Simd, batch: Batch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        let smoothing = self.label_smoothing as f32;
        let (keep, shift) = (1.0 - smoothing, smoothing / batch.width as f32);
        let share = move |y: &[f32], class: usize| y[class].mul_add(keep, shift);
        let y_width = batch.width;
        simd.run(Rows { batch, y_width, logits: batch.logits || self.from_logits, share, losses, gradient });
    }
}

impl Criterion for SparseCategoricalCrossentropy {
    fn targets(&self) -> Targets {
        Targets::ClassNumbers
    }

    fn wants_logits(&self) -> bool {
        self.from_logits
    }

    fn absorbs(&self, activation: &Activation) -> bool {
        !self.from_logits && activation.name() == "softmax"
    }

    fn rows(&self, simd: Simd, batch: Batch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        let share = |y: &[f32], class: usize| if y[0] == class as f32 { 1.0 } else { 0.0 };
        simd.run(Rows { batch, y_width: 1, logits: batch.logits || self.from_logits, share, losses, gradient });
    }
}

/// Both losses: `share(y, class)` is the target of a class.
struct Rows<'a, S> {
    batch: Batch<'a>,
    y_width: usize,
    logits: bool,
    share: S,
    losses: &'a mut [f32],
    gradient: Option<Gradient<'a>>,
}

impl<S: Fn(&[f32], usize) -> f32> Kernel for Rows<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Rows { batch, y_width, logits, share, losses, gradient } = self;
        if logits {
            each_row(batch, y_width, losses, gradient, |y, z, gradient| from_logits(&share, y, z, gradient));
        } else {
            each_row(batch, y_width, losses, gradient, |y, p, gradient| from_probabilities(&share, y, p, gradient));
        }
    }
}

#[inline(always)]
fn from_logits(
    share: &impl Fn(&[f32], usize) -> f32,
    y: &[f32],
    z: &[f32],
    gradient: Option<(f32, &mut [f32])>,
) -> f32 {
    let top = z.iter().fold(f32::NEG_INFINITY, |top, z| if *z > top { *z } else { top });
    let total = z.iter().fold(0.0_f32, |sum, z| sum + math::exp(z - top));
    let log_total = math::ln(total);
    let (mut loss, mut mass) = (0.0, 0.0);
    for (class, z) in z.iter().enumerate() {
        let target = share(y, class);
        loss -= target * ((z - top) - log_total);
        mass += target;
    }
    if let Some((scale, dz)) = gradient {
        for (class, (d, z)) in dz.iter_mut().zip(z).enumerate() {
            *d = scale * (math::exp(z - top) / total * mass - share(y, class));
        }
    }
    loss
}

#[inline(always)]
fn from_probabilities(
    share: &impl Fn(&[f32], usize) -> f32,
    y: &[f32],
    p: &[f32],
    gradient: Option<(f32, &mut [f32])>,
) -> f32 {
    let total = p.iter().fold(0.0_f32, |sum, p| sum + p);
    let clip = |p: f32| (p / total).clamp(EPSILON, 1.0 - EPSILON);
    let is_inside = |p: f32| (EPSILON..=1.0 - EPSILON).contains(&(p / total));
    let (mut loss, mut mass) = (0.0, 0.0);
    for (class, p) in p.iter().enumerate() {
        let target = share(y, class);
        loss -= target * math::ln(clip(*p));
        mass += if is_inside(*p) { target } else { 0.0 };
    }
    if let Some((scale, dp)) = gradient {
        // With q = p / sum: dq_i/dp_j = (1[i = j] - q_i) / sum, and a clipped q_i has no slope.
        for (class, (d, p)) in dp.iter_mut().zip(p).enumerate() {
            let own = if is_inside(*p) { share(y, class) / (p / total) } else { 0.0 };
            // Where all are clipped there is no slope, even if the sum is 0.
            *d = if mass == own { 0.0 } else { scale * (mass - own) / total };
        }
    }
    loss
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(loss: &dyn Criterion, y: &[f32], p: &[f32], logits: bool) -> (f32, Vec<f32>) {
        let (mut losses, mut dp) = ([0.0], vec![0.0; p.len()]);
        let batch = Batch { y, p, width: p.len(), logits };
        loss.rows(Simd::detect(), batch, &mut losses, Some(Gradient { scale: &[1.0], dp: &mut dp }));
        (losses[0], dp)
    }

    #[test]
    fn one_hot_rows_and_class_numbers_agree() {
        let (one_hot, sparse) = (CategoricalCrossentropy::default(), SparseCategoricalCrossentropy::default());
        for logits in [false, true] {
            let p = [0.2, 0.5, 0.3];
            assert_eq!(run(&one_hot, &[0.0, 1.0, 0.0], &p, logits), run(&sparse, &[1.0], &p, logits));
        }
        let (value, _) = run(&sparse, &[1.0], &[0.2, 0.5, 0.3], false);
        assert!((value - std::f32::consts::LN_2).abs() < 1e-6);
    }

    #[test]
    fn logits_of_eighty_are_exact() {
        let sparse = SparseCategoricalCrossentropy::default();
        let (value, slope) = run(&sparse, &[0.0], &[-80.0, 80.0], true);
        assert_eq!((value, slope), (160.0, vec![-1.0, 1.0]));
    }
}
