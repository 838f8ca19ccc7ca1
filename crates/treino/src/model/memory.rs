//! What a program needs to run on a CPU.

use super::program::{Buffer, Program, ScratchId, ScratchSize, ValueId, VarId, Variable};
use std::ops::Range;
use treino_engine::pool::Pool;
use treino_engine::simd::Simd;

/// All buffers of a running program, allocated once for the largest batch.
#[derive(Debug)]
pub struct Memory {
    /// Trainable weights.
    pub weights: Vec<f32>,
    /// Frozen weights and statistics.
    pub state: Vec<f32>,
    /// The gradient of the trainable weights.
    pub gradient: Vec<f32>,
    /// Penalties on values, summed while a batch runs forward.
    pub activity_penalty: f64,
    values: Vec<Vec<f32>>,
    value_gradients: Vec<Vec<f32>>,
    scratch: Vec<Vec<f32>>,
    locations: Vec<(Buffer, Range<usize>)>,
}

/// The circumstances of one pass over a batch.
#[derive(Debug, Clone, Copy)]
pub struct Pass<'a> {
    /// The instruction set.
    pub simd: Simd,
    /// The threads.
    pub pool: &'a Pool,
    /// Rows in the batch.
    pub rows: usize,
    /// Whether layers behave as in training.
    pub training: bool,
    /// The training's seed.
    pub seed: u64,
    /// The epoch, from 0.
    pub epoch: u32,
    /// The step within the epoch, from 0.
    pub step: u32,
    /// By what the loss is multiplied before its gradient is taken.
    pub loss_scale: f32,
}

impl Memory {
    /// Memory for batches of up to `capacity` rows; `training` also gives it room for gradients.
    pub fn new(program: &Program, capacity: usize, training: bool) -> Self {
        let rows = |training: bool| -> Vec<Vec<f32>> {
            let capacity = if training { capacity } else { 0 };
            program.widths.iter().map(|width| vec![0.0; width * capacity]).collect()
        };
        Memory {
            weights: vec![0.0; program.trainable],
            state: vec![0.0; program.state],
            gradient: vec![0.0; if training { program.trainable } else { 0 }],
            activity_penalty: 0.0,
            values: rows(true),
            value_gradients: rows(training),
            scratch: program
                .scratch
                .iter()
                .map(|size| match size {
                    ScratchSize::PerRow(width) => vec![0.0; width * capacity],
                    ScratchSize::Fixed(length) => vec![0.0; *length],
                })
                .collect(),
            locations: program.variables.iter().map(|v| (v.buffer, v.range.clone())).collect(),
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
        &self.values[id.0]
    }

    /// The rows of a value, to fill.
    pub fn value_mut(&mut self, id: ValueId) -> &mut [f32] {
        &mut self.values[id.0]
    }

    /// The gradient of a value, to fill, beside its rows.
    pub fn value_and_gradient(&mut self, id: ValueId) -> (&[f32], &mut [f32]) {
        (&self.values[id.0], &mut self.value_gradients[id.0])
    }

    /// What an op's forward pass reads and writes.
    pub(crate) fn forward(&mut self, x: ValueId, y: ValueId) -> Forward<'_> {
        let [x, y] = self.values.get_disjoint_mut([x.0, y.0]).expect("an op does not work in place");
        Forward {
            x,
            y,
            variables: Variables { weights: &self.weights, state: &mut self.state, locations: &self.locations },
            scratch: Scratch(&mut self.scratch),
        }
    }

    /// What an op's backward pass reads and writes.
    pub(crate) fn backward(&mut self, x: ValueId, y: ValueId) -> Backward<'_> {
        let [dx, dy] = self.value_gradients.get_disjoint_mut([x.0, y.0]).expect("an op does not work in place");
        Backward {
            x: &self.values[x.0],
            y: &self.values[y.0],
            dx,
            dy,
            variables: Variables { weights: &self.weights, state: &mut self.state, locations: &self.locations },
            gradient: &mut self.gradient,
            scratch: Scratch(&mut self.scratch),
        }
    }
}

/// The variables, while values are borrowed too.
pub(crate) struct Variables<'a> {
    weights: &'a [f32],
    state: &'a mut [f32],
    locations: &'a [(Buffer, Range<usize>)],
}

impl Variables<'_> {
    /// The numbers of a variable.
    pub(crate) fn get(&self, id: VarId) -> &[f32] {
        let (buffer, range) = &self.locations[id.0];
        match buffer {
            Buffer::Trainable => &self.weights[range.clone()],
            Buffer::State => &self.state[range.clone()],
        }
    }

    /// A variable that lives in the state, to change.
    pub(crate) fn state_mut(&mut self, id: VarId) -> &mut [f32] {
        &mut self.state[self.locations[id.0].1.clone()]
    }

    /// Where the gradient of a variable lies, if it is trained.
    pub(crate) fn gradient_range(&self, id: VarId) -> Option<Range<usize>> {
        let (buffer, range) = &self.locations[id.0];
        (*buffer == Buffer::Trainable).then(|| range.clone())
    }
}

/// Working memory of all ops.
pub(crate) struct Scratch<'a>(&'a mut [Vec<f32>]);

impl<'a> Scratch<'a> {
    /// Pieces of it, all different.
    pub(crate) fn get<const N: usize>(self, ids: [ScratchId; N]) -> [&'a mut [f32]; N] {
        let pieces = self.0.get_disjoint_mut(ids.map(|id| id.0)).expect("an op's pieces of memory are its own");
        pieces.map(Vec::as_mut_slice)
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
    pub dy: &'a [f32],
    pub variables: Variables<'a>,
    pub gradient: &'a mut [f32],
    pub scratch: Scratch<'a>,
}
