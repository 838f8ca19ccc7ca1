//! Matrix products.
//!
//! Every element of a result is one chain of fused multiply-adds along ascending k, started from the bias, from zero or
//! from what the result holds. How the work is cut into tiles, vectors and threads does not touch the chain, so it does
//! not touch the bits.

use crate::pool::Pool;
use crate::simd::{Kernel, Simd};

/// A matrix that is read: element (i, j) is `data[i * row_stride + j * column_stride]`.
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

/// What the chains start from.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// From zero.
    Zero,
    /// From one number a column.
    Bias(&'a [f32]),
    /// From what the result holds.
    Accumulate,
}

/// C = start + A B for A (m, k) with any strides, B (k, n) and C (m, n) row-major.
///
/// # Panics
/// If a slice is too short for its shape.
pub fn product(
    pool: &Pool,
    simd: Simd,
    [m, k, n]: [usize; 3],
    a: View<'_>,
    b: &[f32],
    start: Start<'_>,
    c: &mut [f32],
) {
    let fits = |rows: usize, width: usize, length: usize| rows.checked_mul(width).is_some_and(|n| n <= length);
    assert!(fits(k, n, b.len()) && fits(m, n, c.len()), "product: B or C is shorter than its shape");
    let last = || (m - 1).checked_mul(a.row_stride)?.checked_add((k - 1).checked_mul(a.column_stride)?);
    assert!(m == 0 || k == 0 || last().is_some_and(|at| at < a.data.len()), "product: A is shorter than its shape");
    if let Start::Bias(bias) = start {
        assert!(bias.len() >= n, "product: the bias is shorter than a row");
    }
    let c = &mut c[..m * n];
    // A thread is worth waking for about 10 microseconds of work.
    let parts = pool.parts_for(m * k * n, 400_000).min(m.div_ceil(TILE_ROWS));
    pool.split_rows(parts, m, n, c, TILE_ROWS, |first_row, c| {
        simd.run(Panel { m: c.len() / n.max(1), k, n, first_row, a, b, start, c });
    });
}

/// B = A transposed, for A row-major (rows, columns).
pub fn transpose(a: &[f32], rows: usize, columns: usize, b: &mut [f32]) {
    const BLOCK: usize = 16;
    for row in (0..rows).step_by(BLOCK) {
        for column in (0..columns).step_by(BLOCK) {
            for r in row..(row + BLOCK).min(rows) {
                for c in column..(column + BLOCK).min(columns) {
                    b[c * rows + r] = a[r * columns + c];
                }
            }
        }
    }
}

const TILE_ROWS: usize = 8;
const TILE_COLUMNS: usize = 16;

/// Consecutive rows of a product.
struct Panel<'a> {
    m: usize,
    k: usize,
    n: usize,
    first_row: usize,
    a: View<'a>,
    b: &'a [f32],
    start: Start<'a>,
    c: &'a mut [f32],
}

impl Kernel for Panel<'_> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        let mut column = 0;
        while column < self.n {
            let left = self.n - column;
            let step = if left >= TILE_COLUMNS {
                self.columns::<TILE_COLUMNS>(column)
            } else if left >= 8 {
                self.columns::<8>(column)
            } else if left >= 4 {
                self.columns::<4>(column)
            } else if left >= 2 {
                self.columns::<2>(column)
            } else {
                self.columns::<1>(column)
            };
            column += step;
        }
    }
}

impl Panel<'_> {
    #[inline(always)]
    fn columns<const N: usize>(&mut self, column: usize) -> usize {
        let mut row = 0;
        while row + TILE_ROWS <= self.m {
            self.tile::<TILE_ROWS, N>(row, column);
            row += TILE_ROWS;
        }
        if row + 4 <= self.m {
            self.tile::<4, N>(row, column);
            row += 4;
        }
        while row < self.m {
            self.tile::<1, N>(row, column);
            row += 1;
        }
        N
    }

    #[inline(always)]
    fn tile<const M: usize, const N: usize>(&mut self, row: usize, column: usize) {
        let mut sums = [[0.0_f32; N]; M];
        match self.start {
            Start::Zero => {}
            Start::Bias(bias) => {
                for sum in &mut sums {
                    sum.copy_from_slice(&bias[column..column + N]);
                }
            }
            Start::Accumulate => {
                for (i, sum) in sums.iter_mut().enumerate() {
                    let at = (row + i) * self.n + column;
                    sum.copy_from_slice(&self.c[at..at + N]);
                }
            }
        }
        let View { data, row_stride, column_stride } = self.a;
        let origin = (self.first_row + row) * row_stride;
        for p in 0..self.k {
            let b: &[f32; N] = self.b[p * self.n + column..][..N].try_into().expect("a slice of N");
            for (i, sum) in sums.iter_mut().enumerate() {
                let a = data[origin + i * row_stride + p * column_stride];
                for j in 0..N {
                    sum[j] = a.mul_add(b[j], sum[j]);
                }
            }
        }
        for (i, sum) in sums.iter().enumerate() {
            let at = (row + i) * self.n + column;
            self.c[at..at + N].copy_from_slice(sum);
        }
    }
}

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

    /// The definition: one chain an element.
    fn plain([m, k, n]: [usize; 3], a: &[f32], b: &[f32], bias: &[f32]) -> Vec<f32> {
        let mut c = vec![0.0; m * n];
        for i in 0..m {
            for j in 0..n {
                c[i * n + j] = (0..k).fold(bias[j], |sum, p| a[i * k + p].mul_add(b[p * n + j], sum));
            }
        }
        c
    }

    #[test]
    fn every_shape_level_and_thread_count_gives_the_bits_of_the_definition() {
        for level in Level::ALL {
            let Some(simd) = Simd::with_level(level) else { continue };
            for threads in [1, 2, 3] {
                let pool = Pool::new(threads);
                for shape in [[1, 1, 1], [1, 7, 5], [9, 8, 16], [33, 30, 64], [32, 5, 1], [13, 3, 47], [300, 70, 33]] {
                    let [m, k, n] = shape;
                    let (a, b, bias) = (numbers(m * k, "a"), numbers(k * n, "b"), numbers(n, "bias"));
                    let expected = plain(shape, &a, &b, &bias);
                    let mut c = vec![0.0; m * n];
                    product(&pool, simd, shape, View::rows(&a, k), &b, Start::Bias(&bias), &mut c);
                    assert_eq!(c, expected, "{shape:?} {level:?}");
                    let mut turned = vec![0.0; m * k];
                    transpose(&a, m, k, &mut turned);
                    for row in c.chunks_mut(n) {
                        row.copy_from_slice(&bias);
                    }
                    product(&pool, simd, shape, View::transposed(&turned, m), &b, Start::Accumulate, &mut c);
                    assert_eq!(c, expected, "transposed {shape:?} {level:?}");
                }
            }
        }
    }
}
