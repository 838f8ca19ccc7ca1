//! Large products: blocks of A and B are packed, that is, copied into contiguous memory, before they are multiplied.
//!
//! If the distance between rows is a large power of two, the rows compete for the same few cache sets. Packed rows do not.

use super::serial::{Layout, Lhs, Rhs, SerialProduct};
use super::tile::{Block, K_BLOCK, MAX_TILE_COLUMNS, panel, tile_rows};
use super::transpose::transpose_block;
use crate::simd::vector::Vector;
use crate::simd::{VectorKernel, prefetch};
use std::mem::MaybeUninit;

/// The smallest sizes of a product that is packed. With so many columns, the rows of B lie far apart. With so many rows and steps along
/// k, packing costs little beside the arithmetic.
pub(super) const PACK_MIN_COLUMNS: usize = 512;
pub(super) const PACK_MIN_ROWS: usize = 48;
pub(super) const PACK_MIN_DEPTH: usize = 64;

/// Rows of A that are packed at once: with a block of B, they fill half of a second-level cache.
const ROW_BLOCK: usize = 384;

/// A [`SerialProduct`] computed from packed blocks.
pub(super) struct PackedProduct<'a>(pub(super) SerialProduct<'a>);

/// Memory on the stack for a packed block. Behind the block there is space for one more register, which may be overwritten.
#[repr(C, align(64))]
struct PackBuffer<const N: usize> {
    _numbers: [MaybeUninit<f32>; N],
    _padding: MaybeUninit<[f32; 16]>,
}

impl<const N: usize> PackBuffer<N> {
    fn new() -> Self {
        PackBuffer { _numbers: [MaybeUninit::uninit(); N], _padding: MaybeUninit::uninit() }
    }

    fn start(&mut self) -> *mut f32 {
        std::ptr::from_mut(self).cast()
    }
}

impl VectorKernel for PackedProduct<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let product = self.0;
        let [m, k, n] = product.shape;
        let mut a_packed = PackBuffer::<{ K_BLOCK * ROW_BLOCK }>::new();
        let mut b_packed = PackBuffer::<{ K_BLOCK * MAX_TILE_COLUMNS }>::new();
        let (a_packed, b_packed) = (a_packed.start(), b_packed.start());
        // The tiles of all panels but the last few have this height.
        let height = tile_rows::<V>(panel(n, V::LANES, V::MAX_TILE_REGISTERS));
        for first_p in (0..k).step_by(K_BLOCK) {
            let depth = (k - first_p).min(K_BLOCK);
            for first in (0..m).step_by(ROW_BLOCK) {
                let end = (first + ROW_BLOCK).min(m);
                for row in (first..end).step_by(height) {
                    let from = product.a.ptr.wrapping_add(row * product.a.row_stride + first_p * product.a.k_stride);
                    let (tile, to) = (Lhs { ptr: from, ..product.a }, a_packed.wrapping_add((row - first) * depth));
                    // SAFETY: the caller guarantees the instruction set; the rows and steps lie in A, and the block fits into
                    // its buffer.
                    unsafe { pack_lhs::<V>(tile, [height.min(end - row), m - row], depth, to) };
                }
                let mut column = 0;
                while column < n {
                    let columns = panel(n - column, V::LANES, V::MAX_TILE_REGISTERS);
                    // SAFETY: as above, for B.
                    unsafe { pack_rhs::<V>(product.b, [first_p, depth], [column, columns], b_packed) };
                    let b = Rhs::row_major(b_packed, columns);
                    let block = Block { product, is_first: first_p == 0, depth, column, columns, b };
                    for row in (first..end).step_by(height) {
                        let tile_height = height.min(end - row);
                        // Prefetch a share of the next block of B with each tile, and the sums of the next tile.
                        let share = |row: usize| (row - first) * depth / (end - first);
                        for p in share(row)..share(row + tile_height) {
                            prefetch_step(product.b, first_p + p, column + columns, columns);
                        }
                        for i in row + tile_height..(row + 2 * tile_height).min(end) {
                            let line = product.c.wrapping_add(i * n + column).cast_const();
                            (0..columns).step_by(16).for_each(|j| prefetch(line.wrapping_add(j)));
                        }
                        let ptr = a_packed.wrapping_add((row - first) * depth).cast_const();
                        let a = match product.a.k_stride {
                            1 => Lhs { ptr, row_stride: depth, k_stride: 1 },
                            _ => Lhs { ptr, row_stride: 1, k_stride: tile_height },
                        };
                        // SAFETY: the caller guarantees the instruction set; the packed blocks hold all that the tile reads.
                        unsafe { block.run::<V>(row, row + tile_height, a) };
                    }
                    column += columns;
                }
            }
        }
    }
}

