//! The interface between a training and the hardware that it runs on.

use super::compile::Compile;
use super::profile::StepProfile;
use crate::events::{Divergence, LayerStatistics, Logs, Snapshot, TrainingState};
use crate::network::Network;
use treino_core::error::Result;
use treino_core::rows::Rows;
use treino_engine::simd::Simd;

/// Runs a program's epochs. It is called once per epoch, not once per operation.
pub trait Executor {
    /// Trains one epoch over `data` in the given order (in file order without one). After every batch `batch_end` gets
    /// the number of steps and the loss so far; if it returns `false`, the epoch ends there.
    ///
    /// # Errors
    /// Returns an error for the first step whose loss is not finite.
    fn run_epoch(
        &mut self,
        data: &Examples<'_>,
        order: Option<&[u32]>,
        epoch: usize,
        batch_end: &mut BatchEnd<'_>,
    ) -> std::result::Result<EpochEnd, Divergence>;

    /// The logs of the epoch so far: its mean loss, over `rows` rows, and the metrics.
    fn running_logs(&self, loss: f64, rows: usize) -> Logs;

    /// Loss and metrics over `data` in inference mode.
    fn evaluate(&mut self, data: &Examples<'_>) -> Logs;

    /// Records an epoch's statistics of the layers; called directly after [`Executor::run_epoch`].
    fn note_inside(&mut self, epoch: usize, inside: &mut LayerStatistics);

    /// The current weights.
    fn snapshot(&self) -> Snapshot;

    /// Sets the weights.
    fn restore(&mut self, weights: &Snapshot);

    /// A divergence that is found after the last step of an epoch: `place` is what is not finite.
    fn divergence(&self, epoch: usize, step: usize, place: String) -> Divergence {
        let (learning_rate, steps_before) = (self.learning_rate(), self.training_state().iterations);
        Divergence { epoch, step, place, learning_rate, steps_before, in_expression: false, losses: Vec::new() }
    }

    /// The learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate for the following steps.
    ///
    /// # Errors
    /// Returns an error if a schedule determines the rate, or if the number is not a valid rate.
    fn set_learning_rate(&mut self, rate: f64) -> Result<()>;

    /// Ends the training: a moving average of the weights, if the optimizer keeps one, replaces them.
    fn finish(&mut self);

    /// Swaps the weights with their moving average.
    ///
    /// # Errors
    /// Returns an error if the optimizer keeps no average.
    fn swap_ema(&mut self) -> Result<()>;

    /// Everything that the next step depends on, except the data.
    fn training_state(&self) -> TrainingState;

    /// Continues from the state of a training of the same network with the same optimizer: the following epochs give
    /// the same bits as they would have there.
    ///
    /// # Errors
    /// Returns an error for a state with other buffers than this training has.
    fn resume(&mut self, state: &TrainingState) -> Result<()>;

    /// Starts profiling. It changes no result.
    fn watch(&mut self) {}

    /// Ends profiling, and returns the profile since [`Executor::watch`], if the executor supports it.
    fn profile(&mut self) -> Option<StepProfile> {
        None
    }
}

/// The arguments for creating an executor.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// The network, with the initial weights.
    pub network: &'a Network,
    /// Optimizer, loss and metrics.
    pub compile: &'a Compile,
    /// For each output, the units of its standardised target.
    pub units: Option<&'a [TargetScale]>,
    /// The largest number of rows of a batch.
    pub batch_size: usize,
    /// The seed of random layers in training.
    pub noise: u64,
    /// The number of threads.
    pub threads: usize,
    /// The instruction set.
    pub simd: Simd,
}

/// Creates executors: one kind of hardware, or one way of using it.
pub trait Backend: Sync {
    /// An executor for a training or an evaluation.
    ///
    /// # Errors
    /// Returns an error for a network or an optimizer that it cannot train.
    fn executor(&self, setup: &Setup<'_>) -> Result<Box<dyn Executor>>;
}

/// Called after each batch.
pub type BatchEnd<'a> = dyn FnMut(&mut dyn Executor, usize, f64) -> bool + 'a;

/// Rows to train on or to evaluate.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    /// Inputs.
    pub x: Rows<'a>,
    /// Targets, in the form that the loss expects.
    pub y: Rows<'a>,
    /// A weight per row.
    pub weights: Option<&'a [f32]>,
}

impl<'a> Examples<'a> {
    /// Inputs with their targets, all of the same weight.
    pub fn new(x: impl Into<Rows<'a>>, y: impl Into<Rows<'a>>) -> Self {
        Examples { x: x.into(), y: y.into(), weights: None }
    }

    /// The same with a weight per row.
    pub fn weighted(self, weights: Option<&'a [f32]>) -> Self {
        Examples { weights, ..self }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.x.rows()
    }
}

/// The result of an epoch.
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

/// Units of a standardised target: original = mean + sd * standardised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TargetScale {
    /// Mean of the training targets.
    pub mean: f64,
    /// Standard deviation of the training targets.
    pub sd: f64,
}
