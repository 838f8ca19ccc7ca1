//! The metrics of an epoch.

use serde::{Deserialize, Serialize};

/// The metrics of an epoch by name, in Keras's order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Logs(#[serde(with = "treino_core::nullable")] pub Vec<(String, f64)>);

impl Logs {
    /// The value with the given name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| *value)
    }

    /// Sets a value: replaces an earlier one of the same name, or appends it.
    pub fn set(&mut self, name: &str, value: f64) {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_string(), value)),
        }
    }
}
