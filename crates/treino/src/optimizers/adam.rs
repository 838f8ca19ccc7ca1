//! Adam (D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015).

use super::{Layout, Rule, Slot, Step, optimizer, power};
use crate::catalog::Kind;
use treino_engine::simd::Kernel;

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

impl Rule for Adam {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        layout.zeros(if self.amsgrad { &["momentum", "velocity", "velocity_hat"] } else { &["momentum", "velocity"] })
    }

    fn step(&self, at: Step<'_>, w: &mut [f32], g: &[f32], state: &mut [Vec<f32>]) {
        // Keras raises the betas, rounded to single precision, to the power t in single precision.
        let left = |beta: f64| 1.0_f32 - power(f64::from(beta as f32), at.t) as f32;
        let rate = at.learning_rate * left(self.beta_2).sqrt() / left(self.beta_1);
        let rule = Update {
            rate,
            one_minus_1: (1.0 - self.beta_1) as f32,
            one_minus_2: (1.0 - self.beta_2) as f32,
            epsilon: self.epsilon as f32,
        };
        match state {
            [m, v] => at.simd.run(Plain { rule, w, g, m, v }),
            [m, v, largest] => at.simd.run(Amsgrad { rule, w, g, m, v, largest }),
            _ => unreachable!("as many buffers as slots"),
        }
    }
}

/// One step of one weight.
struct Update {
    rate: f32,
    one_minus_1: f32,
    one_minus_2: f32,
    epsilon: f32,
}

impl Update {
    #[inline(always)]
    fn follow(&self, g: f32, m: &mut f32, v: &mut f32) {
        *m = (g - *m).mul_add(self.one_minus_1, *m);
        *v = g.mul_add(g, -*v).mul_add(self.one_minus_2, *v);
    }

    #[inline(always)]
    fn change(&self, m: f32, v: f32) -> f32 {
        m * self.rate / (v.sqrt() + self.epsilon)
    }
}

struct Plain<'a> {
    rule: Update,
    w: &'a mut [f32],
    g: &'a [f32],
    m: &'a mut [f32],
    v: &'a mut [f32],
}

impl Kernel for Plain<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (((w, g), m), v) in self.w.iter_mut().zip(self.g).zip(self.m).zip(self.v) {
            self.rule.follow(*g, m, v);
            *w -= self.rule.change(*m, *v);
        }
    }
}

struct Amsgrad<'a> {
    rule: Update,
    w: &'a mut [f32],
    g: &'a [f32],
    m: &'a mut [f32],
    v: &'a mut [f32],
    largest: &'a mut [f32],
}

impl Kernel for Amsgrad<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for ((((w, g), m), v), largest) in self.w.iter_mut().zip(self.g).zip(self.m).zip(self.v).zip(self.largest) {
            self.rule.follow(*g, m, v);
            *largest = if *v > *largest { *v } else { *largest };
            *w -= self.rule.change(*m, *largest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::try_step;
    use super::*;

    #[test]
    fn the_first_step_is_the_learning_rate_whatever_the_gradient() {
        // m = 0.1 g, v = 0.001 g^2: the correction makes it rate * g / |g|, but for epsilon.
        for g in [1e-3_f32, 1.0, -250.0] {
            let (mut w, mut state) = ([0.0], vec![vec![0.0], vec![0.0]]);
            try_step(&Adam::default(), 1, 0.001, &mut w, &[g], &mut state);
            // Single precision rounds 1 - 0.999 with a relative error of 1.3e-5; epsilon adds up to 3e-3 at g = 1e-3.
            let expected = -0.001 * g.signum() * (g.abs() / (g.abs() + 1e-7 / 0.001_f32.sqrt()));
            assert!((w[0] - expected).abs() < 2e-8, "{} {expected}", w[0]);
        }
    }

    #[test]
    fn amsgrad_remembers_the_largest_square() {
        let adam = Adam { amsgrad: true, ..Adam::default() };
        let (mut w, mut state) = ([0.0], vec![vec![0.0]; 3]);
        try_step(&adam, 1, 0.001, &mut w, &[10.0], &mut state);
        let first = state[2][0];
        for t in 2..1000 {
            try_step(&adam, t, 0.001, &mut w, &[0.0], &mut state);
        }
        assert_eq!(state[2][0], first);
        assert!(state[1][0] < first);
    }
}
