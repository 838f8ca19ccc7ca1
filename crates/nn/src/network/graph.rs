//! From a list of layers to the order in which they are called.
//!
//! A layer reads the layers that it names, or the previous one in the list. It may name layers further down in the
//! list: they are called first. Layers that no layer reads are outputs of the network.

use crate::layers::{ConnectedLayer, Layer};
use crate::program::ProgramBuilder;
use crate::program::ValueId;
use treino_core::error::{Error, Result};
use treino_core::rows::{ColumnEncoding, ColumnEncodings, InputLayerColumns};

/// A layer and its connections, by indices in the list.
struct GraphNode<'a> {
    name: String,
    layer: &'a Layer,
    inputs: Vec<NodeInput>,
    /// The index of the layer whose weights it uses: its own, or that of a shared layer.
    weights_of: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum NodeInput {
    /// The input rows.
    Rows,
    /// The output of a layer.
    Layer(usize),
}

/// A layer after it was built.
#[derive(Debug, Clone)]
pub(super) struct Built {
    pub name: String,
    pub inputs: Vec<String>,
    pub shape: Vec<usize>,
}

/// The outputs of the network: the names of the layers, and their values.
pub(super) type NetworkOutputs = Vec<(String, ValueId)>;

/// Calls all layers in their order; returns the result of each, and the outputs. `outputs` names them, unless it is
/// empty.
pub(super) fn assemble(
    builder: &mut ProgramBuilder,
    layers: &[ConnectedLayer],
    outputs: &[String],
    most: usize,
) -> Result<(Vec<Built>, NetworkOutputs)> {
    let place = |i: usize| move |e: Error| placed(e, layers, i);
    let nodes = connected(builder, layers)?;
    let ends = ends(&nodes, outputs)?;

    let mut values: Vec<Option<ValueId>> = vec![None; nodes.len()];
    let mut calls = vec![0; nodes.len()];
    for i in order(&nodes)? {
        let node = &nodes[i];
        builder.begin(&nodes[node.weights_of].name, calls[node.weights_of]);
        calls[node.weights_of] += 1;
        let inputs: Vec<ValueId> = node
            .inputs
            .iter()
            .map(|source| {
                let value = match source {
                    // An input layer requests its columns itself.
                    NodeInput::Rows if matches!(node.layer, Layer::InputLayer(_)) => builder.input(),
                    NodeInput::Rows => builder.rows().map_err(place(i))?,
                    NodeInput::Layer(from) => values[*from].expect("a layer is called after those it reads"),
                };
                Ok(builder.take(value))
            })
            .collect::<Result<_>>()?;
        let layer = nodes[node.weights_of].layer;
        let mut value = layer.inner().build(builder, &inputs).map_err(place(i))?;
        if builder.parameters() > most {
            return Err(place(i)(Error::input(format!("the network has more than {most} parameters"))));
        }
        builder.check_initializers().map_err(place(i))?;
        if inputs.contains(&value) || builder.is_rows(value) {
            // The layer changed nothing; its readers must not be confused with readers of its input.
            let shape = builder.shape(value).to_vec();
            value = builder.view(value, &shape);
        }
        builder.end(value);
        values[i] = Some(value);
    }
    let value = |i: usize| values[i].expect("every layer was called");
    let built = nodes.iter().enumerate().map(|(i, node)| Built {
        name: node.name.clone(),
        inputs: node
            .inputs
            .iter()
            .map(|source| match source {
                NodeInput::Rows => "rows".to_string(),
                NodeInput::Layer(from) => nodes[*from].name.clone(),
            })
            .collect(),
        shape: builder.shape(value(i)).to_vec(),
    });
    Ok((built.collect(), ends.into_iter().map(|i| (nodes[i].name.clone(), value(i))).collect()))
}

/// Adds to an error in which layer it occurred.
fn placed(e: Error, layers: &[ConnectedLayer], i: usize) -> Error {
    e.help(format!("it happened in layer {} ({})", i + 1, layers[i].layer.name()))
}

/// All layers with their connections.
fn connected<'a>(builder: &mut ProgramBuilder, layers: &'a [ConnectedLayer]) -> Result<Vec<GraphNode<'a>>> {
    let place = |i: usize| move |e: Error| placed(e, layers, i);
    let mut names = Vec::with_capacity(layers.len());
    for (i, ConnectedLayer { layer, .. }) in layers.iter().enumerate() {
        names.push(builder.name(layer.name(), layer.inner().given_name()).map_err(place(i))?);
    }
    (0..layers.len()).map(|i| connect(i, layers, &names).map_err(place(i))).collect()
}

/// The column encodings that the layers request.
///
/// # Errors
/// Returns an error for layers that cannot be connected, or for an input layer whose readers request different
/// encodings.
pub fn readings(layers: &[ConnectedLayer]) -> Result<ColumnEncodings> {
    let nodes = connected(&mut ProgramBuilder::new(1.into()), layers)?;
    let names_columns = |layer: &Layer| matches!(layer, Layer::InputLayer(input) if input.columns.is_some());
    let reads_rows = |node: &GraphNode<'_>| node.inputs.contains(&NodeInput::Rows) && !names_columns(node.layer);
    let mut readings = ColumnEncodings {
        only_named: !nodes.is_empty() && !nodes.iter().any(reads_rows),
        ..ColumnEncodings::default()
    };
    for (i, node) in nodes.iter().enumerate() {
        let Layer::InputLayer(input) = node.layer else { continue };
        let Some(columns) = &input.columns else { continue };
        let readers: Vec<usize> =
            (0..nodes.len()).filter(|j| nodes[*j].inputs.contains(&NodeInput::Layer(i))).collect();
        let mut found: Vec<(usize, Option<ColumnEncoding>)> = Vec::new();
        for j in &readers {
            let reading = nodes[nodes[*j].weights_of].layer.inner().reading().map_err(|e| placed(e, layers, *j))?;
            if let Some((other, _)) = found.first().filter(|(_, first)| *first != reading) {
                let (a, b) = (&nodes[*other].name, &nodes[*j].name);
                let e = format!("\"{a}\" and \"{b}\" read the columns of \"{}\" in different ways", node.name);
                return Err(Error::input(e).help("use two input layers: both may name the same columns"));
            }
            found.push((*j, reading));
        }
        match found.into_iter().next() {
            Some((_, Some(reading))) => {
                let (layer, columns) = (node.name.clone(), columns.clone());
                readings.requests.push(InputLayerColumns { layer, columns, reading, readers });
            }
            _ => readings.ordinary.extend(columns.iter().cloned()),
        }
    }
    Ok(readings)
}

