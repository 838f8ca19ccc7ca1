//! Tiles: parts of a product whose sums stay in registers. A [`TiledProduct`] reads A and B where they lie in memory.

use super::ProductStart;
use super::serial::{Lhs, Rhs, SerialProduct};
use crate::simd::VectorKernel;
use crate::simd::vector::Vector;

/// Steps along k before the sums of a tile are stored and the next tile begins. A panel of B with so many rows stays in the
/// second-level cache.
pub(super) const K_BLOCK: usize = 256;

/// Columns of the widest tile: four registers of sixteen.
pub(super) const MAX_TILE_COLUMNS: usize = 64;

/// A product computed tile by tile, without copies of A and B.
pub(super) struct TiledProduct<'a>(pub(super) SerialProduct<'a>);

impl VectorKernel for TiledProduct<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let product = self.0;
        let [m, k, n] = product.shape;
        let mut first_p = 0;
        loop {
            let depth = (k - first_p).min(K_BLOCK);
            let a = Lhs { ptr: product.a.ptr.wrapping_add(first_p * product.a.k_stride), ..product.a };
            let mut column = 0;
            while column < n {
                let columns = panel(n - column, V::LANES, V::MAX_TILE_REGISTERS);
                let ptr = product.b.ptr.wrapping_add(first_p * product.b.stride + column);
                let b = Rhs { ptr, ..product.b };
                let block = Block { product, is_first: first_p == 0, depth, column, columns, b };
                // SAFETY: the caller guarantees the instruction set, and the block lies inside the shape.
                unsafe { block.run::<V>(0, m, a) };
                column += columns;
            }
            first_p += depth;
            if first_p >= k {
                break;
            }
        }
    }
}

/// The number of columns of the next tile when `columns` are left. Where possible, the last tile is wider than one register.
#[inline(always)]
pub(super) fn panel(columns: usize, lanes: usize, max_registers: usize) -> usize {
    let registers = match columns.div_ceil(lanes) {
        left if left <= max_registers => left,
        left if max_registers == 4 && (left == 5 || left == 6 || left == 9) => 3,
        _ => max_registers,
    };
    (registers * lanes).min(columns)
}

/// The number of rows of a tile with so many columns: its sums and a row of B fill the registers.
#[inline(always)]
pub(super) fn tile_rows<V: Vector>(columns: usize) -> usize {
    match (columns.div_ceil(V::LANES), V::MAX_TILE_REGISTERS) {
        (4, _) | (2, 2) => 6,
        _ => 8,
    }
}

/// Some columns of a product, over some of the steps along k.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    pub(super) product: SerialProduct<'a>,
    /// Whether the sums begin here.
    pub(super) is_first: bool,
    pub(super) depth: usize,
    pub(super) column: usize,
    pub(super) columns: usize,
    pub(super) b: Rhs,
}

impl Block<'_> {
    /// Computes the rows `row..end`; `a` points to row `row` of A.
    ///
    /// # Safety
    /// The processor must have the instruction set of `V`. The rows and columns must lie in C, the steps along k in A and B, and
    /// the number of columns must come from [`panel`].
    #[inline(always)]
    pub(super) unsafe fn run<V: Vector>(self, row: usize, end: usize, a: Lhs) {
        // SAFETY: guaranteed by the caller.
        unsafe {
            match (self.columns.div_ceil(V::LANES), V::MAX_TILE_REGISTERS) {
                (4, 4) => self.columns::<V, 6, 4>(row, end, a),
                (3, 4) => self.columns::<V, 8, 3>(row, end, a),
                (2, 4) => self.columns::<V, 8, 2>(row, end, a),
                (2, _) => self.columns::<V, 6, 2>(row, end, a),
                _ => self.columns::<V, 8, 1>(row, end, a),
            }
        }
    }

    #[inline(always)]
    unsafe fn columns<V: Vector, const M: usize, const N: usize>(self, row: usize, end: usize, a: Lhs) {
        // SAFETY: guaranteed by the caller.
        unsafe {
            match self.columns == N * V::LANES {
                true => self.all_rows::<V, M, N, false>(row, end, a),
                false => self.all_rows::<V, M, N, true>(row, end, a),
            }
        }
    }

    #[inline(always)]
    unsafe fn all_rows<V: Vector, const M: usize, const N: usize, const PARTIAL: bool>(
        self,
        mut row: usize,
        end: usize,
        a: Lhs,
    ) {
        let mut ptr = a.ptr;
        // SAFETY: guaranteed by the caller; no tile goes beyond `end`.
        unsafe {
            while row + M <= end {
                self.tile::<V, M, N, PARTIAL>(row, Lhs { ptr, ..a });
                row += M;
                ptr = ptr.wrapping_add(M * a.row_stride);
            }
            if row + 4 <= end {
                self.tile::<V, 4, N, PARTIAL>(row, Lhs { ptr, ..a });
                row += 4;
                ptr = ptr.wrapping_add(4 * a.row_stride);
            }
            if row + 2 <= end {
                self.tile::<V, 2, N, PARTIAL>(row, Lhs { ptr, ..a });
                row += 2;
                ptr = ptr.wrapping_add(2 * a.row_stride);
            }
            if row < end {
                self.tile::<V, 1, N, PARTIAL>(row, Lhs { ptr, ..a });
            }
        }
    }

    #[inline(always)]
    pub(super) unsafe fn tile<V: Vector, const M: usize, const N: usize, const PARTIAL: bool>(
        self,
        row: usize,
        a: Lhs,
    ) {
        let SerialProduct { start, c, shape: [m, _, n], .. } = self.product;
        debug_assert!(row + M <= m && self.column + self.columns <= n);
        // SAFETY: guaranteed by the caller.
        unsafe {
            let mask = V::mask(self.columns - (N - 1) * V::LANES);
            let c = c.add(row * n + self.column);
            let load = |from: *const f32, v: usize| match PARTIAL && v == N - 1 {
                true => V::load_masked(from.add(v * V::LANES), mask),
                false => V::load(from.add(v * V::LANES)),
            };
            let mut sums = [[V::splat(0.0); N]; M];
            match start {
                ProductStart::Zero if self.is_first => {}
                ProductStart::Bias(bias) if self.is_first => {
                    let bias = bias.as_ptr().add(self.column);
                    sums = [std::array::from_fn(|v| load(bias, v)); M];
                }
                _ => sums = std::array::from_fn(|i| std::array::from_fn(|v| load(c.add(i * n), v))),
            }
            let (mut left, mut right) = (a.ptr, self.b.ptr);
            for _ in 0..self.depth {
                let line: [V; N] = std::array::from_fn(|v| load(right, v));
                for (i, sums) in sums.iter_mut().enumerate() {
                    let a = V::splat(*left.add(i * a.row_stride));
                    for (sum, b) in sums.iter_mut().zip(line) {
                        *sum = a.mul_add(b, *sum);
                    }
                }
                // After the last step, these may point past the end; they are not read then.
                left = left.wrapping_add(a.k_stride);
                right = right.wrapping_add(self.b.stride);
            }
            for (i, sums) in sums.iter().enumerate() {
                for (v, sum) in sums.iter().enumerate() {
                    let to = c.add(i * n + v * V::LANES);
                    match PARTIAL && v == N - 1 {
                        true => sum.store_masked(to, mask),
                        false => sum.store(to),
                    }
                }
            }
        }
    }
}
