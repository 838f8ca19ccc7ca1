//! Sums in an order fixed by the shape alone.

use crate::simd::vector::Vector;
use crate::simd::{Kernel, Simd, VectorKernel};

/// Rows that are added before their sum is added to the total. The smaller sums keep the rounding error of long columns low.
const BLOCK: usize = 128;

/// Columns, or lanes of a single sum, that are added at the same time.
const LANES: usize = 16;

/// The sums of the columns of a matrix of `rows` rows and `width` columns, computed number by number: `f(i * width + j)` is the
/// number in row i and column j. Rows are added in ascending order in blocks of 128, then the blocks in ascending order.
pub fn sum_columns_by(simd: Simd, rows: usize, width: usize, out: &mut [f32], f: impl Fn(usize) -> f32) {
    simd.run(SumColumnsBy { rows, width, out, f });
}

struct SumColumnsBy<'a, F> {
    rows: usize,
    width: usize,
    out: &'a mut [f32],
    f: F,
}

impl<F: Fn(usize) -> f32> Kernel for SumColumnsBy<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut column = 0;
        while column + LANES <= self.width {
            self.columns::<LANES>(column).iter().zip(&mut self.out[column..]).for_each(|(s, o)| *o = *s);
            column += LANES;
        }
        while column < self.width {
            self.out[column] = self.columns::<1>(column)[0];
            column += 1;
        }
    }
}

impl<F: Fn(usize) -> f32> SumColumnsBy<'_, F> {
    #[inline(always)]
    fn columns<const N: usize>(&self, column: usize) -> [f32; N] {
        let mut total = [0.0; N];
        for block in (0..self.rows).step_by(BLOCK) {
            let mut sum = [0.0; N];
            for row in block..(block + BLOCK).min(self.rows) {
                let at = row * self.width + column;
                for (j, sum) in sum.iter_mut().enumerate() {
                    *sum += (self.f)(at + j);
                }
            }
            for j in 0..N {
                total[j] += sum[j];
            }
        }
        total
    }
}

/// The sums of the columns of a matrix with rows of `width` numbers, in the order of [`sum_columns_by`]. With `accumulate`, they are
/// added to what `out` holds. A call for rows 0 to 127 and an accumulating call for the rows after them give the bits of one call.
///
/// # Panics
/// If `out` is shorter than a row.
pub fn sum_columns(simd: Simd, x: &[f32], width: usize, accumulate: bool, out: &mut [f32]) {
    assert!(out.len() >= width, "out is shorter than a row");
    simd.run_vectors(SumColumns { x, times: None, width, accumulate, out });
}

/// The sums of the columns of the elementwise product x * y, in the same order. Each product is added by a fused multiply-add.
///
/// # Panics
/// If `out` is shorter than a row, or x and y differ in length.
pub fn sum_column_products(simd: Simd, x: &[f32], y: &[f32], width: usize, out: &mut [f32]) {
    assert!(out.len() >= width && x.len() == y.len(), "out is shorter than a row, or x and y differ in length");
    simd.run_vectors(SumColumns { x, times: Some(y), width, accumulate: false, out });
}

/// The kernel of [`sum_columns`] and [`sum_column_products`]. The lengths have been checked.
pub(crate) struct SumColumns<'a> {
    pub(crate) x: &'a [f32],
    /// The factor of x, for sums of products.
    pub(crate) times: Option<&'a [f32]>,
    pub(crate) width: usize,
    pub(crate) accumulate: bool,
    pub(crate) out: &'a mut [f32],
}

impl VectorKernel for SumColumns<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(mut self) {
        if self.width <= V::LANES / 2 && V::LANES > <V::Narrow as Vector>::LANES {
            // SAFETY: guaranteed by the caller.
            return unsafe { V::Narrow::run(self) };
        }
        let mut column = 0;
        while column < self.width {
            let left = self.width - column;
            // SAFETY: the caller guarantees the instruction set, and the columns lie in the row.
            column += unsafe {
                match left / V::LANES {
                    4.. => self.columns::<V, 4, false>(column, 4 * V::LANES),
                    1.. => self.columns::<V, 1, false>(column, V::LANES),
                    _ => self.columns::<V, 1, true>(column, left),
                }
            };
        }
    }
}

impl SumColumns<'_> {
    /// Sums columns that fill `N` registers; with `PARTIAL`, the last register is not full. Returns the number of columns.
    ///
    /// # Safety
    /// The processor must have the instruction set of `V`, and the columns must lie in the row.
    #[inline(always)]
    unsafe fn columns<V: Vector, const N: usize, const PARTIAL: bool>(
        &mut self,
        column: usize,
        columns: usize,
    ) -> usize {
        let rows = self.x.len() / self.width;
        // SAFETY: guaranteed by the caller; x has `rows` rows, and `out` a sum for each column.
        unsafe {
            let mask = V::mask(columns - (N - 1) * V::LANES);
            let load = |from: *const f32| -> [V; N] {
                std::array::from_fn(|v| match PARTIAL && v == N - 1 {
                    true => V::load_masked(from.add(v * V::LANES), mask),
                    false => V::load(from.add(v * V::LANES)),
                })
            };
            let out = self.out.as_mut_ptr().add(column);
            let mut total = if self.accumulate { load(out) } else { [V::splat(0.0); N] };
            for block in (0..rows).step_by(BLOCK) {
                let mut sums = [V::splat(0.0); N];
                for row in block..(block + BLOCK).min(rows) {
                    let at = row * self.width + column;
                    let line = load(self.x.as_ptr().add(at));
                    sums = match self.times {
                        Some(times) => {
                            let times = load(times.as_ptr().add(at));
                            std::array::from_fn(|v| line[v].mul_add(times[v], sums[v]))
                        }
                        None => std::array::from_fn(|v| sums[v].add(line[v])),
                    };
                }
                total = std::array::from_fn(|v| total[v].add(sums[v]));
            }
            for (v, total) in total.into_iter().enumerate() {
                match PARTIAL && v == N - 1 {
                    true => total.store_masked(out.add(v * V::LANES), mask),
                    false => total.store(out.add(v * V::LANES)),
                }
            }
        }
        columns
    }
}

