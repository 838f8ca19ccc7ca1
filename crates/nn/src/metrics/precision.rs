//! Precision and recall.

use super::confusion::{ConfusionQuery, Counts, parts};
use super::{ComputeMetric, MetricState};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};

component! {
    /// Of the predictions that say yes, the share that is right.
    ///
    /// Over several outputs, all entries count alike; `class_id` picks one output. 0 where nothing says yes.
    pub struct Precision = "precision" {
        /// A prediction strictly above it says yes (0.5 by default); several give a number each.
        thresholds: Option<Vec<f64>> = None, Kind::THRESHOLDS;
        /// Only the k largest predictions of a row say yes, with no threshold by default.
        top_k: Option<usize> = None, Kind::COUNT;
        /// The output that counts, all by default.
        class_id: Option<usize> = None, Kind::INDEX;
    }
}

impl ComputeMetric for Precision {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        check_class("precision", self.class_id, p_width)
    }

    fn parts(&self, _p_width: usize) -> Option<usize> {
        parts(self.thresholds.as_deref())
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        let Precision { thresholds, top_k, class_id } = self;
        let (thresholds, top_k, class_id) = (thresholds.as_deref(), *top_k, *class_id);
        let number = |cells: &super::confusion::ConfusionCells| share(cells.true_positives, cells.false_positives);
        Counts::start(y_width, p_width, ConfusionQuery { thresholds, top_k, class_id, number })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

component! {
    /// Of what is yes, the share that is predicted so: the sensitivity.
    ///
    /// Over several outputs, all entries count alike; `class_id` picks one output. 0 where nothing is yes.
    pub struct Recall = "recall" {
        /// A prediction strictly above it says yes (0.5 by default); several give a number each.
        thresholds: Option<Vec<f64>> = None, Kind::THRESHOLDS;
        /// Only the k largest predictions of a row say yes, with no threshold by default.
        top_k: Option<usize> = None, Kind::COUNT;
        /// The output that counts, all by default.
        class_id: Option<usize> = None, Kind::INDEX;
    }
}

impl ComputeMetric for Recall {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        check_class("recall", self.class_id, p_width)
    }

    fn parts(&self, _p_width: usize) -> Option<usize> {
        parts(self.thresholds.as_deref())
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        let Recall { thresholds, top_k, class_id } = self;
        let (thresholds, top_k, class_id) = (thresholds.as_deref(), *top_k, *class_id);
        let number = |cells: &super::confusion::ConfusionCells| share(cells.true_positives, cells.false_negatives);
        Counts::start(y_width, p_width, ConfusionQuery { thresholds, top_k, class_id, number })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

/// right / (right + wrong), 0 where both are.
fn share(right: f64, wrong: f64) -> f64 {
    if right + wrong == 0.0 { 0.0 } else { right / (right + wrong) }
}

/// Refuses a class that is no output.
pub(super) fn check_class(metric: &str, class_id: Option<usize>, p_width: usize) -> Result<()> {
    match class_id {
        Some(class) if class >= p_width => {
            Err(Error::input(format!("{metric}.class_id is {class}, but the network has {p_width} outputs, from 0")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn counts_and_corner_cases() {
        let (y, p) = ([1.0, 1.0, 0.0, 0.0, 1.0], [0.9, 0.5, 0.8, 0.1, 0.7]);
        assert_eq!(measure(Precision::default(), 1, 1, &y, &p, None), 2.0 / 3.0);
        assert_eq!(measure(Recall::default(), 1, 1, &y, &p, None), 2.0 / 3.0);
        let low = Recall { thresholds: Some(vec![0.2]), ..Recall::default() };
        assert_eq!(measure(low, 1, 1, &y, &p, None), 1.0);
        assert_eq!(measure(Precision::default(), 1, 1, &y, &[0.0; 5], None), 0.0);
        // Class numbers count as one-hot rows.
        let one = Recall { class_id: Some(1), ..Recall::default() };
        assert_eq!(measure(one.clone(), 1, 2, &[1.0, 1.0], &[0.1, 0.9, 0.8, 0.2], None), 0.5);
        assert!(one.check(1, 1).is_err());
        // The largest prediction of each row, however small.
        let top = Precision { top_k: Some(1), ..Precision::default() };
        assert_eq!(measure(top, 1, 3, &[1.0, 2.0], &[0.1, 0.2, 0.1, 0.3, 0.0, 0.2], None), 0.5);
    }
}
