//! The logistic function.
//!
//! Keras differences: none known.

use super::Elementwise;
use treino_core::catalog::component;
use treino_engine::math::sigmoid;

component! {
    /// The logistic function 1 / (1 + e^-x): a probability from any number; the output of a yes-or-no network.
    pub struct Sigmoid = "sigmoid" {}
}

impl Elementwise for Sigmoid {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        sigmoid(x)
    }

    #[inline(always)]
    fn slope(&self, _x: f32, y: f32) -> f32 {
        y * (1.0 - y)
    }

    fn knows_slope_from_result(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::values;
    use super::*;

    #[test]
    fn closed_forms() {
        assert_eq!(values(Sigmoid {}, &[0.0, 100.0, -200.0]), [0.5, 1.0, 0.0]);
    }
}
