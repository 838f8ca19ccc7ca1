//! An activation as a layer, and the op for it; penalties on outputs.

use super::Build;
use crate::activations::{self, Linear};
use crate::program::{Builder, ValueId};
use treino_core::catalog::{Kind, thing};
use treino_core::error::Result;

thing! {
    /// An activation by itself: y = f(x).
    pub struct Activation = "activation" {
        /// The function.
        activation: activations::Activation = Linear::default().into(), Kind::Thing(&crate::activations::ROOM);
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl Build for Activation {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut Builder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        builder.activation(&self.activation, x)
    }
}
