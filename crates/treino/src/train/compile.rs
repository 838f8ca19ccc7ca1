//! What a training minimises, how, and what it reports.

use super::executor::Examples;
use crate::error::{Error, Result};
use crate::losses::Loss;
use crate::metrics::{Metric, NamedMetric};
use crate::model::Network;
use crate::optimizers::Optimizer;

/// What to minimise, how, and what to report: Keras's `compile`.
#[derive(Debug, Clone, PartialEq)]
pub struct Compile {
    /// How weights move.
    pub optimizer: Optimizer,
    /// What is minimised.
    pub loss: Loss,
    /// What is reported beside it: each with its name in the history.
    pub metrics: Vec<NamedMetric>,
}

impl Compile {
    /// The metrics with their names; a name that comes twice is numbered, as in Keras.
    pub(crate) fn named_metrics(&self) -> Vec<(String, Metric)> {
        let mut named: Vec<(String, Metric)> = Vec::new();
        for NamedMetric { name, metric } in &self.metrics {
            let free = |candidate: &String| named.iter().all(|(taken, _)| taken != candidate);
            let mut candidates = (0..).map(|i| if i == 0 { name.clone() } else { format!("{name}_{i}") });
            let name = candidates.find(free).unwrap_or_default();
            named.push((name, metric.clone()));
        }
        named
    }

    /// Refuses inputs that the network cannot read, and targets that the loss cannot compare with its output.
    pub(crate) fn check_targets(&self, network: &Network, data: &Examples<'_>) -> Result<()> {
        let (loss, outputs, width) = (self.loss.name(), network.outputs(), data.y.cols());
        if data.y.rows() != data.x.rows() {
            let (y, x) = (data.y.rows(), data.x.rows());
            return Err(Error::input(format!("there are {x} rows of inputs, but {y} of targets")));
        }
        if data.weights.is_some_and(|w| w.len() != data.x.rows()) {
            return Err(Error::input("there must be one sample weight a row"));
        }
        if let Some(row) = data.weights.and_then(|w| w.iter().position(|w| !w.is_finite())) {
            return Err(Error::input(format!("the sample weight of row {} is not a finite number", row + 1)));
        }
        if let Some(at) = data.x.as_slice().iter().position(|x| !x.is_finite()) {
            let (value, row, column) = (data.x.as_slice()[at], at / data.x.cols() + 1, at % data.x.cols() + 1);
            let e = format!("column {column} of row {row} is {value}, but inputs must be finite numbers");
            return Err(Error::input(e));
        }
        network.check_ids(data.x)?;
        let targets = self.loss.inner().targets();
        let wanted = targets.columns(outputs);
        if width != wanted {
            let e = format!("{loss} wants {wanted} target columns for an output of {outputs}, but there are {width}");
            return Err(Error::input(e));
        }
        for NamedMetric { metric, .. } in &self.metrics {
            metric.inner().check(width, outputs)?;
        }
        let ignored = self.loss.inner().ignored();
        let fits = |y: &f32| targets.allow(*y, outputs) || ignored == Some(*y);
        if let Some(at) = data.y.as_slice().iter().position(|y| !fits(y)) {
            let (value, row, range) = (data.y.as_slice()[at], at / width + 1, targets.range(outputs));
            return Err(Error::input(format!("the target of row {row} is {value}, but {loss} wants {range}")));
        }
        if let Some((row, sum)) = targets.wrong_sum(data.y.as_slice(), width) {
            let row = row + 1;
            let e = format!("the targets of row {row} sum to {sum}, but {loss} wants shares that sum to 1");
            return Err(Error::input(e).help("a class is a one-hot row: 1 in its column, 0 in the others"));
        }
        Ok(())
    }
}
