//! A loss that a Rust program brings itself.
//!
//! Keras differences: none; Keras, too, wants a function of the user's again when a model is loaded.

use super::ComputeLoss;
use crate::custom::custom;

custom! {
    /// A loss of one's own from Rust: any [`ComputeLoss`], shared by all trainings that use it.
    ///
    /// It is no thing of the catalogue: specs cannot name it, and a model that was compiled with it cannot be saved. What can
    /// be written as an expression is better an [`super::ExpressionLoss`].
    ///
    /// `treino::custom` has an example.
    pub struct Custom(dyn ComputeLoss): "A loss that a Rust program brings itself."
}
