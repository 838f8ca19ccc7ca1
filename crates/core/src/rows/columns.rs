//! The meaning of the numbers in a row.

use crate::error::{Error, Result};
use std::ops::Range;

/// The width of the rows that enter a network, and the column of a table that each of their numbers comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    total: usize,
    named: Vec<(String, Range<usize>)>,
    /// Columns with a special encoding for an input layer; their numbers follow all others.
    read: Vec<InputRange>,
}

/// A column with a special encoding for an input layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputRange {
    /// The input layer.
    pub layer: String,
    /// The column.
    pub name: String,
    /// Its position in a row.
    pub at: usize,
    /// The exclusive upper bound of its numbers, which are integers from 0.
    pub below: Option<usize>,
    /// Whether a lookup or hashing layer was applied to it.
    pub encoded: bool,
}

impl From<usize> for Columns {
    /// Rows of `total` numbers without names.
    fn from(total: usize) -> Self {
        Columns { total, ..Columns::default() }
    }
}

impl Columns {
    /// Adds a column that became `width` numbers, after the others.
    pub fn push(&mut self, name: &str, width: usize) {
        let start = self.total;
        self.total += width;
        self.named.push((name.to_string(), start..self.total));
    }

    /// Adds a column with a special encoding for an input layer.
    pub fn push_read(&mut self, layer: &str, name: &str, below: Option<usize>, encoded: bool) {
        let (layer, name, at) = (layer.to_string(), name.to_string(), self.total);
        self.total += 1;
        self.read.push(InputRange { layer, name, at, below, encoded });
    }

    /// The columns with a special encoding for an input layer; empty if it is an ordinary one.
    pub fn read_by(&self, layer: &str) -> Vec<&InputRange> {
        self.read.iter().filter(|read| read.layer == layer).collect()
    }

    /// The count of numbers in a row without a special encoding. They come first.
    pub fn ordinary(&self) -> usize {
        self.total - self.read.len()
    }

    /// The count of numbers in a row.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The numbers that a column became.
    ///
    /// # Errors
    /// Returns an error for an unknown name, with the nearest one.
    pub fn find(&self, name: &str) -> Result<Range<usize>> {
        match self.named.iter().find(|(n, _)| n == name) {
            Some((_, range)) => Ok(range.clone()),
            None if self.named.is_empty() => Err(Error::input(format!("there is no column \"{name}\""))
                .help("these rows have no named columns: give the input layer a shape instead")),
            None => Err(Error::input(format!("there is no column \"{name}\" among the inputs"))
                .nearest(name, self.named.iter().map(|(n, _)| n.as_str()))),
        }
    }
}
