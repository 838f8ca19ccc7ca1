//! An activation as a layer, and the op for it; penalties on outputs.

use super::Build;
use crate::activations::{self, Linear};
use crate::catalog::{Kind, Room, thing};
use crate::error::Result;
use crate::model::{Builder, Memory, Pass, ValueId};
use crate::regularizers::Regularizer;

thing! {
    /// An activation by itself: y = f(x).
    pub struct Activation = "activation" {
        /// The function.
        activation: activations::Activation = Linear::default().into(), Kind::Thing(Room::Activations);
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl Build for Activation {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut Builder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        builder.activation(&self.activation, x)
    }
}

/// y = f(x).
#[derive(Debug, Clone)]
pub struct ActivationOp {
    pub(crate) activation: activations::Activation,
    pub(crate) x: ValueId,
    pub(crate) y: ValueId,
    /// Times that the function is applied to each row: along all its sides but the last.
    pub(crate) outer: usize,
    /// Numbers along the last side of x, and of y.
    pub(crate) widths: [usize; 2],
    pub(crate) backward: bool,
}

impl ActivationOp {
    pub(crate) fn forward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        let f = memory.forward(self.x, self.y);
        let [x, y] = self.widths.map(|width| width * self.outer * pass.rows);
        self.activation.inner().forward(pass.simd, &f.x[..x], &mut f.y[..y], self.widths[0]);
    }

    pub(crate) fn backward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        if self.backward {
            let b = memory.backward(self.x, self.y);
            let [x, y] = self.widths.map(|width| width * self.outer * pass.rows);
            let function = self.activation.inner();
            function.backward(pass.simd, &b.x[..x], &b.y[..y], &b.dy[..y], &mut b.dx[..x], self.widths[0]);
        }
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

impl ActivityPenaltyOp {
    pub(crate) fn forward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        let x = &memory.value(self.x)[..pass.rows * self.width];
        memory.activity_penalty += self.regularizer.inner().value(pass.simd, self.width, x) / pass.rows as f64;
    }

    pub(crate) fn backward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        if self.backward {
            let (x, dx) = memory.value_and_gradient(self.x);
            let n = pass.rows * self.width;
            let share = pass.loss_scale / pass.rows as f32;
            self.regularizer.inner().add_gradient(pass.simd, self.width, &x[..n], share, &mut dx[..n]);
        }
    }
}
