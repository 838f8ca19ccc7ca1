//! Reference results of SciPy and Optuna, for the tests.

use serde_json::Value as Json;

pub use crate::statistics::fixture::{close, number, numbers};

/// The cases under a key of `fixtures/search/search.json`.
pub fn cases(key: &str) -> Vec<Json> {
    let path = format!("{}/../../fixtures/search/search.json", env!("CARGO_MANIFEST_DIR"));
    let all: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[key].as_array().unwrap().clone()
}
