//! A callback that a Rust program brings itself.
//!
//! Keras differences: none.

use super::StartCallback;
use crate::custom::custom;

custom! {
    /// A callback of one's own from Rust: any [`StartCallback`], which makes a fresh [`super::ActiveCallback`] for each training.
    ///
    /// It is no thing of the catalogue: specs cannot name it, and a saved model does not hold it.
    ///
    /// `treino::custom` has an example.
    pub struct Custom(dyn StartCallback): "A callback that a Rust program brings itself."
}
