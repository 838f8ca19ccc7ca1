//! Ending what is behind.

use std::fmt::Debug;

/// A rule that ends a training that is behind others.
pub trait Pruner: Send + Sync + Debug {
    /// Whether a training ends here. `own` is its objective after each epoch so far, less is better; `others` are the whole
    /// curves of completed trainings.
    fn prunes(&self, own: &[f64], others: &[&[f64]]) -> bool;
}

/// Configs that begin together, of which ever fewer get ever more epochs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bracket {
    /// From the first to the last.
    pub rungs: Vec<Rung>,
}

/// A rung of a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// How many configs are trained.
    pub configs: usize,
    /// With how many epochs.
    pub epochs: usize,
}

/// STUB
#[derive(Debug, Clone)]
pub enum Prune {}
impl Prune {
    pub fn pruner(&self) -> Option<&dyn Pruner> {
        None
    }
    pub fn brackets(&self, _configs: usize, _epochs: usize) -> Option<Vec<Bracket>> {
        None
    }
}
