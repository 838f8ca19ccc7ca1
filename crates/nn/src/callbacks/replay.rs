//! What an early stopping would have done in a training whose numbers are known.

use super::early_stopping::{EarlyStopping, Patience, StopDecision};
use super::monitor::Monitor;

/// What an early stopping does with the monitored numbers of a training.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// The epoch, from 0, after which it stops; `None` where the numbers end before.
    pub stopped: Option<usize>,
    /// The epoch, from 0, whose weights the model has in the end: the restored one, or the last; 0 without epochs.
    pub kept: usize,
    /// The best number, if any was watched.
    pub best: Option<f64>,
    /// Epochs without improvement after each epoch, up to the one it stops after.
    pub waited: Vec<usize>,
}

impl EarlyStopping {
    /// Goes through the numbers of a training, one an epoch; `None` where the logs lack it, which is not the same as NaN.
    ///
    /// It decides by the very code that watches a training. `mode` is not asked: the direction is given.
    pub fn replay(&self, monitored: &[Option<f64>], more_is_better: bool) -> Replayed {
        let mut patience = Patience::new(self, Monitor::directed(&self.monitor, more_is_better, self.min_delta));
        let mut replayed = Replayed { stopped: None, kept: 0, best: None, waited: Vec::new() };
        let mut restored = None;
        for (epoch, value) in monitored.iter().enumerate() {
            let StopDecision { keep, stop } = patience.judge(epoch, *value);
            replayed.waited.push(patience.wait);
            if keep {
                restored = Some(epoch);
            }
            if stop {
                replayed.stopped = Some(epoch);
                break;
            }
        }
        replayed.kept = restored.unwrap_or(replayed.waited.len().saturating_sub(1));
        replayed.best = patience.monitor.best;
        replayed
    }
}
