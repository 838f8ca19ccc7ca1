//! The predictions of a network for the rows of a part, next to the true values.

use super::evaluation::ln_of_clipped;
use treino_core::rows::Matrix;
use treino_nn::train::Decision;
use treino_tables::{Dataset, Target, Task};

/// The predictions of a target on some rows.
pub(crate) struct TargetPredictions<'a> {
    pub target: &'a Target,
    /// Probabilities or scores (if there is one per row, of the second of two classes), or numbers in the scale of the
    /// target.
    pub outputs: &'a Matrix,
    pub data: &'a Dataset,
    /// The target's column in `y`.
    pub at: usize,
    /// How outputs for classes are interpreted.
    pub decision: Decision,
}

impl TargetPredictions<'_> {
    /// Whether the target is a number.
    pub fn is_number(&self) -> bool {
        self.target.task == Task::Regression
    }

    /// The true class of a row.
    pub fn class(&self, row: usize) -> usize {
        self.data.y.get(row, self.at) as usize
    }

    /// The true number of a row.
    pub fn number(&self, row: usize) -> f64 {
        self.target.restore(self.data.y.get(row, self.at))
    }

    /// The predicted number of a row.
    pub fn predicted(&self, row: usize) -> f64 {
        self.target.restore(self.outputs.get(row, 0))
    }

    /// The predicted class of a row: the most probable one, or the one with the largest score.
    pub fn predicted_class(&self, row: usize) -> usize {
        self.decision.predicted(self.outputs.row(row))
    }

    /// The probability or score of a class.
    pub fn for_class(&self, row: usize, class: usize) -> f64 {
        self.decision.for_class(self.outputs.row(row), class)
    }

    /// The classes with a separate curve: of two only the second.
    pub fn shown_classes(&self) -> std::ops::Range<usize> {
        let classes = self.target.classes.len();
        if classes == 2 { 1..2 } else { 0..classes }
    }

    /// The cost of a row: -ln of the true class's probability, normalised to sum 1 and clipped as in the log-loss; 1
    /// for a wrong class if there are no probabilities; or the squared error.
    pub fn cost(&self, row: usize) -> f64 {
        if self.is_number() {
            let error = self.number(row) - self.predicted(row);
            return error * error;
        }
        if !self.decision.is_probability {
            return f64::from(u8::from(self.predicted_class(row) != self.class(row)));
        }
        let sum: f64 = match self.outputs.row(row) {
            [_] => 1.0,
            p => p.iter().map(|p| f64::from(*p)).sum(),
        };
        -ln_of_clipped(self.for_class(row, self.class(row)) / sum)
    }

    /// The weighted mean cost of all rows.
    pub fn loss(&self) -> f64 {
        let weight = |row: usize| self.data.weights.as_ref().map_or(1.0, |w| f64::from(w[row]));
        let rows = || 0..self.data.len();
        rows().map(|row| weight(row) * self.cost(row)).sum::<f64>() / rows().map(weight).sum::<f64>()
    }
}
