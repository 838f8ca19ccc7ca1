//! The distribution that the elements of a variable are drawn from.
//!
//! Normal distributions are sampled by inverting their distribution function: element `i` needs exactly draw `i` of the
//! stream, nothing is redrawn, and so each element is a pure function of its index.

use super::Initialize;
use treino_engine::math::normal_quantile;
use treino_engine::random::Stream;

/// A distribution, with its parameters computed for one variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ElementDistribution {
    /// A constant.
    Constant(f64),
    /// Uniform in [low, high).
    Uniform {
        /// Smallest value.
        low: f64,
        /// The exclusive upper bound.
        high: f64,
    },
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        stddev: f64,
    },
    /// Normal, truncated at two standard deviations on both sides, which leaves 0.8796 of the standard deviation.
    TruncatedNormal {
        /// Mean.
        mean: f64,
        /// Standard deviation before the truncation.
        stddev: f64,
    },
}

/// An initializer that draws each element from the same distribution.
pub trait DrawElements: std::fmt::Debug {
    /// The distribution for a variable of that shape.
    fn distribution_of(&self, shape: &[usize]) -> ElementDistribution;
}

impl<D: DrawElements> Initialize for D {
    fn law(&self, shape: &[usize]) -> Option<ElementDistribution> {
        Some(self.distribution_of(shape))
    }

    fn fill(&self, shape: &[usize], stream: Stream, out: &mut [f32]) {
        self.distribution_of(shape).draw(stream, out);
    }
}

/// The normal distribution function at -2: the probability that the truncation removes on each side.
const TAIL: f64 = 0.022_750_131_948_179_21;

impl ElementDistribution {
    /// Fills `out`: its element `i` is draw `i` of the stream.
    pub fn draw(self, stream: Stream, out: &mut [f32]) {
        match self {
            ElementDistribution::Constant(value) => out.fill(value as f32),
            ElementDistribution::Uniform { low, high } => {
                let (low, width) = (low as f32, (high - low) as f32);
                stream.fill_uniform(out);
                for w in out {
                    *w = w.mul_add(width, low);
                }
            }
            ElementDistribution::Normal { mean, stddev } => {
                for (i, w) in out.iter_mut().enumerate() {
                    let z = normal_quantile(stream.uniform_f64(i as u64));
                    *w = z.mul_add(stddev, mean) as f32;
                }
            }
            ElementDistribution::TruncatedNormal { mean, stddev } => {
                for (i, w) in out.iter_mut().enumerate() {
                    let p = stream.uniform_f64(i as u64).mul_add(1.0 - 2.0 * TAIL, TAIL);
                    let z = normal_quantile(p).clamp(-2.0, 2.0);
                    *w = z.mul_add(stddev, mean) as f32;
                }
            }
        }
    }

    /// The standard deviation of the draws.
    pub fn standard_deviation(self) -> f64 {
        match self {
            ElementDistribution::Constant(_) => 0.0,
            ElementDistribution::Uniform { low, high } => (high - low) / 12.0_f64.sqrt(),
            ElementDistribution::Normal { stddev, .. } => stddev,
            ElementDistribution::TruncatedNormal { stddev, .. } => stddev * super::variance_scaling::CUT,
        }
    }

    /// The mean of the draws.
    pub fn mean(self) -> f64 {
        match self {
            ElementDistribution::Constant(value) => value,
            ElementDistribution::Uniform { low, high } => 0.5 * (low + high),
            ElementDistribution::Normal { mean, .. } | ElementDistribution::TruncatedNormal { mean, .. } => mean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use treino_engine::random::Purpose;

    #[test]
    fn draws_have_the_moments_of_their_law() {
        let n = 200_000;
        let mut out = vec![0.0; n];
        for (law, kurtosis) in [
            (ElementDistribution::Uniform { low: -1.0, high: 2.0 }, 1.8),
            (ElementDistribution::Normal { mean: 0.5, stddev: 0.25 }, 3.0),
            (ElementDistribution::TruncatedNormal { mean: -0.5, stddev: 3.0 }, 2.4),
        ] {
            law.draw(Stream::new(1, Purpose::Init, "dense/kernel"), &mut out);
            let mean = out.iter().map(|w| f64::from(*w)).sum::<f64>() / n as f64;
            let var = out.iter().map(|w| (f64::from(*w) - mean).powi(2)).sum::<f64>() / n as f64;
            // Four standard errors each: sd / sqrt n for the mean, var * sqrt((kurtosis - 1) / n) for the variance.
            let (sd, root) = (law.standard_deviation(), (n as f64).sqrt());
            assert!((mean - law.mean()).abs() < 4.0 * sd / root, "{law:?}: mean {mean}");
            let slack = 4.0 * sd * sd * (kurtosis - 1.0_f64).sqrt() / root;
            assert!((var - sd * sd).abs() < slack, "{law:?}: variance {var}");
            match law {
                ElementDistribution::Uniform { low, high } => {
                    assert!(out.iter().all(|w| f64::from(*w) >= low && f64::from(*w) < high));
                }
                ElementDistribution::TruncatedNormal { mean, stddev } => {
                    assert!(out.iter().all(|w| (f64::from(*w) - mean).abs() <= 2.0 * stddev * (1.0 + 1e-7)));
                }
                _ => {}
            }
        }
    }
}
