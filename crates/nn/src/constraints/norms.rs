//! Constraints on the norm of a weight along one of its axes (N. Srivastava et al., "Dropout: a simple way to prevent
//! neural networks from overfitting", JMLR 15, 2014, for the largest norm).
//!
//! With the norm n along `axis`, w becomes w * wanted(n) / (1e-7 + n).

use super::ApplyConstraint;
use crate::losses::EPSILON;
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::{Error, Result};
use treino_engine::flush::flush_weight;
use treino_engine::simd::{Kernel, Simd};

const AXIS: Kind = Kind::Int(Interval::closed(-8.0, 7.0));

component! {
    /// Norms of at most `max_value`: what is longer is shortened to it.
    ///
    /// Keras differences: `axis` is one number; Keras also takes several.
    pub struct MaxNorm = "max_norm" {
        /// The largest norm.
        max_value: f64 = 2.0, Kind::NOT_NEGATIVE;
        /// The side along which the norm is taken; negative ones count from the last.
        axis: i64 = 0, AXIS;
    }
}

component! {
    /// Norms of 1.
    ///
    /// Keras differences: `axis` is one number; Keras also takes several.
    pub struct UnitNorm = "unit_norm" {
        /// The side along which the norm is taken; negative ones count from the last.
        axis: i64 = 0, AXIS;
    }
}

component! {
    /// Norms between `min_value` and `max_value`, reached by the share `rate` at each step.
    ///
    /// w becomes w * (rate * clip(n, min_value, max_value) + (1 - rate) * n) / (1e-7 + n).
    ///
    /// Keras differences: `axis` is one number; Keras also takes several.
    pub struct MinMaxNorm = "min_max_norm" {
        /// The smallest norm.
        min_value: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// The largest norm.
        max_value: f64 = 1.0, Kind::NOT_NEGATIVE;
        /// How much of the way to go at each step.
        rate: f64 = 1.0, Kind::Float(Interval::closed(0.0, 1.0));
        /// The side along which the norm is taken; negative ones count from the last.
        axis: i64 = 0, AXIS;
    }
}

impl ApplyConstraint for MaxNorm {
    fn check(&self, shape: &[usize]) -> Result<()> {
        side(self.axis, shape).map(drop)
    }

    fn apply(&self, simd: Simd, shape: &[usize], w: &mut [f32]) {
        let wanted = NormBounds { min: 0.0, max: self.max_value as f32, rate: 1.0 };
        rescale(simd, self.axis, shape, w, wanted);
    }
}

impl ApplyConstraint for UnitNorm {
    fn check(&self, shape: &[usize]) -> Result<()> {
        side(self.axis, shape).map(drop)
    }

    fn apply(&self, simd: Simd, shape: &[usize], w: &mut [f32]) {
        rescale(simd, self.axis, shape, w, NormBounds { min: 1.0, max: 1.0, rate: 1.0 });
    }
}

impl ApplyConstraint for MinMaxNorm {
    fn check(&self, shape: &[usize]) -> Result<()> {
        if self.min_value > self.max_value {
            let (min, max) = (self.min_value, self.max_value);
            return Err(Error::input(format!("min_value is {min}, but must be at most max_value, which is {max}")));
        }
        side(self.axis, shape).map(drop)
    }

    fn apply(&self, simd: Simd, shape: &[usize], w: &mut [f32]) {
        let (min, max) = (self.min_value as f32, self.max_value as f32);
        rescale(simd, self.axis, shape, w, NormBounds { min, max, rate: self.rate as f32 });
    }
}

/// The axis of a weight that `axis` selects.
fn side(axis: i64, shape: &[usize]) -> Result<usize> {
    let rank = shape.len() as i64;
    if (-rank..rank).contains(&axis) {
        return Ok(axis.rem_euclid(rank) as usize);
    }
    Err(Error::input(format!("axis is {axis}, but a weight of shape {shape:?} has the axes {} to {}", -rank, rank - 1)))
}

