//! Sums in an order fixed by the shape alone.

use crate::simd::vector::Vector;
use crate::simd::{Kernel, Simd, VectorKernel};

/// Rows added one after another before their sum joins the total: long columns lose less to rounding.
const BLOCK: usize = 128;

/// How many columns are summed side by side.
const LANES: usize = 16;

/// out\[j\] = sum over rows of `f(i, j)`, where `f` gives the number at flat index i * width + j. Rows are added in
/// ascending order in blocks of 128, then the blocks in ascending order.
pub fn column_sums(simd: Simd, rows: usize, width: usize, out: &mut [f32], f: impl Fn(usize) -> f32) {
    simd.run(ColumnSums { rows, width, out, f });
}

struct ColumnSums<'a, F> {
    rows: usize,
    width: usize,
    out: &'a mut [f32],
    f: F,
}

impl<F: Fn(usize) -> f32> Kernel for ColumnSums<'_, F> {
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

impl<F: Fn(usize) -> f32> ColumnSums<'_, F> {
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

/// The sums of the columns of a matrix with rows of `width` numbers, in the order of [`column_sums`]; added to what `out` holds
/// where `more` says so. So blocks of 128 rows may come one after another.
///
/// # Panics
/// If `out` is shorter than a row.
pub fn sum_columns(simd: Simd, x: &[f32], width: usize, more: bool, out: &mut [f32]) {
    assert!(out.len() >= width, "there is a sum for each column");
    simd.run_vectors(SumColumns { x, times: None, width, more, out });
}

/// The sums of the columns of x * y, number by number, in the same order; each product is rounded with the sum it is added to.
///
/// # Panics
/// If `out` is shorter than a row, or x and y differ in length.
pub fn sum_products(simd: Simd, x: &[f32], y: &[f32], width: usize, out: &mut [f32]) {
    assert!(out.len() >= width && x.len() == y.len(), "there is a sum for each column, and a factor for each number");
    simd.run_vectors(SumColumns { x, times: Some(y), width, more: false, out });
}

/// [`sum_columns`] or [`sum_products`], checked.
pub(crate) struct SumColumns<'a> {
    pub(crate) x: &'a [f32],
    /// What x is multiplied with.
    pub(crate) times: Option<&'a [f32]>,
    pub(crate) width: usize,
    pub(crate) more: bool,
    pub(crate) out: &'a mut [f32],
}

impl VectorKernel for SumColumns<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(mut self) {
        if self.width <= V::LANES / 2 && V::LANES > <V::Narrow as Vector>::LANES {
            // SAFETY: the caller's word.
            return unsafe { V::Narrow::run(self) };
        }
        let mut column = 0;
        while column < self.width {
            let left = self.width - column;
            // SAFETY: the instruction set is there by the caller's word, and the columns lie in a row.
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
    /// As many columns as `N` registers hold, or fewer in the last one; gives their number.
    ///
    /// # Safety
    /// The instruction set of `V` is there, and the columns lie in a row.
    #[inline(always)]
    unsafe fn columns<V: Vector, const N: usize, const PARTIAL: bool>(
        &mut self,
        column: usize,
        columns: usize,
    ) -> usize {
        let rows = self.x.len() / self.width;
        // SAFETY: the caller's word; there are so many rows, and a sum for each column.
        unsafe {
            let mask = V::first(columns - (N - 1) * V::LANES);
            let load = |from: *const f32| -> [V; N] {
                std::array::from_fn(|v| match PARTIAL && v == N - 1 {
                    true => V::load_first(from.add(v * V::LANES), mask),
                    false => V::load(from.add(v * V::LANES)),
                })
            };
            let out = self.out.as_mut_ptr().add(column);
            let mut total = if self.more { load(out) } else { [V::splat(0.0); N] };
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
                    true => total.store_first(out.add(v * V::LANES), mask),
                    false => total.store(out.add(v * V::LANES)),
                }
            }
        }
        columns
    }
}

/// The sum of `f(x)` over a slice in double precision: sixteen lanes, added as a tree.
pub fn sum(simd: Simd, x: &[f32], f: impl Fn(f32) -> f64) -> f64 {
    match x {
        // The tree adds zeros to it.
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
        tree(lanes)
    }
}

/// The position of the first number that is infinite or none.
pub fn first_not_finite(simd: Simd, x: &[f32]) -> Option<usize> {
    let block = x.chunks(FINITE_BLOCK).position(|x| !simd.run(AllFinite(x)))?;
    let first = block * FINITE_BLOCK;
    x[first..].iter().position(|x| !x.is_finite()).map(|at| first + at)
}

/// Numbers that are looked at together, before the first one is looked for.
const FINITE_BLOCK: usize = 4096;

struct AllFinite<'a>(&'a [f32]);

impl Kernel for AllFinite<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        // Without a way out of the loop it is vectorised.
        self.0.iter().fold(true, |all, x| all & x.is_finite())
    }
}

/// The sum of a\[i\] b\[i\] in double precision: sixteen lanes, added as a tree.
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
        tree(lanes)
    }
}

/// The sum of the lanes, halves upon halves.
#[inline(always)]
fn tree(mut lanes: [f64; LANES]) -> f64 {
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
    fn the_first_number_that_is_not_finite_is_found() {
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            let mut x = vec![1.0; 2 * FINITE_BLOCK + 7];
            assert_eq!(first_not_finite(simd, &x), None);
            for (at, value) in [(x.len() - 1, f32::NAN), (FINITE_BLOCK, f32::NEG_INFINITY), (3, f32::INFINITY)] {
                x[at] = value;
                assert_eq!(first_not_finite(simd, &x), Some(at));
            }
        }
    }

    #[test]
    fn sums_are_right_and_the_same_on_every_level() {
        let (rows, width) = (700, 19);
        let x: Vec<f32> = (0..rows * width).map(|i| (i % 23) as f32 - 11.0).collect();
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            let mut out = vec![0.0; width];
            column_sums(simd, rows, width, &mut out, |i| x[i]);
            for (j, sum) in out.iter().enumerate() {
                // Small whole numbers: every order of adding is exact.
                assert_eq!(*sum, (0..rows).map(|i| x[i * width + j]).sum::<f32>());
            }
            for width in [1, 3, 8, 15, 64, 75] {
                let (mut plain, mut sums) = (vec![0.0; width], vec![f32::NAN; width]);
                let x = &x[..rows / 5 * width];
                column_sums(simd, rows / 5, width, &mut plain, |i| x[i]);
                sum_columns(simd, x, width, false, &mut sums);
                assert_eq!(sums, plain);
                sum_columns(simd, x, width, true, &mut sums);
                let mut squares = vec![f32::NAN; width];
                sum_products(simd, x, x, width, &mut squares);
                // Whole numbers too.
                let square = |j: usize| (0..rows / 5).map(|i| x[i * width + j] * x[i * width + j]).sum::<f32>();
                assert!(squares.iter().enumerate().all(|(j, sum)| *sum == square(j)));
                assert!(sums.iter().zip(plain).all(|(twice, once)| *twice == once + once));
            }
            assert_eq!(dot(simd, &x, &x), x.iter().map(|v| f64::from(v * v)).sum::<f64>());
            assert_eq!(sum(simd, &x, |v| f64::from(v) * f64::from(v)), x.iter().map(|v| f64::from(v * v)).sum::<f64>());
        }
    }
}