/// Packs `rows` rows of A for one tile: row by row if A is row-major, else step by step along k. From the first of these rows on, A
/// has `rows_left` rows.
///
/// # Safety
/// The processor must have the instruction set of `V`. The rows and steps must lie in A, and `to` must have space for them and for
/// one more register.
#[inline(always)]
unsafe fn pack_lhs<V: Vector>(a: Lhs, [rows, rows_left]: [usize; 2], depth: usize, to: *mut f32) {
    // SAFETY: guaranteed by the caller.
    unsafe {
        if a.k_stride == 1 {
            for i in 0..rows {
                copy::<V>(a.ptr.add(i * a.row_stride), to.add(i * depth), depth);
            }
        } else if rows < rows_left && rows_left >= 8 && rows <= 8 {
            // Storing a whole register is faster than storing a part of it. The next step overwrites the surplus numbers.
            for p in 0..depth {
                to.add(p * rows)
                    .cast::<[f32; 8]>()
                    .write_unaligned(a.ptr.add(p * a.k_stride).cast::<[f32; 8]>().read_unaligned());
            }
        } else {
            for p in 0..depth {
                copy::<V>(a.ptr.add(p * a.k_stride), to.add(p * rows), rows);
            }
        }
    }
}

/// Packs a block of B. Steps and columns are given as the first one and their number.
///
/// # Safety
/// The processor must have the instruction set of `V`. The block must lie in B, and `to` must have space for it.
#[inline(always)]
unsafe fn pack_rhs<V: Vector>(b: Rhs, steps: [usize; 2], columns: [usize; 2], to: *mut f32) {
    let ([first, depth], [column, columns]) = (steps, columns);
    // SAFETY: guaranteed by the caller.
    unsafe {
        if b.layout != Layout::RowMajor {
            transpose_block::<V>(b.ptr.add(column * b.stride + first), b.stride, [columns, depth], to, columns);
        } else {
            for p in 0..depth {
                copy::<V>(b.ptr.add((first + p) * b.stride + column), to.add(p * columns), columns);
            }
        }
    }
}

/// Prefetches some columns of step p of B. If B is column-major, a cache line holds sixteen steps.
#[inline(always)]
fn prefetch_step(b: Rhs, p: usize, column: usize, columns: usize) {
    if b.layout != Layout::RowMajor {
        if p.is_multiple_of(16) {
            (0..columns).for_each(|j| prefetch(b.ptr.wrapping_add((column + j) * b.stride + p)));
        }
    } else {
        let line = b.ptr.wrapping_add(p * b.stride + column);
        (0..columns).step_by(16).for_each(|j| prefetch(line.wrapping_add(j)));
    }
}

/// Copies `count` contiguous numbers.
///
/// # Safety
/// The processor must have the instruction set of `V`, and `from` and `to` must have `count` numbers.
#[inline(always)]
unsafe fn copy<V: Vector>(from: *const f32, to: *mut f32, count: usize) {
    let whole = count / V::LANES * V::LANES;
    // SAFETY: guaranteed by the caller.
    unsafe {
        for at in (0..whole).step_by(V::LANES) {
            V::load(from.add(at)).store(to.add(at));
        }
        if whole < count {
            let mask = V::mask(count - whole);
            V::load_masked(from.add(whole), mask).store_masked(to.add(whole), mask);
        }
    }
}
