//! Statistics of the layers during training.

use serde::{Deserialize, Serialize};

/// Statistics of a training's layers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LayerStatistics {
    /// The recorded epochs, from 0.
    pub epochs: Vec<usize>,
    /// Layers with weights, from the input on.
    pub layers: Vec<LayerTrace>,
}

/// A layer over the epochs: each list has an entry for each recorded epoch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LayerTrace {
    /// Its name, such as `dense_1`.
    pub layer: String,
    /// The activation that follows, such as `relu`; empty for none.
    pub activation: String,
    /// The row width of its output.
    pub units: usize,
    /// Root of the mean square of its kernel.
    #[serde(with = "treino_core::nullable")]
    pub weights: Vec<f32>,
    /// Root of the mean square of the kernel's gradient in the last batch, penalties included, before it is clipped; 0 where the
    /// kernel is frozen.
    #[serde(with = "treino_core::nullable")]
    pub gradients: Vec<f32>,
    /// Mean of its output, after its activation, over the last batch.
    #[serde(with = "treino_core::nullable")]
    pub means: Vec<f32>,
    /// Standard deviation of the same.
    #[serde(with = "treino_core::nullable")]
    pub deviations: Vec<f32>,
    /// The share of these numbers where the activation is flat: exactly 0 or at the upper limit of a relu, within 0.01
    /// of a limit of a sigmoid or tanh, including hard ones; 0 for others.
    #[serde(with = "treino_core::nullable")]
    pub flat: Vec<f32>,
    /// At the end, over training rows.
    pub end: Option<UnitsAtEnd>,
}

/// The units of a layer at the end of a training, over some training rows.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct UnitsAtEnd {
    /// The number of rows that were used.
    pub rows: usize,
    /// Units that give 0 for every row (with a relu), or the same number for every row.
    pub dead: usize,
    /// Units with a sigmoid or tanh that are within 0.01 of a limit for more than 95 % of the rows.
    pub saturated: usize,
}

impl LayerTrace {
    /// The lists with an entry per epoch.
    pub(crate) fn lists(&self) -> [&[f32]; 5] {
        [&self.weights, &self.gradients, &self.means, &self.deviations, &self.flat]
    }

    /// The same, mutable.
    pub(crate) fn lists_mut(&mut self) -> [&mut Vec<f32>; 5] {
        [&mut self.weights, &mut self.gradients, &mut self.means, &mut self.deviations, &mut self.flat]
    }
}
