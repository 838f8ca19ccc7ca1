//! The logarithm of the hyperbolic cosine of the error.

use super::row_mean::{RowValue, row_mean};
use super::target;
use treino_core::catalog::component;
use treino_engine::math::{exp, ln_1p};

component! {
    /// Mean of ln cosh(p - y).
    ///
    /// Keras differences: the name `logcosh`, which Keras gives it in a history, may be typed.
    pub struct LogCoshError = "log_cosh_error" ["logcosh"] {}
}

row_mean!(LogCoshError: Row, more_is_better: false, counts_classes: false, ignores_shift: true);

struct Row;

impl RowValue for Row {
    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        let mut sum = 0.0;
        for (k, p_k) in p.iter().enumerate() {
            let e = (f64::from(*p_k) - f64::from(target(y, p.len(), k))).abs();
            sum += e + f64::from(ln_1p(exp(-2.0 * e as f32))) - std::f64::consts::LN_2;
        }
        sum / p.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn half_the_square_near_0_and_the_size_far_away() {
        assert_eq!(measure(LogCoshError {}, 1, 1, &[2.0], &[102.0], None), 100.0 - std::f64::consts::LN_2);
        assert!((measure(LogCoshError {}, 1, 1, &[0.0], &[0.125], None) - 0.007_792_237).abs() < 1e-7);
    }
}
