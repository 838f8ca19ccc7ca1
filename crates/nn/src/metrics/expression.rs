//! A metric of one's own, as an expression.
//!
//! The language is that of [`crate::expression`]. The metric is the weighted mean over rows of the expression's value; the
//! value of a row is computed in single precision, sums in double.

use super::{ComputeMetric, MetricState, target};
use crate::expression::MetricFormula;
use treino_core::catalog::{Kind, component};
use treino_engine::simd::Simd;

component! {
    /// A metric of one's own: the mean over rows of an expression of y_true and y_pred.
    ///
    /// It can stand wherever the name of a metric can; the history calls it by
    /// its name, where one is given:
    /// { type = "expression", expression = "y_pred > y_true", name = "too_high" }.
    ///
    /// y_true and y_pred are the targets and predictions of one row, one number
    /// for each output; a class is a row with 1 at its place. Numbers to predict
    /// are in their own units. Where the expression gives one number for each
    /// output, their mean is taken. Whether more or less is better is not known,
    /// so early_stopping needs a mode to monitor it. `treino catalog losses
    /// expression` lists operators and functions.
    ///
    /// Keras differences: Keras takes a function of the user's instead, whose mean it reports as this one's.
    pub struct ExpressionMetric = "expression" {
        /// The expression.
        expression: MetricFormula = absolute_error(), Kind::Text;
    }
}

fn absolute_error() -> MetricFormula {
    MetricFormula::new("mean(abs(y_true - y_pred))").expect("it is an expression")
}

impl ComputeMetric for ExpressionMetric {
    fn counts_classes(&self) -> bool {
        false
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        let one_hot = if y_width == p_width { 0 } else { ROWS * p_width };
        Box::new(RowValues {
            expression: self.expression.clone(),
            simd: Simd::detect(),
            widths: [y_width, p_width],
            one_hot: vec![0.0; one_hot],
            values: vec![0.0; ROWS],
            total: 0.0,
            weight: 0.0,
        })
    }

    fn more_is_better(&self) -> Option<bool> {
        None
    }
}

/// Rows taken in at once.
const ROWS: usize = 64;

/// sum(weight * value(row)) / sum(weight).
struct RowValues {
    expression: MetricFormula,
    simd: Simd,
    widths: [usize; 2],
    /// Class numbers as rows, where targets are such.
    one_hot: Vec<f32>,
    values: Vec<f32>,
    total: f64,
    weight: f64,
}

impl MetricState for RowValues {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        let [y_width, p_width] = self.widths;
        for (i, (y, p)) in y.chunks(ROWS * y_width).zip(p.chunks(ROWS * p_width)).enumerate() {
            let y = if y_width == p_width {
                y
            } else {
                for (row, y) in self.one_hot.chunks_exact_mut(p_width).zip(y.chunks_exact(y_width)) {
                    row.iter_mut().enumerate().for_each(|(k, to)| *to = target(y, p_width, k));
                }
                &self.one_hot[..p.len()]
            };
            let values = &mut self.values[..p.len() / p_width];
            self.expression.values(self.simd, [y, p], p_width, values);
            for (r, value) in values.iter().enumerate() {
                let weight = weights.map_or(1.0, |w| f64::from(w[i * ROWS + r]));
                self.total += weight * f64::from(*value);
                self.weight += weight;
            }
        }
    }

    fn result(&self) -> f64 {
        if self.weight == 0.0 { 0.0 } else { self.total / self.weight }
    }

    fn reset(&mut self) {
        (self.total, self.weight) = (0.0, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    fn metric(text: &str) -> ExpressionMetric {
        ExpressionMetric { expression: MetricFormula::new(text).unwrap() }
    }

    #[test]
    fn the_weighted_mean_over_rows() {
        let (y, p) = ([1.0, 2.0, 3.0], [1.5, 1.0, 7.0]);
        assert_eq!(measure(metric("abs(y_true - y_pred)"), 1, 1, &y, &p, None), 5.5 / 3.0);
        assert_eq!(measure(metric("y_pred > y_true"), 1, 1, &y, &p, Some(&[3.0, 1.0, 0.0])), 0.75);
        let many: Vec<f32> = (0..1000).map(|i| i as f32).collect();
        assert_eq!(measure(metric("y_pred"), 1, 1, &many, &many, None), 499.5);
    }

    #[test]
    fn class_numbers_are_one_hot_rows() {
        let p = [0.25, 0.5, 0.25, 0.75, 0.125, 0.125];
        let given = metric("sum(y_true * y_pred)");
        assert_eq!(measure(given.clone(), 1, 3, &[1.0, 2.0], &p, None), 0.3125);
        assert_eq!(measure(given, 3, 3, &[0.0, 1.0, 0.0, 0.0, 0.0, 1.0], &p, None), 0.3125);
    }
}
