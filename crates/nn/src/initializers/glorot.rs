//! Glorot's initializers: variance 2 / (inputs + outputs).
//!
//! X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
//!
//! Keras differences: none known besides the random bits.

use super::distribution::{DrawElements, ElementDistribution};
use super::fans;
use super::variance_scaling::{truncated, uniform};
use treino_core::catalog::component;

component! {
    /// Uniform in [-l, l] with l = sqrt(6 / (inputs + outputs)): Keras's default for kernels.
    ///
    /// Keeps the variance of activations and gradients alike from layer to layer, for tanh-like units.
    pub struct GlorotUniform = "glorot_uniform" ["xavier_uniform"] {}
}

impl DrawElements for GlorotUniform {
    fn distribution_of(&self, shape: &[usize]) -> ElementDistribution {
        uniform(1.0, average(shape))
    }
}

component! {
    /// Truncated normal with standard deviation sqrt(2 / (inputs + outputs)) after the cut.
    pub struct GlorotNormal = "glorot_normal" ["xavier_normal"] {}
}

impl DrawElements for GlorotNormal {
    fn distribution_of(&self, shape: &[usize]) -> ElementDistribution {
        truncated(1.0, average(shape))
    }
}

/// The average of the numbers of inputs and outputs.
fn average(shape: &[usize]) -> f64 {
    let (inputs, outputs) = fans(shape);
    (inputs + outputs) as f64 / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_spread() {
        let n = 47.0_f64;
        let limit = (3.0 * 1.0 / n).sqrt();
        assert_eq!(
            GlorotUniform {}.distribution_of(&[30, 64]),
            ElementDistribution::Uniform { low: -limit, high: limit }
        );
        let sd = GlorotNormal {}.distribution_of(&[30, 64]).standard_deviation();
        assert!((sd * sd - 1.0 / n).abs() < 1e-12);
    }
}
