//! Adagrad (J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods", JMLR 12, 2011): every weight has its own
//! learning rate, which only decreases. For sparse inputs, because rarely used weights keep a high rate.

use super::elementwise::ElementwiseUpdate;
use super::{Layout, Slot, SlotInit, StepContext, UpdateRule, optimizer};
use treino_core::catalog::Kind;
use treino_engine::flush::flush_root;

optimizer! {
    /// Adagrad: the gradient over the root of the sum of all its squares.
    ///
    /// A += g^2; w -= rate * g / sqrt(A + epsilon).
    pub struct Adagrad = "adagrad" (learning_rate = 0.001, weight_decay = None) {
        /// Where the sums of squares begin.
        initial_accumulator_value: f64 = 0.1, Kind::NOT_NEGATIVE;
        /// Keeps the divisor away from zero.
        epsilon: f64 = 1e-7, Kind::POSITIVE;
    }
}

impl UpdateRule for Adagrad {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        let start = SlotInit::Constant(self.initial_accumulator_value as f32);
        vec![Slot { name: "accumulator", length: layout.length, start }]
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let [sum] = state else { unreachable!("as many buffers as slots") };
        Update { rate: at.learning_rate, epsilon: self.epsilon as f32 }.sweep(at, w, g, [sum]);
    }
}

/// One update of one weight.
struct Update {
    rate: f32,
    epsilon: f32,
}

impl ElementwiseUpdate<1> for Update {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [sum]: [f32; 1]) -> (f32, [f32; 1]) {
        let root = flush_root(g);
        let sum = root.mul_add(root, sum);
        (w - self.rate * g / (sum + self.epsilon).sqrt(), [sum])
    }
}
