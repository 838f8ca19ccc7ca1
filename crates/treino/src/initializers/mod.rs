//! Initializers: where weights start.
//!
//! Every draw is a pure function of *(seed, variable, element)*, so a network's first weights do not depend on the order
//! in which its layers are built.
//!
//! Keras differences: the random bits are ours (Philox4x32-10), so the same seed gives other weights than Keras's, with
//! the same distribution. A truncated normal is drawn by inverting its distribution function, not by redrawing.

mod glorot;

pub use glorot::GlorotUniform;

use crate::catalog::{Room, room};
use treino_engine::random::Stream;

room! {
    /// Any initializer.
    pub enum Initializer: dyn Fill in Room::Initializers => { GlorotUniform }
}

/// Fills a variable with its first values.
pub trait Fill: std::fmt::Debug {
    /// Fills `out`, a variable of the given shape in row-major order; `stream` is the variable's own.
    fn fill(&self, shape: &[usize], stream: Stream, out: &mut [f32]);
}

/// The numbers of inputs and outputs of a weight: of a kernel (inputs, outputs) its two sides, of a vector its length
/// twice.
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
