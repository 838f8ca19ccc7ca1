//! Optimizers: how weights move along the gradient.
//!
//! An optimizer is one pass over the flat buffer of all trainable weights, with as many buffers of state beside it as it
//! needs. Step numbers t begin at 1.
//!
//! Keras differences: a learning rate may be written as a whole number.

mod adam;
mod sgd;

pub use adam::Adam;
pub use sgd::SGD;

use crate::catalog::{Room, room};
use treino_engine::simd::Simd;

room! {
    /// Any optimizer.
    pub enum Optimizer: dyn Rule in Room::Optimizers => { SGD, Adam }
}

/// What an optimizer does.
pub trait Rule: std::fmt::Debug {
    /// The learning rate that it begins with.
    fn learning_rate(&self) -> f64;

    /// Names of its buffers of state, each as long as the weights; they begin at 0.
    fn slots(&self) -> &'static [&'static str];

    /// Moves the weights `w` one step against the gradient `g`.
    fn step(&self, simd: Simd, at: Step, w: &mut [f32], g: &[f32], state: &mut [Vec<f32>]);
}

/// Where a training stands when a step is made.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The number of the step, from 1.
    pub t: u64,
    /// The learning rate of this step.
    pub learning_rate: f32,
}

/// base^n by repeated squaring, in double precision: the same bits everywhere.
pub(crate) fn power(base: f64, mut n: u64) -> f64 {
    let (mut square, mut result) = (base, 1.0);
    while n > 0 {
        if n & 1 == 1 {
            result *= square;
        }
        square *= square;
        n >>= 1;
    }
    result
}
