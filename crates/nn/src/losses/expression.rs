//! A loss of one's own, as an expression.
//!
//! The language is that of [`crate::expression`]. The loss of a row is the expression's value, or its mean over the row
//! where it has one number for each output; the gradient is made from the expression.

use super::loss;
use super::{ComputeLoss, Gradient, LossBatch, TargetKind};
use crate::expression::LossFormula;
use treino_core::catalog::Kind;
use treino_engine::simd::Simd;

loss! {
    /// A loss of one's own: an expression of y_true and y_pred.
    ///
    /// It can stand wherever the name of a loss can:
    /// --loss "mean(square(y_true - y_pred)) + 0.1 * mean(abs(y_pred))".
    ///
    /// y_true and y_pred are the targets and predictions of one row, one number
    /// for each output. y_true is the number to predict (standardised, as y_pred
    /// is, unless target_scale = "none"), 0 or 1 for two classes, and a row with
    /// 1 at the class for more. The loss is one number a row: where the
    /// expression gives one for each output, their mean is taken.
    ///
    /// Operators: + - * / % ** < <= > >= == != and or not, with brackets.
    /// Comparisons give 1 or 0.
    ///
    /// Number by number: abs square sqrt rsqrt reciprocal power mod exp expm1
    /// log log1p log2 log10 logaddexp tanh sigmoid log_sigmoid softplus relu erf
    /// sign floor ceil round minimum maximum clip(x, low, high)
    /// where(condition, x, y) logical_and logical_or logical_not.
    ///
    /// Over the outputs of a row: sum mean max min logsumexp give one number,
    /// softmax log_softmax a row.
    ///
    /// Constants: pi, e, epsilon = 1e-7.
    ///
    /// Keras differences: Keras takes a function of the user's instead, which may also reduce over the samples.
    pub struct ExpressionLoss = "expression" {
        /// The expression.
        expression: LossFormula = squared_error(), Kind::Text;
        /// What it is called.
        name: Option<String> = None, Kind::Text;
        /// Whether y_pred is a logit, not a probability.
        from_logits: bool = false, Kind::Bool;
    }
}

fn squared_error() -> LossFormula {
    LossFormula::new("mean(square(y_true - y_pred))").expect("it is an expression")
}

impl ComputeLoss for ExpressionLoss {
    fn targets(&self) -> TargetKind {
        TargetKind::Numbers
    }

    fn wants_logits(&self) -> bool {
        self.from_logits
    }

    fn label(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        let y_and_p = [batch.y, batch.p];
        match gradient {
            Some(Gradient { scale, dp }) => {
                self.expression.values_and_slopes(simd, y_and_p, batch.width, scale, losses, dp);
            }
            None => self.expression.values(simd, y_and_p, batch.width, losses),
        }
    }
}
