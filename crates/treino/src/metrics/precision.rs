//! Precision and recall.
//!
//! Keras differences: one threshold, not a list; `top_k` is missing.

use super::{Measure, Running, target};
use crate::catalog::{Interval, Kind, thing};
use crate::error::{Error, Result};

thing! {
    /// Of the predictions that say yes, the share that is right.
    ///
    /// Over several outputs, all entries count alike; `class_id` picks one output. 0 where nothing says yes.
    pub struct Precision = "precision" {
        /// A prediction strictly above it says yes.
        threshold: f64 = 0.5, Kind::Float(Interval::closed(0.0, 1.0));
        /// The output that counts, all by default.
        class_id: Option<usize> = None, Kind::INDEX;
    }
}

impl Measure for Precision {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        check_class("precision", self.class_id, p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn Running> {
        Counts::start(y_width, p_width, self.threshold, self.class_id, |c| (c.true_positives, c.false_positives))
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

thing! {
    /// Of what is yes, the share that is predicted so.
    ///
    /// Over several outputs, all entries count alike; `class_id` picks one output. 0 where nothing is yes.
    pub struct Recall = "recall" {
        /// A prediction strictly above it says yes.
        threshold: f64 = 0.5, Kind::Float(Interval::closed(0.0, 1.0));
        /// The output that counts, all by default.
        class_id: Option<usize> = None, Kind::INDEX;
    }
}

impl Measure for Recall {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        check_class("recall", self.class_id, p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn Running> {
        Counts::start(y_width, p_width, self.threshold, self.class_id, |c| (c.true_positives, c.false_negatives))
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

fn check_class(metric: &str, class_id: Option<usize>, p_width: usize) -> Result<()> {
    match class_id {
        Some(class) if class >= p_width => {
            Err(Error::input(format!("{metric}.class_id is {class}, but the network has {p_width} outputs, from 0")))
        }
        _ => Ok(()),
    }
}

struct Counts {
    y_width: usize,
    p_width: usize,
    threshold: f32,
    outputs: std::ops::Range<usize>,
    parts: fn(&Counts) -> (f64, f64),
    true_positives: f64,
    false_positives: f64,
    false_negatives: f64,
}

impl Counts {
    /// The result is a / (a + b) for the two parts.
    fn start(
        y_width: usize,
        p_width: usize,
        threshold: f64,
        class_id: Option<usize>,
        parts: fn(&Counts) -> (f64, f64),
    ) -> Box<dyn Running> {
        let outputs = class_id.map_or(0..p_width, |class| class..(class + 1).min(p_width));
        Box::new(Counts {
            y_width,
            p_width,
            threshold: threshold as f32,
            outputs,
            parts,
            true_positives: 0.0,
            false_positives: 0.0,
            false_negatives: 0.0,
        })
    }
}

impl Running for Counts {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        for (r, (y, p)) in y.chunks_exact(self.y_width).zip(p.chunks_exact(self.p_width)).enumerate() {
            let weight = weights.map_or(1.0, |w| f64::from(w[r]));
            for k in self.outputs.clone() {
                match (target(y, self.p_width, k) != 0.0, p[k] > self.threshold) {
                    (true, true) => self.true_positives += weight,
                    (false, true) => self.false_positives += weight,
                    (true, false) => self.false_negatives += weight,
                    (false, false) => {}
                }
            }
        }
    }

    fn result(&self) -> f64 {
        let (right, wrong) = (self.parts)(self);
        if right + wrong == 0.0 { 0.0 } else { right / (right + wrong) }
    }

    fn reset(&mut self) {
        (self.true_positives, self.false_positives, self.false_negatives) = (0.0, 0.0, 0.0);
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
        let low = Recall { threshold: 0.2, class_id: None };
        assert_eq!(measure(low, 1, 1, &y, &p, None), 1.0);
        assert_eq!(measure(Precision::default(), 1, 1, &y, &[0.0; 5], None), 0.0);
        // Class numbers count as one-hot rows.
        let one = Recall { threshold: 0.5, class_id: Some(1) };
        assert_eq!(measure(one.clone(), 1, 2, &[1.0, 1.0], &[0.1, 0.9, 0.8, 0.2], None), 0.5);
        assert!(one.check(1, 1).is_err());
    }
}
