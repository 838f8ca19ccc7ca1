//! Train, compare and explain neural networks on tables.

#![forbid(unsafe_code)]

pub mod data;
pub mod error;

pub use error::{Error, Result};
