//! Every loss beside Keras's: the loss of each row, the mean, and the gradient, without and with sample weights.
//!
//! Tolerances are those of `fixtures/keras/README.md` ([`keras::miss`]); for probabilities of exactly 0 and 1 (`certain`)
//! Keras's float32 numbers are the measure, up to 2e-6 relative and 1e-6 absolute. Every case runs on every instruction
//! set of this machine, which must not change a bit.

use crate::keras::{counts, fixture, float, floats, miss, node, singles};
use serde_json::Value as Json;
use treino::activations::{Activation, Sigmoid, Softmax};
use treino::catalog::Field;
use treino::initializers::Identity;
use treino::layers::{self, Dense, Layer};
use treino::losses::{Loss, LossBatch, Score};
use treino::network::Network;
use treino::optimizers::SGD;
use treino::rows::Matrix;
use treino::train::Compile;
use treino::train::{Examples, Session, evaluate, gradient};
use treino_engine::simd::{Level, Simd};

/// Asserts that `ours` are the numbers `key` of a case.
fn compare(case: &Json, key: &str, ours: &[f64]) {
    let name = case["name"].as_str().unwrap();
    let list = |key: String| match &case[key] {
        numbers @ Json::Array(_) => floats(numbers),
        number => vec![float(number)],
    };
    let (keras, exact) = (list(format!("{key}32")), list(format!("{key}64")));
    if name.contains("certain") {
        for (i, (o, k)) in ours.iter().zip(&keras).enumerate() {
            assert!((o - k).abs() <= 2e-6 * k.abs() + 1e-6, "{name}: {key}[{i}] is {o}, not {k}");
        }
        assert_eq!(ours.len(), keras.len());
    } else {
        let share = miss(ours, &keras, &exact);
        assert!(share <= 1.0, "{name}: {key} misses by {share} of its tolerance: {ours:?}, not {exact:?}");
    }
}

/// The loss of a batch and its gradient, as a training forms them.
fn compute(loss: &Loss, simd: Simd, batch: LossBatch<'_>, weights: Option<&[f32]>) -> (f64, Vec<f32>) {
    // What is not filled would be seen.
    let mut dp = vec![f32::NAN; batch.p.len()];
    let mut score = Score::new(loss, batch.p.len() / batch.width);
    let value = score.of(simd, batch, weights, Some((1.0, &mut dp)));
    let alone = score.of(simd, batch, weights, None);
    assert_eq!(alone.to_bits(), value.to_bits(), "the loss depends on whether the gradient is asked for");
    (value, dp)
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

fn doubles(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|x| f64::from(*x)).collect()
}

fn compiled(loss: &Loss) -> Compile {
    Compile::new(SGD::default(), loss.clone(), Vec::new())
}

#[test]
fn every_loss_is_kerass() {
    let all = fixture("losses");
    let cases = all["cases"].as_array().unwrap();
    for case in cases {
        let loss = Loss::read(&node(&case["loss"]), "loss").unwrap();
        let (y, p) = (singles(&case["y_true"]["values"]), singles(&case["y_pred"]["values"]));
        let [rows, width] = counts(&case["y_pred"]["shape"])[..] else { panic!("predictions are a matrix") };
        let batch = LossBatch { y: &y, p: &p, width, logits: false };
        let mut losses = vec![f32::NAN; rows];
        loss.inner().rows(Simd::detect(), batch, &mut losses, None);
        compare(case, "rows", &doubles(&losses));

        let network = Network::build(width, &[layers::Activation::default()]).unwrap();
        let (x, y_matrix) = (Matrix::new(rows, width, p.clone()), Matrix::new(rows, y.len() / rows, y.clone()));
        let given = case["sample_weight"].is_array().then(|| singles(&case["sample_weight"]));
        for (prefix, weights) in [("", None), ("weighted_", given.as_deref())] {
            if prefix == "weighted_" && weights.is_none() {
                continue;
            }
            let (value, dp) = compute(&loss, Simd::detect(), batch, weights);
            compare(case, &format!("{prefix}mean"), &[value]);
            compare(case, &format!("{prefix}grad"), &doubles(&dp));
            for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
                let (v, d) = compute(&loss, simd, batch, weights);
                assert_eq!((v, bits(&d)), (value, bits(&dp)), "{} on {:?}", case["name"], simd.level());
            }
            // A network that changes nothing.
            let data = Examples::new(&x, &y_matrix).weighted(weights);
            let logs = Session::quiet(|session| evaluate(&network, &compiled(&loss), data, None, session));
            match logs {
                Ok(logs) => assert_eq!(logs.get("loss"), Some(value), "{}", case["name"]),
                // Keras computes these too.
                Err(e) => assert!(e.message().contains("wants"), "{e}"),
            }
        }
    }
    // The word of `compile` is one of two others.
    for thing in Loss::COMPONENTS.iter().filter(|thing| !["expression", "crossentropy"].contains(&thing.name)) {
        assert!(cases.iter().any(|case| case["loss"]["type"] == thing.name), "no case of {}", thing.name);
    }
}

