//! Metrics: what is reported beside the loss.
//!
//! A metric is a running sum over batches: it is made for the widths of target and prediction, fed batch by batch, read
//! at the end of an epoch and reset. Targets of width 1 beside predictions of width K > 1 are class numbers.
//!
//! Sums are kept in double precision.
//!
//! Keras's `mean` and `sum` are missing: they are of any numbers, not of targets and predictions.

use treino_core::catalog::family;
use treino_core::error::{Error, Result};

mod accuracy;
mod auc;
mod confusion;
mod correlation;
mod cosine_similarity;
mod crossentropy;
mod custom;
mod edges;
mod exact_auc;
mod expression;
mod f1_score;
mod hinge;
mod iou;
mod kl_divergence;
mod log_cosh_error;
mod mean_absolute_error;
mod mean_absolute_percentage_error;
mod mean_squared_error;
mod mean_squared_logarithmic_error;
mod named;
mod poisson;
mod precision;
mod r2_score;
mod roc;
mod row_mean;
mod sensitivity;
#[cfg(test)]
mod tests;
mod top_k;

pub use accuracy::{Accuracy, BinaryAccuracy, CategoricalAccuracy, EqualAccuracy, SparseCategoricalAccuracy};
pub use auc::{Auc, Curve, Summation};
pub use confusion::{FalseNegatives, FalsePositives, TrueNegatives, TruePositives};
pub use correlation::{ConcordanceCorrelation, PearsonCorrelation};
pub use cosine_similarity::CosineSimilarity;
pub use crossentropy::{BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy};
pub use custom::Custom;
pub use exact_auc::ExactAuc;
pub use expression::ExpressionMetric;
pub use f1_score::{Averaging, F1Score, FBetaScore};
pub use hinge::{CategoricalHinge, Hinge, SquaredHinge};
pub use iou::{BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU};
pub use kl_divergence::KLDivergence;
pub use log_cosh_error::LogCoshError;
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_absolute_percentage_error::MeanAbsolutePercentageError;
pub use mean_squared_error::{MeanSquaredError, RootMeanSquaredError};
pub use mean_squared_logarithmic_error::MeanSquaredLogarithmicError;
pub use named::NamedMetric;
pub use poisson::Poisson;
pub use precision::{Precision, Recall};
pub use r2_score::{Aggregation, R2Score};
pub use roc::{RocCurve, RocPoint, RocStep, auc, roc_curve, walk};
pub use sensitivity::{PrecisionAtRecall, RecallAtPrecision, SensitivityAtSpecificity, SpecificityAtSensitivity};
pub use top_k::{SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy};

family! {
    /// Any metric.
    ///
    /// What is reported beside the loss. Beside its parameters each metric may have a `name`, under which logs and history
    /// show it.
    ///
    /// Keras differences: class numbers beside several predictions count as one-hot rows in every metric that goes
    /// entry by entry; Keras compares the number itself with each prediction, or refuses. Results are those of double
    /// precision.
    pub enum Metric: dyn ComputeMetric in Family {
        name: "metrics", one: "metric", example: "[compile]\nmetrics = [{inline}]\n",
    } => {
        Accuracy,
        BinaryAccuracy,
        CategoricalAccuracy,
        SparseCategoricalAccuracy,
        EqualAccuracy,
        TopKCategoricalAccuracy,
        SparseTopKCategoricalAccuracy,
        Auc,
        ExactAuc,
        Precision,
        Recall,
        F1Score,
        FBetaScore,
        TruePositives,
        TrueNegatives,
        FalsePositives,
        FalseNegatives,
        SensitivityAtSpecificity,
        SpecificityAtSensitivity,
        PrecisionAtRecall,
        RecallAtPrecision,
        IoU,
        MeanIoU,
        BinaryIoU,
        OneHotIoU,
        OneHotMeanIoU,
        BinaryCrossentropy,
        CategoricalCrossentropy,
        SparseCategoricalCrossentropy,
        KLDivergence,
        Poisson,
        Hinge,
        SquaredHinge,
        CategoricalHinge,
        MeanSquaredError,
        RootMeanSquaredError,
        MeanAbsoluteError,
        MeanAbsolutePercentageError,
        MeanSquaredLogarithmicError,
        LogCoshError,
        CosineSimilarity,
        R2Score,
        PearsonCorrelation,
        ConcordanceCorrelation,
        ExpressionMetric,
    } or Custom
}

/// A metric that can be computed.
pub trait ComputeMetric: std::fmt::Debug {
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

    /// Whether it stays the same when one number is added to all targets and predictions. Then it is given their distances
    /// from the mean of the targets, which single precision holds however far from 0 that mean is.
    fn ignores_shift(&self) -> bool {
        false
    }

    /// How many numbers it gives, where it gives a list. The history then holds them as `name_0`, `name_1`, ..., but a
    /// single one as `name`.
    fn parts(&self, _p_width: usize) -> Option<usize> {
        None
    }

    /// A fresh running sum for targets of width `y_width` and predictions of width `p_width`.
    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState>;

    /// Whether more is better (`Some(true)`), less is (`Some(false)`), or neither (`None`), as Keras declares it for
    /// `mode = "auto"`.
    fn more_is_better(&self) -> Option<bool>;
}

/// The running sum of a metric.
pub trait MetricState: Send {
    /// Takes in a batch: rows of targets, rows of predictions, and a weight a row. Allocates nothing.
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>);

    /// The metric over all that was taken in; 0 where nothing was, as in Keras. The first number of a list.
    fn result(&self) -> f64;

    /// Number `at` of a metric that gives a list.
    fn part(&self, _at: usize) -> f64 {
        self.result()
    }

    /// Back to the beginning.
    fn reset(&mut self);
}

/// The names in the history of a metric called `name` for predictions of width `p_width`.
pub(crate) fn history_names(name: &str, metric: &dyn ComputeMetric, p_width: usize) -> Vec<String> {
    match metric.parts(p_width) {
        None | Some(1) => vec![name.to_string()],
        Some(parts) => (0..parts).map(|part| format!("{name}_{part}")).collect(),
    }
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
