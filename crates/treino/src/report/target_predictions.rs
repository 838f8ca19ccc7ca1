//! What a network said about the rows of a part, next to what is true.

use super::evaluation::ln_of_clipped;
use treino_core::rows::Matrix;
use treino_tables::{Dataset, Target, Task};

/// The predictions of a target on some rows.
pub(crate) struct TargetPredictions<'a> {
    pub target: &'a Target,
    /// Probabilities, of the second of two classes alone where there is one a row; or numbers in the scale of the target.
    pub outputs: &'a Matrix,
    pub data: &'a Dataset,
    /// The target's column in `y`.
    pub at: usize,
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

    /// The most probable class of a row (of equals the first); with one prediction a row, the second one above 0.5.
    pub fn most_probable(&self, row: usize) -> usize {
        match self.outputs.row(row) {
            [p] => usize::from(*p > 0.5),
            p => (1..p.len()).fold(0, |best, i| if p[i] > p[best] { i } else { best }),
        }
    }

    /// The probability of a class.
    pub fn probability(&self, row: usize, class: usize) -> f64 {
        match self.outputs.row(row) {
            [p] if class == 1 => f64::from(*p),
            [p] => 1.0 - f64::from(*p),
            p => f64::from(p[class]),
        }
    }

    /// The classes that are worth a curve of their own: of two the second alone.
    pub fn shown_classes(&self) -> std::ops::Range<usize> {
        let classes = self.target.classes.len();
        if classes == 2 { 1..2 } else { 0..classes }
    }

    /// What a row costs: -ln of the true class's probability, made to sum to 1 and clipped as in the log-loss; or the squared
    /// error.
    pub fn cost(&self, row: usize) -> f64 {
        if self.is_number() {
            let error = self.number(row) - self.predicted(row);
            return error * error;
        }
        let sum: f64 = match self.outputs.row(row) {
            [_] => 1.0,
            p => p.iter().map(|p| f64::from(*p)).sum(),
        };
        -ln_of_clipped(self.probability(row, self.class(row)) / sum)
    }

    /// The mean cost of all rows under their weights.
    pub fn loss(&self) -> f64 {
        let weight = |row: usize| self.data.weights.as_ref().map_or(1.0, |w| f64::from(w[row]));
        let rows = || 0..self.data.len();
        rows().map(|row| weight(row) * self.cost(row)).sum::<f64>() / rows().map(weight).sum::<f64>()
    }
}
