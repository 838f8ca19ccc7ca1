//! Losses: what a training minimises.
//!
//! A loss gives one number a row; a [`Reduction`] makes the loss of a batch of them, by default sum(weight * loss) / rows
//! (the weights do not enter the divisor). Value and gradient are computed in one pass.
//!
//! A sigmoid or softmax at the end of a network followed by its own crossentropy is computed from what goes *into* that
//! activation: stable for any input, and with the gradient (p - y) that never vanishes by rounding.

mod binary_crossentropy;
mod binary_focal_crossentropy;
mod categorical_crossentropy;
mod categorical_focal_crossentropy;
mod categorical_generalized_cross_entropy;
mod categorical_hinge;
mod circle;
mod cosine_similarity;
mod crossentropy;
mod custom;
mod dice;
mod entry;
mod expression;
mod hinge;
mod huber;
mod kl_divergence;
mod log_cosh;
mod mean_absolute_error;
mod mean_absolute_percentage_error;
mod mean_squared_error;
mod mean_squared_logarithmic_error;
mod poisson;
mod power;
mod reduction;
mod score;
mod targets;

pub use binary_crossentropy::BinaryCrossentropy;
pub use binary_focal_crossentropy::BinaryFocalCrossentropy;
pub use categorical_crossentropy::{CategoricalCrossentropy, SparseCategoricalCrossentropy};
pub use categorical_focal_crossentropy::CategoricalFocalCrossentropy;
pub use categorical_generalized_cross_entropy::CategoricalGeneralizedCrossEntropy;
pub use categorical_hinge::CategoricalHinge;
pub use circle::Circle;
pub use cosine_similarity::CosineSimilarity;
pub use crossentropy::Crossentropy;
pub use custom::Custom;
pub use dice::{Dice, Tversky};
pub use expression::ExpressionLoss;
pub use hinge::{Hinge, SquaredHinge};
pub use huber::Huber;
pub use kl_divergence::KLDivergence;
pub use log_cosh::LogCosh;
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_absolute_percentage_error::MeanAbsolutePercentageError;
pub use mean_squared_error::MeanSquaredError;
pub use mean_squared_logarithmic_error::MeanSquaredLogarithmicError;
pub use poisson::Poisson;
pub(crate) use reduction::loss;
pub use reduction::{HasReduction, Reduction};
pub use score::Score;
pub use targets::TargetKind;

use crate::activations::Activation;
use treino_core::catalog::family;
use treino_engine::simd::Kernel;
/// The instruction set that a [`ComputeLoss`] is computed with.
pub use treino_engine::simd::Simd;

/// Keras's fuzz factor, `keras.config.epsilon()`.
pub const EPSILON: f32 = 1e-7;

family! {
    /// Any loss.
    ///
    /// What a training minimises. A loss gives one number a row, and the loss of a batch is sum(weight * loss) / rows, as
    /// in Keras.
    ///
    /// Keras differences: a sigmoid or softmax at the end of a network followed by its own crossentropy is computed
    /// from what goes into it, and its gradient never vanishes by rounding; Keras on JAX and PyTorch clips the
    /// probabilities to [1e-7, 1 - 1e-7] there, so it gives a zero gradient to a row that is certain and wrong, while
    /// Keras on TensorFlow does as we do. Behind another activation we clip as Keras does. The reduction "none" is
    /// missing: a training needs one number to minimise.
    pub enum Loss: dyn ComputeLoss in Family {
        name: "losses", one: "loss", example: "[compile]\nloss = {inline}\n",
    } => {
        BinaryCrossentropy,
        BinaryFocalCrossentropy,
        CategoricalCrossentropy,
        CategoricalFocalCrossentropy,
        SparseCategoricalCrossentropy,
        Crossentropy,
        CategoricalGeneralizedCrossEntropy,
        KLDivergence,
        Poisson,
        MeanSquaredError,
        MeanAbsoluteError,
        MeanAbsolutePercentageError,
        MeanSquaredLogarithmicError,
        Huber,
        LogCosh,
        CosineSimilarity,
        Hinge,
        SquaredHinge,
        CategoricalHinge,
        Dice,
        Tversky,
        Circle,
        ExpressionLoss,
    } or Custom
}

impl Loss {
    /// Whether the loss of many rows is the same however they are cut into batches, up to rounding, when batches are
    /// averaged by their number of rows.
    pub fn is_additive(&self) -> bool {
        let it = self.inner();
        it.scope() == Scope::Row && it.reduction() == Reduction::SumOverBatchSize && it.ignored().is_none()
    }
}

