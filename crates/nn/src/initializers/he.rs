//! He's initializers: variance 2 / inputs, for ReLU, which halves the variance.
//!
//! K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV 2015.
//!
//! Keras differences: none known besides the random bits.

use super::distribution::{DrawElements, ElementDistribution};
use super::fans;
use super::variance_scaling::{truncated, uniform};
use treino_core::catalog::component;

component! {
    /// Uniform in [-l, l] with l = sqrt(6 / inputs): for ReLU and its kin.
    pub struct HeUniform = "he_uniform" {}
}

impl DrawElements for HeUniform {
    fn distribution_of(&self, shape: &[usize]) -> ElementDistribution {
        uniform(2.0, fans(shape).0 as f64)
    }
}

component! {
    /// Truncated normal with standard deviation sqrt(2 / inputs) after the cut: for ReLU and its kin.
    pub struct HeNormal = "he_normal" {}
}

impl DrawElements for HeNormal {
    fn distribution_of(&self, shape: &[usize]) -> ElementDistribution {
        truncated(2.0, fans(shape).0 as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_spread() {
        let n = 30.0_f64;
        let limit = (3.0 * 2.0 / n).sqrt();
        assert_eq!(HeUniform {}.distribution_of(&[30, 64]), ElementDistribution::Uniform { low: -limit, high: limit });
        let sd = HeNormal {}.distribution_of(&[30, 64]).standard_deviation();
        assert!((sd * sd - 2.0 / n).abs() < 1e-12);
    }
}
