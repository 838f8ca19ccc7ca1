//! Reading the fixtures that Keras wrote, and how far a number may lie from theirs.

#![allow(dead_code)] // Each test uses a part of it.

use serde_json::Value as Json;
use treino::catalog::{Entries, Node, Value};

/// A file of `fixtures/keras`.
pub fn fixture(name: &str) -> Json {
    let path = format!("{}/../../fixtures/keras/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// JSON as a spec's value.
pub fn node(json: &Json) -> Node {
    let value = match json {
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) if n.is_i64() => Value::Int(n.as_i64().unwrap()),
        Json::Number(n) => Value::Float(n.as_f64().unwrap()),
        Json::String(s) => Value::Text(s.clone()),
        Json::Array(items) => Value::List(items.iter().map(node).collect()),
        Json::Object(object) => {
            let mut table = Entries::default();
            object.iter().for_each(|(key, value)| table.set(key, node(value)));
            Value::Table(table)
        }
        Json::Null => panic!("null has no place in a spec"),
    };
    Node::from(value)
}

/// A number; what is not finite is written as text.
pub fn float(json: &Json) -> f64 {
    match json.as_str() {
        Some(text) => text.parse().unwrap(),
        None => json.as_f64().unwrap(),
    }
}

/// A list of numbers.
pub fn floats(json: &Json) -> Vec<f64> {
    json.as_array().unwrap().iter().map(float).collect()
}

/// A list of numbers in single precision.
pub fn singles(json: &Json) -> Vec<f32> {
    floats(json).into_iter().map(|x| x as f32).collect()
}

/// A list of whole numbers.
pub fn counts(json: &Json) -> Vec<usize> {
    json.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect()
}

/// By how much a series misses what its tolerance allows, as a share of it: at most 1 is right.
///
/// A number may differ from the float64 one by 8 times the largest difference between Keras's float32 run and its float64
/// run in the series, plus 2e-6 of its own size and 1e-7 of the series' (at most 1): what single-precision rounding
/// explains, and no more.
pub fn miss(ours: &[f64], keras: &[f64], exact: &[f64]) -> f64 {
    assert_eq!((ours.len(), keras.len()), (exact.len(), exact.len()));
    let rounding = keras.iter().zip(exact).fold(0.0, |d: f64, (k, e)| d.max((k - e).abs()));
    let size = exact.iter().fold(0.0, |m: f64, e| m.max(e.abs())).min(1.0);
    ours.iter().zip(exact).fold(0.0, |worst: f64, (o, e)| {
        let difference = (o - e).abs();
        let share = if difference == 0.0 { 0.0 } else { difference / (8.0 * rounding + 2e-6 * e.abs() + 1e-7 * size) };
        if share.is_nan() { f64::INFINITY } else { worst.max(share) }
    })
}
