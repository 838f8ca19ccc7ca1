//! A table in memory: typed columns.

use crate::cell::text::composed;
use crate::column::column::{Column, ColumnKind};
use crate::source::csv_format::CsvFormat;
use crate::spec::note::Note;
use treino_core::{Error, Result};

/// The content of a file: columns of one type each, with their missing cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The file, or its name in messages.
    pub name: String,
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// The number of rows, the header not counted.
    pub rows: usize,
    /// The format of the file, if it is CSV.
    pub dialect: Option<CsvFormat>,
    /// What was decided while reading.
    pub notes: Vec<Note>,
}

impl Table {
    /// Creates a table from columns in memory.
    ///
    /// # Errors
    /// Returns an error if there are no columns, if columns differ in length, if a number is infinite, or if two
    /// columns have the same name.
    pub fn new(name: &str, columns: Vec<Column>) -> Result<Self> {
        let rows = columns.first().and_then(Column::rows).unwrap_or(0);
        for (i, column) in columns.iter().enumerate() {
            if column.rows().is_some_and(|n| n != rows) {
                return Err(Error::input(format!(
                    "column \"{}\" has {} rows, and the first has {rows}",
                    column.name,
                    column.rows().unwrap_or(0)
                )));
            }
            if columns[..i].iter().any(|c| c.name == column.name) {
                return Err(Error::input(format!("two columns are called \"{}\"", column.name)));
            }
            if column.stats.min.is_infinite() || column.stats.max.is_infinite() {
                return Err(Error::input(format!("column \"{}\" holds an infinite number", column.name)));
            }
        }
        if columns.is_empty() || rows == 0 {
            return Err(Error::input(format!("the table \"{name}\" has no rows")));
        }
        Ok(Table { name: name.to_string(), columns, rows, dialect: None, notes: Vec::new() })
    }

    /// The column with the given name.
    ///
    /// # Errors
    /// Returns an error with the nearest name if there is no such column.
    pub fn column(&self, name: &str) -> Result<&Column> {
        self.position(name).map(|i| &self.columns[i])
    }

    /// The names of the columns.
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// The position of the column with the given name.
    pub(crate) fn position(&self, name: &str) -> Result<usize> {
        position(&self.name, self.columns.iter().map(|c| c.name.as_str()), name)
    }

    /// The number of columns of each type; types without columns are omitted.
    pub fn kinds(&self) -> Vec<(ColumnKind, usize)> {
        ColumnKind::ALL
            .into_iter()
            .map(|k| (k, self.columns.iter().filter(|c| c.kind == k).count()))
            .filter(|(_, n)| *n > 0)
            .collect()
    }

    /// The total number of missing cells.
    pub fn missing(&self) -> usize {
        self.columns.iter().map(|c| c.stats.missing).sum()
    }
}

/// The position of `name` among the column names of a file, or an error with the nearest one.
pub(crate) fn position<'a>(file: &str, names: impl Iterator<Item = &'a str> + Clone, name: &str) -> Result<usize> {
    let wanted = composed(name);
    names
        .clone()
        .position(|n| n == wanted)
        .ok_or_else(|| Error::input(format!("there is no column \"{name}\"")).in_file(file).nearest(name, names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_in_memory_is_checked() {
        let x = || Column::numbers("x", vec![1.0, 2.0]);
        let t = Table::new("t", vec![x(), Column::categories("c", ["a", "b"])]).unwrap();
        assert_eq!(t.rows, 2);
        assert_eq!(t.column("C").unwrap_err().helps(), ["did you mean \"c\"?"]);
        assert!(Table::new("t", vec![x(), x()]).unwrap_err().message().contains("two columns"));
        assert!(Table::new("t", vec![x(), Column::numbers("y", vec![1.0])]).is_err());
        assert!(Table::new("t", vec![Column::numbers("y", vec![f64::INFINITY])]).is_err());
        assert!(Table::new("t", vec![]).is_err());
    }
}
