//! Observes the parts of a step.

/// A part of a step, or the time between steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Rows of the data are copied into the batch.
    Gather,
    /// The op at an index, forward.
    Forward(usize),
    /// The dense ops from an index on that run forward in one call.
    ForwardChain(usize),
    /// The loss, and its gradient with respect to the outputs.
    Loss,
    /// Metrics of a batch.
    Metrics,
    /// The op at an index, backward.
    Backward(usize),
    /// The dense ops from an index on that run backward in one call.
    BackwardChain(usize),
    /// Penalties on weights.
    Penalties,
    /// The computation of a line search between two gradients.
    Search,
    /// The update of the weights.
    Optimizer,
    /// Loss and metrics over rows that are not trained on.
    Validation,
    /// Everything between steps.
    Rest,
}

/// Is notified at the end of each part. It never changes the results.
///
/// Steps are compiled for each type of probe: with [`NoProbe`] there is no overhead.
pub trait StepProbe {
    /// The end of a part that processed `rows` rows; it began where the previous part ended.
    #[inline(always)]
    fn ended(&mut self, _stage: Stage, _rows: usize) {}
}

/// No observation.
#[derive(Debug, Clone, Copy)]
pub struct NoProbe;

impl StepProbe for NoProbe {}
