//! Layers: what a network is made of.
//!
//! A layer is built into ops ([`crate::model::Builder`]); each op's forward and backward pass stand side by side in the
//! layer's file.
//!
//! Keras differences: `type = "dense"` as well as "Dense".

mod activation;
mod batch_normalization;
mod dense;
mod dropout;
mod normalization;

pub use activation::{Activation, ActivationOp, ActivityPenaltyOp};
pub use batch_normalization::{BatchNormalization, BatchNormalizationOp};
pub use dense::{Dense, DenseOp};
pub use dropout::{Dropout, DropoutOp};
pub use normalization::{Normalization, NormalizationOp};

use crate::catalog::{Room, room};
use crate::error::Result;
use crate::model::{Builder, ValueId};

room! {
    /// Any layer.
    pub enum Layer: dyn Build in Room::Layers => { Dense, Activation, BatchNormalization, Dropout, Normalization }
}

/// A layer that can be built into ops.
pub trait Build: std::fmt::Debug {
    /// The name it was given, if any.
    fn given_name(&self) -> Option<&str>;

    /// Adds its variables and ops behind `x`; gives its output.
    ///
    /// # Errors
    /// A width it cannot take.
    fn build(&self, builder: &mut Builder, x: ValueId) -> Result<ValueId>;
}
