//! The section `[compile]` of a spec: optimizer, loss and metrics.

use super::compile::{Compile, OutputCompile};
use super::per_output::PerOutput;
use crate::losses::Loss;
use crate::metrics::NamedMetric;
use crate::optimizers::{Adam, Optimizer};
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;

component! {
    /// Optimizer, loss and metrics.
    ///
    /// Keras differences: the loss and the metrics follow from the target where they are left open.
    pub struct CompileSection = "compile" {
        /// How weights move.
        optimizer: Optimizer = Adam::default().into(), Kind::Component(&crate::optimizers::FAMILY);
        /// What is minimised, for each output by its name where they differ; follows from the target when left open.
        loss: Option<PerOutput<Loss>> = None, Kind::PerOutput(&Kind::Component(&crate::losses::FAMILY));
        /// What the losses of several outputs are multiplied by before they are added.
        loss_weights: Option<PerOutput<f64>> = None, Kind::PerOutput(&Kind::NOT_NEGATIVE);
        /// What is reported beside the loss; follows from the target when left open.
        metrics: Option<PerOutput<Vec<NamedMetric>>> = None, Kind::PerOutput(&Kind::List(&Kind::Component(&crate::metrics::FAMILY)));
        /// What is reported under the rows' weights.
        weighted_metrics: Option<PerOutput<Vec<NamedMetric>>> = None, Kind::PerOutput(&Kind::List(&Kind::Component(&crate::metrics::FAMILY)));
    }
}

impl CompileSection {
    /// The section for the compilation of a network with these outputs.
    pub fn of(compile: &Compile, outputs: &[&str]) -> Self {
        fn each<T: Clone>(compile: &Compile, outputs: &[&str], it: impl Fn(&OutputCompile) -> T) -> PerOutput<T> {
            match &compile.goals[..] {
                [goal] => PerOutput::Same(it(goal)),
                goals => PerOutput::Each(
                    outputs.iter().zip(goals).map(|(name, goal)| (name.to_string(), it(goal))).collect(),
                ),
            }
        }
        let weighed = compile.goals.iter().any(|goal| goal.loss_weight != 1.0);
        let weighted = compile.goals.iter().any(|goal| !goal.weighted_metrics.is_empty());
        CompileSection {
            optimizer: compile.optimizer.clone(),
            loss: Some(each(compile, outputs, |goal| goal.loss.clone())),
            loss_weights: weighed.then(|| each(compile, outputs, |goal| goal.loss_weight)),
            metrics: Some(each(compile, outputs, |goal| goal.metrics.clone())),
            weighted_metrics: weighted.then(|| each(compile, outputs, |goal| goal.weighted_metrics.clone())),
        }
    }

    /// The compilation of a network with these outputs, if each has a loss.
    ///
    /// # Errors
    /// Returns an error for names that no output has.
    pub fn compiled(&self, outputs: &[&str]) -> Result<Option<Compile>> {
        self.loss.as_ref().map_or(Ok(()), |it| it.check(outputs, "compile.loss"))?;
        self.loss_weights.as_ref().map_or(Ok(()), |it| it.check(outputs, "compile.loss_weights"))?;
        self.metrics.as_ref().map_or(Ok(()), |it| it.check(outputs, "compile.metrics"))?;
        self.weighted_metrics.as_ref().map_or(Ok(()), |it| it.check(outputs, "compile.weighted_metrics"))?;
        let metrics = |list: &Option<PerOutput<Vec<NamedMetric>>>, output: &str| {
            list.as_ref().and_then(|it| it.of(output)).cloned().unwrap_or_default()
        };
        let goal = |output: &&str| {
            Some(OutputCompile {
                loss: self.loss.as_ref()?.of(output)?.clone(),
                loss_weight: self.loss_weights.as_ref().and_then(|it| it.of(output)).copied().unwrap_or(1.0),
                metrics: metrics(&self.metrics, output),
                weighted_metrics: metrics(&self.weighted_metrics, output),
            })
        };
        let goals: Option<Vec<OutputCompile>> = outputs.iter().map(goal).collect();
        Ok(goals.map(|goals| Compile { optimizer: self.optimizer.clone(), goals }))
    }
}
