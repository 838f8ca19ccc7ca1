//! Correlations between targets and predictions.

use super::row_mean::{RowMean, RowValue};
use super::{ComputeMetric, MetricState, target};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::{Error, Result};

const AXIS: Kind = Kind::Int(Interval::closed(-1.0, 1.0));

component! {
    /// Pearson's correlation: covariance over the product of the standard deviations, 1 on any rising line.
    ///
    /// Keras differences: with `axis = 0`, which correlates the rows of an output, sums run over the whole epoch;
    /// Keras takes the mean of each batch's correlation. Where targets or predictions do not vary, the correlation is
    /// 0; Keras gives NaN. See also the room.
    pub struct PearsonCorrelation = "pearson_correlation" {
        /// Across what: -1 or 1 the outputs of each row, of which the mean is taken; 0 the rows, for each output.
        axis: i64 = -1, AXIS;
    }
}

component! {
    /// Lin's concordance correlation, 2 cov / (var y + var p + (mean y - mean p)^2 + 1e-7): 1 only where both are equal.
    ///
    /// Keras differences: with `axis = 0`, which correlates the rows of an output, sums run over the whole epoch;
    /// Keras takes the mean of each batch's correlation. Where targets or predictions do not vary, the correlation is
    /// 0; Keras gives NaN. See also the room.
    pub struct ConcordanceCorrelation = "concordance_correlation" {
        /// Across what: -1 or 1 the outputs of each row, of which the mean is taken; 0 the rows, for each output.
        axis: i64 = -1, AXIS;
    }
}

fn check(metric: &str, axis: i64, p_width: usize) -> Result<()> {
    if axis != 0 && p_width == 1 {
        let e = format!("{metric} correlates the outputs of a row, but the network has one output");
        return Err(Error::input(e).help("use axis = 0 to correlate the rows"));
    }
    Ok(())
}

fn start(y_width: usize, p_width: usize, axis: i64, of: fn(&CorrelationMoments) -> f64) -> Box<dyn MetricState> {
    if axis == 0 {
        Box::new(CorrelationColumns { y_width, of, seen: false, outputs: vec![CorrelationMoments::default(); p_width] })
    } else {
        RowMean::start(y_width, p_width, Row { of })
    }
}

impl ComputeMetric for PearsonCorrelation {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        check("pearson_correlation", self.axis, p_width)
    }

    fn counts_classes(&self) -> bool {
        false
    }

    fn ignores_shift(&self) -> bool {
        true
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        start(y_width, p_width, self.axis, CorrelationMoments::pearson)
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

impl ComputeMetric for ConcordanceCorrelation {
    fn check(&self, _y_width: usize, p_width: usize) -> Result<()> {
        check("concordance_correlation", self.axis, p_width)
    }

    fn counts_classes(&self) -> bool {
        false
    }

    fn ignores_shift(&self) -> bool {
        true
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        start(y_width, p_width, self.axis, CorrelationMoments::concordance)
    }

    fn more_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

/// Sums about the first pair that was added, so that a large mean costs no digits.
#[derive(Clone, Default)]
struct CorrelationMoments {
    shift: (f64, f64),
    weight: f64,
    y: f64,
    p: f64,
    yy: f64,
    pp: f64,
    yp: f64,
}

impl CorrelationMoments {
    fn add(&mut self, y: f64, p: f64, weight: f64) {
        let (y, p) = (y - self.shift.0, p - self.shift.1);
        self.weight += weight;
        self.y += weight * y;
        self.p += weight * p;
        self.yy += weight * y * y;
        self.pp += weight * p * p;
        self.yp += weight * y * p;
    }

    /// Variances of targets and predictions, and their covariance.
    fn variances(&self) -> (f64, f64, f64) {
        let n = if self.weight == 0.0 { 1.0 } else { self.weight };
        let central = |sum: f64, a: f64, b: f64| sum / n - a / n * (b / n);
        (central(self.yy, self.y, self.y), central(self.pp, self.p, self.p), central(self.yp, self.y, self.p))
    }

    fn pearson(&self) -> f64 {
        let (y, p, both) = self.variances();
        if y <= 0.0 || p <= 0.0 { 0.0 } else { both / (y.sqrt() * p.sqrt()) }
    }

    fn concordance(&self) -> f64 {
        let (y, p, both) = self.variances();
        let n = if self.weight == 0.0 { 1.0 } else { self.weight };
        let apart = (self.shift.0 + self.y / n) - (self.shift.1 + self.p / n);
        2.0 * both / (y + p + apart * apart + 1e-7)
    }
}

/// Each row for itself.
struct Row {
    of: fn(&CorrelationMoments) -> f64,
}

impl RowValue for Row {
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        let mut moments = CorrelationMoments {
            shift: (f64::from(target(y, p.len(), 0)), f64::from(p[0])),
            ..CorrelationMoments::default()
        };
        for (k, p_k) in p.iter().enumerate() {
            moments.add(f64::from(target(y, p.len(), k)), f64::from(*p_k), 1.0);
        }
        (self.of)(&moments)
    }
}

/// Each output over all rows.
struct CorrelationColumns {
    y_width: usize,
    of: fn(&CorrelationMoments) -> f64,
    seen: bool,
    outputs: Vec<CorrelationMoments>,
}

impl MetricState for CorrelationColumns {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        let p_width = self.outputs.len();
        for (r, (y, p)) in y.chunks_exact(self.y_width).zip(p.chunks_exact(p_width)).enumerate() {
            let weight = weights.map_or(1.0, |w| f64::from(w[r]));
            for (k, (moments, p)) in self.outputs.iter_mut().zip(p).enumerate() {
                let (y, p) = (f64::from(target(y, p_width, k)), f64::from(*p));
                if !self.seen {
                    moments.shift = (y, p);
                }
                moments.add(y, p, weight);
            }
            self.seen = true;
        }
    }

    fn result(&self) -> f64 {
        self.outputs.iter().map(self.of).sum::<f64>() / self.outputs.len() as f64
    }

    fn reset(&mut self) {
        self.seen = false;
        self.outputs.fill(CorrelationMoments::default());
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn lines_and_constants() {
        let (y, p) = ([1.0, 2.0, 4.0], [3.0, 5.0, 9.0]);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-7, "{a}, not {b}");
        close(measure(PearsonCorrelation::default(), 3, 3, &y, &p, None), 1.0);
        close(measure(PearsonCorrelation { axis: 0 }, 1, 1, &y, &p, None), 1.0);
        // var y = 14/9, var p = 56/9, cov = 28/9, means 10/3 apart.
        let lin = (56.0 / 9.0) / (70.0 / 9.0 + 100.0 / 9.0);
        close(measure(ConcordanceCorrelation::default(), 3, 3, &y, &p, None), lin);
        close(measure(ConcordanceCorrelation { axis: 0 }, 1, 1, &y, &p, Some(&[1.0; 3])), lin);
        close(measure(PearsonCorrelation { axis: 0 }, 1, 1, &y, &[2.0; 3], None), 0.0);
        assert!(PearsonCorrelation::default().check(1, 1).is_err());
    }
}
