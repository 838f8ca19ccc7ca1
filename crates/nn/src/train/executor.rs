//! The seam between a training and the hardware it runs on.

use super::compile::Compile;
use super::profile::StepProfile;
use crate::events::{Divergence, LayerStatistics, Logs, Snapshot, TrainingState};
use crate::network::Network;
use treino_core::error::Result;
use treino_core::rows::Rows;
use treino_engine::simd::Simd;

/// Something that runs a program's epochs. It is called once an epoch, not once an operation.
pub trait Executor {
    /// Trains one epoch over `data` in the given order (in file order without one). `batch_end` is told the number of steps
    /// done and the loss so far after every batch; when it says `false` the epoch ends there.
    ///
    /// # Errors
    /// The first step whose loss is not finite.
    fn run_epoch(
        &mut self,
        data: &Examples<'_>,
        order: Option<&[u32]>,
        epoch: usize,
        batch_end: &mut BatchEnd<'_>,
    ) -> std::result::Result<EpochEnd, Divergence>;

    /// The logs of the epoch so far: its mean loss, over so many rows, and the metrics.
    fn running_logs(&self, loss: f64, rows: usize) -> Logs;

    /// Loss and metrics over `data` in inference mode.
    fn evaluate(&mut self, data: &Examples<'_>) -> Logs;

    /// Notes an epoch's statistics of the layers, after [`Executor::run_epoch`] and before anything else runs.
    fn note_inside(&mut self, epoch: usize, inside: &mut LayerStatistics);

    /// The current weights.
    fn snapshot(&self) -> Snapshot;

    /// Puts weights in place.
    fn restore(&mut self, weights: &Snapshot);

    /// A divergence that shows behind the last step of an epoch: `place` says what is not finite.
    fn divergence(&self, epoch: usize, step: usize, place: String) -> Divergence {
        let (learning_rate, steps_before) = (self.learning_rate(), self.training_state().iterations);
        Divergence { epoch, step, place, learning_rate, steps_before, in_expression: false, losses: Vec::new() }
    }

    /// The learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate from the next step on.
    ///
    /// # Errors
    /// A schedule decides the rate, or the number is none for a rate.
    fn set_learning_rate(&mut self, rate: f64) -> Result<()>;

    /// Ends the training: where the optimizer keeps a running average of the weights, they become it.
    fn finish(&mut self);

    /// Exchanges the weights and their running average.
    ///
    /// # Errors
    /// The optimizer keeps no average.
    fn swap_ema(&mut self) -> Result<()>;

    /// Everything that the next step depends on beside the data.
    fn training_state(&self) -> TrainingState;

    /// Goes on from the state of a training of the same network with the same optimizer: the epochs that follow give the
    /// same bits as they would have there.
    ///
    /// # Errors
    /// A state with other buffers than this training has.
    fn resume(&mut self, state: &TrainingState) -> Result<()>;

    /// From here on, measures where the time goes. It changes no result.
    fn watch(&mut self) {}

    /// Where the time went since [`Executor::watch`], which ends; as far as it was measured.
    fn profile(&mut self) -> Option<StepProfile> {
        None
    }
}

/// What an executor is made for.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// The network, with the weights to start from.
    pub network: &'a Network,
    /// Optimizer, loss and metrics.
    pub compile: &'a Compile,
    /// For each output, the units of its standardised target.
    pub units: Option<&'a [TargetScale]>,
    /// Rows of a batch, at most.
    pub batch_size: usize,
    /// The seed of what layers draw while they train.
    pub noise: u64,
    /// Threads that may work on it.
    pub threads: usize,
    /// The instruction set.
    pub simd: Simd,
}

/// What makes executors: one kind of hardware, or one way of using it.
pub trait Backend: Sync {
    /// An executor for a training or an evaluation.
    ///
    /// # Errors
    /// A network or an optimizer that it cannot train.
    fn executor(&self, setup: &Setup<'_>) -> Result<Box<dyn Executor>>;
}

/// What is done after each batch.
pub type BatchEnd<'a> = dyn FnMut(&mut dyn Executor, usize, f64) -> bool + 'a;

/// Rows to train on or to evaluate.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    /// Inputs.
    pub x: Rows<'a>,
    /// Targets, as the loss wants them.
    pub y: Rows<'a>,
    /// A weight a row.
    pub weights: Option<&'a [f32]>,
}

impl<'a> Examples<'a> {
    /// Inputs with their targets, all of the same weight.
    pub fn new(x: impl Into<Rows<'a>>, y: impl Into<Rows<'a>>) -> Self {
        Examples { x: x.into(), y: y.into(), weights: None }
    }

    /// The same with a weight a row.
    pub fn weighted(self, weights: Option<&'a [f32]>) -> Self {
        Examples { weights, ..self }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.x.rows()
    }
}

/// What an epoch gave.
#[derive(Debug, Clone)]
pub struct EpochEnd {
    /// Training loss and metrics, under Keras's names.
    pub logs: Logs,
    /// Whether `batch_end` ended it early.
    pub cut_short: Option<Interrupted>,
}

/// An epoch was ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted {
    /// Steps done in the epoch.
    pub steps: usize,
}

/// Units of a standardised target: own = mean + sd * standardised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TargetScale {
    /// Mean of the training targets.
    pub mean: f64,
    /// Standard deviation of the training targets.
    pub sd: f64,
}
