//! Nadam (T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016): Adam with Nesterov's look-ahead.

use super::adam::bias;
use super::elementwise::ElementwiseUpdate;
use super::{Layout, Slot, SlotInit, StepContext, UpdateRule, optimizer, power};
use treino_core::catalog::Kind;
use treino_engine::flush::{flush, flush_root};

optimizer! {
    /// Nadam: Adam with Nesterov's momentum.
    ///
    /// With mu_t = beta_1 (1 - 0.96^t / 2) and P_t = mu_1 ... mu_t, and m and v as in Adam:
    /// w -= rate * (mu_{t+1} m / (1 - P_{t+1}) + (1 - mu_t) g / (1 - P_t)) / (sqrt(v / (1 - beta_2^t)) + epsilon).
    pub struct Nadam = "nadam" (learning_rate = 0.001, weight_decay = None) {
        /// Memory of the running mean of the gradient.
        beta_1: f64 = 0.9, Kind::SHARE;
        /// Memory of the running mean of the squared gradient.
        beta_2: f64 = 0.999, Kind::SHARE;
        /// Keeps the divisor away from zero.
        epsilon: f64 = 1e-7, Kind::POSITIVE;
    }
}

impl UpdateRule for Nadam {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        let mut slots = layout.zeros(&["momentum", "velocity"]);
        slots.push(Slot { name: "u_product", length: 1, start: SlotInit::Constant(1.0) });
        slots
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let [m, v, product] = state else { unreachable!("as many buffers as slots") };
        let (beta_1, beta_2) = (self.beta_1 as f32, self.beta_2 as f32);
        let mu = |t: u64| f64::from(beta_1) * (1.0 - 0.5 * power(0.96, t));
        let (now, ahead) = (mu(at.t), mu(at.t + 1));
        product[0] = flush((f64::from(product[0]) * now) as f32);
        let product = f64::from(product[0]);
        let rule = Update {
            rate: at.learning_rate,
            one_minus_1: 1.0 - beta_1,
            one_minus_2: 1.0 - beta_2,
            of_m: (ahead / (1.0 - product * ahead)) as f32,
            of_g: ((1.0 - now) / (1.0 - product)) as f32,
            bias: bias(self.beta_2, at.t),
            epsilon: self.epsilon as f32,
        };
        rule.sweep(at, w, g, [m, v]);
    }
}

/// One update of one weight.
struct Update {
    rate: f32,
    one_minus_1: f32,
    one_minus_2: f32,
    of_m: f32,
    of_g: f32,
    bias: f32,
    epsilon: f32,
}

impl ElementwiseUpdate<2> for Update {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [m, v]: [f32; 2]) -> (f32, [f32; 2]) {
        let m = (g - m).mul_add(self.one_minus_1, m);
        let root = flush_root(g);
        let v = root.mul_add(root, -v).mul_add(self.one_minus_2, v);
        let ahead = self.of_m.mul_add(m, self.of_g * g);
        (w - self.rate * ahead / ((v / self.bias).sqrt() + self.epsilon), [m, v])
    }
}
