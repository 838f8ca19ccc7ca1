//! Accuracies: the share of rows that are predicted right.

use super::row_mean::RowMean;
use super::{ComputeMetric, MetricState, largest, one_probability_a_class, target};
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;

component! {
    /// The share of rows predicted right, whatever the kind of target.
    ///
    /// For a prediction of one number it is binary_accuracy with threshold 0.5; for targets that are class numbers
    /// sparse_categorical_accuracy; else categorical_accuracy.
    ///
    /// Keras differences: resolved by the widths alone, as Keras's `compile` does, also for losses that are none of
    /// classes.
    pub struct Accuracy = "accuracy" ["acc"] {}
}

impl ComputeMetric for Accuracy {
    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        if p_width == 1 {
            BinaryAccuracy::default().start(y_width, p_width)
        } else {
            CategoricalAccuracy {}.start(y_width, p_width)
        }
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

component! {
    /// The share of predictions that equal their target: Keras's class `Accuracy`.
    ///
    /// For networks that give class numbers or other whole numbers; a probability is hardly ever equal to 0 or 1. The word
    /// "accuracy" is another metric: it goes by the kind of target, as in Keras's `compile`.
    ///
    /// Keras differences: Keras has the class under the name that `compile` reads as that word, so here it has a name of its
    /// own. Its name in the history is `accuracy`.
    pub struct EqualAccuracy = "equal_accuracy" {}
}

impl ComputeMetric for EqualAccuracy {
    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        RowMean::start(y_width, p_width, move |y: &[f32], p: &[f32]| {
            let right = p.iter().enumerate().filter(|(k, p)| **p == target(y, p_width, *k)).count();
            right as f64 / p_width as f64
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

component! {
    /// The share of predictions on the right side of a threshold.
    pub struct BinaryAccuracy = "binary_accuracy" {
        /// A prediction strictly above it says 1.
        threshold: f64 = 0.5, Kind::NUMBER;
    }
}

impl ComputeMetric for BinaryAccuracy {
    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        let threshold = self.threshold as f32;
        RowMean::start(y_width, p_width, move |y: &[f32], p: &[f32]| {
            let says = |p: f32| if p > threshold { 1.0 } else { 0.0 };
            let right = p.iter().enumerate().filter(|(k, p)| says(**p) == target(y, p_width, *k)).count();
            right as f64 / p_width as f64
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

component! {
    /// The share of rows whose largest prediction stands at the class of the one-hot target; of equals the first counts.
    ///
    /// Keras differences: a prediction of one number is refused, where Keras always gives 1.
    pub struct CategoricalAccuracy = "categorical_accuracy" {}
}

impl ComputeMetric for CategoricalAccuracy {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        one_probability_a_class("categorical_accuracy", "binary_accuracy", p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        if y_width == 1 {
            // The class number itself; one that is no class is never right.
            return RowMean::start(y_width, p_width, |y: &[f32], p: &[f32]| {
                f64::from(u8::from(largest(p) as f32 == y[0]))
            });
        }
        RowMean::start(y_width, p_width, |y: &[f32], p: &[f32]| f64::from(u8::from(largest(p) == largest(y))))
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

component! {
    /// The share of rows whose largest prediction stands at the class number that is the target.
    ///
    /// Keras differences: a prediction of one number is refused, where Keras always gives 1.
    pub struct SparseCategoricalAccuracy = "sparse_categorical_accuracy" {}
}

impl ComputeMetric for SparseCategoricalAccuracy {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        one_probability_a_class("sparse_categorical_accuracy", "binary_accuracy", p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        CategoricalAccuracy {}.start(y_width, p_width)
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn the_widths_decide() {
        assert_eq!(measure(Accuracy {}, 1, 1, &[0.0, 1.0, 1.0], &[0.5, 0.6, 0.5], None), 2.0 / 3.0);
        let p = [0.2, 0.4, 0.4, 0.5, 0.25, 0.25];
        assert_eq!(measure(Accuracy {}, 1, 3, &[1.0, 2.0], &p, None), 0.5);
        assert_eq!(measure(Accuracy {}, 3, 3, &[0.0, 1.0, 0.0, 0.0, 0.0, 1.0], &p, None), 0.5);
        assert_eq!(measure(Accuracy {}, 1, 3, &[1.0, 2.0], &p, Some(&[3.0, 1.0])), 0.75);
        assert!(CategoricalAccuracy {}.check(1, 1).is_err());
    }

    /// `keras.metrics.Accuracy()` of Keras 3.15.1 on the same numbers.
    #[test]
    fn equality_is_exact() {
        let (y, p) = ([1.0, 0.0, 2.0, 0.5], [1.0, 0.4, 2.0, 0.5]);
        assert_eq!(measure(EqualAccuracy {}, 1, 1, &y, &p, None), 0.75);
        assert_eq!(measure(EqualAccuracy {}, 1, 1, &y, &p, Some(&[1.0, 2.0, 3.0, 4.0])), 0.8);
        assert_eq!(measure(EqualAccuracy {}, 2, 2, &[1.0, 0.0, 0.0, 1.0], &[1.0, 0.0, 0.0, 0.5], None), 0.75);
    }
}
