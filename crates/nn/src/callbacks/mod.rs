//! Callbacks: what acts between epochs.
//!
//! Files: paths of a spec file are relative to its folder, others to the current one. Folders are made where they are
//! missing; whether they can be written to is known before the training. Of several trainings (`repeats`) only the first
//! writes files.

mod backup;
mod backup_and_restore;
mod csv_logger;
mod custom;
mod early_stopping;
mod event_file;
mod frequency;
mod learning_rate;
mod learning_rate_scheduler;
mod model_checkpoint;
mod monitor;
mod path_pattern;
mod python_number;
mod reduce_lr_on_plateau;
mod replay;
mod swap_ema_weights;
mod tensorboard;
mod terminate_on_nan;

pub use backup_and_restore::{BackupAndRestore, BackupFolder, KeepProgress};
pub use csv_logger::CSVLogger;
pub use custom::Custom;
pub use early_stopping::EarlyStopping;
pub use frequency::Frequency;
pub use learning_rate_scheduler::{LearningRateScheduler, RateFormula};
pub use model_checkpoint::ModelCheckpoint;
pub use monitor::{Mode, more_is_better};
pub use reduce_lr_on_plateau::ReduceLROnPlateau;
pub use replay::Replayed;
pub use swap_ema_weights::SwapEMAWeights;
pub use tensorboard::TensorBoard;
pub use terminate_on_nan::{OnDivergence, TerminateOnNaN};

use crate::events::{CallbackState, Event, Logs, Snapshot};
use crate::network::Network;
use crate::optimizers::Optimizer;
use treino_core::catalog::family;
use treino_core::error::{Error, Result};

family! {
    /// Any callback.
    ///
    /// What acts between epochs: the entries of `[[callbacks]]`, in their order. Paths in a spec file are relative to
    /// its folder.
    ///
    /// Keras differences: `mode = "auto"` knows the direction of every metric of the catalogue. What monitors a number
    /// skips epochs without it (those between validations). A name that cannot be in the history is refused before the
    /// training.
    pub enum Callback: dyn StartCallback in Family {
        name: "callbacks", one: "callback", example: "[[callbacks]]\n{table}", place: "`[[callbacks]]`",
    } => {
        EarlyStopping, ReduceLROnPlateau, LearningRateScheduler, ModelCheckpoint, CSVLogger, TerminateOnNaN,
        BackupAndRestore, SwapEMAWeights, TensorBoard,
    } or Custom
}

/// A callback that can be started.
pub trait StartCallback: std::fmt::Debug {
    /// The name in the logs that it watches, if it watches one.
    fn monitors(&self) -> Option<&str> {
        None
    }

    /// Whether it sets the learning rate, and puts it into the logs as `learning_rate`.
    fn sets_learning_rate(&self) -> bool {
        false
    }

    /// Whether it writes files.
    fn writes_files(&self) -> bool {
        false
    }

    /// A fresh watcher for one training. It is also asked for when a training is planned only, so it leaves no trace.
    ///
    /// # Errors
    /// What does not fit the training: something it monitors has no direction, a folder cannot be written to.
    fn start(&self, outlook: &TrainingInfo<'_>) -> Result<Box<dyn ActiveCallback>>;
}

/// What a callback can know before the training.
#[derive(Clone, Copy)]
pub struct TrainingInfo<'a> {
    /// Whether more is better for a name in the logs, as far as the metric behind it declares that.
    pub direction: &'a dyn Fn(&str) -> Option<bool>,
    /// The names that the logs of an epoch can have.
    pub names: &'a [String],
    /// How the weights move.
    pub optimizer: &'a Optimizer,
    /// Batches in an epoch.
    pub steps: usize,
    /// Whether the training knows a file of whole models, and not of weights alone.
    pub has_model_file: bool,
}

/// A callback at work in one training.
///
/// A failure ends the training with that error.
pub trait ActiveCallback: Send {
    /// Before the first epoch; `past` are the logs of the epochs done before an interruption.
    ///
    /// # Errors
    /// A file that cannot be written.
    fn train_begin(&mut self, _past: &[Logs]) -> Result<()> {
        Ok(())
    }

