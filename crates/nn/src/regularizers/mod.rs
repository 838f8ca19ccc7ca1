//! Regularizers: penalties that pull weights or outputs towards zero.
//!
//! A penalty on weights is added to the loss of every batch, and its gradient to theirs. A penalty on a layer's output
//! (`activity_regularizer`) is summed over the batch and divided by the number of its rows.
//!
//! Keras differences: none. As in Keras, the derivative of |w| at 0 is 0.

mod l1_l2;
mod orthogonal;

pub use l1_l2::{L1, L1L2, L2};
pub use orthogonal::OrthogonalRegularizer;

use treino_core::catalog::family;
use treino_core::error::Result;
use treino_engine::simd::Simd;

family! {
    /// Any regularizer.
    ///
    /// Penalties that pull weights or outputs towards zero. Those on weights are added to the loss of every batch; an
    /// `activity_regularizer` is summed over the batch and divided by the number of its rows. As in Keras, L2 has no
    /// factor 1/2.
    pub enum Regularizer: dyn Penalty in Family {
        name: "regularizers", one: "regularizer", example: "[[model.layers]]\ntype = \"dense\"\nunits = 32\nkernel_regularizer = {inline}\n",
    } => { L1, L2, L1L2, OrthogonalRegularizer }
}

/// A penalty on numbers.
pub trait Penalty: std::fmt::Debug {
    /// Checks whether it is defined for a weight of that shape.
    ///
    /// # Errors
    /// Returns an error for a shape for which it is undefined.
    fn check(&self, _shape: &[usize]) -> Result<()> {
        Ok(())
    }

    /// The penalty of all numbers in `w` together, rows of `columns` numbers.
    fn value(&self, simd: Simd, columns: usize, w: &[f32]) -> f64;

    /// gradient += scale * d penalty / dw.
    fn add_gradient(&self, simd: Simd, columns: usize, w: &[f32], scale: f32, gradient: &mut [f32]);
}
