//! Products with one column: each element is a dot product.

use super::Start;
use super::rows::Rows;
use crate::simd::VectorKernel;
use crate::simd::vector::Vector;

/// C = start + A b for A by rows.
pub(crate) struct Column<'a>(pub(crate) Rows<'a>);

impl VectorKernel for Column<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let Rows { shape: [m, k, _], a, b, start, c, .. } = self.0;
        for row in 0..m {
            // SAFETY: the instruction set is there by the caller's word; the rows of A, and b, have k numbers, C has m.
            unsafe {
                let first = match start {
                    Start::Zero => 0.0,
                    Start::Bias(bias) => *bias.get_unchecked(0),
                    Start::Accumulate => *c.add(row),
                };
                *c.add(row) = first + V::dot(a.at.add(row * a.row), b.at, k);
            }
        }
    }
}
