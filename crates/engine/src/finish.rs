//! Functions at the end of a map, in place.

use crate::math;
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

    /// dz = dy f'(z), in place.
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

/// x, and 0 for numbers of at most 0; a number that is none stays one. A choice would be compiled to stores under a mask, which
/// the next load has to wait for.
#[inline(always)]
fn rectify(x: f32) -> f32 {
    let keep = u32::from(x <= 0.0).wrapping_sub(1);
    f32::from_bits(x.to_bits() & keep)
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
            Finish::Rectify => numbers.for_each(|(dz, y)| *dz *= if *y > 0.0 { 1.0 } else { 0.0 }),
            Finish::Tanh => numbers.for_each(|(dz, y)| *dz *= (-*y).mul_add(*y, 1.0)),
            Finish::Sigmoid => numbers.for_each(|(dz, y)| *dz *= *y * (1.0 - *y)),
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
    fn slopes_follow_from_results() {
        let simd = Simd::detect();
        for (finish, slope) in [(Finish::Tanh, 0.75_f32), (Finish::Sigmoid, 0.25), (Finish::Same, 1.0)] {
            let (y, mut dz) = ([0.5], [2.0]);
            finish.backward(simd, &y, &mut dz);
            assert_eq!(dz, [2.0 * slope]);
        }
    }
}
