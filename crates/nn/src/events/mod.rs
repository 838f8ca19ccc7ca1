//! Events and results of a training: plain data that training, callbacks and stores share.
//!
//! [`Event`]s are reported while it runs, [`Logs`] are the metrics of an epoch, [`History`] is the result other than
//! the weights, and [`TrainingCheckpoint`] is all that its next epochs depend on. A [`Gate`] pauses it or stops it
//! between two steps.

mod divergence;
mod event;
mod gate;
mod history;
mod layer_statistics;
mod logs;
mod state;

pub use divergence::{Divergence, LAST_LOSSES};
pub use event::{EVENT_VERSION, Event};
pub use gate::Gate;
pub use history::{Ending, History};
pub use layer_statistics::{LayerStatistics, LayerTrace, UnitsAtEnd};
pub use logs::Logs;
pub use state::{CallbackState, Snapshot, TrainingCheckpoint, TrainingFingerprint, TrainingState};