    /// Before an epoch; epochs count from 0.
    ///
    /// # Errors
    /// As the callback says.
    fn epoch_begin(&mut self, _epoch: usize, _training: &mut dyn Control) -> Result<()> {
        Ok(())
    }

    /// Whether [`ActiveCallback::batch_end`] does anything.
    fn watches_batches(&self) -> bool {
        false
    }

    /// After a batch; `step` counts from 1 in each epoch, and the logs are those of the epoch so far.
    ///
    /// # Errors
    /// A file that cannot be written.
    fn batch_end(&mut self, _epoch: usize, _step: usize, _logs: &Logs, _training: &mut dyn Control) -> Result<()> {
        Ok(())
    }

    /// Before a validation.
    ///
    /// # Errors
    /// As the callback says.
    fn validation_begin(&mut self, _training: &mut dyn Control) -> Result<()> {
        Ok(())
    }

    /// After a validation.
    ///
    /// # Errors
    /// As the callback says.
    fn validation_end(&mut self, _training: &mut dyn Control) -> Result<()> {
        Ok(())
    }

    /// After an epoch and its validation. What it adds to the logs is in the history, and later callbacks see it.
    ///
    /// # Errors
    /// A file that cannot be written.
    fn epoch_end(&mut self, _epoch: usize, _logs: &mut Logs, _training: &mut dyn Control) -> Result<()> {
        Ok(())
    }

    /// After the last epoch, before a running average of the weights takes their place.
    ///
    /// # Errors
    /// As the callback says.
    fn epochs_end(&mut self, _training: &mut dyn Control) -> Result<()> {
        Ok(())
    }

    /// When the training has ended: all epochs done, or stopped by a callback.
    ///
    /// # Errors
    /// A file that cannot be written.
    fn train_end(&mut self, _training: &mut dyn Control) -> Result<()> {
        Ok(())
    }

    /// What to do when the training leaves the finite numbers.
    fn on_divergence(&self) -> OnDivergence {
        OnDivergence::Report
    }

    /// What keeps the progress of the training on disk, if this callback does.
    fn keeper(&mut self) -> Option<&mut BackupFolder> {
        None
    }

    /// What it must remember to go on after an interruption.
    fn state(&self) -> CallbackState {
        CallbackState::default()
    }

    /// Goes on from there.
    ///
    /// # Errors
    /// A state that is none of this callback's.
    fn resume(&mut self, state: &CallbackState) -> Result<()> {
        if state.numbers.is_empty() { Ok(()) } else { Err(foreign_state()) }
    }
}

/// What a callback can do to a training.
pub trait Control {
    /// Ends the training after this epoch; `why` completes "stopped: ...".
    fn stop(&mut self, why: String);

    /// The current weights and statistics.
    fn weights(&self) -> Snapshot;

    /// Puts back the weights of an epoch, counted from 0.
    fn restore(&mut self, weights: &Snapshot, epoch: usize);

    /// The learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate from the next step on.
    ///
    /// # Errors
    /// A schedule decides the rate, or the number is none for a rate.
    fn set_learning_rate(&mut self, rate: f64) -> Result<()>;

    /// Exchanges the weights and their running average.
    ///
    /// # Errors
    /// The optimizer keeps no average.
    fn swap_ema(&mut self) -> Result<()>;

    /// The network as it is now.
    fn network(&self) -> Network;

    /// The model as it is now, as the bytes of its file: whole, or the weights alone.
    ///
    /// # Errors
    /// A training that knows no file of whole models; weights that cannot be stored.
    fn model_bytes(&self, weights_only: bool) -> Result<Vec<u8>>;

    /// Tells whoever watches the training.
    fn tell(&mut self, event: &Event);
}

fn foreign_state() -> Error {
    Error::input("what it says about the callbacks is damaged")
}
