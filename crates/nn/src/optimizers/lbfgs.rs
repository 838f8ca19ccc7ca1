//! L-BFGS (J. Nocedal, S. Wright, "Numerical optimization", 2nd edition, 2006, algorithms 7.4 and 7.5), with a line search for
//! the strong Wolfe conditions (algorithms 3.5 and 3.6). Not in Keras. For small networks on few rows, where it needs far
//! fewer passes over the data than a gradient method.
//!
//! A step minimises a fixed function: all rows are one batch, random layers draw the same numbers in every evaluation
//! of a step, and moving statistics are updated once per step.

use super::options::{HasOptions, Options};
use super::passes::{Add, Move, ScaleBy};
use super::{Layout, LearningRate, Slot, SlotInit, StepContext, UpdateRule};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::{Error, Result};
use treino_engine::reduce::dot;
use treino_engine::simd::Simd;

component! {
    /// L-BFGS: Newton's step by what the last gradients tell of the curvature, on all rows at once.
    ///
    /// The direction is -H g, where H follows from the last `memory` moves s and changes y of the gradient. The line search
    /// takes a step a along it with f(a) <= f(0) + c1 a f'(0) and |f'(a)| <= c2 |f'(0)|. It needs no learning rate, and a
    /// batch size of at least the number of rows.
    pub struct Lbfgs = "lbfgs" ["l_bfgs"] {
        /// Moves to remember.
        memory: usize = 10, Kind::COUNT;
        /// Evaluations of loss and gradient in one step, at most.
        max_evaluations: usize = 20, Kind::COUNT;
        /// Share of the promised decrease that a step must keep.
        c1: f64 = 1e-4, Kind::Float(Interval { open_min: true, open_max: true, ..Interval::closed(0.0, 1.0) });
        /// Share of the slope that may be left after a step.
        c2: f64 = 0.9, Kind::Float(Interval { open_min: true, open_max: true, ..Interval::closed(0.0, 1.0) });
    }
}

/// There is no learning rate: the line search decides.
const NO_RATE: LearningRate = LearningRate::Constant(1.0);

impl HasOptions for Lbfgs {
    fn options(&self) -> Options<'_> {
        Options::plain(&NO_RATE)
    }
}

impl UpdateRule for Lbfgs {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        let n = layout.length;
        let kept = |name, length| Slot { name, length, start: SlotInit::Constant(0.0) };
        let scratch = |name, length| Slot { name, length, start: SlotInit::Scratch };
        vec![
            kept("moves", self.memory * n),
            kept("gradient_changes", self.memory * n),
            kept("pairs", 1),
            scratch("direction", n),
            scratch("origin", n),
            scratch("origin_gradient", n),
            scratch("point", n),
            scratch("gradient", n),
            scratch("shares", self.memory),
        ]
    }

    /// Does nothing: the line search makes the steps.
    fn step(&self, _: StepContext<'_>, _: &mut [f32], _: &mut [f32], _: &mut [Vec<f32>]) {}

    fn line_search(&self) -> Option<&Lbfgs> {
        Some(self)
    }

    fn check(&self) -> Result<()> {
        if self.c1 < self.c2 {
            return Ok(());
        }
        let e = format!("lbfgs has c1 = {} and c2 = {}, but c1 must be below c2", self.c1, self.c2);
        Err(Error::input(e).help("the usual values are 1e-4 and 0.9"))
    }
}

/// Computes the loss at a point, and writes its gradient.
type Evaluate<'a> = dyn FnMut(&[f32], &mut [f32]) -> f64 + 'a;

/// A point on the line: distance from the start, loss, slope.
#[derive(Debug, Clone, Copy)]
struct LinePoint {
    a: f64,
    loss: f64,
    slope: f64,
}

/// The line of one step.
struct SearchLine<'a, 'b> {
    simd: Simd,
    direction: &'a [f32],
    origin: &'a [f32],
    point: &'a mut [f32],
    gradient: &'a mut [f32],
    evaluate: &'a mut Evaluate<'b>,
    left: usize,
}

impl SearchLine<'_, '_> {
    /// The point at `a`; a NaN loss counts as infinite.
    fn at(&mut self, a: f64) -> LinePoint {
        self.left = self.left.saturating_sub(1);
        self.point.copy_from_slice(self.origin);
        self.simd.run(Move { w: self.point, by: a as f32, u: self.direction });
        let loss = (self.evaluate)(self.point, self.gradient);
        let slope = dot(self.simd, self.gradient, self.direction);
        let is_finite = loss.is_finite() && slope.is_finite();
        LinePoint { a, loss: if is_finite { loss } else { f64::INFINITY }, slope: if is_finite { slope } else { 0.0 } }
    }
}

impl Lbfgs {
    /// Stores the start of a step, and its gradient, in the buffers of [`UpdateRule::slots`].
    pub(crate) fn begin(&self, state: &mut [Vec<f32>], w: &[f32], g: &[f32]) {
        let [_, _, _, _, origin, origin_gradient, ..] = state else { unreachable!("as many buffers as slots") };
        origin.copy_from_slice(w);
        origin_gradient.copy_from_slice(g);
    }

