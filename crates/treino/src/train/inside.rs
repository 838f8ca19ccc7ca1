//! What goes on inside a network while it trains: weights, gradients and outputs, layer by layer.
//!
//! Noted at the end of an epoch, from numbers that are there anyway: the weights, the gradient of the last batch, and what the
//! layers gave for it. Of long trainings only some epochs are noted, at most [`MOST_EPOCHS`] or so, chosen by number alone.

use serde::{Deserialize, Serialize};

/// About so many epochs of a training are noted.
pub const MOST_EPOCHS: usize = 200;

/// Statistics of a training's layers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Inside {
    /// The epochs that were noted, from 0.
    pub epochs: Vec<usize>,
    /// Layers with weights, from the input on.
    pub layers: Vec<LayerTrace>,
}

/// A layer over the epochs: each list has an entry for each noted epoch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LayerTrace {
    /// Its name, such as `dense_1`.
    pub layer: String,
    /// The activation that follows, such as `relu`; empty for none.
    pub activation: String,
    /// Numbers that it gives for a row.
    pub units: usize,
    /// Root of the mean square of its kernel.
    #[serde(with = "crate::report::gaps")]
    pub weights: Vec<f32>,
    /// Root of the mean square of the kernel's gradient in the last batch, penalties included.
    #[serde(with = "crate::report::gaps")]
    pub gradients: Vec<f32>,
    /// Mean of what it gives, behind its activation, over the last batch.
    #[serde(with = "crate::report::gaps")]
    pub means: Vec<f32>,
    /// Standard deviation of the same.
    #[serde(with = "crate::report::gaps")]
    pub deviations: Vec<f32>,
    /// The share of these numbers that stand where the activation is flat: exactly 0 behind a relu, within 0.01 of an end behind
    /// a sigmoid or tanh; 0 for others.
    #[serde(with = "crate::report::gaps")]
    pub flat: Vec<f32>,
    /// At the end, over training rows.
    pub end: Option<UnitsAtEnd>,
}

/// The units of a layer at the end of a training, over some training rows.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct UnitsAtEnd {
    /// How many rows were looked at.
    pub rows: usize,
    /// Units that give 0 for every row (behind a relu), or the same number for every row.
    pub dead: usize,
    /// Units behind a sigmoid or tanh that stand within 0.01 of an end for more than 95 % of the rows.
    pub saturated: usize,
}
