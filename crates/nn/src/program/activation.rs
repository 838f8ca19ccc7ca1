//! Activations as ops, and penalties on values.

use super::memory::{PassContext, ProgramBuffers};
use super::op::Op;
use super::program::ValueId;
use crate::activations::Activation;
use crate::regularizers::Regularizer;

/// y = f(x).
#[derive(Debug, Clone)]
pub struct ActivationOp {
    pub(crate) activation: Activation,
    pub(crate) x: ValueId,
    pub(crate) y: ValueId,
    /// Number of times that the function is applied to each row: along all its axes except the last.
    pub(crate) outer: usize,
    /// The length of the last axis of x, and of y.
    pub(crate) widths: [usize; 2],
    pub(crate) backward: bool,
}

impl Op for ActivationOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let [x, y] = self.widths.map(|width| width * self.outer * pass.rows);
        self.activation.inner().forward(pass.simd, &f.x[..x], &mut f.y[..y], self.widths[0]);
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        if self.backward {
            let b = memory.backward(self.x, self.y);
            let [x, y] = self.widths.map(|width| width * self.outer * pass.rows);
            let function = self.activation.inner();
            function.backward(pass.simd, &b.x[..x], &b.y[..y], &b.dy[..y], &mut b.dx[..x], self.widths[0]);
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        self.activation.name()
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }

    fn activation(&self) -> Option<&Activation> {
        Some(&self.activation)
    }
}

/// A penalty on a value, summed over the batch and divided by its rows.
#[derive(Debug, Clone)]
pub struct ActivityPenaltyOp {
    pub(crate) regularizer: Regularizer,
    pub(crate) x: ValueId,
    pub(crate) width: usize,
    pub(crate) backward: bool,
}

impl Op for ActivityPenaltyOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let x = &memory.value(self.x)[..pass.rows * self.width];
        memory.activity_penalty += self.regularizer.inner().value(pass.simd, self.width, x) / pass.rows as f64;
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        if self.backward {
            let (x, dx) = memory.value_and_gradient(self.x);
            let n = pass.rows * self.width;
            let share = pass.loss_scale / pass.rows as f32;
            self.regularizer.inner().add_gradient(pass.simd, self.width, &x[..n], share, &mut dx[..n]);
        }
    }

    fn word(&self) -> &'static str {
        "penalty"
    }
}
