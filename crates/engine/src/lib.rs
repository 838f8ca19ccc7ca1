//! The arithmetic under Treino. It knows numbers, not layers.
//!
//! Two promises hold for every function here: the same inputs give the same bits on every machine, whatever its SIMD
//! width, and on any number of threads; and nothing allocates once a computation runs.

pub mod chain;
pub mod double;
pub mod finish;
pub mod math;
pub mod numbers;
pub mod pool;
pub mod product;
pub mod random;
pub mod reduce;
pub mod rows;
pub mod simd;
