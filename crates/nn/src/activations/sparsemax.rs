//! Sparsemax: the point of the probability simplex that is nearest to the row (A. Martins, R. Astudillo, ICML 2016).
//!
//! y = max(x - tau, 0), with tau such that the row sums to 1. The threshold is found by repeatedly excluding the
//! entries below it until none is left (C. Michelot, J. Optim. Theory Appl. 50, 1986): no sorting and no memory.

use super::{Rowwise, by_rows};
use treino_core::catalog::component;

component! {
    /// Probabilities like softmax's, many of them exactly 0: the projection of the row onto the simplex.
    ///
    /// Keras differences: Keras 3.15 takes a sum of cumulative sums for the threshold, so its rows do not sum to 1
    /// where more than one entry is above 0. Here it is the projection of the paper.
    pub struct Sparsemax = "sparsemax" {}
}

by_rows!(Sparsemax);

impl Rowwise for Sparsemax {
    #[inline(always)]
    fn row(&self, x: &[f32], y: &mut [f32]) {
        let top = x.iter().fold(f32::NEG_INFINITY, |a, b| if *b > a { *b } else { a });
        // Relative to the largest entry: an entry 1 below it is never above the threshold.
        let (mut tau, mut count) = (-1.0_f64, 0);
        loop {
            let (mut sum, mut above) = (0.0, 0);
            for x in x {
                let z = f64::from(x - top);
                let is_above = z > tau;
                sum += if is_above { z } else { 0.0 };
                above += usize::from(is_above);
            }
            if above == count || above == 0 {
                break;
            }
            (tau, count) = ((sum - 1.0) / above as f64, above);
        }
        for (y, x) in y.iter_mut().zip(x) {
            let p = f64::from(x - top) - tau;
            *y = if p > 0.0 { p as f32 } else { 0.0 };
        }
    }

    #[inline(always)]
    fn row_backward(&self, _x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
        // On the entries above 0: dx_i = dy_i - their mean; elsewhere 0.
        let (mut sum, mut count) = (0.0, 0.0);
        for (y, dy) in y.iter().zip(dy) {
            sum += if *y > 0.0 { *dy } else { 0.0 };
            count += if *y > 0.0 { 1.0 } else { 0.0 };
        }
        let mean: f32 = sum / count;
        for ((dx, y), dy) in dx.iter_mut().zip(y).zip(dy) {
            *dx = if *y > 0.0 { dy - mean } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, values};
    use super::*;

    #[test]
    fn the_projection_onto_the_simplex() {
        assert_eq!(values(Sparsemax {}, &[3.0, 1.0, 0.0]), [1.0, 0.0, 0.0]);
        assert_eq!(values(Sparsemax {}, &[0.5, 0.5, 0.5, 0.5]), [0.25; 4]);
        // Two entries stay: tau = (1.2 + 0.7 - 1) / 2 = 0.45.
        close(&values(Sparsemax {}, &[0.7, 1.2, -0.3]), &[0.25, 0.75, 0.0], 1e-7);
        // A point of the simplex is equal to its projection.
        close(&values(Sparsemax {}, &[0.2, 0.1, 0.3, 0.4]), &[0.2, 0.1, 0.3, 0.4], 1e-7);
    }
}
