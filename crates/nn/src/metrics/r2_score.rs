//! R squared, the share of the target's variance that is explained.

use super::{ComputeMetric, MetricState, target};
use treino_core::catalog::{Kind, choice, component};

choice! {
    /// How the scores of several outputs become one.
    pub enum Aggregation {
        /// Their mean.
        UniformAverage = "uniform_average",
        /// Their mean, each weighted by the variance of its targets.
        VarianceWeightedAverage = "variance_weighted_average",
        /// They do not: each is reported.
        None = "none",
    }
}

component! {
    /// 1 - (sum of squared errors) / (sum of squared deviations of the target from its mean).
    ///
    /// 1 is perfect, 0 is as good as the mean, less is worse than the mean.
    ///
    /// Keras differences: a target without any variance gives 0, also where it is met exactly (there Keras gives NaN).
    /// Sums are taken about each output's first target in double precision, so a large mean costs no digits.
    pub struct R2Score = "r2_score" {
        /// How several outputs are put together: as equals, by their variance, or not ("none", a number each).
        class_aggregation: Aggregation = Aggregation::UniformAverage, Aggregation::KIND;
        /// Number of features for the adjusted R squared; 0 leaves it unadjusted.
        num_regressors: usize = 0, Kind::INDEX;
    }
}

impl ComputeMetric for R2Score {
    fn counts_classes(&self) -> bool {
        false
    }

    fn ignores_shift(&self) -> bool {
        true
    }

    fn parts(&self, p_width: usize) -> Option<usize> {
        (self.class_aggregation == Aggregation::None).then_some(p_width)
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        Box::new(Sums {
            y_width,
            by_variance: self.class_aggregation == Aggregation::VarianceWeightedAverage,
            regressors: self.num_regressors as f64,
            entries: 0,
            outputs: vec![Sum::default(); p_width],
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

#[derive(Clone, Default)]
struct Sum {
    shift: f64,
    weight: f64,
    y: f64,
    y_squared: f64,
    error_squared: f64,
}

impl Sum {
    fn deviations(&self) -> f64 {
        if self.weight == 0.0 { 0.0 } else { self.y_squared - self.y * self.y / self.weight }
    }

    fn score(&self) -> f64 {
        let total = self.deviations();
        if total == 0.0 { 0.0 } else { 1.0 - self.error_squared / total }
    }
}

struct Sums {
    y_width: usize,
    by_variance: bool,
    regressors: f64,
    entries: u64,
    outputs: Vec<Sum>,
}

impl Sums {
    fn adjusted(&self, score: f64) -> f64 {
        let n = self.entries as f64;
        if self.regressors > 0.0 && self.regressors < n - 1.0 {
            1.0 - (1.0 - score) * (n - 1.0) / (n - self.regressors - 1.0)
        } else {
            score
        }
    }
}

impl MetricState for Sums {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        let p_width = self.outputs.len();
        for (r, (y, p)) in y.chunks_exact(self.y_width).zip(p.chunks_exact(p_width)).enumerate() {
            let weight = weights.map_or(1.0, |w| f64::from(w[r]));
            for (k, (sum, p)) in self.outputs.iter_mut().zip(p).enumerate() {
                let y = f64::from(target(y, p_width, k));
                if self.entries < p_width as u64 {
                    sum.shift = y;
                }
                let (d, e) = (y - sum.shift, y - f64::from(*p));
                sum.weight += weight;
                sum.y += weight * d;
                sum.y_squared += weight * d * d;
                sum.error_squared += weight * e * e;
                self.entries += 1;
            }
        }
    }

    fn result(&self) -> f64 {
        let score = if self.by_variance {
            let total: f64 = self.outputs.iter().map(Sum::deviations).sum();
            let explained: f64 = self.outputs.iter().map(|o| o.deviations() * o.score()).sum();
            if total == 0.0 { 0.0 } else { explained / total }
        } else {
            self.outputs.iter().map(Sum::score).sum::<f64>() / self.outputs.len() as f64
        };
        self.adjusted(score)
    }

    fn part(&self, at: usize) -> f64 {
        self.outputs.get(at).map_or(0.0, |output| self.adjusted(output.score()))
    }

    fn reset(&mut self) {
        self.entries = 0;
        self.outputs.fill(Sum::default());
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn perfect_the_mean_and_no_variance() {
        let y = [1e6, 1e6 + 1.0, 1e6 + 2.0];
        assert_eq!(measure(R2Score::default(), 1, 1, &y, &y, None), 1.0);
        assert_eq!(measure(R2Score::default(), 1, 1, &y, &[1e6 + 1.0; 3], None), 0.0);
        assert_eq!(measure(R2Score::default(), 1, 1, &[0.1; 3], &[0.1, 0.2, 0.3], None), 0.0);
        let adjusted = R2Score { num_regressors: 1, ..R2Score::default() };
        // R2 = 1 - 0.5 / 2 = 0.75 from 3 rows; adjusted 1 - 0.25 * 2 / 1.
        assert_eq!(measure(adjusted, 1, 1, &[0.0, 1.0, 2.0], &[0.5, 1.0, 1.5], None), 0.5);
    }
}
