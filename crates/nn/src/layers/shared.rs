//! A repeated call of a layer.

use super::BuildLayer;
use crate::program::{ProgramBuilder, ValueId};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};

component! {
    /// Calls a layer that stands elsewhere in the list once more, with the same weights, on other inputs.
    ///
    /// In Keras's Python the same layer object is called twice; in a list of layers the second call needs a line of its own.
    pub struct Shared = "shared" {
        /// Name of the layer whose weights are used.
        layer: String = String::new(), Kind::Text;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for Shared {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The network builds the layer that it refers to instead.
    fn build(&self, _builder: &mut ProgramBuilder, _inputs: &[ValueId]) -> Result<ValueId> {
        Err(Error::input(format!("the shared layer \"{}\" stands in no list of layers", self.layer)))
    }
}
