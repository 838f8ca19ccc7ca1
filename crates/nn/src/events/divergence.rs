//! A diverged training.

use serde::{Deserialize, Serialize};
use treino_core::catalog::setting;
use treino_core::error::{Error, Kind};

/// The number of losses before a divergence that are kept.
pub const LAST_LOSSES: usize = 200;

/// A training whose numbers became infinite or NaN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Divergence {
    /// Epoch, from 0.
    pub epoch: usize,
    /// Step within the epoch, from 0.
    pub step: usize,
    /// The position of the first number that is not finite.
    pub place: String,
    /// The learning rate of that step.
    pub learning_rate: f64,
    /// The number of earlier steps in the whole training: if 0, the learning rate cannot be the cause.
    pub steps_before: u64,
    /// Whether the cause is in the expression of a loss: it is not finite for finite predictions, or its derivative is not.
    #[serde(default)]
    pub in_expression: bool,
    /// The losses of the last steps with a finite one, at most [`LAST_LOSSES`].
    #[serde(default, with = "treino_core::nullable")]
    pub losses: Vec<f64>,
}

impl Divergence {
    /// A learning rate to try instead: a tenth, or the usual one if a tenth is still far too large.
    pub fn smaller_rate(&self) -> f64 {
        let tenth = (self.learning_rate / 10.0).min(0.01);
        // Three digits: a tenth of 0.7 is not 0.06999999999999999.
        format!("{tenth:.2e}").parse().unwrap_or(tenth)
    }

    /// The divergence as an error with its likely cause and a suggestion.
    pub fn error(&self) -> Error {
        let (epoch, step, place, rate) = (self.epoch + 1, self.step + 1, &self.place, self.smaller_rate());
        let error = Error::new(Kind::Diverged, format!("the training diverged at epoch {epoch}, step {step}: {place}"));
        if self.in_expression {
            return error
                .help("the likely cause is the expression of the loss: log(0), a division by 0, or a root at 0")
                .help("keep what enters them away from 0: clip(y_pred, epsilon, 1 - epsilon) in place of y_pred, sqrt(x + epsilon)");
        }
        if self.steps_before == 0 {
            return error
                .help("no weight had been moved yet: the cause is in the inputs, the initial or sample weights, a penalty, or a function of your own")
                .help("keep `data.scale = \"standard\"`, and check `data.weight`, `fit.class_weight`, `model.l1` and `model.l2`");
        }
        error
            .help(format!("the likely cause is a learning rate that is too large: try {}", setting("compile.optimizer.learning_rate", rate)))
            .help("inputs that are not on one scale do it too: keep `data.scale = \"standard\"`, or use `model.batch_norm = true`")
    }
}
