//! Rows of numbers, and the meaning of their columns.
//!
//! A [`Matrix`] owns its rows, [`Rows`] borrows them. [`Columns`] gives the column of a table for each number of a row.
//! Layers for categories need other encodings than ordinary inputs: [`ColumnEncodings`] lists them, [`Lookup`] and
//! [`struct@Hash`] compute them.

mod column_encoding;
mod columns;
mod hash;
mod lookup;
mod matrix;
mod view;

pub use column_encoding::{ColumnEncoding, ColumnEncodings, InputLayerColumns, LookupFit};
pub use columns::Columns;
pub use hash::{Hash, fingerprint64};
pub use lookup::{Lookup, Sorted, VocabularyKey, learn};
pub use matrix::Matrix;
pub use view::Rows;
