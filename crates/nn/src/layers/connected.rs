//! A layer with its connections.

use super::Layer;
use treino_core::catalog::{Entries, Field, Node, Value};
use treino_core::error::{Error, Result};

/// A layer and the layers that it reads.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectedLayer {
    /// The layer.
    pub layer: Layer,
    /// Names of the layers that it reads; empty for the previous one in the list.
    pub inputs: Vec<String>,
}

impl<L: Into<Layer>> From<L> for ConnectedLayer {
    fn from(layer: L) -> Self {
        ConnectedLayer { layer: layer.into(), inputs: Vec::new() }
    }
}

impl ConnectedLayer {
    /// A layer that reads other layers by name.
    pub fn reading<'a>(layer: impl Into<Layer>, inputs: impl IntoIterator<Item = &'a str>) -> Self {
        ConnectedLayer { layer: layer.into(), inputs: inputs.into_iter().map(String::from).collect() }
    }
}

impl Field for ConnectedLayer {
    /// Reads it like a layer, with the key `inputs` in addition to the parameters: a name or a list of names.
    fn read(node: &Node, path: &str) -> Result<Self> {
        let Value::Table(table) = &node.value else {
            return Ok(Layer::read(node, path)?.into());
        };
        let mut table = table.clone();
        let inputs = match table.remove("inputs") {
            None => Vec::new(),
            Some(node) if node.text().is_some() => vec![String::read(&node, path)?],
            Some(node) => {
                let fits = matches!(&node.value, Value::List(items) if items.iter().all(|item| item.text().is_some()));
                if !fits {
                    let e = format!("{path}.inputs is {}, but must be names of layers", node.value);
                    return Err(node.place(Error::input(e).help("such as inputs = [\"dense\", \"dense_1\"]")));
                }
                Vec::read(&node, path)?
            }
        };
        let layer = Layer::read(&Node { value: Value::Table(table), origin: node.origin.clone() }, path)?;
        Ok(ConnectedLayer { layer, inputs })
    }

    fn write(&self) -> Option<Value> {
        let layer = self.layer.write()?;
        let Some(inputs) = self.inputs.write().filter(|_| !self.inputs.is_empty()) else { return Some(layer) };
        let mut table = match layer {
            Value::Table(table) => table,
            name => {
                let mut table = Entries::default();
                table.set("type", name.into());
                table
            }
        };
        table.set("inputs", inputs.into());
        Some(Value::Table(table))
    }
}
