//! Training a network, and evaluating it.

use super::class_weight::ClassWeight;
use super::compile::Compile;
use super::cpu::Cpu;
use super::epochs::Epochs;
use super::executor::{Examples, Setup, TargetScale};
use super::session::Session;
use crate::callbacks::{ActiveCallback, Callback, TrainingInfo};
use crate::events::History;
use crate::events::Logs;
use crate::network::Network;
use crate::optimizers::Optimizer;
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::{Error, Result};

/// The largest number of seeds.
pub const MOST_SEEDS: usize = 100_000;

component! {
    /// How to train: Keras's `fit`.
    ///
    /// Keras differences: `epochs` is 200 by default, not 1; class weights and sample weights together multiply, where Keras
    /// refuses them.
    pub struct Fit = "fit" {
        /// How often to go over the training rows, at most.
        epochs: usize = 200, Kind::Int(Interval::closed(1.0, 1e9));
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
        repeats: usize = 1, Kind::Int(Interval::closed(1.0, MOST_SEEDS as f64));
    }
}

/// A training: data, objective and settings.
#[derive(Clone, Copy)]
pub struct Training<'a> {
    /// Optimizer, loss and metrics.
    pub compile: &'a Compile,
    /// Rows to train on; targets in the form that the loss expects.
    pub train: Examples<'a>,
    /// Rows to validate on after each epoch.
    pub validation: Option<Examples<'a>>,
    /// Epochs, batches, seed.
    pub settings: &'a Fit,
    /// The callbacks, in this order.
    pub callbacks: &'a [Callback],
    /// For each output, the units of its standardised target. Metrics are converted to them, losses are not.
    pub units: Option<&'a [TargetScale]>,
    /// The seed of random layers in training, such as dropout; `None` for that of the settings.
    pub noise: Option<u64>,
    /// Converts a network to the file of a complete model, for callbacks that save it; without it only weights can be
    /// saved.
    pub model_file: Option<ModelFile<'a>>,
}

impl<'a> Training<'a> {
    /// A training on all rows, without validation or callbacks.
    pub fn new(compile: &'a Compile, train: Examples<'a>, settings: &'a Fit) -> Self {
        let (validation, units, noise, model_file) = (None, None, None, None);
        Training { compile, train, validation, settings, callbacks: &[], units, noise, model_file }
    }
}

/// Converts a network, with its recipe and settings, to the bytes of a model file.
pub type ModelFile<'a> = &'a (dyn Fn(Network) -> Result<Vec<u8>> + Sync);

/// Trains a network and leaves the final weights in it. It does not initialise the weights: do so before.
///
/// The loss of an epoch is the mean over its rows of the loss of their batch, penalties included, before that batch's
/// step; validation uses the weights at the end of the epoch.
///
/// # Errors
/// Returns an error for shapes that do not fit, or for a callback that does not fit the training or cannot write its
/// file. A diverged training is not an error: the history records it, and the best weights so far are kept, or the
/// initial ones if no epoch was scored.
pub fn fit(network: &mut Network, training: &Training<'_>, session: &mut Session<'_>) -> Result<History> {
    let Training { compile, train, validation, settings, callbacks, units, noise, model_file } = *training;
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
    let batch_size = settings.batch_size.min(train.rows());
    let steps = train.rows().div_ceil(batch_size);
    let watchers = start_callbacks(callbacks, compile, network, steps, validation.is_some(), model_file.is_some())?;
    check_batches(&compile.optimizer, settings.batch_size, train.rows())?;
    check_memory(network, compile, batch_size)?;
    let noise = noise.unwrap_or(settings.seed);
    let (threads, simd) = (session.threads, session.simd);
    let setup = Setup { network, compile, units, batch_size, noise, threads, simd };
    let mut executor = session.backend.executor(&setup)?;
    if session.profile.is_some() {
        executor.watch();
    }
    let history = Epochs { training, batch_size, network, executor: executor.as_mut(), watchers }.run(session)?;
    if history.kept_epoch.is_some() {
        let last = executor.snapshot();
        network.weights = last.weights;
        network.state = last.state;
    }
    Ok(history)
}

