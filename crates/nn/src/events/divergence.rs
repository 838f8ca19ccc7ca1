//! A training that left the finite numbers.

use serde::{Deserialize, Serialize};
use treino_core::catalog::setting;
use treino_core::error::{Error, Kind};

/// How many losses before a divergence are kept.
pub const LAST_LOSSES: usize = 200;

/// A training left the finite numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Divergence {
    /// Epoch, from 0.
    pub epoch: usize,
    /// Step within the epoch, from 0.
    pub step: usize,
    /// Where the first number that is not finite stands.
    pub place: String,
    /// The learning rate of that step.
    pub learning_rate: f64,
    /// Steps made before in the whole training: with none, no learning rate can be to blame.
    pub steps_before: u64,
    /// Whether the cause is in the expression of a loss: it is not finite for finite predictions, or its derivative is not.
    #[serde(default)]
    pub in_expression: bool,
    /// The losses of the last steps with a finite one, at most [`LAST_LOSSES`].
    #[serde(default, with = "treino_core::nullable")]
    pub losses: Vec<f64>,
}

impl Divergence {
    /// A learning rate to try instead: a tenth, or what is usual where that is still far too much.
    pub fn smaller_rate(&self) -> f64 {
        let tenth = (self.learning_rate / 10.0).min(0.01);
        // Three digits: a tenth of 0.7 is not 0.06999999999999999.
        format!("{tenth:.2e}").parse().unwrap_or(tenth)
    }

    /// The divergence as an error with its likely cause and a remedy.
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
