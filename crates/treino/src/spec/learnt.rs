//! What layers learn from the training rows before the network is built.
//!
//! A vocabulary or boundaries that a spec leaves open are put into the layer itself: the resolved spec has them written out,
//! and neither a second training from it nor the stored model has to learn them again.

use treino_core::error::{Error, Result};
use treino_core::rows::{Columns, InputLayerColumns};
use treino_nn::layers::{ConnectedLayer, Layer};
use treino_nn::network::{Network, readings};
use treino_tables::{Encoding, InputColumn, Prepared};

/// Gives the layers what they learn.
pub(super) fn learn(layers: &mut [ConnectedLayer], prepared: &Prepared) -> Result<()> {
    let requests = readings(layers)?.requests;
    let columns = prepared.recipe.columns();
    for request in &requests {
        for at in &request.readers {
            if let Layer::Shared(shared) = &layers[*at].layer {
                refuse_open(layers, &shared.layer)?;
                let levels = |input: &InputColumn| matches!(input.encoding, Encoding::Level { .. });
                if prepared.recipe.inputs.iter().any(|i| i.layer.as_deref() == Some(&request.layer) && levels(i)) {
                    let e =
                        format!("\"{}\" is shared, but each input layer numbers its levels for itself", shared.layer);
                    return Err(Error::input(e).help("name all columns in one input layer, or use a string_lookup"));
                }
            }
            learn_one(&mut layers[*at].layer, request, prepared, &columns)
                .map_err(|e| e.help(format!("it happened in layer {} ({})", at + 1, layers[*at].layer.name())))?;
        }
    }
    Ok(())
}

/// Fills in how many ids there are where an embedding left it open.
pub(super) fn count_ids(layers: &mut [ConnectedLayer], network: &Network) {
    for (placed, line) in layers.iter_mut().zip(network.summary()) {
        if let Layer::Embedding(embedding) = &mut placed.layer
            && embedding.input_dim.is_none()
        {
            let name = format!("{}/embeddings", line.name);
            embedding.input_dim = network.named_weights().find(|(n, ..)| *n == name).map(|(_, shape, _)| shape[0]);
        }
    }
}

/// A layer that several places call would learn from each of them.
fn refuse_open(layers: &[ConnectedLayer], name: &str) -> Result<()> {
    let called = layers.iter().find(|placed| placed.layer.inner().given_name() == Some(name));
    let open = match called.map(|placed| &placed.layer) {
        Some(Layer::StringLookup(layer)) => layer.vocabulary.is_none(),
        Some(Layer::IntegerLookup(layer)) => layer.vocabulary.is_none(),
        Some(Layer::Discretization(layer)) => layer.bin_boundaries.is_none(),
        _ => false,
    };
    if open {
        let e = format!("\"{name}\" is shared, so it cannot learn what it needs from one input");
        return Err(Error::input(e).help("give it its vocabulary or bin_boundaries"));
    }
    Ok(())
}

fn learn_one(layer: &mut Layer, request: &InputLayerColumns, prepared: &Prepared, columns: &Columns) -> Result<()> {
    let mut inputs = prepared.recipe.inputs.iter().filter(|input| input.layer.as_deref() == Some(&request.layer));
    match layer {
        Layer::StringLookup(layer) if layer.vocabulary.is_none() => {
            if let Some(Encoding::Text { lookup }) = inputs.next().map(|input| &input.encoding) {
                layer.vocabulary = Some(lookup.vocabulary.clone());
            }
        }
        Layer::IntegerLookup(layer) if layer.vocabulary.is_none() => {
            if let Some(Encoding::Integer { lookup }) = inputs.next().map(|input| &input.encoding) {
                layer.vocabulary = Some(lookup.vocabulary.clone());
            }
        }
        Layer::Discretization(layer) if layer.bin_boundaries.is_none() => {
            let x = &prepared.train.x;
            let numbers: Vec<f32> = columns.read_by(&request.layer).iter().flat_map(|read| x.column(read.at)).collect();
            if !numbers.is_empty() {
                layer.adapt(&numbers)?;
            }
        }
        _ => {}
    }
    Ok(())
}
