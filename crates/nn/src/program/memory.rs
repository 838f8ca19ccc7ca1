//! The memory of a program on a CPU.

use super::program::{Buffer, Program, ScratchId, ScratchSize, ValueId, VarId, Variable};
use std::ops::Range;
use treino_engine::affine::{AffineChain, BackwardBuffers};
use treino_engine::aligned::AlignedBuffer;
use treino_engine::pool::Pool;
use treino_engine::simd::Simd;

/// All buffers of a running program, allocated once for the largest batch.
#[derive(Debug)]
pub struct ProgramBuffers {
    /// Trainable weights.
    pub weights: AlignedBuffer,
    /// Frozen weights and statistics.
    pub state: AlignedBuffer,
    /// The gradient of the trainable weights, followed by buffers for further calls of shared layers.
    pub gradient: AlignedBuffer,
    /// The sum of the penalties on values in the forward pass of a batch.
    pub activity_penalty: f64,
    numbers: Vec<AlignedBuffer>,
    gradients: Vec<AlignedBuffer>,
    scratch: Vec<AlignedBuffer>,
    /// The buffers of each value's numbers and of its gradient.
    places: Vec<(usize, usize)>,
    locations: Vec<Location>,
}

/// The position of a variable, as one layer call uses it.
#[derive(Debug)]
struct Location {
    buffer: Buffer,
    range: Range<usize>,
    gradient: Range<usize>,
}

/// The context of one pass over a batch.
#[derive(Debug, Clone, Copy)]
pub struct PassContext<'a> {
    /// The instruction set.
    pub simd: Simd,
    /// The threads.
    pub pool: &'a Pool,
    /// The number of rows in this pass.
    pub rows: usize,
    /// The number of rows of the same batch in earlier passes: their gradients of variables are accumulated.
    pub rows_before: usize,
    /// Whether layers run in training mode.
    pub training: bool,
    /// The training's seed.
    pub seed: u64,
    /// The epoch, from 0.
    pub epoch: u32,
    /// The step within the epoch, from 0.
    pub step: u32,
    /// The factor by which the loss is multiplied before its gradient is computed.
    pub loss_scale: f32,
}

impl ProgramBuffers {
    /// Memory for batches of up to `capacity` rows; `training` also allocates gradients.
    pub fn new(program: &Program, capacity: usize, training: bool) -> Self {
        let rows = |widths: &[usize], capacity: usize| -> Vec<AlignedBuffer> {
            widths.iter().map(|width| AlignedBuffer::zeros(width * capacity)).collect()
        };
        ProgramBuffers {
            weights: AlignedBuffer::zeros(program.trainable),
            state: AlignedBuffer::zeros(program.state),
            gradient: AlignedBuffer::zeros(if training { program.gradient } else { 0 }),
            activity_penalty: 0.0,
            numbers: rows(&program.buffers, capacity),
            gradients: rows(&program.gradients, if training { capacity } else { 0 }),
            scratch: program
                .scratch
                .iter()
                .map(|size| match size {
                    ScratchSize::PerRow(width) => AlignedBuffer::zeros(width * capacity),
                    ScratchSize::Fixed(length) => AlignedBuffer::zeros(*length),
                })
                .collect(),
            places: program.values.iter().map(|value| (value.numbers, value.gradient)).collect(),
            locations: program
                .uses
                .iter()
                .map(|one| {
                    let variable = &program.variables[one.variable];
                    Location { buffer: variable.buffer, range: variable.range.clone(), gradient: one.gradient.clone() }
                })
                .collect(),
        }
    }

    /// The numbers of a variable.
    pub fn variable(&self, variable: &Variable) -> &[f32] {
        match variable.buffer {
            Buffer::Trainable => &self.weights[variable.range.clone()],
            Buffer::State => &self.state[variable.range.clone()],
        }
    }

    /// The rows of a value.
    pub fn value(&self, id: ValueId) -> &[f32] {
        &self.numbers[self.places[id.0].0]
    }

    /// The rows of a value, mutable.
    pub fn value_mut(&mut self, id: ValueId) -> &mut [f32] {
        &mut self.numbers[self.places[id.0].0]
    }

    /// The rows of a value, and its gradient, mutable.
    pub fn value_and_gradient(&mut self, id: ValueId) -> (&[f32], &mut [f32]) {
        let (numbers, gradient) = self.places[id.0];
        (&self.numbers[numbers], &mut self.gradients[gradient])
    }

    /// The gradients of two values, the first one mutable.
    pub(crate) fn two_gradients(&mut self, one: ValueId, other: ValueId) -> (&mut [f32], &[f32]) {
        let places = [self.places[one.0].1, self.places[other.0].1];
        let [one, other] = self.gradients.get_disjoint_mut(places).expect("each reader has a gradient of its own");
        (one, other)
    }

    /// Borrows the rows of a value, to be computed from several others.
    pub(crate) fn fill(&mut self, y: ValueId, fill: impl FnOnce(&ProgramBuffers, &mut [f32])) {
        let place = self.places[y.0].0;
        let mut rows = std::mem::take(&mut self.numbers[place]);
        fill(self, &mut rows);
        self.numbers[place] = rows;
    }

