//! What happens when a training leaves the finite numbers.

use super::{Outlook, React, Watcher};
use treino_core::catalog::{Kind, thing};
use treino_core::error::Result;

thing! {
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

impl React for TerminateOnNaN {
    fn start(&self, _outlook: &Outlook<'_>) -> Result<Box<dyn Watcher>> {
        Ok(Box::new(Watching { raise_error: self.raise_error }))
    }
}

struct Watching {
    raise_error: bool,
}

impl Watcher for Watching {
    fn on_divergence(&self) -> OnDivergence {
        if self.raise_error { OnDivergence::Fail } else { OnDivergence::Stop }
    }
}
