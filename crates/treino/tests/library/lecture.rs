//! What lectures on training networks write on their slides, as it is computed here: formulas, signatures, defaults.

use treino::catalog::{Descriptor, Value, find};
use treino::initializers::{Constant, Initializer};
use treino::layers::{BatchNormalization, ConnectedLayer, Dense, Layer};
use treino::losses::{Loss, MeanAbsoluteError, MeanSquaredError};
use treino::network::Network;
use treino::optimizers::SGD;
use treino::regularizers::L1L2;
use treino::rows::Matrix;
use treino::train::{Compile, Examples, Fit, Session, Training, evaluate, fit};

/// Names and defaults of the first parameters, as Python would write them.
fn signature(thing: &Descriptor, count: usize) -> String {
    let shown = |value: Option<Value>| match value {
        None => "None".to_string(),
        Some(Value::Bool(b)) => if b { "True" } else { "False" }.to_string(),
        Some(Value::Text(text)) => format!("\"{text}\""),
        Some(value) => value.to_string(),
    };
    let list: Vec<String> =
        thing.params.iter().take(count).map(|p| format!("{}={}", p.name, shown((p.default)()))).collect();
    format!("{}({})", thing.class, list.join(", "))
}

#[test]
fn adam_and_early_stopping_have_keras_s_signatures() {
    assert_eq!(
        signature(find(&treino::optimizers::FAMILY, "adam").unwrap(), 5),
        "Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False)"
    );
    assert_eq!(
        signature(find(&treino::callbacks::FAMILY, "early_stopping").unwrap(), 7),
        "EarlyStopping(monitor=\"val_loss\", min_delta=0, patience=0, mode=\"auto\", baseline=None, \
         restore_best_weights=False, start_from_epoch=0)"
    );
}

const X: [f32; 4] = [1.0, 2.0, 3.0, 6.0];
const Y: [f32; 4] = [1.5, 1.0, 4.0, 5.0];

/// A network that gives its one input times 2.
fn doubled(layer: Dense) -> Network {
    let layer = Dense { use_bias: false, kernel_initializer: Constant { value: 2.0 }.into(), ..layer };
    let mut network = Network::build(1, &[layer]).unwrap();
    network.initialize(1);
    network
}

fn loss_of(network: &Network, loss: impl Into<Loss>) -> f64 {
    let (x, y) = (Matrix::new(4, 1, X.to_vec()), Matrix::new(4, 1, Y.to_vec()));
    let compile = Compile::new(SGD::default(), loss, Vec::new());
    let rows = Examples::new(&x, &y);
    Session::quiet(|session| evaluate(network, &compile, rows, None, session)).unwrap().get("loss").unwrap()
}

#[test]
fn mean_squared_and_mean_absolute_error_are_their_formulas() {
    // Errors 2x - y: 0.5, 3, 2, 7.
    let network = doubled(Dense::new(1));
    assert_eq!(loss_of(&network, MeanSquaredError::default()), (0.25 + 9.0 + 4.0 + 49.0) / 4.0);
    assert_eq!(loss_of(&network, MeanAbsoluteError::default()), (0.5 + 3.0 + 2.0 + 7.0) / 4.0);
}

#[test]
fn the_regularised_error_is_the_error_and_the_penalties() {
    // MSE + l1 sum |w| + l2 sum w^2, with the one weight 2.
    let penalty = Some(L1L2 { l1: 0.25, l2: 0.5 }.into());
    let network = doubled(Dense { kernel_regularizer: penalty, ..Dense::new(1) });
    assert_eq!(loss_of(&network, MeanSquaredError::default()), 62.25 / 4.0 + 0.25 * 2.0 + 0.5 * 4.0);
}

/// Mean of the batch, its variance, the normalised numbers, and their scale and shift.
#[test]
fn batch_normalisation_is_its_four_lines() {
    let constant = |value| Initializer::from(Constant { value });
    let normal = BatchNormalization {
        gamma_initializer: constant(3.0),
        beta_initializer: constant(0.5),
        ..BatchNormalization::default()
    };
    let layers: [Layer; 1] = [normal.into()];
    let mut network = Network::build(1, &layers.map(ConnectedLayer::from)).unwrap();
    network.initialize(1);
    let x: Vec<f64> = X.iter().map(|x| f64::from(*x)).collect();
    let mean = x.iter().sum::<f64>() / 4.0;
    let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 4.0;
    let normalised = x.iter().map(|x| (x - mean) / (variance + 0.001).sqrt());
    let y: Vec<f64> = normalised.map(|x| 3.0 * x + 0.5).collect();

    // The loss of the first batch says what comes out in training; then the moving averages have followed it.
    let (rows, targets) = (Matrix::new(4, 1, X.to_vec()), Matrix::new(4, 1, Y.to_vec()));
    let compile =
        Compile::new(SGD { learning_rate: 0.0.into(), ..SGD::default() }, MeanSquaredError::default(), Vec::new());
    let training = Training {
        compile: &compile,
        train: Examples::new(&rows, &targets),
        validation: None,
        settings: &Fit { epochs: 1, ..Fit::default() },
        callbacks: &[],
        units: None,
        noise: None,
        model_file: None,
    };
    let history = Session::quiet(|session| fit(&mut network, &training, session)).unwrap();
    let expected = y.iter().zip(Y).map(|(p, y)| (p - f64::from(y)).powi(2)).sum::<f64>() / 4.0;
    assert!((history.epochs[0].get("loss").unwrap() - expected).abs() < 1e-6 * expected);
    for (name, expected) in [("moving_mean", 0.01 * mean), ("moving_variance", 0.99 + 0.01 * variance)] {
        let name = format!("batch_normalization/{name}");
        let (.., numbers) = network.named_weights().find(|(n, ..)| *n == name).unwrap();
        assert!((f64::from(numbers[0]) - expected).abs() < 1e-6, "{name}: {} {expected}", numbers[0]);
    }
}
