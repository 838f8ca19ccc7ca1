//! Matrix products.
//!
//! Every element of C = start + A B is one sequence of fused multiply-adds in ascending k. It starts from the bias, from zero or from
//! what C holds. Tiles, vectors and threads divide the elements among themselves, but never change the order of one element's
//! sequence, so they do not change its bits. Two kinds of products are dot products in sixteen lanes instead: those with one column,
//! and those of one row and a transpose.

pub(crate) mod column;
mod packed;
mod row;
mod serial;
mod tile;
mod transpose;

use crate::pool::Pool;
use crate::simd::Simd;
use packed::{PACK_MIN_COLUMNS, PACK_MIN_DEPTH};
pub(crate) use row::outer_product;
pub(crate) use serial::{Layout, Lhs, Rhs, SerialProduct};
pub(crate) use transpose::Transpose;

/// A matrix to read: element (i, j) is `data[i * row_stride + j * column_stride]`.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    data: &'a [f32],
    row_stride: usize,
    column_stride: usize,
}

impl<'a> View<'a> {
    /// A row-major matrix with rows of `width` numbers.
    pub fn rows(data: &'a [f32], width: usize) -> Self {
        View { data, row_stride: width, column_stride: 1 }
    }

    /// The transpose of a row-major matrix with rows of `width` numbers.
    pub fn transposed(data: &'a [f32], width: usize) -> Self {
        View { data, row_stride: 1, column_stride: width }
    }
}

/// The value that the sum of each element starts from.
#[derive(Debug, Clone, Copy)]
pub enum ProductStart<'a> {
    /// Zero.
    Zero,
    /// The bias: one number per column.
    Bias(&'a [f32]),
    /// What the result holds.
    Accumulate,
}

/// C = start + A B, for `shape` = (m, k, n): A (m, k) by rows or transposed, B (k, n) and C (m, n) row-major.
///
/// # Panics
/// If a slice is too short for its shape.
pub fn product(
    pool: &Pool,
    simd: Simd,
    shape: [usize; 3],
    a: View<'_>,
    b: &[f32],
    start: ProductStart<'_>,
    c: &mut [f32],
) {
    check(shape, a, b, start, c);
    run(pool, simd, shape, a, Rhs::row_major(b.as_ptr(), shape[2]), start, c);
}

/// C = A B', for `shape` = (m, k, n): A (m, k), B (n, k) and C (m, n) row-major. `scratch` must have [`transpose_scratch_len`]
/// numbers; it may hold the transpose of B afterwards.
///
/// # Panics
/// If a slice is too short for its shape.
pub fn product_transposed(
    pool: &Pool,
    simd: Simd,
    shape: [usize; 3],
    a: &[f32],
    b: &[f32],
    scratch: &mut [f32],
    c: &mut [f32],
) {
    let [_, k, n] = shape;
    let a = View::rows(a, k);
    check(shape, a, b, ProductStart::Zero, c);
    if needs_transpose(shape) {
        transpose(simd, b, n, k, &mut scratch[..k * n]);
    }
    let b = Rhs::transposed(b.as_ptr(), shape, scratch.as_ptr());
    run(pool, simd, shape, a, b, ProductStart::Zero, c);
}

/// The length of the scratch buffer of [`product_transposed`], for any number of rows of A. It is 0 if B is packed anyway.
pub fn transpose_scratch_len(k: usize, n: usize) -> usize {
    if needs_transpose([2, k, n]) { k.saturating_mul(n) } else { 0 }
}

/// Whether a product A B' of shape (m, k, n) writes the transpose of B into the scratch buffer. For a single row it does not: B is
/// read where it lies.
pub(crate) fn needs_transpose([m, k, n]: [usize; 3]) -> bool {
    m > 1 && k > 1 && n > 1 && (n < PACK_MIN_COLUMNS || k < PACK_MIN_DEPTH)
}

/// B = A', for A row-major of shape (rows, columns).
///
/// # Panics
/// If a slice is too short.
pub fn transpose(simd: Simd, a: &[f32], rows: usize, columns: usize, b: &mut [f32]) {
    let length = rows.checked_mul(columns);
    assert!(length.is_some_and(|n| n <= a.len() && n <= b.len()), "transpose: A or B is shorter than its shape");
    simd.run_vectors(Transpose { a: a.as_ptr(), shape: [rows, columns], b: b.as_mut_ptr() });
}

fn check([m, k, n]: [usize; 3], a: View<'_>, b: &[f32], start: ProductStart<'_>, c: &[f32]) {
    let fits = |rows: usize, width: usize, length: usize| rows.checked_mul(width).is_some_and(|n| n <= length);
    assert!(fits(k, n, b.len()) && fits(m, n, c.len()), "product: B or C is shorter than its shape");
    let last = || (m - 1).checked_mul(a.row_stride)?.checked_add((k - 1).checked_mul(a.column_stride)?);
    assert!(m == 0 || k == 0 || last().is_some_and(|at| at < a.data.len()), "product: A is shorter than its shape");
    if let ProductStart::Bias(bias) = start {
        assert!(bias.len() >= n, "product: the bias is shorter than a row");
    }
}

