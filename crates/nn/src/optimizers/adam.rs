//! Adam (D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015) and AdamW, which is Adam with
//! decoupled weight decay (I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019).

use super::elementwise::ElementwiseUpdate;
use super::{Layout, Slot, StepContext, UpdateRule, optimizer, power};
use treino_core::catalog::Kind;
use treino_core::error::{Error, Result};
use treino_engine::flush::flush_root;

optimizer! {
    /// Adam: steps scaled by running means of the gradient and of its square.
    ///
    /// m += (1 - beta_1)(g - m); v += (1 - beta_2)(g^2 - v);
    /// w -= rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon).
    /// The epsilon is the paper's "epsilon hat". With `amsgrad` the largest v so far stands under the root.
    pub struct Adam = "adam" (learning_rate = 0.001, weight_decay = None) {
        /// Memory of the running mean of the gradient.
        beta_1: f64 = 0.9, Kind::SHARE;
        /// Memory of the running mean of the squared gradient.
        beta_2: f64 = 0.999, Kind::SHARE;
        /// Keeps the divisor away from zero.
        epsilon: f64 = 1e-7, Kind::POSITIVE;
        /// Whether to divide by the largest v so far.
        amsgrad: bool = false, Kind::Bool;
    }
}

optimizer! {
    /// AdamW: Adam with a weight decay that the running means do not see.
    ///
    /// w -= rate * weight_decay * w, then Adam's step. Biases decay too, unless `exclude_from_weight_decay` names them.
    pub struct AdamW = "adamw" (learning_rate = 0.001, weight_decay = Some(0.004)) {
        /// Memory of the running mean of the gradient.
        beta_1: f64 = 0.9, Kind::SHARE;
        /// Memory of the running mean of the squared gradient.
        beta_2: f64 = 0.999, Kind::SHARE;
        /// Keeps the divisor away from zero.
        epsilon: f64 = 1e-7, Kind::POSITIVE;
        /// Whether to divide by the largest v so far.
        amsgrad: bool = false, Kind::Bool;
    }
}

impl UpdateRule for Adam {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        slots(layout, self.amsgrad)
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        Moments::new(self.beta_1, self.beta_2, self.epsilon, at.learning_rate, at.t).step(at, w, g, state);
    }
}

impl UpdateRule for AdamW {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        slots(layout, self.amsgrad)
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        Moments::new(self.beta_1, self.beta_2, self.epsilon, at.learning_rate, at.t).step(at, w, g, state);
    }

    fn check(&self) -> Result<()> {
        if self.weight_decay.is_some() {
            return Ok(());
        }
        Err(Error::input("adamw has no weight_decay").help("0 is none; without any, use adam"))
    }
}

fn slots(layout: &Layout, amsgrad: bool) -> Vec<Slot> {
    layout.zeros(if amsgrad { &["momentum", "velocity", "velocity_hat"] } else { &["momentum", "velocity"] })
}

/// One update of one weight.
pub(super) struct Moments {
    rate: f32,
    one_minus_1: f32,
    one_minus_2: f32,
    epsilon: f32,
}

impl Moments {
    /// The update of step `t` at a learning rate.
    pub(super) fn new(beta_1: f64, beta_2: f64, epsilon: f64, learning_rate: f32, t: u64) -> Self {
        Moments {
            rate: learning_rate * bias(beta_2, t).sqrt() / bias(beta_1, t),
            one_minus_1: (1.0 - beta_1) as f32,
            one_minus_2: (1.0 - beta_2) as f32,
            epsilon: epsilon as f32,
        }
    }

    fn step(self, at: StepContext<'_>, w: &mut [f32], g: &[f32], state: &mut [Vec<f32>]) {
        match state {
            [m, v] => self.sweep(at, w, g, [m, v]),
            [m, v, largest] => self.sweep(at, w, g, [m, v, largest]),
            _ => unreachable!("as many buffers as slots"),
        }
    }

    #[inline(always)]
    fn follow(&self, g: f32, m: f32, v: f32) -> (f32, f32) {
        let root = flush_root(g);
        ((g - m).mul_add(self.one_minus_1, m), root.mul_add(root, -v).mul_add(self.one_minus_2, v))
    }

    #[inline(always)]
    fn change(&self, m: f32, v: f32) -> f32 {
        m * self.rate / (v.sqrt() + self.epsilon)
    }
}

/// 1 - beta^t: the total weight in a moving average that started at 0. Keras raises beta, rounded to single precision,
/// in single precision.
pub(super) fn bias(beta: f64, t: u64) -> f32 {
    1.0_f32 - power(f64::from(beta as f32), t) as f32
}

impl ElementwiseUpdate<2> for Moments {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [m, v]: [f32; 2]) -> (f32, [f32; 2]) {
        let (m, v) = self.follow(g, m, v);
        (w - self.change(m, v), [m, v])
    }
}

/// The variant with the largest v so far.
impl ElementwiseUpdate<3> for Moments {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [m, v, largest]: [f32; 3]) -> (f32, [f32; 3]) {
        let (m, v) = self.follow(g, m, v);
        let largest = if v > largest { v } else { largest };
        (w - self.change(m, largest), [m, v, largest])
    }
}

#[cfg(test)]
mod tests {
    use super::super::try_step;
    use super::*;

    #[test]
    fn the_first_step_is_the_learning_rate_whatever_the_gradient() {
        // m = 0.1 g, v = 0.001 g^2: the bias correction makes it rate * g / |g|, except for epsilon.
        for g in [1e-3_f32, 1.0, -250.0] {
            let (mut w, mut state) = ([0.0], vec![vec![0.0], vec![0.0]]);
            try_step(&Adam::default(), 1, 0.001, &mut w, &mut [g], &mut state);
            // Single precision rounds 1 - 0.999 with a relative error of 1.3e-5; epsilon adds up to 3e-3 at g = 1e-3.
            let expected = -0.001 * g.signum() * (g.abs() / (g.abs() + 1e-7 / 0.001_f32.sqrt()));
            assert!((w[0] - expected).abs() < 2e-8, "{} {expected}", w[0]);
        }
    }

    #[test]
    fn amsgrad_remembers_the_largest_square() {
        let adam = Adam { amsgrad: true, ..Adam::default() };
        let (mut w, mut state) = ([0.0], vec![vec![0.0]; 3]);
        try_step(&adam, 1, 0.001, &mut w, &mut [10.0], &mut state);
        let first = state[2][0];
        for t in 2..1000 {
            try_step(&adam, t, 0.001, &mut w, &mut [0.0], &mut state);
        }
        assert_eq!(state[2][0], first);
        assert!(state[1][0] < first);
    }
}
