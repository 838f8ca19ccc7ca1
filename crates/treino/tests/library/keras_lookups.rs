//! The preprocessing layers for categories beside Keras's: whole numbers, so equal ones.
//!
//! Numbers go through a network, and whole ones through the columns of a table as well; texts through columns alone.

use crate::keras::{counts, fixture, node, singles};
use serde_json::Value as Json;
use treino::catalog::Field;
use treino::data::{Column, DataSpec, Table, prepare_table_for};
use treino::layers::{ConnectedLayer, InputLayer, Layer};
use treino::network::{Network, readings};
use treino::rows::Matrix;

fn layer(case: &Json) -> Layer {
    Layer::read(&node(&case["layer"]), "layer").unwrap_or_else(|e| panic!("{}: {e}", case["name"]))
}

/// What a layer makes of a table whose columns an input layer names, and how wide its rows are.
fn through_a_table(layer: &Layer, columns: Vec<Column>) -> (Vec<f32>, Vec<usize>) {
    let rows = columns[0].rows().unwrap();
    let names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
    let input = InputLayer::columns("cells", names.iter().map(String::as_str));
    let layers: Vec<ConnectedLayer> = vec![input.into(), layer.clone().into()];
    let target = Column::numbers("target", (0..rows).map(|row| row as f64 / 2.0).collect());
    let table = Table::new("t", columns.into_iter().chain([target]).collect()).unwrap();
    let spec = DataSpec { validation_split: 0.0, test_split: 0.0, ..DataSpec::new("", "target") };
    let prepared = prepare_table_for(table.clone(), &spec, &readings(&layers).unwrap()).unwrap();
    let network = Network::build(prepared.recipe.columns(), &layers).unwrap();
    let out = network.predict(&prepared.recipe.encode_table(&table).unwrap()).unwrap();
    (out.as_slice().to_vec(), network.summary()[1].shape.clone())
}

/// The columns of a matrix given row by row.
fn columns<T: Clone>(cells: &[T], width: usize) -> Vec<Vec<T>> {
    (0..width).map(|j| cells.iter().skip(j).step_by(width).cloned().collect()).collect()
}

#[test]
fn every_layer_gives_kerass_numbers() {
    let all = fixture("lookups");
    let mut texts = 0;
    for case in all["cases"].as_array().unwrap() {
        let (name, width) = (case["name"].as_str().unwrap(), case["width"].as_u64().unwrap() as usize);
        let (expected, shape) = (singles(&case["output"]), counts(&case["shape"]));
        let mut layer = layer(case);
        if let Layer::Discretization(layer) = &mut layer
            && case["bin_boundaries"].is_array()
        {
            layer.adapt(&singles(&case["input"])).unwrap();
            let learnt: Vec<f32> = layer.bin_boundaries.iter().flatten().map(|b| *b as f32).collect();
            let keras = singles(&case["bin_boundaries"]);
            assert_eq!(learnt.len(), keras.len(), "{name}");
            // Keras adds up shares in single precision.
            let near = |(a, b): (&f32, &f32)| (a - b).abs() <= 2e-6 * b.abs() + 1e-6;
            assert!(learnt.iter().zip(&keras).all(near), "{name}: {learnt:?}, not {keras:?}");
        }
        let cells = case["input"].as_array().unwrap();
        if cells[0].is_string() {
            let cells: Vec<&str> = cells.iter().map(|cell| cell.as_str().unwrap()).collect();
            if let Layer::StringLookup(layer) = &mut layer
                && case["vocabulary"].is_array()
            {
                layer.adapt(cells.iter().copied()).unwrap();
                assert_eq!(layer.vocabulary, Some(Vec::read(&node(&case["vocabulary"]), name).unwrap()), "{name}");
            }
            let made = columns(&cells, width).into_iter().enumerate();
            let made = made.map(|(j, cells)| Column::categories(&format!("c{j}"), cells)).collect();
            assert_eq!(through_a_table(&layer, made), (expected, shape), "{name}");
            texts += 1;
            continue;
        }
        if let Layer::IntegerLookup(layer) = &mut layer
            && case["vocabulary"].is_array()
        {
            layer.adapt(cells.iter().map(|cell| cell.as_i64().unwrap())).unwrap();
            assert_eq!(layer.vocabulary, Some(Vec::read(&node(&case["vocabulary"]), name).unwrap()), "{name}");
        }
        let x = singles(&case["input"]);
        let wide: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
        let made = columns(&wide, width).into_iter().enumerate();
        let made = made.map(|(j, cells)| Column::numbers(&format!("c{j}"), cells)).collect();
        assert_eq!(through_a_table(&layer, made), (expected.clone(), shape.clone()), "{name}, from a table");
        if matches!(layer, Layer::CategoryEncoding(_)) {
            continue;
        }
        let network = Network::build(width, &[layer]).unwrap();
        let found = network.predict(&Matrix::new(x.len() / width, width, x)).unwrap();
        assert_eq!(found.as_slice(), expected, "{name}");
        assert_eq!(network.summary()[0].shape, shape, "{name}");
    }
    assert!(texts > 10, "{texts}");
}
