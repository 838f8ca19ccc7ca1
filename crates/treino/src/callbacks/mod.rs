//! Callbacks: what acts between epochs.
//!
//! Keras differences: `mode = "auto"` knows the direction of every metric of the catalogue.

mod early_stopping;

pub use early_stopping::EarlyStopping;

use crate::catalog::{Room, room};
use crate::error::Result;

room! {
    /// Any callback.
    pub enum Callback: dyn React in Room::Callbacks => { EarlyStopping }
}

/// A callback that can be started.
pub trait React: std::fmt::Debug {
    /// The name in the logs that it watches, if it watches one.
    fn monitors(&self) -> Option<&str>;

    /// A fresh watcher for one training. `direction` tells whether more is better for a name in the logs, as far as the
    /// metric behind it declares that.
    ///
    /// # Errors
    /// Something it monitors has no direction, or cannot be in the logs.
    fn start(&self, direction: &dyn Fn(&str) -> Option<bool>) -> Result<Box<dyn Watcher>>;
}

/// A callback at work in one training.
pub trait Watcher: Send {
    /// Before an epoch; epochs count from 0.
    fn epoch_begin(&mut self, _epoch: usize, _training: &mut dyn Control) {}

    /// After an epoch and its validation. What it adds to the logs is in the history, and later callbacks see it.
    fn epoch_end(&mut self, epoch: usize, logs: &mut Logs, training: &mut dyn Control);

    /// When the training has ended.
    fn train_end(&mut self, training: &mut dyn Control);
}

/// What a callback can do to a training.
pub trait Control {
    /// Ends the training after this epoch; `why` completes "stopped: ...".
    fn stop(&mut self, why: String);

    /// The current weights and statistics.
    fn weights(&self) -> Snapshot;

    /// Puts back the weights of an epoch, counted from 0.
    fn restore(&mut self, weights: &Snapshot, epoch: usize);

    /// The learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate from the next step on.
    ///
    /// # Errors
    /// A schedule decides the rate, or the number is none for a rate.
    fn set_learning_rate(&mut self, rate: f64) -> Result<()>;
}

/// Weights and statistics of a network at some time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    /// Trainable weights, flat.
    pub weights: Vec<f32>,
    /// Frozen weights and statistics, flat.
    pub state: Vec<f32>,
}

/// The numbers of an epoch by name, in Keras's order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Logs(pub Vec<(String, f64)>);

impl Logs {
    /// The number of that name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| *value)
    }

    /// Puts a number in, in the place of an earlier one of the same name or at the end.
    pub fn set(&mut self, name: &str, value: f64) {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_string(), value)),
        }
    }
}
