//! A network with every layer of the catalogue.

use treino::catalog::Field;
use treino::catalog::parse;
use treino::layers::{ConnectedLayer, Layer};

/// Columns that it reads: seven numbers and two ids below 5.
pub const INPUTS: usize = 9;
/// The last columns, which hold ids.
pub const IDS: usize = 2;

const LAYERS: &str = r#"
[[layers]]
type = "input_layer"
name = "numbers"
shape = [7]
[[layers]]
type = "input_layer"
name = "ids"
shape = [2]
[[layers]]
type = "normalization"
mean = [0.125]
variance = [2.0]
inputs = "numbers"
[[layers]]
type = "rescaling"
scale = 0.75
offset = 0.125
[[layers]]
type = "dense"
units = 12
kernel_regularizer = "orthogonal_regularizer"
kernel_constraint = "max_norm"
activity_regularizer = { type = "l1_l2", l1 = 0.001, l2 = 0.001 }
[[layers]]
type = "batch_normalization"
[[layers]]
type = "re_lu"
negative_slope = 0.125
[[layers]]
type = "gaussian_noise"
[[layers]]
type = "dropout"
rate = 0.25
[[layers]]
type = "activity_regularization"
name = "trunk"
l2 = 0.01
[[layers]]
type = "dense"
name = "tower"
units = 12
[[layers]]
type = "leaky_re_lu"
[[layers]]
type = "layer_normalization"
name = "rows"
[[layers]]
type = "shared"
layer = "tower"
[[layers]]
type = "elu"
[[layers]]
type = "group_normalization"
name = "groups"
groups = 3
[[layers]]
type = "add"
name = "sum"
inputs = ["trunk", "groups", "rows"]
[[layers]]
type = "p_re_lu"
[[layers]]
type = "rms_normalization"
[[layers]]
type = "gaussian_dropout"
name = "disturbed"
rate = 0.125
[[layers]]
type = "multiply"
inputs = ["sum", "disturbed"]
[[layers]]
type = "average"
name = "mean"
inputs = ["multiply", "trunk"]
[[layers]]
type = "maximum"
inputs = ["mean", "groups"]
[[layers]]
type = "minimum"
inputs = ["mean", "rows"]
[[layers]]
type = "subtract"
inputs = ["maximum", "minimum"]
[[layers]]
type = "softmax"
[[layers]]
type = "alpha_dropout"
rate = 0.125
[[layers]]
type = "unit_normalization"
[[layers]]
type = "reshape"
target_shape = [3, -1]
[[layers]]
type = "embedding"
input_dim = 5
output_dim = 4
inputs = "ids"
embeddings_constraint = { type = "unit_norm", axis = 1 }
[[layers]]
type = "concatenate"
name = "joined"
axis = 1
inputs = ["reshape", "embedding"]
[[layers]]
type = "dense"
name = "deep"
units = 4
kernel_constraint = { type = "min_max_norm", min_value = 0.25 }
bias_constraint = "non_neg"
[[layers]]
type = "dot"
axes = 2
normalize = true
inputs = ["deep", "joined"]
[[layers]]
type = "flatten"
[[layers]]
type = "identity"
[[layers]]
type = "activation"
name = "end"
activation = "tanh"
[[layers]]
type = "integer_lookup"
name = "looked_up"
vocabulary = [0, 3, 1]
output_mode = "multi_hot"
inputs = "ids"
[[layers]]
type = "hashing"
num_bins = 4
inputs = "ids"
[[layers]]
type = "category_encoding"
name = "counted"
num_tokens = 4
output_mode = "count"
[[layers]]
type = "discretization"
name = "binned"
bin_boundaries = [-0.25, 0.5]
output_mode = "multi_hot"
inputs = "numbers"
[[layers]]
type = "concatenate"
inputs = ["end", "looked_up", "counted", "binned"]
[[layers]]
type = "dense"
name = "out"
activation = "sigmoid"
"#;

/// The layers.
pub fn every_layer() -> Vec<ConnectedLayer> {
    let table = parse(LAYERS, std::path::Path::new("every layer")).unwrap();
    let layers: Vec<ConnectedLayer> = Vec::read(table.get("layers").unwrap(), "layers").unwrap();
    // Texts are looked up while a table is encoded: bare numbers hold none.
    for thing in Layer::COMPONENTS.iter().filter(|thing| thing.name != "string_lookup") {
        assert!(layers.iter().any(|placed| placed.layer.name() == thing.name), "{} is missing", thing.name);
    }
    layers
}
