//! Accuracies that ask for one of the k largest predictions.

use super::row_mean::RowMean;
use super::{ComputeMetric, MetricState, largest, one_probability_a_class};
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;

component! {
    /// The share of rows where fewer than k predictions are larger than that of the class of the one-hot target.
    pub struct TopKCategoricalAccuracy = "top_k_categorical_accuracy" {
        /// How many of the largest predictions count.
        k: usize = 5, Kind::COUNT;
    }
}

impl ComputeMetric for TopKCategoricalAccuracy {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        one_probability_a_class("top_k_categorical_accuracy", "binary_accuracy", p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        let k = self.k;
        RowMean::start(y_width, p_width, move |y: &[f32], p: &[f32]| {
            let class = if y.len() == 1 { y[0] } else { largest(y) as f32 };
            f64::from(u8::from(is_in_top(class, p, k)))
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

component! {
    /// The share of rows where fewer than k predictions are larger than that of the class number that is the target.
    pub struct SparseTopKCategoricalAccuracy = "sparse_top_k_categorical_accuracy" {
        /// How many of the largest predictions count.
        k: usize = 5, Kind::COUNT;
        /// Whether predictions are class numbers already, the most likely first.
        from_sorted_ids: bool = false, Kind::Bool;
    }
}

impl ComputeMetric for SparseTopKCategoricalAccuracy {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        one_probability_a_class("sparse_top_k_categorical_accuracy", "binary_accuracy", p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        if !self.from_sorted_ids {
            return TopKCategoricalAccuracy { k: self.k }.start(y_width, p_width);
        }
        let k = self.k;
        RowMean::start(y_width, p_width, move |y: &[f32], p: &[f32]| {
            f64::from(u8::from(p.iter().take(k).any(|id| *id == y[0])))
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

/// A class that is none of the outputs is never among the largest.
fn is_in_top(class: f32, p: &[f32], k: usize) -> bool {
    let own = p.iter().enumerate().find(|(at, _)| *at as f32 == class);
    own.is_some_and(|(_, own)| p.iter().filter(|p| *p > own).count() < k)
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn equals_do_not_push_each_other_out() {
        let p = [0.4, 0.4, 0.2, 0.1, 0.3, 0.6];
        let two = |k| TopKCategoricalAccuracy { k };
        assert_eq!(measure(two(1), 1, 3, &[1.0, 1.0], &p, None), 0.5);
        assert_eq!(measure(two(2), 1, 3, &[2.0, 1.0], &p, None), 0.5);
        assert_eq!(measure(two(5), 3, 3, &[0.0, 0.0, 1.0], &p[..3], None), 1.0);
        let ids = SparseTopKCategoricalAccuracy { k: 2, from_sorted_ids: true };
        assert_eq!(measure(ids, 1, 3, &[7.0, 5.0], &[3.0, 7.0, 5.0, 3.0, 7.0, 5.0], None), 0.5);
    }
}
