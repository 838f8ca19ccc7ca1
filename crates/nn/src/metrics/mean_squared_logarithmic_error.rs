//! Mean squared logarithmic error.
//!
//! Keras differences: see the room.

use super::row_mean::{RowValue, row_mean};
use super::target;
use treino_core::catalog::component;
use treino_engine::math::ln_f64;

component! {
    /// Mean of (ln(1 + y) - ln(1 + p))^2, where numbers below 1e-7 count as 1e-7.
    pub struct MeanSquaredLogarithmicError = "mean_squared_logarithmic_error" ["msle", "MSLE"] {}
}

row_mean!(MeanSquaredLogarithmicError: Row, more_is_better: false, counts_classes: false);

struct Row;

impl RowValue for Row {
    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        let mut sum = 0.0;
        for (k, p_k) in p.iter().enumerate() {
            let (y, p) = (f64::from(target(y, p.len(), k)), f64::from(*p_k));
            let e = ln_f64((1.0 + p.max(1e-7)) / (1.0 + y.max(1e-7)));
            sum += e * e;
        }
        sum / p.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn ratios_count() {
        let ln_2 = std::f64::consts::LN_2;
        let value = measure(MeanSquaredLogarithmicError {}, 1, 1, &[1.0, 3.0], &[3.0, 1.0], None);
        assert!((value - ln_2 * ln_2).abs() < 1e-12);
        assert_eq!(measure(MeanSquaredLogarithmicError {}, 1, 1, &[-1.0], &[0.0], None), 0.0);
    }
}
