//! A metric with its name in the history.

use super::Metric;
use treino_core::catalog::{Entries, Field, Node, Value};
use treino_core::error::Result;

/// A metric and the name under which the history holds it: as typed, as in Keras (`"mae"` stays `mae`), or a `name` given
/// with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedMetric {
    /// The name in the history.
    pub name: String,
    /// The metric.
    pub metric: Metric,
}

impl NamedMetric {
    /// A metric under a name of one's own.
    pub fn new(name: impl Into<String>, metric: impl Into<Metric>) -> Self {
        NamedMetric { name: name.into(), metric: metric.into() }
    }

    /// The metric of that name, under that name; an expression is called "expression".
    ///
    /// # Errors
    /// An unknown name, with the nearest valid one.
    pub fn typed(name: &str) -> Result<Self> {
        NamedMetric::read(&Value::Text(name.to_string()).into(), "metric")
    }
}

/// What Keras's history calls a metric that is given as an object.
fn name_in_keras(metric: &Metric) -> &str {
    match metric {
        Metric::EqualAccuracy(_) => "accuracy",
        Metric::FBetaScore(_) => "fbeta_score",
        Metric::LogCoshError(_) => "logcosh",
        other => other.name(),
    }
}

impl Field for NamedMetric {
    fn read(node: &Node, path: &str) -> Result<Self> {
        if let Value::Table(table) = &node.value {
            let mut table = table.clone();
            let name = table.remove("name").map(|name| String::read(&name, path)).transpose()?;
            let metric = Metric::read(&Node { value: Value::Table(table), origin: node.origin.clone() }, path)?;
            return Ok(NamedMetric { name: name.unwrap_or_else(|| name_in_keras(&metric).to_string()), metric });
        }
        let metric = Metric::read(node, path)?;
        // The text of an expression is not its name.
        let typed = node.text().filter(|name| metric.descriptor().is_called(name));
        Ok(NamedMetric { name: typed.unwrap_or_else(|| metric.name()).to_string(), metric })
    }

    fn write(&self) -> Option<Value> {
        let name = Value::Text(self.name.clone());
        if self.metric.descriptor().params.is_empty() && self.metric.descriptor().is_called(&self.name) {
            return Some(name);
        }
        let mut table = match self.metric.write()? {
            Value::Table(table) => table,
            plain => {
                let mut table = Entries::default();
                table.set("type", plain.into());
                table
            }
        };
        table.set("name", name.into());
        Some(Value::Table(table))
    }
}
