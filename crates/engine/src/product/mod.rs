//! Matrix products.
//!
//! Every element of a result is one chain of fused multiply-adds along ascending k, started from the bias, from zero or
//! from what the result holds. How the work is cut into tiles, vectors and threads does not touch the chain, so it does
//! not touch the bits. Products with one column, and with a transpose and one row, are dot products in sixteen lanes.

pub(crate) mod column;
mod packed;
mod row;
mod rows;
mod tile;
mod turn;

use crate::pool::Pool;
use crate::simd::Simd;
use packed::{FAR_APART, MANY_STEPS};
pub(crate) use row::outer;
pub(crate) use rows::{Left, Lies, Right, Rows};
pub(crate) use turn::Turn;

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
pub fn product(pool: &Pool, simd: Simd, shape: [usize; 3], a: View<'_>, b: &[f32], start: Start<'_>, c: &mut [f32]) {
    check(shape, a, b, start, c);
    run(pool, simd, shape, a, Right::straight(b.as_ptr(), shape[2]), start, c);
}

/// C = A B' for A (m, k) and B (n, k), both row-major, and C (m, n). `room` has [`room_to_turn`] numbers for the transpose.
///
/// # Panics
/// If a slice is too short for its shape.
pub fn product_turned(
    pool: &Pool,
    simd: Simd,
    shape: [usize; 3],
    a: &[f32],
    b: &[f32],
    room: &mut [f32],
    c: &mut [f32],
) {
    let [_, k, n] = shape;
    let a = View::rows(a, k);
    check(shape, a, b, Start::Zero, c);
    if must_turn(shape) {
        transpose(simd, b, n, k, &mut room[..k * n]);
    }
    let b = Right::turned(b.as_ptr(), shape, room.as_ptr());
    run(pool, simd, shape, a, b, Start::Zero, c);
}

/// How much room [`product_turned`] needs, whatever the rows of A: none where B is copied together anyway.
pub fn room_to_turn(k: usize, n: usize) -> usize {
    if must_turn([2, k, n]) { k.saturating_mul(n) } else { 0 }
}

/// Whether a product (m, k, n) with a transpose wants it in the room: a single row is multiplied with B as it is.
pub(crate) fn must_turn([m, k, n]: [usize; 3]) -> bool {
    m > 1 && k > 1 && n > 1 && (n < FAR_APART || k < MANY_STEPS)
}

/// B = A transposed, for A row-major (rows, columns).
///
/// # Panics
/// If a slice is too short.
pub fn transpose(simd: Simd, a: &[f32], rows: usize, columns: usize, b: &mut [f32]) {
    let length = rows.checked_mul(columns);
    assert!(length.is_some_and(|n| n <= a.len() && n <= b.len()), "transpose: A or B is shorter than its shape");
    simd.run_vectors(Turn { a: a.as_ptr(), shape: [rows, columns], b: b.as_mut_ptr() });
}

fn check([m, k, n]: [usize; 3], a: View<'_>, b: &[f32], start: Start<'_>, c: &[f32]) {
    let fits = |rows: usize, width: usize, length: usize| rows.checked_mul(width).is_some_and(|n| n <= length);
    assert!(fits(k, n, b.len()) && fits(m, n, c.len()), "product: B or C is shorter than its shape");
    let last = || (m - 1).checked_mul(a.row_stride)?.checked_add((k - 1).checked_mul(a.column_stride)?);
    assert!(m == 0 || k == 0 || last().is_some_and(|at| at < a.data.len()), "product: A is shorter than its shape");
    if let Start::Bias(bias) = start {
        assert!(bias.len() >= n, "product: the bias is shorter than a row");
    }
}

/// The product of matrices that were checked.
fn run(pool: &Pool, simd: Simd, [m, k, n]: [usize; 3], a: View<'_>, b: Right, start: Start<'_>, c: &mut [f32]) {
    let b = SharedRight(b);
    let rows = |first: usize, c: &mut [f32]| {
        simd.run_vectors(Rows {
            shape: [c.len() / n, k, n],
            // Without steps along k nothing is read.
            a: Left {
                at: a.data.as_ptr().wrapping_add(first * a.row_stride),
                row: a.row_stride,
                step: a.column_stride,
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
    if work < WORTH_A_THREAD || pool.threads() == 1 {
        rows(0, c);
        return;
    }
    let parts = pool.parts_for(work, WORTH_A_THREAD).min(m.div_ceil(GRAIN));
    pool.split_rows(parts, m, n, c, GRAIN, rows);
}

/// B in the hands of several threads.
#[derive(Clone, Copy)]
struct SharedRight(Right);

impl SharedRight {
    fn get(&self) -> Right {
        self.0
    }
}

// SAFETY: B is only read, and the call that made it waits for all threads.
unsafe impl Sync for SharedRight {}

/// Multiplications that are worth waking a thread for: about ten microseconds of them.
const WORTH_A_THREAD: usize = 400_000;

/// Rows are dealt to threads in multiples of this.
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

    /// The definition: one chain an element.
    fn chains([m, k, n]: [usize; 3], a: &[f32], b: &[f32], bias: &[f32]) -> Vec<f32> {
        let element = |i: usize, j: usize| (0..k).fold(bias[j], |sum, p| a[i * k + p].mul_add(b[p * n + j], sum));
        (0..m * n).map(|at| element(at / n, at % n)).collect()
    }

    /// The definition for one column: sixteen lanes, added halves upon halves.
    fn lanes([m, k, _]: [usize; 3], a: &[f32], b: &[f32], bias: &[f32]) -> Vec<f32> {
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

    /// Every width of a tile, whole and in part, every number of rows left over, more steps than a block along k.
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
                    let expected = if n == 1 { lanes } else { chains }(shape, &a, &b, &bias);
                    let mut c = vec![f32::NAN; m * n];
                    product(&pool, simd, shape, View::rows(&a, k), &b, Start::Bias(&bias), &mut c);
                    assert_eq!(c, expected, "{shape:?} {level:?}");
                    let mut turned = vec![0.0; m * k];
                    transpose(simd, &a, m, k, &mut turned);
                    for row in c.chunks_mut(n) {
                        row.copy_from_slice(&bias);
                    }
                    product(&pool, simd, shape, View::transposed(&turned, m), &b, Start::Accumulate, &mut c);
                    assert_eq!(c, chains(shape, &a, &b, &bias), "transposed {shape:?} {level:?}");
                    let (mut b_turned, mut room) = (vec![0.0; k * n], vec![f32::NAN; room_to_turn(k, n)]);
                    transpose(simd, &b, k, n, &mut b_turned);
                    c.fill(f32::NAN);
                    product_turned(&pool, simd, shape, &a, &b_turned, &mut room, &mut c);
                    let zeros = vec![0.0; n];
                    let expected = match shape {
                        [1, _, wide] if wide > 1 => lanes([n, k, 1], &b_turned, &a, &[0.0]),
                        [.., 1] => lanes(shape, &a, &b, &zeros),
                        _ => chains(shape, &a, &b, &zeros),
                    };
                    assert_eq!(c, expected, "B transposed {shape:?} {level:?}");
                }
            }
        }
    }
}
