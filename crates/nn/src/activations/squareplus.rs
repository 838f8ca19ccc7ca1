//! Squareplus, (x + sqrt(x^2 + b)) / 2: a softplus without exponentials (J. Barron, arXiv 2112.11687).
//!
//! Keras differences: none known.

use super::Elementwise;
use treino_core::catalog::{Kind, component};

component! {
    /// (x + sqrt(x^2 + b)) / 2: a smooth ReLU made from a square root.
    pub struct Squareplus = "squareplus" {
        /// How round the bend is; 0 gives ReLU.
        b: f64 = 4.0, Kind::NOT_NEGATIVE;
    }
}

/// sqrt(x^2 + b). Where the square would overflow, b is below rounding (for any b below 1e28).
#[inline(always)]
fn root(x: f32, b: f32) -> f32 {
    let root = x.mul_add(x, b).sqrt();
    if x.abs() > 1e18 { x.abs() } else { root }
}

impl Elementwise for Squareplus {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let b = self.b as f32;
        let r = root(x, b);
        // Below 0 the sum would suffer from cancellation; (r + x)(r - x) = b avoids that.
        let (high, low) = (0.5f32.mul_add(x, 0.5 * r), 0.5 * b / (r - x));
        if x >= 0.0 { high } else { low }
    }

    #[inline(always)]
    fn slope(&self, x: f32, y: f32) -> f32 {
        // (1 + x / r) / 2 = y / r.
        let r = root(x, self.b as f32);
        let slope = y / r;
        if r == 0.0 { 0.5 } else { slope }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, slopes, values};
    use super::*;

    #[test]
    fn closed_forms() {
        assert_eq!(values(Squareplus::default(), &[0.0, 1.5, -1.5]), [1.0, 2.0, 0.5]);
        close(&values(Squareplus::default(), &[-1e6, 1e30, -1e30]), &[1e-6, 1e30, 0.0], 1e-7);
        assert_eq!(values(Squareplus { b: 0.0 }, &[-2.0, 0.0, 2.0]), [0.0, 0.0, 2.0]);
        assert_eq!(slopes(Squareplus::default(), &[0.0, 1.5]), [0.5, 0.8]);
    }
}
