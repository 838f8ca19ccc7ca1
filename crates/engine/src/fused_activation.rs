//! Activation functions that are computed in place, right after an affine map.

use crate::flush::flush_gradient;
use crate::math;
use crate::simd::{Kernel, Simd};

/// An activation function y = f(z) whose derivative follows from y, so that y can overwrite z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FusedActivation {
    /// y = z.
    Linear,
    /// y = max(z, 0).
    Relu,
    /// y = z above 0, a slope of at least 0 times z elsewhere.
    LeakyRelu(f32),
    /// y = tanh z.
    Tanh,
    /// y = 1 / (1 + e^-z).
    Sigmoid,
}

impl FusedActivation {
    /// y = f(z), in place.
    pub fn forward(self, simd: Simd, y: &mut [f32]) {
        if self != FusedActivation::Linear {
            simd.run(Forward(self, y));
        }
    }

    /// dz = dy f'(z), in place, flushed to zero by [`flush_gradient`].
    pub fn backward(self, simd: Simd, y: &[f32], dz: &mut [f32]) {
        simd.run(Backward(self, y, dz));
    }
}

/// The kernel of [`FusedActivation::forward`].
pub(crate) struct Forward<'a>(pub(crate) FusedActivation, pub(crate) &'a mut [f32]);

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match self.0 {
            FusedActivation::Linear => {}
            FusedActivation::Relu => self.1.iter_mut().for_each(|y| *y = relu(*y)),
            FusedActivation::LeakyRelu(slope) => self.1.iter_mut().for_each(|y| *y *= one_or(slope, *y > 0.0)),
            FusedActivation::Tanh => self.1.iter_mut().for_each(|y| *y = math::tanh(*y)),
            FusedActivation::Sigmoid => self.1.iter_mut().for_each(|y| *y = math::sigmoid(*y)),
        }
    }
}

/// max(x, 0); NaN stays NaN. The choice alone would compile to a masked store, and the next load would have to wait for it; adding
/// 0 prevents that, and makes 0 of -0.
#[inline(always)]
fn relu(x: f32) -> f32 {
    (if x < 0.0 { 0.0 } else { x }) + 0.0
}

#[inline(always)]
fn one_if(condition: bool) -> f32 {
    if condition { 1.0 } else { 0.0 }
}

#[inline(always)]
fn one_or(slope: f32, is_above: bool) -> f32 {
    if is_above { 1.0 } else { slope }
}

/// The kernel of [`FusedActivation::backward`].
pub(crate) struct Backward<'a>(pub(crate) FusedActivation, pub(crate) &'a [f32], pub(crate) &'a mut [f32]);

impl Kernel for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let numbers = self.2.iter_mut().zip(self.1);
        match self.0 {
            // Products, because a choice would compile to a masked store here, too.
            FusedActivation::Linear => numbers.for_each(|(dz, _)| *dz *= one_if(flush_gradient(*dz) != 0.0)),
            FusedActivation::Relu => {
                numbers.for_each(|(dz, y)| *dz *= one_if((*y > 0.0) & (flush_gradient(*dz) != 0.0)));
            }
            FusedActivation::LeakyRelu(slope) => {
                numbers.for_each(|(dz, y)| *dz = flush_gradient(*dz * one_or(slope, *y > 0.0)));
            }
            FusedActivation::Tanh => numbers.for_each(|(dz, y)| *dz = flush_gradient(*dz * (-*y).mul_add(*y, 1.0))),
            FusedActivation::Sigmoid => numbers.for_each(|(dz, y)| *dz = flush_gradient(*dz * (*y * (1.0 - *y)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Level;

    #[test]
    fn relu_gives_positive_zero_below_zero_and_keeps_nan() {
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            let mut y = [-1.5, -0.0, 0.0, 2.5, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
            FusedActivation::Relu.forward(simd, &mut y);
            assert_eq!(y[..6], [0.0, 0.0, 0.0, 2.5, f32::INFINITY, 0.0]);
            assert!(y[6].is_nan() && y[..3].iter().all(|y| y.is_sign_positive()));
            let mut dz = [3.0; 4];
            FusedActivation::Relu.backward(simd, &y[..4], &mut dz);
            assert_eq!(dz, [0.0, 0.0, 0.0, 3.0]);
        }
    }

    #[test]
    fn a_leaky_relu_keeps_its_slope_below_zero() {
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            let leaky = FusedActivation::LeakyRelu(0.25);
            let mut y = [-2.0, 0.0, 4.0, f32::NEG_INFINITY, f32::INFINITY, f32::NAN];
            leaky.forward(simd, &mut y);
            assert_eq!(y[..5], [-0.5, 0.0, 4.0, f32::NEG_INFINITY, f32::INFINITY]);
            assert!(y[5].is_nan());
            let mut dz = [3.0, 3.0, 3.0, 1e-28];
            leaky.backward(simd, &[-0.5, 0.0, 4.0, -0.5], &mut dz);
            assert_eq!(dz, [0.75, 0.75, 3.0, 0.0]);
        }
    }

    #[test]
    fn small_gradients_are_flushed_to_zero() {
        use FusedActivation::{Linear, Relu, Sigmoid, Tanh};
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            for (activation, y, first) in
                [(Linear, -2.0, 1e-28), (Relu, 2.0, 1e-28), (Tanh, 0.5, 7.5e-29), (Sigmoid, 1e-25, 0.0)]
            {
                let mut dz = [1e-28, -1e-37, 1e-40, f32::NAN, 1.0];
                activation.backward(simd, &[y; 5], &mut dz);
                assert_eq!(dz[..3], [first, 0.0, 0.0], "{activation:?}");
                assert!(dz[3].is_nan() && dz[4] > 1e-26, "{activation:?} {dz:?}");
            }
        }
    }

    #[test]
    fn derivatives_follow_from_results() {
        use FusedActivation::{Linear, Sigmoid, Tanh};
        let simd = Simd::detect();
        for (activation, derivative) in [(Tanh, 0.75_f32), (Sigmoid, 0.25), (Linear, 1.0)] {
            let (y, mut dz) = ([0.5], [2.0]);
            activation.backward(simd, &y, &mut dz);
            assert_eq!(dz, [2.0 * derivative]);
        }
    }
}
