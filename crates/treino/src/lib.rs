//! Train, compare and explain neural networks on tables.

#![forbid(unsafe_code)]

pub mod activations;
pub mod callbacks;
pub mod catalog;
pub mod data;
pub mod error;
pub mod initializers;
pub mod layers;
pub mod losses;
pub mod metrics;
pub mod model;
pub mod optimizers;
pub mod regularizers;
pub mod spec;
pub mod store;
pub mod train;
pub mod report;
pub mod study;

pub use error::{Error, Result};
