//! Predictions, as they are written down.

use treino_core::rows::Matrix;
use treino_nn::train::Decision;
use treino_tables::{Target, Task};

/// Predictions on a table.
#[derive(Debug, Clone)]
pub struct Prediction<'a> {
    /// What is predicted.
    pub target: &'a Target,
    /// Probabilities or scores of the classes (of the second one alone for some binary models), or numbers in the scale of the
    /// target, which [`Prediction::number`] puts back into its units.
    pub outputs: Matrix,
    /// Whether outputs for classes are probabilities, and which class they predict.
    pub decision: Decision,
    /// The predictions of further targets.
    pub more: Vec<Prediction<'a>>,
}

impl Prediction<'_> {
    /// The number that is predicted for row `i`, in the target's units; NaN where classes are predicted.
    pub fn number(&self, i: usize) -> f64 {
        if self.target.task == Task::Regression { self.target.restore(self.outputs.get(i, 0)) } else { f64::NAN }
    }

    /// Names of the columns of [`Prediction::csv`].
    pub fn columns(&self) -> Vec<String> {
        let several = !self.more.is_empty();
        let mut columns = Vec::new();
        for Prediction { target, outputs, decision, .. } in std::iter::once(self).chain(&self.more) {
            let prefix = if several { format!("{}_", target.name) } else { String::new() };
            columns.push(target.name.clone());
            let what = if decision.is_probability { "probability" } else { "score" };
            let has_one_score = !decision.is_probability && outputs.cols() == 1 && !target.classes.is_empty();
            // One score for two classes: the sign of its distance from the boundary is the answer.
            columns.extend(has_one_score.then(|| format!("{prefix}{what}")));
            let classes = target.classes.iter().filter(|_| !has_one_score);
            columns.extend(classes.map(|class| format!("{prefix}{what}_{class}")));
        }
        columns
    }

    /// The predictions of row `i`, target after target: a class with the probability or score of each, or a number.
    pub fn row(&self, i: usize) -> Vec<String> {
        let mut cells = Vec::new();
        self.cells(i, &mut cells);
        self.more.iter().for_each(|one| one.cells(i, &mut cells));
        cells
    }

    fn cells(&self, i: usize, cells: &mut Vec<String>) {
        let outputs = self.outputs.row(i);
        if self.target.task == Task::Regression {
            cells.push(self.target.written(outputs[0]));
            return;
        }
        cells.push(self.target.classes[self.decision.predicted(outputs)].clone());
        let shown = match *outputs {
            [p] if self.decision.is_probability => vec![1.0 - p, p],
            _ => outputs.to_vec(),
        };
        cells.extend(shown.iter().map(f32::to_string));
    }

    /// All predictions as CSV, in the order of the rows: the predicted target, then a probability for each class, or scores where the
    /// loss gives no probabilities; then the same of further targets, whose names then stand before `probability` or `score`.
    ///
    /// # Errors
    /// The sink does not take them.
    pub fn csv(&self, sink: impl std::io::Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(sink);
        writer.write_record(self.columns())?;
        for i in 0..self.outputs.rows() {
            writer.write_record(self.row(i))?;
        }
        writer.flush()
    }
}
