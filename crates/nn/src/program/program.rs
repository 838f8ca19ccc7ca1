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

/// A variable of the network, as one layer call uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VarId(pub(crate) usize);

/// The scratch buffer of one op.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScratchId(pub(crate) usize);

impl ScratchId {
    /// Its index in the program.
    pub(crate) fn place(self) -> usize {
        self.0
    }
}

/// The size of an op's scratch buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScratchSize {
    /// A count of numbers per row of the batch.
    PerRow(usize),
    /// A fixed count of numbers.
    Fixed(usize),
}

/// A batch of rows: its numbers are in one buffer, their gradient in another.
///
/// Several values may share their numbers (each reader of a value has a separate gradient) or both buffers (a reshaped
/// value).
#[derive(Debug, Clone)]
pub struct Value {
    /// Shape of a row; its numbers are in row-major order.
    pub shape: Vec<usize>,
    pub(crate) numbers: usize,
    pub(crate) gradient: usize,
}

/// The flat buffer that a variable belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buffer {
    /// Updated by the optimizer.
    Trainable,
    /// Frozen weights, and statistics such as a moving mean.
    State,
}

/// A named range of one of the two flat buffers.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Keras's name: layer, slash, variable, such as `dense_1/kernel`.
    pub name: String,
    /// Shape; the numbers are in row-major order.
    pub shape: Vec<usize>,
    /// The buffer it belongs to.
    pub buffer: Buffer,
    /// Its range in that buffer.
    pub range: Range<usize>,
    /// How it is initialised.
    pub initializer: Initializer,
    /// Its penalty, if it is trainable and has one.
    pub regularizer: Option<Regularizer>,
    /// The constraint on it after each step, if it is trainable.
    pub constraint: Option<Constraint>,
}

impl Variable {
    /// The length of the last axis.
    pub fn columns(&self) -> usize {
        self.shape.last().copied().unwrap_or(1).max(1)
    }
}

/// A variable as one layer call uses it.
#[derive(Debug, Clone)]
pub(crate) struct VariableUse {
    /// Which variable.
    pub variable: usize,
    /// The range of this call's gradient: the variable's own range for the first call, a range after all weights for
    /// others.
    pub gradient: Range<usize>,
    /// Whether a shared layer reuses the variable after its first call.
    pub is_repeat_use: bool,
}

/// An output of a network.
#[derive(Debug, Clone)]
pub struct Output {
    /// The layer that produces it.
    pub name: String,
    /// Its rows.
    pub value: ValueId,
    /// The index of the op, an activation, that computes it and that nothing else reads: a loss may absorb it.
    pub closing: Option<usize>,
}

/// Numbers of the input that must be ids of an embedding.
#[derive(Debug, Clone)]
pub struct IdRange {
    /// The layer that looks them up.
    pub layer: String,
    /// Columns of the input.
    pub columns: Vec<usize>,
    /// Ids are integers in [0, `below`).
    pub below: usize,
}

/// A network as a flat list of operations.
#[derive(Debug, Clone)]
pub struct Program {
    /// Operations in forward order.
    pub ops: Vec<Arc<dyn Op>>,
    /// The layer that each op belongs to, for messages.
    pub op_layers: Vec<String>,
    /// The values between them.
    pub values: Vec<Value>,
    /// The row width of each buffer of values.
    pub(crate) buffers: Vec<usize>,
    /// The row width of each buffer of gradients.
    pub(crate) gradients: Vec<usize>,
    /// The scratch buffers of the ops.
    pub scratch: Vec<ScratchSize>,
    /// Variables in Keras's order.
    pub variables: Vec<Variable>,
    pub(crate) uses: Vec<VariableUse>,
    /// Length of the trainable buffer.
    pub trainable: usize,
    /// Length of the state buffer.
    pub state: usize,
    /// Length of the gradient: that of the weights, plus a range for each repeated call of a shared layer.
    pub gradient: usize,
    /// The input rows.
    pub input: ValueId,
    /// The outputs, concatenated in this order.
    pub outputs: Vec<Output>,
    /// Conditions on the input rows.
    pub ids: Vec<IdRange>,
    pub(crate) chains: Vec<DenseChain>,
}

/// A sequence of dense ops that the engine computes in one call.
#[derive(Debug, Clone)]
pub(crate) struct DenseChain {
    /// Their indices.
    pub ops: Range<usize>,
    /// The number of times they are applied to a row of the batch.
    pub outer: usize,
    pub chain: AffineChain,
}

impl Program {
    /// Whether a penalty on weights or on values is part of its loss.
    pub fn has_penalty(&self) -> bool {
        self.variables.iter().any(|variable| variable.regularizer.is_some())
            || self.ops.iter().any(|op| op.as_a::<ActivityPenaltyOp>().is_some())
    }

    /// Runs rows forward through the first `ops` operations, except those whose result nobody reads.
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

    /// Computes the gradients for the rows of the last forward pass, given the gradients of the outputs. Ops whose
    /// backward pass is done elsewhere are skipped.
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

    /// The sequences of dense ops that run in one call.
    pub(crate) fn chained(&self) -> impl Iterator<Item = Range<usize>> {
        self.chains.iter().map(|chained| chained.ops.clone())
    }

    /// The range of the gradient of a variable.
    pub(crate) fn gradient_of(&self, id: VarId) -> Range<usize> {
        self.uses[id.0].gradient.clone()
    }

    /// The buffers of a value and of its gradient.
    pub(crate) fn buffers_of(&self, id: ValueId) -> [usize; 2] {
        [self.values[id.0].numbers, self.values[id.0].gradient]
    }

    /// Whether exactly one op reads a value, in its own shape.
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

    /// Whether a value is the output of a dense layer without an activation.
    pub fn is_dense(&self, value: ValueId) -> bool {
        let numbers = |value: ValueId| self.values[value.0].numbers;
        let makes = |op: &Arc<dyn Op>| op.is_affine() && op.output().is_some_and(|z| numbers(z) == numbers(value));
        self.ops.iter().any(makes)
    }

    /// A variable.
    pub fn variable(&self, id: VarId) -> &Variable {
        &self.variables[self.uses[id.0].variable]
    }

    /// The activation that computes a value, regardless of reshaping and of the number of readers.
    pub fn activation_of(&self, value: ValueId) -> Option<&Activation> {
        let numbers = |value: ValueId| self.values[value.0].numbers;
        let makes = |op: &&Arc<dyn Op>| op.output().is_some_and(|y| numbers(y) == numbers(value));
        self.ops.iter().filter(makes).find_map(|op| op.activation())
    }

    /// The total row width of all outputs.
    pub fn output_width(&self) -> usize {
        self.outputs.iter().map(|output| self.width(output.value)).sum()
    }

    /// The total row width of all values and their gradients.
    pub fn row_numbers(&self) -> usize {
        self.buffers.iter().chain(&self.gradients).sum()
    }

    /// Gradients of repeated calls that must be added to a weight's own gradient: (from, to), in this order.
    pub(crate) fn shared(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let repeats = self.uses.iter().filter(|one| one.is_repeat_use && !one.gradient.is_empty());
        repeats.map(|one| (one.gradient.clone(), self.variables[one.variable].range.clone()))
    }
}
