//! Types that all crates of Treino share.
//!
//! - [`error`]: errors, with position and help.
//! - [`catalog`]: all components (losses, layers, sections of a spec, ...), each declared once with its parameters.
//! - [`rows`]: rows of numbers, and the meaning of their columns.
//! - [`nullable`]: non-finite numbers in JSON.
//! - [`files`]: atomic writing of files, append-only logs, and checksums.

#![forbid(unsafe_code)]

pub mod catalog;
pub mod error;
pub mod files;
pub mod nullable;
pub mod rows;

pub use error::{Error, Result};
