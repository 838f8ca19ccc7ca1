//! Graphs that cannot be built, and rows that do not fit one: each is refused with a message that says what is wrong.

use crate::keras;
use treino::catalog::Field;
use treino::layers::ConnectedLayer;
use treino::losses::Loss;
use treino::network::Network;
use treino::optimizers::SGD;
use treino::rows::{Columns, Matrix};
use treino::train::{Compile, Examples, Fit, Session, Training, evaluate, fit, gradient};

fn columns() -> Columns {
    let mut columns = Columns::default();
    columns.push("age", 4);
    columns.push("city", 1);
    columns
}

/// Reads layers, written as JSON without the brackets of the list, and builds them.
fn build(text: &str, outputs: &[&str]) -> treino::Result<Network> {
    let json: serde_json::Value = serde_json::from_str(&format!("[{text}]")).expect(text);
    let layers: Vec<ConnectedLayer> = Vec::read(&keras::node(&json), "model.layers")?;
    let outputs: Vec<String> = outputs.iter().map(|name| (*name).to_string()).collect();
    Network::build_graph(columns(), &layers, &outputs)
}

const DENSE: &str = r#"{"type": "dense", "units": 4, "name": "a"}"#;

/// Layers, where DENSE is a layer "a" with four units; the outputs, where they are named; what the message must say.
const CASES: &str = r##"
DENSE, {"type": "add", "name": "p", "inputs": ["a", "q"]}, {"type": "dense", "name": "q"}
=> the layers go in a circle: q -> p -> q

{"type": "dense", "name": "p", "inputs": "p"}
=> the layers go in a circle: p -> p

DENSE, {"type": "shared", "layer": "b", "name": "s", "inputs": "b"}, {"type": "dense", "name": "b", "inputs": "s"}
=> the layers go in a circle: b -> s -> b

DENSE, {"type": "dense", "name": "hidden"}, {"type": "add", "inputs": ["a", "hiden"]}
=> "add" has the input "hiden", but no layer is called so; did you mean "hidden"?

DENSE, {"type": "dense", "inputs": 3}
=> model.layers[1].inputs is 3, but must be names of layers; such as inputs = ["dense", "dense_1"]

{"type": "input_layer", "columns": ["aeg"]}
=> there is no column "aeg" among the inputs; possible: age, city

{"type": "input_layer", "columns": []}
=> an input layer needs at least one column

{"type": "input_layer", "columns": ["age"], "shape": [4]}
=> an input layer has either columns or a shape, not both

{"type": "input_layer", "shape": [3]}, {"type": "input_layer", "shape": [3]}
=> "input_layer_1" wants 3 columns, but of 5 only 2 are left

{"type": "input_layer", "shape": []}, {"type": "dense", "units": 3}
=> shape is [], but a row has at least one side; write shape = [1]

{"type": "input_layer", "shape": [0]}
=> model.layers[0].shape[0] is 0, but must be a whole number of at least 1

DENSE, {"type": "input_layer", "inputs": "a"}
=> "input_layer" is an input, so it has no inputs of its own

DENSE, {"type": "dense", "units": 3, "name": "b"}, {"type": "add", "inputs": ["a", "b"]}
=> "add" cannot combine rows of shapes [4] and [3]

DENSE, {"type": "add"}
=> "add" combines two or more inputs, but has 1; name them: inputs = ["dense", "dense_1"]

DENSE, {"type": "subtract", "inputs": ["a", "a", "a"]}
=> "subtract" combines two inputs, but has 3; name them: inputs = ["dense", "dense_1"]

DENSE, {"type": "concatenate", "inputs": ["a"]}
=> "concatenate" joins two or more inputs, but has 1; name them: inputs = ["dense", "dense_1"]

DENSE, {"type": "concatenate", "axis": 0, "inputs": ["a", "a"]}
=> axis is 0, but the sides of a row are 1 to 1, or -1 to -1

DENSE, {"type": "concatenate", "axis": 2, "inputs": ["a", "a"]}
=> axis is 2, but the sides of a row are 1 to 1, or -1 to -1

DENSE, {"type": "concatenate", "axis": 9, "inputs": ["a", "a"]}
=> model.layers[1].axis is 9, but must be a whole number in [-8, 8]

DENSE, {"type": "reshape", "target_shape": [2, 2], "name": "b"}, {"type": "concatenate", "inputs": ["a", "b"]}
=> "concatenate" cannot join rows of shapes [4] and [2, 2]; a flatten layer makes one row of numbers of any shape

DENSE, {"type": "dot", "inputs": ["a"]}
=> "dot" multiplies two inputs, but has 1; name them: inputs = ["dense", "dense_1"]

DENSE, {"type": "dense", "units": 3, "name": "b"}, {"type": "dot", "inputs": ["a", "b"]}
=> "dot" cannot multiply rows of shapes [4] and [3] along the axes [-1, -1]

