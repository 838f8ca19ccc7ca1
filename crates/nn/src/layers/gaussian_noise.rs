//! Normal noise, added or multiplied.

use super::BuildLayer;
use super::noise::Noise;
use crate::program::{ProgramBuilder, ValueId};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::Result;

component! {
    /// Adds normal noise of mean 0 in training: y = x + N(0, stddev^2). Outside training it does nothing.
    ///
    /// Keras differences: no `seed` of its own, it follows from `fit.seed`.
    pub struct GaussianNoise = "gaussian_noise" {
        /// Standard deviation of the noise.
        stddev: f64 = 0.1, Kind::Float(Interval::closed(0.0, 1.0));
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

component! {
    /// Multiplies by normal noise of mean 1 in training: y = x N(1, rate / (1 - rate)). Outside training it does nothing.
    ///
    /// The noise has the variance that dropout with the same rate has.
    ///
    /// Keras differences: no `seed` of its own, it follows from `fit.seed`.
    pub struct GaussianDropout = "gaussian_dropout" {
        /// The rate of the dropout that it stands for.
        rate: f64 = 0.5, Kind::Float(Interval::half_open(0.0, 1.0));
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for GaussianNoise {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        Noise::Added { stddev: self.stddev }.build(builder, inputs)
    }
}

impl BuildLayer for GaussianDropout {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        Noise::Multiplied { stddev: (self.rate / (1.0 - self.rate)).sqrt() }.build(builder, inputs)
    }
}
