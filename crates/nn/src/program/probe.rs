//! Who looks on while a step runs.

/// A part of a step, or of what lies around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Rows of the data are copied into the batch.
    Gather,
    /// The op at a place, forward.
    Forward(usize),
    /// The dense ops from a place on that run forward in one call.
    ForwardChain(usize),
    /// The loss, and its gradient with respect to the outputs.
    Loss,
    /// What is reported of a batch.
    Metrics,
    /// The op at a place, backward.
    Backward(usize),
    /// The dense ops from a place on that run backward in one call.
    BackwardChain(usize),
    /// Penalties on weights.
    Penalties,
    /// What a line search does between two gradients.
    Search,
    /// The step of the weights.
    Optimizer,
    /// Loss and metrics over rows that nothing is learnt from.
    Validation,
    /// Everything between steps.
    Rest,
}

/// Is told when a part is over. What watches never changes what is computed.
///
/// Passes are compiled for each kind of it: where nobody watches, nothing is left of it.
pub trait StepProbe {
    /// A part is over, in which so many rows passed; it began where the one before it ended.
    #[inline(always)]
    fn ended(&mut self, _stage: Stage, _rows: usize) {}
}

/// Nobody.
#[derive(Debug, Clone, Copy)]
pub struct NoProbe;

impl StepProbe for NoProbe {}
