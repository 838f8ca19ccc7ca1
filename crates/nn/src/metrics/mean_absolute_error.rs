//! Mean absolute error.
//!
//! Keras differences: see the room.

use super::row_mean::row_mean;
use super::target;
use treino_core::catalog::component;

fn absolute_error(y: &[f32], p: &[f32]) -> f64 {
    let error = |(k, p_k): (usize, &f32)| (f64::from(target(y, p.len(), k)) - f64::from(*p_k)).abs();
    p.iter().enumerate().map(error).sum::<f64>() / p.len() as f64
}

component! {
    /// Mean of |y - p|, in the target's units.
    pub struct MeanAbsoluteError = "mean_absolute_error" ["mae", "MAE"] {}
}

row_mean!(MeanAbsoluteError: absolute_error, more_is_better: false, counts_classes: false, ignores_shift: true);

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn a_mean_over_all_entries() {
        assert_eq!(measure(MeanAbsoluteError {}, 1, 1, &[1.0, 2.0], &[2.0, -1.0], None), 2.0);
        assert_eq!(measure(MeanAbsoluteError {}, 2, 2, &[1.0, 2.0], &[2.0, -1.0], Some(&[0.5])), 2.0);
        // A class number beside three predictions is a one-hot row.
        assert_eq!(measure(MeanAbsoluteError {}, 1, 3, &[2.0], &[0.25, 0.25, 0.5], None), 1.0 / 3.0);
    }
}
