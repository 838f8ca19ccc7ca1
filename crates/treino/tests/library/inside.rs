//! Statistics inside a training beside what can be worked out, and early stoppings replayed beside real ones.

use treino::activations::{Activation, Relu, Tanh};
use treino::callbacks::{Callback, EarlyStopping};
use treino::events::{Ending, History, LayerStatistics};
use treino::initializers::{Constant, Initializer};
use treino::layers::{Dense, Layer};
use treino::losses::MeanSquaredError;
use treino::network::Network;
use treino::optimizers::SGD;
use treino::rows::Matrix;
use treino::train::units_at_end;
use treino::train::{Compile, Examples, Fit, Session, Training, fit};

const ROWS: usize = 20;

fn rows() -> (Matrix, Matrix) {
    let x: Vec<f32> = (0..ROWS * 3).map(|i| (i * 29 % 31) as f32 / 15.0 - 1.0).collect();
    let y = x.chunks(3).map(|row| row[0] * row[1] - 0.5 * row[2]).collect();
    (Matrix::new(ROWS, 3, x), Matrix::new(ROWS, 1, y))
}

fn train(layers: &[Layer], rate: f64, settings: Fit, callbacks: &[Callback]) -> (Network, History) {
    let (x, y) = rows();
    let mut network = Network::build(3, layers).unwrap();
    network.initialize(3);
    let compile =
        Compile::new(SGD { learning_rate: rate.into(), ..SGD::default() }, MeanSquaredError::default(), Vec::new());
    let train = Examples::new(&x, &y);
    let validation = Some(train);
    let training = Training {
        compile: &compile,
        train,
        validation,
        settings: &settings,
        callbacks,
        units: None,
        noise: None,
        model_file: None,
    };
    let history = Session::quiet(|session| fit(&mut network, &training, session)).unwrap();
    (network, history)
}

fn close(a: f32, b: f64) {
    assert!((f64::from(a) - b).abs() <= 1e-5 * b.abs() + 1e-7, "{a} {b}");
}

#[test]
fn statistics_are_what_direct_computation_gives() {
    // With a rate of 0 the network stays, and one epoch is one batch.
    let layers: [Layer; 2] = [Dense::new(4).activation(Relu::default()).into(), Dense::new(1).into()];
    let settings = Fit { epochs: 3, batch_size: ROWS, shuffle: false, ..Fit::default() };
    let (network, history) = train(&layers, 0.0, settings, &[]);
    let inside = &history.inside;
    assert_eq!((&inside.epochs[..], &history.learning_rates[..]), (&[0, 1, 2][..], &[0.0; 3][..]));
    let named = |at: usize| (inside.layers[at].layer.as_str(), inside.layers[at].activation.as_str());
    assert_eq!((named(0), named(1), inside.layers.len()), (("dense", "relu"), ("dense_1", ""), 2));

    let weights: Vec<&[f32]> = network.named_weights().map(|(_, _, numbers)| numbers).collect();
    let (x, y) = rows();
    let (mut hidden, mut outputs, mut gradients) = (Vec::new(), Vec::new(), [vec![0.0_f64; 12], vec![0.0; 4]]);
    for row in 0..ROWS {
        let z: Vec<f64> =
            (0..4).map(|j| (0..3).map(|i| f64::from(x.get(row, i)) * f64::from(weights[0][i * 4 + j])).sum()).collect();
        let h: Vec<f64> = z.iter().map(|z| z.max(0.0)).collect();
        let p: f64 = h.iter().zip(weights[2]).map(|(h, w)| h * f64::from(*w)).sum();
        let dp = 2.0 * (p - f64::from(y.get(row, 0))) / ROWS as f64;
        for j in 0..4 {
            gradients[1][j] += dp * h[j];
            for i in 0..3 {
                let slope = if z[j] > 0.0 { f64::from(weights[2][j]) } else { 0.0 };
                gradients[0][i * 4 + j] += dp * slope * f64::from(x.get(row, i));
            }
        }
        hidden.extend(h);
        outputs.push(p);
    }
    let rms = |x: &[f64]| (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64).sqrt();
    for (at, values) in [hidden, outputs].iter().enumerate() {
        let trace = &inside.layers[at];
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let apart: Vec<f64> = values.iter().map(|v| v - mean).collect();
        let kernel: Vec<f64> = weights[2 * at].iter().map(|w| f64::from(*w)).collect();
        let zeros = if at == 0 { values.iter().filter(|v| **v == 0.0).count() } else { 0 };
        assert_eq!((trace.units, trace.end), (kernel.len() / [3, 4][at], None));
        for epoch in 0..3 {
            close(trace.weights[epoch], rms(&kernel));
            close(trace.gradients[epoch], rms(&gradients[at]));
            close(trace.means[epoch], mean);
            close(trace.deviations[epoch], rms(&apart));
            close(trace.flat[epoch], zeros as f64 / values.len() as f64);
        }
    }
}

