//! Training: from a network and rows to a trained network and its history.
//!
//! [`fit`] is Keras's `fit`: epochs, batches, validation, callbacks. It knows neither files nor terminals: it tells what
//! happens through [`Event`]s. [`cpu`](Cpu) executes the network's program; a later executor for other hardware takes its
//! place behind [`Executor`].

mod class_weight;
mod compile;
mod cpu;
mod epochs;
mod event;
mod executor;
mod fit;
mod gradient;
mod head;
mod history;
pub mod inside;
mod lr_find;
mod profile;
mod progress;
mod run;
mod side_by_side;

pub use class_weight::ClassWeight;
pub use compile::{Compile, Goal};
pub use cpu::Cpu;
pub use event::{Event, Session};
pub use executor::{BatchEnd, Divergence, EpochEnd, Examples, Executor, Interrupted, TrainingState, Units};
pub use fit::{Fit, Job, evaluate, fit};
pub use gradient::gradient;
pub use history::{Ending, History};
pub use inside::{Inside, LayerTrace, UnitsAtEnd};
pub use lr_find::{RangeTest, RatesFound, Tried};
pub use profile::{Line, Profile};
pub(crate) use progress::{Identity, Progress};
pub use run::{Planned, Repeat, Run, Scores, Trial, TrialSeeds};
pub use side_by_side::side_by_side;
pub use treino_engine::simd::{Level, Simd};

#[cfg(test)]
mod denormals;
#[cfg(test)]
mod tests;
