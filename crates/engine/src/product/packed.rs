//! Large products: blocks of A and B are copied together first.
//!
//! Where rows lie a large power of two apart, their lines fight for the same few places of a cache; a copy lies close.

use super::rows::{Left, Lies, Right, Rows};
use super::tile::{Block, K_BLOCK, MOST_COLUMNS, panel, tile_rows};
use super::turn::turn;
use crate::simd::vector::Vector;
use crate::simd::{VectorKernel, prefetch};
use std::mem::MaybeUninit;

/// From such sizes on blocks are copied together: columns whose rows lie far apart, rows and steps that make good for the copy.
pub(super) const FAR_APART: usize = 512;
pub(super) const MANY_ROWS: usize = 48;
pub(super) const MANY_STEPS: usize = 64;

/// Rows of A copied at once: with a block of B they fill half of a second-level cache.
const ROW_BLOCK: usize = 384;

/// The same product as [`Rows`].
pub(super) struct PackedRows<'a>(pub(super) Rows<'a>);

/// A copy, with room for a register behind it.
#[repr(C, align(64))]
struct Copied<const N: usize> {
    _numbers: [MaybeUninit<f32>; N],
    _behind: MaybeUninit<[f32; 16]>,
}

impl<const N: usize> Copied<N> {
    fn new() -> Self {
        Copied { _numbers: [MaybeUninit::uninit(); N], _behind: MaybeUninit::uninit() }
    }

    fn start(&mut self) -> *mut f32 {
        std::ptr::from_mut(self).cast()
    }
}

impl VectorKernel for PackedRows<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let rows = self.0;
        let [m, k, n] = rows.shape;
        let mut a_copy = Copied::<{ K_BLOCK * ROW_BLOCK }>::new();
        let mut b_copy = Copied::<{ K_BLOCK * MOST_COLUMNS }>::new();
        let (a_copy, b_copy) = (a_copy.start(), b_copy.start());
        // All panels but the last few have tiles of this height.
        let height = tile_rows::<V>(panel(n, V::LANES, V::WIDEST));
        for first_p in (0..k).step_by(K_BLOCK) {
            let depth = (k - first_p).min(K_BLOCK);
            for first in (0..m).step_by(ROW_BLOCK) {
                let end = (first + ROW_BLOCK).min(m);
                for row in (first..end).step_by(height) {
                    let from = rows.a.at.wrapping_add(row * rows.a.row + first_p * rows.a.step);
                    let (tile, to) = (Left { at: from, ..rows.a }, a_copy.wrapping_add((row - first) * depth));
                    // SAFETY: the instruction set is there by the caller's word; the rows and steps lie in A, and the block
                    // is no larger than its copy.
                    unsafe { copy_left::<V>(tile, [height.min(end - row), m - row], depth, to) };
                }
                let mut column = 0;
                while column < n {
                    let columns = panel(n - column, V::LANES, V::WIDEST);
                    // SAFETY: as above, for B.
                    unsafe { copy_right::<V>(rows.b, [first_p, depth], [column, columns], b_copy) };
                    let b = Right::straight(b_copy, columns);
                    let block = Block { rows, is_first: first_p == 0, depth, column, columns, b };
                    for row in (first..end).step_by(height) {
                        let tall = height.min(end - row);
                        // Meanwhile the next block of B is fetched, a share of it with each tile, and the sums of the next tile.
                        let share = |row: usize| (row - first) * depth / (end - first);
                        for p in share(row)..share(row + tall) {
                            fetch(rows.b, first_p + p, column + columns, columns);
                        }
                        for i in row + tall..(row + 2 * tall).min(end) {
                            let line = rows.c.wrapping_add(i * n + column).cast_const();
                            (0..columns).step_by(16).for_each(|j| prefetch(line.wrapping_add(j)));
                        }
                        let at = a_copy.wrapping_add((row - first) * depth).cast_const();
                        let a = match rows.a.step {
                            1 => Left { at, row: depth, step: 1 },
                            _ => Left { at, row: 1, step: tall },
                        };
                        // SAFETY: the instruction set is there by the caller's word; the copies hold what the tile reads.
                        unsafe { block.run::<V>(row, row + tall, a) };
                    }
                    column += columns;
                }
            }
        }
    }
}

/// Copies some rows of A, of those `at_hand` from there on, together: row by row where they lie so, else step by step.
///
/// # Safety
/// The instruction set of `V` is there; the rows and steps lie in A, and `to` has room for them and
/// a register more.
#[inline(always)]
unsafe fn copy_left<V: Vector>(a: Left, [rows, at_hand]: [usize; 2], depth: usize, to: *mut f32) {
    // SAFETY: the caller's word.
    unsafe {
        if a.step == 1 {
            for i in 0..rows {
                copy::<V>(a.at.add(i * a.row), to.add(i * depth), depth);
            }
        } else if rows < at_hand && at_hand >= 8 && rows <= 8 {
            // A whole register is faster than part of one; what it writes too much, the next one overwrites.
            for p in 0..depth {
                to.add(p * rows)
                    .cast::<[f32; 8]>()
                    .write_unaligned(a.at.add(p * a.step).cast::<[f32; 8]>().read_unaligned());
            }
        } else {
            for p in 0..depth {
                copy::<V>(a.at.add(p * a.step), to.add(p * rows), rows);
            }
        }
    }
}

/// Copies a block of B together: steps and columns are given as the first and how many.
///
/// # Safety
/// The instruction set of `V` is there; the block lies in B, and `to` has room for it.
#[inline(always)]
unsafe fn copy_right<V: Vector>(b: Right, steps: [usize; 2], columns: [usize; 2], to: *mut f32) {
    let ([first, depth], [column, columns]) = (steps, columns);
    // SAFETY: the caller's word.
    unsafe {
        if b.lies != Lies::Straight {
            turn::<V>(b.at.add(column * b.row + first), b.row, [columns, depth], to, columns);
        } else {
            for p in 0..depth {
                copy::<V>(b.at.add((first + p) * b.row + column), to.add(p * columns), columns);
            }
        }
    }
}

/// Has some columns of a step of B brought into the cache; where B lies turned, every sixteenth step has lines of its own.
#[inline(always)]
fn fetch(b: Right, p: usize, column: usize, columns: usize) {
    if b.lies != Lies::Straight {
        if p.is_multiple_of(16) {
            (0..columns).for_each(|j| prefetch(b.at.wrapping_add((column + j) * b.row + p)));
        }
    } else {
        let line = b.at.wrapping_add(p * b.row + column);
        (0..columns).step_by(16).for_each(|j| prefetch(line.wrapping_add(j)));
    }
}

/// Copies some numbers that lie together.
///
/// # Safety
/// The instruction set of `V` is there; `from` and `to` have so many numbers.
#[inline(always)]
unsafe fn copy<V: Vector>(from: *const f32, to: *mut f32, count: usize) {
    let whole = count / V::LANES * V::LANES;
    // SAFETY: the caller's word.
    unsafe {
        for at in (0..whole).step_by(V::LANES) {
            V::load(from.add(at)).store(to.add(at));
        }
        if whole < count {
            let mask = V::first(count - whole);
            V::load_first(from.add(whole), mask).store_first(to.add(whole), mask);
        }
    }
}
