//! The 1cycle policy (L. Smith, N. Topin, "Super-convergence", 2018): the rate rises once to a very large value and
//! falls once to a very small one. Not in Keras; parameters and values are those of PyTorch's `OneCycleLR` with cosine
//! annealing.

use super::ScheduleFunction;
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::{Error, Result};
use treino_engine::double;

component! {
    /// One cycle: half a cosine wave up to the largest rate, half a wave down to almost nothing.
    ///
    /// The rate begins at max_learning_rate / div_factor, is largest at step pct_start * total_steps - 1, and ends, at step
    /// total_steps - 1, at max_learning_rate / div_factor / final_div_factor, where it stays.
    pub struct OneCycle = "one_cycle" {
        /// Largest rate.
        max_learning_rate: f64 = 0.01, Kind::NOT_NEGATIVE;
        /// Steps of the cycle: batches an epoch times epochs.
        total_steps: usize = 1000, Kind::COUNT;
        /// Share of the steps in which the rate rises.
        pct_start: f64 = 0.3, Kind::Float(Interval::closed(0.0, 1.0));
        /// Largest rate over the first.
        div_factor: f64 = 25.0, Kind::POSITIVE;
        /// First rate over the last.
        final_div_factor: f64 = 10000.0, Kind::POSITIVE;
    }
}

impl ScheduleFunction for OneCycle {
    fn rate(&self, step: u64) -> f64 {
        let first = self.max_learning_rate / self.div_factor;
        let last = first / self.final_div_factor;
        let (top, end) = (self.pct_start * self.total_steps as f64 - 1.0, self.total_steps as f64 - 1.0);
        let step = (step as f64).min(end);
        let wave = |from: f64, to: f64, p: f64| to + (from - to) * 0.5 * (1.0 + double::cos_pi(p));
        if step <= top {
            wave(first, self.max_learning_rate, if top > 0.0 { step / top } else { 1.0 })
        } else {
            wave(self.max_learning_rate, last, (step - top) / (end - top))
        }
    }

    fn check(&self) -> Result<()> {
        let rising = self.pct_start * self.total_steps as f64;
        if self.pct_start > 0.0 && rising < 1.0 {
            let e = format!("one_cycle rises for less than one step: {} of {}", self.pct_start, self.total_steps);
            return Err(Error::input(e).help("give more total_steps, or a larger pct_start"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_and_the_middles_are_where_the_definition_puts_them() {
        let plan = OneCycle { max_learning_rate: 1.0, total_steps: 21, pct_start: 1.0 / 3.0, ..OneCycle::default() };
        let near = |step, expected: f64| {
            let rate = plan.rate(step);
            assert!((rate - expected).abs() < 1e-12, "step {step}: {rate} {expected}");
        };
        near(0, 0.04);
        near(3, 0.52); // half way up: the mean of 0.04 and 1
        near(6, 1.0);
        near(13, (1.0 + 4e-6) / 2.0);
        near(20, 4e-6);
        near(1000, 4e-6);
        assert!(OneCycle { total_steps: 2, ..plan }.check().is_err());
    }
}
