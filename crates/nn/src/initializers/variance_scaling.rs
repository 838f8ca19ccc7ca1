//! Weights whose variance follows from the shape: the general form of Glorot, He and LeCun.
//!
//! With n the number of inputs, of outputs, or their average, the variance of each weight is scale / n.

use super::distribution::{DrawElements, ElementDistribution};
use super::fans;
use treino_core::catalog::{Kind, choice, component};

/// The standard deviation of a normal distribution truncated at two standard deviations, relative to before: draws are
/// scaled up by it.
pub(super) const CUT: f64 = 0.879_625_661_034_239_8;

choice! {
    /// By what the variance of a kernel is divided.
    pub enum Fan {
        /// Its inputs.
        In = "fan_in",
        /// Its outputs.
        Out = "fan_out",
        /// The mean of both.
        Average = "fan_avg",
    }
}

choice! {
    /// How a kernel is drawn.
    pub enum Distribution {
        /// Normal, cut at two standard deviations.
        TruncatedNormal = "truncated_normal",
        /// Normal.
        UntruncatedNormal = "untruncated_normal",
        /// Uniform.
        Uniform = "uniform",
        /// Keras's older word for `truncated_normal`.
        Normal = "normal",
    }
}

component! {
    /// Variance scale / n, where n is the number of inputs, of outputs or their average.
    ///
    /// Keras differences: `input_axes` and `output_axes`, for convolutions, are missing.
    pub struct VarianceScaling = "variance_scaling" {
        /// The variance times n.
        scale: f64 = 1.0, Kind::POSITIVE;
        /// What n is: inputs, outputs or their average.
        mode: Fan = Fan::In, Fan::KIND;
        /// The distribution; "normal" is Keras's older word for "truncated_normal".
        distribution: Distribution = Distribution::TruncatedNormal, Distribution::KIND;
    }
}

impl DrawElements for VarianceScaling {
    fn distribution_of(&self, shape: &[usize]) -> ElementDistribution {
        let (inputs, outputs) = fans(shape);
        let n = match self.mode {
            Fan::In => inputs as f64,
            Fan::Out => outputs as f64,
            Fan::Average => (inputs + outputs) as f64 / 2.0,
        };
        match self.distribution {
            Distribution::Uniform => uniform(self.scale, n),
            Distribution::UntruncatedNormal => {
                ElementDistribution::Normal { mean: 0.0, stddev: (self.scale / n.max(1.0)).sqrt() }
            }
            Distribution::TruncatedNormal | Distribution::Normal => truncated(self.scale, n),
        }
    }
}

/// The uniform distribution with variance scale / n.
pub(super) fn uniform(scale: f64, n: f64) -> ElementDistribution {
    let limit = (3.0 * scale / n.max(1.0)).sqrt();
    ElementDistribution::Uniform { low: -limit, high: limit }
}

/// The truncated normal distribution with variance scale / n after the truncation.
pub(super) fn truncated(scale: f64, n: f64) -> ElementDistribution {
    ElementDistribution::TruncatedNormal { mean: 0.0, stddev: (scale / n.max(1.0)).sqrt() / CUT }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variance_is_the_scale_over_n() {
        for (mode, n) in [("fan_in", 30.0), ("fan_out", 64.0), ("fan_avg", 47.0)] {
            for distribution in ["truncated_normal", "untruncated_normal", "uniform", "normal"] {
                let it = VarianceScaling {
                    scale: 2.0,
                    mode: mode.parse().unwrap(),
                    distribution: distribution.parse().unwrap(),
                };
                let sd = it.distribution_of(&[30, 64]).standard_deviation();
                assert!((sd * sd - 2.0 / n).abs() < 1e-12, "{mode} {distribution}");
            }
        }
    }
}
