//! Dense neural networks, with Keras's names and numbers.
//!
//! The modules carry Keras's names: [`layers`], [`activations`], [`losses`], [`optimizers`], [`schedules`], [`initializers`],
//! [`regularizers`], [`constraints`], [`metrics`], [`callbacks`]. Losses, metrics and activations can also be written as an
//! [`expression`]. [`network`] turns layers into a program, [`train`] runs it, [`events`] is what a training tells and leaves.
//!
//! Nothing here knows tables; callbacks alone write files.

#![forbid(unsafe_code)]

pub mod activations;
pub mod callbacks;
pub mod constraints;
mod custom;
pub mod events;
pub mod expression;
pub mod initializers;
pub mod layers;
pub mod losses;
pub mod metrics;
pub mod network;
pub mod optimizers;
mod program;
pub mod regularizers;
pub mod schedules;
pub mod train;
