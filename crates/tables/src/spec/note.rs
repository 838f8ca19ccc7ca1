//! A word to the user about something that was decided for them.

use std::fmt;

/// What was decided about a table without being asked, so that a person can disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The column that it is about, where it is about one.
    pub column: Option<String>,
    /// The note: a sentence without a full stop, starting in lower case.
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
