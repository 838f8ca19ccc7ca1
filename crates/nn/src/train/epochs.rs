//! The loop over epochs.

use super::executor::{Examples, Executor};
use super::fingerprint::identity;
use super::fit::{ModelFile, Training};
use super::layer_statistics;
use super::session::Session;
use crate::callbacks::{ActiveCallback, BackupFolder, Control, OnDivergence};
use crate::events::Event;
use crate::events::{
    Divergence, Ending, History, LayerStatistics, Logs, Snapshot, TrainingCheckpoint, TrainingFingerprint,
};
use crate::network::{Network, weights_bytes};
use treino_core::error::{Error, Result};
use treino_engine::random::{Purpose, Stream};

/// The number of training rows on which the final weights are checked.
const CHECKED_ROWS: usize = 256;

/// The epochs of a training, on any executor.
pub(super) struct Epochs<'a> {
    pub training: &'a Training<'a>,
    pub batch_size: usize,
    /// The network before the training.
    pub network: &'a Network,
    pub executor: &'a mut dyn Executor,
    pub watchers: Vec<Box<dyn ActiveCallback>>,
}

/// The state of the loop between epochs.
struct LoopState {
    history: History,
    /// The weights to keep if the training ends badly: the epoch with the best score, or the last one while none has a
    /// score.
    kept: Option<(f64, usize, Snapshot)>,
    /// Why a callback stopped it.
    stopped: Option<String>,
}