/// The layers that layer `i` reads, and the layer whose weights it uses.
fn connect<'a>(i: usize, layers: &'a [ConnectedLayer], names: &[String]) -> Result<GraphNode<'a>> {
    let find = |wanted: &str, what: &str| {
        names.iter().position(|name| name == wanted).ok_or_else(|| {
            let e = Error::input(format!("{what} \"{wanted}\", but no layer is called so"));
            e.nearest(wanted, names.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, name)| name.as_str()))
        })
    };
    let ConnectedLayer { layer, inputs } = &layers[i];
    let name = &names[i];
    let is_input = matches!(layer, Layer::InputLayer(_));
    if is_input && !inputs.is_empty() {
        return Err(Error::input(format!("\"{name}\" is an input, so it has no inputs of its own")));
    }
    let what = format!("\"{name}\" has the input");
    let mut sources =
        inputs.iter().map(|input| find(input, &what).map(NodeInput::Layer)).collect::<Result<Vec<_>>>()?;
    if sources.is_empty() {
        sources.push(if i == 0 || is_input { NodeInput::Rows } else { NodeInput::Layer(i - 1) });
    }
    let weights_of = match layer {
        Layer::Shared(shared) if shared.layer.is_empty() => {
            let e = Error::input(format!("\"{name}\" does not say which layer it calls"));
            return Err(e.help("name it: layer = \"dense\""));
        }
        Layer::Shared(shared) => {
            let of = find(&shared.layer, &format!("\"{name}\" calls"))?;
            if matches!(layers[of].layer, Layer::Shared(_) | Layer::InputLayer(_)) {
                let e = format!("\"{name}\" calls \"{}\", which has no weights of its own to share", shared.layer);
                return Err(Error::input(e));
            }
            of
        }
        _ => i,
    };
    Ok(GraphNode { name: name.clone(), layer, inputs: sources, weights_of })
}

/// The layers whose outputs are those of the network.
fn ends(nodes: &[GraphNode<'_>], outputs: &[String]) -> Result<Vec<usize>> {
    let is_read = |i: usize| nodes.iter().any(|node| node.inputs.contains(&NodeInput::Layer(i)));
    if outputs.is_empty() {
        return Ok((0..nodes.len()).filter(|i| !is_read(*i)).collect());
    }
    let mut ends = Vec::new();
    for output in outputs {
        let Some(i) = nodes.iter().position(|node| node.name == *output) else {
            return Err(Error::input(format!("model.outputs names \"{output}\", but no layer is called so"))
                .nearest(output, nodes.iter().map(|node| node.name.as_str())));
        };
        if ends.contains(&i) {
            return Err(Error::input(format!("model.outputs names \"{output}\" twice")));
        }
        ends.push(i);
    }
    match (0..nodes.len()).find(|i| !is_read(*i) && !ends.contains(i)) {
        Some(i) => Err(Error::input(format!("the layer \"{}\" leads to no output", nodes[i].name))
            .help("name it among the inputs of another layer, or in model.outputs")),
        None => Ok(ends),
    }
}

/// An order in which every layer comes after those it depends on: that of the list, if possible.
fn order(nodes: &[GraphNode<'_>]) -> Result<Vec<usize>> {
    let needs = |i: usize| {
        let sources = nodes[i].inputs.iter().filter_map(|source| match source {
            NodeInput::Layer(from) => Some(*from),
            NodeInput::Rows => None,
        });
        sources.chain((nodes[i].weights_of != i).then_some(nodes[i].weights_of))
    };
    let mut done = vec![false; nodes.len()];
    let mut order = Vec::with_capacity(nodes.len());
    while order.len() < nodes.len() {
        let Some(i) = (0..nodes.len()).find(|i| !done[*i] && needs(*i).all(|from| done[from])) else {
            return Err(cycle(nodes, &done, needs));
        };
        done[i] = true;
        order.push(i);
    }
    Ok(order)
}

/// Names a cycle among the layers that cannot be ordered.
fn cycle<I: Iterator<Item = usize>>(nodes: &[GraphNode<'_>], done: &[bool], needs: impl Fn(usize) -> I) -> Error {
    let waits_for = |i: usize| needs(i).find(|from| !done[*from]);
    let mut path: Vec<usize> = done.iter().position(|done| !done).into_iter().collect();
    while let Some(next) = path.last().and_then(|last| waits_for(*last)) {
        if let Some(start) = path.iter().position(|i| *i == next) {
            let names: Vec<&str> =
                path[start..].iter().rev().chain(&path[path.len() - 1..]).map(|i| nodes[*i].name.as_str()).collect();
            return Error::input(format!("the layers go in a circle: {}", names.join(" -> ")));
        }
        path.push(next);
    }
    Error::input("the layers go in a circle")
}
