//! Inverse time decay: a rate that falls like 1 / t, as the theory of stochastic approximation requires.

use super::{ScheduleFunction, single};
use treino_core::catalog::{Kind, component};

component! {
    /// Inverse time decay: initial_learning_rate / (1 + decay_rate * step / decay_steps).
    ///
    /// With `staircase` step / decay_steps is rounded down, so that the rate falls once every `decay_steps` steps.
    pub struct InverseTimeDecay = "inverse_time_decay" {
        /// Rate of the first step.
        initial_learning_rate: f64 = 0.001, Kind::NOT_NEGATIVE;
        /// Steps over which `decay_rate` is added to the divisor.
        decay_steps: usize = 1000, Kind::COUNT;
        /// What is added.
        decay_rate: f64 = 0.5, Kind::NOT_NEGATIVE;
        /// Whether the rate falls in stairs.
        staircase: bool = false, Kind::Bool;
    }
}

impl ScheduleFunction for InverseTimeDecay {
    fn rate(&self, step: u64) -> f64 {
        let p = step as f64 / self.decay_steps as f64;
        let p = if self.staircase { p.floor() } else { p };
        single(self.initial_learning_rate) / (1.0 + single(self.decay_rate) * p)
    }
}
