//! Results as tables, for display and export.

/// Data in rows and columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FigureTable {
    /// Names of the columns.
    pub head: Vec<String>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<FigureCell>>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum FigureCell {
    /// A number: with all digits in files, rounded and in the language's format for display.
    Number(f64),
    /// A text.
    Text(String),
    /// An empty cell.
    Empty,
}

impl From<f64> for FigureCell {
    fn from(x: f64) -> Self {
        if x.is_nan() { FigureCell::Empty } else { FigureCell::Number(x) }
    }
}

impl From<Option<f64>> for FigureCell {
    fn from(x: Option<f64>) -> Self {
        x.map_or(FigureCell::Empty, FigureCell::from)
    }
}

impl From<&str> for FigureCell {
    fn from(text: &str) -> Self {
        FigureCell::Text(text.to_string())
    }
}

impl From<String> for FigureCell {
    fn from(text: String) -> Self {
        FigureCell::Text(text)
    }
}

impl FigureTable {
    /// An empty table with these columns.
    pub fn new<S: Into<String>>(head: impl IntoIterator<Item = S>) -> Self {
        FigureTable { head: head.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If the number of cells differs from that of the columns.
    pub fn row(&mut self, cells: impl IntoIterator<Item = FigureCell>) {
        let cells: Vec<FigureCell> = cells.into_iter().collect();
        assert_eq!(cells.len(), self.head.len(), "a row has a cell for each column");
        self.rows.push(cells);
    }
}
