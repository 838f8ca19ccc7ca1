//! Functions at the end of a map, in place.

use crate::math::{self, flush_gradient};
use crate::simd::{Kernel, Simd};

/// A function at the end of a map whose derivative follows from its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// y = z.
    Same,
    /// y = z, and 0 for numbers of at most 0.
    Rectify,
    /// y = tanh z.
    Tanh,
    /// y = 1 / (1 + e^-z).
    Sigmoid,
}

impl Finish {
    /// y = f(z), in place.
    pub fn forward(self, simd: Simd, y: &mut [f32]) {
        if self != Finish::Same {
            simd.run(Forward(self, y));
        }
    }

    /// dz = dy f'(z), in place, and 0 where [`math::flush_gradient`] says so.
    pub fn backward(self, simd: Simd, y: &[f32], dz: &mut [f32]) {
        if self != Finish::Same {
            simd.run(Backward(self, y, dz));
        }
    }
}

/// [`Finish::forward`].
pub(crate) struct Forward<'a>(pub(crate) Finish, pub(crate) &'a mut [f32]);

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match self.0 {
            Finish::Same => {}
            Finish::Rectify => self.1.iter_mut().for_each(|y| *y = rectify(*y)),
            Finish::Tanh => self.1.iter_mut().for_each(|y| *y = math::tanh(*y)),
            Finish::Sigmoid => self.1.iter_mut().for_each(|y| *y = math::sigmoid(*y)),
        }
    }
}

/// x, and 0 for numbers of at most 0; NaN stays NaN. A choice alone would be compiled to a store under a mask, which the next load
/// has to wait for; adding 0 makes it a new number, and 0 of -0.
#[inline(always)]
fn rectify(x: f32) -> f32 {
    (if x < 0.0 { 0.0 } else { x }) + 0.0
}

/// [`Finish::backward`].
pub(crate) struct Backward<'a>(pub(crate) Finish, pub(crate) &'a [f32], pub(crate) &'a mut [f32]);

impl Kernel for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let numbers = self.2.iter_mut().zip(self.1);
        match self.0 {
            Finish::Same => {}
            // A product, because a choice may be compiled to a store under a mask, which the next load has to wait for.
            Finish::Rectify => numbers.for_each(|(dz, y)| {
                let passes = (*y > 0.0) & (flush_gradient(*dz) != 0.0);
                *dz *= if passes { 1.0 } else { 0.0 };
            }),
            Finish::Tanh => numbers.for_each(|(dz, y)| *dz = flush_gradient(*dz * (-*y).mul_add(*y, 1.0))),
            Finish::Sigmoid => numbers.for_each(|(dz, y)| *dz = flush_gradient(*dz * (*y * (1.0 - *y)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Level;

    #[test]
    fn what_is_not_positive_becomes_0_and_what_is_none_stays_so() {
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            let mut y = [-1.5, -0.0, 0.0, 2.5, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
            Finish::Rectify.forward(simd, &mut y);
            assert_eq!(y[..6], [0.0, 0.0, 0.0, 2.5, f32::INFINITY, 0.0]);
            assert!(y[6].is_nan() && y[..3].iter().all(|y| y.is_sign_positive()));
            let mut dz = [3.0; 4];
            Finish::Rectify.backward(simd, &y[..4], &mut dz);
            assert_eq!(dz, [0.0, 0.0, 0.0, 3.0]);
        }
    }

    #[test]
    fn gradients_do_not_fade_into_denormals() {
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            for (finish, y) in [(Finish::Rectify, 2.0), (Finish::Tanh, 0.5), (Finish::Sigmoid, 1e-25)] {
                let mut dz = [1e-28, -1e-37, 1e-40, f32::NAN, 1.0];
                finish.backward(simd, &[y; 5], &mut dz);
                assert!(dz[1..3] == [0.0; 2] && dz[3].is_nan() && dz[4] > 1e-26, "{finish:?} {dz:?}");
                assert_eq!(dz[0], if finish == Finish::Sigmoid { 0.0 } else { dz[0].max(7e-29) });
            }
        }
    }

    #[test]
    fn slopes_follow_from_results() {
        let simd = Simd::detect();
        for (finish, slope) in [(Finish::Tanh, 0.75_f32), (Finish::Sigmoid, 0.25), (Finish::Same, 1.0)] {
            let (y, mut dz) = ([0.5], [2.0]);
            finish.backward(simd, &y, &mut dz);
            assert_eq!(dz, [2.0 * slope]);
        }
    }
}
