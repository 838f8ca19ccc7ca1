//! Hinge losses as metrics.
//!
//! Keras differences: see the room.

use super::row_mean::{RowMean, RowValue};
use super::{ComputeMetric, MetricState, one_probability_a_class, target};
use treino_core::catalog::component;
use treino_core::error::Result;

component! {
    /// Mean of max(1 - y p, 0), for targets -1 and 1; a batch of nothing but 0 and 1 is taken as 2 y - 1.
    pub struct Hinge = "hinge" {}
}

component! {
    /// Mean of max(1 - y p, 0)^2, with targets as in `hinge`.
    pub struct SquaredHinge = "squared_hinge" {}
}

component! {
    /// Mean of max(1 + max((1 - y) p) - sum y p, 0), for one-hot targets.
    pub struct CategoricalHinge = "categorical_hinge" {}
}

impl ComputeMetric for Hinge {
    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        RowMean::start(y_width, p_width, Margin { binary: false, squared: false })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

impl ComputeMetric for SquaredHinge {
    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        RowMean::start(y_width, p_width, Margin { binary: false, squared: true })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

impl ComputeMetric for CategoricalHinge {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        one_probability_a_class("categorical_hinge", "hinge", p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        RowMean::start(y_width, p_width, BestOtherMargin)
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

struct Margin {
    /// Whether all targets of the batch are 0 or 1.
    binary: bool,
    squared: bool,
}

impl RowValue for Margin {
    fn look(&mut self, y: &[f32]) {
        self.binary = y.iter().all(|y| *y == 0.0 || *y == 1.0);
    }

    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        let mut sum = 0.0;
        for (k, p_k) in p.iter().enumerate() {
            let y_k = f64::from(target(y, p.len(), k));
            // Class numbers count as one-hot rows, whatever they are.
            let y_k = if self.binary || y.len() != p.len() { 2.0 * y_k - 1.0 } else { y_k };
            let short = (1.0 - y_k * f64::from(*p_k)).max(0.0);
            sum += if self.squared { short * short } else { short };
        }
        sum / p.len() as f64
    }
}

struct BestOtherMargin;

impl RowValue for BestOtherMargin {
    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        let (mut own, mut other) = (0.0, f64::NEG_INFINITY);
        for (k, p_k) in p.iter().enumerate() {
            let (y, p) = (f64::from(target(y, p.len(), k)), f64::from(*p_k));
            own += y * p;
            other = f64::max(other, (1.0 - y) * p);
        }
        (1.0 + other - own).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn margins() {
        assert_eq!(measure(Hinge {}, 1, 1, &[0.0, 1.0], &[0.5, 0.5], None), 1.0);
        assert_eq!(measure(Hinge {}, 1, 1, &[0.0, -1.0], &[0.5, 0.5], None), 1.25);
        assert_eq!(measure(SquaredHinge {}, 1, 1, &[-1.0, 1.0], &[0.5, 0.5], None), 1.25);
        assert_eq!(measure(CategoricalHinge {}, 1, 3, &[1.0], &[0.5, 2.0, 0.25], None), 0.0);
        assert_eq!(measure(CategoricalHinge {}, 3, 3, &[1.0, 0.0, 0.0], &[0.5, 2.0, 0.25], None), 2.5);
    }
}
