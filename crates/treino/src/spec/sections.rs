//! The sections of a spec that have no home elsewhere: `[model]` and `[compile]`.

use super::per_output::PerOutput;
use crate::activations::{Activation, Relu};
use crate::catalog::{Descriptor, Entries, Kind, Room, Thing, thing};
use crate::data::DataSpec;
use crate::error::Result;
use crate::initializers::{GlorotUniform, Initializer};
use crate::layers::Placed;
use crate::losses::Loss;
use crate::metrics::NamedMetric;
use crate::optimizers::{Adam, Optimizer};
use crate::train::{Compile, Fit, Goal};

/// The documentation of the sections.
pub const DOC: &str = "The sections of a spec file.

A spec is a TOML file: the tables below, `[[callbacks]]` behind them, and `version = 1` in front of them. \
What is left out has its default, so a file with a path and a target is enough. Without `[[callbacks]]` there are none, as in Keras.";

/// The sections of a spec that are tables, in their order.
pub const SECTIONS: &[&Descriptor] =
    &[DataSpec::DESCRIPTOR, ModelSection::DESCRIPTOR, CompileSection::DESCRIPTOR, Fit::DESCRIPTOR];

thing! {
    /// The network: either its `layers`, the last of them giving the prediction, or hidden layers in short.
    ///
    /// In short, each of the `hidden` numbers becomes a dense layer with the activation (behind a batch normalisation,
    /// where asked) and a dropout, and the output layer follows from the target. Several targets get an output layer each,
    /// named after its column.
    ///
    /// Keras differences: Keras has no such short form.
    pub struct ModelSection = "model" {
        /// Units of the hidden layers, in order.
        hidden: Vec<usize> = vec![64, 64], Kind::List(&Kind::COUNT);
        /// Activation of the hidden layers.
        activation: Activation = Relu::default().into(), Kind::Thing(Room::Activations);
        /// Whether to normalise over the batch before each hidden activation.
        batch_norm: bool = false, Kind::Bool;
        /// Share of each hidden layer's outputs to drop in training.
        dropout: f64 = 0.0, Kind::SHARE;
        /// L1 penalty on the kernels.
        l1: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// L2 penalty on the kernels; when left open, 0.3 over the training rows, but at least 0.0001.
        l2: Option<f64> = None, Kind::NOT_NEGATIVE;
        /// Where the kernels start.
        kernel_initializer: Initializer = GlorotUniform::default().into(), Kind::Thing(Room::Initializers);
        /// File with initial weights (safetensors), by the names `layer/variable`.
        initial_weights: Option<String> = None, Kind::Text;
        /// The layers, instead of all of the above but `initial_weights`.
        layers: Option<Vec<Placed>> = None, Kind::List(&Kind::Thing(Room::Layers));
        /// Names of the layers whose outputs are those of the network, instead of all that no layer reads.
        outputs: Vec<String> = Vec::new(), Kind::TEXTS;
    }
}

impl ModelSection {
    /// The L2 penalty, where it is left open that which follows from the number of training rows: the fewer they are, the more
    /// a network needs to be held back (see DESIGN.md).
    pub(crate) fn l2_for(&self, rows: usize) -> f64 {
        self.l2.unwrap_or_else(|| (0.3 / rows.max(1) as f64).max(0.0001))
    }

    /// The section for a file: with layers, what they stand in for is left out.
    pub(super) fn written(&self) -> Entries {
        let mut table = self.write();
        if self.layers.is_some() {
            table.list.retain(|e| ["initial_weights", "layers", "outputs"].contains(&e.key.as_str()));
        }
        table
    }
}

thing! {
    /// Optimizer, loss and metrics.
    ///
    /// Keras differences: the loss and the metrics follow from the target where they are left open.
    pub struct CompileSection = "compile" {
        /// How weights move.
        optimizer: Optimizer = Adam::default().into(), Kind::Thing(Room::Optimizers);
        /// What is minimised, for each output by its name where they differ; follows from the target when left open.
        loss: Option<PerOutput<Loss>> = None, Kind::PerOutput(&Kind::Thing(Room::Losses));
        /// What the losses of several outputs are multiplied by before they are added.
        loss_weights: Option<PerOutput<f64>> = None, Kind::PerOutput(&Kind::NOT_NEGATIVE);
        /// What is reported beside the loss; follows from the target when left open.
        metrics: Option<PerOutput<Vec<NamedMetric>>> = None, Kind::PerOutput(&Kind::List(&Kind::Thing(Room::Metrics)));
        /// What is reported under the rows' weights.
        weighted_metrics: Option<PerOutput<Vec<NamedMetric>>> = None, Kind::PerOutput(&Kind::List(&Kind::Thing(Room::Metrics)));
    }
}

impl CompileSection {
    /// What was compiled for a network with such outputs, written down.
    pub fn of(compile: &Compile, outputs: &[&str]) -> Self {
        fn each<T: Clone>(compile: &Compile, outputs: &[&str], it: impl Fn(&Goal) -> T) -> PerOutput<T> {
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

    /// What it asks of a network with such outputs, as far as a loss is said for each.
    ///
    /// # Errors
    /// Names that no output has.
    pub fn compiled(&self, outputs: &[&str]) -> Result<Option<Compile>> {
        self.loss.as_ref().map_or(Ok(()), |it| it.check(outputs, "compile.loss"))?;
        self.loss_weights.as_ref().map_or(Ok(()), |it| it.check(outputs, "compile.loss_weights"))?;
        self.metrics.as_ref().map_or(Ok(()), |it| it.check(outputs, "compile.metrics"))?;
        self.weighted_metrics.as_ref().map_or(Ok(()), |it| it.check(outputs, "compile.weighted_metrics"))?;
        let metrics = |list: &Option<PerOutput<Vec<NamedMetric>>>, output: &str| {
            list.as_ref().and_then(|it| it.of(output)).cloned().unwrap_or_default()
        };
        let goal = |output: &&str| {
            Some(Goal {
                loss: self.loss.as_ref()?.of(output)?.clone(),
                loss_weight: self.loss_weights.as_ref().and_then(|it| it.of(output)).copied().unwrap_or(1.0),
                metrics: metrics(&self.metrics, output),
                weighted_metrics: metrics(&self.weighted_metrics, output),
            })
        };
        let goals: Option<Vec<Goal>> = outputs.iter().map(goal).collect();
        Ok(goals.map(|goals| Compile { optimizer: self.optimizer.clone(), goals }))
    }
}