impl Epochs<'_> {
    /// Trains, and returns the history. The executor then has the final weights.
    ///
    /// # Errors
    /// Returns an error if a callback fails.
    pub fn run(mut self, session: &mut Session<'_>) -> Result<History> {
        let Training { train, settings, .. } = *self.training;
        let history = History {
            epochs: Vec::new(),
            learning_rates: Vec::new(),
            inside: LayerStatistics::default(),
            best_epoch: None,
            kept_epoch: None,
            ending: Ending::Finished,
        };
        let mut course = LoopState { history, kept: None, stopped: None };
        let has_keeper = self.keepers().next().is_some();
        let identity = has_keeper.then(|| identity(self.network, self.training));
        if let Some(identity) = &identity {
            self.resume(identity, &mut course, session)?;
        }
        for watcher in &mut self.watchers {
            watcher.train_begin(&course.history.epochs)?;
        }
        let stream = Stream::new(settings.seed, Purpose::Shuffle, "");
        let mut order = vec![0; if settings.shuffle { train.rows() } else { 0 }];
        let first = course.history.epochs.len();
        // A callback may have stopped the training just before it was interrupted.
        let last = if course.stopped.is_some() { first } else { settings.epochs };
        for epoch in first..last {
            stream.at(epoch as u32, 0).permutation(session.simd, &mut order);
            if !self.epoch(epoch, &order, &mut course, session)? {
                break;
            }
            if let Some(identity) = &identity {
                self.keep(identity, &course)?;
            }
            if course.stopped.is_some() || session.is_interrupted() {
                break;
            }
        }
        if let (Ending::Finished, Some(why)) = (&course.history.ending, &course.stopped) {
            let (epoch, why) = (course.history.epochs.len().saturating_sub(1), why.clone());
            (session.observer)(&Event::Stopped { epoch, why: why.clone() });
            course.history.ending = Ending::Stopped { epoch, why };
        } else if course.history.ending == Ending::Finished && session.is_interrupted() {
            course.history.ending = Ending::Interrupted;
        }
        self.end(course, session)
    }

    /// One epoch with its validation; returns `false` if it is incomplete and the training ends there.
    fn epoch(
        &mut self,
        epoch: usize,
        order: &[u32],
        course: &mut LoopState,
        session: &mut Session<'_>,
    ) -> Result<bool> {
        let Training { train, validation, settings, .. } = *self.training;
        let steps = train.rows().div_ceil(self.batch_size);
        let mut hands = LoopControl::new(self.executor, session, self.network, self.training.model_file);
        each(&mut self.watchers, &mut hands, |watcher, hands| watcher.epoch_begin(epoch, hands))?;

        let watched = self.watchers.iter().any(|watcher| watcher.watches_batches());
        let mut failed = None;
        let mut batch_end = |executor: &mut dyn Executor, step: usize, loss: f64| {
            (session.observer)(&Event::Batch { epoch, step, steps, loss });
            if watched {
                let logs = executor.running_logs(loss, train.rows().min(step * self.batch_size));
                let mut hands = LoopControl::new(executor, session, self.network, self.training.model_file);
                let batch = each(&mut self.watchers, &mut hands, |w, hands| w.batch_end(epoch, step, &logs, hands));
                failed = batch.err();
            }
            failed.is_none() && session.gate.pass()
        };
        let order = settings.shuffle.then_some(order);
        let end = self.executor.run_epoch(&train, order, epoch, &mut batch_end);
        if let Some(error) = failed {
            return Err(error);
        }
        let end = match end {
            Ok(end) => end,
            Err(divergence) => {
                self.diverged(divergence, course)?;
                return Ok(false);
            }
        };
        let is_whole = end.cut_short.is_none_or(|cut| cut.steps == steps);
        // An interrupted epoch is not part of the history, unless it is the only one.
        if !is_whole && !course.history.epochs.is_empty() {
            course.history.ending = Ending::Interrupted;
            return Ok(false);
        }

        if is_whole && layer_statistics::is_noted(epoch, settings.epochs) {
            self.executor.note_inside(epoch, &mut course.history.inside);
        }
        let mut logs = end.logs;
        let mut hands = LoopControl::new(self.executor, session, self.network, self.training.model_file);
        let is_validated = (epoch + 1).is_multiple_of(settings.validation_freq);
        let validation_rows = validation.filter(|_| is_validated);
        if let Some(rows) = &validation_rows {
            each(&mut self.watchers, &mut hands, |watcher, hands| watcher.validation_begin(hands))?;
            logs.0.extend(validate(hands.executor, rows));
            // The effect of the last step shows here first.
            if logs.get("val_loss").is_some_and(f64::is_nan) {
                let place = "the validation loss became NaN".to_string();
                let divergence = self.executor.divergence(epoch, steps.saturating_sub(1), place);
                self.diverged(divergence, course)?;
                return Ok(false);
            }
        }
        let score = logs.get(if validation.is_some() { "val_loss" } else { "loss" }).unwrap_or(f64::NAN);
        let keep = course.kept.as_ref().is_none_or(|(best, ..)| score < *best || best.is_nan());
        let best = keep && !score.is_nan();
        if keep {
            course.kept = Some((score, epoch, hands.weights()));
        }
        if best {
            course.history.best_epoch = Some(epoch);
        }
        if validation_rows.is_some() {
            each(&mut self.watchers, &mut hands, |watcher, hands| watcher.validation_end(hands))?;
        }
        course.history.kept_epoch = Some(epoch);
        let waited = epoch - course.history.best_epoch.unwrap_or(epoch);
        each(&mut self.watchers, &mut hands, |watcher, hands| watcher.epoch_end(epoch, &mut logs, hands))?;
        course.stopped = hands.stop;
        let has_rate = self.training.compile.optimizer.inner().line_search().is_none();
        let rate = if has_rate { hands.executor.learning_rate() } else { f64::NAN };
        course.history.learning_rates.push(rate);
        (session.observer)(&Event::Epoch { epoch, logs: logs.clone(), best, waited });
        course.history.epochs.push(logs);
        Ok(is_whole)
    }

    /// Handles a diverged training.
    fn diverged(&self, divergence: Divergence, course: &mut LoopState) -> Result<()> {
        let wish = self.watchers.iter().map(|watcher| watcher.on_divergence()).max();
        course.history.ending = match (wish, course.history.epochs.len().checked_sub(1)) {
            (Some(OnDivergence::Fail), _) => return Err(divergence.error()),
            (Some(OnDivergence::Stop), Some(epoch)) => {
                let Divergence { epoch: at, step, place, .. } = divergence;
                Ending::Stopped { epoch, why: format!("in epoch {}, step {}, {place}", at + 1, step + 1) }
            }
            _ => Ending::Diverged(divergence),
        };
        Ok(())
    }

    /// The steps after the last epoch.
    fn end(mut self, course: LoopState, session: &mut Session<'_>) -> Result<History> {
        // The following does not belong to any step.
        if let (Some(place), Some(profile)) = (&mut session.profile, self.executor.profile()) {
            **place = profile;
        }
        let LoopState { mut history, kept, stopped } = course;
        let has_diverged = matches!((&history.ending, &stopped), (Ending::Stopped { .. }, None));
        if has_diverged || matches!(history.ending, Ending::Diverged(_) | Ending::Interrupted) {
            // If there is nothing to keep, the network is unchanged.
            history.kept_epoch = None;
            if let Some((_, epoch, snapshot)) = &kept {
                self.executor.restore(snapshot);
                history.kept_epoch = self.is_sound(history.epochs.get(*epoch)).then_some(*epoch);
            }
        }
        if let (true, Ending::Stopped { epoch, why }) = (has_diverged, &history.ending) {
            (session.observer)(&Event::Stopped { epoch: *epoch, why: why.clone() });
        }
        let mut hands = LoopControl::new(self.executor, session, self.network, self.training.model_file);
        if matches!(history.ending, Ending::Finished | Ending::Stopped { .. }) {
            if !has_diverged {
                each(&mut self.watchers, &mut hands, |watcher, hands| watcher.epochs_end(hands))?;
                hands.executor.finish();
            }
            each(&mut self.watchers, &mut hands, |watcher, hands| watcher.train_end(hands))?;
            if let Some(epoch) = hands.restored {
                history.kept_epoch = Some(epoch);
                hands.tell(&Event::Restored { epoch });
            }
        }
        if matches!(history.ending, Ending::Finished | Ending::Stopped { .. }) && !self.is_sound(history.epochs.last())
        {
            self.end_is_lost(&mut history, kept);
        }
        if history.ending != Ending::Interrupted {
            self.keepers().try_for_each(|keeper| keeper.done())?;
        }
        Ok(history)
    }

    /// Whether the current weights are usable: the loss of an epoch is computed before its last step, and an average of
    /// weights has no loss yet. They must give a finite loss on some training rows; if the epoch had a finite
    /// validation loss, a loss that is not NaN is enough.
    fn is_sound(&mut self, epoch: Option<&Logs>) -> bool {
        let Examples { x, y, .. } = self.training.train;
        // Without sample weights: all of these rows may have weight 0.
        let logs = self.executor.evaluate(&Examples::new(x.spread(CHECKED_ROWS), y.spread(CHECKED_ROWS)));
        let is_validated = epoch.and_then(|logs| logs.get("val_loss")).is_some_and(f64::is_finite);
        logs.get("loss").is_none_or(|loss| loss.is_finite() || is_validated && !loss.is_nan())
    }

    /// The training ended with weights that give no finite loss: it diverged in its last step. The kept weights stay,
    /// if they are better.
    fn end_is_lost(&mut self, history: &mut History, kept: Option<(f64, usize, Snapshot)>) {
        let steps = self.training.train.rows().div_ceil(self.batch_size);
        let (epoch, place) = (history.epochs.len().saturating_sub(1), "the loss after the last step is not finite");
        let divergence = self.executor.divergence(epoch, steps.saturating_sub(1), place.to_string());
        history.ending = Ending::Diverged(divergence);
        history.kept_epoch = None;
        if let Some((_, epoch, snapshot)) = kept {
            self.executor.restore(&snapshot);
            history.kept_epoch = self.is_sound(history.epochs.get(epoch)).then_some(epoch);
        }
    }

    fn keepers(&mut self) -> impl Iterator<Item = &mut BackupFolder> {
        self.watchers.iter_mut().filter_map(|watcher| watcher.keeper())
    }

    /// Saves the progress if that is due.
    fn keep(&mut self, identity: &TrainingFingerprint, course: &LoopState) -> Result<()> {
        let steps = self.training.train.rows().div_ceil(self.batch_size);
        // Every backup callback counts its own steps.
        let due: Vec<bool> = self.keepers().map(|keeper| keeper.is_due(steps)).collect();
        if !due.contains(&true) {
            return Ok(());
        }
        let progress = TrainingCheckpoint {
            history: course.history.clone(),
            stopped: course.stopped.clone(),
            state: self.executor.training_state(),
            kept: course.kept.clone(),
            watchers: self.watchers.iter().map(|watcher| watcher.state()).collect(),
        };
        self.keepers().zip(due).filter(|(_, due)| *due).try_for_each(|(keeper, _)| keeper.save(identity, &progress))
    }

    /// Resumes from the saved progress of the same training, if there is any.
    fn resume(
        &mut self,
        identity: &TrainingFingerprint,
        course: &mut LoopState,
        session: &mut Session<'_>,
    ) -> Result<()> {
        let mut found = None;
        for keeper in self.keepers() {
            if found.is_none() {
                found = keeper.load(identity)?;
            }
        }
        let Some(progress) = found else { return Ok(()) };
        let damaged = |e: Error| Error::input(format!("the backup does not fit the training: {}", e.message()));
        let (weights, state) = (self.network.weights.len(), self.network.state.len());
        if !progress.fits(weights, state) || progress.watchers.len() != self.watchers.len() {
            return Err(damaged(Error::input("it holds other numbers of weights or callbacks")));
        }
        self.executor.resume(&progress.state).map_err(damaged)?;
        for (watcher, state) in self.watchers.iter_mut().zip(&progress.watchers) {
            watcher.resume(state).map_err(damaged)?;
        }
        (session.observer)(&Event::Resumed { epoch: progress.history.epochs.len() });
        *course = LoopState { history: progress.history, kept: progress.kept, stopped: progress.stopped };
        Ok(())
    }
}

