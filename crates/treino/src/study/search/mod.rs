//! Samplers: which config to try next.
//!
//! A suggestion is a pure function of the space, the study's seed, the number of the config and the earlier results, so
//! a study proposes the same configs whatever the number of workers.

#[cfg(test)]
pub(super) mod fixture;
mod grid;
mod random;
mod sobol;
mod sobol_numbers;
mod tpe;

pub use grid::{Grid, grid_size};
pub use random::Random;
pub use sobol::Sobol;
pub use tpe::Tpe;

use treino_engine::double::exp;
use treino_engine::math::ln_f64;

/// The domain of one dimension of a space, without its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Domain {
    /// One of this number of choices.
    Choices(usize),
    /// A number in [low, high].
    Float {
        /// The least.
        low: f64,
        /// The most.
        high: f64,
        /// Whether it is uniform in its logarithm.
        log: bool,
        /// The share of configs in which it is exactly 0.
        zero: f64,
    },
    /// An integer in [low, high].
    Int {
        /// The least.
        low: i64,
        /// The most.
        high: i64,
        /// How it is drawn.
        scale: IntScale,
    },
}

/// How integers are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntScale {
    /// Uniformly.
    Linear,
    /// Uniformly in the logarithm.
    Log,
    /// Only powers of two.
    Pow2,
}

impl Domain {
    /// The entry at the position u in [0, 1) of the domain on its own scale, rounded to four significant digits:
    /// choices and integers have equal shares of [0, 1); on a logarithmic scale, an integer has the share from half
    /// below to half above it.
    /// it, on a logarithmic scale those from half below to half above each.
    pub fn at(&self, u: f64) -> f64 {
        let even = |low: f64, high: f64, u: f64| low + u * (high - low);
        let log = |low: f64, high: f64, u: f64| exp(even(ln_f64(low), ln_f64(high), u));
        match *self {
            Domain::Choices(n) => (u * n as f64).floor().min(n as f64 - 1.0),
            Domain::Float { zero, .. } if u < zero => 0.0,
            Domain::Float { low, high, log: is_log, zero } => {
                let u = (u - zero) / (1.0 - zero);
                let x = if is_log { log(low, high, u) } else { even(low, high, u) };
                four_digits(x).clamp(low, high)
            }
            Domain::Int { low, high, scale } => {
                let (low, high) = (low as f64, high as f64);
                let x = match scale {
                    IntScale::Linear => even(low - 0.5, high + 0.5, u).round(),
                    IntScale::Log => log(low - 0.5, high + 0.5, u).round(),
                    IntScale::Pow2 => {
                        let (first, last) = ((low as u64).ilog2(), (high as u64).ilog2());
                        (1_u64 << even(f64::from(first), f64::from(last + 1), u) as u32) as f64
                    }
                };
                x.clamp(low, high)
            }
        }
    }
}

/// A number with four significant digits: more are not meaningful, and these are easy to type.
fn four_digits(x: f64) -> f64 {
    format!("{x:.3e}").parse().unwrap_or(x)
}

/// A point: one entry per dimension; `None` if its condition does not hold. Choices hold the index, numbers their
/// value.
pub type SearchPoint = Vec<Option<f64>>;

/// A space of configs.
pub trait Space {
    /// Its dimensions.
    fn domains(&self) -> &[Domain];

    /// Whether a dimension is active, given the entries before it.
    fn is_active(&self, dimension: usize, before: &[Option<f64>]) -> bool;
}

/// A config that was suggested before, and its result.
#[derive(Debug, Clone, Copy)]
pub struct EvaluatedConfig<'a> {
    /// Its point.
    pub point: &'a SearchPoint,
    /// Its value, less is better; `None` while it is pending, NaN or infinity if it diverged.
    pub value: Option<f64>,
}

/// A method of search.
pub trait Sampler {
    /// The config with that number; `None` if there are no more.
    fn suggest(&self, space: &dyn Space, index: usize, seen: &[EvaluatedConfig<'_>], seed: u64) -> Option<SearchPoint>;
}
