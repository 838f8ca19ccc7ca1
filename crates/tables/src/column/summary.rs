//! A table in a few numbers, for the head of a report.

use crate::column::column::ColumnKind;
use crate::source::csv_format::CsvFormat;

/// A table in a few numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The file.
    pub source: String,
    /// Its rows, those that lack a target included.
    pub rows: usize,
    /// Its columns, the targets included.
    pub columns: usize,
    /// How many of the columns are of which kind (the targets not counted); kinds without columns are left out.
    pub kinds: Vec<(ColumnKind, usize)>,
    /// Missing cells in these columns.
    pub missing: usize,
    /// How the file is written, if it is CSV.
    pub dialect: Option<CsvFormat>,
    /// What the target looks like, over all rows that have one.
    pub distribution: Distribution,
    /// The same of each further target.
    pub more_distributions: Vec<Distribution>,
}

/// What a target looks like.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// How many rows each class has, in the order of the classes.
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