/// Computes a product that has been checked.
fn run(pool: &Pool, simd: Simd, [m, k, n]: [usize; 3], a: View<'_>, b: Rhs, start: ProductStart<'_>, c: &mut [f32]) {
    let b = SharedRhs(b);
    let rows = |first: usize, c: &mut [f32]| {
        simd.run_vectors(SerialProduct {
            shape: [c.len() / n, k, n],
            // If k is 0, this may point past the end; nothing is read then.
            a: Lhs {
                ptr: a.data.as_ptr().wrapping_add(first * a.row_stride),
                row_stride: a.row_stride,
                k_stride: a.column_stride,
            },
            b: b.get(),
            start,
            c: c.as_mut_ptr(),
        });
    };
    let c = &mut c[..m * n];
    let work = m * k * n;
    if c.is_empty() {
        return;
    }
    if work < MIN_WORK_PER_THREAD || pool.threads() == 1 {
        rows(0, c);
        return;
    }
    let parts = pool.parts_for(work, MIN_WORK_PER_THREAD).min(m.div_ceil(GRAIN));
    pool.split_rows(parts, m, n, c, GRAIN, rows);
}

/// B, shared by several threads.
#[derive(Clone, Copy)]
struct SharedRhs(Rhs);

impl SharedRhs {
    fn get(&self) -> Rhs {
        self.0
    }
}

// SAFETY: B is only read, and the call that made it waits for all threads.
unsafe impl Sync for SharedRhs {}

/// Multiplications that justify one more thread: about ten microseconds of work.
const MIN_WORK_PER_THREAD: usize = 400_000;

/// Each thread gets a multiple of this number of rows.
const GRAIN: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};
    use crate::simd::Level;

    fn numbers(n: usize, name: &str) -> Vec<f32> {
        let mut v = vec![0.0; n];
        Stream::new(1, Purpose::Init, name).fill_uniform(&mut v);
        v.iter().map(|x| x * 2.0 - 1.0).collect()
    }

    /// The definition: one sequence of fused multiply-adds per element.
    fn sequential([m, k, n]: [usize; 3], a: &[f32], b: &[f32], bias: &[f32]) -> Vec<f32> {
        let element = |i: usize, j: usize| (0..k).fold(bias[j], |sum, p| a[i * k + p].mul_add(b[p * n + j], sum));
        (0..m * n).map(|at| element(at / n, at % n)).collect()
    }

    /// The definition for one column: sixteen lanes, of which the upper half is added to the lower one until one is left.
    fn in_lanes([m, k, _]: [usize; 3], a: &[f32], b: &[f32], bias: &[f32]) -> Vec<f32> {
        let element = |i: usize| {
            let mut lanes = [0.0_f32; 16];
            (0..k).for_each(|p| lanes[p % 16] = a[i * k + p].mul_add(b[p], lanes[p % 16]));
            let mut lanes = lanes.to_vec();
            while lanes.len() > 1 {
                let half = lanes.len() / 2;
                lanes = (0..half).map(|l| lanes[l] + lanes[l + half]).collect();
            }
            bias[0] + lanes[0]
        };
        (0..m).map(element).collect()
    }

    /// Every width of a tile, whole and partial, every number of remaining rows, and more steps along k than one block.
    const SHAPES: [[usize; 3]; 23] = [
        [1, 1, 1],
        [1, 7, 5],
        [9, 8, 16],
        [33, 30, 64],
        [32, 5, 1],
        [13, 3, 47],
        [300, 70, 33],
        [15, 16, 8],
        [5, 37, 1],
        [1, 784, 1],
        [6, 1, 64],
        [7, 600, 65],
        [8, 257, 80],
        [3, 2, 81],
        [11, 256, 96],
        [10, 9, 129],
        [2, 4, 9],
        [4, 5, 17],
        [1, 30, 64],
        [64, 300, 144],
        [50, 64, 523],
        [3, 70, 512],
        [391, 65, 530],
    ];

    #[test]
    fn every_shape_level_and_thread_count_gives_the_bits_of_the_definition() {
        for level in Level::ALL {
            let Some(simd) = Simd::with_level(level) else { continue };
            for threads in [1, 2, 3] {
                let pool = Pool::new(threads);
                for shape in SHAPES {
                    let [m, k, n] = shape;
                    let (a, b, bias) = (numbers(m * k, "a"), numbers(k * n, "b"), numbers(n, "bias"));
                    let expected = if n == 1 { in_lanes } else { sequential }(shape, &a, &b, &bias);
                    let mut c = vec![f32::NAN; m * n];
                    product(&pool, simd, shape, View::rows(&a, k), &b, ProductStart::Bias(&bias), &mut c);
                    assert_eq!(c, expected, "{shape:?} {level:?}");
                    let mut a_transposed = vec![0.0; m * k];
                    transpose(simd, &a, m, k, &mut a_transposed);
                    for row in c.chunks_mut(n) {
                        row.copy_from_slice(&bias);
                    }
                    product(
                        &pool,
                        simd,
                        shape,
                        View::transposed(&a_transposed, m),
                        &b,
                        ProductStart::Accumulate,
                        &mut c,
                    );
                    assert_eq!(c, sequential(shape, &a, &b, &bias), "transposed {shape:?} {level:?}");
                    let (mut b_transposed, mut scratch) =
                        (vec![0.0; k * n], vec![f32::NAN; transpose_scratch_len(k, n)]);
                    transpose(simd, &b, k, n, &mut b_transposed);
                    c.fill(f32::NAN);
                    product_transposed(&pool, simd, shape, &a, &b_transposed, &mut scratch, &mut c);
                    let zeros = vec![0.0; n];
                    let expected = match shape {
                        [1, _, wide] if wide > 1 => in_lanes([n, k, 1], &b_transposed, &a, &[0.0]),
                        [.., 1] => in_lanes(shape, &a, &b, &zeros),
                        _ => sequential(shape, &a, &b, &zeros),
                    };
                    assert_eq!(c, expected, "B transposed {shape:?} {level:?}");
                }
            }
        }
    }
}
