//! A product of rows that one thread computes, and the way that suits its shape.

use super::column::Column;
use super::packed::{FAR_APART, MANY_ROWS, MANY_STEPS, PackedRows};
use super::tile::Tiles;
use super::{Start, must_turn};
use crate::simd::VectorKernel;
use crate::simd::vector::Vector;

/// C = start + A B, as pointers that were checked where they were made: C (m, n) row-major.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a> {
    /// m, k, n.
    pub(crate) shape: [usize; 3],
    pub(crate) a: Left,
    pub(crate) b: Right,
    pub(crate) start: Start<'a>,
    pub(crate) c: *mut f32,
}

/// A: element (i, p) at `i * row + p * step`, where one of the two is 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    pub(crate) at: *const f32,
    pub(crate) row: usize,
    pub(crate) step: usize,
}

/// B: element (p, j) at `p * row + j`, or where it lies turned, at `j * row + p`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Right {
    pub(crate) at: *const f32,
    pub(crate) row: usize,
    pub(crate) lies: Lies,
}

/// How B lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lies {
    /// By rows.
    Straight,
    /// By columns, to be copied together.
    Turned,
    /// By columns, and A is a single row, so that each element is a dot product of what lies together.
    TurnedForARow,
}

impl Right {
    /// A matrix (k, n) by rows.
    pub(crate) fn straight(at: *const f32, n: usize) -> Self {
        Right { at, row: n, lies: Lies::Straight }
    }

    /// The transpose of a matrix (n, k) for a product with `m` rows in all; where [`must_turn`] asks for that it stands in
    /// `room`.
    pub(crate) fn turned(at: *const f32, [m, k, n]: [usize; 3], room: *const f32) -> Self {
        if must_turn([m, k, n]) {
            Right::straight(room, n)
        } else if n == 1 || k == 1 {
            // A row or a column is its own transpose.
            Right::straight(at, n)
        } else {
            Right { at, row: k, lies: if m == 1 { Lies::TurnedForARow } else { Lies::Turned } }
        }
    }
}

impl Rows<'_> {
    /// A row a times B', seen as the column B a'.
    pub(crate) fn of_turned_row(self) -> Self {
        let [_, k, n] = self.shape;
        let a = Left { at: self.b.at, row: self.b.row, step: 1 };
        let b = Right::straight(self.a.at, 1);
        Rows { shape: [n, k, 1], a, b, ..self }
    }
}

impl VectorKernel for Rows<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let [m, k, n] = self.shape;
        // SAFETY: the caller's word.
        unsafe {
            match n {
                _ if self.b.lies == Lies::TurnedForARow => V::run(Column(self.of_turned_row())),
                1 if self.a.step == 1 => V::run(Column(self)),
                1 if !matches!(self.start, Start::Bias(_)) => {
                    // The transpose of a column is a row: then the chains of many elements fill a register.
                    let a = Left { at: self.b.at, row: k, step: 1 };
                    let b = Right::straight(self.a.at, self.a.step);
                    let row = Rows { shape: [1, k, m], a, b, ..self };
                    if m <= 8 { V::Narrow::run(Tiles(row)) } else { V::run(Tiles(row)) }
                }
                _ if self.b.lies == Lies::Turned => V::run(PackedRows(self)),
                FAR_APART.. if m >= MANY_ROWS && k >= MANY_STEPS => V::run(PackedRows(self)),
                ..=8 => V::Narrow::run(Tiles(self)),
                _ => V::run(Tiles(self)),
            }
        }
    }
}
