//! A product that one thread computes, and the choice of a method for its shape.

use super::column::ColumnProduct;
use super::packed::{PACK_MIN_COLUMNS, PACK_MIN_DEPTH, PACK_MIN_ROWS, PackedProduct};
use super::tile::TiledProduct;
use super::{ProductStart, needs_transpose};
use crate::simd::VectorKernel;
use crate::simd::vector::Vector;

/// C = start + A B, for C row-major of shape (m, n). The pointers have been checked against the shape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SerialProduct<'a> {
    /// m, k, n.
    pub(crate) shape: [usize; 3],
    pub(crate) a: Lhs,
    pub(crate) b: Rhs,
    pub(crate) start: ProductStart<'a>,
    pub(crate) c: *mut f32,
}

/// A: element (i, p) lies at `i * row_stride + p * k_stride`. One of the two strides is 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lhs {
    pub(crate) ptr: *const f32,
    pub(crate) row_stride: usize,
    pub(crate) k_stride: usize,
}

/// B: element (p, j) lies at `p * stride + j` if B is row-major, and at `j * stride + p` if it is column-major.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rhs {
    pub(crate) ptr: *const f32,
    pub(crate) stride: usize,
    pub(crate) layout: Layout,
}

/// How B lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    RowMajor,
    /// To be packed.
    ColumnMajor,
    /// For an A with a single row: each element of C is then a dot product of two contiguous rows.
    ColumnMajorOneRow,
}

impl Rhs {
    /// A row-major matrix (k, n).
    pub(crate) fn row_major(ptr: *const f32, n: usize) -> Self {
        Rhs { ptr, stride: n, layout: Layout::RowMajor }
    }

    /// The transpose of a row-major matrix (n, k), for a product with `m` rows in total. If [`needs_transpose`] is true, `scratch`
    /// must hold the transpose.
    pub(crate) fn transposed(ptr: *const f32, [m, k, n]: [usize; 3], scratch: *const f32) -> Self {
        if needs_transpose([m, k, n]) {
            Rhs::row_major(scratch, n)
        } else if n == 1 || k == 1 {
            // A row and its transpose look the same in memory.
            Rhs::row_major(ptr, n)
        } else {
            Rhs { ptr, stride: k, layout: if m == 1 { Layout::ColumnMajorOneRow } else { Layout::ColumnMajor } }
        }
    }
}

impl SerialProduct<'_> {
    /// The product a B' of a row a, written as the product B a' with a column.
    pub(crate) fn as_column_product(self) -> Self {
        let [_, k, n] = self.shape;
        let a = Lhs { ptr: self.b.ptr, row_stride: self.b.stride, k_stride: 1 };
        let b = Rhs::row_major(self.a.ptr, 1);
        SerialProduct { shape: [n, k, 1], a, b, ..self }
    }
}

/// `run` computes the product. The caller must guarantee that A, B and C have the shape.
impl VectorKernel for SerialProduct<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let [m, k, n] = self.shape;
        // SAFETY: guaranteed by the caller.
        unsafe {
            match n {
                _ if self.b.layout == Layout::ColumnMajorOneRow => V::run(ColumnProduct(self.as_column_product())),
                1 if self.a.k_stride == 1 => V::run(ColumnProduct(self)),
                1 if !matches!(self.start, ProductStart::Bias(_)) => {
                    // C' = b' A' is a single row, so the sums of many elements fill a register.
                    let a = Lhs { ptr: self.b.ptr, row_stride: k, k_stride: 1 };
                    let b = Rhs::row_major(self.a.ptr, self.a.k_stride);
                    let row = SerialProduct { shape: [1, k, m], a, b, ..self };
                    if m <= 8 { V::Narrow::run(TiledProduct(row)) } else { V::run(TiledProduct(row)) }
                }
                _ if self.b.layout == Layout::ColumnMajor => V::run(PackedProduct(self)),
                PACK_MIN_COLUMNS.. if m >= PACK_MIN_ROWS && k >= PACK_MIN_DEPTH => V::run(PackedProduct(self)),
                ..=8 => V::Narrow::run(TiledProduct(self)),
                _ => V::run(TiledProduct(self)),
            }
        }
    }
}
