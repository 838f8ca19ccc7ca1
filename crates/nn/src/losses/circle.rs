//! Circle loss: rows of the same group close together, others apart.

use super::{ComputeLoss, Gradient, LossBatch, Scope, TargetKind, loss};
use treino_core::catalog::Kind;
use treino_engine::math;
use treino_engine::simd::{Kernel, Simd};

loss! {
    /// ln(1 + sum e^(gamma (d^2 - m^2)) * sum e^(gamma max(1 + m - d, 0) (1 - m - d))) for each row of a batch: for
    /// networks that put rows of one group close to each other.
    ///
    /// The first sum is over the rows of the same group, the second over all others; d = max(1 - u v, 0) is the distance
    /// of two rows of outputs, which should have length 1. Targets are group numbers, one a row. Rows whose loss is 0
    /// are left out of means, such as those that are alone in their group. Y. Sun and others, "Circle loss", CVPR 2020.
    pub struct Circle = "circle" {
        /// How steep it is.
        gamma: f64 = 80.0, Kind::POSITIVE;
        /// The margin m between near and far.
        margin: f64 = 0.4, Kind::NOT_NEGATIVE;
        /// Whether a row is not compared with itself.
        remove_diagonal: bool = true, Kind::Bool;
    }
}

impl ComputeLoss for Circle {
    fn targets(&self) -> TargetKind {
        TargetKind::Groups
    }

    fn scope(&self) -> Scope {
        Scope::Positive
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        let (gamma, margin) = (self.gamma as f32, self.margin as f32);
        simd.run(Pairs { gamma, margin, diagonal: !self.remove_diagonal, batch, losses, gradient });
    }
}

struct Pairs<'a> {
    gamma: f32,
    margin: f32,
    diagonal: bool,
    batch: LossBatch<'a>,
    losses: &'a mut [f32],
    gradient: Option<Gradient<'a>>,
}

/// The logarithm of a sum of exponentials, term by term: the largest exponent, and the sum beside it.
struct LogSum {
    top: f32,
    sum: f32,
}

impl LogSum {
    #[inline(always)]
    fn add(&mut self, x: f32) {
        if x > self.top {
            self.sum = self.sum * math::exp(self.top - x) + 1.0;
            self.top = x;
        } else {
            self.sum += math::exp(x - self.top);
        }
    }

    #[inline(always)]
    fn value(&self) -> f32 {
        if self.sum == 0.0 { f32::NEG_INFINITY } else { self.top + math::ln(self.sum) }
    }
}

impl Pairs<'_> {
    fn row(&self, i: usize) -> &[f32] {
        &self.batch.p[i * self.batch.width..][..self.batch.width]
    }

    /// The distance of two rows.
    #[inline(always)]
    fn distance(&self, i: usize, j: usize) -> f32 {
        let dot = self.row(i).iter().zip(self.row(j)).fold(0.0_f32, |sum, (u, v)| u.mul_add(*v, sum));
        if 1.0 - dot < 0.0 { 0.0 } else { 1.0 - dot }
    }

    /// Whether two rows are of one group; `None` for a row and itself where these are not compared.
    #[inline(always)]
    fn same(&self, i: usize, j: usize) -> Option<bool> {
        (i != j || self.diagonal).then(|| self.batch.y[i] == self.batch.y[j])
    }

    /// The exponent of a pair at distance d, and its slope.
    #[inline(always)]
    fn exponent(&self, same: bool, d: f32) -> (f32, f32) {
        let (gamma, m) = (self.gamma, self.margin);
        let weight = 1.0 + m - d;
        if same {
            (gamma * (m + d) * (d - m), 2.0 * gamma * d)
        } else if weight > 0.0 {
            (gamma * weight * (1.0 - m - d), -2.0 * gamma * (1.0 - d))
        } else {
            (0.0, 0.0)
        }
    }
}

impl Kernel for Pairs<'_> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        let (rows, width) = (self.batch.y.len(), self.batch.width);
        let mut gradient = self.gradient.take();
        if let Some(Gradient { dp, .. }) = &mut gradient {
            dp.fill(0.0);
        }
        for i in 0..rows {
            let [mut near, mut far] = [(); 2].map(|()| LogSum { top: f32::NEG_INFINITY, sum: 0.0 });
            for j in 0..rows {
                if let Some(same) = self.same(i, j) {
                    let (x, _) = self.exponent(same, self.distance(i, j));
                    if same { near.add(x) } else { far.add(x) }
                }
            }
            let (near, far) = (near.value(), far.value());
            // Without a pair of both kinds there is nothing to tell apart.
            let alone = near == f32::NEG_INFINITY || far == f32::NEG_INFINITY;
            self.losses[i] = if alone { 0.0 } else { math::softplus(near + far) };
            let Some(Gradient { scale, dp }) = &mut gradient else { continue };
            let share = scale[i] * math::sigmoid(near + far);
            if alone || share == 0.0 {
                continue;
            }
            for j in 0..rows {
                let Some(same) = self.same(i, j) else { continue };
                let d = self.distance(i, j);
                let (x, slope) = self.exponent(same, d);
                let part = math::exp(x - if same { near } else { far });
                if d == 0.0 || part == 0.0 {
                    continue;
                }
                // d = 1 - u v.
                let to_dot = -share * part * slope;
                for k in 0..width {
                    dp[i * width + k] += to_dot * self.batch.p[j * width + k];
                    dp[j * width + k] += to_dot * self.batch.p[i * width + k];
                }
            }
        }
    }
}
