//! Crossentropies as metrics: the mean of minus the logarithm of the probability given to what happened.
//!
//! Probabilities are clipped to [1e-7, 1 - 1e-7] in single precision (where the upper end is 1 - 1.2e-7), so a certain
//! and wrong prediction costs 16.1, or 15.9 from above. Logarithms are in double precision.
//!
//! Keras differences: `axis` and `ignore_class` are missing. The categorical ones refuse a prediction of one number.

use super::row_mean::RowMean;
use super::{Measure, Running, one_probability_a_class, target};
use crate::catalog::{Interval, Kind, thing};
use crate::error::Result;
use treino_engine::math::{exp, ln_f64, softplus};

const EPSILON: f32 = 1e-7;

fn ln_of_clipped(p: f32) -> f64 {
    ln_f64(f64::from(p.clamp(EPSILON, 1.0 - EPSILON)))
}

thing! {
    /// -(y ln p + (1 - y) ln(1 - p)), averaged.
    pub struct BinaryCrossentropy = "binary_crossentropy" ["bce", "BCE"] {
        /// Whether predictions are logits, to be put through a sigmoid first.
        from_logits: bool = false, Kind::Bool;
        /// How far targets are drawn towards 1/2: y (1 - s) + s / 2.
        label_smoothing: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
    }
}

impl Measure for BinaryCrossentropy {
    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn Running> {
        let (from_logits, smoothing) = (self.from_logits, self.label_smoothing);
        let entry = move |y: f64, p: f32| {
            if from_logits {
                return y * f64::from(softplus(-p)) + (1.0 - y) * f64::from(softplus(p));
            }
            let p = p.clamp(EPSILON, 1.0 - EPSILON);
            -(y * ln_f64(f64::from(p)) + (1.0 - y) * ln_f64(1.0 - f64::from(p)))
        };
        RowMean::start(y_width, p_width, move |y, p| {
            let entries = p.iter().enumerate().map(|(k, p)| {
                let y = f64::from(target(y, p_width, k));
                entry(y * (1.0 - smoothing) + 0.5 * smoothing, *p)
            });
            entries.sum::<f64>() / p_width as f64
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

/// The crossentropy of a row, its targets made by `target_of(class)`.
fn row_crossentropy(from_logits: bool, p: &[f32], target_of: impl Fn(usize) -> f64) -> f64 {
    let sum = |value: &dyn Fn(f32) -> f64| -> f64 { p.iter().enumerate().map(|(k, p)| target_of(k) * value(*p)).sum() };
    if from_logits {
        let top = p.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
        let log_sum = ln_f64(p.iter().map(|p| f64::from(exp(p - top))).sum());
        return -sum(&|p| f64::from(p - top) - log_sum);
    }
    let total: f32 = p.iter().sum();
    -sum(&|p| ln_of_clipped(p / total))
}

thing! {
    /// -sum y ln p over the classes of a one-hot target, with p made to sum to 1 first.
    pub struct CategoricalCrossentropy = "categorical_crossentropy" {
        /// Whether predictions are logits, to be put through a softmax first.
        from_logits: bool = false, Kind::Bool;
        /// How far targets are drawn towards equal shares: y (1 - s) + s / K.
        label_smoothing: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
    }
}

impl Measure for CategoricalCrossentropy {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        one_probability_a_class("categorical_crossentropy", "binary_crossentropy", p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn Running> {
        let (from_logits, smoothing) = (self.from_logits, self.label_smoothing);
        RowMean::start(y_width, p_width, move |y, p| {
            let smooth = |k| f64::from(target(y, p_width, k)) * (1.0 - smoothing) + smoothing / p_width as f64;
            row_crossentropy(from_logits, p, smooth)
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

thing! {
    /// -ln p of the class number that is the target, with p made to sum to 1 first.
    pub struct SparseCategoricalCrossentropy = "sparse_categorical_crossentropy" {
        /// Whether predictions are logits, to be put through a softmax first.
        from_logits: bool = false, Kind::Bool;
    }
}

impl Measure for SparseCategoricalCrossentropy {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        one_probability_a_class("sparse_categorical_crossentropy", "binary_crossentropy", p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn Running> {
        let from_logits = self.from_logits;
        RowMean::start(y_width, p_width, move |y, p| {
            row_crossentropy(from_logits, p, |k| f64::from(target(y, p_width, k)))
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn closed_forms() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a}, not {b}");
        let ln_2 = std::f64::consts::LN_2;
        close(measure(BinaryCrossentropy::default(), 1, 1, &[1.0, 0.0], &[0.5, 0.75], None), 1.5 * ln_2);
        let logits = BinaryCrossentropy { from_logits: true, label_smoothing: 0.0 };
        close(measure(logits, 1, 1, &[1.0, 1.0], &[0.0, -200.0], None), 0.5 * (ln_2 + 200.0));
        // Not normalised: 2 and 6 are 1/4 and 3/4.
        let sparse = SparseCategoricalCrossentropy::default();
        close(measure(sparse, 1, 2, &[0.0], &[2.0, 6.0], None), 2.0 * ln_2);
        close(measure(CategoricalCrossentropy::default(), 2, 2, &[1.0, 0.0], &[2.0, 6.0], None), 2.0 * ln_2);
        let sparse = SparseCategoricalCrossentropy { from_logits: true };
        close(measure(sparse, 1, 2, &[1.0], &[100.0, 0.0], None), 100.0);
        // Certain and wrong.
        close(measure(BinaryCrossentropy::default(), 1, 1, &[1.0], &[0.0], None), 16.118_095_6);
    }
}