DENSE, {"type": "dot", "axes": [1, 1, 1], "inputs": ["a", "a"]}
=> axes has 3 numbers, but must have one or two

DENSE, {"type": "dot", "axes": 2, "inputs": ["a", "a"]}
=> axis is 2, but the sides of a row are 1 to 1, or -1 to -1

DENSE, {"type": "dense", "inputs": ["a", "a"]}
=> "dense" takes one input, but has 2; join them first, with a layer such as concatenate or add

DENSE, {"type": "shared", "layer": "aa"}
=> "shared" calls "aa", but no layer is called so; did you mean "a"?

DENSE, {"type": "shared"}
=> "shared" does not say which layer it calls; name it: layer = "dense"

DENSE, {"type": "shared", "layer": "a", "name": "s"}, {"type": "shared", "layer": "s"}
=> "shared" calls "s", which has no weights of its own to share

{"type": "input_layer", "name": "x"}, {"type": "shared", "layer": "x"}
=> "shared" calls "x", which has no weights of its own to share

DENSE, {"type": "shared", "layer": "a", "name": "s", "inputs": "a"}
=> "a" is shared, but a/kernel of shape [5, 4] would have to be [4, 4]; all inputs of a shared layer must have the
  same shape

DENSE, {"type": "dense", "name": "end"}
outputs ende
=> model.outputs names "ende", but no layer is called so; did you mean "end"?

DENSE, {"type": "dense", "name": "end"}
outputs end end
=> model.outputs names "end" twice

DENSE, {"type": "dense", "name": "b", "inputs": "a"}, {"type": "dense", "name": "end", "inputs": "a"}
outputs end
=> the layer "b" leads to no output; name it among the inputs of another layer, or in model.outputs

DENSE, {"type": "dense", "name": "a"}
=> two layers are called "a"

DENSE, {"type": "dense", "name": "a/b"}
=> "a/b" cannot name a layer: a name has a character and no slash

DENSE, {"type": "reshape", "target_shape": [3, -1]}
=> target_shape is [3, -1], but a row of shape [4] has 4 numbers

DENSE, {"type": "reshape", "target_shape": [-1, -1]}
=> target_shape has more than one -1, so its sides cannot be told

DENSE, {"type": "reshape", "target_shape": [5]}
=> target_shape is [5], but a row of shape [4] has 4 numbers

DENSE, {"type": "reshape", "target_shape": []}
=> target_shape is [], but a row of shape [4] has 4 numbers

DENSE, {"type": "reshape", "target_shape": [-2]}
=> model.layers[1].target_shape[0] is -2, but must be a whole number of at least -1

DENSE, {"type": "reshape", "target_shape": [9223372036854775807, 9223372036854775807]}
=> target_shape is [9223372036854775807, 9223372036854775807], but a row of shape [4] has 4 numbers

DENSE, {"type": "group_normalization", "groups": 3}
=> groups is 3, but must divide the 4 columns; one of 1, 2, 4

DENSE, {"type": "group_normalization", "groups": 0}
=> groups is 0, but must divide the 4 columns; one of 1, 2, 4

DENSE, {"type": "group_normalization", "groups": -2}
=> model.layers[1].groups is -2, but must be a whole number of at least -1

DENSE, {"type": "p_re_lu", "shared_axes": [2]}
=> shared_axes has 2, but the sides of a row are 1 to 1

DENSE, {"type": "p_re_lu", "shared_axes": [0]}
=> model.layers[1].shared_axes[0] is 0, but must be a whole number of at least 1

DENSE, {"type": "rescaling", "scale": [1.0, 2.0]}
=> scale has 2 numbers for 4 columns

DENSE, {"type": "rescaling", "offset": []}
=> offset has 0 numbers for 4 columns

DENSE, {"type": "normalization", "mean": [1.0, 2.0], "variance": [1.0]}
=> mean has 2 numbers for 4 columns

DENSE, {"type": "normalization", "mean": [1.0]}
=> mean and variance go together: give both or neither

DENSE, {"type": "normalization", "mean": [1.0], "variance": [-1.0]}
=> model.layers[1].variance[0] is -1, but must be a number of at least 0

DENSE, {"type": "embedding", "input_dim": 3, "output_dim": 2}
=> "embedding" wants ids, but its input is computed by a layer; feed it columns of the table, or a lookup, hashing
  or discretization layer

{"type": "embedding", "input_dim": 0, "output_dim": 2}
=> model.layers[0].input_dim is 0, but must be a whole number of at least 1

DENSE, {"type": "dense", "kernel_constraint": {"type": "max_norm", "axis": 2}}
=> axis is 2, but a weight of shape [4, 1] has the axes -2 to 1; it is the constraint of dense/kernel

DENSE, {"type": "dense", "bias_constraint": {"type": "unit_norm", "axis": 1}}
=> axis is 1, but a weight of shape [1] has the axes -1 to 0; it is the constraint of dense/bias

