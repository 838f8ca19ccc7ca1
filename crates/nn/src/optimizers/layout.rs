//! What an optimizer knows about the weights that it moves.

use crate::constraints::Constraint;
use crate::program::{Buffer, Program};
use std::ops::Range;

/// A variable within the flat buffer of trainable weights.
#[derive(Debug, Clone)]
pub struct VariableRange {
    /// Its name, such as `dense_1/kernel`.
    pub name: String,
    /// Its shape; the numbers lie in row-major order.
    pub shape: Vec<usize>,
    /// Where it lies.
    pub range: Range<usize>,
    /// What it must satisfy after each step.
    pub constraint: Option<Constraint>,
}

/// All variables of the flat buffer.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The variables in order.
    pub parts: Vec<VariableRange>,
    /// Length of the buffer.
    pub length: usize,
}

impl Layout {
    /// The trainable variables of a program.
    pub fn of(program: &Program) -> Self {
        let trainable = program.variables.iter().filter(|v| v.buffer == Buffer::Trainable);
        let part = |v: &crate::program::Variable| VariableRange {
            name: v.name.clone(),
            shape: v.shape.clone(),
            range: v.range.clone(),
            constraint: v.constraint.clone(),
        };
        Layout { parts: trainable.map(part).collect(), length: program.trainable }
    }

    /// Buffers of state as long as the weights that begin at 0.
    pub fn zeros(&self, names: &[&'static str]) -> Vec<Slot> {
        names.iter().map(|name| Slot { name, length: self.length, start: SlotInit::Constant(0.0) }).collect()
    }
}

/// A buffer that a rule keeps from step to step.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Keras's name for it.
    pub name: &'static str,
    /// How many numbers it holds.
    pub length: usize,
    /// Where it starts.
    pub start: SlotInit,
}

/// Where a buffer starts.
#[derive(Debug, Clone)]
pub enum SlotInit {
    /// One number everywhere.
    Constant(f32),
    /// The weights as they are then.
    Weights,
    /// These numbers, which no step changes.
    Numbers(Vec<f32>),
    /// Anywhere: it holds nothing from one step to the next.
    Scratch,
}
