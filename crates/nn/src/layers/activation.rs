//! An activation as a layer, its op, and penalties on outputs.

use super::BuildLayer;
use crate::activations::{self, Linear};
use crate::program::{ProgramBuilder, ValueId};
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;

component! {
    /// An activation by itself: y = f(x).
    pub struct Activation = "activation" {
        /// The function.
        activation: activations::Activation = Linear::default().into(), Kind::Component(&crate::activations::FAMILY);
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for Activation {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        builder.activation(&self.activation, x)
    }
}
