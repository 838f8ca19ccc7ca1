//! Mean absolute percentage error.
//!
//! Keras differences: see the room.

use super::row_mean::{RowValue, row_mean};
use super::target;
use treino_core::catalog::component;

component! {
    /// 100 times the mean of |y - p| / max(|y|, 1e-7).
    pub struct MeanAbsolutePercentageError = "mean_absolute_percentage_error" ["mape", "MAPE"] {}
}

row_mean!(MeanAbsolutePercentageError: Row, more_is_better: false, counts_classes: false);

struct Row;

impl RowValue for Row {
    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        let mut sum = 0.0;
        for (k, p_k) in p.iter().enumerate() {
            let y = f64::from(target(y, p.len(), k));
            sum += (y - f64::from(*p_k)).abs() / y.abs().max(1e-7);
        }
        100.0 * sum / p.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn relative_to_the_target() {
        let y = [1.0, -2.0, 4.0];
        assert_eq!(measure(MeanAbsolutePercentageError {}, 1, 1, &y, &[1.5, -3.0, 2.0], None), 50.0);
        assert!((measure(MeanAbsolutePercentageError {}, 1, 1, &[0.0], &[1.0], None) - 1e9).abs() < 1.0);
    }
}
