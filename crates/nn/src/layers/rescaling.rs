//! A fixed scale.

use super::BuildLayer;
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ValueId};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};

component! {
    /// y = x * scale + offset, with one number for all columns or one for each.
    pub struct Rescaling = "rescaling" {
        /// What numbers are multiplied by.
        scale: Vec<f64> = vec![1.0], Kind::OneOrMore(&Kind::NUMBER);
        /// What is added then.
        offset: Vec<f64> = vec![0.0], Kind::OneOrMore(&Kind::NUMBER);
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for Rescaling {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let (_, last) = builder.outer_and_last(x);
        let widen = |what: &str, list: &[f64]| match list.len() {
            n if n == 1 || n == last => Ok((0..last).map(|j| list[j % n] as f32).collect()),
            n => Err(Error::input(format!("{what} has {n} numbers for {last} columns"))),
        };
        let (scale, offset) = (widen("scale", &self.scale)?, widen("offset", &self.offset)?);
        let (width, shape, backward) = (builder.width(x), builder.shape(x).to_vec(), builder.wants_gradient(x));
        let y = builder.value(&shape, &[x], false);
        builder.push(RescalingOp { width, x, y, scale, offset, backward });
        Ok(y)
    }
}

/// y = x * scale + offset.
#[derive(Debug, Clone)]
pub struct RescalingOp {
    width: usize,
    x: ValueId,
    pub(crate) y: ValueId,
    scale: Vec<f32>,
    offset: Vec<f32>,
    backward: bool,
}

impl Op for RescalingOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let (n, last) = (pass.rows * self.width, self.scale.len());
        for (x, y) in f.x[..n].chunks_exact(last).zip(f.y[..n].chunks_exact_mut(last)) {
            for (((y, x), scale), offset) in y.iter_mut().zip(x).zip(&self.scale).zip(&self.offset) {
                *y = x.mul_add(*scale, *offset);
            }
        }
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        if self.backward {
            let b = memory.backward(self.x, self.y);
            let (n, last) = (pass.rows * self.width, self.scale.len());
            for (dx, dy) in b.dx[..n].chunks_exact_mut(last).zip(b.dy[..n].chunks_exact(last)) {
                for ((dx, dy), scale) in dx.iter_mut().zip(dy).zip(&self.scale) {
                    *dx = dy * scale;
                }
            }
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "rescaling"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
