//! Softsign, x / (1 + |x|): a tanh that saturates slowly (X. Glorot, Y. Bengio, AISTATS 2010).
//!
//! Keras differences: none known.

use super::Elementwise;
use treino_core::catalog::component;

component! {
    /// x / (1 + |x|): between -1 and 1, saturating more slowly than tanh.
    pub struct Softsign = "softsign" {}
}

impl Elementwise for Softsign {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        x / (1.0 + x.abs())
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        let q = 1.0 / (1.0 + x.abs());
        q * q
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{slopes, values};
    use super::*;

    #[test]
    fn closed_forms() {
        assert_eq!(values(Softsign {}, &[-1.0, 0.0, 3.0]), [-0.5, 0.0, 0.75]);
        assert_eq!(slopes(Softsign {}, &[-1.0, 0.0, 3.0]), [0.25, 1.0, 0.0625]);
    }
}
