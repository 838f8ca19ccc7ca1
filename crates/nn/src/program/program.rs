//! The flat program of a network.

use super::activation::ActivityPenaltyOp;
use super::memory::{PassContext, ProgramBuffers};
use super::op::Op;
use super::probe::{Stage, StepProbe};
use crate::activations::Activation;
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::regularizers::Regularizer;
use std::ops::Range;
use std::sync::Arc;
use treino_engine::affine::AffineChain;

/// A batch of rows between two ops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueId(pub(crate) usize);

/// A variable of the network, as one layer uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VarId(pub(crate) usize);

/// Working memory of one op.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScratchId(pub(crate) usize);

impl ScratchId {
    /// Which of the program's it is.
    pub(crate) fn place(self) -> usize {
        self.0
    }
}

/// How large an op's working memory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScratchSize {
    /// So many numbers a row of the batch.
    PerRow(usize),
    /// So many numbers.
    Fixed(usize),
}

/// A batch of rows: its numbers lie in one buffer, their gradient in another.
///
/// Several values may share numbers (a value that several layers read has a gradient for each of them) or both (a value
/// seen in another shape).
#[derive(Debug, Clone)]
pub struct Value {
    /// Shape of a row; its numbers lie in row-major order.
    pub shape: Vec<usize>,
    pub(crate) numbers: usize,
    pub(crate) gradient: usize,
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
    /// What it must satisfy after each step, if it is trainable.
    pub constraint: Option<Constraint>,
}

impl Variable {
    /// Numbers in a row, along the last side.
    pub fn columns(&self) -> usize {
        self.shape.last().copied().unwrap_or(1).max(1)
    }
}

/// A variable in the hands of one layer call.
#[derive(Debug, Clone)]
pub(crate) struct VariableUse {
    /// Which variable.
    pub variable: usize,
    /// Where this call's gradient goes: the variable's own place for the first call, a place behind all weights for others.
    pub gradient: Range<usize>,
    /// Whether a shared layer uses the variable again, after its first call.
    pub is_repeat_use: bool,
}

/// What comes out of a network.
#[derive(Debug, Clone)]
pub struct Output {
    /// The layer that gives it.
    pub name: String,
    /// Its rows.
    pub value: ValueId,
    /// The position of the op, an activation, that makes it and that nothing else reads: a loss may take it over.
    pub closing: Option<usize>,
}

/// Numbers of the input that must be ids of an embedding.
#[derive(Debug, Clone)]
pub struct IdRange {
    /// The layer that looks them up.
    pub layer: String,
    /// Columns of the input.
    pub columns: Vec<usize>,
    /// Ids are whole numbers from 0 to below this.
    pub below: usize,
}

/// A network as a flat list of operations.
#[derive(Debug, Clone)]
pub struct Program {
    /// Operations in forward order.
    pub ops: Vec<Arc<dyn Op>>,
    /// The layer that each op belongs to, for messages.
    pub op_layers: Vec<String>,
    /// What flows between them.
    pub values: Vec<Value>,
    /// Numbers a row of each buffer of values.
    pub(crate) buffers: Vec<usize>,
    /// Numbers a row of each buffer of gradients.
    pub(crate) gradients: Vec<usize>,
    /// Working memory of the ops.
    pub scratch: Vec<ScratchSize>,
    /// Variables in Keras's order.
    pub variables: Vec<Variable>,
    pub(crate) uses: Vec<VariableUse>,
    /// Length of the trainable buffer.
    pub trainable: usize,
    /// Length of the state buffer.
    pub state: usize,
    /// Length of the gradient: that of the weights, and behind it a place for each repeated call of a shared layer.
    pub gradient: usize,
    /// The rows that come in.
    pub input: ValueId,
    /// The rows that come out, side by side in this order.
    pub outputs: Vec<Output>,
    /// What must hold for the rows that come in.
    pub ids: Vec<IdRange>,
    pub(crate) chains: Vec<DenseChain>,
}

/// Dense ops in a row that the engine computes in one call.
#[derive(Debug, Clone)]
pub(crate) struct DenseChain {
    /// Their positions.
    pub ops: Range<usize>,
    /// How often they are applied to a row of the batch.
    pub outer: usize,
    pub chain: AffineChain,
}

impl Program {
    /// Whether a penalty on weights or on values is part of its loss.
    pub fn has_penalty(&self) -> bool {
        self.variables.iter().any(|variable| variable.regularizer.is_some())
            || self.ops.iter().any(|op| op.as_a::<ActivityPenaltyOp>().is_some())
    }