fn validate(executor: &mut dyn Executor, rows: &Examples<'_>) -> impl Iterator<Item = (String, f64)> {
    executor.evaluate(rows).0.into_iter().map(|(name, value)| (format!("val_{name}"), value))
}

/// Calls each callback in order, until one fails.
fn each<'a>(
    watchers: &mut [Box<dyn ActiveCallback>],
    hands: &mut LoopControl<'a>,
    mut ask: impl FnMut(&mut dyn ActiveCallback, &mut LoopControl<'a>) -> Result<()>,
) -> Result<()> {
    watchers.iter_mut().try_for_each(|watcher| ask(watcher.as_mut(), hands))
}

/// The control that callbacks have over the training.
struct LoopControl<'a> {
    executor: &'a mut dyn Executor,
    observer: &'a mut dyn FnMut(&Event),
    network: &'a Network,
    model_file: Option<ModelFile<'a>>,
    stop: Option<String>,
    restored: Option<usize>,
}

impl<'a> LoopControl<'a> {
    fn new(
        executor: &'a mut dyn Executor,
        session: &'a mut Session<'_>,
        network: &'a Network,
        model_file: Option<ModelFile<'a>>,
    ) -> Self {
        LoopControl { executor, observer: &mut *session.observer, network, model_file, stop: None, restored: None }
    }
}

impl Control for LoopControl<'_> {
    fn stop(&mut self, why: String) {
        self.stop.get_or_insert(why);
    }

    fn weights(&self) -> Snapshot {
        self.executor.snapshot()
    }

    fn restore(&mut self, weights: &Snapshot, epoch: usize) {
        self.executor.restore(weights);
        self.restored = Some(epoch);
    }

    fn learning_rate(&self) -> f64 {
        self.executor.learning_rate()
    }

    fn set_learning_rate(&mut self, rate: f64) -> Result<()> {
        self.executor.set_learning_rate(rate)
    }

    fn swap_ema(&mut self) -> Result<()> {
        self.executor.swap_ema()
    }

    fn network(&self) -> Network {
        let mut network = self.network.clone();
        let Snapshot { weights, state } = self.executor.snapshot();
        (network.weights, network.state) = (weights, state);
        network
    }

    fn model_bytes(&self, weights_only: bool) -> Result<Vec<u8>> {
        let network = self.network();
        match self.model_file {
            _ if weights_only => weights_bytes(&network),
            Some(model_file) => model_file(network),
            None => Err(Error::input("this training has no file of whole models")),
        }
    }

    fn tell(&mut self, event: &Event) {
        (self.observer)(event);
    }
}
