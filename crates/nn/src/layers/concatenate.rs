//! Concatenation of inputs.

use super::BuildLayer;
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ValueId};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::{Error, Result};

/// An axis of a row.
pub(super) const AXIS: Kind = Kind::Int(Interval::closed(-8.0, 8.0));

component! {
    /// Two or more inputs side by side, along one side.
    pub struct Concatenate = "concatenate" {
        /// The side: rows are 0 and cannot be joined, so it is from 1 up, or negative and counted from the last.
        axis: i64 = -1, AXIS;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for Concatenate {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let layer = builder.layer_name().to_string();
        if inputs.len() < 2 {
            let e = Error::input(format!("\"{layer}\" joins two or more inputs, but has {}", inputs.len()));
            return Err(e.help("name them: inputs = [\"dense\", \"dense_1\"]"));
        }
        let mut shape = builder.shape(inputs[0]).to_vec();
        let side = side(self.axis, shape.len())?;
        for x in &inputs[1..] {
            let other = builder.shape(*x);
            let fits = other.len() == shape.len() && (0..shape.len()).all(|i| i == side || other[i] == shape[i]);
            if !fits {
                let shapes: Vec<String> = inputs.iter().map(|x| format!("{:?}", builder.shape(*x))).collect();
                let e = format!("\"{layer}\" cannot join rows of shapes {}", shapes.join(" and "));
                return Err(Error::input(e).help("a flatten layer makes one row of numbers of any shape"));
            }
            shape[side] += other[side];
        }
        let inner: usize = shape[side + 1..].iter().product();
        let parts: Vec<InputSlice> = inputs
            .iter()
            .map(|x| InputSlice { x: *x, run: builder.shape(*x)[side] * inner, backward: builder.wants_gradient(*x) })
            .collect();
        let y = builder.value(&shape, inputs, false);
        let (outer, run) = (shape[..side].iter().product(), shape[side] * inner);
        if let Some(below) = inputs.iter().map(|x| builder.below(*x)).collect::<Option<Vec<_>>>() {
            builder.set_below(y, below.into_iter().max().unwrap_or(0));
        }
        builder.push(ConcatenateOp { parts, outer, run, y });
        Ok(y)
    }
}

/// The axis of a row that `axis` selects, where axis 0 are the rows themselves.
pub(super) fn side(axis: i64, rank: usize) -> Result<usize> {
    let sides = rank as i64;
    if axis == 0 || axis.abs() > sides {
        let e = format!("axis is {axis}, but the sides of a row are 1 to {sides}, or -{sides} to -1");
        return Err(Error::input(e));
    }
    Ok(if axis > 0 { axis - 1 } else { sides + axis } as usize)
}

/// One input.
#[derive(Debug, Clone)]
struct InputSlice {
    x: ValueId,
    /// The length of a contiguous run in the result.
    run: usize,
    backward: bool,
}

/// Concatenates several values.
#[derive(Debug, Clone)]
pub struct ConcatenateOp {
    parts: Vec<InputSlice>,
    /// Number of runs of each input in a row.
    outer: usize,
    /// The length of a run of all inputs.
    run: usize,
    pub(crate) y: ValueId,
}

impl Op for ConcatenateOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        memory.fill(self.y, |memory, y| {
            let mut start = 0;
            for part in &self.parts {
                let x = memory.value(part.x);
                for (y, x) in y.chunks_exact_mut(self.run).zip(x.chunks_exact(part.run)).take(pass.rows * self.outer) {
                    y[start..start + part.run].copy_from_slice(x);
                }
                start += part.run;
            }
        });
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let mut start = 0;
        for part in &self.parts {
            if part.backward {
                memory.fill_gradient(part.x, |memory, dx| {
                    let dy = memory.gradient_of(self.y).chunks_exact(self.run);
                    for (dx, dy) in dx.chunks_exact_mut(part.run).zip(dy).take(pass.rows * self.outer) {
                        dx.copy_from_slice(&dy[start..start + part.run]);
                    }
                });
            }
            start += part.run;
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "concatenate"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
