//! Constraints: conditions that a weight satisfies after each step.
//!
//! A constraint changes a weight directly after the optimizer's update; it does not affect the gradient. Initial
//! weights are not changed, as in Keras.
//!
//! `axis` is the axis of the weight along which a norm is taken: for the kernel (inputs, units) of a dense layer, 0 is
//! one norm per unit, over its inputs, and 1 one norm per input.

mod non_neg;
mod norms;

pub use non_neg::NonNeg;
pub use norms::{MaxNorm, MinMaxNorm, UnitNorm};

use treino_core::catalog::family;
use treino_core::error::Result;
use treino_engine::simd::Simd;

family! {
    /// Any constraint.
    ///
    /// What a weight must satisfy directly after each step. `axis` counts the sides of the weight along which a norm
    /// is taken: for the kernel (inputs, units) of a dense layer, 0 is one norm a unit, and 1 one norm an input.
    pub enum Constraint: dyn ApplyConstraint in Family {
        name: "constraints", one: "constraint", example: "[[model.layers]]\ntype = \"dense\"\nunits = 32\nkernel_constraint = {inline}\n",
    } => { MaxNorm, MinMaxNorm, UnitNorm, NonNeg }
}

/// The operation of a constraint.
pub trait ApplyConstraint: std::fmt::Debug {
    /// Checks whether it is defined for a weight of that shape.
    ///
    /// # Errors
    /// Returns an error for an axis that the weight does not have.
    fn check(&self, _shape: &[usize]) -> Result<()> {
        Ok(())
    }

    /// Changes the weight so that it satisfies the constraint.
    fn apply(&self, simd: Simd, shape: &[usize], w: &mut [f32]);
}
