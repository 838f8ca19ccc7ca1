//! Layers by themselves beside Keras's: what they give in training and inference, the gradient of sum(output * cotangent)
//! with respect to inputs and weights, and their statistics afterwards. The disturbing layers, whose random numbers differ by
//! design, beside closed forms.

use crate::keras::{counts, fixture, floats, miss, node, singles};
use serde_json::{Value as Json, json};
use treino::catalog::Field;
use treino::layers::{ConnectedLayer, Layer};
use treino::network::Buffer;
use treino::network::Network;
use treino::rows::Matrix;

/// A network of one layer. Its inputs are vectors of an embedding, one for each row, so that their gradient is that of the
/// embedding: an input layer would have none.
fn network(case: &Json, rows: usize) -> Network {
    let mut layers = vec![json!({"type": "input_layer", "name": "row"})];
    let mut inputs = Vec::new();
    for (i, input) in case["inputs"].as_array().unwrap().iter().enumerate() {
        let shape = &counts(&input["shape"])[1..];
        let (vectors, name) = (format!("x{i}"), format!("in{i}"));
        let width: usize = shape.iter().product();
        layers.push(
            json!({"type": "embedding", "name": vectors, "input_dim": rows, "output_dim": width, "inputs": "row"}),
        );
        layers.push(json!({"type": "reshape", "name": name, "target_shape": shape, "inputs": vectors}));
        inputs.push(name);
    }
    let mut layer = case["layer"].clone();
    layer["name"] = "layer".into();
    layer["inputs"] = inputs.into();
    layers.push(layer);
    let layers: Vec<ConnectedLayer> = Vec::read(&node(&Json::Array(layers)), "layers").unwrap();
    Network::build(1, &layers).unwrap()
}

/// A layer that reads ids.
fn network_of_ids(case: &Json) -> Network {
    let layer = Layer::read(&node(&case["layer"]), "layer").unwrap();
    let mut network = Network::build(counts(&case["inputs"][0]["shape"])[1], &[layer]).unwrap();
    let (name, shape) = (network.program().variables[0].name.clone(), counts(&case["weights"][0]["shape"]));
    network.set_weight(&name, &shape, &singles(&case["weights"][0]["values"])).unwrap();
    network
}

fn doubles(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|x| f64::from(*x)).collect()
}

