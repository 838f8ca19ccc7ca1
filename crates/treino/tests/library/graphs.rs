//! Networks that are graphs: gradients beside differences of a weighted sum of all outputs, for every layer that reads
//! several others, and for values that several layers read.

use crate::differences::{IN_GRAPHS, SEEDS, compare, numbers};
use crate::keras;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, RngSeed, TestRunner};
use std::cell::Cell;
use treino::catalog::Field;
use treino::layers::ConnectedLayer;
use treino::losses::Loss;
use treino::network::Network;
use treino::optimizers::SGD;
use treino::rows::{Columns, Matrix};
use treino::train::{Compile, Examples, Session, gradient};

const ROWS: usize = 5;

/// What comes in: six numbers, and two columns of ids below 3 and 4.
fn columns() -> Columns {
    let mut columns = Columns::default();
    columns.push("numbers", 6);
    columns.push("city", 1);
    columns.push("month", 1);
    columns
}

fn rows(seed: u64) -> Matrix {
    let mut x = numbers(seed, "x", ROWS * 8, -1.5, 1.5);
    for (row, x) in x.chunks_mut(8).enumerate() {
        (x[6], x[7]) = (((row + seed as usize) % 3) as f32, (row * 3 % 4) as f32);
    }
    Matrix::new(ROWS, 8, x)
}

/// Layers as they stand in a spec, written as JSON without the brackets of the list.
fn layers(text: &str) -> Vec<ConnectedLayer> {
    let json: serde_json::Value = serde_json::from_str(&format!("[{text}]")).expect(text);
    Vec::read(&keras::node(&json), "model.layers").map_err(|e| format!("{e} in {text}")).unwrap()
}

/// Weights that are neither 0 nor near it on the whole, and divisors of about 1.
fn draw(network: &mut Network, seed: u64) {
    for v in network.program().variables.clone() {
        let (low, high) = match v.name.rsplit('/').next() {
            Some("gamma" | "scale" | "variance" | "moving_variance") => (0.5, 1.5),
            _ => (-0.9, 0.9),
        };
        let drawn = numbers(seed, &v.name, v.range.len(), low, high);
        network.set_weight(&v.name, &v.shape, &drawn).unwrap();
    }
}

/// Compares the gradient of sum(cotangent * outputs) with differences.
fn check(network: &mut Network, seeds: u64) -> Result<(), String> {
    let outputs = network.outputs();
    compare(network, seeds, false, draw, |seed| {
        let (x, cotangent) = (rows(seed), Matrix::new(ROWS, outputs, numbers(seed, "c", ROWS * outputs, -0.5, 0.5)));
        move |network: &Network| {
            let back = network.pull_back(&x, &cotangent, seed).unwrap();
            let along = back.outputs.as_slice().iter().zip(cotangent.as_slice());
            (along.map(|(y, c)| f64::from(*y) * f64::from(*c)).sum::<f64>() + back.penalty, back.gradient)
        }
    })
}

/// Layers that many cases begin with: x, and the dense layers a, b (four numbers) and one (one number) on it.
const FRONT: &str = r#"
    {"type": "input_layer", "name": "x", "columns": ["numbers"]},
    {"type": "dense", "name": "a", "units": 4, "activation": "tanh", "inputs": "x"},
    {"type": "dense", "name": "b", "units": 4, "inputs": "x"},
    {"type": "dense", "name": "one", "units": 1, "inputs": "x"}"#;

/// Two columns of ids, and their vectors.
const IDS: &str = r#"
    {"type": "input_layer", "name": "city", "columns": ["city"]},
    {"type": "input_layer", "name": "month", "columns": ["month"]},
    {"type": "embedding", "name": "cities", "input_dim": 3, "output_dim": 4, "inputs": "city"},
    {"type": "embedding", "name": "months", "input_dim": 4, "output_dim": 4, "inputs": "month"}"#;

