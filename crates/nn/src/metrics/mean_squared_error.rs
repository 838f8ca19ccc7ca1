//! Mean squared error and its root.
//!
//! Keras differences: see the room.

use super::row_mean::{RowMean, row_mean};
use super::{ComputeMetric, MetricState, target};
use treino_core::catalog::component;

fn squared_error(y: &[f32], p: &[f32]) -> f64 {
    let error = |(k, p_k): (usize, &f32)| {
        let e = f64::from(target(y, p.len(), k)) - f64::from(*p_k);
        e * e
    };
    p.iter().enumerate().map(error).sum::<f64>() / p.len() as f64
}

component! {
    /// Mean of (y - p)^2.
    pub struct MeanSquaredError = "mean_squared_error" ["mse", "MSE"] {}
}

row_mean!(MeanSquaredError: squared_error, more_is_better: false, counts_classes: false, ignores_shift: true);

component! {
    /// The root of the mean of (y - p)^2 over the whole epoch, in the target's units.
    pub struct RootMeanSquaredError = "root_mean_squared_error" {}
}

impl ComputeMetric for RootMeanSquaredError {
    fn counts_classes(&self) -> bool {
        false
    }

    fn ignores_shift(&self) -> bool {
        true
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        RowMean::start_with(y_width, p_width, squared_error, f64::sqrt)
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
    fn the_root_is_taken_of_the_mean() {
        let (y, p) = ([0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 3.0, 5.0]);
        assert_eq!(measure(MeanSquaredError {}, 1, 1, &y, &p, None), 9.0);
        assert_eq!(measure(RootMeanSquaredError {}, 1, 1, &y, &p, None), 3.0);
        assert_eq!(
            measure(RootMeanSquaredError {}, 1, 1, &y, &p, Some(&[1.0, 1.0, 1.0, 0.0])),
            (11.0_f64 / 3.0).sqrt()
        );
    }
}
