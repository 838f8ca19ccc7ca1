//! F scores: weighted harmonic means of precision and recall.

use super::{ComputeMetric, MetricState, target};
use treino_core::catalog::{Interval, Kind, choice, component};

const THRESHOLD: Kind = Kind::Float(Interval { open_min: true, ..Interval::closed(0.0, 1.0) });

choice! {
    /// How the scores of several outputs become one.
    pub enum Averaging {
        /// They do not: each is reported.
        None = "none",
        /// Counted over all outputs together.
        Micro = "micro",
        /// Their mean.
        Macro = "macro",
        /// Their mean, each weighted by its positive rows.
        Weighted = "weighted",
    }
}

component! {
    /// 2 * precision * recall / (precision + recall), for each output or averaged over them.
    ///
    /// Keras differences: for a prediction of one number without `threshold`, 0.5 is taken; Keras would say yes to
    /// every row there, because a single number is the largest of its row. As in Keras, 1e-7 is added to each
    /// denominator.
    pub struct F1Score = "f1_score" {
        /// How classes are put together: not ("none", a number each), "macro" as equals, "weighted" by their rows, "micro"
        /// by adding their counts.
        average: Averaging = Averaging::None, Averaging::KIND;
        /// A prediction strictly above it says yes. Left open, the largest of the row does.
        threshold: Option<f64> = None, THRESHOLD;
    }
}

component! {
    /// (1 + beta^2) * precision * recall / (beta^2 * precision + recall), for each output or averaged over them.
    ///
    /// Keras differences: for a prediction of one number without `threshold`, 0.5 is taken; Keras would say yes to
    /// every row there, because a single number is the largest of its row. As in Keras, 1e-7 is added to each
    /// denominator.
    pub struct FBetaScore = "f_beta_score" ["fbeta_score"] {
        /// How classes are put together: not ("none", a number each), "macro" as equals, "weighted" by their rows, "micro"
        /// by adding their counts.
        average: Averaging = Averaging::None, Averaging::KIND;
        /// How much more recall counts than precision.
        beta: f64 = 1.0, Kind::POSITIVE;
        /// A prediction strictly above it says yes. Left open, the largest of the row does.
        threshold: Option<f64> = None, THRESHOLD;
    }
}

impl ComputeMetric for F1Score {
    fn parts(&self, p_width: usize) -> Option<usize> {
        (self.average == Averaging::None).then_some(p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        let F1Score { average, threshold } = self.clone();
        FBetaScore { average, beta: 1.0, threshold }.start(y_width, p_width)
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

impl ComputeMetric for FBetaScore {
    fn parts(&self, p_width: usize) -> Option<usize> {
        (self.average == Averaging::None).then_some(p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        let average = self.average;
        let classes = if matches!(average, Averaging::Micro) { 1 } else { p_width };
        let threshold = self.threshold.or((p_width == 1).then_some(0.5)).map(|t| t as f32);
        let squared_beta = self.beta * self.beta;
        Box::new(F1Counts {
            y_width,
            p_width,
            average,
            squared_beta,
            threshold,
            classes: vec![ClassCounts::default(); classes],
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

#[derive(Clone, Default)]
struct ClassCounts {
    true_positives: f64,
    false_positives: f64,
    false_negatives: f64,
    support: f64,
}

const EPSILON: f64 = 1e-7;

impl ClassCounts {
    fn score(&self, squared_beta: f64) -> f64 {
        let precision = self.true_positives / (self.true_positives + self.false_positives + EPSILON);
        let recall = self.true_positives / (self.true_positives + self.false_negatives + EPSILON);
        (1.0 + squared_beta) * precision * recall / (squared_beta * precision + recall + EPSILON)
    }
}

struct F1Counts {
    y_width: usize,
    p_width: usize,
    average: Averaging,
    squared_beta: f64,
    threshold: Option<f32>,
    /// One for each output, or one for all.
    classes: Vec<ClassCounts>,
}

impl MetricState for F1Counts {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        for (r, (y, p)) in y.chunks_exact(self.y_width).zip(p.chunks_exact(self.p_width)).enumerate() {
            let weight = weights.map_or(1.0, |w| f64::from(w[r]));
            let top = p.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
            for (k, p) in p.iter().enumerate() {
                let says = match self.threshold {
                    Some(threshold) => *p > threshold,
                    // A row of zeros says nothing.
                    None => *p >= top && p.abs() > 1e-9,
                };
                let says = if says { weight } else { 0.0 };
                let is = f64::from(target(y, self.p_width, k));
                let class = if self.classes.len() == 1 { 0 } else { k };
                let counts = &mut self.classes[class];
                counts.true_positives += says * is;
                counts.false_positives += says * (1.0 - is);
                counts.false_negatives += (weight - says) * is;
                counts.support += weight * is;
            }
        }
    }

    fn result(&self) -> f64 {
        let scores = self.classes.iter().map(|c| c.score(self.squared_beta));
        match self.average {
            Averaging::None => self.part(0),
            Averaging::Macro | Averaging::Micro => scores.sum::<f64>() / self.classes.len() as f64,
            Averaging::Weighted => {
                let total: f64 = self.classes.iter().map(|c| c.support).sum::<f64>() + EPSILON;
                scores.zip(&self.classes).map(|(score, c)| score * c.support / total).sum()
            }
        }
    }

    fn part(&self, at: usize) -> f64 {
        self.classes.get(at).map_or(0.0, |c| c.score(self.squared_beta))
    }

    fn reset(&mut self) {
        self.classes.fill(ClassCounts::default());
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn averages() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a}, not {b}");
        // Class 0: 2 of 2 found, 1 false alarm; class 1: 1 of 2 found.
        let (y, p) = ([0.0, 0.0, 1.0, 1.0], [0.9, 0.1, 0.8, 0.2, 0.6, 0.4, 0.3, 0.7]);
        let score = |average: &str| F1Score { average: average.parse().unwrap(), threshold: None };
        close(measure(score("macro"), 1, 2, &y, &p, None), (0.8 + 2.0 / 3.0) / 2.0);
        close(measure(score("none"), 1, 2, &y, &p, None), 0.8);
        assert_eq!((score("none").parts(2), score("micro").parts(2)), (Some(2), None));
        let two = FBetaScore { average: Averaging::Macro, beta: 2.0, threshold: None };
        // Precision 2/3 and recall 1; precision 1 and recall 1/2.
        close(measure(two, 1, 2, &y, &p, None), (10.0 / 11.0 + 5.0 / 9.0) / 2.0);
        close(measure(score("micro"), 1, 2, &y, &p, None), 0.75);
        close(measure(score("weighted"), 1, 2, &y, &p, Some(&[2.0, 2.0, 0.0, 1.0])), 1.0);
        // One number a row: 0.5 decides.
        close(measure(score("macro"), 1, 1, &[1.0, 0.0, 0.0], &[0.9, 0.2, 0.1], None), 1.0);
    }
}
