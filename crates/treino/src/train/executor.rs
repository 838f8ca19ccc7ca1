//! The seam between a training and the hardware it runs on.

use super::inside::Inside;
use crate::callbacks::{Logs, Snapshot};
use crate::data::Matrix;
use crate::error::{Error, Kind, Result};

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
    fn note_inside(&mut self, epoch: usize, inside: &mut Inside);

    /// The current weights.
    fn snapshot(&self) -> Snapshot;

    /// Puts weights in place.
    fn restore(&mut self, weights: &Snapshot);

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
}

/// What is done after each batch.
pub type BatchEnd<'a> = dyn FnMut(&mut dyn Executor, usize, f64) -> bool + 'a;

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

/// Rows to train on or to evaluate.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    /// Inputs.
    pub x: &'a Matrix,
    /// Targets, as the loss wants them.
    pub y: &'a Matrix,
    /// A weight a row.
    pub weights: Option<&'a [f32]>,
}

impl Examples<'_> {
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
pub struct Units {
    /// Mean of the training targets.
    pub mean: f64,
    /// Standard deviation of the training targets.
    pub sd: f64,
}

/// A training left the finite numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Divergence {
    /// Epoch, from 0.
    pub epoch: usize,
    /// Step within the epoch, from 0.
    pub step: usize,
    /// Where the first number that is not finite stands.
    pub place: String,
    /// The learning rate of that step.
    pub learning_rate: f64,
    /// Steps made before in the whole training: with none, no learning rate can be to blame.
    pub steps_before: u64,
}

impl Divergence {
    /// A learning rate to try instead: a tenth, or what is usual where that is still far too much.
    pub fn smaller_rate(&self) -> f64 {
        let tenth = (self.learning_rate / 10.0).min(0.01);
        // Three digits: a tenth of 0.7 is not 0.06999999999999999.
        format!("{tenth:.2e}").parse().unwrap_or(tenth)
    }

    /// The divergence as an error with its likely cause and a remedy.
    pub fn error(&self) -> Error {
        let (epoch, step, place, rate) = (self.epoch + 1, self.step + 1, &self.place, self.smaller_rate());
        let error = Error::new(Kind::Diverged, format!("the training diverged at epoch {epoch}, step {step}: {place}"));
        if self.steps_before == 0 {
            return error
                .help("no weight had been moved yet: the cause is in the inputs, the initial or sample weights, a penalty, or a function of your own")
                .help("keep scale = \"standard\", and check --weight, --class-weight, --l1 and --l2");
        }
        error
            .help(format!("the likely cause is a learning rate that is too large: try --learning-rate {rate}"))
            .help("inputs that are not on one scale do it too: keep scale = \"standard\", or add --batch-norm")
    }
}
