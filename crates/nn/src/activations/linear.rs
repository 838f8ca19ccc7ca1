//! No activation.
//!
//! Keras differences: none known.

use super::Elementwise;
use treino_core::catalog::component;

component! {
    /// The identity: y = x. The output of a network that predicts a number.
    pub struct Linear = "linear" {}
}

impl Elementwise for Linear {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        x
    }

    #[inline(always)]
    fn slope(&self, _x: f32, _y: f32) -> f32 {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{slopes, values};
    use super::*;

    #[test]
    fn changes_nothing() {
        assert_eq!(values(Linear {}, &[-3.0, 7.5]), [-3.0, 7.5]);
        assert_eq!(slopes(Linear {}, &[-3.0, 7.5]), [1.0, 1.0]);
    }
}
