//! A summary of a table, for the top of a report.

use crate::column::column::ColumnKind;
use crate::source::csv_format::CsvFormat;

/// A summary of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The file.
    pub source: String,
    /// The number of its rows, including those without a target.
    pub rows: usize,
    /// The number of its columns, including the targets.
    pub columns: usize,
    /// The number of columns of each type (without the targets); types without columns are omitted.
    pub kinds: Vec<(ColumnKind, usize)>,
    /// Missing cells in these columns.
    pub missing: usize,
    /// The format of the file, if it is CSV.
    pub dialect: Option<CsvFormat>,
    /// The distribution of the target, over all rows that have one.
    pub distribution: Distribution,
    /// The distribution of each further target.
    pub more_distributions: Vec<Distribution>,
}

/// The distribution of a target.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// The number of rows of each class, in the order of the classes.
    Classes(Vec<(String, usize)>),
    /// A number, in its own units.
    Numbers {
        /// The smallest.
        min: f64,
        /// The median.
        median: f64,
        /// The largest.
        max: f64,
        /// The mean.
        mean: f64,
        /// The standard deviation, with n in the denominator.
        sd: f64,
    },
}
