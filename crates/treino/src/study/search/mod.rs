//! Searching a space: which config to try next.
//!
//! A suggestion is a pure function of the space, the study's seed, the number of the config and what has been seen, so a
//! study proposes the same whatever the number of workers.

mod grid;

pub use grid::{Grid, grid_size};

/// What one dimension of a space may hold, without its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Domain {
    /// One of so many.
    Choices(usize),
    /// A number in [low, high].
    Float {
        /// The least.
        low: f64,
        /// The most.
        high: f64,
        /// Whether it is drawn evenly in its logarithm.
        log: bool,
        /// The share of configs in which it is exactly 0.
        zero: f64,
    },
    /// A whole number in [low, high].
    Int {
        /// The least.
        low: i64,
        /// The most.
        high: i64,
        /// How it is drawn.
        scale: IntScale,
    },
}

/// How whole numbers are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntScale {
    /// Evenly.
    Linear,
    /// Evenly in the logarithm.
    Log,
    /// Powers of two alone.
    Pow2,
}

/// A point: one entry a dimension; `None` where its condition does not hold. Choices hold the index, numbers themselves.
pub type Point = Vec<Option<f64>>;

/// A space of configs.
pub trait Space {
    /// Its dimensions.
    fn domains(&self) -> &[Domain];

    /// Whether a dimension is there, given the entries before it.
    fn is_active(&self, dimension: usize, before: &[Option<f64>]) -> bool;
}

/// A config that was suggested before, and what came of it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Where it is.
    pub point: &'a Point,
    /// Its value, less is better; `None` while it is pending, NaN or infinity where it diverged.
    pub value: Option<f64>,
}

/// A way of searching.
pub trait Sampler {
    /// The config of that number; `None` when there are no more.
    fn suggest(&self, space: &dyn Space, index: usize, seen: &[Seen<'_>], seed: u64) -> Option<Point>;
}