#[test]
fn every_layer_is_keras_s() {
    let all = fixture("layers");
    let rows = all["rows"].as_u64().unwrap() as usize;
    let mut wrong = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for case in all["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        seen.insert(case["layer"]["type"].as_str().unwrap().to_string());
        let mut compare = |what: &str, ours: &[f32], keras: &Json, key: &str| {
            let exact = floats(&keras[&format!("{key}64")]);
            let share = miss(&doubles(ours), &floats(&keras[&format!("{key}32")]), &exact);
            if share > 1.0 {
                wrong.push(format!("{name}: {what} misses by {share} of its tolerance: {ours:?}, but {exact:?}"));
            }
        };
        let inputs = case["inputs"].as_array().unwrap();
        let weights = case["weights"].as_array().unwrap();
        let reads_ids = case["layer"]["type"] == "embedding";
        let (mut network, x) = if reads_ids {
            (network_of_ids(case), Matrix::new(rows, counts(&inputs[0]["shape"])[1], singles(&inputs[0]["values"])))
        } else {
            (network(case, rows), Matrix::new(rows, 1, (0..rows).map(|row| row as f32).collect()))
        };
        network.initialize(1);
        if reads_ids {
            network = network_of_ids(case);
        } else {
            for (i, input) in inputs.iter().enumerate() {
                let width = counts(&input["shape"])[1..].iter().product();
                network.set_weight(&format!("x{i}/embeddings"), &[rows, width], &singles(&input["values"])).unwrap();
            }
            for w in weights {
                let name = format!("layer/{}", w["name"].as_str().unwrap());
                network.set_weight(&name, &counts(&w["shape"]), &singles(&w["values"])).unwrap();
            }
        }
        let cotangent = Matrix::new(rows, network.outputs(), singles(&case["cotangent"]["values"]));
        let shape = &counts(&case["cotangent"]["shape"])[1..];
        assert_eq!(network.summary().last().unwrap().shape, shape, "{name}");

        let back = network.pull_back(&x, &cotangent, 1).unwrap();
        compare("training", back.outputs.as_slice(), case, "training");
        let inference = if case["inference32"].is_null() { "training" } else { "inference" };
        compare("inference", network.predict(&x).unwrap().as_slice(), case, inference);
        for variable in &network.program().variables {
            let (layer, own) = variable.name.split_once('/').unwrap();
            let numbers = match variable.buffer {
                Buffer::Trainable => &back.gradient[variable.range.clone()],
                Buffer::State => &back.state[variable.range.clone()],
            };
            if let Some(i) = layer.strip_prefix('x') {
                let i: usize = i.parse().unwrap();
                // Keras's lists lie behind each other: one for each input.
                let part = |key: &str| case[key][i].clone();
                compare(layer, numbers, &json!({"dx32": part("dx32"), "dx64": part("dx64")}), "dx");
            } else if let Some(w) = weights.iter().find(|w| w["name"] == own) {
                let (key, other) = match variable.buffer {
                    Buffer::Trainable => ("gradient", "after32"),
                    Buffer::State => ("after", "gradient32"),
                };
                assert!(w[other].is_null(), "{name}: {own} is trained on one side only");
                compare(&variable.name, numbers, w, key);
            } else {
                // Keras keeps statistics that were given elsewhere.
                assert_eq!(case["layer"]["type"], "normalization", "{name} has a weight {own} too much");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let elsewhere =
        ["input_layer", "dropout", "gaussian_noise", "gaussian_dropout", "alpha_dropout", "identity", "shared"];
    let in_lookups = ["discretization", "category_encoding", "hashing", "string_lookup", "integer_lookup"];
    for thing in Layer::COMPONENTS {
        let is_elsewhere = elsewhere.iter().chain(&in_lookups).any(|name| *name == thing.name);
        assert!(seen.contains(thing.name) || is_elsewhere, "no case of {}", thing.name);
    }
}

/// One row of many numbers through a layer in training, and the slopes.
fn disturbed(layer: &str, x: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let rows = x.len();
    let list = json!([
        {"type": "embedding", "name": "x", "input_dim": rows, "output_dim": 1},
        {"type": "flatten"},
        serde_json::from_str::<Json>(layer).unwrap(),
    ]);
    let layers: Vec<ConnectedLayer> = Vec::read(&node(&list), "layers").unwrap();
    let mut network = Network::build(1, &layers).unwrap();
    network.set_weight("x/embeddings", &[rows, 1], x).unwrap();
    let ids = Matrix::new(rows, 1, (0..rows).map(|row| row as f32).collect());
    let ones = Matrix::new(rows, 1, vec![1.0; rows]);
    // Outside training nothing happens, as in Keras.
    assert_eq!(network.predict(&ids).unwrap().as_slice(), x);
    let back = network.pull_back(&ids, &ones, 7).unwrap();
    (back.outputs.as_slice().to_vec(), back.gradient)
}

/// Mean and variance.
fn moments(numbers: &[f32]) -> (f64, f64) {
    let n = numbers.len() as f64;
    let mean = numbers.iter().map(|x| f64::from(*x)).sum::<f64>() / n;
    (mean, numbers.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / n)
}

/// With n numbers a mean lies within 5 standard deviations / sqrt(n) of its expectation, and a share within
/// 5 sqrt(p (1 - p) / n).
#[test]
fn noise_has_the_moments_that_it_should() {
    const N: usize = 40_000;
    let n = N as f64;
    // Normal numbers of mean 0 and variance 1, at regular quantiles.
    let normal: Vec<f32> = (0..N).map(|i| treino_engine::math::normal_quantile((i as f64 + 0.5) / n) as f32).collect();
    let threes = vec![3.0_f32; N];
    let close = |what: &str, is: f64, wanted: f64, sd: f64| {
        assert!((is - wanted).abs() <= 5.0 * sd / n.sqrt(), "{what} is {is}, but should be {wanted}");
    };
    for rate in [0.1, 0.5, 0.8] {
        let odds = rate / (1.0 - rate);
        let (y, slope) = disturbed(&format!(r#"{{"type": "dropout", "rate": {rate}}}"#), &threes);
        let dropped = y.iter().filter(|y| **y == 0.0).count() as f64 / n;
        close("share of dropout", dropped, rate, (rate * (1.0 - rate)).sqrt());
        close("mean of dropout", moments(&y).0, 3.0, 3.0 * odds.sqrt());
        let kept = (3.0 / (1.0 - rate)) as f32;
        assert!(
            y.iter().zip(&slope).all(|(y, s)| (*y == 0.0 || (*y - kept).abs() < 1e-5) && (3.0 * s - y).abs() < 1e-5)
        );

        let (y, slope) = disturbed(&format!(r#"{{"type": "gaussian_dropout", "rate": {rate}}}"#), &threes);
        let (mean, variance) = moments(&y);
        close("mean of gaussian_dropout", mean, 3.0, 3.0 * odds.sqrt());
        // The variance of a sample of normal numbers has the standard deviation sqrt(2) sigma^2 / sqrt(n).
        close("variance of gaussian_dropout", variance, 9.0 * odds, 2.0_f64.sqrt() * 9.0 * odds);
        assert!(y.iter().zip(&slope).all(|(y, s)| (3.0 * s - y).abs() < 1e-5));

        let (y, slope) = disturbed(&format!(r#"{{"type": "alpha_dropout", "rate": {rate}}}"#), &normal);
        let (mean, variance) = moments(&y);
        close("mean of alpha_dropout", mean, 0.0, 1.0);
        // Mixed of two parts, it has a fourth moment of less than 9.
        close("variance of alpha_dropout", variance, 1.0, 3.0);
        let dropped = slope.iter().filter(|s| **s == 0.0).count() as f64 / n;
        close("share of alpha_dropout", dropped, rate, (rate * (1.0 - rate)).sqrt());
        // Keras's formula: what is dropped is a alpha' + b, the others a x + b.
        let alpha = -1.673_263_242_354_377_2 * 1.050_700_987_355_480_5;
        let a = ((1.0 - rate) * (1.0 + rate * alpha * alpha)).powf(-0.5);
        let b = -a * alpha * rate;
        for ((y, x), s) in y.iter().zip(&normal).zip(&slope) {
            let wanted = if *s == 0.0 { a * alpha + b } else { a * f64::from(*x) + b };
            assert!((f64::from(*y) - wanted).abs() < 1e-5 && (*s == 0.0 || (f64::from(*s) - a).abs() < 1e-6));
        }
    }
    for stddev in [0.1, 1.0] {
        let (y, slope) = disturbed(&format!(r#"{{"type": "gaussian_noise", "stddev": {stddev}}}"#), &threes);
        let (mean, variance) = moments(&y);
        close("mean of gaussian_noise", mean, 3.0, stddev);
        close("variance of gaussian_noise", variance, stddev * stddev, 2.0_f64.sqrt() * stddev * stddev);
        assert!(slope.iter().all(|s| *s == 1.0));
    }
    let (y, slope) = disturbed(r#"{"type": "dropout", "rate": 1.0}"#, &threes);
    assert!(y.iter().chain(&slope).all(|y| *y == 0.0));
}
