//! Layers that combine several inputs elementwise.
//!
//! Shapes may differ where an axis has length 1: it is broadcast, as in NumPy.
//!
//! If two inputs share the extreme value, `Maximum` and `Minimum` give each half of the gradient, as Keras does on JAX
//! and PyTorch; on TensorFlow the first one gets all of it.

use super::BuildLayer;
use super::broadcast::{places, stretched};
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ValueId};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};

macro_rules! merge {
    ($(#[doc = $doc:literal])+ $Name:ident = $name:literal) => {
        component! {
            $(#[doc = $doc])+
            pub struct $Name = $name {
                /// Name; numbered by itself when left open.
                name: Option<String> = None, Kind::Text;
            }
        }

        impl BuildLayer for $Name {
            fn given_name(&self) -> Option<&str> {
                self.name.as_deref()
            }

            fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
                build(builder, inputs, Combination::$Name)
            }
        }
    };
}

merge! {
    /// The sum of two or more inputs: what a residual block ends in.
    Add = "add"
}
merge! {
    /// The first of two inputs minus the second.
    Subtract = "subtract"
}
merge! {
    /// The product of two or more inputs, number by number.
    Multiply = "multiply"
}
merge! {
    /// The mean of two or more inputs.
    Average = "average"
}
merge! {
    /// The largest of two or more inputs, number by number.
    Maximum = "maximum"
}
merge! {
    /// The smallest of two or more inputs, number by number.
    Minimum = "minimum"
}

/// How inputs are combined.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Combination {
    Add,
    Subtract,
    Multiply,
    Average,
    Maximum,
    Minimum,
}

fn build(builder: &mut ProgramBuilder, inputs: &[ValueId], how: Combination) -> Result<ValueId> {
    let layer = builder.layer_name().to_string();
    let wanted = if how == Combination::Subtract { "two inputs" } else { "two or more inputs" };
    if inputs.len() < 2 || (how == Combination::Subtract && inputs.len() > 2) {
        let e = Error::input(format!("\"{layer}\" combines {wanted}, but has {}", inputs.len()));
        return Err(e.help("name them: inputs = [\"dense\", \"dense_1\"]"));
    }
    let shapes: Vec<&[usize]> = inputs.iter().map(|x| builder.shape(*x)).collect();
    let Some(shape) = stretched(shapes.iter().copied()) else {
        let shapes: Vec<String> = shapes.iter().map(|shape| format!("{shape:?}")).collect();
        return Err(Error::input(format!("\"{layer}\" cannot combine rows of shapes {}", shapes.join(" and "))));
    };
    let parts = inputs.iter().map(|x| BroadcastSlice {
        x: *x,
        width: builder.width(*x),
        places: (builder.shape(*x) != shape).then(|| places(&shape, builder.shape(*x))),
        backward: builder.wants_gradient(*x),
    });
    let parts = parts.collect();
    let y = builder.value(&shape, inputs, false);
    builder.push(MergeOp { how, parts, y, width: builder.width(y) });
    Ok(y)
}

/// One input of a combination.
#[derive(Debug, Clone)]
struct BroadcastSlice {
    x: ValueId,
    width: usize,
    /// For each index of the result, the index in the input; `None` if the shapes are the same.
    places: Option<Vec<u32>>,
    backward: bool,
}

impl BroadcastSlice {
    #[inline(always)]
    fn place(&self, k: usize) -> usize {
        self.places.as_ref().map_or(k, |places| places[k] as usize)
    }
}

/// Combines several values elementwise.
#[derive(Debug, Clone)]
pub struct MergeOp {
    how: Combination,
    parts: Vec<BroadcastSlice>,
    pub(crate) y: ValueId,
    width: usize,
}

impl MergeOp {
    /// dy/dx of input `i` at number `k` of a row.
    #[inline(always)]
    fn slope(&self, memory: &ProgramBuffers, i: usize, row: usize, k: usize) -> f32 {
        let number = |part: &BroadcastSlice| memory.value(part.x)[row * part.width + part.place(k)];
        match self.how {
            Combination::Add => 1.0,
            Combination::Subtract => {
                if i == 0 {
                    1.0
                } else {
                    -1.0
                }
            }
            Combination::Average => 1.0 / self.parts.len() as f32,
            Combination::Multiply => {
                let others = self.parts.iter().enumerate().filter(|(j, _)| *j != i);
                others.fold(1.0, |product, (_, part)| product * number(part))
            }
            Combination::Maximum | Combination::Minimum => {
                // Inputs are added one after the other: each takes its share from the previous ones.
                let mut extreme = number(&self.parts[0]);
                let mut slope = if i == 0 { 1.0 } else { 0.0 };
                for (j, part) in self.parts.iter().enumerate().skip(1) {
                    let x = number(part);
                    let is_beyond = if self.how == Combination::Maximum { x > extreme } else { x < extreme };
                    let share = if is_beyond {
                        1.0
                    } else if x == extreme {
                        0.5
                    } else {
                        0.0
                    };
                    slope = if j == i { share } else { slope * (1.0 - share) };
                    extreme = if is_beyond { x } else { extreme };
                }
                slope
            }
        }
    }
}

impl Op for MergeOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let width = self.width;
        memory.fill(self.y, |memory, y| {
            for (i, part) in self.parts.iter().enumerate() {
                let x = memory.value(part.x);
                let rows = y.chunks_exact_mut(width).zip(x.chunks_exact(part.width)).take(pass.rows);
                for (y, x) in rows {
                    for (k, y) in y.iter_mut().enumerate() {
                        let x = x[part.place(k)];
                        *y = match self.how {
                            _ if i == 0 => x,
                            Combination::Add | Combination::Average => *y + x,
                            Combination::Subtract => *y - x,
                            Combination::Multiply => *y * x,
                            Combination::Maximum => {
                                if x > *y {
                                    x
                                } else {
                                    *y
                                }
                            }
                            Combination::Minimum => {
                                if x < *y {
                                    x
                                } else {
                                    *y
                                }
                            }
                        };
                    }
                }
            }
            if self.how == Combination::Average {
                let share = 1.0 / self.parts.len() as f32;
                y[..pass.rows * width].iter_mut().for_each(|y| *y *= share);
            }
        });
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        for (i, part) in self.parts.iter().enumerate().filter(|(_, part)| part.backward) {
            memory.fill_gradient(part.x, |memory, dx| {
                let dy = memory.gradient_of(self.y);
                dx[..pass.rows * part.width].fill(0.0);
                for row in 0..pass.rows {
                    let dx = &mut dx[row * part.width..][..part.width];
                    for k in 0..self.width {
                        let at = row * self.width + k;
                        dx[part.place(k)] += dy[at] * self.slope(memory, i, row, k);
                    }
                }
            });
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "merge"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
