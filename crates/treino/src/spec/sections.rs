//! The sections of a spec that have no home elsewhere: `[model]` and `[compile]`.

use treino_core::catalog::{Component, Descriptor, Doc, Entries, Family, Kind, component};
use treino_nn::activations::{Activation, LeakyRelu};
use treino_nn::initializers::{GlorotUniform, Initializer};
use treino_nn::layers::ConnectedLayer;
use treino_nn::train::{CompileSection, Fit};
use treino_tables::DataSpec;

/// The documentation of the sections.
const DOC: &str = "The sections of a spec file.

A spec is a TOML file: the tables below, `[[callbacks]]` behind them, and `version = 1` in front of them. \
What is left out has its default, so a file with a path and a target is enough. Without `[[callbacks]]` there are none, as in Keras.";

/// The sections of a spec that are tables, in their order.
const SECTIONS: &[&Descriptor] =
    &[DataSpec::DESCRIPTOR, ModelSection::DESCRIPTOR, CompileSection::DESCRIPTOR, Fit::DESCRIPTOR];

/// The sections as a room of the catalogue.
pub static FAMILY: Family = Family {
    name: "sections",
    one: "section",
    doc: Doc(DOC),
    components: SECTIONS,
    is_chosen: false,
    places: &[],
    example: "",
};

/// The slope below 0 of the activation in short: large enough that no unit dies, and as good as relu on all example tables.
const SLOPE: f64 = 0.1;

component! {
    /// The network: either its `layers`, the last of them giving the prediction, or hidden layers in short.
    ///
    /// In short, each of the `hidden` numbers becomes a dense layer with the activation (behind a batch normalisation,
    /// where asked) and a dropout, and the output layer follows from the target. Several targets get an output layer each,
    /// named after its column.
    ///
    /// Keras differences: Keras has no such short form. Its courses mostly use relu in hidden layers; here it is a leaky relu whose
    /// slope below 0 is 0.1, because penalties and Adam together silence units of a relu for good (DESIGN.md).
    pub struct ModelSection = "model" {
        /// Units of the hidden layers, in order.
        hidden: Vec<usize> = vec![64, 64], Kind::List(&Kind::COUNT);
        /// Activation of the hidden layers.
        activation: Activation = LeakyRelu { negative_slope: SLOPE }.into(), Kind::Component(&treino_nn::activations::FAMILY);
        /// Whether to normalise over the batch before each hidden activation.
        batch_norm: bool = false, Kind::Bool;
        /// Share of each hidden layer's outputs to drop in training.
        dropout: f64 = 0.0, Kind::SHARE;
        /// L1 penalty on the kernels.
        l1: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// L2 penalty on the kernels; when left open, 0.3 over the training rows, but at least 0.0001.
        l2: Option<f64> = None, Kind::NOT_NEGATIVE;
        /// Where the kernels start.
        kernel_initializer: Initializer = GlorotUniform::default().into(), Kind::Component(&treino_nn::initializers::FAMILY);
        /// File with initial weights (safetensors), by the names `layer/variable`.
        initial_weights: Option<String> = None, Kind::Text;
        /// The layers, instead of all of the above but `initial_weights`.
        layers: Option<Vec<ConnectedLayer>> = None, Kind::List(&Kind::Component(&treino_nn::layers::FAMILY));
        /// Names of the layers whose outputs are those of the network, instead of all that no layer reads.
        outputs: Vec<String> = Vec::new(), Kind::TEXTS;
    }
}

impl ModelSection {
    /// The L2 penalty, where it is left open that which follows from the number of training rows: the fewer they are, the more
    /// a network needs to be held back (see DESIGN.md).
    pub fn l2_for(&self, rows: usize) -> f64 {
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
