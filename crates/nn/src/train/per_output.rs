//! Settings that apply to all outputs of a network, or to each by its name.

use treino_core::catalog::{Entries, Field, Node, Value};
use treino_core::error::{Error, Result};

/// One value for all outputs, or one for each by its name.
#[derive(Debug, Clone, PartialEq)]
pub enum PerOutput<T> {
    /// The same for all.
    Same(T),
    /// By output name.
    Each(Vec<(String, T)>),
}

impl<T> PerOutput<T> {
    /// The value for an output, if there is one.
    pub fn of(&self, output: &str) -> Option<&T> {
        match self {
            PerOutput::Same(it) => Some(it),
            PerOutput::Each(each) => each.iter().find(|(name, _)| name == output).map(|(_, it)| it),
        }
    }

    /// Returns an error for names that no output has; `path` is their position in the spec.
    ///
    /// # Errors
    /// The message has the first such name, with the nearest valid one.
    pub fn check(&self, outputs: &[&str], path: &str) -> Result<()> {
        let PerOutput::Each(each) = self else { return Ok(()) };
        match each.iter().find(|(name, _)| !outputs.contains(&name.as_str())) {
            Some((name, _)) => Err(Error::input(format!("{path} names \"{name}\", but no output is called so"))
                .nearest(name, outputs.iter().copied())),
            None => Ok(()),
        }
    }
}

impl<T> From<T> for PerOutput<T> {
    fn from(it: T) -> Self {
        PerOutput::Same(it)
    }
}

impl<T: Field> Field for PerOutput<T> {
    fn read(node: &Node, path: &str) -> Result<Self> {
        let each = match &node.value {
            Value::Table(table) if table.get("type").is_none() => table,
            _ => return T::read(node, path).map(PerOutput::Same),
        };
        let one = |entry: &treino_core::catalog::Entry| {
            Ok((entry.key.clone(), T::read(&entry.node, &format!("{path}.{}", entry.key))?))
        };
        each.list.iter().map(one).collect::<Result<_>>().map(PerOutput::Each)
    }

    fn write(&self) -> Option<Value> {
        match self {
            PerOutput::Same(it) => it.write(),
            PerOutput::Each(each) => {
                let mut table = Entries::default();
                for (name, it) in each {
                    table.set(name, it.write()?.into());
                }
                Some(Value::Table(table))
            }
        }
    }
}
