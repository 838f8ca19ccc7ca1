//! Products of a single row, without the loops that only many rows need.

use super::rows::{Left, Right, Rows};
use super::tile::Block;
use crate::simd::vector::Vector;

impl Rows<'_> {
    /// The product, for one row of A and more than one column.
    ///
    /// # Safety
    /// As for every product; B is not turned.
    #[inline(always)]
    pub(crate) unsafe fn run_one_row<V: Vector>(self) {
        let [_, k, n] = self.shape;
        let mut column = 0;
        while column < n {
            let left = n - column;
            let b = Right { at: self.b.at.wrapping_add(column), ..self.b };
            let columns = if left >= 4 * V::LANES { 4 * V::LANES } else { left.min(V::LANES) };
            let block = Block { rows: self, is_first: true, depth: k, column, columns, b };
            // SAFETY: the caller's word; the columns lie in the row.
            unsafe {
                match left >= 4 * V::LANES {
                    true => block.tile::<V, 1, 4, false>(0, self.a),
                    false => block.tile::<V, 1, 1, true>(0, self.a),
                }
            }
            column += columns;
        }
    }
}

/// C (m, n) = a' b, for a row of m and one of n numbers.
///
/// # Safety
/// The instruction set of `V` is there; the rows have so many numbers, and C has room for m n.
#[inline(always)]
pub(crate) unsafe fn outer<V: Vector>([m, n]: [usize; 2], a: Left, b: Right, c: *mut f32) {
    for column in (0..n).step_by(V::LANES) {
        // SAFETY: the caller's word.
        unsafe {
            let mask = V::first((n - column).min(V::LANES));
            let line = V::load_first(b.at.add(column), mask);
            for i in 0..m {
                let product = V::splat(*a.at.add(i)).mul_add(line, V::splat(0.0));
                product.store_first(c.add(i * n + column), mask);
            }
        }
    }
}
