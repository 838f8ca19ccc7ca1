//! Areas under the ROC and the precision-recall curve, from a fixed number of thresholds.
//!
//! Predictions are counted in buckets between thresholds, so any number of rows takes the same memory. The area is
//! therefore an approximation; `exact_auc` is the exact one.
//!
//! The interpolated PR area is that of J. Davis, M. Goadrich, "The relationship between precision-recall and ROC
//! curves", ICML 2006: between two thresholds true and false positives move along a straight line. PRGAIN is that of P.
//! Flach, M. Kull, "Precision-recall-gain curves", NIPS 2015.

use super::edges::{Edges, above};
use super::{ComputeMetric, MetricState, target};
use treino_core::catalog::{Interval, Kind, choice, component};
use treino_core::error::{Error, Result};
use treino_engine::math::{ln_f64, sigmoid};

choice! {
    /// The curve that an area is measured below.
    pub enum Curve {
        /// True against false positive rate.
        Roc = "ROC",
        /// Precision against recall.
        Pr = "PR",
        /// Precision gain against recall gain.
        PrGain = "PRGAIN",
    }
}

choice! {
    /// How a curve runs between thresholds.
    pub enum Summation {
        /// Straight, or as precision does.
        Interpolation = "interpolation",
        /// By the lower of both ends.
        Minoring = "minoring",
        /// By the higher of both ends.
        Majoring = "majoring",
    }
}

component! {
    /// The area under the ROC curve, the precision-recall curve or the precision-recall-gain curve.
    ///
    /// Keras differences: `num_labels` is missing, as the number of outputs is known. Over several outputs all entries
    /// count alike, as in Keras, unless `multi_label`.
    pub struct Auc = "auc" ["AUC"] {
        /// Number of thresholds from 0 to 1.
        num_thresholds: usize = 200, Kind::Int(Interval::closed(2.0, 65_536.0));
        /// Which curve.
        curve: Curve = Curve::Roc, Curve::KIND;
        /// How the curve runs between thresholds: interpolated, or bounded from below or above.
        summation_method: Summation = Summation::Interpolation, Summation::KIND;
        /// Thresholds instead of equally spaced ones; one below 0 and one above 1 come with them.
        thresholds: Option<Vec<f64>> = None, Kind::THRESHOLDS;
        /// Whether each output has its own curve, to be averaged.
        multi_label: bool = false, Kind::Bool;
        /// The weight of each output.
        label_weights: Option<Vec<f64>> = None, Kind::List(&Kind::NOT_NEGATIVE);
        /// Whether predictions are logits, to be put through a sigmoid first.
        from_logits: bool = false, Kind::Bool;
    }
}

