//! Rows of numbers, and what their columns stand for.
//!
//! A [`Matrix`] holds rows of its own, [`Rows`] borrows them. [`Columns`] says which numbers of a row came from which column of a table.
//! Layers for categories read columns as something else than ordinary features: [`ColumnEncodings`] says which, [`Lookup`] and [`struct@Hash`] how.

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