    /// Runs rows forward through the first `ops` operations, but for those whose result nobody reads.
    pub fn forward<W: StepProbe>(
        &self,
        ops: usize,
        memory: &mut ProgramBuffers,
        pass: &PassContext<'_>,
        is_left_out: impl Fn(usize) -> bool,
        watch: &mut W,
    ) {
        let mut at = 0;
        while at < ops {
            if let Some(chained) = self.chains.iter().find(|chained| chained.ops.start == at && chained.ops.end <= ops)
            {
                memory.chain_forward(&chained.chain, pass, pass.rows * chained.outer);
                watch.ended(Stage::ForwardChain(at), pass.rows);
                at = chained.ops.end;
            } else {
                if !is_left_out(at) {
                    self.ops[at].forward(memory, pass);
                    watch.ended(Stage::Forward(at), pass.rows);
                }
                at += 1;
            }
        }
    }

    /// Computes the gradients of the rows that went forward last; those of the outputs are there. Ops whose backward pass is
    /// done elsewhere are left out.
    pub fn backward<W: StepProbe>(
        &self,
        memory: &mut ProgramBuffers,
        pass: &PassContext<'_>,
        is_left_out: impl Fn(usize) -> bool,
        watch: &mut W,
    ) {
        let mut at = self.ops.len();
        while at > 0 {
            if let Some(chained) = self.chains.iter().find(|chained| chained.ops.end == at) {
                let (rows, accumulate) = (pass.rows * chained.outer, pass.rows_before > 0);
                memory.chain_backward(&chained.chain, pass, rows, accumulate);
                at = chained.ops.start;
                watch.ended(Stage::BackwardChain(at), pass.rows);
            } else {
                at -= 1;
                if !is_left_out(at) {
                    self.ops[at].backward(memory, pass);
                    watch.ended(Stage::Backward(at), pass.rows);
                }
            }
        }
    }

    /// The dense ops that run in one call.
    pub(crate) fn chained(&self) -> impl Iterator<Item = Range<usize>> {
        self.chains.iter().map(|chained| chained.ops.clone())
    }

    /// Where the gradient of a variable goes.
    pub(crate) fn gradient_of(&self, id: VarId) -> Range<usize> {
        self.uses[id.0].gradient.clone()
    }

    /// The buffers of a value and of its gradient.
    pub(crate) fn buffers_of(&self, id: ValueId) -> [usize; 2] {
        [self.values[id.0].numbers, self.values[id.0].gradient]
    }

    /// Whether nothing but one op reads a value, in the shape that it has.
    pub(crate) fn has_one_reader(&self, value: ValueId) -> bool {
        let numbers = self.values[value.0].numbers;
        self.values.iter().filter(|other| other.numbers == numbers).count() == 1
            && self.outputs.iter().all(|output| output.value != value)
    }

    /// The shape of a row of a value.
    pub fn shape(&self, value: ValueId) -> &[usize] {
        &self.values[value.0].shape
    }

    /// The width of a value: numbers in a row.
    pub fn width(&self, value: ValueId) -> usize {
        self.buffers[self.values[value.0].numbers]
    }

    /// Whether a value comes from a dense layer as it is, without an activation.
    pub fn is_dense(&self, value: ValueId) -> bool {
        let numbers = |value: ValueId| self.values[value.0].numbers;
        let makes = |op: &Arc<dyn Op>| op.is_affine() && op.output().is_some_and(|z| numbers(z) == numbers(value));
        self.ops.iter().any(makes)
    }

    /// A variable.
    pub fn variable(&self, id: VarId) -> &Variable {
        &self.variables[self.uses[id.0].variable]
    }

    /// The activation that makes the numbers of a value, in whatever shape and by however many layers it is read.
    pub fn activation_of(&self, value: ValueId) -> Option<&Activation> {
        let numbers = |value: ValueId| self.values[value.0].numbers;
        let makes = |op: &&Arc<dyn Op>| op.output().is_some_and(|y| numbers(y) == numbers(value));
        self.ops.iter().filter(makes).find_map(|op| op.activation())
    }

    /// Numbers in a row of all outputs together.
    pub fn output_width(&self) -> usize {
        self.outputs.iter().map(|output| self.width(output.value)).sum()
    }

    /// Numbers a row of all values and their gradients.
    pub fn row_numbers(&self) -> usize {
        self.buffers.iter().chain(&self.gradients).sum()
    }

    /// Pieces of the gradient that belong to a weight's own piece: (from, to), to be added in this order.
    pub(crate) fn shared(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let repeats = self.uses.iter().filter(|one| one.is_repeat_use && !one.gradient.is_empty());
        repeats.map(|one| (one.gradient.clone(), self.variables[one.variable].range.clone()))
    }
}
