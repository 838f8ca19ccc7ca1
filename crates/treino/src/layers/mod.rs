//! Layers: what a network is made of.
//!
//! A layer is built into ops ([`crate::model::Builder`]); each op's forward and backward pass stand side by side in the
//! layer's file.

mod activation;
mod activation_layers;
mod activity_regularization;
mod alpha_dropout;
mod batch_normalization;
mod broadcast;
mod category_encoding;
mod concatenate;
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
mod p_relu;
mod placed;
mod rescaling;
mod reshape;
mod rms_normalization;
mod shared;

pub use activation::{Activation, ActivationOp, ActivityPenaltyOp};
pub use activation_layers::{ELU, LeakyReLU, ReLU, Softmax};
pub use activity_regularization::ActivityRegularization;
pub use alpha_dropout::AlphaDropout;
pub use batch_normalization::{BatchNormalization, BatchNormalizationOp};
pub use category_encoding::{CategoryEncoding, CategoryEncodingOp};
pub use concatenate::{Concatenate, ConcatenateOp};
pub use dense::{Dense, DenseOp};
pub use discretization::{Discretization, IndexOp};
pub use dot::{Dot, DotOp};
pub use dropout::Dropout;
pub use embedding::{Embedding, EmbeddingOp};
pub use gaussian_noise::{GaussianDropout, GaussianNoise};
pub use group_normalization::{GroupNormalization, GroupNormalizationOp};
pub use hashing::{Hashing, Token};
pub use input_layer::{InputLayer, SelectOp};
pub use layer_normalization::LayerNormalization;
pub use lookup::{IntegerLookup, StringLookup};
pub use merge::{Add, Average, Maximum, MergeOp, Minimum, Multiply, Subtract};
pub use noise::NoiseOp;
pub use normalization::{Normalization, NormalizationOp};
pub use p_relu::{PReLU, PReluOp};
pub use placed::Placed;
pub use rescaling::{Rescaling, RescalingOp};
pub use reshape::{Flatten, Identity, Reshape};
pub use rms_normalization::{RMSNormalization, ResizeOp, UnitNormalization};
pub use shared::Shared;

use crate::catalog::{Room, room};
use crate::data::Reading;
use crate::error::Result;
use crate::model::{Builder, ValueId};

room! {
    /// Any layer.
    ///
    /// What a network is made of: the entries of `[[model.layers]]`, the last one giving the prediction. Beside its
    /// parameters each layer may have `inputs`, the name of the layer that it reads or a list of names; without it a
    /// layer reads the one before it.
    ///
    /// Keras differences: `type = "dense"` as well as "Dense".
    pub enum Layer: dyn Build in Room::Layers => {
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
    }
}

/// A layer that can be built into ops.
pub trait Build: std::fmt::Debug {
    /// The name it was given, if any.
    fn given_name(&self) -> Option<&str>;

    /// How it wants the columns of a table that it reads straight from an input layer; `None` for the ordinary features.
    ///
    /// # Errors
    /// Parameters that do not fit together.
    fn reading(&self) -> Result<Option<Reading>> {
        Ok(None)
    }

    /// Adds its variables and ops behind its inputs; gives its output.
    ///
    /// # Errors
    /// Inputs that it cannot take: too few or too many, or of a shape that does not fit.
    fn build(&self, builder: &mut Builder, inputs: &[ValueId]) -> Result<ValueId>;
}
