//! Properties of all initializers.

use super::{ElementDistribution, Initializer};
use serde_json::Value as Json;
use treino_core::catalog::{Entries, Field, Node, Value};
use treino_engine::random::{Purpose, Stream};

/// A variable of that shape, drawn with that seed.
pub(super) fn draw(initializer: impl Into<Initializer>, shape: &[usize], seed: u64) -> Vec<f32> {
    let mut out = vec![f32::NAN; shape.iter().product()];
    initializer.into().inner().fill(shape, Stream::new(seed, Purpose::Init, "dense/kernel"), &mut out);
    out
}

#[test]
fn every_initializer_fills_every_element_and_repeats_itself() {
    for thing in Initializer::COMPONENTS {
        let it = Initializer::named(thing.name).unwrap();
        for shape in [&[7, 5][..], &[5, 7], &[1, 1], &[6]] {
            let w = draw(it.clone(), shape, 9);
            assert!(w.iter().all(|w| w.is_finite()), "{} {shape:?}", thing.name);
            assert_eq!(w, draw(it.clone(), shape, 9), "{}", thing.name);
        }
        let depends = draw(it.clone(), &[7, 5], 9) != draw(it.clone(), &[7, 5], 10);
        let fixed = matches!(it.name(), "zeros" | "ones" | "constant" | "identity");
        assert_ne!(depends, fixed, "{}", thing.name);
    }
}

#[test]
fn names_of_keras_are_known() {
    let names = [("zero", "zeros"), ("one", "ones"), ("normal", "random_normal"), ("uniform", "random_uniform")];
    for (name, means) in names.into_iter().chain([("HeNormal", "he_normal"), ("IdentityInitializer", "identity")]) {
        assert_eq!(Initializer::named(name).unwrap().name(), means);
    }
}

/// The distributions that Keras draws from, recorded by `fixtures/keras/make.py`.
#[test]
fn agrees_with_keras() {
    let text = include_str!("../../../../fixtures/keras/initializers.json");
    let json: Json = serde_json::from_str(text).unwrap();
    let cases = json["cases"].as_array().unwrap();
    assert!(cases.len() >= 16);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let mut table = Entries::default();
        for (key, value) in case["initializer"].as_object().unwrap() {
            let value = match value {
                Json::String(text) => Value::Text(text.clone()),
                number => Value::Float(number.as_f64().unwrap()),
            };
            table.set(key, value.into());
        }
        let it = Initializer::read(&Node::from(Value::Table(table)), name).unwrap();
        for (key, shape) in [("shape_30_64", [30, 64]), ("shape_400_500", [400, 500])] {
            let keras = &case[key];
            let number = |key: &str| keras[key].as_f64().unwrap();
            let law = it.inner().law(&shape).unwrap();
            let (kind, a, b) = match law {
                ElementDistribution::Uniform { low, high } => ("uniform", (low, number("low")), (high, number("high"))),
                ElementDistribution::Normal { mean, stddev } => {
                    ("normal", (mean, number("mean")), (stddev, number("stddev")))
                }
                ElementDistribution::TruncatedNormal { mean, stddev } => {
                    ("truncated_normal", (mean, number("mean")), (stddev, number("stddev")))
                }
                ElementDistribution::Constant(_) => unreachable!("no case is constant"),
            };
            assert_eq!(kind, keras["distribution"].as_str().unwrap(), "{name}");
            for (ours, theirs) in [a, b, (law.standard_deviation(), number("true_std"))] {
                assert!((ours - theirs).abs() <= 1e-12 * theirs.abs(), "{name}: {ours}, not {theirs}");
            }
        }
        // A draw of 200,000 has their sample's standard deviation within five standard errors of both, 0.8 % at most.
        let sample = &case["sample_400_500"];
        let w = draw(it, &[400, 500], 1);
        let mean = w.iter().map(|w| f64::from(*w)).sum::<f64>() / w.len() as f64;
        let sd = (w.iter().map(|w| (f64::from(*w) - mean).powi(2)).sum::<f64>() / w.len() as f64).sqrt();
        assert!((sd / sample["std"].as_f64().unwrap() - 1.0).abs() < 0.008, "{name}: {sd}");
    }
}
