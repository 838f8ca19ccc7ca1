//! Metrics: what is reported beside the loss.
//!
//! A metric is a running sum over batches: it is made for the widths of target and prediction, fed batch by batch, read
//! at the end of an epoch and reset. Targets of width 1 beside predictions of width K > 1 are class numbers.
//!
//! Keras differences: none known.

use crate::catalog::{Room, room};

mod mean_absolute_error;

pub use mean_absolute_error::MeanAbsoluteError;

room! {
    /// Any metric.
    pub enum Metric: dyn Measure in Room::Metrics => { MeanAbsoluteError }
}

/// A metric that can be computed.
pub trait Measure: std::fmt::Debug {
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
