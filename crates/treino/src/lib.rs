//! Train, compare and explain neural networks on tables.

#![forbid(unsafe_code)]

pub mod activations;
pub mod catalog;
pub mod error;
pub mod initializers;
pub mod metrics;
pub mod report;
pub mod study;

pub use error::{Error, Result};
