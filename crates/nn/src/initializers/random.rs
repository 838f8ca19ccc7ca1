//! Fixed distributions, whatever the shape.
//!
//! Keras differences: none known besides the random bits. As in Keras, `truncated_normal` is not widened to compensate
//! for the truncation: with `stddev` 0.05 the weights' standard deviation is 0.044.

use super::distribution::{DrawElements, ElementDistribution};
use treino_core::catalog::{Kind, component};

component! {
    /// Normal with a fixed standard deviation.
    pub struct RandomNormal = "random_normal" ["normal"] {
        /// Mean.
        mean: f64 = 0.0, Kind::NUMBER;
        /// Standard deviation.
        stddev: f64 = 0.05, Kind::NOT_NEGATIVE;
    }
}

impl DrawElements for RandomNormal {
    fn distribution_of(&self, _shape: &[usize]) -> ElementDistribution {
        ElementDistribution::Normal { mean: self.mean, stddev: self.stddev }
    }
}

component! {
    /// Normal with a fixed standard deviation, cut at two of them on both sides.
    pub struct TruncatedNormal = "truncated_normal" {
        /// Mean.
        mean: f64 = 0.0, Kind::NUMBER;
        /// Standard deviation before the cut.
        stddev: f64 = 0.05, Kind::NOT_NEGATIVE;
    }
}

impl DrawElements for TruncatedNormal {
    fn distribution_of(&self, _shape: &[usize]) -> ElementDistribution {
        ElementDistribution::TruncatedNormal { mean: self.mean, stddev: self.stddev }
    }
}

component! {
    /// Uniform between two numbers.
    pub struct RandomUniform = "random_uniform" ["uniform"] {
        /// Lower end.
        minval: f64 = -0.05, Kind::NUMBER;
        /// Upper end.
        maxval: f64 = 0.05, Kind::NUMBER;
    }
}

impl DrawElements for RandomUniform {
    fn distribution_of(&self, _shape: &[usize]) -> ElementDistribution {
        ElementDistribution::Uniform { low: self.minval, high: self.maxval }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::draw;
    use super::*;

    #[test]
    fn values_stay_within_their_limits() {
        let w = draw(RandomUniform { minval: 1.0, maxval: 3.0 }, &[100, 100], 5);
        assert!(w.iter().all(|w| (1.0..3.0).contains(w)));
        let w = draw(TruncatedNormal { mean: 1.0, stddev: 0.5 }, &[100, 100], 5);
        assert!(w.iter().all(|w| (0.0..=2.0).contains(w)));
        // Of 10,000 normals, some are beyond two standard deviations.
        let w = draw(RandomNormal { mean: 1.0, stddev: 0.5 }, &[100, 100], 5);
        assert!(w.iter().any(|w| !(0.0..=2.0).contains(w)));
    }
}