/// How far a loss looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The loss of a row depends on that row alone.
    Row,
    /// It depends on the batch that the row is in.
    Batch,
    /// It depends on the batch, and rows whose loss is 0 are left out.
    Positive,
    /// One number for the whole batch, which stands beside every row.
    Whole,
}

/// What a loss computes.
pub trait ComputeLoss: HasReduction + std::fmt::Debug {
    /// What kind of target it compares with.
    fn targets(&self) -> TargetKind;

    /// Whether it expects the network itself to put out logits (`from_logits`).
    fn wants_logits(&self) -> bool {
        false
    }

    /// Whether it asks for a margin between classes, so that outputs trained by it are no probabilities.
    fn is_margin(&self) -> bool {
        false
    }

    /// Whether it can take over the given last activation, and work on what goes into it.
    fn absorbs(&self, _activation: &Activation) -> bool {
        false
    }

    /// How far it looks: what looks beyond the row is evaluated in the batches of the training.
    fn scope(&self) -> Scope {
        Scope::Row
    }

    /// The class number whose rows are left out.
    fn ignored(&self) -> Option<f32> {
        None
    }

    /// A name of its own, where it has one.
    fn label(&self) -> Option<&str> {
        None
    }

    /// Computes the loss of each row, and the gradient where it is asked for.
    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>);
}

/// The rows that a loss compares.
#[derive(Debug, Clone, Copy)]
pub struct LossBatch<'a> {
    /// Targets: rows of `width` numbers, or of one where [`TargetKind::is_one_number`].
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
    batch: LossBatch<'_>,
    y_width: usize,
    losses: &mut [f32],
    gradient: Option<Gradient<'_>>,
) {
    simd.run(EachRow { loss, batch, y_width, losses, gradient });
}

struct EachRow<'a, L> {
    loss: &'a L,
    batch: LossBatch<'a>,
    y_width: usize,
    losses: &'a mut [f32],
    gradient: Option<Gradient<'a>>,
}

impl<L: RowLoss> Kernel for EachRow<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let EachRow { loss, batch, y_width, losses, gradient } = self;
        if batch.width == 1 && y_width == 1 {
            // Rows of one number, which the compiler takes many at a time.
            let rows = batch.y.iter().zip(batch.p).zip(losses);
            match gradient {
                Some(Gradient { scale, dp }) => {
                    for (((y, p), out), (scale, dp)) in rows.zip(scale.iter().zip(dp)) {
                        let mut slope = [0.0];
                        *out = loss.row(&[*y], &[*p], Some((*scale, &mut slope)));
                        [*dp] = slope;
                    }
                }
                None => {
                    for ((y, p), out) in rows {
                        *out = loss.row(&[*y], &[*p], None);
                    }
                }
            }
            return;
        }
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

#[cfg(test)]
mod tests {
    use super::Loss;

    /// What `keras.losses.get` of Keras 3.15.1 takes except its base classes and `ctc`, the words of `compile`, and Keras 2's `logcosh`.
    /// Case does not matter here.
    #[test]
    fn names_of_keras_are_known() {
        let short = "bce mse mae mape msle kld huber log_cosh kl_divergence poisson hinge squared_hinge dice tversky circle \
                     categorical_hinge cosine_similarity binary_focal_crossentropy categorical_focal_crossentropy KLD \
                     BinaryFocalCrossentropy KLDivergence LogCosh SquaredHinge MeanAbsolutePercentageError MSLE \
                     crossentropy CE logcosh";
        for name in short.split_whitespace() {
            assert!(Loss::named(name).is_ok(), "{name}");
        }
        for name in ["cce", "huber_loss", "ctc"] {
            assert!(Loss::named(name).is_err(), "{name}");
        }
    }

    fn value(loss: &str, y: &[f32], p: &[f32]) -> f64 {
        let batch = super::LossBatch { y, p, width: 1, logits: false };
        super::Score::new(&Loss::named(loss).unwrap(), y.len()).of(super::Simd::detect(), batch, None, None)
    }

    /// The means over n rows of (y - p)^2 and |y - p|, by hand.
    #[test]
    fn squared_and_absolute_errors() {
        let (y, p) = ([1.0, 2.0, 3.0, -1.0], [2.0, 2.0, 5.0, 2.0]);
        assert_eq!(value("mse", &y, &p), (1.0 + 0.0 + 4.0 + 9.0) / 4.0);
        assert_eq!(value("mae", &y, &p), (1.0 + 0.0 + 2.0 + 3.0) / 4.0);
        // Up to its delta of 1 half the square, then the size less 1/2.
        assert_eq!(value("huber", &y, &p), (0.5 + 0.0 + 1.5 + 2.5) / 4.0);
    }
}
