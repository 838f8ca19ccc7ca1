//! Polynomial decay: a straight line down to an end rate, or a power of it.

use super::{ScheduleFunction, single};
use treino_core::catalog::{Kind, component};
use treino_engine::double;

component! {
    /// Polynomial decay: (initial_learning_rate - end) * (1 - step / decay_steps)^power + end; after that `end`.
    ///
    /// With `cycle` the rate starts over: decay_steps is stretched to its next multiple whenever the step passes it.
    pub struct PolynomialDecay = "polynomial_decay" {
        /// Rate of the first step.
        initial_learning_rate: f64 = 0.001, Kind::NOT_NEGATIVE;
        /// Steps down to the end rate.
        decay_steps: usize = 1000, Kind::COUNT;
        /// Rate at the end.
        end_learning_rate: f64 = 0.0001, Kind::NOT_NEGATIVE;
        /// Power of the decay; 1 is a straight line.
        power: f64 = 1.0, Kind::NOT_NEGATIVE;
        /// Whether to start over at the end.
        cycle: bool = false, Kind::Bool;
    }
}

impl ScheduleFunction for PolynomialDecay {
    fn rate(&self, step: u64) -> f64 {
        let (step, steps) = (step as f64, self.decay_steps as f64);
        let p = match self.cycle {
            true => step / (steps * (step / steps).ceil().max(1.0)),
            false => step.min(steps) / steps,
        };
        let (first, last) = (single(self.initial_learning_rate), single(self.end_learning_rate));
        (first - last) * double::pow(1.0 - p, single(self.power)) + last
    }
}
