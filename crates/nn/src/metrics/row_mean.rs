//! The weighted mean of one number a row: what most metrics are.

use super::MetricState;
use treino_engine::simd::{Kernel, Simd};

/// A metric that is the mean of one number a row: which number, whether more is better, and what else it says about itself.
macro_rules! row_mean {
    ($Name:ty: $value:expr, more_is_better: $better:expr $(, $says:ident: $is:expr)*) => {
        impl super::ComputeMetric for $Name {
            $(fn $says(&self) -> bool {
                $is
            })*

            fn start(&self, y_width: usize, p_width: usize) -> Box<dyn super::MetricState> {
                super::row_mean::RowMean::start(y_width, p_width, $value)
            }

            fn more_is_better(&self) -> Option<bool> {
                Some($better)
            }
        }
    };
}
pub(super) use row_mean;

/// The number of a row. Closures are some; what takes logarithms implements it with `#[inline(always)]`, to be compiled
/// with the loop.
pub(super) trait RowValue: Send {
    /// The number of a row of targets and predictions.
    fn of(&self, y: &[f32], p: &[f32]) -> f64;

    /// Looks at all targets of a batch before its rows are taken in.
    fn look(&mut self, _y: &[f32]) {}

    /// Whether a row with this target counts.
    #[inline(always)]
    fn counts(&self, _y: &[f32]) -> bool {
        true
    }
}

impl<F: Fn(&[f32], &[f32]) -> f64 + Send> RowValue for F {
    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        self(y, p)
    }
}

/// sum(weight * value(row)) / sum(weight), then `finish`.
pub(super) struct RowMean<F> {
    y_width: usize,
    p_width: usize,
    value: F,
    finish: fn(f64) -> f64,
    simd: Simd,
    total: f64,
    weight: f64,
}

impl<F: RowValue + 'static> RowMean<F> {
    /// The mean of `value(target row, prediction row)`.
    pub(super) fn start(y_width: usize, p_width: usize, value: F) -> Box<dyn MetricState> {
        Self::start_with(y_width, p_width, value, |mean| mean)
    }

    /// The same, with a function of the mean as result.
    pub(super) fn start_with(y_width: usize, p_width: usize, value: F, finish: fn(f64) -> f64) -> Box<dyn MetricState> {
        let simd = Simd::detect();
        Box::new(RowMean { y_width, p_width, value, finish, simd, total: 0.0, weight: 0.0 })
    }
}

impl<F: RowValue> MetricState for RowMean<F> {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        let simd = self.simd;
        self.value.look(y);
        simd.run(RowSums { to: self, y, p, weights });
    }

    fn result(&self) -> f64 {
        if self.weight == 0.0 { 0.0 } else { (self.finish)(self.total / self.weight) }
    }

    fn reset(&mut self) {
        (self.total, self.weight) = (0.0, 0.0);
    }
}

/// The loop over a batch. As a kernel it has fused multiply-add in hardware, which logarithms need to be quick.
struct RowSums<'a, F> {
    to: &'a mut RowMean<F>,
    y: &'a [f32],
    p: &'a [f32],
    weights: Option<&'a [f32]>,
}

impl<F: RowValue> Kernel for RowSums<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let rows = self.y.chunks_exact(self.to.y_width).zip(self.p.chunks_exact(self.to.p_width));
        for (r, (y, p)) in rows.enumerate() {
            if !self.to.value.counts(y) {
                continue;
            }
            let weight = self.weights.map_or(1.0, |w| f64::from(w[r]));
            self.to.total += weight * self.to.value.of(y, p);
            self.to.weight += weight;
        }
    }
}