/// The target norm for a norm n: rate * clip(n, min, max) + (1 - rate) * n.
#[derive(Clone, Copy)]
struct NormBounds {
    min: f32,
    max: f32,
    rate: f32,
}

fn rescale(simd: Simd, axis: i64, shape: &[usize], w: &mut [f32], wanted: NormBounds) {
    let Ok(side) = side(axis, shape) else { return };
    let inner: usize = shape[side + 1..].iter().product();
    let block = shape[side] * inner;
    if block > 0 {
        for block in w.chunks_exact_mut(block) {
            simd.run(RescaleRows { w: block, inner, wanted });
        }
    }
}

/// The number of norms that are computed in parallel.
const LANES: usize = 16;

/// Numbers of one norm are `inner` apart.
struct RescaleRows<'a> {
    w: &'a mut [f32],
    inner: usize,
    wanted: NormBounds,
}

impl Kernel for RescaleRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let RescaleRows { w, inner, wanted } = self;
        for first in (0..inner).step_by(LANES) {
            let lanes = LANES.min(inner - first);
            let mut factors = [0.0_f32; LANES];
            for row in w.chunks_exact(inner) {
                for (sum, w) in factors.iter_mut().zip(&row[first..first + lanes]) {
                    *sum = w.mul_add(*w, *sum);
                }
            }
            for factor in &mut factors {
                let norm = factor.sqrt();
                let inside = if norm > wanted.max { wanted.max } else { norm };
                let inside = if inside < wanted.min { wanted.min } else { inside };
                *factor = wanted.rate.mul_add(inside, (1.0 - wanted.rate) * norm) / (EPSILON + norm);
            }
            for row in w.chunks_exact_mut(inner) {
                for (w, factor) in row[first..first + lanes].iter_mut().zip(&factors) {
                    *w = flush_weight(*w * factor);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norms(w: &[f32], columns: usize) -> Vec<f32> {
        (0..columns).map(|c| w.iter().skip(c).step_by(columns).map(|x| x * x).sum::<f32>().sqrt()).collect()
    }

    #[test]
    fn every_column_gets_a_norm_of_its_own() {
        let first: Vec<f32> = (0..60).map(|i| (i % 7) as f32 - 3.0).collect();
        let simd = Simd::detect();
        let mut w = first.clone();
        UnitNorm::default().apply(simd, &[3, 20], &mut w);
        assert!(norms(&w, 20).iter().all(|n| (n - 1.0).abs() < 1e-6));

        let mut w = first.clone();
        MaxNorm { max_value: 3.0, axis: 0 }.apply(simd, &[3, 20], &mut w);
        for (after, before) in norms(&w, 20).iter().zip(norms(&first, 20)) {
            assert!((after - before.min(3.0)).abs() < 1e-6);
        }
        // Along the rows instead: one norm for each of the three.
        let mut w = first.clone();
        UnitNorm { axis: -1 }.apply(simd, &[3, 20], &mut w);
        assert!(w.chunks(20).all(|row| (row.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-6));
    }

    #[test]
    fn half_the_way_to_the_largest_norm() {
        let mut w = [0.0, 3.0];
        MinMaxNorm { rate: 0.5, ..MinMaxNorm::default() }.apply(Simd::detect(), &[2], &mut w);
        assert!((w[1] - 2.0).abs() < 1e-6);
    }

    #[test]
    fn an_axis_that_is_not_there_is_refused() {
        let e = MaxNorm { axis: 1, ..MaxNorm::default() }.check(&[4]).unwrap_err();
        assert_eq!(e.message(), "axis is 1, but a weight of shape [4] has the axes -1 to 0");
        assert!(UnitNorm { axis: -2 }.check(&[4, 2]).is_ok());
        assert!(MinMaxNorm { min_value: 2.0, ..MinMaxNorm::default() }.check(&[4]).is_err());
    }
}
