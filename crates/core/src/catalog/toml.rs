//! Specs as TOML text.

use super::node::{Entries, Entry, Node, Origin, Value};
use crate::error::{Error, Result, TextSpan};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Parses TOML into entries with source positions. `path` is the name of the file in messages.
///
/// # Errors
/// Returns an error for text that is not TOML, with line and column, and for dates, which specs do not have.
pub fn parse(text: &str, path: &Path) -> Result<Entries> {
    let reader = Reader { text, path: Arc::from(path) };
    let table = DeTable::parse(text).map_err(|e| {
        let message = Error::input(format!("the spec is not valid TOML: {}", e.message()));
        reader.origin(e.span().unwrap_or(0..0)).place(message)
    })?;
    reader.table(table.get_ref(), 0..0)
}

struct Reader<'a> {
    text: &'a str,
    path: Arc<Path>,
}

impl Reader<'_> {
    fn origin(&self, range: Range<usize>) -> Origin {
        let before = self.text.get(..range.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let inside = self.text.get(range).unwrap_or("");
        let span = TextSpan {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            length: inside.lines().next().unwrap_or("").chars().count(),
        };
        Origin::File(Arc::clone(&self.path), span)
    }

    fn table(&self, table: &DeTable<'_>, range: Range<usize>) -> Result<Entries> {
        let mut entries = Entries { list: Vec::new(), origin: self.origin(range) };
        for (key, value) in table {
            let node = self.node(value)?;
            let origin = self.origin(key.span());
            entries.list.push(Entry { key: key.get_ref().to_string(), origin, node });
        }
        Ok(entries)
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Result<Node> {
        let origin = self.origin(value.span());
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(b) => Value::Bool(*b),
            DeValue::Integer(i) => {
                let number = i64::from_str_radix(i.as_str(), i.radix());
                let too_large =
                    |_| origin.place(Error::input(format!("{} is too large for a whole number", i.as_str())));
                Value::Int(number.map_err(too_large)?)
            }
            DeValue::Float(x) => {
                let bad = |_| origin.place(Error::input(format!("{} is not a number", x.as_str())));
                Value::Float(x.as_str().parse().map_err(bad)?)
            }
            DeValue::Datetime(_) => {
                return Err(origin.place(Error::input("a date has no place in a spec").help("put it in quotes")));
            }
            DeValue::Array(items) => Value::List(items.iter().map(|item| self.node(item)).collect::<Result<_>>()?),
            DeValue::Table(table) => Value::Table(self.table(table, value.span())?),
        };
        Ok(Node { value, origin })
    }
}

/// Entries as TOML text.
pub fn write(entries: &Entries) -> String {
    // A table of plain values always has a TOML form.
    toml::to_string(&toml_table(entries)).unwrap_or_default()
}

fn toml_table(entries: &Entries) -> toml::Table {
    entries.list.iter().map(|e| (e.key.clone(), toml_value(&e.node.value))).collect()
}

pub(super) fn toml_value(value: &Value) -> toml::Value {
    match value {
        Value::Bool(b) => toml::Value::Boolean(*b),
        Value::Int(i) => toml::Value::Integer(*i),
        Value::Float(x) => toml::Value::Float(*x),
        Value::Text(text) => toml::Value::String(text.clone()),
        Value::List(items) => toml::Value::Array(items.iter().map(|n| toml_value(&n.value)).collect()),
        Value::Table(table) => toml::Value::Table(toml_table(table)),
    }
}
