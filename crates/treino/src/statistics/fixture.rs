//! Reference results of SciPy and Optuna, for the tests.

use serde_json::Value as Json;

/// The cases under a key of `fixtures/statistics/statistics.json`.
pub fn cases(key: &str) -> Vec<Json> {
    let path = format!("{}/../../fixtures/statistics/statistics.json", env!("CARGO_MANIFEST_DIR"));
    let all: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[key].as_array().unwrap().clone()
}

/// A number.
pub fn number(json: &Json) -> f64 {
    json.as_f64().unwrap()
}

/// A list of numbers.
pub fn numbers(json: &Json) -> Vec<f64> {
    json.as_array().unwrap().iter().map(number).collect()
}

/// Equal to the expected number within a relative error of 1e-10.
#[track_caller]
pub fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-10 * wanted.abs(), "{found:e}, not {wanted:e}");
}
