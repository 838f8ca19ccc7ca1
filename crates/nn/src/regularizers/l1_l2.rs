//! L1 and L2: l1 * sum |w| + l2 * sum w^2.

use super::Penalty;
use treino_core::catalog::{Kind, component};
use treino_engine::reduce;
use treino_engine::simd::{Kernel, Simd};

component! {
    /// L1 penalty: l1 * sum |w|. Drives weights to exactly zero.
    pub struct L1 = "l1" {
        /// Strength.
        l1: f64 = 0.01, Kind::NOT_NEGATIVE;
    }
}

component! {
    /// L2 penalty: l2 * sum w^2. Keeps weights small.
    pub struct L2 = "l2" {
        /// Strength.
        l2: f64 = 0.01, Kind::NOT_NEGATIVE;
    }
}

component! {
    /// L1 and L2 penalties together: l1 * sum |w| + l2 * sum w^2.
    pub struct L1L2 = "l1_l2" ["l1l2"] {
        /// Strength of the L1 part.
        l1: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// Strength of the L2 part.
        l2: f64 = 0.0, Kind::NOT_NEGATIVE;
    }
}

/// L1 and L2 are special cases of one formula.
trait Strengths: std::fmt::Debug {
    fn l1_and_l2(&self) -> (f64, f64);
}

impl Strengths for L1 {
    fn l1_and_l2(&self) -> (f64, f64) {
        (self.l1, 0.0)
    }
}

impl Strengths for L2 {
    fn l1_and_l2(&self) -> (f64, f64) {
        (0.0, self.l2)
    }
}

impl Strengths for L1L2 {
    fn l1_and_l2(&self) -> (f64, f64) {
        (self.l1, self.l2)
    }
}

impl<T: Strengths> Penalty for T {
    fn value(&self, simd: Simd, _columns: usize, w: &[f32]) -> f64 {
        let (l1, l2) = self.l1_and_l2();
        let mut total = 0.0;
        if l1 != 0.0 {
            total += l1 * reduce::sum(simd, w, |x| f64::from(x.abs()));
        }
        if l2 != 0.0 {
            total += l2 * reduce::sum(simd, w, |x| f64::from(x) * f64::from(x));
        }
        total
    }

    fn add_gradient(&self, simd: Simd, _columns: usize, w: &[f32], scale: f32, gradient: &mut [f32]) {
        let (l1, l2) = self.l1_and_l2();
        simd.run(AddGradient { l1: l1 as f32 * scale, twice_l2: 2.0 * l2 as f32 * scale, w, gradient });
    }
}

struct AddGradient<'a> {
    l1: f32,
    twice_l2: f32,
    w: &'a [f32],
    gradient: &'a mut [f32],
}

impl Kernel for AddGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (g, w) in self.gradient.iter_mut().zip(self.w) {
            let sign = if *w == 0.0 { 0.0 } else { self.l1.copysign(*w) };
            *g += self.twice_l2.mul_add(*w, sign);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_and_gradient_are_the_formula() {
        let simd = Simd::detect();
        let both = L1L2 { l1: 0.5, l2: 0.25 };
        let w = [1.0, -2.0, 0.0, 4.0];
        assert_eq!(both.value(simd, 4, &w), 0.5 * 7.0 + 0.25 * 21.0);
        let mut g = [1.0; 4];
        both.add_gradient(simd, 4, &w, 2.0, &mut g);
        // 1 + 2 * (l1 sign w + 2 l2 w)
        assert_eq!(g, [3.0, -2.0, 1.0, 6.0]);
        assert_eq!(L1::default().value(simd, 4, &w), 0.01 * 7.0);
        assert_eq!(L2::default().value(simd, 4, &w), 0.01 * 21.0);
    }
}
