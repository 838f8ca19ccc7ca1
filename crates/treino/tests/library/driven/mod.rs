//! A callback driven as a training drives it, by a model whose only weight is the number of the epoch last trained.

#![allow(dead_code)] // Each test uses a part of it.

use crate::keras::float;
use serde_json::Value as Json;
use treino::callbacks::{ActiveCallback, Callback, Control, TrainingInfo};
use treino::events::Event;
use treino::events::{Logs, Snapshot};
use treino::layers::Dense;
use treino::losses::MeanSquaredError;
use treino::network::{Network, weights_bytes};
use treino::optimizers::{Optimizer, SGD};
use treino::store::TrainedModel;
use treino::train::Compile;

/// The model, and what callbacks did to it.
pub struct Driven {
    pub epoch: f32,
    pub rate: f64,
    pub stopped: Option<String>,
    pub restored: Vec<usize>,
    /// Files that were saved.
    pub saved: Vec<String>,
}

impl Driven {
    /// Before its training, with a learning rate.
    pub fn new(rate: f64) -> Self {
        Driven { epoch: -1.0, rate, stopped: None, restored: Vec::new(), saved: Vec::new() }
    }
}

impl Control for Driven {
    fn stop(&mut self, why: String) {
        self.stopped = Some(why);
    }

    fn weights(&self) -> Snapshot {
        Snapshot { weights: vec![self.epoch], state: vec![] }
    }

    fn restore(&mut self, weights: &Snapshot, epoch: usize) {
        self.epoch = weights.weights[0];
        self.restored.push(epoch);
    }

    fn learning_rate(&self) -> f64 {
        self.rate
    }

    fn set_learning_rate(&mut self, rate: f64) -> treino::Result<()> {
        self.rate = rate;
        Ok(())
    }

    fn swap_ema(&mut self) -> treino::Result<()> {
        Ok(())
    }

    fn network(&self) -> Network {
        let mut network = Network::build(1, &[Dense { use_bias: false, ..Dense::new(1) }]).unwrap();
        network.set_weight("dense/kernel", &[1, 1], &[self.epoch]).unwrap();
        network
    }

    fn model_bytes(&self, weights_only: bool) -> treino::Result<Vec<u8>> {
        if weights_only {
            return weights_bytes(&self.network());
        }
        let compile = Compile::new(SGD::default(), MeanSquaredError::default(), Vec::new());
        TrainedModel::bare(self.network(), Some(&compile), &[]).to_bytes()
    }

    fn tell(&mut self, event: &Event) {
        if let Event::Saved { path, .. } = event {
            self.saved.push(path.to_string());
        }
    }
}

/// The directions that Keras's model knows.
fn direction(name: &str) -> Option<bool> {
    match name.strip_prefix("val_").unwrap_or(name) {
        "loss" | "mean_absolute_error" => Some(false),
        "accuracy" => Some(true),
        _ => None,
    }
}

/// A callback at the beginning of a training with these numbers in its logs.
pub fn start(callback: &Callback) -> treino::Result<Box<dyn ActiveCallback>> {
    let plain = ["loss", "accuracy", "mean_absolute_error"];
    let names: Vec<String> = plain.iter().flat_map(|name| [name.to_string(), format!("val_{name}")]).collect();
    let optimizer = Optimizer::from(SGD::default());
    callback.inner().start(&TrainingInfo {
        direction: &direction,
        names: &names,
        optimizer: &optimizer,
        steps: 10,
        has_model_file: true,
    })
}

/// Logs that hold a value (none for `null`) beside another.
pub fn logs(monitor: &str, value: &Json) -> Logs {
    let mut logs = Logs(vec![("another".to_string(), -1e9)]);
    if !value.is_null() {
        logs.0.push((monitor.to_string(), float(value)));
    }
    logs
}
