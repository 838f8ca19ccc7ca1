//! Where a training stands: all that its next epochs depend on.

use super::history::History;

/// Where a training stands: what must be kept to go on with it later.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingState {
    /// `weights` and `state` of the network, and the buffers of the optimizer, which begin with `optimizer/`.
    pub buffers: Vec<(String, Vec<f32>)>,
    /// Steps made, those that only accumulated included.
    pub iterations: u64,
    /// The learning rate; where a schedule decides, it says nothing.
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

/// What a callback must remember to go on after an interruption.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallbackState {
    /// Numbers, in an order that the callback knows.
    pub numbers: Vec<f64>,
    /// Weights that it keeps.
    pub weights: Option<Snapshot>,
}

/// All that the epochs to come depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingCheckpoint {
    /// The epochs that were done.
    pub history: History,
    /// Why a callback stopped the training, if one did.
    pub stopped: Option<String>,
    /// Weights, optimizer, learning rate.
    pub state: TrainingState,
    /// What is kept if the training ends badly: score, epoch, weights.
    pub kept: Option<(f64, usize, Snapshot)>,
    /// What each callback remembers.
    pub watchers: Vec<CallbackState>,
}

impl TrainingCheckpoint {
    /// Whether its weights fit a network with so many trainable and other numbers.
    pub(crate) fn fits(&self, weights: usize, state: usize) -> bool {
        let fits = |s: &Snapshot| (s.weights.len(), s.state.len()) == (weights, state);
        let of_watchers = self.watchers.iter().filter_map(|watcher| watcher.weights.as_ref());
        of_watchers.chain(self.kept.iter().map(|(_, _, snapshot)| snapshot)).all(fits)
    }
}

/// What makes two trainings the same, but for the number of their epochs: checksums of its parts, with their names.
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
