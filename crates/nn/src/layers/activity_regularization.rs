//! A penalty on what flows through.

use super::Build;
use crate::program::{Builder, ValueId};
use crate::regularizers::L1L2;
use treino_core::catalog::{Kind, thing};
use treino_core::error::Result;

thing! {
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

impl Build for ActivityRegularization {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut Builder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        builder.activity_penalty(Some(&L1L2 { l1: self.l1, l2: self.l2 }.into()), x)?;
        Ok(x)
    }
}
