//! Selects some of the input columns.

use super::memory::{PassContext, ProgramBuffers};
use super::op::Op;
use super::program::ValueId;

/// Some columns of a value that needs no gradient.
#[derive(Debug, Clone)]
pub struct SelectOp {
    pub(crate) x: ValueId,
    pub(crate) y: ValueId,
    /// The row width of x.
    pub(crate) width: usize,
    pub(crate) columns: Vec<usize>,
}

impl Op for SelectOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let rows = f.x.chunks_exact(self.width).zip(f.y.chunks_exact_mut(self.columns.len()));
        for (x, y) in rows.take(pass.rows) {
            for (y, column) in y.iter_mut().zip(&self.columns) {
                *y = x[*column];
            }
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "select"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
