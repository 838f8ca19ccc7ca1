//! The flat program of a network.

use super::op::Op;
use crate::initializers::Initializer;
use crate::regularizers::Regularizer;
use std::ops::Range;

/// A batch of rows between two ops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueId(pub(super) usize);

/// A variable of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VarId(pub(super) usize);

/// Working memory of one op.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScratchId(pub(super) usize);

/// How large an op's working memory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScratchSize {
    /// So many numbers a row of the batch.
    PerRow(usize),
    /// So many numbers.
    Fixed(usize),
}

/// Which flat buffer a variable lives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buffer {
    /// Moved by the optimizer.
    Trainable,
    /// Frozen weights, and statistics such as a moving mean.
    State,
}

/// A named piece of one of the two flat buffers.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Keras's name: layer, slash, variable, such as `dense_1/kernel`.
    pub name: String,
    /// Shape; the numbers lie in row-major order.
    pub shape: Vec<usize>,
    /// The buffer it lives in.
    pub buffer: Buffer,
    /// Where it lies in that buffer.
    pub range: Range<usize>,
    /// Where it starts.
    pub initializer: Initializer,
    /// Its penalty, if it is trainable and has one.
    pub regularizer: Option<Regularizer>,
}

/// A network as a flat list of operations.
#[derive(Debug, Clone)]
pub struct Program {
    /// Operations in forward order.
    pub ops: Vec<Op>,
    /// The layer that each op belongs to, for messages.
    pub op_layers: Vec<String>,
    /// Numbers a row of each value.
    pub widths: Vec<usize>,
    /// Working memory of the ops.
    pub scratch: Vec<ScratchSize>,
    /// Variables in Keras's order.
    pub variables: Vec<Variable>,
    /// Length of the trainable buffer.
    pub trainable: usize,
    /// Length of the state buffer.
    pub state: usize,
    /// The rows that come in.
    pub input: ValueId,
    /// The rows that come out.
    pub output: ValueId,
}

impl Program {
    /// The width of a value.
    pub fn width(&self, value: ValueId) -> usize {
        self.widths[value.0]
    }

    /// A variable.
    pub fn variable(&self, id: VarId) -> &Variable {
        &self.variables[id.0]
    }

    /// The largest width of a value.
    pub fn widest(&self) -> usize {
        self.widths.iter().copied().max().unwrap_or(0)
    }
}
