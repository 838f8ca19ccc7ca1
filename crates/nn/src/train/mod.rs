//! Training: from a network and rows to a trained network and its history.
//!
//! [`fit`] is Keras's `fit`: epochs, batches, validation, callbacks. It uses neither files nor terminals: it reports
//! through [`Event`](crate::events::Event)s. [`cpu`](Cpu) executes the network's program; an executor for other
//! hardware would implement [`Executor`] too.

mod class_weight;
mod compile;
mod cpu;
mod decision;
mod epochs;
mod executor;
mod fingerprint;
mod fit;
mod gradient;
mod head;
mod in_parallel;
mod layer_statistics;
mod lr_find;
mod per_output;
mod profile;
mod section;
mod session;

pub use class_weight::ClassWeight;
pub use compile::{Compile, OutputCompile, PENALTY};
pub use cpu::{Cpu, CpuBackend};
pub use decision::Decision;
pub use executor::{Backend, BatchEnd, EpochEnd, Examples, Executor, Interrupted, Setup, TargetScale};
pub use fit::{Fit, MOST_SEEDS, Training, check, evaluate, fit};
pub use gradient::gradient;
pub use in_parallel::in_parallel;
pub use layer_statistics::units_at_end;
pub use lr_find::{RangeTest, RangeTestResult, TestedRate};
pub use per_output::PerOutput;
pub use profile::{ProfileLine, StepProfile};
pub use section::CompileSection;
pub use session::Session;
pub use treino_engine::simd::{Level, Simd};

#[cfg(test)]
mod denormals;
#[cfg(test)]
mod tests;
