//! How often a callback acts.

use treino_core::catalog::{Field, Kind, Node, Value};
use treino_core::error::Result;

/// At the end of each epoch, or after every so many batches, counted across epochs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// At the end of each epoch.
    Epoch,
    /// After every so many batches.
    Batches(usize),
}

impl Frequency {
    /// What a spec may hold for it.
    pub const KIND: Kind = Kind::CountOr(&["epoch"]);

    /// The same, with "batch" for every batch.
    pub const KIND_WITH_BATCH: Kind = Kind::CountOr(&["epoch", "batch"]);

    /// Takes in that batches were done; `seen` counts them since it was due last. Whether it is due now.
    pub(super) fn is_due(self, batches: usize, seen: &mut usize) -> bool {
        *seen += batches;
        let due = matches!(self, Frequency::Batches(every) if *seen >= every);
        if due {
            *seen = 0;
        }
        due
    }
}

impl Field for Frequency {
    fn read(node: &Node, path: &str) -> Result<Self> {
        match node.text() {
            Some("epoch") => Ok(Frequency::Epoch),
            Some(_) => Ok(Frequency::Batches(1)),
            None => usize::read(node, path).map(Frequency::Batches),
        }
    }

    fn write(&self) -> Option<Value> {
        match self {
            Frequency::Epoch => Some(Value::Text("epoch".to_string())),
            Frequency::Batches(every) => every.write(),
        }
    }
}
