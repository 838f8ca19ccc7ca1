//! Alpha dropout (G. Klambauer et al., "Self-normalizing neural networks", NIPS 2017).

use super::BuildLayer;
use super::noise::Noise;
use crate::program::{ProgramBuilder, ValueId};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::Result;

component! {
    /// Dropout for networks with `selu`: keeps mean 0 and variance 1 where the inputs have them.
    ///
    /// In training each number becomes alpha' = -1.7581 with probability `rate`; then y = a x + b with
    /// a = ((1 - rate)(1 + rate alpha'^2))^(-1/2) and b = -a alpha' rate. Outside training it does nothing.
    ///
    /// Keras differences: no `noise_shape`; no `seed` of its own, it follows from `fit.seed`.
    pub struct AlphaDropout = "alpha_dropout" {
        /// Share of the numbers that is dropped.
        rate: f64 = 0.5, Kind::Float(Interval::half_open(0.0, 1.0));
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for AlphaDropout {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        Noise::AlphaDropout { rate: self.rate }.build(builder, inputs)
    }
}
