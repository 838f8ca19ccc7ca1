//! What callbacks that set the learning rate share.

use super::TrainingInfo;
use treino_core::error::Result;

/// The name of the learning rate in the logs.
pub(super) const NAME: &str = "learning_rate";

/// Refuses an optimizer whose learning rate a callback cannot set.
pub(super) fn check(callback: &str, outlook: &TrainingInfo<'_>) -> Result<()> {
    outlook.optimizer.check_rate_can_be_set().map_err(|e| e.help(format!("or leave {callback} out")))
}