/// The cases: a name, the layers, and the outputs where they are not all that nobody reads.
fn cases() -> Vec<(String, String, Vec<&'static str>)> {
    let mut cases = Vec::new();
    let mut add = |name: &str, text: String, outputs: &[&'static str]| {
        cases.push((name.to_string(), text, outputs.to_vec()));
    };
    let after = |front: &str, rest: &str| format!("{front},{rest}");

    add(
        "a residual block",
        after(
            FRONT,
            r#"{"type": "batch_normalization", "inputs": "a"}, {"type": "activation", "activation": "tanh"},
               {"type": "dense", "name": "c", "units": 4}, {"type": "add", "name": "sum", "inputs": ["a", "c"]},
               {"type": "activation", "activation": "sigmoid"}, {"type": "dense", "units": 2}"#,
        ),
        &[],
    );
    for merge in ["add", "subtract", "multiply", "average", "maximum", "minimum"] {
        let mut lists = vec![r#""a", "b""#, r#""b", "a""#, r#""a", "one""#, r#""one", "a""#, r#""a", "a""#];
        if merge != "subtract" {
            lists.extend([r#""a", "b", "one""#, r#""a", "b", "a""#, r#""one", "a", "b", "one""#]);
        }
        for list in lists {
            // The extreme of two equal numbers has a kink wherever it is.
            if ["maximum", "minimum"].contains(&merge) && list.matches("\"a\"").count() > 1 {
                continue;
            }
            let rest = format!(r#"{{"type": "{merge}", "inputs": [{list}]}}, {{"type": "dense", "units": 2}}"#);
            add(&format!("{merge} of {list}"), after(FRONT, &rest), &[]);
        }
        let rest = format!(
            r#"{{"type": "reshape", "name": "r", "target_shape": [2, 2], "inputs": "a"}},
               {{"type": "reshape", "name": "s", "target_shape": [2, 1], "inputs": "two"}},
               {{"type": "dense", "name": "two", "units": 2, "inputs": "x"}},
               {{"type": "{merge}", "name": "m", "inputs": ["r", "s"]}},
               {{"type": "{merge}", "name": "n", "inputs": ["m", "two"]}},
               {{"type": "{merge}", "name": "o", "inputs": ["one", "n"]}}"#
        );
        add(&format!("{merge} of rows of two sides"), after(FRONT, &rest), &["o", "b"]);
    }
    for axis in [1, 2, -1, -2] {
        let rest = format!(
            r#"{{"type": "concatenate", "name": "j", "axis": {axis}, "inputs": ["cities", "months", "cities"]}},
               {{"type": "dense", "units": 3, "activation": "tanh"}}, {{"type": "flatten"}},
               {{"type": "dense", "units": 2}}"#
        );
        add(&format!("concatenate along {axis}"), after(IDS, &rest), &[]);
    }
    add(
        "concatenate of several widths",
        after(FRONT, r#"{"type": "concatenate", "inputs": ["one", "a", "b", "x"]}, {"type": "dense", "units": 2}"#),
        &[],
    );
    for normalize in [false, true] {
        for axes in ["-1", "1", "[1, -1]"] {
            let rest = format!(
                r#"{{"type": "dot", "axes": {axes}, "normalize": {normalize}, "inputs": ["a", "b"]}},
                   {{"type": "dense", "units": 2}}"#
            );
            add(&format!("dot along {axes}, {normalize}"), after(FRONT, &rest), &[]);
        }
        for axes in ["1", "2", "-2", "[1, 2]", "[2, 1]", "[-1, 1]"] {
            let rest = format!(
                r#"{{"type": "dense", "name": "p", "units": 9, "inputs": "a"}},
                   {{"type": "reshape", "name": "r", "target_shape": [3, 3]}},
                   {{"type": "dense", "name": "q", "units": 9, "inputs": "b"}},
                   {{"type": "reshape", "name": "s", "target_shape": [3, 3]}},
                   {{"type": "dot", "axes": {axes}, "normalize": {normalize}, "inputs": ["r", "s"]}},
                   {{"type": "flatten"}}, {{"type": "dense", "units": 2}}"#
            );
            add(&format!("dot of two sides along {axes}, {normalize}"), after(FRONT, &rest), &["dense", "one"]);
        }
        let rest = format!(
            r#"{{"type": "dense", "name": "p", "units": 12, "inputs": "a"}},
               {{"type": "reshape", "name": "r", "target_shape": [3, 4]}},
               {{"type": "dot", "name": "d", "axes": [2, 1], "normalize": {normalize}, "inputs": ["r", "b"]}},
               {{"type": "dot", "name": "e", "axes": [1, 2], "normalize": {normalize}, "inputs": ["a", "r"]}},
               {{"type": "dot", "name": "f", "normalize": {normalize}, "inputs": ["a", "a"]}}"#
        );
        add(&format!("dot of one side and two, {normalize}"), after(FRONT, &rest), &["d", "e", "f", "one"]);
    }
    for times in [2, 3] {
        let calls = |layer: &str, inputs: &str, width_one: bool| {
            let mut text = layer.to_string();
            let mut names = vec!["s".to_string()];
            for i in 1..times {
                let input = inputs.split(' ').nth(i).unwrap();
                text += &format!(r#",{{"type": "shared", "layer": "s", "name": "s{i}", "inputs": "{input}"}}"#);
                names.push(format!("s{i}"));
            }
            let how = if width_one { "concatenate" } else { "add" };
            text + &format!(r#",{{"type": "{how}", "inputs": {names:?}}}, {{"type": "dense", "units": 2}}"#)
        };
        for (name, layer) in [
            ("dense", r#""type": "dense", "units": 3, "activation": "tanh", "kernel_regularizer": "l2""#),
            ("frozen dense", r#""type": "dense", "units": 3, "activation": "tanh", "trainable": false"#),
            ("dense, penalty", r#""type": "dense", "units": 3, "activity_regularizer": {"type": "l2", "l2": 0.1}"#),
            ("batch_normalization", r#""type": "batch_normalization""#),
            ("frozen batch_normalization", r#""type": "batch_normalization", "trainable": false"#),
            ("layer_normalization", r#""type": "layer_normalization""#),
            ("group_normalization", r#""type": "group_normalization", "groups": 2, "epsilon": 0.1"#),
            ("rms_normalization", r#""type": "rms_normalization", "epsilon": 0.1"#),
            ("p_re_lu", r#""type": "p_re_lu""#),
            ("dropout", r#""type": "dropout", "rate": 0.3"#),
            ("gaussian_noise", r#""type": "gaussian_noise", "stddev": 0.3"#),
            ("activation", r#""type": "activation", "activation": "tanh""#),
        ] {
            let layer = format!(r#"{{{layer}, "name": "s", "inputs": "a"}}"#);
            let rest = calls(&layer, "a b third", false);
            let front = after(FRONT, r#"{"type": "dense", "name": "third", "units": 4, "inputs": "x"}"#);
            let outputs: &[&str] = if times == 2 { &["dense", "one", "third"] } else { &["dense", "one"] };
            add(&format!("{name} called {times} times"), after(&front, &rest), outputs);
            // One call behind the other.
            let rest = calls(&layer, "a s s1", false);
            if !name.contains("dense") {
                add(&format!("{name} called {times} times in a row"), after(FRONT, &rest), &["dense", "one", "b"]);
            }
        }
        let layer = r#"{"type": "embedding", "name": "s", "input_dim": 4, "output_dim": 3, "inputs": "city"}"#;
        let front = r#"{"type": "input_layer", "name": "city", "columns": ["city"]},
                       {"type": "input_layer", "name": "month", "columns": ["month"]}"#;
        add(
            &format!("embedding called {times} times"),
            after(
                front,
                &(calls(layer, "city month city", true) + r#", {"type": "flatten"}, {"type": "dense", "units": 2}"#),
            ),
            &[],
        );
    }
    // A value that three layers read, in several guises.
    for (name, through) in [
        ("a value", ""),
        ("flatten", r#"{"type": "flatten", "name": "v", "inputs": "a"}"#),
        ("identity", r#"{"type": "identity", "name": "v", "inputs": "a"}"#),
        ("dropout of nothing", r#"{"type": "dropout", "rate": 0.0, "name": "v", "inputs": "a"}"#),
        ("linear activation", r#"{"type": "activation", "name": "v", "inputs": "a"}"#),
        (
            "reshape and back",
            r#"{"type": "reshape", "target_shape": [2, 2], "name": "w", "inputs": "a"},
                                {"type": "reshape", "target_shape": [4], "name": "v", "inputs": "w"}"#,
        ),
        ("activity_regularization", r#"{"type": "activity_regularization", "l2": 0.2, "name": "v", "inputs": "a"}"#),
        (
            "penalties behind each other",
            r#"{"type": "activity_regularization", "l2": 0.2, "name": "w", "inputs": "a"},
                                           {"type": "activity_regularization", "l2": 0.1, "name": "v", "inputs": "w"}"#,
        ),
    ] {
        let (through, v) = if through.is_empty() { (String::new(), "a") } else { (format!("{through},"), "v") };
        // Readers of the seen value, of the value itself before and behind, and of both at once.
        for (how, rest, outputs) in [
            (
                "three readers",
                format!(
                    r#"{{"type": "dense", "name": "p", "units": 2, "inputs": "{v}"}},
                       {{"type": "multiply", "name": "q", "inputs": ["{v}", "b"]}},
                       {{"type": "activation", "name": "r", "activation": "sigmoid", "inputs": "{v}"}},
                       {{"type": "concatenate", "name": "j", "inputs": ["p", "q", "r"]}},
                       {{"type": "dense", "name": "end", "units": 2}}"#
                ),
                &["end", "one"][..],
            ),
            (
                "read on both sides",
                format!(
                    r#"{{"type": "dense", "name": "p", "units": 4, "inputs": "a"}},
                       {{"type": "multiply", "name": "q", "inputs": ["{v}", "a"]}},
                       {{"type": "add", "name": "r", "inputs": ["a", "{v}", "q", "p"]}},
                       {{"type": "subtract", "name": "end", "inputs": ["r", "{v}"]}}"#
                ),
                &["end", "one", "b"][..],
            ),
            (
                "an output that a layer reads",
                format!(
                    r#"{{"type": "dense", "name": "p", "units": 4, "activation": "tanh", "inputs": "{v}"}},
                       {{"type": "add", "name": "end", "inputs": ["{v}", "p"]}}"#
                ),
                if v == "v" { &["v", "end", "a", "p", "b", "one"][..] } else { &["end", "a", "p", "b", "one"][..] },
            ),
        ] {
            add(&format!("{name}, {how}"), after(FRONT, &format!("{through}{rest}")), outputs);
        }
    }
    add(
        "a penalised value that three layers read",
        after(
            FRONT,
            r#"{"type": "dense", "name": "p", "units": 4, "activation": "tanh", "inputs": "a",
                "activity_regularizer": {"type": "l2", "l2": 0.3}},
               {"type": "dense", "name": "q", "units": 4, "inputs": "p"},
               {"type": "multiply", "name": "r", "inputs": ["p", "q"]},
               {"type": "add", "name": "end", "inputs": ["p", "r", "b"]}"#,
        ),
        &["end", "p", "one"],
    );
    add(
        "frozen parts",
        after(
            FRONT,
            r#"{"type": "dense", "name": "cold", "units": 4, "activation": "tanh", "trainable": false, "inputs": "x"},
               {"type": "dense", "name": "colder", "units": 4, "trainable": false, "inputs": ["cold"]},
               {"type": "multiply", "name": "p", "inputs": ["cold", "a", "colder"]},
               {"type": "dense", "name": "warm", "units": 4, "trainable": false, "inputs": "a"},
               {"type": "dot", "name": "d", "inputs": ["cold", "warm"]},
               {"type": "concatenate", "inputs": ["p", "cold", "warm", "d", "x", "b"]},
               {"type": "maximum", "name": "m", "inputs": ["cold", "b"]}"#,
        ),
        &[],
    );
    // All of these see one value, and no op stands between them.
    add(
        "views of one value beside each other",
        r#"{"type": "dense", "name": "a", "units": 4}, {"type": "identity", "name": "v", "inputs": "a"},
           {"type": "identity", "name": "w", "inputs": "a"}, {"type": "flatten", "name": "u", "inputs": "w"},
           {"type": "activity_regularization", "l2": 0.2, "name": "t", "inputs": "w"},
           {"type": "multiply", "name": "p", "inputs": ["v", "w", "u"]},
           {"type": "subtract", "name": "q", "inputs": ["p", "t"]},
           {"type": "add", "inputs": ["q", "v", "u", "w", "a"]}"#
            .to_string(),
        &["add", "u", "a", "t"],
    );
    for (name, layer) in [
        ("dense", r#""type": "dense", "units": 2, "activation": "tanh""#),
        ("dense without bias", r#""type": "dense", "units": 2, "use_bias": false"#),
        ("dense, penalty", r#""type": "dense", "units": 2, "activity_regularizer": {"type": "l2", "l2": 0.2}"#),
        ("batch_normalization", r#""type": "batch_normalization""#),
        ("frozen batch_normalization", r#""type": "batch_normalization", "trainable": false"#),
        ("layer_normalization", r#""type": "layer_normalization""#),
        ("group_normalization", r#""type": "group_normalization", "groups": 1"#),
        ("group_normalization, a group a column", r#""type": "group_normalization", "groups": -1"#),
        ("rms_normalization", r#""type": "rms_normalization""#),
        ("unit_normalization", r#""type": "unit_normalization""#),
        ("normalization", r#""type": "normalization", "mean": [0.5, -0.25, 0.0], "variance": [1.5, 0.5, 1.0]"#),
        ("rescaling", r#""type": "rescaling", "scale": [0.5, 2.0, 1.0], "offset": -1.0"#),
        ("p_re_lu", r#""type": "p_re_lu""#),
        ("p_re_lu, first side", r#""type": "p_re_lu", "shared_axes": [1]"#),
        ("p_re_lu, second side", r#""type": "p_re_lu", "shared_axes": [2]"#),
        ("p_re_lu, both sides", r#""type": "p_re_lu", "shared_axes": [1, 2]"#),
        ("softmax", r#""type": "softmax""#),
        ("log_softmax", r#""type": "activation", "activation": "log_softmax""#),
        ("dropout", r#""type": "dropout", "rate": 0.3"#),
        ("alpha_dropout", r#""type": "alpha_dropout", "rate": 0.3"#),
        ("activity_regularization", r#""type": "activity_regularization", "l2": 0.2"#),
    ] {
        let text = format!(
            r#"{{"type": "dense", "units": 6, "activation": "tanh"}}, {{"type": "reshape", "target_shape": [2, -1]}},
               {{{layer}}}, {{"type": "flatten"}}, {{"type": "dense", "units": 2}}"#
        );
        add(&format!("{name} on rows of two sides"), text, &[]);
    }
    add(
        "inputs cut by their shapes",
        r#"{"type": "input_layer", "name": "x", "shape": [2, 3]}, {"type": "dense", "name": "a", "units": 2},
           {"type": "input_layer", "name": "y", "shape": [2]},
           {"type": "embedding", "name": "e", "input_dim": 4, "output_dim": 2, "inputs": "y"},
           {"type": "multiply", "inputs": ["a", "e"]}, {"type": "flatten"}, {"type": "dense", "units": 2}"#
            .to_string(),
        &[],
    );
    cases
}

#[test]
fn every_graph_has_the_gradient_of_differences() {
    let mut wrong = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for (name, text, outputs) in cases() {
        let layers = layers(&text);
        seen.extend(layers.iter().map(|placed| placed.layer.name()));
        let outputs: Vec<String> = outputs.into_iter().map(String::from).collect();
        let found = Network::build_graph(columns(), &layers, &outputs).map_err(|e| e.to_string());
        if let Err(why) = found.and_then(|mut network| check(&mut network, SEEDS)) {
            wrong.push(format!("{name}: {why}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    for thing in IN_GRAPHS {
        assert!(seen.contains(thing), "no case of {thing}");
    }
}

/// A crossentropy takes the last activation over only where nothing else reads it.
#[test]
fn losses_of_outputs_that_others_read() {
    let first = r#"{"type": "dense", "name": "a", "units": 4, "activation": "tanh"}"#;
    let cases = [
        (
            "binary_crossentropy",
            r#"{"type": "dense", "name": "p", "units": 2, "activation": "sigmoid"},
               {"type": "dense", "name": "q", "units": 2, "activation": "sigmoid"}"#,
            vec!["p", "q"],
        ),
        (
            "categorical_crossentropy",
            r#"{"type": "dense", "name": "p", "units": 3, "activation": "softmax"},
               {"type": "dense", "name": "q", "units": 3, "activation": "softmax", "inputs": "a"}"#,
            vec!["q", "p"],
        ),
        (
            "categorical_crossentropy",
            r#"{"type": "dense", "name": "p", "units": 3, "activation": "softmax"}, {"type": "identity", "name": "q"},
               {"type": "activity_regularization", "l2": 0.2, "name": "r", "inputs": "p"}"#,
            vec!["q", "r", "p"],
        ),
        (
            "categorical_crossentropy",
            r#"{"type": "dense", "name": "p", "units": 3, "activation": "softmax"},
               {"type": "shared", "layer": "p", "name": "q", "inputs": "a"},
               {"type": "multiply", "name": "r", "inputs": ["p", "q"]}, {"type": "softmax", "name": "s"}"#,
            vec!["s", "q", "p"],
        ),
    ];
    for (loss, rest, outputs) in cases {
        let layers = layers(&format!("{first}, {rest}"));
        let names: Vec<String> = outputs.iter().map(|name| (*name).to_string()).collect();
        let mut network = Network::build_graph(columns(), &layers, &names).unwrap();
        let compile = Compile::new(SGD::default(), Loss::named(loss).unwrap(), Vec::new());
        let width = network.outputs();
        let found = compare(&mut network, SEEDS, false, draw, |seed| {
            let mut y = numbers(seed, "y", ROWS * width, 0.1, 0.9);
            if loss.starts_with("categorical") {
                for (row, y) in y.chunks_mut(3).enumerate() {
                    y.iter_mut().enumerate().for_each(|(class, y)| *y = f32::from(u8::from(class == row % 3)));
                }
            }
            let (x, y, compile) = (rows(seed), Matrix::new(ROWS, width, y), &compile);
            move |network: &Network| {
                let data = Examples::new(&x, &y);
                Session::quiet(|session| gradient(network, compile, data, seed, session)).unwrap()
            }
        });
        assert_eq!(found, Ok(()), "{loss} of {rest}");
    }
}

/// One layer of a random graph: its kind, its units, and which of the layers before it it reads.
type Drawn = (usize, usize, Vec<prop::sample::Index>);

/// Writes random layers as a spec, so that whatever they read stands before them.
fn written(drawn: &[Drawn]) -> String {
    let mut text = vec![r#"{"type": "input_layer", "name": "n0", "columns": ["numbers"]}"#.to_string()];
    for (kind, units, reads) in drawn {
        let at = text.len();
        let name = |index: &prop::sample::Index| format!("\"n{}\"", index.index(at));
        let (one, all) = (name(&reads[0]), reads.iter().map(name).collect::<Vec<_>>().join(", "));
        let dense = text.iter().rposition(|layer| layer.contains(r#""dense""#));
        let layer = match (*kind, dense) {
            (0, _) => format!(r#""type": "dense", "units": {units}, "inputs": {one}"#),
            (1, _) => format!(r#""type": "dense", "units": {units}, "activation": "tanh", "inputs": {one}"#),
            (2, Some(dense)) => format!(r#""type": "shared", "layer": "n{dense}", "inputs": {one}"#),
            (3, _) => format!(r#""type": "add", "inputs": [{all}]"#),
            (4, _) => format!(r#""type": "multiply", "inputs": [{all}]"#),
            (5, _) => format!(r#""type": "concatenate", "inputs": [{all}]"#),
            (6, _) => format!(r#""type": "dropout", "rate": 0.3, "inputs": {one}"#),
            (7, _) => format!(r#""type": "activity_regularization", "l2": 0.1, "inputs": {one}"#),
            (8, _) => format!(r#""type": "flatten", "inputs": {one}"#),
            _ => format!(r#""type": "identity", "inputs": {one}"#),
        };
        text.push(format!("{{{layer}, \"name\": \"n{at}\"}}"));
    }
    text.join(",")
}

/// Graphs wired at random have the gradient of differences, or are refused with a message.
#[test]
fn random_graphs_have_the_gradient_of_differences() {
    let layer = (0..10_usize, 1..4_usize, prop::collection::vec(any::<prop::sample::Index>(), 1..4));
    let config = ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    };
    let (built, compared) = (Cell::new(0), Cell::new(0));
    let run = TestRunner::new(config).run(&prop::collection::vec(layer, 1..9), |drawn| {
        let text = written(&drawn);
        let mut network = match Network::build(columns(), &layers(&text)) {
            Ok(network) => network,
            Err(e) => {
                prop_assert!(!e.message().is_empty());
                return Ok(());
            }
        };
        built.set(built.get() + 1);
        match check(&mut network, 20) {
            // Products of products grow, and some graphs have no weights.
            Err(why) => prop_assert!(why.starts_with("no smooth"), "{why} in {text}"),
            Ok(()) => compared.set(compared.get() + 1),
        }
        Ok(())
    });
    run.unwrap();
    assert!(built.get() > 150 && compared.get() > 100, "{} built, {} compared", built.get(), compared.get());
}
