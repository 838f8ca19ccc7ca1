//! Dot products of rows.

use super::BuildLayer;
use super::concatenate::{AXIS, side};
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ValueId};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};

/// Avoids a division by zero: Keras's `normalize` divides by at least this.
const SMALLEST_NORM: f32 = 1e-7;

component! {
    /// Row by row, the product of two inputs summed along one side of each: of two rows of n numbers, sum x_i y_i.
    ///
    /// With `normalize` both are divided by their norms along that side first, so that the product is the cosine.
    pub struct Dot = "dot" {
        /// The side of both inputs, or a list with one for each: from 1 up, or negative and counted from the last.
        axes: Vec<i64> = vec![-1], Kind::OneOrMore(&AXIS);
        /// Whether to divide by the norms first.
        normalize: bool = false, Kind::Bool;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for Dot {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let layer = builder.layer_name().to_string();
        let [a, b] = inputs else {
            let e = Error::input(format!("\"{layer}\" multiplies two inputs, but has {}", inputs.len()));
            return Err(e.help("name them: inputs = [\"dense\", \"dense_1\"]"));
        };
        let axes = match &self.axes[..] {
            [axis] => [*axis; 2],
            [first, second] => [*first, *second],
            axes => return Err(Error::input(format!("axes has {} numbers, but must have one or two", axes.len()))),
        };
        let along = |x: ValueId, axis: i64| -> Result<Along> {
            let shape = builder.shape(x);
            let side = side(axis, shape.len())?;
            let count = |sides: &[usize]| sides.iter().product();
            let (outer, inner) = (count(&shape[..side]), count(&shape[side + 1..]));
            Ok(Along { x, outer, length: shape[side], inner, backward: builder.wants_gradient(x) })
        };
        let parts = [along(*a, axes[0])?, along(*b, axes[1])?];
        if parts[0].length != parts[1].length {
            let [a, b] = [builder.shape(*a), builder.shape(*b)];
            let e = format!("\"{layer}\" cannot multiply rows of shapes {a:?} and {b:?} along the axes {axes:?}");
            return Err(Error::input(e));
        }
        let rest = |x: ValueId, axis: i64| -> Result<Vec<usize>> {
            let mut shape = builder.shape(x).to_vec();
            shape.remove(side(axis, shape.len())?);
            Ok(shape)
        };
        let mut shape = rest(*a, axes[0])?;
        shape.extend(rest(*b, axes[1])?);
        if shape.is_empty() {
            shape.push(1);
        }
        let y = builder.value(&shape, inputs, false);
        let width = builder.width(y);
        builder.push(DotOp { parts, normalize: self.normalize, y, width });
        Ok(y)
    }
}

/// The sizes of a row before, along and after the summed axis.
#[derive(Debug, Clone, Copy)]
struct Along {
    x: ValueId,
    outer: usize,
    length: usize,
    inner: usize,
    backward: bool,
}

impl Along {
    fn vectors(&self) -> usize {
        self.outer * self.inner
    }

    /// The index in a row of number `k` of vector `v`.
    #[inline(always)]
    fn place(&self, v: usize, k: usize) -> usize {
        ((v / self.inner) * self.length + k) * self.inner + v % self.inner
    }

    fn row<'a>(&self, rows: &'a [f32], row: usize) -> &'a [f32] {
        let width = self.vectors() * self.length;
        &rows[row * width..][..width]
    }

    /// 1 / norm of a vector, and whether the norm was so small that it was replaced.
    fn inverse_norm(&self, row: &[f32], v: usize) -> (f32, bool) {
        let square = (0..self.length).fold(0.0_f32, |sum, k| row[self.place(v, k)].mul_add(row[self.place(v, k)], sum));
        let inverse = 1.0 / square.sqrt();
        if inverse > 1.0 / SMALLEST_NORM { (1.0 / SMALLEST_NORM, true) } else { (inverse, false) }
    }
}

/// y[u, v] = a_u . b_v for the vectors of two rows.
///
/// Backwards da_u = sum over v of dy[u, v] b_v, and for b likewise. With a^ = a / |a| and a gradient g of it,
/// da = (g - a^ (a^ . g)) / |a|.
#[derive(Debug, Clone)]
pub struct DotOp {
    parts: [Along; 2],
    normalize: bool,
    pub(crate) y: ValueId,
    width: usize,
}

impl DotOp {
    /// The gradient of vector `u` of input `i`.
    fn back(&self, i: usize, u: usize, [x, z]: [&[f32]; 2], dy: &[f32], dx: &mut [f32]) {
        let (part, other) = (&self.parts[i], &self.parts[1 - i]);
        let slope = |v: usize| if i == 0 { dy[u * other.vectors() + v] } else { dy[v * part.vectors() + u] };
        for k in 0..part.length {
            dx[part.place(u, k)] = (0..other.vectors()).fold(0.0_f32, |sum, v| {
                let norm = if self.normalize { other.inverse_norm(z, v).0 } else { 1.0 };
                (slope(v) * norm).mul_add(z[other.place(v, k)], sum)
            });
        }
        if self.normalize {
            let (inverse, is_cut) = part.inverse_norm(x, u);
            let unit = |k: usize| x[part.place(u, k)] * inverse;
            let along = (0..part.length).fold(0.0_f32, |sum, k| unit(k).mul_add(dx[part.place(u, k)], sum));
            let along = if is_cut { 0.0 } else { along };
            for k in 0..part.length {
                let at = part.place(u, k);
                dx[at] = inverse * (dx[at] - unit(k) * along);
            }
        }
    }
}

impl Op for DotOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let [a, b] = &self.parts;
        memory.fill(self.y, |memory, y| {
            for (row, y) in y.chunks_exact_mut(self.width).enumerate().take(pass.rows) {
                let (x, z) = (a.row(memory.value(a.x), row), b.row(memory.value(b.x), row));
                for (at, y) in y.iter_mut().enumerate() {
                    let (u, v) = (at / b.vectors(), at % b.vectors());
                    *y = (0..a.length).fold(0.0_f32, |sum, k| x[a.place(u, k)].mul_add(z[b.place(v, k)], sum));
                    if self.normalize {
                        *y *= a.inverse_norm(x, u).0 * b.inverse_norm(z, v).0;
                    }
                }
            }
        });
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        for (i, part) in self.parts.iter().enumerate().filter(|(_, part)| part.backward) {
            let other = &self.parts[1 - i];
            memory.fill_gradient(part.x, |memory, dx| {
                let width = part.vectors() * part.length;
                for (row, dx) in dx.chunks_exact_mut(width).enumerate().take(pass.rows) {
                    let (x, z) = (part.row(memory.value(part.x), row), other.row(memory.value(other.x), row));
                    let dy = &memory.gradient_of(self.y)[row * self.width..][..self.width];
                    for u in 0..part.vectors() {
                        self.back(i, u, [x, z], dy, dx);
                    }
                }
            });
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "dot"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
