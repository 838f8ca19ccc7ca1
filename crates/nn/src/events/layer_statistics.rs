//! What goes on inside a network while it trains, layer by layer.

use serde::{Deserialize, Serialize};

/// Statistics of a training's layers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LayerStatistics {
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
    #[serde(with = "treino_core::nullable")]
    pub weights: Vec<f32>,
    /// Root of the mean square of the kernel's gradient in the last batch, penalties included, before it is clipped; 0 where the
    /// kernel is frozen.
    #[serde(with = "treino_core::nullable")]
    pub gradients: Vec<f32>,
    /// Mean of what it gives, behind its activation, over the last batch.
    #[serde(with = "treino_core::nullable")]
    pub means: Vec<f32>,
    /// Standard deviation of the same.
    #[serde(with = "treino_core::nullable")]
    pub deviations: Vec<f32>,
    /// The share of these numbers that stand where the activation is flat: exactly 0 or at the cap behind a relu, within 0.01 of
    /// an end behind a sigmoid or tanh, hard ones too; 0 for others.
    #[serde(with = "treino_core::nullable")]
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

impl LayerTrace {
    /// The lists with an entry an epoch.
    pub(crate) fn lists(&self) -> [&[f32]; 5] {
        [&self.weights, &self.gradients, &self.means, &self.deviations, &self.flat]
    }

    /// The same, to fill.
    pub(crate) fn lists_mut(&mut self) -> [&mut Vec<f32>; 5] {
        [&mut self.weights, &mut self.gradients, &mut self.means, &mut self.deviations, &mut self.flat]
    }
}
