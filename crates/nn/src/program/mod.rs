//! A network as a flat program.
//!
//! A [`Program`] is a list of [`Op`]s over numbered values (the batch's rows between ops) and a flat buffer of weights
//! with named [`Variable`]s; a [`ProgramBuilder`] collects them, layer after layer. [`ProgramBuffers`] is the memory of
//! a running program. A built program cannot fail on any input.

mod activation;
mod builder;
mod fan_out;
mod memory;
mod op;
mod probe;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
mod program;
mod select;

pub(crate) use activation::{ActivationOp, ActivityPenaltyOp};
pub use builder::{ProgramBuilder, Weight};
pub use memory::{PassContext, ProgramBuffers};
pub use op::Op;
pub use probe::{NoProbe, Stage, StepProbe};
pub(crate) use program::DenseChain;
pub use program::{Buffer, IdRange, Output, Program, ScratchId, ScratchSize, ValueId, VarId, Variable};