    /// One step from the point stored by [`Lbfgs::begin`], given the loss there; returns the new point, which may be
    /// the old one.
    pub(crate) fn search<'s>(
        &self,
        simd: Simd,
        state: &'s mut [Vec<f32>],
        loss: f64,
        evaluate: &mut Evaluate<'_>,
    ) -> &'s [f32] {
        let [moves, changes, pairs, direction, origin, origin_gradient, point, gradient, shares] = state else {
            unreachable!("as many buffers as slots")
        };
        let mut slope = self.direction(simd, (moves, changes, pairs[0] as usize), origin_gradient, direction, shares);
        if slope >= 0.0 {
            // The stored pairs are misleading: they are discarded, and the search restarts with steepest descent.
            pairs[0] = 0.0;
            slope = self.direction(simd, (moves, changes, 0), origin_gradient, direction, shares);
        }
        // Only the first step has no curvature from which its length follows.
        let first = if pairs[0] == 0.0 { (1.0 / (-slope).sqrt()).min(1.0) } else { 1.0 };
        let mut line = SearchLine { simd, direction, origin, point, gradient, evaluate, left: self.max_evaluations };
        let found = slope < 0.0 && self.wolfe(&mut line, LinePoint { a: 0.0, loss, slope }, first);
        if !found {
            pairs[0] = 0.0;
            point.copy_from_slice(origin);
            return point;
        }
        let (s, y) = (direction, origin_gradient);
        s.copy_from_slice(point);
        simd.run(Add { x: s, by: -1.0, y: origin });
        simd.run(ScaleBy { x: y, by: -1.0 });
        simd.run(Add { x: y, by: 1.0, y: gradient });
        // A pair without curvature would make H inaccurate.
        let least = 1e-10 * (dot(simd, s, s) * dot(simd, y, y)).sqrt();
        if dot(simd, s, y) > least {
            let (count, n) = (pairs[0] as usize, s.len());
            let at = count % self.memory * n;
            moves[at..][..n].copy_from_slice(s);
            changes[at..][..n].copy_from_slice(y);
            // From `memory` on, counts are equivalent modulo `memory`; single precision holds them exactly.
            let count = count + 1;
            pairs[0] = if count >= 2 * self.memory { (count - self.memory) as f32 } else { count as f32 };
        }
        point
    }

    /// The direction -H g by the two loops of algorithm 7.4, and the slope along it.
    fn direction(
        &self,
        simd: Simd,
        (moves, changes, count): (&[f32], &[f32], usize),
        g: &[f32],
        direction: &mut [f32],
        shares: &mut [f32],
    ) -> f64 {
        let n = g.len();
        let pair = |k: usize| {
            let slot = k % self.memory;
            (&moves[slot * n..][..n], &changes[slot * n..][..n])
        };
        let add = |x: &mut [f32], by: f64, y: &[f32]| simd.run(Add { x, by: by as f32, y });
        direction.copy_from_slice(g);
        simd.run(ScaleBy { x: direction, by: -1.0 });
        let kept = count.saturating_sub(self.memory)..count;
        for k in kept.clone().rev() {
            let (s, y) = pair(k);
            let share = dot(simd, s, direction) / dot(simd, s, y);
            shares[k % self.memory] = share as f32;
            add(direction, -share, y);
        }
        if count > 0 {
            let (s, y) = pair(count - 1);
            let scale = (dot(simd, s, y) / dot(simd, y, y)) as f32;
            simd.run(ScaleBy { x: direction, by: scale });
        }
        for k in kept {
            let (s, y) = pair(k);
            let back = dot(simd, y, direction) / dot(simd, s, y);
            add(direction, f64::from(shares[k % self.memory]) - back, s);
        }
        dot(simd, direction, g)
    }

    /// Algorithm 3.5: whether a point was found that is better than the start. The line search ends there.
    fn wolfe(&self, line: &mut SearchLine<'_, '_>, start: LinePoint, first: f64) -> bool {
        let (mut last, mut a) = (start, first);
        while line.left > 0 {
            let now = line.at(a);
            if !self.decreases(start, now) || (last.a > 0.0 && now.loss >= last.loss) {
                return self.zoom(line, start, last, now);
            }
            if self.is_flat(start, now) {
                return true;
            }
            if now.slope >= 0.0 {
                return self.zoom(line, start, now, last);
            }
            (last, a) = (now, 2.0 * a);
        }
        // Still decreasing when the evaluations ran out: that point is good enough.
        last.a > 0.0
    }

    /// Algorithm 3.6, between the better point `low` and a worse or rising one.
    fn zoom(&self, line: &mut SearchLine<'_, '_>, start: LinePoint, mut low: LinePoint, mut high: LinePoint) -> bool {
        // One evaluation is reserved for returning to the best point.
        while line.left > 1 {
            let now = line.at(between(low, high));
            if !self.decreases(start, now) || now.loss >= low.loss {
                high = now;
                continue;
            }
            if self.is_flat(start, now) {
                return true;
            }
            if now.slope * (high.a - low.a) >= 0.0 {
                high = low;
            }
            low = now;
        }
        if low.a > 0.0 && low.loss < start.loss {
            line.at(low.a);
            return true;
        }
        false
    }

    fn decreases(&self, start: LinePoint, now: LinePoint) -> bool {
        now.loss <= start.loss + self.c1 * now.a * start.slope
    }

    fn is_flat(&self, start: LinePoint, now: LinePoint) -> bool {
        now.slope.abs() <= -self.c2 * start.slope
    }
}

