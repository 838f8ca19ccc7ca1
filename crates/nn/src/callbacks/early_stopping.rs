//! Stopping when there is no more to gain.

use super::monitor::{Mode, Monitor};
use super::{ActiveCallback, Control, StartCallback, TrainingInfo, foreign_state};
use crate::events::{CallbackState, Logs, Snapshot};
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;

component! {
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
        mode: Mode = Mode::Auto, Mode::KIND;
        /// A number that an epoch must beat to count.
        baseline: Option<f64> = None, Kind::NUMBER;
        /// Whether to end with the weights of the best epoch.
        restore_best_weights: bool = false, Kind::Bool;
        /// Epochs, from 0, before which nothing is watched.
        start_from_epoch: usize = 0, Kind::INDEX;
    }
}

impl StartCallback for EarlyStopping {
    fn monitors(&self) -> Option<&str> {
        Some(&self.monitor)
    }

    fn start(&self, outlook: &TrainingInfo<'_>) -> Result<Box<dyn ActiveCallback>> {
        let monitor = Monitor::new("early_stopping", &self.monitor, self.mode, self.min_delta, outlook)?;
        Ok(Box::new(ActiveEarlyStopping { patience: Patience::new(self, monitor), best_weights: None }))
    }
}

/// What an epoch means for the training.
pub(super) struct StopDecision {
    /// Its weights are those to put back in the end.
    pub keep: bool,
    /// It is the last one.
    pub stop: bool,
}

/// Counts epochs without improvement. It decides from the monitored numbers alone.
pub(super) struct Patience {
    settings: EarlyStopping,
    pub monitor: Monitor,
    /// Epochs since the last improvement that counts.
    pub wait: usize,
    /// The epoch to be restored.
    pub best_epoch: usize,
    /// Whether an epoch was kept.
    has_kept: bool,
}

impl Patience {
    pub fn new(settings: &EarlyStopping, monitor: Monitor) -> Self {
        Patience { settings: settings.clone(), monitor, wait: 0, best_epoch: 0, has_kept: false }
    }

    /// Takes the number of an epoch in; `None` where its logs lack it.
    pub fn judge(&mut self, epoch: usize, value: Option<f64>) -> StopDecision {
        let Some(value) = value.filter(|_| epoch >= self.settings.start_from_epoch) else {
            return StopDecision { keep: false, stop: false };
        };
        // Where nothing ever improves, the first watched epoch is restored.
        let is_first = self.settings.restore_best_weights && !self.has_kept;
        self.wait += 1;
        let improves = self.monitor.improves(value);
        if improves || is_first {
            self.best_epoch = epoch;
        }
        let keep = self.settings.restore_best_weights && (improves || is_first);
        self.has_kept |= keep;
        if improves && (self.settings.baseline.is_none() || self.monitor.is_better(value, self.settings.baseline)) {
            self.wait = 0;
        }
        StopDecision { keep, stop: !improves && self.wait >= self.settings.patience && epoch > 0 }
    }
}

impl Patience {
    /// Why it stops: what was waited for, and how long.
    fn reason(&self) -> String {
        let EarlyStopping { baseline, min_delta, .. } = self.settings;
        let (monitor, wait) = (&self.monitor.name, self.wait);
        let epochs = if wait == 1 { "epoch" } else { "epochs" };
        let by = if min_delta == 0.0 { String::new() } else { format!(" by more than {}", min_delta.abs()) };
        // The best number is the first to beat a baseline if any has.
        let has_beaten = self.monitor.best.is_some_and(|best| self.monitor.is_better(best, baseline));
        match baseline.filter(|_| !has_beaten) {
            Some(baseline) => format!("{monitor} did not beat the baseline {baseline}{by} in {wait} {epochs}"),
            None => format!("{monitor} has not improved{by} for {wait} {epochs}"),
        }
    }
}

struct ActiveEarlyStopping {
    patience: Patience,
    best_weights: Option<Snapshot>,
}

impl ActiveCallback for ActiveEarlyStopping {
    fn epoch_end(&mut self, epoch: usize, logs: &mut Logs, training: &mut dyn Control) -> Result<()> {
        let StopDecision { keep, stop } = self.patience.judge(epoch, logs.get(&self.patience.monitor.name));
        if keep {
            self.best_weights = Some(training.weights());
        }
        if stop {
            training.stop(self.patience.reason());
        }
        Ok(())
    }

    fn train_end(&mut self, training: &mut dyn Control) -> Result<()> {
        if let Some(weights) = self.best_weights.take() {
            training.restore(&weights, self.patience.best_epoch);
        }
        Ok(())
    }

    fn state(&self) -> CallbackState {
        let Patience { monitor, wait, best_epoch, .. } = &self.patience;
        let [is_there, best] = monitor.state();
        let numbers = vec![*wait as f64, *best_epoch as f64, is_there, best];
        CallbackState { numbers, weights: self.best_weights.clone() }
    }

    fn resume(&mut self, state: &CallbackState) -> Result<()> {
        let [wait, best_epoch, is_there, best] = state.numbers[..] else { return Err(foreign_state()) };
        let patience = &mut self.patience;
        (patience.wait, patience.best_epoch) = (wait as usize, best_epoch as usize);
        patience.has_kept = state.weights.is_some();
        patience.monitor.resume([is_there, best]);
        self.best_weights = state.weights.clone();
        Ok(())
    }
}
