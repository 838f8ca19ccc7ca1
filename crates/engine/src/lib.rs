#![doc = include_str!("../README.md")]

pub mod affine;
pub mod aligned;
pub mod double;
pub mod flush;
pub mod fused_activation;
pub mod gather;
pub mod math;
pub mod pool;
pub mod product;
pub mod random;
pub mod reduce;
pub mod simd;
