//! A linear warm-up (P. Goyal et al., "Accurate, large minibatch SGD", 2017): small steps while the network is still
//! far from a good solution. Not in Keras, whose `cosine_decay` always decays after its warm-up.

use super::ScheduleFunction;
use treino_core::catalog::{Kind, component};

component! {
    /// Warm-up: the rate rises in a straight line for `warmup_steps` steps, then stays.
    pub struct Warmup = "warmup" {
        /// Rate after the warm-up.
        learning_rate: f64 = 0.001, Kind::NOT_NEGATIVE;
        /// Steps of the warm-up.
        warmup_steps: usize = 100, Kind::COUNT;
        /// Rate of the first step.
        initial_learning_rate: f64 = 0.0, Kind::NOT_NEGATIVE;
    }
}

impl ScheduleFunction for Warmup {
    fn rate(&self, step: u64) -> f64 {
        let p = (step as f64 / self.warmup_steps as f64).min(1.0);
        self.initial_learning_rate + (self.learning_rate - self.initial_learning_rate) * p
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_then_a_constant() {
        let plan = Warmup { learning_rate: 1.0, warmup_steps: 4, initial_learning_rate: 0.5 };
        let rates = [0, 1, 2, 4, 9].map(|step| plan.rate(step));
        assert_eq!(rates, [0.5, 0.625, 0.75, 1.0, 1.0]);
    }
}
