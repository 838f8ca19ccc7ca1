//! The transpose of a matrix.

use crate::simd::VectorKernel;
use crate::simd::vector::Vector;

/// B = A transposed, for A row-major (rows, columns).
pub(crate) struct Turn {
    pub(crate) a: *const f32,
    pub(crate) shape: [usize; 2],
    pub(crate) b: *mut f32,
}

impl VectorKernel for Turn {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        // SAFETY: the caller's word.
        unsafe { turn::<V>(self.a, self.shape[1], self.shape, self.b, self.shape[0]) };
    }
}

/// B = A transposed, for A of `shape` rows and columns; rows of A and of B begin `a_row` and `b_row` numbers apart.
///
/// # Safety
/// The instruction set of `V` is there; A lies behind `a` and there is room for B.
#[inline(always)]
pub(super) unsafe fn turn<V: Vector>(a: *const f32, a_row: usize, shape: [usize; 2], b: *mut f32, b_row: usize) {
    let [rows, columns] = shape;
    let (whole_rows, whole_columns) = (rows / 8 * 8, columns / 8 * 8);
    // SAFETY: the caller's word; squares and single numbers lie inside the shape.
    unsafe {
        for row in (0..whole_rows).step_by(8) {
            for column in (0..whole_columns).step_by(8) {
                V::turn_eight(a.add(row * a_row + column), a_row, b.add(column * b_row + row), b_row);
            }
        }
        let single = |row: usize, column: usize| *b.add(column * b_row + row) = *a.add(row * a_row + column);
        for row in 0..rows {
            let first = if row < whole_rows { whole_columns } else { 0 };
            (first..columns).for_each(|column| single(row, column));
        }
    }
}
