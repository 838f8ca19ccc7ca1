//! What a training tells, keeps and leaves: plain data on which training, callbacks and stores agree.
//!
//! [`Event`]s are told while it runs, [`Logs`] are the numbers of an epoch, [`History`] is what it leaves beside its weights,
//! [`TrainingCheckpoint`] is all that its next epochs depend on. A [`Gate`] holds it or ends it between two steps.

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