impl ComputeMetric for Auc {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        match &self.label_weights {
            Some(weights) if weights.len() != p_width => {
                let e = format!("auc.label_weights has {} weights, but the network {p_width} outputs", weights.len());
                Err(Error::input(e))
            }
            _ => Ok(()),
        }
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        let edges = match &self.thresholds {
            None => Edges::Even { count: self.num_thresholds, below_0: true },
            Some(given) => {
                let mut list: Vec<f32> = given.iter().map(|t| *t as f32).collect();
                list.sort_by(f32::total_cmp);
                list.insert(0, -1e-7);
                list.push(1.0 + 1e-7);
                Edges::List(list)
            }
        };
        let curves = if self.multi_label { p_width } else { 1 };
        let counts = curves * edges.len();
        let label = |k: usize| self.label_weights.as_ref().and_then(|w| w.get(k)).copied().unwrap_or(1.0);
        let labels = (0..p_width).map(label).collect();
        Box::new(ThresholdCurves {
            it: self.clone(),
            edges,
            labels,
            y_width,
            p_width,
            yes: vec![0.0; counts],
            no: vec![0.0; counts],
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

struct ThresholdCurves {
    it: Auc,
    edges: Edges,
    labels: Vec<f64>,
    y_width: usize,
    p_width: usize,
    /// The weight of positive rows in each bucket, curve after curve.
    yes: Vec<f64>,
    /// The weight of negative rows.
    no: Vec<f64>,
}

impl MetricState for ThresholdCurves {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        let n = self.edges.len();
        for (r, (y, p)) in y.chunks_exact(self.y_width).zip(p.chunks_exact(self.p_width)).enumerate() {
            let weight = weights.map_or(1.0, |w| f64::from(w[r]));
            for (k, p) in p.iter().enumerate() {
                let p = if self.it.from_logits { sigmoid(*p) } else { *p };
                let Some(bucket) = self.edges.bucket(p) else { continue };
                // With a curve an output, its weight counts in the mean of the areas.
                let (curve, weight) = if self.it.multi_label { (k, weight) } else { (0, weight * self.labels[k]) };
                let buckets = if target(y, self.p_width, k) != 0.0 { &mut self.yes } else { &mut self.no };
                buckets[curve * n + bucket] += weight;
            }
        }
    }

    fn result(&self) -> f64 {
        let n = self.edges.len();
        let areas = self.yes.chunks_exact(n).zip(self.no.chunks_exact(n)).map(|(yes, no)| self.area(yes, no));
        if !self.it.multi_label {
            return areas.sum();
        }
        let total: f64 = self.labels.iter().sum();
        ratio(areas.zip(&self.labels).map(|(area, weight)| area * weight).sum(), total)
    }

    fn reset(&mut self) {
        self.yes.fill(0.0);
        self.no.fill(0.0);
    }
}

fn ratio(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

impl ThresholdCurves {
    fn area(&self, yes: &[f64], no: &[f64]) -> f64 {
        let (tp, fp) = (above(yes), above(no));
        let (positives, negatives) = (tp[0], fp[0]);
        let curve = self.it.curve;
        let point = |i: usize| {
            let (tp, fp) = (tp[i], fp[i]);
            let recall = ratio(tp, positives);
            match curve {
                Curve::Roc => (ratio(fp, negatives), recall),
                Curve::Pr => (recall, ratio(tp, tp + fp)),
                Curve::PrGain if tp == 0.0 => (0.0, 1.0),
                Curve::PrGain => {
                    let odds = ratio(positives, negatives);
                    ((1.0 - odds * (positives - tp) / tp).max(0.0), 1.0 - odds * fp / tp)
                }
            }
        };
        let mut area = 0.0;
        // From the highest threshold down.
        for i in (1..yes.len()).rev() {
            let ((x, y), (more_x, more_y)) = (point(i), point(i - 1));
            area += match self.it.summation_method {
                Summation::Interpolation if curve == Curve::Pr => {
                    ratio(between(tp[i], tp[i] + fp[i], tp[i - 1], tp[i - 1] + fp[i - 1]), positives)
                }
                Summation::Interpolation => (more_x - x) * (y + more_y) / 2.0,
                Summation::Minoring => (more_x - x) * y.min(more_y),
                Summation::Majoring => (more_x - x) * y.max(more_y),
            };
        }
        area
    }
}

/// The integral of precision over true positives, from (tp, predicted yes) to (more_tp, more predicted yes).
fn between(tp: f64, says: f64, more_tp: f64, more_says: f64) -> f64 {
    let slope = ratio(more_tp - tp, more_says - says);
    let intercept = tp - slope * says;
    let log = if says > 0.0 && more_says > 0.0 { ln_f64(more_says / says) } else { 0.0 };
    slope * (more_tp - tp + intercept * log)
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn small_cases_by_hand() {
        let (y, p) = ([0.0, 0.0, 1.0, 1.0], [0.0, 0.5, 0.3, 0.9]);
        let three = Auc { num_thresholds: 3, ..Auc::default() };
        assert_eq!(measure(three.clone(), 1, 1, &y, &p, None), 0.75);
        assert_eq!(measure(three, 1, 1, &y, &p, Some(&[1.0, 0.0, 0.0, 1.0])), 1.0);
        let listed = Auc { thresholds: Some(vec![0.5]), ..Auc::default() };
        assert_eq!(measure(listed, 1, 1, &y, &p, None), 0.75);
        assert_eq!(measure(Auc::default(), 1, 1, &y, &[0.1, 0.2, 0.8, 0.9], None), 1.0);
        // No positive at all.
        assert_eq!(measure(Auc::default(), 1, 1, &[0.0; 4], &p, None), 0.0);
    }
}
