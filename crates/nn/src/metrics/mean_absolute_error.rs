//! Mean absolute error.
//!
//! Keras differences: see the room.

use super::row_mean::RowMean;
use super::{ComputeMetric, MetricState, target};
use treino_core::catalog::component;

component! {
    /// Mean of |y - p|, in the target's units.
    pub struct MeanAbsoluteError = "mean_absolute_error" ["mae", "MAE"] {}
}

impl ComputeMetric for MeanAbsoluteError {
    fn counts_classes(&self) -> bool {
        false
    }

    fn ignores_shift(&self) -> bool {
        true
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        RowMean::start(y_width, p_width, move |y: &[f32], p: &[f32]| {
            let error = |(k, p): (usize, &f32)| (f64::from(target(y, p_width, k)) - f64::from(*p)).abs();
            p.iter().enumerate().map(error).sum::<f64>() / p_width as f64
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

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
