//! Rows of numbers, and what their columns stand for.
//!
//! A [`Matrix`] holds rows of its own, [`Rows`] borrows them. [`Columns`] says which numbers of a row came from which column of a table.
//! Layers for categories read columns as something else than ordinary features: [`Readings`] says which, [`Lookup`] and [`struct@Hash`] how.

mod columns;
mod hash;
mod lookup;
mod matrix;
mod reading;
mod view;

pub use columns::Columns;
pub use hash::{Hash, fingerprint64};
pub use lookup::{Lookup, Sorted, Token, learn};
pub use matrix::Matrix;
pub use reading::{Learnable, Reading, Readings, Request};
pub use view::Rows;
