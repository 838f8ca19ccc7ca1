//! Networks with two outputs beside Keras's: a loss, a weight and metrics for each, from the same initial weights and
//! without shuffling. All that Keras logs must be there under its name, and nothing else. See `fixtures/keras/README.md`.

use crate::keras::{fixture, floats, miss, node, singles};
use serde_json::Value as Json;
use treino::catalog::{Component, Entries, Field};
use treino::layers::{ConnectedLayer, Layer};
use treino::network::Network;
use treino::rows::Matrix;
use treino::train::CompileSection;
use treino::train::{Compile, Examples, Fit, Session, Training, fit};

/// The trunk in a row, and heads that all read its last layer.
fn layers(case: &Json) -> Vec<ConnectedLayer> {
    let trunk: Vec<Layer> = Vec::read(&node(&case["trunk"]), "trunk").unwrap();
    let heads: Vec<Layer> = Vec::read(&node(&case["heads"]), "heads").unwrap();
    let last = format!("dense_{}", trunk.len() - 1);
    let heads = heads.into_iter().map(|layer| ConnectedLayer { layer, inputs: vec![last.clone()] });
    trunk.into_iter().map(ConnectedLayer::from).chain(heads).collect()
}

fn compile(case: &Json, network: &Network) -> Compile {
    let mut table = Entries::default();
    for key in ["optimizer", "loss", "loss_weights", "metrics", "weighted_metrics"] {
        if !case[key].is_null() {
            table.set(key, node(&case[key]));
        }
    }
    CompileSection::read(&table, "compile").unwrap().compiled(&network.output_names()).unwrap().unwrap()
}

#[test]
fn two_outputs_follow_keras() {
    let all = fixture("outputs");
    let (rows, val_rows) = (all["rows"].as_u64().unwrap() as usize, all["val_rows"].as_u64().unwrap() as usize);
    let matrix = |key: &str, rows: usize| {
        let numbers = singles(&all["data"][key]);
        Matrix::new(rows, numbers.len() / rows, numbers)
    };
    let (x, y) = (matrix("x", rows), matrix("y", rows));
    let (x_val, y_val) = (matrix("x_val", val_rows), matrix("y_val", val_rows));
    for case in all["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let mut network = Network::build(x.cols(), &layers(case)).unwrap();
        network.initialize(1);
        for w in case["weights"].as_array().unwrap() {
            let shape: Vec<usize> = floats(&w["shape"]).into_iter().map(|n| n as usize).collect();
            network.set_weight(w["name"].as_str().unwrap(), &shape, &singles(&w["initial"])).unwrap();
        }
        let compile = compile(case, &network);
        let weights = |key: &str| (!case[key].is_null()).then(|| singles(&case[key]));
        let (train_weights, val_weights) = (weights("sample_weight"), weights("val_sample_weight"));
        let settings = Fit {
            epochs: all["epochs"].as_u64().unwrap() as usize,
            shuffle: false,
            batch_size: all["batch_size"].as_u64().unwrap() as usize,
            ..Fit::default()
        };
        let training = Training {
            compile: &compile,
            train: Examples::new(&x, &y).weighted(train_weights.as_deref()),
            validation: Some(Examples::new(&x_val, &y_val).weighted(val_weights.as_deref())),
            settings: &settings,
            callbacks: &[],
            units: None,
            noise: None,
            model_file: None,
        };
        let history = Session::quiet(|session| fit(&mut network, &training, session)).unwrap();

        let keras = case["history32"].as_object().unwrap();
        let mut ours: Vec<&str> = history.epochs[0].0.iter().map(|(key, _)| key.as_str()).collect();
        // Keras does not tell the penalties apart.
        ours.retain(|key| !key.ends_with("penalty"));
        let mut theirs: Vec<&str> = keras.keys().map(String::as_str).collect();
        ours.sort_unstable();
        theirs.sort_unstable();
        assert_eq!(ours, theirs, "{name}");
        for (key, keras) in keras {
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
