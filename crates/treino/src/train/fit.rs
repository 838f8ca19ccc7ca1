//! The loop over epochs.

use super::class_weight::ClassWeight;
use super::compile::Compile;
use super::cpu::Cpu;
use super::event::{Event, Session};
use super::executor::{Examples, Executor, Units};
use super::history::{Ending, History};
use crate::callbacks::{Callback, Control, Logs, Snapshot, Watcher};
use crate::catalog::{Kind, thing};
use crate::error::{Error, Result};
use crate::model::Network;
use crate::optimizers::Optimizer;
use treino_engine::random::{Purpose, Stream};

thing! {
    /// How to train: Keras's `fit`.
    ///
    /// Keras differences: `epochs` is 200 by default, not 1; class weights and sample weights together multiply, where Keras
    /// refuses them.
    pub struct Fit = "fit" {
        /// How often to go over the training rows, at most.
        epochs: usize = 200, Kind::COUNT;
        /// Rows a step.
        batch_size: usize = 32, Kind::COUNT;
        /// Whether to go over the rows in a new random order every epoch.
        shuffle: bool = true, Kind::Bool;
        /// Seed of initial weights, shuffling and dropout.
        seed: u64 = 1, Kind::INDEX;
        /// Validate after every so many epochs.
        validation_freq: usize = 1, Kind::COUNT;
        /// Weights of the classes in training: "balanced", or a weight a label.
        class_weight: Option<ClassWeight> = None, Kind::ClassWeight;
        /// Trainings with the seeds seed, seed + 1, ... on the same split; the first one's model is kept.
        repeats: usize = 1, Kind::COUNT;
    }
}

/// A training: what on, what for, and how.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// Optimizer, loss and metrics.
    pub compile: &'a Compile,
    /// Rows to train on; targets as the loss compares them.
    pub train: Examples<'a>,
    /// Rows to validate on after each epoch.
    pub validation: Option<Examples<'a>>,
    /// Epochs, batches, seed.
    pub settings: &'a Fit,
    /// What acts between epochs, in this order.
    pub callbacks: &'a [Callback],
    /// For each output, the units of its standardised target, into which metrics are put, but not losses.
    pub units: Option<&'a [Units]>,
}

/// Trains a network, which keeps the final weights. Weights are taken as they are: initialise them before.
///
/// The loss of an epoch is the mean over its rows of the loss of their batch, penalties included, before that batch's
/// step; validation uses the weights at the end of the epoch.
///
/// # Errors
/// Shapes that do not fit, a callback that monitors what is not in the logs. A training that diverges is no error: the
/// history says so, and the best weights so far are kept, or the first ones where no epoch was scored.
pub fn fit(network: &mut Network, job: &Job<'_>, session: &mut Session<'_>) -> Result<History> {
    let Job { compile, train, validation, settings, callbacks, units } = *job;
    for data in std::iter::once(&train).chain(&validation) {
        network.check_width(data.x)?;
        compile.check_targets(network, data)?;
    }
    if train.rows() == 0 {
        return Err(Error::input("there are no rows to train on"));
    }
    if validation.is_some_and(|validation| validation.rows() == 0) {
        return Err(Error::input("there are no rows to validate on"));
    }
    for (name, number) in [("batch_size", settings.batch_size), ("validation_freq", settings.validation_freq)] {
        if number == 0 {
            return Err(Error::input(format!("{name} is 0, but must be at least 1")));
        }
    }
    let mut watchers = start(callbacks, compile, network, validation.is_some())?;
    let batch_size = settings.batch_size.min(train.rows());
    check_batches(&compile.optimizer, settings.batch_size, train.rows())?;
    check_memory(network, &compile.optimizer, batch_size)?;
    let mut cpu = Cpu::new(network, compile, units, batch_size, settings.seed, session)?;
    let history = epochs(&mut cpu, job, batch_size, &mut watchers, session);
    if history.kept_epoch.is_some() {
        let last = cpu.snapshot();
        network.weights = last.weights;
        network.state = last.state;
    }
    Ok(history)
}

