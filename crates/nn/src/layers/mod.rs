//! Layers: the components of a network.
//!
//! A layer is built into ops (`crate::program::ProgramBuilder`); the forward and backward pass of each op are in the
//! layer's file.

mod activation;
mod activation_layers;
mod activity_regularization;
mod alpha_dropout;
mod batch_normalization;
mod broadcast;
mod category_encoding;
mod concatenate;
mod connected;
mod custom;
mod dense;
mod discretization;
mod dot;
mod dropout;
mod embedding;
mod gaussian_noise;
mod group_normalization;
mod hashing;
mod input_layer;
mod layer_normalization;
mod lookup;
mod merge;
mod noise;
mod normalization;
mod normalization_parameters;
mod p_relu;
mod rescaling;
mod reshape;
mod rms_normalization;
mod shared;

pub use activation::Activation;
pub use activation_layers::{ELU, LeakyReLU, ReLU, Softmax};
pub use activity_regularization::ActivityRegularization;
pub use alpha_dropout::AlphaDropout;
pub use batch_normalization::BatchNormalization;
pub(crate) use batch_normalization::BatchNormalizationOp;
pub use category_encoding::{CategoryEncoding, Encoded, OutputMode};
pub use concatenate::Concatenate;
pub use connected::ConnectedLayer;
pub use custom::{Custom, Map, MapWeight};
pub use dense::Dense;
pub(crate) use dense::DenseOp;
pub use discretization::Discretization;
pub use dot::Dot;
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use gaussian_noise::{GaussianDropout, GaussianNoise};
pub use group_normalization::GroupNormalization;
pub(crate) use group_normalization::GroupNormalizationOp;
pub use hashing::{HashedValue, Hashing};
pub use input_layer::InputLayer;
pub use layer_normalization::LayerNormalization;
pub use lookup::{IntegerLookup, StringLookup};
pub use merge::{Add, Average, Maximum, Minimum, Multiply, Subtract};
pub use normalization::Normalization;
pub(crate) use normalization::NormalizationOp;
pub use p_relu::PReLU;
pub use rescaling::Rescaling;
pub use reshape::{Flatten, Identity, Reshape};
pub use rms_normalization::{RMSNormalization, UnitNormalization};
pub use shared::Shared;

use crate::program::{ProgramBuilder, ValueId};
use treino_core::catalog::family;
use treino_core::error::Result;
use treino_core::rows::ColumnEncoding;

family! {
    /// Any layer.
    ///
    /// What a network is made of: the entries of `[[model.layers]]`, the last one giving the prediction. Beside its
    /// parameters each layer may have `inputs`, the name of the layer that it reads or a list of names; without it a
    /// layer reads the one before it.
    ///
    /// Keras differences: `type = "dense"` as well as "Dense".
    pub enum Layer: dyn BuildLayer in Family {
        name: "layers", one: "layer", example: "[[model.layers]]\n{table}",
    } => {
        InputLayer,
        Dense,
        Activation,
        ReLU,
        LeakyReLU,
        PReLU,
        ELU,
        Softmax,
        BatchNormalization,
        LayerNormalization,
        GroupNormalization,
        UnitNormalization,
        RMSNormalization,
        Dropout,
        GaussianNoise,
        GaussianDropout,
        AlphaDropout,
        ActivityRegularization,
        Normalization,
        Rescaling,
        Discretization,
        CategoryEncoding,
        Hashing,
        StringLookup,
        IntegerLookup,
        Embedding,
        Flatten,
        Reshape,
        Identity,
        Add,
        Subtract,
        Multiply,
        Average,
        Maximum,
        Minimum,
        Concatenate,
        Dot,
        Shared,
    } or Custom
}

/// A layer, which can be built into ops.
pub trait BuildLayer: std::fmt::Debug {
    /// The name that the spec gives it, if any.
    fn given_name(&self) -> Option<&str>;

    /// The column encoding that it needs if it directly reads an input layer; `None` for the ordinary inputs.
    ///
    /// # Errors
    /// Returns an error for parameters that contradict each other.
    fn reading(&self) -> Result<Option<ColumnEncoding>> {
        Ok(None)
    }

    /// Adds its variables and ops after its inputs; returns its output.
    ///
    /// # Errors
    /// Returns an error for inputs that it does not support: too few or too many, or of a wrong shape.
    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId>;
}
