//! RMSprop (T. Hinton, "Neural networks for machine learning", lecture 6e, 2012): the gradient divided by the root of
//! its moving mean square. A good first choice for recurrent networks and noisy problems; Keras's default optimizer.

use super::elementwise::ElementwiseUpdate;
use super::{Layout, Slot, StepContext, UpdateRule, optimizer};
use treino_core::catalog::{Interval, Kind};
use treino_engine::flush::flush_root;

optimizer! {
    /// RMSprop: steps scaled by a running mean of the squared gradient.
    ///
    /// v = rho * v + (1 - rho) g^2; move = rate * g / sqrt(v + epsilon), then w -= move. With momentum b = momentum * b +
    /// move, then w -= b. With `centered` the running variance, v - mean(g)^2, stands in the place of v.
    ///
    /// Keras differences: with `centered` the variance is at least 0; Keras takes the root of a negative number where
    /// rounding makes it smaller.
    pub struct RMSprop = "rmsprop" (learning_rate = 0.001, weight_decay = None) {
        /// Memory of the running mean of the squared gradient.
        rho: f64 = 0.9, Kind::SHARE;
        /// Share of the last move that is made again.
        momentum: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
        /// Keeps the divisor away from zero, inside the root.
        epsilon: f64 = 1e-7, Kind::POSITIVE;
        /// Whether to divide by the running standard deviation of the gradient.
        centered: bool = false, Kind::Bool;
    }
}

impl UpdateRule for RMSprop {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        layout.zeros(match (self.momentum > 0.0, self.centered) {
            (false, false) => &["velocity"],
            (true, false) => &["velocity", "momentum"],
            (false, true) => &["velocity", "average_gradient"],
            (true, true) => &["velocity", "momentum", "average_gradient"],
        })
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let rule = Update {
            rate: at.learning_rate,
            rho: self.rho as f32,
            one_minus_rho: (1.0 - self.rho) as f32,
            epsilon: self.epsilon as f32,
            momentum: self.momentum as f32,
        };
        match state {
            [v] => rule.sweep(at, w, g, [v]),
            [v, mean] if self.centered => Centered(rule).sweep(at, w, g, [v, mean]),
            [v, b] => WithMomentum(rule).sweep(at, w, g, [v, b]),
            [v, b, mean] => Centered(rule).sweep(at, w, g, [v, b, mean]),
            _ => unreachable!("as many buffers as slots"),
        }
    }
}

/// One update of one weight.
struct Update {
    rate: f32,
    rho: f32,
    one_minus_rho: f32,
    epsilon: f32,
    momentum: f32,
}

impl Update {
    /// The moving average after one more value.
    #[inline(always)]
    fn mean(&self, mean: f32, x: f32) -> f32 {
        self.rho.mul_add(mean, self.one_minus_rho * x)
    }

    /// The moving mean square after one more value.
    #[inline(always)]
    fn square(&self, v: f32, g: f32) -> f32 {
        let root = flush_root(g);
        self.mean(v, root * root)
    }

    #[inline(always)]
    fn change(&self, g: f32, v: f32) -> f32 {
        self.rate * g / (v + self.epsilon).sqrt()
    }

    /// The update, the moving mean square and the moving mean.
    #[inline(always)]
    fn centered(&self, g: f32, v: f32, mean: f32) -> (f32, f32, f32) {
        let (v, mean) = (self.square(v, g), self.mean(mean, g));
        let variance = v - mean * mean;
        (self.change(g, if variance < 0.0 { 0.0 } else { variance }), v, mean)
    }
}

impl ElementwiseUpdate<1> for Update {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [v]: [f32; 1]) -> (f32, [f32; 1]) {
        let v = self.square(v, g);
        (w - self.change(g, v), [v])
    }
}

struct WithMomentum(Update);

impl ElementwiseUpdate<2> for WithMomentum {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [v, b]: [f32; 2]) -> (f32, [f32; 2]) {
        let v = self.0.mean(v, g * g);
        let b = self.0.momentum.mul_add(b, self.0.change(g, v));
        (w - b, [v, b])
    }
}

struct Centered(Update);

impl ElementwiseUpdate<2> for Centered {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [v, mean]: [f32; 2]) -> (f32, [f32; 2]) {
        let (change, v, mean) = self.0.centered(g, v, mean);
        (w - change, [v, mean])
    }
}

impl ElementwiseUpdate<3> for Centered {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [v, b, mean]: [f32; 3]) -> (f32, [f32; 3]) {
        let (change, v, mean) = self.0.centered(g, v, mean);
        let b = self.0.momentum.mul_add(b, change);
        (w - b, [v, b, mean])
    }
}

#[cfg(test)]
mod tests {
    use super::super::try_step;
    use super::*;

    #[test]
    fn a_constant_gradient_does_not_take_the_root_of_a_negative_number() {
        let centered = RMSprop { centered: true, ..RMSprop::default() };
        let (mut w, mut state) = ([0.0], vec![vec![0.0]; 2]);
        for t in 1..2000 {
            try_step(&centered, t, 1e-6, &mut w, &mut [1234.567], &mut state);
        }
        assert!(w[0].is_finite() && w[0] < 0.0, "{w:?}");
    }
}
