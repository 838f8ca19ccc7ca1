//! The weighted mean of one number a row: what most metrics are.

use super::Running;

/// sum(weight * value(row)) / sum(weight), then `finish`.
pub(super) struct RowMean<F> {
    y_width: usize,
    p_width: usize,
    value: F,
    finish: fn(f64) -> f64,
    total: f64,
    weight: f64,
}

impl<F: Fn(&[f32], &[f32]) -> f64 + Send + 'static> RowMean<F> {
    /// The mean of `value(target row, prediction row)`.
    pub(super) fn start(y_width: usize, p_width: usize, value: F) -> Box<dyn Running> {
        Self::start_with(y_width, p_width, value, |mean| mean)
    }

    /// The same, with a function of the mean as result.
    pub(super) fn start_with(y_width: usize, p_width: usize, value: F, finish: fn(f64) -> f64) -> Box<dyn Running> {
        Box::new(RowMean { y_width, p_width, value, finish, total: 0.0, weight: 0.0 })
    }
}

impl<F: Fn(&[f32], &[f32]) -> f64 + Send> Running for RowMean<F> {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        for (r, (y, p)) in y.chunks_exact(self.y_width).zip(p.chunks_exact(self.p_width)).enumerate() {
            let weight = weights.map_or(1.0, |w| f64::from(w[r]));
            self.total += weight * (self.value)(y, p);
            self.weight += weight;
        }
    }

    fn result(&self) -> f64 {
        if self.weight == 0.0 { 0.0 } else { (self.finish)(self.total / self.weight) }
    }

    fn reset(&mut self) {
        (self.total, self.weight) = (0.0, 0.0);
    }
}
