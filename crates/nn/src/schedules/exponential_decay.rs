//! Exponential decay: the rate shrinks by the same factor in equal intervals.

use super::{ScheduleFunction, single};
use treino_core::catalog::{Kind, component};
use treino_engine::double;

component! {
    /// Exponential decay: initial_learning_rate * decay_rate^(step / decay_steps).
    ///
    /// With `staircase` the exponent is rounded down, so that the rate falls once every `decay_steps` steps.
    pub struct ExponentialDecay = "exponential_decay" {
        /// Rate of the first step.
        initial_learning_rate: f64 = 0.001, Kind::NOT_NEGATIVE;
        /// Steps over which the rate shrinks by the factor `decay_rate`.
        decay_steps: usize = 1000, Kind::COUNT;
        /// The factor.
        decay_rate: f64 = 0.96, Kind::POSITIVE;
        /// Whether the rate falls in stairs.
        staircase: bool = false, Kind::Bool;
    }
}

impl ScheduleFunction for ExponentialDecay {
    fn rate(&self, step: u64) -> f64 {
        let p = step as f64 / self.decay_steps as f64;
        let p = if self.staircase { p.floor() } else { p };
        single(self.initial_learning_rate) * double::pow(single(self.decay_rate), p)
    }
}
