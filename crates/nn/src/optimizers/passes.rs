//! Passes over a buffer that several optimizers use.

use treino_engine::flush::{flush, flush_weight};
use treino_engine::simd::Kernel;

/// x = by * x.
pub(super) struct ScaleBy<'a> {
    pub(super) x: &'a mut [f32],
    pub(super) by: f32,
}

impl Kernel for ScaleBy<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for x in self.x {
            *x *= self.by;
        }
    }
}

/// x += by * y.
pub(super) struct Add<'a> {
    pub(super) x: &'a mut [f32],
    pub(super) by: f32,
    pub(super) y: &'a [f32],
}

impl Kernel for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (x, y) in self.x.iter_mut().zip(self.y) {
            *x = flush(self.by.mul_add(*y, *x));
        }
    }
}

/// w += by * u, for weights.
pub(super) struct Move<'a> {
    pub(super) w: &'a mut [f32],
    pub(super) by: f32,
    pub(super) u: &'a [f32],
}

impl Kernel for Move<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (w, u) in self.w.iter_mut().zip(self.u) {
            *w = flush_weight(self.by.mul_add(*u, *w));
        }
    }
}
