//! The Kullback-Leibler divergence as a metric.
//!
//! Keras differences: see the room.

use super::row_mean::{RowValue, row_mean};
use super::target;
use treino_core::catalog::component;
use treino_engine::math::ln_f64;

component! {
    /// Mean of sum y ln(y / p) over the classes, both clipped to [1e-7, 1].
    pub struct KLDivergence = "kl_divergence" {}
}

row_mean!(KLDivergence: Row, more_is_better: false);

struct Row;

impl RowValue for Row {
    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        let mut sum = 0.0;
        for (k, p_k) in p.iter().enumerate() {
            let y = f64::from(target(y, p.len(), k)).clamp(1e-7, 1.0);
            sum += y * ln_f64(y / f64::from(*p_k).clamp(1e-7, 1.0));
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn of_a_class_it_is_the_crossentropy() {
        let value = measure(KLDivergence {}, 1, 2, &[1.0], &[0.5, 0.5], None);
        assert!((value - std::f64::consts::LN_2).abs() < 1e-5);
        assert_eq!(measure(KLDivergence {}, 2, 2, &[0.25, 0.75], &[0.25, 0.75], None), 0.0);
    }
}
