//! A network, from layers to a flat program.
//!
//! [`Builder`] turns layers into a [`Program`]: a list of [`Op`]s over numbered values (the batch's rows between ops) and
//! a flat buffer of weights with named [`Variable`]s. Everything that can be wrong with a network is found while building
//! it; a built program cannot fail on any input. [`Memory`] is what a program needs to run on a CPU.
//!
//! ```text
//! layers --graph, Builder--> Program (ops, values, variables) --Memory--> forward, backward
//! ```

mod builder;
mod fork;
mod fuse;
mod graph;
mod memory;
mod network;
mod op;
mod program;
mod pull_back;
mod watch;

pub use builder::{Builder, Weight};
pub use fork::ForkOp;
pub use graph::readings;
pub use memory::{Memory, Pass};
pub(crate) use network::logits_to_probabilities;
pub use network::{LayerSummary, Network};
pub use op::Op;
pub use program::{Buffer, Ids, Output, Program, ScratchId, ScratchSize, Value, ValueId, VarId, Variable};
pub use pull_back::PulledBack;
pub use watch::{Stage, Unwatched, Watch};
