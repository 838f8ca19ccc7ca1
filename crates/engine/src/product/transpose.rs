//! The transpose of a matrix.

use crate::simd::VectorKernel;
use crate::simd::vector::Vector;

/// B = A', for A row-major of shape (rows, columns).
pub(crate) struct Transpose {
    pub(crate) a: *const f32,
    pub(crate) shape: [usize; 2],
    pub(crate) b: *mut f32,
}

impl VectorKernel for Transpose {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        // SAFETY: guaranteed by the caller.
        unsafe { transpose_block::<V>(self.a, self.shape[1], self.shape, self.b, self.shape[0]) };
    }
}

/// B = A', for A of shape (rows, columns). The rows of A begin `a_stride` numbers apart, those of B `b_stride`.
///
/// # Safety
/// The processor must have the instruction set of `V`. A must lie at `a`, and `b` must have space for B.
#[inline(always)]
pub(super) unsafe fn transpose_block<V: Vector>(
    a: *const f32,
    a_stride: usize,
    shape: [usize; 2],
    b: *mut f32,
    b_stride: usize,
) {
    let [rows, columns] = shape;
    let (whole_rows, whole_columns) = (rows / 8 * 8, columns / 8 * 8);
    // SAFETY: guaranteed by the caller; all positions lie inside the shape.
    unsafe {
        for row in (0..whole_rows).step_by(8) {
            for column in (0..whole_columns).step_by(8) {
                V::transpose_8x8(a.add(row * a_stride + column), a_stride, b.add(column * b_stride + row), b_stride);
            }
        }
        let single = |row: usize, column: usize| *b.add(column * b_stride + row) = *a.add(row * a_stride + column);
        for row in 0..rows {
            let first = if row < whole_rows { whole_columns } else { 0 };
            (first..columns).for_each(|column| single(row, column));
        }
    }
}
