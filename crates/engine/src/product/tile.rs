//! Tiles of a product that live in registers, and products made of them straight from memory.

use super::Start;
use super::rows::{Left, Right, Rows};
use crate::simd::VectorKernel;
use crate::simd::vector::Vector;

/// Steps along k before a tile is put down and the next one taken up: so much of B stays in the second-level cache.
pub(super) const K_BLOCK: usize = 256;

/// Columns of the widest tile: four registers of sixteen.
pub(super) const MOST_COLUMNS: usize = 64;

/// A product straight from memory, tile by tile.
pub(super) struct Tiles<'a>(pub(super) Rows<'a>);

impl VectorKernel for Tiles<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let rows = self.0;
        let [m, k, n] = rows.shape;
        let mut first_p = 0;
        loop {
            let depth = (k - first_p).min(K_BLOCK);
            let a = Left { at: rows.a.at.wrapping_add(first_p * rows.a.step), ..rows.a };
            let mut column = 0;
            while column < n {
                let columns = panel(n - column, V::LANES, V::WIDEST);
                let b = Right { at: rows.b.at.wrapping_add(first_p * rows.b.row + column), ..rows.b };
                let block = Block { rows, is_first: first_p == 0, depth, column, columns, b };
                // SAFETY: the instruction set is there by the caller's word, and the block lies inside the shape.
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

/// How many columns the next tile has, of so many left: no single register is left over where it can be helped.
#[inline(always)]
pub(super) fn panel(columns: usize, lanes: usize, widest: usize) -> usize {
    let registers = match columns.div_ceil(lanes) {
        left if left <= widest => left,
        left if widest == 4 && (left == 5 || left == 6 || left == 9) => 3,
        _ => widest,
    };
    (registers * lanes).min(columns)
}

/// Rows of a tile that is so many columns wide: as many sums as registers hold, beside a row of B.
#[inline(always)]
pub(super) fn tile_rows<V: Vector>(columns: usize) -> usize {
    match (columns.div_ceil(V::LANES), V::WIDEST) {
        (4, _) | (2, 2) => 6,
        _ => 8,
    }
}

/// Some columns, over some of the steps along k.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    pub(super) rows: Rows<'a>,
    /// Whether the chains begin here.
    pub(super) is_first: bool,
    pub(super) depth: usize,
    pub(super) column: usize,
    pub(super) columns: usize,
    pub(super) b: Right,
}

impl Block<'_> {
    /// Rows from `row` to below `end`, of which `a` is the first.
    ///
    /// # Safety
    /// The instruction set of `V` is there; rows and columns lie in C, and in A and B the steps along k; [`panel`] said how
    /// many columns.
    #[inline(always)]
    pub(super) unsafe fn run<V: Vector>(self, row: usize, end: usize, a: Left) {
        // SAFETY: the caller's word.
        unsafe {
            match (self.columns.div_ceil(V::LANES), V::WIDEST) {
                (4, 4) => self.columns::<V, 6, 4>(row, end, a),
                (3, 4) => self.columns::<V, 8, 3>(row, end, a),
                (2, 4) => self.columns::<V, 8, 2>(row, end, a),
                (2, _) => self.columns::<V, 6, 2>(row, end, a),
                _ => self.columns::<V, 8, 1>(row, end, a),
            }
        }
    }

    #[inline(always)]
    unsafe fn columns<V: Vector, const M: usize, const N: usize>(self, row: usize, end: usize, a: Left) {
        // SAFETY: the caller's word.
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
        a: Left,
    ) {
        let mut at = a.at;
        // SAFETY: the caller's word; every tile ends at the last row or before.
        unsafe {
            while row + M <= end {
                self.tile::<V, M, N, PARTIAL>(row, Left { at, ..a });
                row += M;
                at = at.wrapping_add(M * a.row);
            }
            if row + 4 <= end {
                self.tile::<V, 4, N, PARTIAL>(row, Left { at, ..a });
                row += 4;
                at = at.wrapping_add(4 * a.row);
            }
            if row + 2 <= end {
                self.tile::<V, 2, N, PARTIAL>(row, Left { at, ..a });
                row += 2;
                at = at.wrapping_add(2 * a.row);
            }
            if row < end {
                self.tile::<V, 1, N, PARTIAL>(row, Left { at, ..a });
            }
        }
    }

    #[inline(always)]
    pub(super) unsafe fn tile<V: Vector, const M: usize, const N: usize, const PARTIAL: bool>(
        self,
        row: usize,
        a: Left,
    ) {
        let Rows { start, c, shape: [m, _, n], .. } = self.rows;
        debug_assert!(row + M <= m && self.column + self.columns <= n);
        // SAFETY: the caller's word.
        unsafe {
            let mask = V::first(self.columns - (N - 1) * V::LANES);
            let c = c.add(row * n + self.column);
            let load = |from: *const f32, v: usize| match PARTIAL && v == N - 1 {
                true => V::load_first(from.add(v * V::LANES), mask),
                false => V::load(from.add(v * V::LANES)),
            };
            let mut sums = [[V::splat(0.0); N]; M];
            match start {
                Start::Zero if self.is_first => {}
                Start::Bias(bias) if self.is_first => {
                    let bias = bias.as_ptr().add(self.column);
                    sums = [std::array::from_fn(|v| load(bias, v)); M];
                }
                _ => sums = std::array::from_fn(|i| std::array::from_fn(|v| load(c.add(i * n), v))),
            }
            let (mut left, mut right) = (a.at, self.b.at);
            for _ in 0..self.depth {
                let line: [V; N] = std::array::from_fn(|v| load(right, v));
                for (i, sums) in sums.iter_mut().enumerate() {
                    let a = V::splat(*left.add(i * a.row));
                    for (sum, b) in sums.iter_mut().zip(line) {
                        *sum = a.mul_add(b, *sum);
                    }
                }
                // Behind the last step they may point past the end.
                left = left.wrapping_add(a.step);
                right = right.wrapping_add(self.b.row);
            }
            for (i, sums) in sums.iter().enumerate() {
                for (v, sum) in sums.iter().enumerate() {
                    let to = c.add(i * n + v * V::LANES);
                    match PARTIAL && v == N - 1 {
                        true => sum.store_first(to, mask),
                        false => sum.store(to),
                    }
                }
            }
        }
    }
}
