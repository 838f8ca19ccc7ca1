//! Layer normalisation (J. Ba, J. Kiros, G. Hinton, "Layer normalization", 2016).

use super::BuildLayer;
use super::group_normalization::{Affine, GroupNormalizationOp};
use super::normalization_parameters::normalization;
use crate::program::{ProgramBuilder, ValueId, Weight};
use treino_core::error::Result;

normalization! {
    /// Layer normalisation: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, row by row.
    ///
    /// Mean and variance (divided by n) are those of the row, so that training and prediction do the same, and the batch
    /// does not matter.
    ///
    /// Keras differences: no `axis`, it is always the last.
    pub struct LayerNormalization = "layer_normalization" {
    }
}

impl BuildLayer for LayerNormalization {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let (outer, last) = builder.outer_and_last(x);
        let gamma = Weight {
            initializer: &self.gamma_initializer,
            regularizer: self.gamma_regularizer.as_ref(),
            constraint: self.gamma_constraint.as_ref(),
        };
        let beta = Weight {
            initializer: &self.beta_initializer,
            regularizer: self.beta_regularizer.as_ref(),
            constraint: self.beta_constraint.as_ref(),
        };
        let affine = Affine { gamma: self.scale.then_some(gamma), beta: self.center.then_some(beta) };
        // Each of the `outer` parts of a row is normalised as a separate row, in one group.
        let op = GroupNormalizationOp::build(builder, x, [outer, 1, last, 1], self.epsilon, self.trainable, affine)?;
        let y = op.y;
        builder.push(op);
        Ok(y)
    }
}
