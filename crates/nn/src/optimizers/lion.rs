//! Lion (X. Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023): only the sign of the momentum
//! is used. Needs a learning rate 3 to 10 times smaller than Adam's, and a weight decay larger by the same factor.

use super::elementwise::ElementwiseUpdate;
use super::{Layout, Slot, StepContext, UpdateRule, optimizer};
use treino_core::catalog::{Interval, Kind};

optimizer! {
    /// Lion: every weight moves by the learning rate, against the sign of a mean of gradient and momentum.
    ///
    /// w -= rate * sign(beta_1 m + (1 - beta_1) g); then m = beta_2 m + (1 - beta_2) g. The sign of 0 is 0.
    pub struct Lion = "lion" (learning_rate = 0.001, weight_decay = None) {
        /// Share of the momentum in the mean whose sign counts.
        beta_1: f64 = 0.9, Kind::Float(Interval { open_min: true, ..Interval::closed(0.0, 1.0) });
        /// Memory of the momentum.
        beta_2: f64 = 0.99, Kind::Float(Interval::closed(0.0, 1.0));
    }
}

impl UpdateRule for Lion {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        layout.zeros(&["momentum"])
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let [m] = state else { unreachable!("as many buffers as slots") };
        Update { rate: at.learning_rate, beta_1: self.beta_1 as f32, beta_2: self.beta_2 as f32 }.sweep(at, w, g, [m]);
    }
}

/// One update of one weight.
struct Update {
    rate: f32,
    beta_1: f32,
    beta_2: f32,
}

impl ElementwiseUpdate<1> for Update {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [m]: [f32; 1]) -> (f32, [f32; 1]) {
        let mean = m * self.beta_1 + g * (1.0 - self.beta_1);
        // NaN propagates.
        let sign = if mean == 0.0 || mean.is_nan() { mean } else { 1.0_f32.copysign(mean) };
        (w - self.rate * sign, [m * self.beta_2 + g * (1.0 - self.beta_2)])
    }
}
