//! The operations of a program. Each is documented in its layer's file.

use super::memory::{PassContext, ProgramBuffers};
use super::program::ValueId;
use crate::activations::Activation;
use std::any::Any;
use std::fmt::Debug;

/// An operation: a forward and a backward pass over a batch.
///
/// It is called once per batch, not once per number, so the cost of dynamic dispatch is negligible.
pub trait Op: Any + Debug + Send + Sync {
    /// Computes the op's output from its inputs.
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>);

    /// Computes the gradients of the op's variables and inputs from that of its output. Does nothing if it has no
    /// gradient.
    fn backward(&self, _memory: &mut ProgramBuffers, _pass: &PassContext<'_>) {}

    /// Whether each row of its output depends on that row alone, and gradients of variables are accumulated over rows:
    /// then a batch may be split into chunks.
    fn is_rowwise(&self) -> bool {
        false
    }

    /// Its name, in one word.
    fn word(&self) -> &'static str;

    /// The value that it computes, if any.
    fn output(&self) -> Option<ValueId> {
        None
    }

    /// The activation function at its end, if any.
    fn activation(&self) -> Option<&Activation> {
        None
    }

    /// Whether its output is an affine map of its input: a dense layer without an activation.
    fn is_affine(&self) -> bool {
        false
    }
}

impl dyn Op {
    /// The op as a concrete type, if it has that type.
    pub(crate) fn as_a<T: Op>(&self) -> Option<&T> {
        (self as &dyn Any).downcast_ref()
    }
}