/// Refuses batches for an optimizer that works on all rows at once.
pub(super) fn check_batches(optimizer: &Optimizer, batch_size: usize, rows: usize) -> Result<()> {
    if optimizer.inner().line_search().is_none() || batch_size >= rows {
        return Ok(());
    }
    let name = optimizer.name();
    let e = format!("{name} works on all {rows} training rows at once, but batch_size is {batch_size}");
    Err(Error::input(e).help(format!("set batch_size to {rows} or more, or take another optimizer")))
}

/// The most memory that a training may take for weights, batches and optimizer, in bytes.
const MOST_MEMORY: u128 = 16 << 30;

/// Refuses a training that would take more memory than a machine for it has, before any is taken.
pub(super) fn check_memory(network: &Network, optimizer: &Optimizer, batch_size: usize) -> Result<()> {
    let needed = Cpu::bytes(network, optimizer, batch_size);
    if needed <= MOST_MEMORY {
        return Ok(());
    }
    let gib = |bytes: u128| bytes as f64 / (1_u64 << 30) as f64;
    let e = format!(
        "the training would take {:.0} GiB of memory, but at most {:.0} are allowed",
        gib(needed),
        gib(MOST_MEMORY)
    );
    Err(Error::input(e).help("make the layers narrower or the batches smaller"))
}

/// The epochs of a training on whatever executes them.
fn epochs(
    executor: &mut dyn Executor,
    job: &Job<'_>,
    batch_size: usize,
    watchers: &mut [Box<dyn Watcher>],
    session: &mut Session<'_>,
) -> History {
    let Job { train, validation, settings, .. } = *job;
    let steps = train.rows().div_ceil(batch_size);
    let stream = Stream::new(settings.seed, Purpose::Shuffle, "");
    let mut order = vec![0; if settings.shuffle { train.rows() } else { 0 }];
    let mut history = History { epochs: Vec::new(), best_epoch: None, kept_epoch: None, ending: Ending::Finished };
    // What is kept if the training ends badly: the best scored epoch, or the last one while none has a score.
    let mut kept: Option<(f64, usize, Snapshot)> = None;

    for epoch in 0..settings.epochs {
        let mut control = Hands { executor, stop: None, restored: None };
        watchers.iter_mut().for_each(|watcher| watcher.epoch_begin(epoch, &mut control));
        stream.at(epoch as u32, 0).permutation(&mut order);
        let order = settings.shuffle.then_some(order.as_slice());
        let mut batch_end = |step: usize, loss: f64| {
            (session.observer)(&Event::Batch { epoch, step, steps, loss });
            !session.interrupt.load(std::sync::atomic::Ordering::Relaxed)
        };
        let end = match executor.run_epoch(&train, order, epoch, &mut batch_end) {
            Ok(end) => end,
            Err(divergence) => {
                history.ending = Ending::Diverged(divergence);
                break;
            }
        };
        // An epoch that an interruption cut short is left out of the history, unless it is all there is.
        if end.cut_short.is_some_and(|cut| cut.steps < steps) && !history.epochs.is_empty() {
            history.ending = Ending::Interrupted;
            break;
        }
        let mut logs = end.logs;
        if let Some(validation) = &validation
            && (epoch + 1) % settings.validation_freq == 0
        {
            logs.0.extend(executor.evaluate(validation).0.into_iter().map(|(name, v)| (format!("val_{name}"), v)));
        }
        let score = logs.get(if validation.is_some() { "val_loss" } else { "loss" }).unwrap_or(f64::NAN);
        let keep = kept.as_ref().is_none_or(|(best, ..)| score < *best || best.is_nan());
        let is_best = keep && !score.is_nan();
        if keep {
            kept = Some((score, epoch, executor.snapshot()));
        }
        if is_best {
            history.best_epoch = Some(epoch);
        }
        history.kept_epoch = Some(epoch);
        let waited = epoch - history.best_epoch.unwrap_or(epoch);
        let mut control = Hands { executor, stop: None, restored: None };
        for watcher in watchers.iter_mut() {
            watcher.epoch_end(epoch, &mut logs, &mut control);
        }
        let stop = control.stop;
        (session.observer)(&Event::Epoch { epoch, logs: &logs, best: is_best, waited });
        history.epochs.push(logs);
        if let Some(why) = stop {
            (session.observer)(&Event::Stopped { epoch, why: &why });
            history.ending = Ending::Stopped { epoch, why };
            break;
        }
        if session.is_interrupted() {
            history.ending = Ending::Interrupted;
            break;
        }
    }

    match (&history.ending, &kept) {
        (Ending::Diverged(_) | Ending::Interrupted, Some((_, epoch, snapshot))) => {
            executor.restore(snapshot);
            history.kept_epoch = Some(*epoch);
        }
        // There is nothing to keep: the network stays as it was.
        (Ending::Diverged(_) | Ending::Interrupted, None) => history.kept_epoch = None,
        _ => {
            executor.finish();
            let mut control = Hands { executor, stop: None, restored: None };
            for watcher in watchers.iter_mut() {
                watcher.train_end(&mut control);
            }
            if let Some(epoch) = control.restored {
                history.kept_epoch = Some(epoch);
                (session.observer)(&Event::Restored { epoch });
            }
        }
    }
    history
}

