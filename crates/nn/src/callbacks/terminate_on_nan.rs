//! What happens when a training leaves the finite numbers.

use super::{ActiveCallback, StartCallback, TrainingInfo};
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;

component! {
    /// Takes a loss that is not finite for the end of the training, not for its failure.
    ///
    /// Keras differences: without it, Keras trains on with weights that are not numbers. Treino always ends there, keeps
    /// the best weights so far, and reports that the training diverged. With this callback the training counts as stopped
    /// after its last whole epoch: other callbacks see its end, and it is no failure. With `raise_error` it fails at once:
    /// no callback sees the end, a backup stays, and nothing is kept. A first epoch that diverges is a failure in any case.
    pub struct TerminateOnNaN = "terminate_on_nan" {
        /// Whether to fail at once.
        raise_error: bool = false, Kind::Bool;
    }
}

/// What to do when the training leaves the finite numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OnDivergence {
    /// Keep the best weights so far, and report that it diverged.
    Report,
    /// Take it for the end of the training.
    Stop,
    /// Fail.
    Fail,
}

impl StartCallback for TerminateOnNaN {
    fn start(&self, _outlook: &TrainingInfo<'_>) -> Result<Box<dyn ActiveCallback>> {
        Ok(Box::new(ActiveTerminateOnNaN { raise_error: self.raise_error }))
    }
}

struct ActiveTerminateOnNaN {
    raise_error: bool,
}

impl ActiveCallback for ActiveTerminateOnNaN {
    fn on_divergence(&self) -> OnDivergence {
        if self.raise_error { OnDivergence::Fail } else { OnDivergence::Stop }
    }
}