/// The sum of `f(x)` over a slice in double precision: sixteen lanes, then the tree of their sums.
pub fn sum(simd: Simd, x: &[f32], f: impl Fn(f32) -> f64) -> f64 {
    match x {
        // The same as with lanes, of which all but one would be 0.
        [x] => 0.0 + f(*x),
        _ => simd.run(Sum { x, f }),
    }
}

struct Sum<'a, F> {
    x: &'a [f32],
    f: F,
}

impl<F: Fn(f32) -> f64> Kernel for Sum<'_, F> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let mut lanes = [0.0; LANES];
        let chunks = self.x.chunks_exact(LANES);
        for (lane, x) in lanes.iter_mut().zip(chunks.remainder()) {
            *lane = (self.f)(*x);
        }
        for chunk in chunks {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *lane += (self.f)(*x);
            }
        }
        tree_sum(lanes)
    }
}

/// The position of the first number that is infinite or NaN.
pub fn first_non_finite(simd: Simd, x: &[f32]) -> Option<usize> {
    let block = x.chunks(FINITE_BLOCK).position(|x| !simd.run(AllFinite(x)))?;
    let first = block * FINITE_BLOCK;
    x[first..].iter().position(|x| !x.is_finite()).map(|at| first + at)
}

/// Numbers that are tested together before the search for the position begins.
const FINITE_BLOCK: usize = 4096;

struct AllFinite<'a>(&'a [f32]);

impl Kernel for AllFinite<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        // A loop without an early exit is vectorised.
        self.0.iter().fold(true, |all, x| all & x.is_finite())
    }
}

/// The sum of a\[i\] b\[i\] in double precision: sixteen lanes, then the tree of their sums.
pub fn dot(simd: Simd, a: &[f32], b: &[f32]) -> f64 {
    simd.run(Dot { a, b })
}

struct Dot<'a> {
    a: &'a [f32],
    b: &'a [f32],
}

impl Kernel for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let mut lanes = [0.0; LANES];
        let (a, b) = (self.a.chunks_exact(LANES), self.b.chunks_exact(LANES));
        for ((lane, a), b) in lanes.iter_mut().zip(a.remainder()).zip(b.remainder()) {
            *lane = f64::from(*a) * f64::from(*b);
        }
        for (a, b) in a.zip(b) {
            for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
                *lane = f64::from(*a).mul_add(f64::from(*b), *lane);
            }
        }
        tree_sum(lanes)
    }
}

/// The sum of the lanes: the upper half is added to the lower half until one lane is left.
#[inline(always)]
fn tree_sum(mut lanes: [f64; LANES]) -> f64 {
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Level;

    #[test]
    fn the_first_non_finite_number_is_found() {
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            let mut x = vec![1.0; 2 * FINITE_BLOCK + 7];
            assert_eq!(first_non_finite(simd, &x), None);
            for (at, value) in [(x.len() - 1, f32::NAN), (FINITE_BLOCK, f32::NEG_INFINITY), (3, f32::INFINITY)] {
                x[at] = value;
                assert_eq!(first_non_finite(simd, &x), Some(at));
            }
        }
    }

    #[test]
    fn sums_are_right_and_the_same_on_every_level() {
        let (rows, width) = (700, 19);
        let x: Vec<f32> = (0..rows * width).map(|i| (i % 23) as f32 - 11.0).collect();
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            let mut out = vec![0.0; width];
            sum_columns_by(simd, rows, width, &mut out, |i| x[i]);
            for (j, sum) in out.iter().enumerate() {
                // Sums of small integers are exact in any order.
                assert_eq!(*sum, (0..rows).map(|i| x[i * width + j]).sum::<f32>());
            }
            for width in [1, 3, 8, 15, 64, 75] {
                let (mut plain, mut sums) = (vec![0.0; width], vec![f32::NAN; width]);
                let x = &x[..rows / 5 * width];
                sum_columns_by(simd, rows / 5, width, &mut plain, |i| x[i]);
                sum_columns(simd, x, width, false, &mut sums);
                assert_eq!(sums, plain);
                sum_columns(simd, x, width, true, &mut sums);
                let mut squares = vec![f32::NAN; width];
                sum_column_products(simd, x, x, width, &mut squares);
                // Integers too.
                let square = |j: usize| (0..rows / 5).map(|i| x[i * width + j] * x[i * width + j]).sum::<f32>();
                assert!(squares.iter().enumerate().all(|(j, sum)| *sum == square(j)));
                assert!(sums.iter().zip(plain).all(|(twice, once)| *twice == once + once));
            }
            assert_eq!(dot(simd, &x, &x), x.iter().map(|v| f64::from(v * v)).sum::<f64>());
            assert_eq!(sum(simd, &x, |v| f64::from(v) * f64::from(v)), x.iter().map(|v| f64::from(v * v)).sum::<f64>());
        }
    }
}