#[test]
fn units_that_do_nothing_are_counted() {
    let dense = |activation: Activation, bias: f64| {
        let bias_initializer: Initializer = Constant { value: bias }.into();
        Layer::from(Dense { bias_initializer, ..Dense::new(4).activation(activation) })
    };
    let one = Fit { epochs: 1, batch_size: ROWS, ..Fit::default() };
    for (activation, bias, dead, saturated, flat) in [
        (Activation::from(Relu::default()), -10.0, 4, 0, 1.0),
        (Relu::default().into(), 10.0, 0, 0, 0.0),
        // Near its end, but not the same for every row.
        (Tanh::default().into(), 5.0, 0, 4, 1.0),
        (Tanh::default().into(), 0.0, 0, 0, 0.0),
    ] {
        let (network, mut history) = train(&[dense(activation, bias), Dense::new(1).into()], 0.0, one.clone(), &[]);
        units_at_end(&network, &rows().0, &mut history.inside);
        let trace = &history.inside.layers[0];
        let end = trace.end.unwrap();
        assert_eq!((end.rows, end.dead, end.saturated, trace.flat[0]), (ROWS, dead, saturated, flat), "{bias}");
        let mut alone = LayerStatistics::default();
        units_at_end(&network, &rows().0, &mut alone);
        assert_eq!(alone.layers[0].end, Some(end));
    }
}

#[test]
fn long_trainings_are_noted_now_and_then() {
    let settings = Fit { epochs: 403, batch_size: ROWS, ..Fit::default() };
    let (_, history) = train(&[Dense::new(1).into()], 0.01, settings, &[]);
    let expected: Vec<usize> = (0..403).step_by(3).collect();
    assert_eq!(history.inside.epochs, expected);
    assert_eq!((history.learning_rates.len(), history.inside.layers[0].means.len()), (403, 135));
}

#[test]
fn a_replay_does_what_a_training_did() {
    let layers: [Layer; 2] = [Dense::new(4).activation(Tanh::default()).into(), Dense::new(1).into()];
    let mut stopped = 0;
    for seed in 1..6 {
        let settings = Fit { epochs: 40, batch_size: 5, seed, ..Fit::default() };
        // A rate that makes the loss go up and down.
        let (_, record) = train(&layers, 0.6, settings.clone(), &[]);
        let losses: Vec<Option<f64>> = record.epochs.iter().map(|logs| logs.get("val_loss")).collect();
        for (patience, min_delta, restore_best_weights) in [(0, 0.0, true), (2, 0.0, true), (3, 0.01, false)] {
            let stopping = EarlyStopping { patience, min_delta, restore_best_weights, ..EarlyStopping::default() };
            let (_, real) = train(&layers, 0.6, settings.clone(), &[stopping.clone().into()]);
            let replayed = stopping.replay(&losses, false);
            match real.ending {
                Ending::Stopped { epoch, .. } => assert_eq!(replayed.stopped, Some(epoch)),
                _ => assert_eq!(replayed.stopped, None),
            }
            stopped += usize::from(replayed.stopped.is_some());
            assert_eq!(Some(replayed.kept), real.kept_epoch);
            assert_eq!(replayed.waited.len(), real.epochs.len());
        }
    }
    assert!(stopped > 5, "{stopped}");
}