/// Checks whether a training can start: all errors that [`fit`] would return before its first step, except those about
/// the rows.
///
/// # Errors
/// As [`fit`].
pub fn check(
    network: &Network,
    compile: &Compile,
    callbacks: &[Callback],
    settings: &Fit,
    rows: usize,
    has_validation: bool,
) -> Result<()> {
    check_batches(&compile.optimizer, settings.batch_size, rows)?;
    let batch_size = settings.batch_size.min(rows);
    let steps = rows.div_ceil(batch_size.max(1));
    start_callbacks(callbacks, compile, network, steps, has_validation, true)?;
    check_memory(network, compile, batch_size)
}

/// Returns an error for batches of an optimizer that needs all rows at once.
fn check_batches(optimizer: &Optimizer, batch_size: usize, rows: usize) -> Result<()> {
    if optimizer.inner().line_search().is_none() || batch_size >= rows {
        return Ok(());
    }
    let name = optimizer.name();
    let e = format!("{name} works on all {rows} training rows at once, but batch_size is {batch_size}");
    Err(Error::input(e).help(format!("set batch_size to {rows} or more, or take another optimizer")))
}

/// The largest memory of a training for weights, batches and optimizer, in bytes.
const MOST_MEMORY: u128 = 16 << 30;

/// Returns an error for a training that would need too much memory, before it is allocated.
fn check_memory(network: &Network, compile: &Compile, batch_size: usize) -> Result<()> {
    let needed = Cpu::bytes(network, compile, batch_size);
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

/// Starts the callbacks, after a check of what they monitor. `steps` is the number of batches of an epoch.
fn start_callbacks(
    callbacks: &[Callback],
    compile: &Compile,
    network: &Network,
    steps: usize,
    has_validation: bool,
    has_model_file: bool,
) -> Result<Vec<Box<dyn ActiveCallback>>> {
    let names = compile.log_names(network);
    let direction = |name: &str| compile.more_is_better(network, name);
    let with_rate = callbacks.iter().any(|callback| callback.inner().sets_learning_rate());
    let rate = with_rate.then(|| "learning_rate".to_string());
    let validated = names.iter().map(|name| format!("val_{name}"));
    let mut known: Vec<String> = names.iter().cloned().chain(validated).chain(rate).collect();
    for callback in callbacks {
        let Some(monitor) = callback.inner().monitors() else { continue };
        if !known.iter().any(|name| name == monitor) {
            let e = format!("{} monitors \"{monitor}\", which is not in the history", callback.name());
            return Err(Error::input(e).nearest(monitor, known.iter().map(String::as_str)));
        }
        if monitor.starts_with("val_") && !has_validation {
            let e = format!("{} monitors \"{monitor}\", but there are no validation rows", callback.name());
            return Err(Error::input(e).help("give validation rows, or monitor a training number such as \"loss\""));
        }
    }
    known.retain(|name| has_validation || !name.starts_with("val_"));
    let outlook =
        TrainingInfo { direction: &direction, names: &known, optimizer: &compile.optimizer, steps, has_model_file };
    callbacks.iter().map(|callback| callback.inner().start(&outlook)).collect()
}

/// Loss and metrics of a network over rows, in inference mode.
///
/// # Errors
/// Returns an error for shapes that do not fit.
pub fn evaluate(
    network: &Network,
    compile: &Compile,
    data: Examples<'_>,
    units: Option<&[TargetScale]>,
    session: &Session<'_>,
) -> Result<Logs> {
    network.check_width(data.x)?;
    compile.check_targets(network, &data)?;
    if data.rows() == 0 {
        return Err(Error::input("there are no rows to evaluate"));
    }
    // Keras's batch size, for losses that depend on the whole batch.
    let batch_size = Fit::default().batch_size;
    let (threads, simd) = (session.threads, session.simd);
    let setup = Setup { network, compile, units, batch_size, noise: 0, threads, simd };
    Ok(session.backend.executor(&setup)?.evaluate(&data))
}
