//! Columns that a layer reads in a way of its own.
//!
//! Who reads an input layer decides how its columns become numbers. An ordinary layer gets the features of the recipe. A
//! layer for categories that reads an input layer with `columns` directly gets one number a column instead:
//!
//! | reader | a cell becomes |
//! |---|---|
//! | `discretization` | the number, not scaled; a missing one is filled as `impute` says |
//! | `embedding`, `category_encoding` | of a column of numbers the number as it is, and a missing one is an error; of other columns 1, 2, ... for the levels, most frequent first, and 0 for an unknown or missing one. `min_frequency` and `max_categories` hold |
//! | `string_lookup`, `integer_lookup` | the index in the layer's vocabulary; a missing cell is the mask where there is one, else unknown |
//! | `hashing` | the bin of the text or whole number; a missing cell is the mask where there is one, else the empty text |
//!
//! All columns of one input layer share one vocabulary or numbering. Readers of one input layer that want different numbers
//! are refused; two input layers may name the same column. A column that only such input layers name is none of the ordinary
//! features. What `embedding`, `category_encoding`, `string_lookup` and `hashing` read is kept as text where it is long text,
//! yes and no, or dates.

use super::hash::Hash;
use super::lookup::{Lookup, VocabularyKey, learn};

/// How a layer reads columns of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnEncoding {
    /// Numbers of any kind.
    Amounts,
    /// Whole numbers from 0, or levels.
    Ids,
    /// Texts by their index in a vocabulary.
    Texts(LookupFit<String>),
    /// Whole numbers by their index in a vocabulary.
    Integers(LookupFit<i64>),
    /// Bins.
    Bins(Hash),
}

/// A lookup, and how its vocabulary is learnt where it has none.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupFit<T> {
    /// The lookup.
    pub lookup: Lookup<T>,
    /// At most so many tokens are learnt.
    pub max_tokens: usize,
    /// This token is not learnt.
    pub excluded: T,
}

/// An input layer whose columns are read in a way of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct InputLayerColumns {
    /// The input layer.
    pub layer: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// How they are read.
    pub reading: ColumnEncoding,
    /// The layers that read them, by their places in the list.
    pub readers: Vec<usize>,
}

/// What the layers of a network ask of the columns of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnEncodings {
    /// Input layers that are read in a way of their own.
    pub requests: Vec<InputLayerColumns>,
    /// Columns that other input layers name.
    pub ordinary: Vec<String>,
    /// Whether no layer reads whole rows, so that columns without a name among these are not read at all.
    pub only_named: bool,
}

impl ColumnEncodings {
    /// Whether a column is none of the ordinary features.
    pub fn takes(&self, column: &str) -> bool {
        let named = |request: &InputLayerColumns| request.columns.iter().any(|c| c == column);
        self.requests.iter().any(named) && !self.ordinary.iter().any(|c| c == column)
    }

    /// Whether no layer reads a column.
    pub fn skips(&self, column: &str) -> bool {
        let named = |request: &InputLayerColumns| request.columns.iter().any(|c| c == column);
        self.only_named && !self.requests.iter().any(named) && !self.ordinary.iter().any(|c| c == column)
    }
}

impl<T: VocabularyKey> LookupFit<T> {
    /// The lookup with a vocabulary: its own, or the most frequent of these tokens.
    pub fn fitted(&self, tokens: impl Iterator<Item = (T, usize)>) -> Lookup<T> {
        let mut lookup = self.lookup.clone();
        if lookup.vocabulary.is_empty() {
            let never: Vec<&T> = self.lookup.mask.iter().chain([&self.excluded]).collect();
            lookup.vocabulary = learn(tokens, &never, self.max_tokens);
        }
        lookup
    }
}
