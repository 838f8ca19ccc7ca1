//! The exact area under the ROC curve.
//!
//! Not in Keras, whose `auc` counts predictions between thresholds: where all predictions lie between two of them, it
//! sees nothing. The price is memory for every row of an epoch, taken when the first batches come in.

use super::roc::auc;
use super::{ComputeMetric, MetricState, target};
use treino_core::catalog::component;

component! {
    /// The probability that a positive row is predicted higher than a negative one, ties counting half.
    ///
    /// Over several outputs, all entries count alike. 0 unless there are positive and negative rows.
    pub struct ExactAuc = "exact_auc" {}
}

impl ComputeMetric for ExactAuc {
    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        Box::new(ScoredRows { y_width, p_width, positive: Vec::new(), scores: Vec::new(), weights: Vec::new() })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

/// Every entry that was taken in.
struct ScoredRows {
    y_width: usize,
    p_width: usize,
    positive: Vec<bool>,
    scores: Vec<f32>,
    weights: Vec<f32>,
}

impl MetricState for ScoredRows {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        for (r, (y, p)) in y.chunks_exact(self.y_width).zip(p.chunks_exact(self.p_width)).enumerate() {
            for (k, p) in p.iter().enumerate() {
                self.positive.push(target(y, self.p_width, k) != 0.0);
                self.scores.push(*p);
                self.weights.push(weights.map_or(1.0, |w| w[r]));
            }
        }
    }

    fn result(&self) -> f64 {
        auc(&self.positive, &self.scores, Some(&self.weights)).unwrap_or(0.0)
    }

    fn reset(&mut self) {
        self.positive.clear();
        self.scores.clear();
        self.weights.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn pairs_in_order_however_close() {
        let (y, p) = ([0.0, 1.0, 0.0, 1.0], [0.5, 0.500_001, 0.500_002, 0.500_002]);
        // Of the four pairs two are in order and one is a tie.
        assert_eq!(measure(ExactAuc {}, 1, 1, &y, &p, None), 0.625);
        assert_eq!(measure(ExactAuc {}, 1, 1, &y, &p, Some(&[1.0, 1.0, 0.0, 1.0])), 1.0);
    }
}
