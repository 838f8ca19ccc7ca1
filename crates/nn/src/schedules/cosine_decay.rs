//! Cosine decay (I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017),
//! optionally after a linear warm-up, and a variant with restarts.

use super::{ScheduleFunction, single};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::{Error, Result};
use treino_engine::double;

component! {
    /// Cosine decay: half a wave from the initial rate down to alpha times that.
    ///
    /// rate = initial_learning_rate * ((1 - alpha) (1 + cos(pi * step / decay_steps)) / 2 + alpha), and alpha times the
    /// initial rate after that. With a `warmup_target` the rate first goes to it in a straight line, over `warmup_steps`
    /// steps, and the wave begins there.
    pub struct CosineDecay = "cosine_decay" {
        /// Rate of the first step.
        initial_learning_rate: f64 = 0.001, Kind::NOT_NEGATIVE;
        /// Steps of the wave, without those of the warm-up.
        decay_steps: usize = 1000, Kind::COUNT;
        /// Share of the rate that is left at the end.
        alpha: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
        /// Rate at the end of the warm-up; without it there is none.
        warmup_target: Option<f64> = None, Kind::NOT_NEGATIVE;
        /// Steps of the warm-up.
        warmup_steps: usize = 0, Kind::INDEX;
    }
}

/// From 1 at p = 0 down to alpha at p = 1.
fn wave(p: f64, alpha: f64) -> f64 {
    (1.0 - alpha) * 0.5 * (1.0 + double::cos_pi(p)) + alpha
}

impl ScheduleFunction for CosineDecay {
    fn rate(&self, step: u64) -> f64 {
        let (step, steps, warmup) = (step as f64, self.decay_steps as f64, self.warmup_steps as f64);
        let first = single(self.initial_learning_rate);
        match self.warmup_target.map(single) {
            None => first * wave(step.min(steps) / steps, single(self.alpha)),
            Some(target) if step < warmup => (target - first) * (step / warmup) + first,
            Some(target) => target * wave((step - warmup).min(steps) / steps, single(self.alpha)),
        }
    }

    fn check(&self) -> Result<()> {
        if self.warmup_steps > 0 && self.warmup_target.is_none() {
            return Err(Error::input("cosine_decay has warmup_steps, but no warmup_target to warm up to"));
        }
        Ok(())
    }
}

component! {
    /// Cosine decay with restarts: waves one after another, each `t_mul` times as long and `m_mul` times as high.
    ///
    /// Keras differences: the count of restarts is right at the very step of a restart; Keras's logarithm in single
    /// precision may find it a step late.
    pub struct CosineDecayRestarts = "cosine_decay_restarts" {
        /// Rate of the first step.
        initial_learning_rate: f64 = 0.001, Kind::NOT_NEGATIVE;
        /// Steps of the first wave.
        first_decay_steps: usize = 1000, Kind::COUNT;
        /// Length of each wave over that of the one before.
        t_mul: f64 = 2.0, Kind::Float(Interval::at_least(1.0));
        /// Height of each wave over that of the one before.
        m_mul: f64 = 1.0, Kind::NOT_NEGATIVE;
        /// Share of the first rate below which no wave goes.
        alpha: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
    }
}

impl ScheduleFunction for CosineDecayRestarts {
    fn rate(&self, step: u64) -> f64 {
        let (t_mul, m_mul, alpha) = (self.t_mul, single(self.m_mul), single(self.alpha));
        // The index of the wave, and the position in it, in units of the first wave's length.
        let (mut height, mut length, mut into) = (1.0, 1.0, step as f64 / self.first_decay_steps as f64);
        if t_mul == 1.0 {
            height = double::pow(m_mul, into.floor());
            into -= into.floor();
        } else {
            // Rounding must not delay a restart by a step.
            while into >= length * (1.0 - 1e-9) {
                into -= length;
                (height, length) = (height * m_mul, length * t_mul);
            }
        }
        let wave = 0.5 * height * (1.0 + double::cos_pi(into / length));
        single(self.initial_learning_rate) * ((1.0 - alpha) * wave + alpha)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_is_at_its_step() {
        // Waves of 10, 11, 12.1 steps, each half as high.
        let plan = CosineDecayRestarts {
            initial_learning_rate: 1.0,
            first_decay_steps: 10,
            t_mul: 1.1,
            m_mul: 0.5,
            ..CosineDecayRestarts::default()
        };
        for (step, rate) in [(0, 1.0), (5, 0.5), (10, 0.5), (21, 0.25)] {
            assert!((plan.rate(step) - rate).abs() < 1e-9, "{step}: {}", plan.rate(step));
        }
    }

    #[test]
    fn a_warm_up_needs_a_target() {
        assert!(CosineDecay { warmup_steps: 5, ..CosineDecay::default() }.check().is_err());
    }
}
