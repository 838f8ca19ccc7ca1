//! Whole trainings beside Keras's, from the same initial weights and without shuffling.
//!
//! The fixtures hold each training twice: as Keras computes it (float32) and in float64. A number of ours may differ from
//! the float64 one by 8 times the largest difference between the two in its series, plus 2e-6 of its own size and 1e-7 of
//! the series' (at most 1): what single-precision rounding explains, and no more. See `fixtures/keras/README.md`.

use crate::keras::{fixture, floats, miss, node, singles};
use serde_json::Value as Json;
use treino::catalog::Field;
use treino::layers::ConnectedLayer;
use treino::losses::Loss;
use treino::metrics::NamedMetric;
use treino::network::Network;
use treino::optimizers::Optimizer;
use treino::rows::{Columns, Matrix};
use treino::train::Compile;
use treino::train::{Examples, Fit, Session, Training, fit};

fn matrix(json: &Json, rows: usize) -> Matrix {
    let numbers = singles(json);
    Matrix::new(rows, numbers.len() / rows, numbers)
}

/// The weight of each row: the sample's, or its class's.
fn row_weights(case: &Json, y: &Matrix) -> Option<Vec<f32>> {
    if !case["sample_weight"].is_null() {
        return Some(singles(&case["sample_weight"]));
    }
    let by_class = case["class_weight"].as_object()?;
    let class = |row: &[f32]| match row {
        [y] => y.round() as usize,
        one_hot => one_hot.iter().position(|y| *y == 1.0).unwrap(),
    };
    let weight = |row: usize| by_class.get(&class(y.row(row)).to_string()).map_or(1.0, |w| w.as_f64().unwrap() as f32);
    Some((0..y.rows()).map(weight).collect())
}

#[test]
fn every_training_follows_keras() {
    follow(&fixture("trajectories"));
}

/// Every other optimizer, beside other losses, normalisations and options.
#[test]
fn every_combination_follows_keras() {
    follow(&fixture("combinations"));
}

/// Graphs, and weights under constraints.
#[test]
fn every_training_of_a_graph_follows_keras() {
    follow(&fixture("graphs"));
}

/// The columns of a data set that names them, or so many numbers.
fn columns(data: &Json, width: usize) -> Columns {
    let Some(named) = data["columns"].as_array() else { return width.into() };
    let mut columns = Columns::default();
    named.iter().for_each(|column| columns.push(column[0].as_str().unwrap(), column[1].as_u64().unwrap() as usize));
    columns
}

fn follow(all: &Json) {
    for case in all["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let data = &all["datasets"][case["dataset"].as_str().unwrap()];
        let (rows, val_rows) = (data["rows"].as_u64().unwrap() as usize, data["val_rows"].as_u64().unwrap() as usize);
        let (x, y) = (matrix(&data["x"], rows), matrix(&data["y"], rows));
        let (x_val, y_val) = (matrix(&data["x_val"], val_rows), matrix(&data["y_val"], val_rows));

        let layers: Vec<ConnectedLayer> = Vec::read(&node(&case["layers"]), "layers").unwrap();
        let mut network = Network::build(columns(data, x.cols()), &layers).unwrap();
        network.initialize(1);
        for w in case["weights"].as_array().unwrap() {
            let shape: Vec<usize> = floats(&w["shape"]).into_iter().map(|n| n as usize).collect();
            network.set_weight(w["name"].as_str().unwrap(), &shape, &singles(&w["initial"])).unwrap();
        }
        let names = case["metrics"].as_array().unwrap().iter().map(|m| m.as_str().unwrap());
        let compile = Compile::new(
            Optimizer::read(&node(&case["optimizer"]), "optimizer").unwrap(),
            Loss::read(&node(&case["loss"]), "loss").unwrap(),
            names.map(|m| NamedMetric::typed(m).unwrap()).collect(),
        );
        let settings = Fit {
            epochs: 20,
            shuffle: false,
            batch_size: case["batch_size"].as_u64().unwrap() as usize,
            ..Fit::default()
        };
        let weights = row_weights(case, &y);
        let val_weights = (!case["val_sample_weight"].is_null()).then(|| singles(&case["val_sample_weight"]));
        let train = Examples::new(&x, &y).weighted(weights.as_deref());
        let validation = Examples::new(&x_val, &y_val).weighted(val_weights.as_deref());
        let training = Training {
            compile: &compile,
            train,
            validation: Some(validation),
            settings: &settings,
            callbacks: &[],
            units: None,
            noise: None,
            model_file: None,
        };
        let history = Session::quiet(|session| fit(&mut network, &training, session)).unwrap();

        for (key, keras) in case["history32"].as_object().unwrap() {
            let share = miss(&history.series(key), &floats(keras), &floats(&case["history64"][key]));
            assert!(share <= 1.0, "{name}: {key} misses by {share} of its tolerance");
        }
        for w in case["weights"].as_array().unwrap() {
            let weight = w["name"].as_str().unwrap();
            let (_, _, ours) = network.named_weights().find(|(n, _, _)| *n == weight).unwrap();
            let ours: Vec<f64> = ours.iter().map(|x| f64::from(*x)).collect();
            let share = miss(&ours, &floats(&w["final32"]), &floats(&w["final64"]));
            assert!(share <= 1.0, "{name}: {weight} misses by {share} of its tolerance");
        }
    }
}
