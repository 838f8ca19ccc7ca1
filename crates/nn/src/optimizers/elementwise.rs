//! Optimizers that update every weight independently.

use super::StepContext;
use treino_engine::flush::{flush, flush_weight};
use treino_engine::simd::{Kernel, Simd};

/// The number of weights from which a second thread pays off: about ten microseconds of work.
const WORTH_A_THREAD: usize = 40_000;

/// An update of a weight from its gradient and its `N` numbers of state.
pub(super) trait ElementwiseUpdate<const N: usize>: Sized + Sync {
    /// The weight and its state after the step. The caller flushes denormal numbers to 0.
    fn next(&self, w: f32, g: f32, state: [f32; N]) -> (f32, [f32; N]);

    /// Updates all weights in one pass, on several threads if that pays off.
    fn sweep(self, at: StepContext<'_>, w: &mut [f32], g: &[f32], state: [&mut Vec<f32>; N])
    where
        for<'a> ElementwisePass<'a, Self, N>: Kernel<Output = ()>,
    {
        let parts = at.pool.parts_for(w.len(), WORTH_A_THREAD);
        at.pool.split_together(parts, w, state.map(Vec::as_mut_slice), |first, w, state| {
            self.sweep_part(at.simd, w, &g[first..], state);
        });
    }

    /// Updates some of the weights.
    fn sweep_part(&self, simd: Simd, w: &mut [f32], g: &[f32], state: [&mut [f32]; N])
    where
        for<'a> ElementwisePass<'a, Self, N>: Kernel<Output = ()>,
    {
        simd.run(ElementwisePass { rule: self, w, g, state });
    }
}

/// The pass of an update over the weights.
pub(super) struct ElementwisePass<'a, R, const N: usize> {
    rule: &'a R,
    w: &'a mut [f32],
    g: &'a [f32],
    state: [&'a mut [f32]; N],
}

impl<R: ElementwiseUpdate<0>> Kernel for ElementwisePass<'_, R, 0> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (w, g) in self.w.iter_mut().zip(self.g) {
            *w = flush_weight(self.rule.next(*w, *g, []).0);
        }
    }
}

impl<R: ElementwiseUpdate<1>> Kernel for ElementwisePass<'_, R, 1> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let [a] = self.state;
        for ((w, g), a) in self.w.iter_mut().zip(self.g).zip(a) {
            let (next, state) = self.rule.next(*w, *g, [*a]);
            (*w, [*a]) = (flush_weight(next), state.map(flush));
        }
    }
}

impl<R: ElementwiseUpdate<2>> Kernel for ElementwisePass<'_, R, 2> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let [a, b] = self.state;
        for (((w, g), a), b) in self.w.iter_mut().zip(self.g).zip(a).zip(b) {
            let (next, state) = self.rule.next(*w, *g, [*a, *b]);
            (*w, [*a, *b]) = (flush_weight(next), state.map(flush));
        }
    }
}

impl<R: ElementwiseUpdate<3>> Kernel for ElementwisePass<'_, R, 3> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let [a, b, c] = self.state;
        for ((((w, g), a), b), c) in self.w.iter_mut().zip(self.g).zip(a).zip(b).zip(c) {
            let (next, state) = self.rule.next(*w, *g, [*a, *b, *c]);
            (*w, [*a, *b, *c]) = (flush_weight(next), state.map(flush));
        }
    }
}