/// A sigmoid or softmax followed by its crossentropy is computed from the logits: same numbers as Keras `from_logits`,
/// where clipped probabilities would give other losses (16.1 for a logit of 80 on the wrong side) and no gradient.
#[test]
fn a_last_activation_that_its_loss_absorbs_is_kerass_loss_from_logits() {
    let all = fixture("losses");
    let mut seen = Vec::new();
    for case in all["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        if case["loss"]["from_logits"] != true {
            continue;
        }
        let mut spec = case["loss"].clone();
        spec.as_object_mut().unwrap().shift_remove("from_logits");
        let loss = Loss::read(&node(&spec), "loss").unwrap();
        seen.push(loss.name());
        let last: Activation = match loss.name() {
            name if name.starts_with("binary") => Sigmoid::default().into(),
            _ => Softmax::default().into(),
        };
        let [rows, width] = counts(&case["y_pred"]["shape"])[..] else { panic!("predictions are a matrix") };
        let (y, p) = (singles(&case["y_true"]["values"]), singles(&case["y_pred"]["values"]));
        let (x, y) = (Matrix::new(rows, width, p), Matrix::new(rows, y.len() / rows, y));

        // The identity as a layer: the gradient of its bias is the column sums of the gradient of the logits.
        let dense = Dense { kernel_initializer: Identity::default().into(), ..Dense::new(width) };
        let inside: Layer = dense.clone().activation(last.clone()).into();
        let behind: [Layer; 2] =
            [dense.into(), layers::Activation { activation: last, ..layers::Activation::default() }.into()];
        for layers in [&[inside][..], &behind] {
            let mut network = Network::build(width, layers).unwrap();
            network.initialize(1);
            let bias = network.program().variables.iter().find(|v| v.name == "dense/bias").unwrap().range.clone();
            let compile = compiled(&loss);
            let given = case["sample_weight"].is_array().then(|| singles(&case["sample_weight"]));
            for (prefix, weights) in [("", None), ("weighted_", given.as_deref())] {
                if prefix == "weighted_" && weights.is_none() {
                    continue;
                }
                let data = Examples::new(&x, &y).weighted(weights);
                let (value, whole) = Session::quiet(|session| gradient(&network, &compile, data, 1, session)).unwrap();
                compare(case, &format!("{prefix}mean"), &[value]);
                let logs = Session::quiet(|session| evaluate(&network, &compile, data, None, session)).unwrap();
                assert_eq!(logs.get("loss"), Some(value), "{name}");
                let columns = |key: &str| -> Vec<f64> {
                    let grad = floats(&case[format!("{prefix}{key}")]);
                    (0..width).map(|j| grad.iter().skip(j).step_by(width).sum()).collect()
                };
                let share = miss(&doubles(&whole[bias.clone()]), &columns("grad32"), &columns("grad64"));
                // Adding up `rows` numbers in single precision rounds as often.
                assert!(share <= rows as f64, "{name}: {prefix}bias misses by {share} of a row's tolerance");
            }
        }
    }
    for thing in Loss::COMPONENTS.iter().filter(|thing| thing.param("from_logits").is_some()) {
        let name = thing.name;
        // An expression says itself what it makes of logits.
        assert!(seen.contains(&name) || name == "expression", "no case of {name} from logits");
    }
}
