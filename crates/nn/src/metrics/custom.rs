//! A metric that a Rust program brings itself.
//!
//! Keras differences: none.

use super::ComputeMetric;
use crate::custom::custom;

custom! {
    /// A metric of one's own from Rust: any [`ComputeMetric`], shared by all trainings that report it.
    ///
    /// It is no thing of the catalogue: specs cannot name it, and a model that was compiled with it cannot be saved. What can be
    /// written as an expression is better an [`super::ExpressionMetric`].
    ///
    /// `treino::custom` has an example.
    pub struct Custom(dyn ComputeMetric): "A metric that a Rust program brings itself."
}
