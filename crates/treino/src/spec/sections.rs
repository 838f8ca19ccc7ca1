//! The sections of a spec that have no home elsewhere: `[model]` and `[compile]`.

use crate::activations::{Activation, Relu};
use crate::catalog::{Descriptor, Entries, Kind, Room, Thing, thing};
use crate::data::DataSpec;
use crate::initializers::{GlorotUniform, Initializer};
use crate::layers::Placed;
use crate::losses::Loss;
use crate::metrics::NamedMetric;
use crate::optimizers::{Adam, Optimizer};
use crate::train::Fit;

/// The sections of a spec that are tables, in their order.
pub const SECTIONS: &[&Descriptor] =
    &[DataSpec::DESCRIPTOR, ModelSection::DESCRIPTOR, CompileSection::DESCRIPTOR, Fit::DESCRIPTOR];

thing! {
    /// The network: either its `layers`, the last of them giving the prediction, or hidden layers in short.
    ///
    /// In short, each of the `hidden` numbers becomes a dense layer with the activation (behind a batch normalisation,
    /// where asked) and a dropout, and the output layer follows from the target.
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
    pub struct CompileSection = "compile" {
        /// How weights move.
        optimizer: Optimizer = Adam::default().into(), Kind::Thing(Room::Optimizers);
        /// What is minimised; follows from the target when left open.
        loss: Option<Loss> = None, Kind::Thing(Room::Losses);
        /// What is reported beside the loss; follows from the target when left open.
        metrics: Option<Vec<NamedMetric>> = None, Kind::List(&Kind::Thing(Room::Metrics));
    }
}
