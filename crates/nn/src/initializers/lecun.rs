//! LeCun's initializers: variance 1 / inputs, which SELU needs.
//!
//! Y. LeCun, L. Bottou, G. Orr, K. Muller, "Efficient BackProp", 1998.
//!
//! Keras differences: none known besides the random bits.

use super::fans;
use super::law::{Drawn, Law};
use super::variance_scaling::{truncated, uniform};
use treino_core::catalog::thing;

thing! {
    /// Uniform in [-l, l] with l = sqrt(3 / inputs).
    pub struct LecunUniform = "lecun_uniform" {}
}

impl Drawn for LecunUniform {
    fn law_of(&self, shape: &[usize]) -> Law {
        uniform(1.0, fans(shape).0 as f64)
    }
}

thing! {
    /// Truncated normal with standard deviation sqrt(1 / inputs) after the cut: for SELU.
    pub struct LecunNormal = "lecun_normal" {}
}

impl Drawn for LecunNormal {
    fn law_of(&self, shape: &[usize]) -> Law {
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
        assert_eq!(LecunUniform {}.law_of(&[30, 64]), Law::Uniform { low: -limit, high: limit });
        let sd = LecunNormal {}.law_of(&[30, 64]).standard_deviation();
        assert!((sd * sd - 1.0 / n).abs() < 1e-12);
    }
}
