//! What the numbers of a row stand for.

use crate::error::{Error, Result};
use std::ops::Range;

/// How wide the rows are that go into a network, and which of their numbers came from which column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    total: usize,
    named: Vec<(String, Range<usize>)>,
}

impl From<usize> for Columns {
    /// Rows of so many numbers without names.
    fn from(total: usize) -> Self {
        Columns { total, named: Vec::new() }
    }
}

impl Columns {
    /// Adds a column that became `width` numbers, behind the others.
    pub fn push(&mut self, name: &str, width: usize) {
        let start = self.total;
        self.total += width;
        self.named.push((name.to_string(), start..self.total));
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
