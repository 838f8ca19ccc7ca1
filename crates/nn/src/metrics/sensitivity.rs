//! The best that one rate can be while another holds: sensitivity and specificity, precision and recall.
//!
//! As in Keras, equally spaced thresholds are tried, and 0 is the result where none holds.

use super::edges::{Edges, above};
use super::precision::check_class;
use super::{ComputeMetric, MetricState, target};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::Result;

/// The true and false positives above a threshold, and the true negatives and false negatives below it.
struct ConfusionCells {
    tp: f64,
    fp: f64,
    tn: f64,
    fn_: f64,
}

fn ratio(a: f64, b: f64) -> f64 {
    if a + b == 0.0 { 0.0 } else { a / (a + b) }
}

impl ConfusionCells {
    fn sensitivity(&self) -> f64 {
        ratio(self.tp, self.fn_)
    }

    fn specificity(&self) -> f64 {
        ratio(self.tn, self.fp)
    }

    fn precision(&self) -> f64 {
        ratio(self.tp, self.fp)
    }
}

macro_rules! best_at {
    ($(#[doc = $doc:literal])+ $Name:ident = $name:literal, $(#[doc = $held_doc:literal])+ $held:ident, $hold:ident, $best:ident) => {
        component! {
            $(#[doc = $doc])+
            ///
            /// Keras differences: the rate to hold has a default.
            pub struct $Name = $name {
                $(#[doc = $held_doc])+
                $held: f64 = 0.5, Kind::Float(Interval::closed(0.0, 1.0));
                /// Number of thresholds from 0 to 1; a single one is 0.5.
                num_thresholds: usize = 200, Kind::Int(treino_core::catalog::Interval::closed(1.0, 65_536.0));
                /// The output that counts, all by default.
                class_id: Option<usize> = None, Kind::INDEX;
            }
        }

        impl ComputeMetric for $Name {
            fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
                check_class($name, self.class_id, p_width)
            }

            fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
                let rates = (ConfusionCells::$hold as Rate, ConfusionCells::$best as Rate);
                ThresholdCounts::start(y_width, p_width, self.num_thresholds, self.class_id, self.$held, rates)
            }

            fn more_is_better(&self) -> Option<bool> {
                Some(true)
            }
        }
    };
}

best_at! {
    /// The highest sensitivity (recall) at which the specificity is at least the given one.
    SensitivityAtSpecificity = "sensitivity_at_specificity",
    /// The specificity to hold.
    specificity, specificity, sensitivity
}

best_at! {
    /// The highest specificity (share of negatives recognised) at which the sensitivity is at least the given one.
    SpecificityAtSensitivity = "specificity_at_sensitivity",
    /// The sensitivity to hold.
    sensitivity, sensitivity, specificity
}

best_at! {
    /// The highest precision at which the recall is at least the given one.
    PrecisionAtRecall = "precision_at_recall",
    /// The recall to hold.
    recall, sensitivity, precision
}

best_at! {
    /// The highest recall at which the precision is at least the given one.
    RecallAtPrecision = "recall_at_precision",
    /// The precision to hold.
    precision, precision, sensitivity
}

type Rate = fn(&ConfusionCells) -> f64;

struct ThresholdCounts {
    y_width: usize,
    p_width: usize,
    edges: Edges,
    outputs: std::ops::Range<usize>,
    held: f64,
    /// The rate to hold, and the one to be best.
    rates: (Rate, Rate),
    /// The weight of positives and of negatives in each bucket; the last one is for what exceeds no threshold.
    yes: Vec<f64>,
    no: Vec<f64>,
}

impl ThresholdCounts {
    fn start(
        y_width: usize,
        p_width: usize,
        thresholds: usize,
        class: Option<usize>,
        held: f64,
        rates: (Rate, Rate),
    ) -> Box<dyn MetricState> {
        let edges = match thresholds {
            1 => Edges::List(vec![0.5]),
            count => Edges::Even { count, below_0: false },
        };
        let outputs = class.map_or(0..p_width, |class| class..(class + 1).min(p_width));
        let zeros = vec![0.0; edges.len() + 1];
        Box::new(ThresholdCounts { y_width, p_width, edges, outputs, held, rates, yes: zeros.clone(), no: zeros })
    }
}

impl MetricState for ThresholdCounts {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        for (r, (y, p)) in y.chunks_exact(self.y_width).zip(p.chunks_exact(self.p_width)).enumerate() {
            let weight = weights.map_or(1.0, |w| f64::from(w[r]));
            for k in self.outputs.clone() {
                let bucket = self.edges.bucket(p[k]).unwrap_or(self.edges.len());
                let buckets = if target(y, self.p_width, k) != 0.0 { &mut self.yes } else { &mut self.no };
                buckets[bucket] += weight;
            }
        }
    }

    fn result(&self) -> f64 {
        let n = self.edges.len();
        let (yes, no) = (above(&self.yes[..n]), above(&self.no[..n]));
        let (positives, negatives) = (yes[0] + self.yes[n], no[0] + self.no[n]);
        let mut best = 0.0_f64;
        for (tp, fp) in yes.into_iter().zip(no) {
            let cells = ConfusionCells { tp, fp, tn: negatives - fp, fn_: positives - tp };
            if (self.rates.0)(&cells) >= self.held {
                best = best.max((self.rates.1)(&cells));
            }
        }
        best
    }

    fn reset(&mut self) {
        self.yes.fill(0.0);
        self.no.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn the_best_threshold_counts() {
        let (y, p) = ([0.0, 0.0, 0.0, 1.0, 1.0, 1.0], [0.1, 0.3, 0.8, 0.4, 0.6, 0.9]);
        let at = |specificity| SensitivityAtSpecificity { specificity, ..Default::default() };
        assert_eq!(measure(at(0.6), 1, 1, &y, &p, None), 1.0);
        assert_eq!(measure(at(1.0), 1, 1, &y, &p, None), 1.0 / 3.0);
        let recall = PrecisionAtRecall { recall: 0.9, ..Default::default() };
        assert_eq!(measure(recall, 1, 1, &y, &p, None), 0.75);
        let precision = RecallAtPrecision { precision: 0.9, class_id: Some(1), ..Default::default() };
        assert!(precision.check(1, 1).is_err());
    }
}
