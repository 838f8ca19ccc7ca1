//! LAMB (Y. You et al., "Large batch optimization for deep learning", ICLR 2020): Adam with the update of each variable
//! scaled to the norm of the variable times the learning rate. For very large batches.

use super::adam::bias;
use super::passes::Move;
use super::{Layout, Slot, StepContext, UpdateRule, optimizer};
use treino_core::catalog::Kind;
use treino_engine::flush::{flush, flush_root};
use treino_engine::reduce;
use treino_engine::simd::Kernel;

optimizer! {
    /// Lamb: Adam's direction, scaled by the norm of each variable.
    ///
    /// u = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon), with m and v as in Adam; then, for each variable,
    /// w -= rate * |w| / |u| * u, without the ratio where either norm is 0. Weight decay stays outside the ratio.
    pub struct Lamb = "lamb" (learning_rate = 0.001, weight_decay = None) {
        /// Memory of the running mean of the gradient.
        beta_1: f64 = 0.9, Kind::SHARE;
        /// Memory of the running mean of the squared gradient.
        beta_2: f64 = 0.999, Kind::SHARE;
        /// Keeps the divisor away from zero.
        epsilon: f64 = 1e-7, Kind::POSITIVE;
    }
}

impl UpdateRule for Lamb {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        layout.zeros(&["momentum", "velocity"])
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let [m, v] = state else { unreachable!("as many buffers as slots") };
        at.simd.run(Direction {
            one_minus_1: (1.0 - self.beta_1) as f32,
            one_minus_2: (1.0 - self.beta_2) as f32,
            bias_1: bias(self.beta_1, at.t),
            bias_2: bias(self.beta_2, at.t),
            epsilon: self.epsilon as f32,
            g,
            m,
            v,
        });
        let norm = |x: &[f32]| reduce::dot(at.simd, x, x).sqrt();
        for part in &at.layout.parts {
            let (w, u) = (&mut w[part.range.clone()], &g[part.range.clone()]);
            let (of_w, of_u) = (norm(w), norm(u));
            let ratio = if of_w > 0.0 && of_u > 0.0 { of_w / of_u } else { 1.0 };
            at.simd.run(Move { w, by: -(ratio as f32 * at.learning_rate), u });
        }
    }
}

/// Updates the moving averages, and replaces the gradient by Adam's direction.
struct Direction<'a> {
    one_minus_1: f32,
    one_minus_2: f32,
    bias_1: f32,
    bias_2: f32,
    epsilon: f32,
    g: &'a mut [f32],
    m: &'a mut [f32],
    v: &'a mut [f32],
}

impl Kernel for Direction<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for ((g, m), v) in self.g.iter_mut().zip(self.m).zip(self.v) {
            let root = flush_root(*g);
            *m = flush((*g - *m).mul_add(self.one_minus_1, *m));
            *v = flush(root.mul_add(root, -*v).mul_add(self.one_minus_2, *v));
            *g = *m / self.bias_1 / ((*v / self.bias_2).sqrt() + self.epsilon);
        }
    }
}
