//! The short form of a network, laid over layers that are written out.
//!
//! A run's spec has its layers written out. What is set in short beside them later changes those layers, as if they had been
//! resolved from the short form: `dropout` changes every hidden layer, `l2` the output layers too. That needs a stack of dense
//! layers with their activations, normalisations and dropouts; anything else is refused.

use super::resolve::names_of;
use super::sections::ModelSection;
use treino_core::catalog::{Component, Entries, Entry, Field, Node, Origin, Value};
use treino_core::error::{Error, Result};
use treino_nn::activations::Linear;
use treino_nn::layers::{Activation, BatchNormalization, ConnectedLayer, Dense, Dropout, InputLayer, Layer};
use treino_nn::regularizers::{L1, L1L2, L2, Regularizer};

/// What may stand beside layers that are written out.
const BESIDE: [&str; 3] = ["layers", "outputs", "initial_weights"];

/// Reads the section of the network. What a flag sets in short changes the layers that are written out.
///
/// # Errors
/// As [`Component::read`]; a file that has both forms; layers that the short form cannot change.
pub(super) fn read(table: &Entries) -> Result<ModelSection> {
    let mut section = ModelSection::read(table, "model")?;
    let Some(layers) = &section.layers else { return Ok(section) };
    let mut beside = table.list.iter().filter(|entry| !BESIDE.contains(&entry.key.as_str()));
    if let Some(entry) = beside.clone().find(|entry| !matches!(entry.origin, Origin::Flag(_))) {
        let e = Error::input(format!("model has layers, so \"{}\" has no place beside them", entry.key));
        return Err(entry.origin.place(e.help("change the layers themselves, or leave them out")));
    }
    let Some(first) = beside.next() else { return Ok(section) };
    let mut stack = Stack::of(layers).map_err(|what| refused(first, &what))?;
    // First the blocks, then what holds for each of them.
    if table.get("hidden").is_some() {
        stack.set_hidden(&section.hidden);
    }
    for entry in table.list.iter().filter(|entry| !BESIDE.contains(&entry.key.as_str())) {
        stack.set(&entry.key, &section).map_err(|what| refused(entry, &what))?;
    }
    let layers = Some(stack.layers());
    let ModelSection { initial_weights, outputs, .. } = section;
    section = ModelSection { layers, initial_weights, outputs, ..ModelSection::default() };
    Ok(section)
}

fn refused(entry: &Entry, what: &str) -> Error {
    let e = Error::input(format!("\"{}\" cannot change the layers of this spec: {what}", entry.key));
    entry.node.place(e.help("change [[model.layers]] in the file"))
}

/// A hidden dense layer and what follows it.
#[derive(Clone)]
struct Block {
    dense: Dense,
    more: Vec<Layer>,
}

/// A stack of dense layers.
struct Stack {
    /// What stands before the first dense layer.
    front: Vec<ConnectedLayer>,
    hidden: Vec<Block>,
    /// The output layers, and what follows a single one.
    outputs: Vec<ConnectedLayer>,
}

impl Stack {
    /// The layers as a stack, or why they are none.
    fn of(layers: &[ConnectedLayer]) -> Result<Stack, String> {
        let dense = |placed: &ConnectedLayer| matches!(placed.layer, Layer::Dense(_));
        let outputs = match layers.iter().position(|placed| !placed.inputs.is_empty()) {
            Some(first) => first,
            None => layers.iter().rposition(dense).ok_or("there is no dense layer")?,
        };
        let names = names_of(layers);
        let last = names[..outputs].last();
        for (placed, name) in layers.iter().zip(&names).skip(outputs) {
            let reads_last = placed.inputs.len() == 1 && placed.inputs.first() == last && dense(placed);
            if !placed.inputs.is_empty() && !reads_last {
                return Err(format!("\"{name}\" is not an output layer that reads the last hidden layer"));
            }
        }
        let first = layers[..outputs].iter().position(dense).unwrap_or(outputs);
        let mut hidden: Vec<Block> = Vec::new();
        for (placed, name) in layers.iter().zip(&names).take(outputs).skip(first) {
            match (&placed.layer, hidden.last_mut()) {
                (Layer::Dense(dense), _) => hidden.push(Block { dense: dense.clone(), more: Vec::new() }),
                (layer, Some(block))
                    if is_activation(layer) || matches!(layer, Layer::BatchNormalization(_) | Layer::Dropout(_)) =>
                {
                    block.more.push(layer.clone());
                }
                _ => return Err(format!("\"{name}\" does not belong to a plain stack of dense layers")),
            }
        }
        Ok(Stack { front: layers[..first].to_vec(), hidden, outputs: layers[outputs..].to_vec() })
    }

    /// All layers; outputs that read the last hidden layer by its name read the new last one.
    fn layers(self) -> Vec<ConnectedLayer> {
        let mut layers = self.front;
        if !self.hidden.is_empty() {
            // The first hidden layer reads the rows by itself.
            layers.retain(|placed| *placed != ConnectedLayer::from(InputLayer::default()));
        }
        for block in self.hidden {
            layers.push(block.dense.into());
            layers.extend(block.more.into_iter().map(ConnectedLayer::from));
        }
        if layers.is_empty() && self.outputs.iter().any(|output| !output.inputs.is_empty()) {
            // All outputs read the rows.
            layers.push(InputLayer::default().into());
        }
        let last = names_of(&layers).pop();
        layers.extend(self.outputs.into_iter().map(|mut output| {
            output.inputs.iter_mut().zip(&last).for_each(|(input, last)| input.clone_from(last));
            output
        }));
        layers
    }

