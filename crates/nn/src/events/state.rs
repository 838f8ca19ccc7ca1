//! The state of a training: all that its next epochs depend on.

use super::history::History;

/// The state of weights and optimizer, which must be kept to resume a training.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingState {
    /// `weights` and `state` of the network, and the buffers of the optimizer, which begin with `optimizer/`.
    pub buffers: Vec<(String, Vec<f32>)>,
    /// The number of steps, including those that only accumulated gradients.
    pub iterations: u64,
    /// The learning rate; not used if a schedule determines it.
    pub learning_rate: f64,
}

/// Weights and statistics of a network at some time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    /// Trainable weights, flat.
    pub weights: Vec<f32>,
    /// Frozen weights and statistics, flat.
    pub state: Vec<f32>,
}

/// The state of a callback, for resuming after an interruption.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallbackState {
    /// Numbers, in an order that the callback defines.
    pub numbers: Vec<f64>,
    /// Weights that it keeps.
    pub weights: Option<Snapshot>,
}

/// All that the following epochs depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingCheckpoint {
    /// The completed epochs.
    pub history: History,
    /// Why a callback stopped the training, if one did.
    pub stopped: Option<String>,
    /// Weights, optimizer, learning rate.
    pub state: TrainingState,
    /// What is kept if the training ends badly: score, epoch, weights.
    pub kept: Option<(f64, usize, Snapshot)>,
    /// The state of each callback.
    pub watchers: Vec<CallbackState>,
}

impl TrainingCheckpoint {
    /// Whether its weights fit a network with the given numbers of trainable weights and state.
    pub(crate) fn fits(&self, weights: usize, state: usize) -> bool {
        let fits = |s: &Snapshot| (s.weights.len(), s.state.len()) == (weights, state);
        let of_watchers = self.watchers.iter().filter_map(|watcher| watcher.weights.as_ref());
        of_watchers.chain(self.kept.iter().map(|(_, _, snapshot)| snapshot)).all(fits)
    }
}

/// The identity of a training, without the number of its epochs: checksums of its parts, with their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingFingerprint(pub Vec<(String, u32)>);

impl TrainingFingerprint {
    /// The first part in which two trainings differ.
    pub fn difference(&self, other: &TrainingFingerprint) -> Option<&str> {
        let differs =
            |(name, sum): &&(String, u32)| other.0.iter().find(|(n, _)| n == name).map(|(_, s)| s) != Some(sum);
        self.0.iter().find(differs).map(|(name, _)| name.as_str())
    }
}
