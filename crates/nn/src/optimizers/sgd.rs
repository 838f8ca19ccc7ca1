//! Stochastic gradient descent, with momentum.

use super::elementwise::ElementwiseUpdate;
use super::{Layout, Slot, StepContext, UpdateRule, optimizer};
use treino_core::catalog::{Interval, Kind};

optimizer! {
    /// Stochastic gradient descent, with momentum where asked.
    ///
    /// Without momentum w -= rate * g. With momentum m: v = m * v - rate * g, then w += v; Nesterov's variant moves by
    /// m * v - rate * g with the new v. The rate stands inside v: changing it later does not rescale the old velocity.
    pub struct SGD = "sgd" (learning_rate = 0.01, weight_decay = None) {
        /// Share of the last move that is made again.
        momentum: f64 = 0.0, Kind::Float(Interval::closed(0.0, 1.0));
        /// Whether to use Nesterov's momentum.
        nesterov: bool = false, Kind::Bool;
    }
}

impl UpdateRule for SGD {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        layout.zeros(if self.momentum == 0.0 { &[] } else { &["momentum"] })
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let rule = Update { rate: at.learning_rate, momentum: self.momentum as f32, nesterov: self.nesterov };
        match state {
            [velocity] => rule.sweep(at, w, g, [velocity]),
            _ => rule.sweep(at, w, g, []),
        }
    }
}

/// One update of one weight.
struct Update {
    rate: f32,
    momentum: f32,
    nesterov: bool,
}

impl ElementwiseUpdate<0> for Update {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, []: [f32; 0]) -> (f32, [f32; 0]) {
        ((-self.rate).mul_add(g, w), [])
    }
}

impl ElementwiseUpdate<1> for Update {
    #[inline(always)]
    fn next(&self, w: f32, g: f32, [v]: [f32; 1]) -> (f32, [f32; 1]) {
        let pull = self.rate * g;
        let v = self.momentum.mul_add(v, -pull);
        (w + if self.nesterov { self.momentum.mul_add(v, -pull) } else { v }, [v])
    }
}

#[cfg(test)]
mod tests {
    use super::super::try_step;
    use super::*;

    #[test]
    fn two_steps_by_hand() {
        let mut w = [1.0];
        try_step(&SGD::default(), 1, 0.5, &mut w, &mut [2.0], &mut []);
        assert_eq!(w, [0.0]);

        // v1 = -1, w1 = 0; v2 = 0.5 * -1 - 1 = -1.5, w2 = -1.5
        let heavy = SGD { momentum: 0.5, ..SGD::default() };
        let (mut w, mut state) = ([1.0], vec![vec![0.0]]);
        try_step(&heavy, 1, 0.5, &mut w, &mut [2.0], &mut state);
        try_step(&heavy, 2, 0.5, &mut w, &mut [2.0], &mut state);
        assert_eq!((w, state[0][0]), ([-1.5], -1.5));

        // Nesterov: w1 = 1 + 0.5 * -1 - 1 = -0.5; w2 = -0.5 + 0.5 * -1.5 - 1 = -2.25
        let nesterov = SGD { nesterov: true, ..heavy };
        let (mut w, mut state) = ([1.0], vec![vec![0.0]]);
        try_step(&nesterov, 1, 0.5, &mut w, &mut [2.0], &mut state);
        try_step(&nesterov, 2, 0.5, &mut w, &mut [2.0], &mut state);
        assert_eq!(w, [-2.25]);
    }
}
