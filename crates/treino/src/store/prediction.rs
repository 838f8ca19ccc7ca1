//! Predictions, as they are written down.

use treino_core::error::{Error, Result};
use treino_core::rows::Matrix;
use treino_nn::train::Decision;
use treino_tables::{DataSpec, TableSource, Target, Task, Values};

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
    /// Columns of the table that stand before the predictions, with their cells as they were read.
    pub kept: Vec<(String, Vec<String>)>,
}

impl Prediction<'_> {
    /// Predicts the second of two classes where its probability is above `threshold`, instead of one half.
    ///
    /// # Errors
    /// Returns an error for a threshold outside [0, 1], and for a model of several targets, of a number, of more than two
    /// classes, or of scores that are not probabilities.
    pub fn set_threshold(&mut self, threshold: f64) -> Result<()> {
        if !(0.0..=1.0).contains(&threshold) {
            return Err(Error::input(format!("the threshold is {threshold}, but must be in [0, 1]")));
        }
        if !self.more.is_empty() || self.target.classes.len() != 2 || !self.decision.is_probability {
            let e = Error::input("a threshold is for the probability of one of two classes, which this model has not");
            return Err(e.help("leave it out"));
        }
        if self.outputs.cols() == 2 {
            // The probability of the second class alone decides.
            let second = self.outputs.column(1);
            self.outputs = Matrix::new(second.len(), 1, second);
        }
        self.decision = Decision { boundary: threshold as f32, ..self.decision };
        Ok(())
    }

    /// Keeps columns of the predicted table beside the predictions, such as an identifier; their cells stay as they are
    /// written there. As in other lists, a name with a comma may stand in parts.
    ///
    /// # Errors
    /// Returns an error for a table that cannot be read or lacks a column, and for a name that the predictions have.
    pub fn keep(&mut self, source: &TableSource, reading: &DataSpec, names: &[String]) -> Result<()> {
        let list = names.to_vec();
        let DataSpec { decimal, delimiter, skip_rows, skip_footer, missing, header, .. } = reading.clone();
        let format = DataSpec { decimal, delimiter, skip_rows, skip_footer, missing, header, ..DataSpec::default() };
        let as_written = DataSpec { categorical: list.clone(), literal: list, ..format };
        let table = treino_tables::read(source, &as_written)?;
        let own = self.columns();
        for name in as_written.for_columns(&table.names()).categorical {
            if own.contains(&name) {
                let e = Error::input(format!("the predictions have a column \"{name}\", too"));
                return Err(e.help("leave it out of what is kept, or rename it in the table"));
            }
            let cells = match &table.column(&name)?.values {
                Values::Category { codes, levels } => {
                    codes.iter().map(|code| levels.get(*code as usize).cloned().unwrap_or_default()).collect()
                }
                // A column without a single cell.
                _ => vec![String::new(); self.outputs.rows()],
            };
            self.kept.push((name, cells));
        }
        Ok(())
    }

    /// The number that is predicted for row `i`, in the target's units; NaN where classes are predicted.
    pub fn number(&self, i: usize) -> f64 {
        if self.target.task == Task::Regression { self.target.restore(self.outputs.get(i, 0)) } else { f64::NAN }
    }

    /// Names of the columns of [`Prediction::csv`].
    pub fn columns(&self) -> Vec<String> {
        let several = !self.more.is_empty();
        let mut columns: Vec<String> = self.kept.iter().map(|(name, _)| name.clone()).collect();
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

    /// The kept cells of row `i` and its predictions, target after target: a class with the probability or score of each, or a number.
    pub fn row(&self, i: usize) -> Vec<String> {
        let mut cells: Vec<String> = self.kept.iter().map(|(_, cells)| cells[i].clone()).collect();
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

    /// All predictions as CSV, in the order of the rows: kept columns, the predicted target, then a probability for each class, or scores where the
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
