//! Values that several layers read.

use super::memory::{PassContext, ProgramBuffers};
use super::op::Op;
use super::program::ValueId;

/// Several layers read one value: its gradient is the sum of theirs.
///
/// Each reader writes a separate gradient, so that ops are independent; the gradients are summed in the order in which
/// the readers were connected.
#[derive(Debug, Clone)]
pub struct SumGradientsOp {
    pub(crate) value: ValueId,
    pub(crate) aliases: Vec<ValueId>,
    pub(crate) width: usize,
}

impl Op for SumGradientsOp {
    // Readers share the numbers.
    fn forward(&self, _memory: &mut ProgramBuffers, _pass: &PassContext<'_>) {}

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let n = pass.rows * self.width;
        for alias in &self.aliases {
            let (sum, part) = memory.two_gradients(self.value, *alias);
            for (sum, part) in sum[..n].iter_mut().zip(&part[..n]) {
                *sum += part;
            }
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "fork"
    }
}
