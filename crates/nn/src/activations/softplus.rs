//! Softplus, ln(1 + e^x), and the logarithm of the sigmoid, which is its mirror image.
//!
//! Keras differences: none known.

use super::Elementwise;
use treino_core::catalog::component;
use treino_engine::math::{sigmoid, softplus};

component! {
    /// A smooth ReLU that is always positive: ln(1 + e^x).
    pub struct Softplus = "softplus" {}
}

impl Elementwise for Softplus {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        softplus(x)
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        sigmoid(x)
    }
}

component! {
    /// The logarithm of the sigmoid: -ln(1 + e^-x), without underflow.
    pub struct LogSigmoid = "log_sigmoid" {}
}

impl Elementwise for LogSigmoid {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        -softplus(-x)
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        sigmoid(-x)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, values};
    use super::*;

    #[test]
    fn closed_forms() {
        let ln_2 = std::f64::consts::LN_2;
        close(&values(Softplus {}, &[0.0, 100.0, -100.0]), &[ln_2, 100.0, 0.0], 1e-7);
        close(&values(LogSigmoid {}, &[0.0, -100.0, 100.0]), &[-ln_2, -100.0, 0.0], 1e-7);
    }
}
