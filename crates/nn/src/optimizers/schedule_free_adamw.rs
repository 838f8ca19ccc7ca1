//! Schedule-free AdamW (A. Defazio et al., "The road less scheduled", NeurIPS 2024): an average over all steps replaces
//! a decaying learning rate, so that a training may end at any time.

use super::adam::bias;
use super::elementwise::ElementwiseUpdate;
use super::{Layout, Slot, SlotInit, StepContext, UpdateRule, optimizer};
use treino_core::catalog::{Interval, Kind};
use treino_engine::flush::flush_root;

optimizer! {
    /// Schedule-free AdamW: Adam's steps on z, their mean x, and weights between the two.
    ///
    /// v += (1 - beta_2)(g^2 - v); z -= rate * g / (sqrt(v / (1 - beta_2^t)) + epsilon); x += (z - x) / t;
    /// w = (1 - beta_1) z + beta_1 x. x is not kept: it is (w - (1 - beta_1) z) / beta_1.
    ///
    /// Keras differences: none on JAX, whose numbers these are; Keras on TensorFlow and PyTorch recovers x from the
    /// new z, not from the old one, and trains otherwise. As in Keras the weights stay at y, the point where gradients
    /// are taken, in evaluation too (the paper evaluates at x), and `weight_decay` is none by default.
    pub struct ScheduleFreeAdamW = "schedule_free_adamw" (learning_rate = 0.0025, weight_decay = None) {
        /// Share of x in the weights.
        beta_1: f64 = 0.9, Kind::Float(Interval { open_min: true, ..Interval::closed(0.0, 1.0) });
        /// Memory of the running mean of the squared gradient.
        beta_2: f64 = 0.999, Kind::SHARE;
        /// Keeps the divisor away from zero.
        epsilon: f64 = 1e-8, Kind::POSITIVE;
        /// Steps over which the learning rate rises to its value.
        warmup_steps: usize = 0, Kind::INDEX;
    }
}

impl UpdateRule for ScheduleFreeAdamW {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        let mut slots = vec![Slot { name: "momentum", length: layout.length, start: SlotInit::Weights }];
        slots.extend(layout.zeros(&["velocity"]));
        slots
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let [z, v] = state else { unreachable!("as many buffers as slots") };
        let warm = (at.t as f32 / self.warmup_steps.max(1) as f32).min(1.0);
        let rule = Update {
            rate: at.learning_rate * warm,
            beta_1: self.beta_1 as f32,
            one_minus_2: 1.0 - self.beta_2 as f32,
            bias: bias(self.beta_2, at.t),
            epsilon: self.epsilon as f32,
            share: 1.0 / at.t as f32,
        };
        rule.sweep(at, w, g, [z, v]);
    }
}

/// One update of one weight.
struct Update {
    rate: f32,
    beta_1: f32,
    one_minus_2: f32,
    bias: f32,
    epsilon: f32,
    share: f32,
}

impl ElementwiseUpdate<2> for Update {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [z, v]: [f32; 2]) -> (f32, [f32; 2]) {
        let one_minus_1 = 1.0 - self.beta_1;
        let x = (w - one_minus_1 * z) / self.beta_1;
        let root = flush_root(g);
        let v = root.mul_add(root, -v).mul_add(self.one_minus_2, v);
        let z = z - self.rate * g / ((v / self.bias).sqrt() + self.epsilon);
        let x = (1.0 - self.share).mul_add(x, self.share * z);
        (one_minus_1.mul_add(z, self.beta_1 * x), [z, v])
    }
}
