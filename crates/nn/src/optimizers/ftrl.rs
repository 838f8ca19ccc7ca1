//! FTRL-Proximal (H. B. McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013). For wide, sparse linear
//! models: its L1 penalty makes weights exactly 0.

use super::elementwise::ElementwiseUpdate;
use super::{Layout, Slot, SlotInit, StepContext, UpdateRule, optimizer};
use treino_core::catalog::{Interval, Kind};
use treino_engine::double;
use treino_engine::flush::flush_root;

optimizer! {
    /// FTRL: each weight minimises the sum of all gradients so far and its own penalties.
    ///
    /// With p = -learning_rate_power, L2' = L2 + beta / (2 rate): n' = n + g^2; z += g + 2 shrinkage w - (n'^p - n^p) / rate
    /// * w; w = (clip(z, -L1, L1) - z) / (n'^p / rate + 2 L2'); n = n'. The first step leaves the initial weights behind
    /// but for what they did to the gradient.
    ///
    /// Keras differences: a weight whose gradients were all 0 stays where it is if its accumulator began at 0, and a
    /// learning rate of 0 moves nothing; Keras divides by zero in both cases.
    pub struct Ftrl = "ftrl" (learning_rate = 0.001, weight_decay = None) {
        /// Power with which a weight's rate falls; 0 keeps the rate.
        learning_rate_power: f64 = -0.5, Kind::Float(Interval { max: 0.0, open_max: false, ..Interval::ALL });
        /// Where the sums of squares begin.
        initial_accumulator_value: f64 = 0.1, Kind::NOT_NEGATIVE;
        /// Strength of the L1 penalty.
        l1_regularization_strength: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// Strength of the L2 penalty, which steadies a weight around 0.
        l2_regularization_strength: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// Strength of the L2 penalty on the weights as they are.
        l2_shrinkage_regularization_strength: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// The paper's beta, which slows the first steps.
        beta: f64 = 0.0, Kind::NOT_NEGATIVE;
    }
}

impl UpdateRule for Ftrl {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        let start = SlotInit::Constant(self.initial_accumulator_value as f32);
        let mut slots = vec![Slot { name: "accumulator", length: layout.length, start }];
        slots.extend(layout.zeros(&["linear"]));
        slots
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let [n, z] = state else { unreachable!("as many buffers as slots") };
        if at.learning_rate == 0.0 {
            return;
        }
        let l2 = self.l2_regularization_strength + self.beta / (2.0 * f64::from(at.learning_rate));
        let rule = Update {
            rate: at.learning_rate,
            l1: self.l1_regularization_strength as f32,
            twice_l2: (2.0 * l2) as f32,
            twice_shrinkage: (2.0 * self.l2_shrinkage_regularization_strength) as f32,
        };
        if self.learning_rate_power == -0.5 {
            Powered { rule, power: SquareRoot }.sweep(at, w, g, [n, z]);
        } else {
            Powered { rule, power: AnyPower(-self.learning_rate_power) }.sweep(at, w, g, [n, z]);
        }
    }
}

/// The power of the sum of squares in the learning rate.
trait Power {
    fn of(&self, x: f32) -> f32;
}

/// The power 1/2, by far the most common.
struct SquareRoot;

impl Power for SquareRoot {
    #[inline(always)]
    fn of(&self, x: f32) -> f32 {
        x.sqrt()
    }
}

struct AnyPower(f64);

impl Power for AnyPower {
    #[inline(always)]
    fn of(&self, x: f32) -> f32 {
        double::pow(f64::from(x), self.0) as f32
    }
}

struct Update {
    rate: f32,
    l1: f32,
    twice_l2: f32,
    twice_shrinkage: f32,
}

/// One update of one weight.
struct Powered<P> {
    rule: Update,
    power: P,
}

impl<P: Power + Sync> ElementwiseUpdate<2> for Powered<P> {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [n, z]: [f32; 2]) -> (f32, [f32; 2]) {
        let Update { rate, l1, twice_l2, twice_shrinkage } = self.rule;
        let root = flush_root(g);
        let sum = n + root * root;
        let (before, after) = (self.power.of(n), self.power.of(sum));
        let pull = (after - before) / rate * w;
        let z = z + (twice_shrinkage.mul_add(w, g) - pull);
        let divisor = after / rate + twice_l2;
        let moved = (z.clamp(-l1, l1) - z) / divisor;
        (if divisor == 0.0 { w } else { moved }, [sum, z])
    }
}

#[cfg(test)]
mod tests {
    use super::super::try_step;
    use super::*;

    #[test]
    fn nothing_is_divided_by_zero() {
        let ftrl = Ftrl { initial_accumulator_value: 0.0, ..Ftrl::default() };
        let (mut w, mut state) = ([0.5], vec![vec![0.0]; 2]);
        try_step(&ftrl, 1, 0.1, &mut w, &mut [0.0], &mut state);
        assert_eq!(w, [0.5]);
        try_step(&ftrl, 1, 0.0, &mut w, &mut [1.0], &mut state);
        assert_eq!(w, [0.5]);
        // n' = 4, z = 2 - (2 / 0.1) * 0.5 = -8; w = 8 / 20
        try_step(&ftrl, 2, 0.1, &mut w, &mut [2.0], &mut state);
        assert!((w[0] - 0.4).abs() < 1e-6, "{w:?}");
    }
}
