//! Evaluation of a model's predictions.

use crate::report::Evaluation;
use crate::store::{StoredBaseline, TrainedModel};
use treino_core::error::Result;
use treino_tables::{DataSpec, Dataset, Note, TableSource, Target};

impl TrainedModel {
    /// The evaluation of the predictions of each target on a raw table, and the number of rows without a target.
    ///
    /// # Errors
    /// As [`TrainedModel::evaluate_as`].
    pub fn evaluate(&self, source: &TableSource) -> Result<(Vec<Evaluation>, usize)> {
        self.evaluate_as(source, &DataSpec::default(), &mut Vec::new())
    }

    /// [`TrainedModel::evaluate`] for a table in the format `written`, as in [`TrainedModel::predict_as`].
    ///
    /// # Errors
    /// As there; also returns an error for a table without the targets, or with classes that the model does not know.
    pub fn evaluate_as(
        &self,
        source: &TableSource,
        written: &DataSpec,
        notes: &mut Vec<Note>,
    ) -> Result<(Vec<Evaluation>, usize)> {
        let side = self.table()?;
        let targets: Vec<&Target> = side.targets().map(|(target, _)| target).collect();
        let (data, set_aside) = side.recipe.encode_with_targets(&targets, source, &self.reading(written), notes)?;
        Ok((self.evaluate_rows(&data)?, set_aside))
    }

    /// The evaluation of the predictions of each target on encoded rows.
    ///
    /// # Errors
    /// Returns an error for no rows.
    pub fn evaluate_rows(&self, data: &Dataset) -> Result<Vec<Evaluation>> {
        let side = self.table()?;
        let weights = data.weights.as_deref();
        let all = side.targets().zip(side.outputs(self, &data.x)?).enumerate();
        all.map(|(at, ((target, baseline), outputs))| {
            let y = (0..data.len()).map(|row| data.y.get(row, at));
            match baseline {
                StoredBaseline::Mean(mean) => {
                    let y: Vec<f64> = y.map(|y| target.restore(y)).collect();
                    let p: Vec<f64> = outputs.as_slice().iter().map(|p| target.restore(*p)).collect();
                    Evaluation::numbers(&y, &p, weights, *mean)
                }
                StoredBaseline::Shares(shares) => {
                    let y: Vec<u32> = y.map(|y| y as u32).collect();
                    let (p, width, decision) = (outputs.as_slice(), outputs.cols(), self.decision(at));
                    Evaluation::classes(&target.classes, &y, p, width, weights, shares, decision)
                }
            }
        })
        .collect()
    }
}
