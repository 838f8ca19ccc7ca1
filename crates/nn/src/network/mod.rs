//! A network, from layers to a program with weights.
//!
//! ```text
//! layers --graph, Builder--> Program (ops, values, variables) --Memory--> forward, backward
//! ```
//! Every error in the definition of a network is found while it is built.

mod batch_gradient;
mod fuse;
mod graph;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
mod network;
mod weights;

pub use crate::program::{Buffer, Output};
pub use batch_gradient::BatchGradient;
pub use graph::readings;
pub use network::{LayerSummary, Network, logits_to_probabilities};
pub(crate) use weights::{damaged, parse};
pub use weights::{set_weights, weights_bytes, weights_metadata, weights_with_metadata};
