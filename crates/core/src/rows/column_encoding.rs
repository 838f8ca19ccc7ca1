//! Special encodings of columns for layers.
//!
//! The layer that reads an input layer decides how the columns become numbers. An ordinary layer gets the inputs of the
//! recipe. A layer for categories that directly reads an input layer with `columns` gets one number per column instead:
//!
//! | layer | value of a cell |
//! |---|---|
//! | `discretization` | the number, not scaled; a missing one is imputed as `impute` specifies |
//! | `embedding`, `category_encoding` | a column of numbers gives the numbers unchanged, and a missing one is an error;
//! other columns give 1, 2, ... for the levels, most frequent first, and 0 for an unknown or missing one.
//! `min_frequency` and `max_categories` apply |
//! | `string_lookup`, `integer_lookup` | the index in the layer's vocabulary; a missing cell is the mask if there is
//! one, else unknown |
//! | `hashing` | the bin of the text or integer; a missing cell is the mask if there is one, else the empty text |
//!
//! All columns of one input layer share one vocabulary or numbering. Layers that need different encodings of one input
//! layer are an error; two input layers may name the same column. A column that only such input layers name does not
//! give ordinary inputs. For `embedding`, `category_encoding`, `string_lookup` and `hashing`, columns of long text,
//! booleans or dates are kept as text.

use super::hash::Hash;
use super::lookup::{Lookup, VocabularyKey, learn};

/// How a layer encodes columns of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnEncoding {
    /// Numbers of any kind.
    Amounts,
    /// Integers from 0, or levels.
    Ids,
    /// Texts by their index in a vocabulary.
    Texts(LookupFit<String>),
    /// Integers by their index in a vocabulary.
    Integers(LookupFit<i64>),
    /// Bins.
    Bins(Hash),
}

/// A lookup, and how its vocabulary is learned if it has none.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupFit<T> {
    /// The lookup.
    pub lookup: Lookup<T>,
    /// The largest number of tokens that are learned.
    pub max_tokens: usize,
    /// This token is not learned.
    pub excluded: T,
}

/// An input layer whose columns have a special encoding.
#[derive(Debug, Clone, PartialEq)]
pub struct InputLayerColumns {
    /// The input layer.
    pub layer: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Their encoding.
    pub reading: ColumnEncoding,
    /// The layers that read them, by their indices in the list.
    pub readers: Vec<usize>,
}

/// The column encodings that the layers of a network request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnEncodings {
    /// Input layers with a special encoding.
    pub requests: Vec<InputLayerColumns>,
    /// Columns that other input layers name.
    pub ordinary: Vec<String>,
    /// Whether no layer reads whole rows, so that columns that are not named here are not read.
    pub only_named: bool,
}

impl ColumnEncodings {
    /// Whether a column does not give ordinary inputs.
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
