//! Products of a single row, without the loops that only many rows need.

use super::rows::{Right, Rows};
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
            let columns = match left / V::LANES {
                4.. => 4 * V::LANES,
                _ => left.min(V::LANES),
            };
            let block = Block { rows: self, is_first: true, depth: k, column, columns, b };
            // SAFETY: the caller's word; the columns lie in the row.
            unsafe {
                match left / V::LANES {
                    4.. => block.tile::<V, 1, 4, false>(0, self.a),
                    1.. => block.tile::<V, 1, 1, false>(0, self.a),
                    0 if left == <V::Narrow as Vector>::LANES => block.tile::<V::Narrow, 1, 1, false>(0, self.a),
                    0 => block.tile::<V, 1, 1, true>(0, self.a),
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
pub(crate) unsafe fn outer<V: Vector>([m, n]: [usize; 2], a: *const f32, b: *const f32, c: *mut f32) {
    let mut column = 0;
    while column < n {
        let left = n - column;
        // SAFETY: the caller's word.
        unsafe {
            let (from, to) = (b.add(column), c.add(column));
            if left >= V::LANES {
                outer_columns::<V, false>([m, n], a, from, to, V::LANES);
            } else if left == <V::Narrow as Vector>::LANES {
                outer_columns::<V::Narrow, false>([m, n], a, from, to, left);
            } else {
                outer_columns::<V, true>([m, n], a, from, to, left);
            }
        }
        column += left.min(V::LANES);
    }
}

/// The columns of [`outer`] that lie in one register.
#[inline(always)]
unsafe fn outer_columns<V: Vector, const PARTIAL: bool>(
    [m, n]: [usize; 2],
    a: *const f32,
    b: *const f32,
    c: *mut f32,
    columns: usize,
) {
    // SAFETY: the caller's word.
    unsafe {
        let mask = V::first(columns);
        let line = if PARTIAL { V::load_first(b, mask) } else { V::load(b) };
        for i in 0..m {
            let product = V::splat(*a.add(i)).mul_add(line, V::splat(0.0));
            match PARTIAL {
                true => product.store_first(c.add(i * n), mask),
                false => product.store(c.add(i * n)),
            }
        }
    }
}
