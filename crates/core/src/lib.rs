//! What all crates of Treino speak.
//!
//! - [`error`]: what can go wrong, with place and remedy.
//! - [`catalog`]: what exists (losses, layers, sections of a spec, ...), each declared once with its parameters.
//! - [`rows`]: rows of numbers, and what their columns stand for.
//! - [`nullable`]: numbers that need not be finite, in JSON.
//! - [`files`]: files that are written in one piece or grow by whole pieces, and checksums.

#![forbid(unsafe_code)]

pub mod catalog;
pub mod error;
pub mod files;
pub mod nullable;
pub mod rows;

pub use error::{Error, Result};
