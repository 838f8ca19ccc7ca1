//! Adafactor (N. Shazeer, M. Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018): only
//! row and column means of a matrix of squared gradients are stored. For networks that barely fit into memory.

use super::passes::Move;
use super::{Layout, Slot, SlotInit, StepContext, UpdateRule, VariableRange, optimizer};
use treino_core::catalog::{Interval, Kind};
use treino_engine::double;
use treino_engine::reduce;
use treino_engine::simd::Kernel;

optimizer! {
    /// Adafactor: steps scaled by factored mean squares, relative to the size of each variable.
    ///
    /// With beta = 1 - t^beta_2_decay, matrices keep r and c, running means over rows and columns of g^2 + epsilon_1, and
    /// v = r c / mean(r); vectors keep v itself. u = g / sqrt(v), shortened so that rms(u) <= clip_threshold;
    /// w -= max(epsilon_2, rms(w)) * min(rate, 1 / sqrt(t)) * u.
    ///
    /// Keras differences: `relative_step = false` keeps the learning rate as it is; Keras bounds it by 1 / sqrt(t) all
    /// the same.
    pub struct Adafactor = "adafactor" (learning_rate = 0.001, weight_decay = None) {
        /// Power with which the memory of the running means grows.
        beta_2_decay: f64 = -0.8, Kind::Float(Interval { max: 0.0, open_max: false, ..Interval::ALL });
        /// Keeps the mean squares away from zero.
        epsilon_1: f64 = 1e-30, Kind::POSITIVE;
        /// Least size of a variable, for the size of its steps.
        epsilon_2: f64 = 1e-3, Kind::NOT_NEGATIVE;
        /// Largest root mean square of a step before it is scaled.
        clip_threshold: f64 = 1.0, Kind::POSITIVE;
        /// Whether the learning rate is at most 1 / sqrt(t).
        relative_step: bool = true, Kind::Bool;
    }
}

/// A variable as a stack of matrices: their number, rows and columns. `None` for a variable without rows and columns.
fn matrices(part: &VariableRange) -> Option<[usize; 3]> {
    match part.shape[..] {
        [ref many @ .., rows, columns] => Some([many.iter().product(), rows, columns]),
        _ => None,
    }
}

impl UpdateRule for Adafactor {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        let [mut rows, mut columns, mut vectors, mut widest] = [0; 4];
        for part in &layout.parts {
            if let Some([n, r, c]) = matrices(part) {
                (rows, columns, widest) = (rows + n * r, columns + n * c, widest.max(c));
            } else {
                vectors += part.range.len();
            }
        }
        let zeros = |name, length| Slot { name, length, start: SlotInit::Constant(0.0) };
        let scratch = Slot { name: "column_sums", length: widest, start: SlotInit::Scratch };
        vec![zeros("rows", rows), zeros("columns", columns), zeros("velocity", vectors), scratch]
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let [rows, columns, velocity, sums] = state else { unreachable!("as many buffers as slots") };
        let (mut rows, mut columns, mut velocity) = (&mut rows[..], &mut columns[..], &mut velocity[..]);
        let t = at.t as f64;
        let beta = 1.0 - double::pow(t, self.beta_2_decay);
        let mean = Mean { simd: at.simd, beta, epsilon: self.epsilon_1 as f32 };
        let rate = f64::from(at.learning_rate);
        let rate = if self.relative_step { rate.min(1.0 / t.sqrt()) } else { rate };
        for part in &at.layout.parts {
            let (w, g) = (&mut w[part.range.clone()], &mut g[part.range.clone()]);
            if let Some([many, height, width]) = matrices(part) {
                for g in g.chunks_exact_mut((height * width).max(1)).take(many) {
                    let (r, c);
                    (r, rows) = std::mem::take(&mut rows).split_at_mut(height);
                    (c, columns) = std::mem::take(&mut columns).split_at_mut(width);
                    mean.factored(g, r, c, &mut sums[..width]);
                }
            } else {
                let v;
                (v, velocity) = std::mem::take(&mut velocity).split_at_mut(g.len());
                let (beta, rest) = (beta as f32, (1.0 - beta) as f32);
                at.simd.run(UnfactoredUpdate { beta, rest, epsilon: mean.epsilon, g, v });
            }
            let rms =
                |x: &[f32]| (reduce::sum(at.simd, x, |x| f64::from(x) * f64::from(x)) / x.len().max(1) as f64).sqrt();
            let size = rms(w).max(self.epsilon_2);
            let rate = size * rate / (rms(g) / self.clip_threshold).max(1.0);
            at.simd.run(Move { w, by: -rate as f32, u: g });
        }
    }
}

/// The update of the moving averages of g^2 + epsilon.
struct Mean {
    simd: treino_engine::simd::Simd,
    beta: f64,
    epsilon: f32,
}

impl Mean {
    /// Updates the means `r` over rows and `c` over columns, and scales the matrix `g` by them.
    fn factored(&self, g: &mut [f32], r: &mut [f32], c: &mut [f32], sums: &mut [f32]) {
        let (width, epsilon) = (c.len(), self.epsilon);
        let follow = |mean: &mut f32, new: f64| {
            *mean = divisor((self.beta * f64::from(*mean) + (1.0 - self.beta) * new) as f32);
        };
        for (r, row) in r.iter_mut().zip(g.chunks_exact(width)) {
            let sum = reduce::sum(self.simd, row, |g| f64::from(g.mul_add(g, epsilon)));
            follow(r, sum / width as f64);
        }
        let height = r.len();
        reduce::sum_columns_by(self.simd, height, width, sums, |i| g[i].mul_add(g[i], epsilon));
        for (c, sum) in c.iter_mut().zip(&*sums) {
            follow(c, f64::from(*sum) / height as f64);
        }
        let mean = reduce::sum(self.simd, r, f64::from) / height as f64;
        for (r, row) in r.iter().zip(g.chunks_exact_mut(width)) {
            self.simd.run(DivideByFactors { share: (f64::from(*r) / mean) as f32, c, g: row });
        }
    }
}

/// A mean square that is neither denormal nor 0. Where a dead unit has an input that is always 0, only `epsilon_1` is
/// left, and share * c would underflow. NaN propagates.
#[inline(always)]
fn divisor(square: f32) -> f32 {
    if square < f32::MIN_POSITIVE { f32::MIN_POSITIVE } else { square }
}

/// Replaces g by g / sqrt(share * c).
struct DivideByFactors<'a> {
    share: f32,
    c: &'a [f32],
    g: &'a mut [f32],
}

impl Kernel for DivideByFactors<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (g, c) in self.g.iter_mut().zip(self.c) {
            *g /= divisor(self.share * c).sqrt();
        }
    }
}

/// Updates the mean square v, and replaces g by g / sqrt(v).
struct UnfactoredUpdate<'a> {
    beta: f32,
    rest: f32,
    epsilon: f32,
    g: &'a mut [f32],
    v: &'a mut [f32],
}

impl Kernel for UnfactoredUpdate<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (g, v) in self.g.iter_mut().zip(self.v) {
            *v = divisor(self.beta.mul_add(*v, self.rest * g.mul_add(*g, self.epsilon)));
            *g /= v.sqrt();
        }
    }
}
