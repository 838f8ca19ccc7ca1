//! Activations: functions at the end of a layer.
//!
//! Most act on one number at a time: they implement [`Elementwise`], value and slope side by side, and the loops over a
//! batch are made here once, vectorised. Those that look at a whole row (softmax and its kin) implement [`Function`]
//! themselves.
//!
//! Keras differences: class names such as "ReLU" are accepted besides "relu".

mod relu;

pub use relu::Relu;

use crate::catalog::{Room, room};
use crate::error::Result;
use treino_engine::simd::{Kernel, Simd};

room! {
    /// Any activation.
    pub enum Activation: dyn Function in Room::Activations => { Relu }
}

/// A function from rows to rows, with its derivative.
///
/// Buffers hold whole rows one after another: `x` and `dx` rows of `width` numbers, `y` and `dy` rows of
/// [`Function::output_width`] numbers.
pub trait Function: std::fmt::Debug {
    /// How wide a row of the result is for rows of `width` numbers.
    ///
    /// # Errors
    /// A width that the function cannot take.
    fn output_width(&self, width: usize) -> Result<usize> {
        Ok(width)
    }

    /// y = f(x).
    fn forward(&self, simd: Simd, x: &[f32], y: &mut [f32], width: usize);

    /// dx = dy * df/dx, given x and y = f(x).
    fn backward(&self, simd: Simd, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], width: usize);
}

/// An activation that acts on each number by itself. Mark both functions `#[inline(always)]`, without branches that
/// depend on the data (selects are fine), so that the loops vectorise.
pub trait Elementwise: std::fmt::Debug {
    /// f(x).
    fn value(&self, x: f32) -> f32;

    /// f'(x), given y = f(x).
    fn slope(&self, x: f32, y: f32) -> f32;
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
            *dx = dy * self.f.slope(*x, *y);
        }
    }
}

impl<F: Elementwise> Function for F {
    fn forward(&self, simd: Simd, x: &[f32], y: &mut [f32], _width: usize) {
        simd.run(Forward(self, x, y));
    }

    fn backward(&self, simd: Simd, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], _width: usize) {
        simd.run(Backward { f: self, x, y, dy, dx });
    }
}
