//! Areas under the ROC and the precision-recall curve, from a fixed number of thresholds.
//!
//! Predictions are counted in buckets between equally spaced thresholds, so any number of rows takes the same memory.
//! The area is therefore an approximation; the evaluation of a run computes the exact one.
//!
//! The interpolated PR area is that of J. Davis, M. Goadrich, "The relationship between precision-recall and ROC
//! curves", ICML 2006: between two thresholds true and false positives move along a straight line.
//!
//! Keras differences: a list of `thresholds`, label weights and the curve "PRGAIN" are missing. Over several outputs all
//! entries count alike, as in Keras, unless `multi_label`.

use super::{Measure, Running, target};
use crate::catalog::{Interval, Kind, thing};
use treino_engine::math::{ln_f64, sigmoid};

thing! {
    /// The area under the ROC curve or the precision-recall curve.
    pub struct Auc = "auc" {
        /// Number of thresholds from 0 to 1.
        num_thresholds: usize = 200, Kind::Int(Interval::at_least(2.0));
        /// Which curve.
        curve: String = "ROC".to_string(), Kind::Choice(&["ROC", "PR"]);
        /// How the curve runs between thresholds: interpolated, or bounded from below or above.
        summation_method: String = "interpolation".to_string(),
            Kind::Choice(&["interpolation", "minoring", "majoring"]);
        /// Whether each output has its own curve, to be averaged.
        multi_label: bool = false, Kind::Bool;
        /// Whether predictions are logits, to be put through a sigmoid first.
        from_logits: bool = false, Kind::Bool;
    }
}

impl Measure for Auc {
    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn Running> {
        let curves = if self.multi_label { p_width } else { 1 };
        let counts = curves * self.num_thresholds;
        Box::new(Buckets { it: self.clone(), y_width, p_width, yes: vec![0.0; counts], no: vec![0.0; counts] })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

struct Buckets {
    it: Auc,
    y_width: usize,
    p_width: usize,
    /// The weight of positive rows in each bucket, curve after curve.
    yes: Vec<f64>,
    /// The weight of negative rows.
    no: Vec<f64>,
}

impl Running for Buckets {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        let n = self.it.num_thresholds;
        for (r, (y, p)) in y.chunks_exact(self.y_width).zip(p.chunks_exact(self.p_width)).enumerate() {
            let weight = weights.map_or(1.0, |w| f64::from(w[r]));
            for (k, p) in p.iter().enumerate() {
                let p = if self.it.from_logits { sigmoid(*p) } else { p.clamp(0.0, 1.0) };
                // A prediction must exceed a threshold strictly; the lowest one lies just below 0.
                let bucket = ((p * (n - 1) as f32).ceil() - 1.0).max(0.0) as usize;
                let curve = if self.it.multi_label { k } else { 0 };
                let buckets = if target(y, self.p_width, k) != 0.0 { &mut self.yes } else { &mut self.no };
                buckets[curve * n + bucket] += weight;
            }
        }
    }

    fn result(&self) -> f64 {
        let n = self.it.num_thresholds;
        let curves = self.yes.chunks_exact(n).zip(self.no.chunks_exact(n));
        let count = curves.len() as f64;
        curves.map(|(yes, no)| self.area(yes, no)).sum::<f64>() / count
    }

    fn reset(&mut self) {
        self.yes.fill(0.0);
        self.no.fill(0.0);
    }
}

fn ratio(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

impl Buckets {
    fn area(&self, yes: &[f64], no: &[f64]) -> f64 {
        let (positives, negatives) = (yes.iter().sum::<f64>(), no.iter().sum::<f64>());
        let pr = self.it.curve == "PR";
        let point = |tp: f64, fp: f64| {
            let recall = ratio(tp, positives);
            if pr { (recall, ratio(tp, tp + fp)) } else { (ratio(fp, negatives), recall) }
        };
        let mut area = 0.0;
        // From the highest threshold down: (tp, fp) above it, (more_tp, more_fp) above the next lower one.
        let last = yes.len() - 1;
        let (mut tp, mut fp) = (yes[last], no[last]);
        for i in (0..last).rev() {
            let (more_tp, more_fp) = (tp + yes[i], fp + no[i]);
            let ((x, y), (more_x, more_y)) = (point(tp, fp), point(more_tp, more_fp));
            area += match self.it.summation_method.as_str() {
                "interpolation" if pr => ratio(between(tp, tp + fp, more_tp, more_tp + more_fp), positives),
                "interpolation" => (more_x - x) * (y + more_y) / 2.0,
                "minoring" => (more_x - x) * y.min(more_y),
                _ => (more_x - x) * y.max(more_y),
            };
            (tp, fp) = (more_tp, more_fp);
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
        assert_eq!(measure(Auc::default(), 1, 1, &y, &[0.1, 0.2, 0.8, 0.9], None), 1.0);
        // No positive at all.
        assert_eq!(measure(Auc::default(), 1, 1, &[0.0; 4], &p, None), 0.0);
    }
}
