//! The exponential function, for outputs that must be positive, such as rates.
//!
//! Keras differences: none known. Like Keras, it becomes infinite above 88.7.

use super::Elementwise;
use treino_core::catalog::component;
use treino_engine::math::exp;

component! {
    /// e^x.
    pub struct Exponential = "exponential" {}
}

impl Elementwise for Exponential {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        exp(x)
    }

    #[inline(always)]
    fn slope(&self, _x: f32, y: f32) -> f32 {
        y
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, values};
    use super::*;

    #[test]
    fn closed_forms() {
        close(&values(Exponential {}, &[0.0, 1.0, -200.0]), &[1.0, std::f64::consts::E, 0.0], 2e-7);
    }
}
