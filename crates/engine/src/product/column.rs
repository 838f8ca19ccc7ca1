//! Products with one column: each element is a dot product.

use super::ProductStart;
use super::serial::SerialProduct;
use crate::simd::VectorKernel;
use crate::simd::vector::Vector;

/// C = start + A b, for A row-major and a column b.
pub(crate) struct ColumnProduct<'a>(pub(crate) SerialProduct<'a>);

impl VectorKernel for ColumnProduct<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let SerialProduct { shape: [m, k, _], a, b, start, c, .. } = self.0;
        for row in 0..m {
            // SAFETY: the caller guarantees the instruction set; b and each row of A have k numbers, and C has m.
            unsafe {
                let first = match start {
                    ProductStart::Zero => 0.0,
                    ProductStart::Bias(bias) => *bias.get_unchecked(0),
                    ProductStart::Accumulate => *c.add(row),
                };
                *c.add(row) = first + V::dot(a.ptr.add(row * a.row_stride), b.ptr, k);
            }
        }
    }
}
