//! The operations of a program. What each computes stands in its layer's file.

use super::fork::ForkOp;
use super::memory::{Memory, Pass};
use super::program::ValueId;
use crate::layers::{
    ActivationOp, ActivityPenaltyOp, BatchNormalizationOp, CategoryEncodingOp, ConcatenateOp, DenseOp, DotOp,
    EmbeddingOp, GroupNormalizationOp, IndexOp, MergeOp, NoiseOp, NormalizationOp, PReluOp, RescalingOp, ResizeOp,
    SelectOp,
};

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
    /// Normalisation within rows.
    GroupNormalization(GroupNormalizationOp),
    /// Rows of a common length.
    Resize(ResizeOp),
    /// Dropping out and noise.
    Noise(NoiseOp),
    /// Normalisation by fixed statistics.
    Normalization(NormalizationOp),
    /// A fixed scale.
    Rescaling(RescalingOp),
    /// A rectifier with a learnt slope.
    PRelu(PReluOp),
    /// Some columns of the rows that come in.
    Select(SelectOp),
    /// Indices of numbers.
    Index(IndexOp),
    /// Indices as zeros and ones.
    CategoryEncoding(CategoryEncodingOp),
    /// Vectors of ids.
    Embedding(EmbeddingOp),
    /// Several values, number by number.
    Merge(MergeOp),
    /// Several values side by side.
    Concatenate(ConcatenateOp),
    /// Products of rows.
    Dot(DotOp),
    /// A value that several layers read.
    Fork(ForkOp),
}

impl Op {
    /// Computes the op's output from its inputs.
    pub fn forward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        match self {
            Op::Dense(op) => op.forward(memory, pass),
            Op::Activation(op) => op.forward(memory, pass),
            Op::ActivityPenalty(op) => op.forward(memory, pass),
            Op::BatchNormalization(op) => op.forward(memory, pass),
            Op::GroupNormalization(op) => op.forward(memory, pass),
            Op::Resize(op) => op.forward(memory, pass),
            Op::Noise(op) => op.forward(memory, pass),
            Op::Normalization(op) => op.forward(memory, pass),
            Op::Rescaling(op) => op.forward(memory, pass),
            Op::PRelu(op) => op.forward(memory, pass),
            Op::Select(op) => op.forward(memory, pass),
            Op::Index(op) => op.forward(memory, pass),
            Op::CategoryEncoding(op) => op.forward(memory, pass),
            Op::Embedding(op) => op.forward(memory, pass),
            Op::Merge(op) => op.forward(memory, pass),
            Op::Concatenate(op) => op.forward(memory, pass),
            Op::Dot(op) => op.forward(memory, pass),
            // Readers share the numbers.
            Op::Fork(_) => {}
        }
    }

    /// Computes the gradients of the op's variables and inputs from that of its output.
    pub fn backward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        match self {
            Op::Dense(op) => op.backward(memory, pass),
            Op::Activation(op) => op.backward(memory, pass),
            Op::ActivityPenalty(op) => op.backward(memory, pass),
            Op::BatchNormalization(op) => op.backward(memory, pass),
            Op::GroupNormalization(op) => op.backward(memory, pass),
            Op::Resize(op) => op.backward(memory, pass),
            Op::Noise(op) => op.backward(memory, pass),
            Op::Normalization(op) => op.backward(memory, pass),
            Op::Rescaling(op) => op.backward(memory, pass),
            Op::PRelu(op) => op.backward(memory, pass),
            Op::Embedding(op) => op.backward(memory, pass),
            Op::Merge(op) => op.backward(memory, pass),
            Op::Concatenate(op) => op.backward(memory, pass),
            Op::Dot(op) => op.backward(memory, pass),
            Op::Fork(op) => op.backward(memory, pass),
            Op::Index(op) => op.backward(memory, pass),
            // What comes in has no gradient, and neither have indices.
            Op::Select(_) | Op::CategoryEncoding(_) => {}
        }
    }

    /// Whether each row of what it computes depends on that row alone, and gradients of variables are added to those of the rows
    /// before: then a batch may pass in pieces.
    pub fn is_rowwise(&self) -> bool {
        match self {
            Op::Dense(_) | Op::Activation(_) | Op::Noise(_) | Op::Normalization(_) | Op::Rescaling(_) => true,
            Op::Select(_) | Op::Index(_) | Op::CategoryEncoding(_) | Op::Resize(_) | Op::Fork(_) => true,
            Op::Merge(_) | Op::Concatenate(_) | Op::Dot(_) => true,
            // A penalty is divided by the rows of the batch, statistics are taken over them.
            Op::ActivityPenalty(_) | Op::BatchNormalization(_) => false,
            Op::GroupNormalization(_) | Op::PRelu(_) | Op::Embedding(_) => false,
        }
    }

    /// What it is, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Op::Dense(_) => "dense",
            Op::Activation(op) => op.activation.name(),
            Op::ActivityPenalty(_) => "penalty",
            Op::BatchNormalization(_) | Op::GroupNormalization(_) | Op::Normalization(_) => "normalization",
            Op::Resize(_) => "resize",
            Op::Noise(_) => "noise",
            Op::Rescaling(_) => "rescaling",
            Op::PRelu(_) => "prelu",
            Op::Select(_) => "select",
            Op::Index(_) => "index",
            Op::CategoryEncoding(_) => "category_encoding",
            Op::Embedding(_) => "embedding",
            Op::Merge(_) => "merge",
            Op::Concatenate(_) => "concatenate",
            Op::Dot(_) => "dot",
            Op::Fork(_) => "fork",
        }
    }

    /// The value it fills, if it fills one.
    pub fn output(&self) -> Option<ValueId> {
        match self {
            Op::Dense(op) => Some(op.z),
            Op::Activation(op) => Some(op.y),
            Op::BatchNormalization(op) => Some(op.y),
            Op::GroupNormalization(op) => Some(op.y),
            Op::Resize(op) => Some(op.y),
            Op::Noise(op) => Some(op.y),
            Op::Normalization(op) => Some(op.y),
            Op::Rescaling(op) => Some(op.y),
            Op::PRelu(op) => Some(op.y),
            Op::Select(op) => Some(op.y),
            Op::Index(op) => Some(op.y),
            Op::CategoryEncoding(op) => Some(op.y),
            Op::Embedding(op) => Some(op.y),
            Op::Merge(op) => Some(op.y),
            Op::Concatenate(op) => Some(op.y),
            Op::Dot(op) => Some(op.y),
            Op::ActivityPenalty(_) | Op::Fork(_) => None,
        }
    }
}
