//! SiLU (Swish), x times its sigmoid: S. Elfwing, E. Uchibe, K. Doya, Neural Networks 107, 2018; P. Ramachandran,
//! B. Zoph, Q. Le, arXiv 1710.05941.
//!
//! Keras differences: none known.

use super::Elementwise;
use treino_core::catalog::component;
use treino_engine::math::{exp, sigmoid};

component! {
    /// x * sigmoid(x): a smooth ReLU that dips below 0.
    pub struct Silu = "silu" ["swish"] {}
}

impl Elementwise for Silu {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        x * sigmoid(x)
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        // s + x s (1 - s), with s (1 - s) = e / (1 + e)^2 for e = e^-|x|: nothing cancels.
        let e = exp(-x.abs());
        let q = 1.0 / (1.0 + e);
        let s = if x >= 0.0 { 1.0 } else { e } * q;
        (x * e * q).mul_add(q, s)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, slopes, values};
    use super::*;

    #[test]
    fn closed_forms() {
        // sigmoid(ln 3) = 3 / 4.
        let x = 3.0_f64.ln();
        close(&values(Silu {}, &[x as f32, -x as f32, 0.0]), &[0.75 * x, -0.25 * x, 0.0], 1e-7);
        close(&slopes(Silu {}, &[x as f32, 0.0]), &[0.75 + x * 3.0 / 16.0, 0.5], 1e-7);
    }
}
