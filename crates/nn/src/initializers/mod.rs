//! Initializers: the initial weights.
//!
//! Every draw is a pure function of *(seed, variable, element)*, so a network's initial weights do not depend on the
//! order in which its layers are built.

mod constant;
mod distribution;
mod glorot;
mod he;
mod identity;
mod lecun;
mod orthogonal;
mod random;
#[cfg(test)]
mod tests;
mod variance_scaling;

pub use constant::{Constant, Ones, Zeros};
pub use distribution::{DrawElements, ElementDistribution};
pub use glorot::{GlorotNormal, GlorotUniform};
pub use he::{HeNormal, HeUniform};
pub use identity::Identity;
pub use lecun::{LecunNormal, LecunUniform};
pub use orthogonal::Orthogonal;
pub use random::{RandomNormal, RandomUniform, TruncatedNormal};
pub use variance_scaling::VarianceScaling;

use treino_core::catalog::family;
use treino_core::error::Result;
use treino_engine::random::Stream;

family! {
    /// Any initializer.
    ///
    /// Where weights start. A seed gives the same weights on every machine.
    ///
    /// Keras differences: the random bits are ours (Philox4x32-10), so the same seed gives other weights than Keras's,
    /// with the same distribution. A truncated normal is drawn by inverting its distribution function, not by
    /// redrawing.
    pub enum Initializer: dyn Initialize in Family {
        name: "initializers", one: "initializer", example: "[model]\nkernel_initializer = {inline}\n",
    } => {
        GlorotUniform,
        GlorotNormal,
        HeUniform,
        HeNormal,
        LecunUniform,
        LecunNormal,
        VarianceScaling,
        RandomUniform,
        RandomNormal,
        TruncatedNormal,
        Orthogonal,
        Identity,
        Zeros,
        Ones,
        Constant,
    }
}

/// Fills a variable with its initial values. Most initializers draw each element from one distribution: they implement
/// [`DrawElements`].
pub trait Initialize: std::fmt::Debug {
    /// Checks whether it supports a variable of that shape. It fills unsupported shapes too, in an unspecified way.
    ///
    /// # Errors
    /// Returns an error for a shape without the axes that it needs.
    fn check(&self, _shape: &[usize]) -> Result<()> {
        Ok(())
    }

    /// The distribution that each element is drawn from, if they are drawn independently.
    fn law(&self, shape: &[usize]) -> Option<ElementDistribution>;

    /// Fills `out`, a variable of the given shape in row-major order; `stream` is the random stream of the variable.
    fn fill(&self, shape: &[usize], stream: Stream, out: &mut [f32]);
}

/// The numbers of inputs and outputs of a weight: the two axes of a kernel (inputs, outputs), and twice the length of a
/// vector.
pub fn fans(shape: &[usize]) -> (usize, usize) {
    match *shape {
        [] => (1, 1),
        [n] => (n, n),
        [ref leading @ .., fan_in, fan_out] => {
            let field: usize = leading.iter().product();
            (fan_in * field, fan_out * field)
        }
    }
}
