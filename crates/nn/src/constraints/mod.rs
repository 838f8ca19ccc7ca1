//! Constraints: what a weight must satisfy after each step.
//!
//! A constraint changes a weight directly after the optimizer has moved it; it does not enter the gradient. The first
//! values of a weight are not touched, as in Keras.
//!
//! `axis` counts the sides of the weight along which a norm is taken: for the kernel (inputs, units) of a dense layer, 0 is
//! one norm a unit, over its inputs, and 1 one norm an input.

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

/// What a constraint does.
pub trait ApplyConstraint: std::fmt::Debug {
    /// Whether it can hold for a weight of that shape.
    ///
    /// # Errors
    /// An axis that the weight does not have.
    fn check(&self, _shape: &[usize]) -> Result<()> {
        Ok(())
    }

    /// Changes the weight so that it holds.
    fn apply(&self, simd: Simd, shape: &[usize], w: &mut [f32]);
}