/// The minimum of the cubic through two points with their slopes, kept away from the ends; the midpoint if there is
/// none.
fn between(p: LinePoint, q: LinePoint) -> f64 {
    let width = q.a - p.a;
    let d1 = p.slope + q.slope - 3.0 * (q.loss - p.loss) / width;
    let d2 = (d1 * d1 - p.slope * q.slope).sqrt().copysign(width);
    let share = 1.0 - (q.slope + d2 - d1) / (q.slope - p.slope + 2.0 * d2);
    p.a + width * if share.is_finite() { share.clamp(0.1, 0.9) } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimizers::VariableRange;

    /// Iterates until the gradient is small: the point and the number of steps.
    fn minimise(w: &[f32], steps: usize, mut f: impl FnMut(&[f32], &mut [f32]) -> f64) -> (Vec<f32>, usize) {
        let lbfgs = Lbfgs::default();
        let part = VariableRange { name: "w".into(), shape: vec![w.len()], range: 0..w.len(), constraint: None };
        let slots = lbfgs.slots(&Layout { parts: vec![part], length: w.len() });
        let mut state: Vec<Vec<f32>> = slots.iter().map(|slot| vec![0.0; slot.length]).collect();
        let (mut w, mut g) = (w.to_vec(), vec![0.0; w.len()]);
        for step in 0..steps {
            let loss = f(&w, &mut g);
            if g.iter().all(|g| g.abs() < 1e-4) {
                return (w, step);
            }
            lbfgs.begin(&mut state, &w, &g);
            w = lbfgs.search(Simd::detect(), &mut state, loss, &mut f).to_vec();
            let after = f(&w, &mut vec![0.0; w.len()]);
            assert!(after <= loss, "step {step} goes up: {loss} {after}");
        }
        (w, steps)
    }

    #[test]
    fn a_quadratic_is_solved_in_few_steps() {
        // sum of k (w_k - k)^2 / 2, conditioned 1 : 20.
        let (w, steps) = minimise(&[0.0; 20], 60, |w, g| {
            let mut loss = 0.0;
            for (k, (w, g)) in (1..).map(f64::from).zip(w.iter().zip(g)) {
                let away = f64::from(*w) - k;
                *g = (k * away) as f32;
                loss += k * away * away / 2.0;
            }
            loss
        });
        assert!(steps < 40, "{steps}");
        w.iter().zip(1..).for_each(|(w, k)| assert!((w - k as f32).abs() < 1e-4, "{w} {k}"));
    }

    #[test]
    fn rosenbrock_s_valley_is_walked_to_its_end() {
        let (w, steps) = minimise(&[-1.2, 1.0], 100, |w, g| {
            let (x, y) = (f64::from(w[0]), f64::from(w[1]));
            let rest = y - x * x;
            (g[0], g[1]) = ((-400.0 * x * rest - 2.0 * (1.0 - x)) as f32, (200.0 * rest) as f32);
            100.0 * rest * rest + (1.0 - x) * (1.0 - x)
        });
        assert!(steps < 60 && (w[0] - 1.0).abs() < 1e-3 && (w[1] - 1.0).abs() < 1e-3, "{steps} {w:?}");
    }

    #[test]
    fn what_is_not_a_number_is_avoided() {
        // -ln w + w has its minimum at 1, and is undefined left of 0, where the first trial step ends.
        let (w, _) = minimise(&[5.0], 50, |w, g| {
            let w = f64::from(w[0]);
            g[0] = if w > 0.0 { (1.0 - 1.0 / w) as f32 } else { f32::NAN };
            if w > 0.0 { w - treino_engine::math::ln_f64(w) } else { f64::NAN }
        });
        assert!((w[0] - 1.0).abs() < 1e-3, "{w:?}");
    }

    #[test]
    fn the_cubic_finds_the_minimum_of_a_parabola() {
        let at = |a: f64| LinePoint { a, loss: (a - 0.3) * (a - 0.3), slope: 2.0 * (a - 0.3) };
        assert!((between(at(0.0), at(1.0)) - 0.3).abs() < 1e-12);
        assert!((between(at(1.0), at(0.0)) - 0.3).abs() < 1e-12);
        let wall = LinePoint { a: 1.0, loss: f64::INFINITY, slope: 0.0 };
        assert_eq!(between(at(0.0), wall), 0.5);
    }
}
