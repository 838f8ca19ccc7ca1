//! Activations: functions at the end of a layer.
//!
//! Most act on one number at a time: they implement value and derivative in [`Elementwise`], and the vectorised loops
//! over a batch are generated here. Those that depend on a whole row (such as softmax) implement [`Rowwise`].
//!
//! No activation returns NaN for a finite input.

mod elu;
mod exponential;
mod expression;
mod gelu;
mod glu;
mod hard_sigmoid;
mod linear;
mod mish;
mod relu;
mod shrink;
mod sigmoid;
mod silu;
mod softmax;
mod softplus;
mod softsign;
mod sparse_plus;
mod sparsemax;
mod squareplus;
mod tanh;
#[cfg(test)]
mod tests;
mod threshold;

pub use elu::{Celu, Elu, Selu};
pub use exponential::Exponential;
pub use expression::ExpressionActivation;
pub use gelu::Gelu;
pub use glu::Glu;
pub use hard_sigmoid::{HardSigmoid, HardSilu, HardTanh};
pub use linear::Linear;
pub use mish::Mish;
pub use relu::{LeakyRelu, Relu, Relu6};
pub use shrink::{HardShrink, SoftShrink};
pub use sigmoid::Sigmoid;
pub use silu::Silu;
pub use softmax::{LogSoftmax, Softmax};
pub use softplus::{LogSigmoid, Softplus};
pub use softsign::Softsign;
pub use sparse_plus::{SparsePlus, SparseSigmoid};
pub use sparsemax::Sparsemax;
pub use squareplus::Squareplus;
pub use tanh::{Tanh, TanhShrink};
pub use threshold::Threshold;

use treino_core::catalog::family;
use treino_core::error::Result;
use treino_engine::flush::flush_gradient;
use treino_engine::simd::{Kernel, Simd};

family! {
    /// Any activation.
    ///
    /// Functions at the end of a layer, or a layer by themselves.
    ///
    /// Keras differences: class names such as "ReLU" are accepted besides "relu". Functions along an axis always take
    /// the last one.
    pub enum Activation: dyn ActivationFunction in Family {
        name: "activations", one: "activation", example: "[model]\nactivation = {inline}\n",
    } => {
        Linear,
        Relu,
        LeakyRelu,
        Relu6,
        Elu,
        Celu,
        Selu,
        Gelu,
        Silu,
        Mish,
        Softplus,
        Squareplus,
        SparsePlus,
        Sigmoid,
        HardSigmoid,
        SparseSigmoid,
        LogSigmoid,
        Tanh,
        HardTanh,
        Softsign,
        HardSilu,
        Softmax,
        LogSoftmax,
        Sparsemax,
        Glu,
        Exponential,
        HardShrink,
        SoftShrink,
        TanhShrink,
        Threshold,
        ExpressionActivation,
    }
}

impl Activation {
    /// Whether it is the identity, so that it need not be computed.
    pub fn is_linear(&self) -> bool {
        matches!(self, Activation::Linear(_))
    }
}

/// A function that maps rows to rows, with its derivative.
///
/// Buffers hold whole rows one after another: `x` and `dx` rows of `width` numbers, `y` and `dy` rows of
/// [`ActivationFunction::output_width`] numbers.
pub trait ActivationFunction: std::fmt::Debug {
    /// The width of a row of the result for rows of `width` numbers.
    ///
    /// # Errors
    /// Returns an error for a width that the function does not support.
    fn output_width(&self, width: usize) -> Result<usize> {
        Ok(width)
    }

    /// y = f(x).
    fn forward(&self, simd: Simd, x: &[f32], y: &mut [f32], width: usize);

    /// dx = dy * df/dx, given x and y = f(x); 0 where that is denormal.
    fn backward(&self, simd: Simd, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], width: usize);

    /// Whether the derivative depends on y alone, so that y may overwrite x and dx may overwrite dy: then the two
    /// functions below do the same in place.
    fn is_in_place(&self) -> bool {
        false
    }

    /// y = f(x), where `y` initially holds x.
    fn forward_in_place(&self, _simd: Simd, _y: &mut [f32]) {}

    /// dx = dy * df/dx, where `dx` initially holds dy.
    fn backward_in_place(&self, _simd: Simd, _y: &[f32], _dx: &mut [f32]) {}
}

/// An activation that acts on each number independently. Mark both functions `#[inline(always)]`, without branches that
/// depend on the data (selects are fine), so that the loops vectorise.
pub trait Elementwise: std::fmt::Debug {
    /// f(x).
    fn value(&self, x: f32) -> f32;

    /// f'(x), given y = f(x).
    fn slope(&self, x: f32, y: f32) -> f32;

    /// Whether `slope(y, y)` is also the derivative at x.
    fn knows_slope_from_result(&self) -> bool {
        false
    }
}

