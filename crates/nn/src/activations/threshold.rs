//! A step: x above a threshold, a fixed number below.

use super::Elementwise;
use treino_core::catalog::{Kind, component};

component! {
    /// x where it is above the threshold, else `default_value`.
    ///
    /// Keras differences: Keras demands both parameters; here both are 0 by default, which is ReLU.
    pub struct Threshold = "threshold" {
        /// What x must exceed.
        threshold: f64 = 0.0, Kind::NUMBER;
        /// The result where x does not exceed it.
        default_value: f64 = 0.0, Kind::NUMBER;
    }
}

impl Elementwise for Threshold {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        if x > self.threshold as f32 { x } else { self.default_value as f32 }
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        if x > self.threshold as f32 { 1.0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::values;
    use super::*;

    #[test]
    fn closed_forms() {
        let step = Threshold { threshold: 1.5, default_value: -0.5 };
        assert_eq!(values(step, &[0.0, 1.5, 2.0]), [-0.5, -0.5, 2.0]);
    }
}
