//! Layer normalisation (J. Ba, J. Kiros, G. Hinton, "Layer normalization", 2016).

use super::BuildLayer;
use super::group_normalization::{Affine, GroupNormalizationOp};
use crate::constraints::Constraint;
use crate::initializers::{Initializer, Ones, Zeros};
use crate::program::{ProgramBuilder, ValueId, Weight};
use crate::regularizers::Regularizer;
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;

component! {
    /// Layer normalisation: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, row by row.
    ///
    /// Mean and variance (divided by n) are those of the row, so that training and prediction do the same, and the batch
    /// does not matter.
    ///
    /// Keras differences: no `axis`, it is always the last.
    pub struct LayerNormalization = "layer_normalization" {
        /// Keeps the divisor away from zero.
        epsilon: f64 = 0.001, Kind::POSITIVE;
        /// Whether to add beta.
        center: bool = true, Kind::Bool;
        /// Whether to multiply by gamma.
        scale: bool = true, Kind::Bool;
        /// Where beta starts.
        beta_initializer: Initializer = Zeros::default().into(), Kind::Component(&crate::initializers::FAMILY);
        /// Where gamma starts.
        gamma_initializer: Initializer = Ones::default().into(), Kind::Component(&crate::initializers::FAMILY);
        /// Penalty on beta.
        beta_regularizer: Option<Regularizer> = None, Kind::Component(&crate::regularizers::FAMILY);
        /// Penalty on gamma.
        gamma_regularizer: Option<Regularizer> = None, Kind::Component(&crate::regularizers::FAMILY);
        /// What beta must satisfy after each step.
        beta_constraint: Option<Constraint> = None, Kind::Component(&crate::constraints::FAMILY);
        /// What gamma must satisfy after each step.
        gamma_constraint: Option<Constraint> = None, Kind::Component(&crate::constraints::FAMILY);
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
        /// Whether training moves gamma and beta.
        trainable: bool = true, Kind::Bool;
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
        // Each of the `outer` pieces of a row is normalised as a row of its own, in one group.
        let op = GroupNormalizationOp::build(builder, x, [outer, 1, last, 1], self.epsilon, self.trainable, affine)?;
        let y = op.y;
        builder.push(op);
        Ok(y)
    }
}
