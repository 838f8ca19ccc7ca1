//! Dropout (N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014).

use super::BuildLayer;
use super::noise::Noise;
use crate::program::{ProgramBuilder, ValueId};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::Result;

component! {
    /// Dropout: in training each number is zeroed with probability `rate`, and the others grow by 1 / (1 - rate).
    ///
    /// Outside training it does nothing: the growth in training ("inverted dropout") stands in for smaller weights at test
    /// time, as some lectures put it.
    ///
    /// Keras differences: no `noise_shape`, every number is dropped by itself; no `seed` of its own, it follows from
    /// `fit.seed`.
    pub struct Dropout = "dropout" {
        /// Share of the numbers that is zeroed.
        rate: f64 = 0.5, Kind::Float(Interval::closed(0.0, 1.0));
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for Dropout {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        Noise::Dropout { rate: self.rate }.build(builder, inputs)
    }
}
