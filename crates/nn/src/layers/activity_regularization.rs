//! A penalty on the values that pass through a layer.

use super::BuildLayer;
use crate::program::{ProgramBuilder, ValueId};
use crate::regularizers::L1L2;
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;

component! {
    /// Adds l1 * sum |x| + l2 * sum x^2 over the batch, divided by its rows, to the loss; gives x on unchanged.
    pub struct ActivityRegularization = "activity_regularization" {
        /// Strength of the L1 part.
        l1: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// Strength of the L2 part.
        l2: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for ActivityRegularization {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        builder.activity_penalty(Some(&L1L2 { l1: self.l1, l2: self.l2 }.into()), x)?;
        Ok(x)
    }
}
