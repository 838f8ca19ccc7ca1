//! Products for a single row of A, without the loops over rows and blocks.

use super::serial::{Rhs, SerialProduct};
use super::tile::Block;
use crate::simd::vector::Vector;

impl SerialProduct<'_> {
    /// The product, for one row of A and more than one column.
    ///
    /// # Safety
    /// As for [`SerialProduct`]. B must be row-major.
    #[inline(always)]
    pub(crate) unsafe fn run_one_row<V: Vector>(self) {
        let [_, k, n] = self.shape;
        let mut column = 0;
        while column < n {
            let left = n - column;
            let b = Rhs { ptr: self.b.ptr.wrapping_add(column), ..self.b };
            let columns = match left / V::LANES {
                4.. => 4 * V::LANES,
                _ => left.min(V::LANES),
            };
            let block = Block { product: self, is_first: true, depth: k, column, columns, b };
            // SAFETY: guaranteed by the caller; the columns lie in the row.
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

/// The outer product C = a' b of two rows: a with m numbers, b with n, and C of shape (m, n).
///
/// # Safety
/// The processor must have the instruction set of `V`. The rows must have m and n numbers, and C must have space for m n.
#[inline(always)]
pub(crate) unsafe fn outer_product<V: Vector>([m, n]: [usize; 2], a: *const f32, b: *const f32, c: *mut f32) {
    let mut column = 0;
    while column < n {
        let left = n - column;
        // SAFETY: guaranteed by the caller.
        unsafe {
            let (from, to) = (b.add(column), c.add(column));
            if left >= V::LANES {
                outer_product_columns::<V, false>([m, n], a, from, to, V::LANES);
            } else if left == <V::Narrow as Vector>::LANES {
                outer_product_columns::<V::Narrow, false>([m, n], a, from, to, left);
            } else {
                outer_product_columns::<V, true>([m, n], a, from, to, left);
            }
        }
        column += left.min(V::LANES);
    }
}

/// The columns of [`outer_product`] that fit into one register.
#[inline(always)]
unsafe fn outer_product_columns<V: Vector, const PARTIAL: bool>(
    [m, n]: [usize; 2],
    a: *const f32,
    b: *const f32,
    c: *mut f32,
    columns: usize,
) {
    // SAFETY: guaranteed by the caller.
    unsafe {
        let mask = V::mask(columns);
        let line = if PARTIAL { V::load_masked(b, mask) } else { V::load(b) };
        for i in 0..m {
            let product = V::splat(*a.add(i)).mul_add(line, V::splat(0.0));
            match PARTIAL {
                true => product.store_masked(c.add(i * n), mask),
                false => product.store(c.add(i * n)),
            }
        }
    }
}
