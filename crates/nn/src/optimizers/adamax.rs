//! Adamax (D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 7.1): Adam with the
//! largest gradient instead of the mean square. Stable if single gradients are very large.

use super::adam::bias;
use super::elementwise::ElementwiseUpdate;
use super::{Layout, Slot, StepContext, UpdateRule, optimizer};
use treino_core::catalog::Kind;

optimizer! {
    /// Adamax: Adam with the infinity norm.
    ///
    /// m += (1 - beta_1)(g - m); u = max(beta_2 * u, |g|); w -= rate * m / ((1 - beta_1^t)(u + epsilon)).
    pub struct Adamax = "adamax" (learning_rate = 0.001, weight_decay = None) {
        /// Memory of the running mean of the gradient.
        beta_1: f64 = 0.9, Kind::SHARE;
        /// Memory of the largest gradient.
        beta_2: f64 = 0.999, Kind::SHARE;
        /// Keeps the divisor away from zero.
        epsilon: f64 = 1e-7, Kind::POSITIVE;
    }
}

impl UpdateRule for Adamax {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        layout.zeros(&["momentum", "norm"])
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let [m, u] = state else { unreachable!("as many buffers as slots") };
        let rule = Update {
            rate: at.learning_rate,
            bias: bias(self.beta_1, at.t),
            one_minus_1: (1.0 - self.beta_1) as f32,
            beta_2: self.beta_2 as f32,
            epsilon: self.epsilon as f32,
        };
        rule.sweep(at, w, g, [m, u]);
    }
}

/// One update of one weight.
struct Update {
    rate: f32,
    bias: f32,
    one_minus_1: f32,
    beta_2: f32,
    epsilon: f32,
}

impl ElementwiseUpdate<2> for Update {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [m, u]: [f32; 2]) -> (f32, [f32; 2]) {
        let m = (g - m).mul_add(self.one_minus_1, m);
        let (old, new) = (self.beta_2 * u, g.abs());
        // NaN propagates.
        let u = if old > new { old } else { new };
        (w - self.rate * m / (self.bias * (u + self.epsilon)), [m, u])
    }
}