DENSE, {"type": "dense", "kernel_constraint": {"type": "min_max_norm", "min_value": 2.0}}
=> min_value is 2, but must be at most max_value, which is 1; it is the constraint of dense/kernel

DENSE, {"type": "dense", "kernel_constraint": "max_nrom"}
=> "max_nrom" is not the name of a constraint; did you mean "max_norm"?

DENSE, {"type": "dense", "bias_regularizer": "orthogonal_regularizer"}
=> orthogonal_regularizer wants a matrix, but the weight has shape [1]; it is the regularizer of dense/bias

{"type": "input_layer", "columns": ["city"]}, {"type": "dense", "kernel_regularizer": "orthogonal_regularizer"}
=> orthogonal_regularizer compares rows, but a weight of shape [1, 1] has only one; it is the regularizer of
  dense/kernel

DENSE, {"type": "dense", "kernel_regularizer": {"type": "orthogonal_regularizer", "mode": "row"}}
=> model.layers[1].kernel_regularizer.mode is "row", but must be one of "rows", "columns"; did you mean "rows"?

DENSE, {"type": "alpha_dropout", "rate": 1.0}
=> model.layers[1].rate is 1, but must be a number in [0, 1)

DENSE, {"type": "dropuot"}
=> "dropuot" is not the name of a layer; did you mean "dropout"?
"##;

#[test]
fn every_graph_that_cannot_be_is_refused() {
    let mut wrong = Vec::new();
    for case in CASES.trim().split("\n\n") {
        let (layers, expected) = case.split_once("\n=> ").unwrap();
        let (layers, outputs) = layers.split_once("\noutputs ").unwrap_or((layers, ""));
        let expected = expected.replace("\n  ", " ");
        let network = build(&layers.replace("DENSE", DENSE), &outputs.split_whitespace().collect::<Vec<_>>());
        let said = network.map_or_else(|e| e.to_string().replace("\n  help: ", "; "), |_| "built".into());
        let rest = said.strip_prefix(&expected);
        // What is wrong with one layer is followed by where that layer stands.
        if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("; it happened in layer ")) {
            wrong.push(format!("{layers}\n  says     {said}\n  and not  {expected}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Rows of a network that looks up ids below 3 in its fifth column.
fn looked_up() -> Network {
    let text = r#"{"type": "input_layer", "columns": ["city"]},
        {"type": "embedding", "name": "cities", "input_dim": 3, "output_dim": 2}, {"type": "flatten"}, {"type": "dense"}"#;
    let mut network = build(text, &[]).unwrap();
    network.initialize(1);
    network
}

fn rows(id: f32) -> Matrix {
    Matrix::new(2, 5, vec![0.0, 0.0, 0.0, 0.0, 2.0, 9.0, 9.0, 9.0, 9.0, id])
}

#[test]
fn ids_that_an_embedding_does_not_have_are_refused() {
    let compile = Compile::new(SGD::default(), Loss::named("mean_squared_error").unwrap(), Vec::new());
    let network = looked_up();
    let (good, y, settings) = (rows(1.0), Matrix::zeros(2, 1), Fit { epochs: 1, ..Fit::default() });
    let train = |x: &Matrix, val: &Matrix| {
        let examples = |x| Examples::new(x, &y);
        let (train, validation) = (examples(x), Some(examples(val)));
        let training = Training {
            compile: &compile,
            train,
            validation,
            settings: &settings,
            callbacks: &[],
            units: None,
            noise: None,
            model_file: None,
        };
        Session::quiet(|session| fit(&mut network.clone(), &training, session)).map(drop)
    };
    assert!(train(&good, &good).is_ok() && network.predict(&good).is_ok());
    for (id, written) in [(3.0, "3"), (-1.0, "-1"), (0.5, "0.5")] {
        let bad = rows(id);
        let data = Examples::new(&bad, &y);
        let said = format!("\"cities\" looks up whole numbers from 0 to 2, but row 2 has {written}");
        let refusals = [
            network.predict(&bad).map(drop),
            network.pull_back(&bad, &y, 1).map(drop),
            train(&bad, &good),
            train(&good, &bad),
            Session::quiet(|session| evaluate(&network, &compile, data, None, session)).map(drop),
            Session::quiet(|session| gradient(&network, &compile, data, 1, session)).map(drop),
        ];
        for refusal in refusals {
            assert_eq!(refusal.unwrap_err().message(), said);
        }
    }
    assert!(network.predict(&rows(f32::NAN)).is_err());
}

#[test]
fn a_cotangent_must_fit_the_outputs() {
    let network = looked_up();
    let e = network.pull_back(&rows(0.0), &Matrix::zeros(2, 2), 1).unwrap_err();
    assert_eq!(e.message(), "the cotangent has 2 rows of 2 numbers, but the outputs 2 of 1");
    assert!(network.pull_back(&Matrix::zeros(0, 5), &Matrix::zeros(0, 1), 1).is_err());
}
