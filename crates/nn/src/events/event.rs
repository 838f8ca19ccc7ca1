//! The events that a running training reports.

use super::logs::Logs;
use serde::{Deserialize, Serialize};

/// The version of [`Event`]'s JSON format: it is incremented when a reader of an earlier version would misread it.
pub const EVENT_VERSION: u32 = 1;

/// An event.
///
/// It owns its data, so it can be sent to another thread or process. As JSON it is one object, whose `event` is the
/// type: `{"event":"epoch","epoch":0,"logs":[["loss",0.69]],"best":true,"waited":0}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A batch was trained on.
    Batch {
        /// Epoch, from 0.
        epoch: usize,
        /// Steps done in this epoch.
        step: usize,
        /// Steps in an epoch.
        steps: usize,
        /// Mean loss of the epoch so far.
        #[serde(with = "treino_core::nullable")]
        loss: f64,
    },
    /// An epoch and its validation ended.
    Epoch {
        /// Epoch, from 0.
        epoch: usize,
        /// Its metrics.
        logs: Logs,
        /// Whether it is the best so far by validation loss (training loss without validation).
        best: bool,
        /// Epochs since the best one.
        waited: usize,
    },
    /// A callback stopped the training after this epoch.
    Stopped {
        /// Epoch, from 0.
        epoch: usize,
        /// Completes "stopped: ...".
        why: String,
    },
    /// Trainings with other seeds have ended.
    Repeat {
        /// The number of trainings that are done.
        done: usize,
        /// The number of all trainings.
        of: usize,
    },
    /// A callback changed the learning rate at the end of an epoch.
    LearningRate {
        /// Epoch, from 0.
        epoch: usize,
        /// The rate from the next epoch on.
        rate: f64,
    },
    /// A callback saved the model.
    Saved {
        /// Epoch, from 0.
        epoch: usize,
        /// The file.
        path: String,
    },
    /// The training continues where an earlier one was interrupted.
    Resumed {
        /// The first remaining epoch, from 0.
        epoch: usize,
    },
    /// The weights of an earlier epoch were restored.
    Restored {
        /// That epoch, from 0.
        epoch: usize,
    },
}
