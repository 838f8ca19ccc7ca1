//! A network as a flat program.
//!
//! A [`Program`] is a list of [`Op`]s over numbered values (the batch's rows between ops) and a flat buffer of weights with
//! named [`Variable`]s; a [`Builder`] collects them, layer after layer. [`Memory`] is what a program needs to run on a CPU.
//! A built program cannot fail on any input.

mod activation;
mod builder;
mod fork;
mod memory;
mod op;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
mod program;
mod select;
mod watch;

pub(crate) use activation::{ActivationOp, ActivityPenaltyOp};
pub use builder::{Builder, Weight};
pub use memory::{Memory, Pass};
pub use op::Op;
pub(crate) use program::Chained;
pub use program::{Buffer, Ids, Output, Program, ScratchId, ScratchSize, Value, ValueId, VarId, Variable};
pub use watch::{Stage, Unwatched, Watch};
