//! Values as they were typed, each knowing where it stands.

use crate::error::{Error, TextSpan};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Where a value comes from.
#[derive(Debug, Clone, Default)]
pub enum Origin {
    /// Made by the program.
    #[default]
    Program,
    /// A stretch of a file.
    File(Arc<Path>, TextSpan),
    /// A flag of the command line, such as `--batch-size`.
    Flag(String),
}

/// A value and where it comes from.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub origin: Origin,
}

/// A value of a spec.
#[derive(Debug, Clone)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any number.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A table of named values, in the order of writing.
    Table(Entries),
}

/// The entries of a table.
#[derive(Debug, Clone, Default)]
pub struct Entries {
    /// Name and value, in the order of writing.
    pub list: Vec<Entry>,
    /// Where the table begins.
    pub origin: Origin,
}

/// A named value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The name.
    pub key: String,
    /// Where the name stands.
    pub origin: Origin,
    /// The value.
    pub node: Node,
}

impl Origin {
    /// Adds the place to an error that has none yet.
    pub fn place(&self, error: Error) -> Error {
        match self {
            Origin::Program => error,
            Origin::File(path, span) => error.in_file(path.to_path_buf()).at(*span),
            Origin::Flag(flag) => error.help(format!("it was given with {flag}")),
        }
    }
}

impl Node {
    /// Adds the node's place to an error.
    pub fn place(&self, error: Error) -> Error {
        self.origin.place(error)
    }

    /// The text, where the value is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_string())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Float(number)
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Self {
        Value::Bool(is)
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        Node { value, origin: Origin::Program }
    }
}

impl Entries {
    /// The value of that name.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.list.iter().find(|e| e.key == key).map(|e| &e.node)
    }

    /// Puts a value in, in the place of an earlier one of the same name or at the end.
    pub fn set(&mut self, key: &str, node: Node) {
        let origin = node.origin.clone();
        match self.list.iter_mut().find(|e| e.key == key) {
            Some(entry) => entry.node = node,
            None => self.list.push(Entry { key: key.to_string(), origin, node }),
        }
    }

    /// Takes a value out.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let at = self.list.iter().position(|e| e.key == key)?;
        Some(self.list.remove(at).node)
    }

    /// The table of that name, made where it is missing; `None` if the name holds something else.
    pub fn table_mut(&mut self, key: &str, origin: &Origin) -> Option<&mut Entries> {
        if self.get(key).is_none() {
            let table = Entries { list: Vec::new(), origin: origin.clone() };
            self.set(key, Node { value: Value::Table(table), origin: origin.clone() });
        }
        match &mut self.list.iter_mut().find(|e| e.key == key)?.node.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int(i) => write!(f, "{i}"),
            Value::Float(x) if *x != 0.0 && x.abs() < 1e-4 => write!(f, "{x:e}"),
            Value::Float(x) => write!(f, "{x}"),
            Value::Text(t) => write!(f, "\"{t}\""),
            Value::List(items) => {
                let shown: Vec<String> = items.iter().map(|n| n.value.to_string()).collect();
                write!(f, "[{}]", shown.join(", "))
            }
            Value::Table(entries) => {
                let shown: Vec<String> = entries.list.iter().map(|e| format!("{} = {}", e.key, e.node.value)).collect();
                write!(f, "{{ {} }}", shown.join(", "))
            }
        }
    }
}