/// Whether the callbacks find what they monitor.
pub(super) fn check_callbacks(
    callbacks: &[Callback],
    compile: &Compile,
    network: &Network,
    has_validation: bool,
) -> Result<()> {
    start(callbacks, compile, network, has_validation).map(drop)
}

/// Starts the callbacks, after a look at what they monitor.
fn start(
    callbacks: &[Callback],
    compile: &Compile,
    network: &Network,
    has_validation: bool,
) -> Result<Vec<Box<dyn Watcher>>> {
    let (names, metrics) = (compile.log_names(network), compile.reported(network));
    let direction = |name: &str| {
        let name = name.strip_prefix("val_").unwrap_or(name);
        match metrics.iter().find(|one| one.names.iter().any(|n| n == name)) {
            Some(one) => one.metric.inner().more_is_better(),
            // What is no metric is a loss.
            None => names.iter().any(|n| n == name).then_some(false),
        }
    };
    let known: Vec<String> = names.iter().cloned().chain(names.iter().map(|name| format!("val_{name}"))).collect();
    let mut watchers = Vec::new();
    for callback in callbacks {
        if let Some(monitor) = callback.inner().monitors() {
            if !known.iter().any(|name| name == monitor) {
                let e = format!("{} monitors \"{monitor}\", which is not in the history", callback.name());
                return Err(Error::input(e).nearest(monitor, known.iter().map(String::as_str)));
            }
            if monitor.starts_with("val_") && !has_validation {
                let e = format!("{} monitors \"{monitor}\", but there are no validation rows", callback.name());
                return Err(Error::input(e).help("give validation rows, or monitor a training number such as \"loss\""));
            }
        }
        watchers.push(callback.inner().start(&direction)?);
    }
    Ok(watchers)
}

/// What callbacks do to the training.
struct Hands<'a> {
    executor: &'a mut dyn Executor,
    stop: Option<String>,
    restored: Option<usize>,
}

impl Control for Hands<'_> {
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
}

/// Loss and metrics of a network over rows, in inference mode.
///
/// # Errors
/// Shapes that do not fit.
pub fn evaluate(
    network: &Network,
    compile: &Compile,
    data: Examples<'_>,
    units: Option<&[Units]>,
    session: &Session<'_>,
) -> Result<Logs> {
    network.check_width(data.x)?;
    compile.check_targets(network, &data)?;
    if data.rows() == 0 {
        return Err(Error::input("there are no rows to evaluate"));
    }
    // Keras's batches, for losses that look at a whole one.
    let batch_size = Fit::default().batch_size;
    let mut cpu = Cpu::new(network, compile, units, batch_size, 0, session)?;
    Ok(cpu.evaluate(&data))
}
