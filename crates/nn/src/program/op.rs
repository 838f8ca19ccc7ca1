//! The operations of a program. What each computes stands in its layer's file.

use super::memory::{PassContext, ProgramBuffers};
use super::program::ValueId;
use crate::activations::Activation;
use std::any::Any;
use std::fmt::Debug;

/// One operation: a pass forward and one backward over a batch.
///
/// It is called once for a batch, never once for a number, so a call through a table of functions costs nothing that counts.
pub trait Op: Any + Debug + Send + Sync {
    /// Computes the op's output from its inputs.
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>);

    /// Computes the gradients of the op's variables and inputs from that of its output. What has no gradient does nothing.
    fn backward(&self, _memory: &mut ProgramBuffers, _pass: &PassContext<'_>) {}

    /// Whether each row of what it computes depends on that row alone, and gradients of variables are added to those of the
    /// rows before: then a batch may pass in pieces.
    fn is_rowwise(&self) -> bool {
        false
    }

    /// What it is, in a word.
    fn word(&self) -> &'static str;

    /// The value it fills, if it fills one.
    fn output(&self) -> Option<ValueId> {
        None
    }

    /// The activation function that it ends with, if it ends with one.
    fn activation(&self) -> Option<&Activation> {
        None
    }

    /// Whether its output is an affine map of its input: a dense layer without an activation.
    fn is_affine(&self) -> bool {
        false
    }
}

impl dyn Op {
    /// The op as one of a certain type, if it is one.
    pub(crate) fn as_a<T: Op>(&self) -> Option<&T> {
        (self as &dyn Any).downcast_ref()
    }
}