struct Forward<'a, F>(&'a F, &'a [f32], &'a mut [f32]);

impl<F: Elementwise> Kernel for Forward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (y, x) in self.2.iter_mut().zip(self.1) {
            *y = self.0.value(*x);
        }
    }
}

struct Backward<'a, F> {
    f: &'a F,
    x: &'a [f32],
    y: &'a [f32],
    dy: &'a [f32],
    dx: &'a mut [f32],
}

impl<F: Elementwise> Kernel for Backward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (((dx, dy), x), y) in self.dx.iter_mut().zip(self.dy).zip(self.x).zip(self.y) {
            *dx = flush_gradient(dy * self.f.slope(*x, *y));
        }
    }
}

struct ForwardInPlace<'a, F>(&'a F, &'a mut [f32]);

impl<F: Elementwise> Kernel for ForwardInPlace<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for y in self.1 {
            *y = self.0.value(*y);
        }
    }
}

struct BackwardInPlace<'a, F>(&'a F, &'a [f32], &'a mut [f32]);

impl<F: Elementwise> Kernel for BackwardInPlace<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (dx, y) in self.2.iter_mut().zip(self.1) {
            *dx = flush_gradient(*dx * self.0.slope(*y, *y));
        }
    }
}

impl<F: Elementwise> ActivationFunction for F {
    fn forward(&self, simd: Simd, x: &[f32], y: &mut [f32], _width: usize) {
        simd.run(Forward(self, x, y));
    }

    fn backward(&self, simd: Simd, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], _width: usize) {
        simd.run(Backward { f: self, x, y, dy, dx });
    }

    fn is_in_place(&self) -> bool {
        self.knows_slope_from_result()
    }

    fn forward_in_place(&self, simd: Simd, y: &mut [f32]) {
        simd.run(ForwardInPlace(self, y));
    }

    fn backward_in_place(&self, simd: Simd, y: &[f32], dx: &mut [f32]) {
        simd.run(BackwardInPlace(self, y, dx));
    }
}

/// An activation that depends on whole rows. Mark the functions `#[inline(always)]`.
pub trait Rowwise: std::fmt::Debug {
    /// The width of the result.
    ///
    /// # Errors
    /// Returns an error for a width that the function does not support.
    fn width(&self, width: usize) -> Result<usize> {
        Ok(width)
    }

    /// One row.
    fn row(&self, x: &[f32], y: &mut [f32]);

    /// The derivative of one row.
    fn row_backward(&self, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]);
}

/// The width of `part` if it holds as many rows as `whole` with rows of `width`.
#[inline(always)]
fn width_of(part: &[f32], whole: &[f32], width: usize) -> usize {
    (part.len() * width / whole.len().max(1)).max(1)
}

struct RowsForward<'a, F> {
    f: &'a F,
    x: &'a [f32],
    y: &'a mut [f32],
    width: usize,
}

impl<F: Rowwise> Kernel for RowsForward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let out = width_of(self.y, self.x, self.width);
        for (x, y) in self.x.chunks_exact(self.width).zip(self.y.chunks_exact_mut(out)) {
            self.f.row(x, y);
        }
    }
}

struct RowsBackward<'a, F> {
    f: &'a F,
    x: &'a [f32],
    y: &'a [f32],
    dy: &'a [f32],
    dx: &'a mut [f32],
    width: usize,
}

impl<F: Rowwise> Kernel for RowsBackward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let out = width_of(self.y, self.x, self.width);
        let given = self.x.chunks_exact(self.width).zip(self.y.chunks_exact(out)).zip(self.dy.chunks_exact(out));
        for (dx, ((x, y), dy)) in self.dx.chunks_exact_mut(self.width).zip(given) {
            self.f.row_backward(x, y, dy, dx);
            dx.iter_mut().for_each(|dx| *dx = flush_gradient(*dx));
        }
    }
}

/// Implements [`ActivationFunction`] for a [`Rowwise`]. (A blanket implementation would conflict with the one for
/// [`Elementwise`].)
macro_rules! by_rows {
    ($($Name:ident),*) => {$(
        impl super::ActivationFunction for $Name {
            fn output_width(&self, width: usize) -> treino_core::error::Result<usize> {
                super::Rowwise::width(self, width)
            }

            fn forward(&self, simd: super::Simd, x: &[f32], y: &mut [f32], width: usize) {
                simd.run(super::RowsForward { f: self, x, y, width });
            }

            fn backward(
                &self,
                simd: super::Simd,
                x: &[f32],
                y: &[f32],
                dy: &[f32],
                dx: &mut [f32],
                width: usize,
            ) {
                simd.run(super::RowsBackward { f: self, x, y, dy, dx, width });
            }
        }
    )*};
}
use by_rows;
