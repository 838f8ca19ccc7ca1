//! What the numbers of a row stand for.

use crate::error::{Error, Result};
use std::ops::Range;

/// How wide the rows are that go into a network, and which of their numbers came from which column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    total: usize,
    named: Vec<(String, Range<usize>)>,
    /// Columns that an input layer has in a way of its own; their numbers stand behind all others.
    read: Vec<InputRange>,
}

/// A column as it is read by those who read an input layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputRange {
    /// The input layer.
    pub layer: String,
    /// The column.
    pub name: String,
    /// Its place in a row.
    pub at: usize,
    /// Its numbers are whole ones from 0 to below this.
    pub below: Option<usize>,
    /// Whether a lookup or hashing layer was applied to it.
    pub encoded: bool,
}

impl From<usize> for Columns {
    /// Rows of so many numbers without names.
    fn from(total: usize) -> Self {
        Columns { total, ..Columns::default() }
    }
}

impl Columns {
    /// Adds a column that became `width` numbers, behind the others.
    pub fn push(&mut self, name: &str, width: usize) {
        let start = self.total;
        self.total += width;
        self.named.push((name.to_string(), start..self.total));
    }

    /// Adds a column that those who read an input layer read in a way of their own.
    pub fn push_read(&mut self, layer: &str, name: &str, below: Option<usize>, encoded: bool) {
        let (layer, name, at) = (layer.to_string(), name.to_string(), self.total);
        self.total += 1;
        self.read.push(InputRange { layer, name, at, below, encoded });
    }

    /// The columns that an input layer has in a way of its own; none where it is an ordinary one.
    pub fn read_by(&self, layer: &str) -> Vec<&InputRange> {
        self.read.iter().filter(|read| read.layer == layer).collect()
    }

    /// Numbers in a row that no input layer has in a way of its own. They are the first.
    pub fn ordinary(&self) -> usize {
        self.total - self.read.len()
    }

    /// Numbers in a row.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The numbers that a column became.
    ///
    /// # Errors
    /// An unknown name, with the nearest one.
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
