//! The Gaussian error linear unit: x times the normal distribution function (D. Hendrycks, K. Gimpel, arXiv 1606.08415).
//!
//! Keras differences: none known. Below about -4 the exact form loses relative (not absolute) accuracy, because
//! 1 + erf cancels there: its error is up to 1e-7 |x|.

use super::Elementwise;
use treino_core::catalog::{Kind, component};
use treino_engine::math::{erf, exp};

component! {
    /// x * Phi(x), with Phi the normal distribution function; common in transformers.
    ///
    /// Exactly x / 2 * (1 + erf(x / sqrt 2)); approximately x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))).
    pub struct Gelu = "gelu" ["GELU"] {
        /// Whether to compute it with tanh instead of the error function.
        approximate: bool = false, Kind::Bool;
    }
}

/// 1 / sqrt(2 pi).
const DENSITY: f32 = 0.398_942_3;
/// 2 sqrt(2 / pi): the tanh form is x times the sigmoid of twice tanh's argument.
const TWICE: f32 = 1.595_769_2;

/// Twice tanh's argument, and its derivative. Beyond 20 the result is constant, so the clipping there keeps squares
/// finite.
#[inline(always)]
fn argument(x: f32) -> (f32, f32) {
    let x = if x > 20.0 { 20.0 } else { x };
    let x = if x < -20.0 { -20.0 } else { x };
    let square = x * x;
    let u = TWICE * x * square.mul_add(0.044_715, 1.0);
    (u, TWICE * square.mul_add(0.134_145, 1.0))
}

impl Elementwise for Gelu {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        if self.approximate {
            x * treino_engine::math::sigmoid(argument(x).0)
        } else {
            0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
        }
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        if self.approximate {
            let (u, du) = argument(x);
            let e = exp(-u.abs());
            let q = 1.0 / (1.0 + e);
            let s = if u >= 0.0 { 1.0 } else { e } * q;
            (du * e * q * q).mul_add(x, s)
        } else {
            let phi = 0.5 * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2));
            (x * DENSITY).mul_add(exp(-0.5 * x * x), phi)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, values};
    use super::*;

    #[test]
    fn values_from_the_normal_table() {
        // Phi(1) = 0.841344746068543, Phi(-2) = 0.022750131948179.
        let exact = [0.841_344_746_068_543, -0.045_500_263_896_358, 0.0];
        close(&values(Gelu::default(), &[1.0, -2.0, 0.0]), &exact, 1e-7);
        // The tanh form at 1: 0.5 (1 + tanh(0.7978845608 * 1.044715)).
        close(&values(Gelu { approximate: true }, &[1.0]), &[0.841_191_990_608_305_6], 1e-7);
    }
}
