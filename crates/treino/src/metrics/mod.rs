//! Metrics: what is reported beside the loss.
//!
//! A metric is a running sum over batches: it is made for the widths of target and prediction, fed batch by batch, read
//! at the end of an epoch and reset. Targets of width 1 beside predictions of width K > 1 are class numbers.
//!
//! Sums are kept in double precision.
//!
//! Keras differences: class numbers beside several predictions count as one-hot rows in every metric that goes entry by
//! entry; Keras compares the number itself with each prediction, or refuses. Results are those of double precision.

use crate::catalog::{Room, room};
use crate::error::{Error, Result};

mod accuracy;
mod auc;
mod crossentropy;
mod expression;
mod f1_score;
mod mean_absolute_error;
mod mean_squared_error;
mod named;
mod precision;
mod r2_score;
mod row_mean;
#[cfg(test)]
mod tests;

pub use accuracy::{Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy};
pub use auc::Auc;
pub use crossentropy::{BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy};
pub use expression::ExpressionMetric;
pub use f1_score::F1Score;
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_squared_error::{MeanSquaredError, RootMeanSquaredError};
pub use named::NamedMetric;
pub use precision::{Precision, Recall};
pub use r2_score::R2Score;

room! {
    /// Any metric.
    pub enum Metric: dyn Measure in Room::Metrics => {
        Accuracy,
        BinaryAccuracy,
        CategoricalAccuracy,
        SparseCategoricalAccuracy,
        Auc,
        Precision,
        Recall,
        F1Score,
        BinaryCrossentropy,
        CategoricalCrossentropy,
        SparseCategoricalCrossentropy,
        MeanSquaredError,
        RootMeanSquaredError,
        MeanAbsoluteError,
        R2Score,
        ExpressionMetric,
    }
}

/// A metric that can be computed.
pub trait Measure: std::fmt::Debug {
    /// Whether it says anything for targets of width `y_width` and predictions of width `p_width`. What it refuses, it
    /// still computes, in some way.
    ///
    /// # Errors
    /// Widths that the metric is not made for.
    fn check(&self, _y_width: usize, _p_width: usize) -> Result<()> {
        Ok(())
    }

    /// Whether it judges classes, so that it says nothing about a target that is a number.
    fn counts_classes(&self) -> bool {
        true
    }

    /// A fresh running sum for targets of width `y_width` and predictions of width `p_width`.
    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn Running>;

    /// Whether more is better (`Some(true)`), less is (`Some(false)`), or neither (`None`), as Keras declares it for
    /// `mode = "auto"`.
    fn more_is_better(&self) -> Option<bool>;
}

/// The running sum of a metric.
pub trait Running: Send {
    /// Takes in a batch: rows of targets, rows of predictions, and a weight a row. Allocates nothing.
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>);

    /// The metric over all that was taken in; 0 where nothing was, as in Keras.
    fn result(&self) -> f64;

    /// Back to the beginning.
    fn reset(&mut self);
}

/// Entry `k` of a row's target: the row has one number for each prediction, or it is the number of the class.
#[inline]
fn target(y: &[f32], p_width: usize, k: usize) -> f32 {
    if y.len() == p_width {
        y[k]
    } else if y[0] == k as f32 {
        1.0
    } else {
        0.0
    }
}

/// Where the largest number of a row stands; of equals, the first.
fn largest(row: &[f32]) -> usize {
    let mut at = 0;
    for (k, value) in row.iter().enumerate() {
        if *value > row[at] {
            at = k;
        }
    }
    at
}

/// Refuses a prediction of one number, for which `metric` would always be the same.
fn one_probability_a_class(metric: &str, instead: &str, p_width: usize) -> Result<()> {
    if p_width > 1 {
        return Ok(());
    }
    let e = Error::input(format!("{metric} needs one output a class, but the network has one output"));
    Err(e.help(format!("use {instead}")))
}
