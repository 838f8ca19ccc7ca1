//! The Poisson loss as a metric.
//!
//! Keras differences: see the room.

use super::row_mean::{RowValue, row_mean};
use super::target;
use treino_core::catalog::component;
use treino_engine::math::ln_f64;

component! {
    /// Mean of p - y ln(p + 1e-7): for counts, with p their expected number. NaN for a prediction below 0.
    pub struct Poisson = "poisson" {}
}

row_mean!(Poisson: Row, more_is_better: false, counts_classes: false);

struct Row;

impl RowValue for Row {
    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        let mut sum = 0.0;
        for (k, p_k) in p.iter().enumerate() {
            let p_k = f64::from(*p_k);
            let log = if p_k + 1e-7 > 0.0 { ln_f64(p_k + 1e-7) } else { f64::NAN };
            sum += p_k - f64::from(target(y, p.len(), k)) * log;
        }
        sum / p.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn a_closed_form() {
        let value = measure(Poisson {}, 1, 1, &[2.0, 0.0], &[2.0, 1.0], None);
        assert!((value - (1.5 - std::f64::consts::LN_2)).abs() < 1e-7);
    }
}
