//! Softmax and its logarithm, over each row.
//!
//! The row's largest number is subtracted first, so no exponential overflows.

use super::{ActivationFunction, RowsBackward, Rowwise, by_rows};
use treino_core::catalog::component;
use treino_engine::flush::flush;
use treino_engine::math::{exp, ln};
use treino_engine::simd::{Kernel, Simd};

component! {
    /// e^x over its sum along the row: probabilities of classes that exclude each other.
    ///
    /// Keras differences: always along the last axis.
    pub struct Softmax = "softmax" {}
}

component! {
    /// The logarithm of softmax, without underflow.
    ///
    /// Keras differences: always along the last axis.
    pub struct LogSoftmax = "log_softmax" {}
}

by_rows!(LogSoftmax);

#[inline(always)]
fn largest(row: &[f32]) -> f32 {
    row.iter().fold(f32::NEG_INFINITY, |a, b| if *b > a { *b } else { a })
}

impl Rowwise for Softmax {
    #[inline(always)]
    fn row(&self, x: &[f32], y: &mut [f32]) {
        SoftmaxRows { x, y, width: x.len() }.run();
    }

    #[inline(always)]
    fn row_backward(&self, _x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
        // dx_i = y_i (dy_i - sum_j y_j dy_j).
        let mean = y.iter().zip(dy).fold(0.0, |sum: f32, (y, dy)| y.mul_add(*dy, sum));
        for ((dx, y), dy) in dx.iter_mut().zip(y).zip(dy) {
            *dx = y * (dy - mean);
        }
    }
}

/// The softmax of many rows. The exponentials of all rows are computed in one loop, because single rows are too short
/// to vectorise.
struct SoftmaxRows<'a> {
    x: &'a [f32],
    y: &'a mut [f32],
    width: usize,
}

impl Kernel for SoftmaxRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (x, y) in self.x.chunks_exact(self.width).zip(self.y.chunks_exact_mut(self.width)) {
            let top = largest(x);
            for (y, x) in y.iter_mut().zip(x) {
                *y = x - top;
            }
        }
        for y in self.y.iter_mut() {
            *y = exp(*y);
        }
        for y in self.y.chunks_exact_mut(self.width) {
            let sum: f32 = y.iter().sum();
            for y in y {
                *y = flush(*y / sum);
            }
        }
    }
}

impl ActivationFunction for Softmax {
    fn forward(&self, simd: Simd, x: &[f32], y: &mut [f32], width: usize) {
        simd.run(SoftmaxRows { x, y, width });
    }

    fn backward(&self, simd: Simd, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], width: usize) {
        simd.run(RowsBackward { f: self, x, y, dy, dx, width });
    }
}

impl Rowwise for LogSoftmax {
    #[inline(always)]
    fn row(&self, x: &[f32], y: &mut [f32]) {
        let top = largest(x);
        for (y, x) in y.iter_mut().zip(x) {
            *y = exp(x - top);
        }
        let log = ln(y.iter().sum());
        for (y, x) in y.iter_mut().zip(x) {
            *y = (x - top) - log;
        }
    }

    #[inline(always)]
    fn row_backward(&self, _x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
        // dx_i = dy_i - e^y_i sum_j dy_j.
        let sum: f32 = dy.iter().sum();
        for ((dx, y), dy) in dx.iter_mut().zip(y).zip(dy) {
            *dx = exp(*y).mul_add(-sum, *dy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, values};
    use super::*;
    use std::f32::consts::LN_2;

    #[test]
    fn closed_forms() {
        let x = [0.0, LN_2, 1.609_438];
        close(&values(Softmax {}, &x), &[0.125, 0.25, 0.625], 1e-7);
        let logs = [0.125, 0.25, 0.625].map(|p: f64| p.ln());
        close(&values(LogSoftmax {}, &x), &logs, 1e-6);
        // Softmax does not change if a constant is added to a row.
        assert_eq!(values(Softmax {}, &[1e30, 1e30]), [0.5, 0.5]);
        assert_eq!(values(Softmax {}, &[f32::MAX, -f32::MAX]), [1.0, 0.0]);
    }
}
