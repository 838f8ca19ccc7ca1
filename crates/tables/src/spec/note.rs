//! A note to the user about an automatic decision.

use std::fmt;

/// An automatic decision about a table, so that the user can disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The column that it is about, if any.
    pub column: Option<String>,
    /// The text: a sentence without a full stop, starting in lower case.
    pub text: String,
}

impl Note {
    /// A note about the table as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Note { column: None, text: text.into() }
    }

    /// A note about one column.
    pub fn about(column: &str, text: impl Into<String>) -> Self {
        Note { column: Some(column.to_string()), text: text.into() }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "column \"{column}\": {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}