    /// Gives the hidden layers these units. Further layers are like the last one that there is, or like the short form's.
    fn set_hidden(&mut self, units: &[usize]) {
        let like = self.hidden.last().cloned().unwrap_or_else(|| {
            let output = self.outputs.iter().find_map(|placed| match &placed.layer {
                Layer::Dense(dense) => Some(dense.clone()),
                _ => None,
            });
            let activation = ModelSection::default().activation;
            Block { dense: Dense { activation, ..output.unwrap_or_default() }, more: Vec::new() }
        });
        let like = Block {
            dense: Dense { name: None, ..like.dense },
            more: like.more.into_iter().map(without_name).collect(),
        };
        self.hidden.resize(units.len(), like);
        for (block, units) in self.hidden.iter_mut().zip(units) {
            block.dense.units = *units;
        }
    }

    /// Makes one value of the section hold for the layers, or says why it cannot.
    fn set(&mut self, key: &str, section: &ModelSection) -> Result<(), String> {
        match key {
            "activation" => self.hidden.iter_mut().for_each(|block| block.set_activation(section)),
            "batch_norm" => self.hidden.iter_mut().for_each(|block| block.set_batch_norm(section.batch_norm)),
            "dropout" => self.hidden.iter_mut().for_each(|block| block.set_dropout(section.dropout)),
            "kernel_initializer" => {
                self.each_dense().for_each(|dense| dense.kernel_initializer = section.kernel_initializer.clone());
            }
            "l1" | "l2" => {
                for dense in self.each_dense() {
                    let (l1, l2) = penalties(dense.kernel_regularizer.as_ref())
                        .ok_or("a kernel_regularizer is neither L1 nor L2")?;
                    let (l1, l2) = if key == "l1" { (section.l1, l2) } else { (l1, section.l2.unwrap_or(l2)) };
                    dense.kernel_regularizer = regularizer(l1, l2);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Every dense layer, the outputs too.
    fn each_dense(&mut self) -> impl Iterator<Item = &mut Dense> {
        let outputs = self.outputs.iter_mut().filter_map(|placed| match &mut placed.layer {
            Layer::Dense(dense) => Some(dense),
            _ => None,
        });
        self.hidden.iter_mut().map(|block| &mut block.dense).chain(outputs)
    }
}

impl Block {
    fn set_activation(&mut self, section: &ModelSection) {
        let activation = section.activation.clone();
        match self.more.iter().position(is_activation) {
            None => self.dense.activation = activation,
            Some(at) => {
                self.more.retain(|layer| !is_activation(layer));
                self.dense.activation = Linear::default().into();
                self.more.insert(at, Activation { activation, ..Activation::default() }.into());
            }
        }
    }

    fn set_batch_norm(&mut self, is_wanted: bool) {
        let has_it = self.more.iter().any(|layer| matches!(layer, Layer::BatchNormalization(_)));
        let linear = treino_nn::activations::Activation::from(Linear::default());
        if is_wanted && !has_it {
            let activation = std::mem::replace(&mut self.dense.activation, linear.clone());
            if activation != linear {
                self.more.insert(0, Activation { activation, ..Activation::default() }.into());
            }
            self.more.insert(0, BatchNormalization::default().into());
        } else if !is_wanted && has_it {
            self.more.retain(|layer| !matches!(layer, Layer::BatchNormalization(_)));
            if let (Some(Layer::Activation(first)), true) = (self.more.first(), self.dense.activation == linear) {
                self.dense.activation = first.activation.clone();
                self.more.remove(0);
            }
        }
    }

    fn set_dropout(&mut self, rate: f64) {
        let mut is_there = false;
        for layer in &mut self.more {
            if let Layer::Dropout(dropout) = layer {
                dropout.rate = rate;
                is_there = true;
            }
        }
        if rate == 0.0 {
            self.more.retain(|layer| !matches!(layer, Layer::Dropout(_)));
        } else if !is_there {
            self.more.push(Dropout { rate, ..Dropout::default() }.into());
        }
    }
}

fn is_activation(layer: &Layer) -> bool {
    matches!(layer, Layer::Activation(_) | Layer::ReLU(_) | Layer::LeakyReLU(_) | Layer::PReLU(_) | Layer::ELU(_))
}

/// The same layer, to be numbered by itself.
fn without_name(layer: Layer) -> Layer {
    let Some(Value::Table(mut table)) = layer.write() else { return layer };
    table.remove("name");
    Layer::read(&Node::from(Value::Table(table)), "model.layers").unwrap_or(layer)
}

/// L1 and L2 of a penalty; `None` for another kind of penalty.
pub(crate) fn penalties(regularizer: Option<&Regularizer>) -> Option<(f64, f64)> {
    match regularizer {
        None => Some((0.0, 0.0)),
        Some(Regularizer::L1(L1 { l1 })) => Some((*l1, 0.0)),
        Some(Regularizer::L2(L2 { l2 })) => Some((0.0, *l2)),
        Some(Regularizer::L1L2(L1L2 { l1, l2 })) => Some((*l1, *l2)),
        Some(_) => None,
    }
}

/// The penalty on kernels; `None` where both are 0.
pub(super) fn regularizer(l1: f64, l2: f64) -> Option<Regularizer> {
    match (l1, l2) {
        (0.0, 0.0) => None,
        (l1, 0.0) => Some(L1 { l1 }.into()),
        (0.0, l2) => Some(L2 { l2 }.into()),
        (l1, l2) => Some(L1L2 { l1, l2 }.into()),
    }
}
