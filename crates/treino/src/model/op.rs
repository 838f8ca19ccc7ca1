//! The operations of a program. What each computes stands in its layer's file.

use super::memory::{Memory, Pass};
use super::program::ValueId;
use crate::layers::{ActivationOp, ActivityPenaltyOp, BatchNormalizationOp, DenseOp, DropoutOp, NormalizationOp};

/// One operation.
#[derive(Debug, Clone)]
pub enum Op {
    /// z = x W + b.
    Dense(DenseOp),
    /// y = f(x).
    Activation(ActivationOp),
    /// A penalty on a value.
    ActivityPenalty(ActivityPenaltyOp),
    /// Normalisation over the batch.
    BatchNormalization(BatchNormalizationOp),
    /// Dropping out at random.
    Dropout(DropoutOp),
    /// Normalisation by fixed statistics.
    Normalization(NormalizationOp),
}

impl Op {
    /// Computes the op's output from its input.
    pub fn forward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        match self {
            Op::Dense(op) => op.forward(memory, pass),
            Op::Activation(op) => op.forward(memory, pass),
            Op::ActivityPenalty(op) => op.forward(memory, pass),
            Op::BatchNormalization(op) => op.forward(memory, pass),
            Op::Dropout(op) => op.forward(memory, pass),
            Op::Normalization(op) => op.forward(memory, pass),
        }
    }

    /// Computes the gradients of the op's variables and input from that of its output.
    pub fn backward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        match self {
            Op::Dense(op) => op.backward(memory, pass),
            Op::Activation(op) => op.backward(memory, pass),
            Op::ActivityPenalty(op) => op.backward(memory, pass),
            Op::BatchNormalization(op) => op.backward(memory, pass),
            Op::Dropout(op) => op.backward(memory, pass),
            Op::Normalization(op) => op.backward(memory, pass),
        }
    }

    /// The value it fills, if it fills one.
    pub fn output(&self) -> Option<ValueId> {
        match self {
            Op::Dense(op) => Some(op.z),
            Op::Activation(op) => Some(op.y),
            Op::ActivityPenalty(_) => None,
            Op::BatchNormalization(op) => Some(op.y),
            Op::Dropout(op) => Some(op.y),
            Op::Normalization(op) => Some(op.y),
        }
    }
}
