//! Losses: what a training minimises.
//!
//! A loss gives one number a row; the loss of a batch is sum(weight * loss) / rows (Keras's `sum_over_batch_size`: the
//! weights do not enter the divisor). Value and gradient are computed in one pass.
//!
//! A sigmoid or softmax at the end of a network followed by its own crossentropy is computed from what goes *into* that
//! activation: stable for any input, and with the gradient (p - y) that never vanishes by rounding.
//!
//! Keras differences: Keras on JAX and PyTorch clips the probabilities to [1e-7, 1 - 1e-7] there instead, so it gives a
//! zero gradient to a row that is certain and wrong; Keras on TensorFlow does as we do. Unfused (`from_logits = false`
//! behind another activation) we clip as Keras does.

mod binary_crossentropy;
mod categorical_crossentropy;
mod custom;
mod expression;
mod mean_absolute_error;
mod mean_squared_error;

pub use binary_crossentropy::BinaryCrossentropy;
pub use categorical_crossentropy::{CategoricalCrossentropy, SparseCategoricalCrossentropy};
pub use custom::Custom;
pub use expression::ExpressionLoss;
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_squared_error::MeanSquaredError;

use crate::activations::Activation;
use crate::catalog::{Room, room};
use treino_engine::simd::Kernel;
/// The instruction set that a [`Criterion`] is computed with.
pub use treino_engine::simd::Simd;

/// Keras's fuzz factor, `keras.config.epsilon()`.
pub const EPSILON: f32 = 1e-7;

room! {
    /// Any loss.
    pub enum Loss: dyn Criterion in Room::Losses => {
        BinaryCrossentropy,
        CategoricalCrossentropy,
        SparseCategoricalCrossentropy,
        MeanSquaredError,
        MeanAbsoluteError,
        ExpressionLoss,
    } or Custom
}

/// What kind of target a loss compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// Numbers, as many a row as predictions.
    Numbers,
    /// Numbers in [0, 1], as many a row as predictions, each for itself.
    Probabilities,
    /// One row of shares a sample that sum to 1: a class as a one-hot row.
    OneHot,
    /// One class number a row.
    ClassNumbers,
}

/// What a loss computes.
pub trait Criterion: std::fmt::Debug {
    /// What kind of target it compares with.
    fn targets(&self) -> Targets;

    /// Whether it expects the network itself to put out logits (`from_logits`).
    fn wants_logits(&self) -> bool {
        false
    }

    /// Whether it can take over the given last activation, and work on what goes into it.
    fn absorbs(&self, _activation: &Activation) -> bool {
        false
    }

    /// A name of its own, where it has one.
    fn label(&self) -> Option<&str> {
        None
    }

    /// Computes the loss of each row, and the gradient where it is asked for.
    fn rows(&self, simd: Simd, batch: Batch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>);
}

/// The rows that a loss compares.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Targets: rows of `width` numbers, or of one for [`Targets::ClassNumbers`].
    pub y: &'a [f32],
    /// Predictions: rows of `width` numbers; logits where the loss absorbs the last activation.
    pub p: &'a [f32],
    /// Numbers in a row of predictions.
    pub width: usize,
    /// Whether `p` holds logits.
    pub logits: bool,
}

/// Where the gradient goes.
#[derive(Debug)]
pub struct Gradient<'a> {
    /// The weight of each row, over the number of rows.
    pub scale: &'a [f32],
    /// scale * d loss / dp, rows of the predictions' width.
    pub dp: &'a mut [f32],
}

/// The loss of one row. Mark `row` with `#[inline(always)]`: only what is inlined is compiled for the wide instruction
/// sets (a closure would not be).
pub(crate) trait RowLoss {
    /// The loss of a row of targets `y` and predictions `p`; fills `gradient.1` with `gradient.0` * d loss / dp where it is
    /// asked for.
    fn row(&self, y: &[f32], p: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32;
}

/// Computes the loss of each row of a batch whose targets have rows of `y_width` numbers.
pub(crate) fn each_row<L: RowLoss>(
    simd: Simd,
    loss: &L,
    batch: Batch<'_>,
    y_width: usize,
    losses: &mut [f32],
    gradient: Option<Gradient<'_>>,
) {
    simd.run(EachRow { loss, batch, y_width, losses, gradient });
}

struct EachRow<'a, L> {
    loss: &'a L,
    batch: Batch<'a>,
    y_width: usize,
    losses: &'a mut [f32],
    gradient: Option<Gradient<'a>>,
}

impl<L: RowLoss> Kernel for EachRow<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let EachRow { loss, batch, y_width, losses, gradient } = self;
        let rows = batch.y.chunks_exact(y_width).zip(batch.p.chunks_exact(batch.width)).zip(losses);
        match gradient {
            Some(Gradient { scale, dp }) => {
                for (((y, p), out), (scale, dp)) in rows.zip(scale.iter().zip(dp.chunks_exact_mut(batch.width))) {
                    *out = loss.row(y, p, Some((*scale, dp)));
                }
            }
            None => {
                for ((y, p), out) in rows {
                    *out = loss.row(y, p, None);
                }
            }
        }
    }
}
