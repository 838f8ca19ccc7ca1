//! LeCun's initializers: variance 1 / inputs, which SELU needs.
//!
//! Y. LeCun, L. Bottou, G. Orr, K. Muller, "Efficient BackProp", 1998.
//!
//! Keras differences: none known besides the random bits.

use super::distribution::{DrawElements, ElementDistribution};
use super::fans;
use super::variance_scaling::{truncated, uniform};
use treino_core::catalog::component;

component! {
    /// Uniform in [-l, l] with l = sqrt(3 / inputs).
    pub struct LecunUniform = "lecun_uniform" {}
}

impl DrawElements for LecunUniform {
    fn distribution_of(&self, shape: &[usize]) -> ElementDistribution {
        uniform(1.0, fans(shape).0 as f64)
    }
}

component! {
    /// Truncated normal with standard deviation sqrt(1 / inputs) after the cut: for SELU.
    pub struct LecunNormal = "lecun_normal" {}
}

impl DrawElements for LecunNormal {
    fn distribution_of(&self, shape: &[usize]) -> ElementDistribution {
        truncated(1.0, fans(shape).0 as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_spread() {
        let n = 30.0_f64;
        let limit = (3.0 * 1.0 / n).sqrt();
        assert_eq!(
            LecunUniform {}.distribution_of(&[30, 64]),
            ElementDistribution::Uniform { low: -limit, high: limit }
        );
        let sd = LecunNormal {}.distribution_of(&[30, 64]).standard_deviation();
        assert!((sd * sd - 1.0 / n).abs() < 1e-12);
    }
}
