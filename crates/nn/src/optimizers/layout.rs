//! The variables that an optimizer updates.

use crate::constraints::Constraint;
use crate::program::{Buffer, Program};
use std::ops::Range;

/// A variable within the flat buffer of trainable weights.
#[derive(Debug, Clone)]
pub struct VariableRange {
    /// Its name, such as `dense_1/kernel`.
    pub name: String,
    /// Its shape; the numbers are in row-major order.
    pub shape: Vec<usize>,
    /// Its range in the buffer.
    pub range: Range<usize>,
    /// The constraint on it after each step.
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

    /// State buffers of the length of the weights, initially 0.
    pub fn zeros(&self, names: &[&'static str]) -> Vec<Slot> {
        names.iter().map(|name| Slot { name, length: self.length, start: SlotInit::Constant(0.0) }).collect()
    }
}

/// A state buffer that an optimizer keeps from step to step.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Keras's name for it.
    pub name: &'static str,
    /// How many numbers it holds.
    pub length: usize,
    /// Its initial values.
    pub start: SlotInit,
}

/// The initial values of a buffer.
#[derive(Debug, Clone)]
pub enum SlotInit {
    /// The same number everywhere.
    Constant(f32),
    /// The initial weights.
    Weights,
    /// These numbers, which no step changes.
    Numbers(Vec<f32>),
    /// Arbitrary values: the buffer keeps nothing from one step to the next.
    Scratch,
}
