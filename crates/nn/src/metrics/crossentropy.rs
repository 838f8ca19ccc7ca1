//! Crossentropies as metrics: the mean of minus the logarithm of the probability given to what happened.
//!
//! Probabilities are clipped to [1e-7, 1 - 1e-7] in single precision (where the upper end is 1 - 1.2e-7), so a certain
//! and wrong prediction costs 16.1, or 15.9 from above. Logarithms are in single precision, sums in double.

use super::row_mean::{RowMean, RowValue};
use super::{ComputeMetric, MetricState, one_probability_a_class, target};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::Result;
use treino_engine::math::{exp, ln, softplus};

const EPSILON: f32 = 1e-7;

component! {
    /// -(y ln p + (1 - y) ln(1 - p)), averaged.
    pub struct BinaryCrossentropy = "binary_crossentropy" ["bce", "BCE"] {
        /// Whether predictions are logits, to be put through a sigmoid first.
        from_logits: bool = false, Kind::Bool;
        /// How far targets are drawn towards 1/2: y (1 - s) + s / 2.
        label_smoothing: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
    }
}

impl ComputeMetric for BinaryCrossentropy {
    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        RowMean::start(y_width, p_width, self.clone())
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

impl RowValue for BinaryCrossentropy {
    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        let mut sum = 0.0;
        for (k, p_k) in p.iter().enumerate() {
            let y = f64::from(target(y, p.len(), k)) * (1.0 - self.label_smoothing) + 0.5 * self.label_smoothing;
            sum += if self.from_logits {
                y * f64::from(softplus(-p_k)) + (1.0 - y) * f64::from(softplus(*p_k))
            } else {
                let p = p_k.clamp(EPSILON, 1.0 - EPSILON);
                -(y * f64::from(ln(p)) + (1.0 - y) * f64::from(ln(1.0 - p)))
            };
        }
        sum / p.len() as f64
    }
}

component! {
    /// -sum y ln p over the classes of a one-hot target, with p made to sum to 1 first.
    ///
    /// Keras differences: `axis` is missing. A prediction of one number is refused.
    pub struct CategoricalCrossentropy = "categorical_crossentropy" {
        /// Whether predictions are logits, to be put through a softmax first.
        from_logits: bool = false, Kind::Bool;
        /// How far targets are drawn towards equal shares: y (1 - s) + s / K.
        label_smoothing: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
    }
}

impl ComputeMetric for CategoricalCrossentropy {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        one_probability_a_class("categorical_crossentropy", "binary_crossentropy", p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        RowMean::start(y_width, p_width, self.clone())
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

impl RowValue for CategoricalCrossentropy {
    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        let top = p.iter().fold(f32::NEG_INFINITY, |a, b| if *b > a { *b } else { a });
        let log_sum = if self.from_logits {
            let sum: f64 = p.iter().map(|p| f64::from(exp(p - top))).sum();
            f64::from(ln(sum as f32))
        } else {
            0.0
        };
        let total: f32 = p.iter().sum();
        let mut sum = 0.0;
        for (k, p_k) in p.iter().enumerate() {
            let share = self.label_smoothing / p.len() as f64;
            let y = f64::from(target(y, p.len(), k)) * (1.0 - self.label_smoothing) + share;
            // Most targets are 0: their logarithms are not taken.
            if y != 0.0 {
                sum -= y * if self.from_logits {
                    f64::from(p_k - top) - log_sum
                } else {
                    f64::from(ln((p_k / total).clamp(EPSILON, 1.0 - EPSILON)))
                };
            }
        }
        sum
    }
}

component! {
    /// -ln p of the class number that is the target, with p made to sum to 1 first.
    ///
    /// Keras differences: `axis` is missing. A prediction of one number is refused. Rows of the class that is ignored
    /// never count; Keras, without weights, takes them in as zeros.
    pub struct SparseCategoricalCrossentropy = "sparse_categorical_crossentropy" {
        /// Whether predictions are logits, to be put through a softmax first.
        from_logits: bool = false, Kind::Bool;
        /// Rows of this class number, which may be none of the outputs', are left out.
        ignore_class: Option<i64> = None, Kind::Int(Interval::ALL);
    }
}

impl ComputeMetric for SparseCategoricalCrossentropy {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        one_probability_a_class("sparse_categorical_crossentropy", "binary_crossentropy", p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        // The same as that of the one-hot row, which `target` sees in a class number.
        let one_hot = CategoricalCrossentropy { from_logits: self.from_logits, label_smoothing: 0.0 };
        let ignored = self.ignore_class.map(|class| class as f32);
        RowMean::start(y_width, p_width, IgnoringClass { one_hot, ignored })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

/// Rows of one class do not count.
struct IgnoringClass {
    one_hot: CategoricalCrossentropy,
    ignored: Option<f32>,
}

impl RowValue for IgnoringClass {
    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        self.one_hot.of(y, p)
    }

    #[inline(always)]
    fn counts(&self, y: &[f32]) -> bool {
        self.ignored.is_none() || y.len() > 1 || self.ignored != Some(y[0])
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
        let sparse = SparseCategoricalCrossentropy { from_logits: true, ..Default::default() };
        close(measure(sparse, 1, 2, &[1.0], &[100.0, 0.0], None), 100.0);
        let but_for = SparseCategoricalCrossentropy { ignore_class: Some(-1), ..Default::default() };
        close(measure(but_for, 1, 2, &[0.0, -1.0], &[0.5, 0.5, 0.0, 1.0], None), ln_2);
        // Certain and wrong.
        close(measure(BinaryCrossentropy::default(), 1, 1, &[1.0], &[0.0], None), 16.118_095_6);
    }
}
