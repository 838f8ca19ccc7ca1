//! Predictions, as they are written down.

use treino_core::rows::Matrix;
use treino_tables::{Target, Task};

/// Predictions on a table.
#[derive(Debug, Clone)]
pub struct Prediction<'a> {
    /// What is predicted.
    pub target: &'a Target,
    /// Probabilities of the classes (of the second one alone for some binary models), or numbers in the scale of the target,
    /// which [`Prediction::number`] puts back into its units.
    pub outputs: Matrix,
    /// The predictions of further targets.
    pub more: Vec<Prediction<'a>>,
}

impl<'a> Prediction<'a> {
    pub(super) fn new(target: &'a Target, outputs: Matrix) -> Self {
        Prediction { target, outputs, more: Vec::new() }
    }

    /// The number that is predicted for row `i`, in the target's units; NaN where classes are predicted.
    pub fn number(&self, i: usize) -> f64 {
        if self.target.task == Task::Regression { self.target.restore(self.outputs.get(i, 0)) } else { f64::NAN }
    }

    /// Names of the columns of [`Prediction::csv`].
    pub fn columns(&self) -> Vec<String> {
        let several = !self.more.is_empty();
        let mut columns = Vec::new();
        for Prediction { target, .. } in std::iter::once(self).chain(&self.more) {
            let prefix = if several { format!("{}_", target.name) } else { String::new() };
            columns.push(target.name.clone());
            columns.extend(target.classes.iter().map(|class| format!("{prefix}probability_{class}")));
        }
        columns
    }

    /// The predictions of row `i`, target after target: a class with the probability of each, or a number.
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
        let probabilities = match *outputs {
            [p] => vec![1.0 - p, p],
            _ => outputs.to_vec(),
        };
        // The first of equals wins, and one output decides above one half.
        let best =
            (1..probabilities.len()).fold(0, |best, i| if probabilities[i] > probabilities[best] { i } else { best });
        cells.push(self.target.classes[best].clone());
        cells.extend(probabilities.iter().map(f32::to_string));
    }

    /// All predictions as CSV, in the order of the rows: the predicted target, then a probability for each class; then the
    /// same of further targets, whose names then stand before `probability`.
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