    /// Borrows the gradient of a value, to be computed from other rows and gradients.
    pub(crate) fn fill_gradient(&mut self, x: ValueId, fill: impl FnOnce(&ProgramBuffers, &mut [f32])) {
        let place = self.places[x.0].1;
        let mut rows = std::mem::take(&mut self.gradients[place]);
        fill(self, &mut rows);
        self.gradients[place] = rows;
    }

    /// The gradient of a value.
    pub(crate) fn gradient_of(&self, id: ValueId) -> &[f32] {
        &self.gradients[self.places[id.0].1]
    }

    /// The buffers that an op's forward pass reads and writes.
    pub(crate) fn forward(&mut self, x: ValueId, y: ValueId) -> Forward<'_> {
        let places = [self.places[x.0].0, self.places[y.0].0];
        let [x, y] = self.numbers.get_disjoint_mut(places).expect("an op does not work in place");
        Forward {
            x,
            y,
            variables: Variables { weights: &self.weights, state: &mut self.state, locations: &self.locations },
            scratch: Scratch(&mut self.scratch),
        }
    }

    /// The buffers that an op's backward pass reads and writes.
    pub(crate) fn backward(&mut self, x: ValueId, y: ValueId) -> Backward<'_> {
        let ((x_rows, x_gradient), (y_rows, y_gradient)) = (self.places[x.0], self.places[y.0]);
        let [dx, dy] = self.gradients.get_disjoint_mut([x_gradient, y_gradient]).expect("an op does not work in place");
        Backward {
            x: &self.numbers[x_rows],
            y: &self.numbers[y_rows],
            dx,
            dy,
            variables: Variables { weights: &self.weights, state: &mut self.state, locations: &self.locations },
            gradient: &mut self.gradient,
            scratch: Scratch(&mut self.scratch),
        }
    }

    /// Forward pass of the maps of a chain.
    pub(crate) fn chain_forward(&mut self, chain: &AffineChain, pass: &PassContext<'_>, rows: usize) {
        chain.forward(pass.pool, pass.simd, rows, &mut self.numbers, &self.weights);
    }

    /// Computes the gradients of a chain. With `accumulate`, the gradients of weights are added to those of earlier rows.
    pub(crate) fn chain_backward(
        &mut self,
        chain: &AffineChain,
        pass: &PassContext<'_>,
        rows: usize,
        accumulate: bool,
    ) {
        let ProgramBuffers { numbers, gradients, weights, gradient, scratch, .. } = self;
        let buffers = BackwardBuffers { values: numbers, gradients, weights, gradient, scratch };
        chain.backward(pass.pool, pass.simd, rows, accumulate, buffers);
    }

    /// Adds the gradients of further calls of shared layers to those of their weights.
    pub(crate) fn add_shared_gradients(&mut self, program: &Program) {
        if program.gradient == program.trainable {
            return;
        }
        for (from, to) in program.shared() {
            // The gradients of further calls follow those of all weights.
            let (own, further) = self.gradient.split_at_mut(program.trainable);
            let from = from.start - program.trainable..from.end - program.trainable;
            for (sum, part) in own[to].iter_mut().zip(&further[from]) {
                *sum += part;
            }
        }
    }
}

/// The variables, borrowed together with values.
pub(crate) struct Variables<'a> {
    weights: &'a [f32],
    state: &'a mut [f32],
    locations: &'a [Location],
}

impl Variables<'_> {
    /// The numbers of a variable.
    pub(crate) fn get(&self, id: VarId) -> &[f32] {
        let Location { buffer, range, .. } = &self.locations[id.0];
        match buffer {
            Buffer::Trainable => &self.weights[range.clone()],
            Buffer::State => &self.state[range.clone()],
        }
    }

    /// A variable in the state, mutable.
    pub(crate) fn state_mut(&mut self, id: VarId) -> &mut [f32] {
        &mut self.state[self.locations[id.0].range.clone()]
    }

    /// The range of the gradient of a variable, if it is trained.
    pub(crate) fn gradient_range(&self, id: VarId) -> Option<Range<usize>> {
        let Location { buffer, gradient, .. } = &self.locations[id.0];
        (*buffer == Buffer::Trainable).then(|| gradient.clone())
    }
}

/// The scratch buffers of all ops.
pub(crate) struct Scratch<'a>(&'a mut [AlignedBuffer]);

impl<'a> Scratch<'a> {
    /// Several distinct buffers.
    pub(crate) fn get<const N: usize>(self, ids: [ScratchId; N]) -> [&'a mut [f32]; N] {
        let pieces = self.0.get_disjoint_mut(ids.map(|id| id.0)).expect("an op's pieces of memory are its own");
        pieces.map(|piece| &mut **piece)
    }
}

pub(crate) struct Forward<'a> {
    pub x: &'a [f32],
    pub y: &'a mut [f32],
    pub variables: Variables<'a>,
    pub scratch: Scratch<'a>,
}

pub(crate) struct Backward<'a> {
    pub x: &'a [f32],
    pub y: &'a [f32],
    pub dx: &'a mut [f32],
    pub dy: &'a mut [f32],
    pub variables: Variables<'a>,
    pub gradient: &'a mut [f32],
    pub scratch: Scratch<'a>,
}
