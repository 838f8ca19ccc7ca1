//! Adadelta (M. Zeiler, "ADADELTA: an adaptive learning rate method", arXiv 1212.5701, 2012): updates are in the
//! weights' own units, so the paper needs no learning rate, which corresponds to 1.0.

use super::elementwise::ElementwiseUpdate;
use super::{Layout, Slot, StepContext, UpdateRule, optimizer};
use treino_core::catalog::Kind;
use treino_engine::flush::flush_root;

optimizer! {
    /// Adadelta: the gradient times the running size of past moves over the running size of past gradients.
    ///
    /// G = rho * G + (1 - rho) g^2; move = sqrt(D + epsilon) / sqrt(G + epsilon) * g; D = rho * D + (1 - rho) move^2;
    /// w -= rate * move.
    pub struct Adadelta = "adadelta" (learning_rate = 0.001, weight_decay = None) {
        /// Memory of the running means.
        rho: f64 = 0.95, Kind::SHARE;
        /// Keeps the divisor away from zero, and gives the first moves their size.
        epsilon: f64 = 1e-7, Kind::POSITIVE;
    }
}

impl UpdateRule for Adadelta {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        layout.zeros(&["accumulated_grad", "accumulated_delta_var"])
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let [gradients, moves] = state else { unreachable!("as many buffers as slots") };
        let rule = Update {
            rate: at.learning_rate,
            rho: self.rho as f32,
            one_minus_rho: (1.0 - self.rho) as f32,
            epsilon: self.epsilon as f32,
        };
        rule.sweep(at, w, g, [gradients, moves]);
    }
}

/// One update of one weight.
struct Update {
    rate: f32,
    rho: f32,
    one_minus_rho: f32,
    epsilon: f32,
}

impl ElementwiseUpdate<2> for Update {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [gradients, moves]: [f32; 2]) -> (f32, [f32; 2]) {
        let root = flush_root(g);
        let gradients = self.rho.mul_add(gradients, self.one_minus_rho * (root * root));
        let change = (moves + self.epsilon).sqrt() * g / (gradients + self.epsilon).sqrt();
        let root = flush_root(change);
        let moves = self.rho.mul_add(moves, self.one_minus_rho * (root * root));
        ((-self.rate).mul_add(change, w), [gradients, moves])
    }
}
