//! Stopping when there is no more to gain.

use super::{Control, Logs, React, Snapshot, Watcher};
use crate::catalog::{Kind, thing};
use crate::error::{Error, Result};

thing! {
    /// Stops the training when the monitored number has not improved for `patience` epochs.
    ///
    /// An epoch improves when the number is better than the best so far by more than `min_delta`; a tie does not improve.
    /// The first number seen, even NaN, becomes the best, and nothing is better than NaN. The very first epoch cannot
    /// stop the training. With a `baseline` only an improvement that also beats the baseline resets the patience.
    /// `restore_best_weights` puts the best epoch's weights back at the end, whether or not the training was stopped.
    pub struct EarlyStopping = "early_stopping" {
        /// Name in the history to watch.
        monitor: String = "val_loss".to_string(), Kind::Text;
        /// By how much an epoch must be better to count; its sign does not matter.
        min_delta: f64 = 0.0, Kind::NUMBER;
        /// Epochs without improvement after which to stop.
        patience: usize = 0, Kind::INDEX;
        /// Whether less ("min") or more ("max") is better; "auto" asks the metric.
        mode: String = "auto".to_string(), Kind::Choice(&["auto", "min", "max"]);
        /// A number that an epoch must beat to count.
        baseline: Option<f64> = None, Kind::NUMBER;
        /// Whether to end with the weights of the best epoch.
        restore_best_weights: bool = false, Kind::Bool;
        /// Epochs, from 0, before which nothing is watched.
        start_from_epoch: usize = 0, Kind::INDEX;
    }
}

impl React for EarlyStopping {
    fn monitors(&self) -> Option<&str> {
        Some(&self.monitor)
    }

    fn start(&self, direction: &dyn Fn(&str) -> Option<bool>) -> Result<Box<dyn Watcher>> {
        let more_is_better = match self.mode.as_str() {
            "min" => false,
            "max" => true,
            _ => direction(&self.monitor).ok_or_else(|| {
                Error::input(format!("early_stopping cannot tell whether more or less \"{}\" is better", self.monitor))
                    .help("say mode = \"min\" or mode = \"max\"")
            })?,
        };
        Ok(Box::new(Watching {
            settings: self.clone(),
            more_is_better,
            wait: 0,
            best: None,
            best_epoch: 0,
            best_weights: None,
        }))
    }
}

struct Watching {
    settings: EarlyStopping,
    more_is_better: bool,
    wait: usize,
    best: Option<f64>,
    best_epoch: usize,
    best_weights: Option<Snapshot>,
}

impl Watching {
    fn is_better(&self, value: f64, than: Option<f64>) -> bool {
        let delta = self.settings.min_delta.abs();
        match than {
            None => true,
            Some(than) if self.more_is_better => value - delta > than,
            Some(than) => value + delta < than,
        }
    }
}

impl Watcher for Watching {
    fn epoch_end(&mut self, epoch: usize, logs: &mut Logs, training: &mut dyn Control) {
        let Some(value) = logs.get(&self.settings.monitor) else { return };
        if epoch < self.settings.start_from_epoch {
            return;
        }
        if self.settings.restore_best_weights && self.best_weights.is_none() {
            // Where nothing ever improves, the first watched epoch is restored.
            self.best_weights = Some(training.weights());
            self.best_epoch = epoch;
        }
        self.wait += 1;
        if self.is_better(value, self.best) {
            self.best = Some(value);
            self.best_epoch = epoch;
            if self.settings.restore_best_weights {
                self.best_weights = Some(training.weights());
            }
            if self.settings.baseline.is_none() || self.is_better(value, self.settings.baseline) {
                self.wait = 0;
            }
            return;
        }
        if self.wait >= self.settings.patience && epoch > 0 {
            let (monitor, wait) = (&self.settings.monitor, self.wait);
            let epochs = if wait == 1 { "epoch" } else { "epochs" };
            training.stop(format!("{monitor} has not improved for {wait} {epochs}"));
        }
    }

    fn train_end(&mut self, training: &mut dyn Control) {
        if let Some(weights) = self.best_weights.take() {
            training.restore(&weights, self.best_epoch);
        }
    }
}
