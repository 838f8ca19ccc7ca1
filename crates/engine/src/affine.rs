//! Chains of affine maps, y = f(x W + b), each of which reads the result of the one before it.
//!
//! For small matrices, a function call costs more than the arithmetic in it. An [`AffineChain`] is checked once; then one call
//! computes all its maps forward, and one call computes all gradients backward. The bits are those of [`crate::product`] and
//! [`crate::reduce`]. With several threads, each thread computes some rows of the batch, and then some rows of each weight
//! gradient.

use crate::aligned::AlignedBuffer;
use crate::fused_activation::{Backward, Forward, FusedActivation};
use crate::pool::Pool;
use crate::product::column::ColumnProduct;
use crate::product::{
    Layout, Lhs, ProductStart, Rhs, SerialProduct, Transpose, needs_transpose, outer_product, transpose_scratch_len,
};
use crate::reduce::SumColumns;
use crate::simd::vector::Vector;
use crate::simd::{Kernel, Simd, VectorKernel};
use std::mem::MaybeUninit;

/// One map y = f(x W + b), with the positions of its buffers among those that each call receives.
#[derive(Debug, Clone, Copy)]
pub struct AffineMap {
    /// The length of a row of x, and of a row of y.
    pub widths: [usize; 2],
    /// The buffers of x and y.
    pub values: [usize; 2],
    /// The buffers of dx and dy; `None` if the gradient is not needed.
    pub gradients: [Option<usize>; 2],
    /// Where W, of shape (width of x, width of y), begins in the weights, and where dW begins in their gradient.
    pub kernel: [usize; 2],
    /// The same for b; `None` without a bias.
    pub bias: Option<[usize; 2]>,
    /// The scratch buffer for the transpose of W, with [`transpose_scratch_len`] numbers. Needed for dx.
    pub scratch: Option<usize>,
    /// f.
    pub activation: FusedActivation,
}

/// Affine maps that are applied one after another.
#[derive(Debug, Clone)]
pub struct AffineChain {
    maps: Vec<AffineMap>,
    /// The smallest valid length of the weights, and of their gradient.
    min_lengths: [usize; 2],
    /// Multiplications per row.
    work: usize,
}

impl AffineChain {
    /// A chain of these maps.
    ///
    /// # Panics
    /// If a map does not read the result of the one before it, if two maps share a buffer or a part of the weights' gradient, if a
    /// map has dx but no dy or no scratch buffer, or if there are more than [`MAX_MAPS`] maps.
    pub fn new(maps: Vec<AffineMap>) -> Self {
        let mut min_lengths = [0; 2];
        for map in &maps {
            let AffineMap { widths: [k, n], values, gradients: [dx, dy], kernel, bias, scratch, .. } = *map;
            assert!(values[0] != values[1] && dx != dy, "a map does not work in place");
            assert!(dx.is_none() || (dy.is_some() && scratch.is_some()), "dx needs dy and a scratch buffer");
            for (side, min_length) in min_lengths.iter_mut().enumerate() {
                let end = k.checked_mul(n).and_then(|length| length.checked_add(kernel[side]));
                let end = end.expect("the number of weights fits into usize");
                *min_length = (*min_length).max(end).max(bias.map_or(0, |bias| bias[side].saturating_add(n)));
            }
        }
        for pair in maps.windows(2) {
            let (one, next) = (&pair[0], &pair[1]);
            let values_match = one.values[1] == next.values[0] && one.widths[1] == next.widths[0];
            let gradients_match = next.gradients[0].is_none() || next.gradients[0] == one.gradients[1];
            assert!(values_match && gradients_match, "a map reads the result of the one before it");
        }
        // Threads write at the same time: to rows of different buffers, and to different weights.
        let first = maps.first();
        let values = first.map(|map| map.values[0]).into_iter().chain(maps.iter().map(|map| map.values[1]));
        let gradients = first.and_then(|map| map.gradients[0]).into_iter();
        let gradients = gradients.chain(maps.iter().filter_map(|map| map.gradients[1]));
        let scratch = maps.iter().filter_map(|map| map.scratch);
        assert!(all_differ(values) && all_differ(gradients) && all_differ(scratch), "a map does not work in place");
        let mut ranges: Vec<[usize; 2]> = Vec::new();
        for AffineMap { widths: [k, n], kernel, bias, .. } in &maps {
            ranges.push([kernel[1], kernel[1] + k * n]);
            ranges.extend(bias.map(|[_, bias]| [bias, bias.saturating_add(*n)]));
        }
        ranges.sort_unstable();
        assert!(ranges.windows(2).all(|pair| pair[0][1] <= pair[1][0]), "gradients of weights do not overlap");
        assert!(maps.len() <= MAX_MAPS, "a chain has at most {MAX_MAPS} maps");
        let work = maps.iter().map(|map| map.widths[0] * map.widths[1]).sum();
        AffineChain { maps, min_lengths, work }
    }

    /// Computes y of every map for `rows` rows, starting from x of the first map.
    ///
    /// # Panics
    /// If a buffer is missing or too short.
    pub fn forward(&self, pool: &Pool, simd: Simd, rows: usize, values: &mut [AlignedBuffer], weights: &[f32]) {
        assert!(weights.len() >= self.min_lengths[0], "the weights are too short for the chain");
        let mut rows_of = |buffer: usize, width: usize| {
            assert!(values[buffer].len() >= rows * width, "a buffer of values is too short for the rows");
            values[buffer].as_mut_ptr()
        };
        let Some(first) = self.maps.first() else { return };
        let mut x = rows_of(first.values[0], first.widths[0]);
        let mut slots = [const { MaybeUninit::uninit() }; MAX_MAPS];
        for (AffineMap { widths, values: at, kernel, bias, .. }, slot) in self.maps.iter().zip(&mut slots) {
            let y = rows_of(at[1], widths[1]);
            slot.write(ForwardPointers {
                x,
                y,
                w: weights[kernel[0]..].as_ptr(),
                b: bias.map_or(std::ptr::null(), |[bias, _]| weights[bias..].as_ptr()),
            });
            x = y;
        }
        // SAFETY: the loop has written a slot for each map.
        let pointers = unsafe { slots[..self.maps.len()].assume_init_ref() };
        let parts = self.parts(pool, rows);
        if parts == 1 {
            simd.run_vectors(ForwardPass { maps: &self.maps, pointers, rows: [0, rows] });
        } else {
            pool.run(parts, &|part| {
                let rows = rows_of_part(rows, part, parts);
                simd.run_vectors(ForwardPass { maps: &self.maps, pointers, rows });
            });
        }
    }

    /// Computes dW and db of every map, and dx where a map has it, starting from dy of the last map. [`AffineChain::forward`] must
    /// have computed the values. Each dy is overwritten by dz = dy f'(z). With `accumulate`, dW and db are added to what the
    /// gradient holds.
    ///
    /// # Panics
    /// If a buffer is missing or too short.
    pub fn backward(&self, pool: &Pool, simd: Simd, rows: usize, accumulate: bool, buffers: BackwardBuffers<'_>) {
        let BackwardBuffers { values, gradients, weights, gradient, scratch } = buffers;
        let long_enough = weights.len() >= self.min_lengths[0] && gradient.len() >= self.min_lengths[1];
        assert!(long_enough, "the weights or their gradient are too short for the chain");
        let gradient = gradient.as_mut_ptr();
        let mut gradient_of = |buffer: Option<usize>, width: usize| {
            let Some(buffer) = buffer else { return std::ptr::null_mut() };
            assert!(gradients[buffer].len() >= rows * width, "a buffer of gradients is too short for the rows");
            gradients[buffer].as_mut_ptr()
        };
        let Some(first) = self.maps.first() else { return };
        let mut previous = gradient_of(first.gradients[0], first.widths[0]);
        let mut slots = [const { MaybeUninit::uninit() }; MAX_MAPS];
        for (map, slot) in self.maps.iter().zip(&mut slots) {
            let AffineMap { widths, values: at, gradients: [dx, dy], kernel, bias, scratch: own_scratch, .. } = map;
            let fits = |side: usize| values[at[side]].len() >= rows * widths[side];
            assert!(fits(0) && fits(1), "a buffer of values is too short for the rows");
            let dy = gradient_of(*dy, widths[1]);
            let w_transposed = own_scratch.map_or(std::ptr::null_mut(), |at| {
                let length = transpose_scratch_len(widths[1], widths[0]);
                assert!(scratch[at].len() >= length, "a scratch buffer is too short");
                scratch[at].as_mut_ptr()
            });
            slot.write(BackwardPointers {
                x: values[at[0]].as_ptr(),
                y: values[at[1]].as_ptr(),
                dx: if dx.is_some() { previous } else { std::ptr::null_mut() },
                dy,
                w: weights[kernel[0]..].as_ptr(),
                // The assertion on the lengths covers these two.
                dw: gradient.wrapping_add(kernel[1]),
                db: bias.map_or(std::ptr::null_mut(), |[_, bias]| gradient.wrapping_add(bias)),
                w_transposed,
            });
            previous = dy;
        }
        // SAFETY: the loop has written a slot for each map.
        let pointers = unsafe { slots[..self.maps.len()].assume_init_ref() };
        let all = BackwardPass { maps: &self.maps, pointers, batch_rows: rows, accumulate, task: BackwardTask::All };
        let parts = self.parts(pool, rows);
        if parts == 1 {
            simd.run_vectors(all);
            return;
        }
        simd.run_vectors(BackwardPass { task: BackwardTask::Transposes, ..all });
        let maps = &self.maps[..];
        pool.run(parts, &|part| {
            let task = BackwardTask::Values(rows_of_part(rows, part, parts));
            simd.run_vectors(BackwardPass { maps, pointers, batch_rows: rows, accumulate, task });
        });
        pool.run(parts, &|part| {
            let task = BackwardTask::Weights { part, parts };
            simd.run_vectors(BackwardPass { maps, pointers, batch_rows: rows, accumulate, task });
        });
    }

    /// The number of threads for so many rows.
    fn parts(&self, pool: &Pool, rows: usize) -> usize {
        if pool.threads() == 1 || rows * self.work < MIN_WORK_PER_THREAD {
            return 1;
        }
        pool.parts_for(rows * self.work, MIN_WORK_PER_THREAD).min(rows.div_ceil(GRAIN))
    }
}

/// Whether no number occurs twice.
fn all_differ(numbers: impl Iterator<Item = usize>) -> bool {
    let mut numbers: Vec<usize> = numbers.collect();
    numbers.sort_unstable();
    numbers.windows(2).all(|pair| pair[0] != pair[1])
}

/// The largest number of maps in a chain.
pub const MAX_MAPS: usize = 16;

/// Multiplications in all maps of a chain that justify one more thread.
const MIN_WORK_PER_THREAD: usize = 400_000;

/// Each thread gets a multiple of this number of rows.
const GRAIN: usize = 8;

/// The first row of a part, and the number of its rows.
fn rows_of_part(rows: usize, part: usize, parts: usize) -> [usize; 2] {
    let each = rows.div_ceil(parts).next_multiple_of(GRAIN);
    let first = (part * each).min(rows);
    [first, each.min(rows - first)]
}

/// The buffers of a map in the forward pass. `b` is null without a bias.
#[derive(Clone, Copy)]
struct ForwardPointers {
    x: *const f32,
    y: *mut f32,
    w: *const f32,
    b: *const f32,
}

/// The buffers of a map in the backward pass. Null for what the map does not have.
#[derive(Clone, Copy)]
struct BackwardPointers {
    x: *const f32,
    y: *const f32,
    dx: *mut f32,
    dy: *mut f32,
    w: *const f32,
    dw: *mut f32,
    db: *mut f32,
    w_transposed: *mut f32,
}

// SAFETY: each thread writes to its own rows, and the call that made the pointers waits for all threads.
unsafe impl Sync for ForwardPointers {}
// SAFETY: as above; in the second part of the backward pass, each thread writes to its own weights.
unsafe impl Sync for BackwardPointers {}

/// The buffers that [`AffineChain::backward`] reads and writes.
#[derive(Debug)]
pub struct BackwardBuffers<'a> {
    /// The values of the forward pass.
    pub values: &'a [AlignedBuffer],
    /// The gradients of the values.
    pub gradients: &'a mut [AlignedBuffer],
    /// The weights.
    pub weights: &'a [f32],
    /// The gradient of the weights.
    pub gradient: &'a mut [f32],
    /// Scratch buffers for transposes.
    pub scratch: &'a mut [AlignedBuffer],
}

struct ForwardPass<'a> {
    maps: &'a [AffineMap],
    pointers: &'a [ForwardPointers],
    /// The first row, and the number of rows.
    rows: [usize; 2],
}

impl VectorKernel for ForwardPass<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let [first, rows] = self.rows;
        for (AffineMap { widths: [k, n], activation, .. }, pointers) in self.maps.iter().zip(self.pointers) {
            let (k, n) = (*k, *n);
            let a = Lhs { ptr: pointers.x.wrapping_add(first * k), row_stride: k, k_stride: 1 };
            // SAFETY: the caller guarantees the instruction set; `AffineChain::forward` checked that the buffers are long enough
            // for all rows and that a bias has a number for each column.
            unsafe {
                let start = match pointers.b.is_null() {
                    true => ProductStart::Zero,
                    false => ProductStart::Bias(std::slice::from_raw_parts(pointers.b, n)),
                };
                let c = pointers.y.add(first * n);
                let product = SerialProduct { shape: [rows, k, n], a, b: Rhs::row_major(pointers.w, n), start, c };
                match (rows, n) {
                    (1, 1) => ColumnProduct(product).run::<V>(),
                    (1, _) => product.run_one_row::<V>(),
                    _ => product.run::<V>(),
                }
                Forward(*activation, std::slice::from_raw_parts_mut(c, rows * n)).run();
            }
        }
    }
}

/// The part of the backward pass that one call computes.
#[derive(Debug, Clone, Copy)]
enum BackwardTask {
    /// All of it.
    All,
    /// The transposes of the weights.
    Transposes,
    /// dz and dx of some rows: the first row, and the number of rows. The transposes are ready.
    Values([usize; 2]),
    /// dW and db: one of `parts` parts of the rows of each W.
    Weights { part: usize, parts: usize },
}

#[derive(Clone, Copy)]
struct BackwardPass<'a> {
    maps: &'a [AffineMap],
    pointers: &'a [BackwardPointers],
    /// All rows of the batch.
    batch_rows: usize,
    accumulate: bool,
    task: BackwardTask,
}

impl VectorKernel for BackwardPass<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let [first, rows] = if let BackwardTask::Values(rows) = self.task { rows } else { [0, self.batch_rows] };
        for (map, pointers) in self.maps.iter().zip(self.pointers).rev() {
            let AffineMap { widths: [k, n], activation, .. } = *map;
            let dy = pointers.dy;
            if dy.is_null() {
                continue;
            }
            // SAFETY: the caller guarantees the instruction set; `AffineChain::backward` checked that the buffers are long enough
            // for all rows, and each thread has its own rows or weights.
            unsafe {
                let dz = dy.add(first * n);
                if let BackwardTask::All | BackwardTask::Values(_) = self.task {
                    let y = std::slice::from_raw_parts(pointers.y.add(first * n), rows * n);
                    Backward(activation, y, std::slice::from_raw_parts_mut(dz, rows * n)).run();
                }
                match self.task {
                    BackwardTask::All if rows == 1 && !self.accumulate => weights_of_one_row::<V>(map, pointers, dz),
                    BackwardTask::All => self.weights::<V>(map, pointers, [0, k], true),
                    BackwardTask::Weights { part, parts } => {
                        let each = k.div_ceil(parts).next_multiple_of(GRAIN);
                        let first = (part * each).min(k);
                        self.weights::<V>(map, pointers, [first, each.min(k - first)], part + 1 == parts);
                    }
                    BackwardTask::Transposes | BackwardTask::Values(_) => {}
                }
                if pointers.dx.is_null() {
                    continue;
                }
                let transposes = matches!(self.task, BackwardTask::All | BackwardTask::Transposes);
                if transposes && needs_transpose([self.batch_rows, n, k]) {
                    Transpose { a: pointers.w, shape: [k, n], b: pointers.w_transposed }.run::<V>();
                }
                if let BackwardTask::All | BackwardTask::Values(_) = self.task {
                    let b = Rhs::transposed(pointers.w, [self.batch_rows, n, k], pointers.w_transposed);
                    let a = Lhs { ptr: dz.cast_const(), row_stride: n, k_stride: 1 };
                    let c = pointers.dx.add(first * k);
                    let product = SerialProduct { shape: [rows, n, k], a, b, start: ProductStart::Zero, c };
                    match b.layout {
                        Layout::ColumnMajorOneRow => ColumnProduct(product.as_column_product()).run::<V>(),
                        _ if self.batch_rows == 1 && n == 1 => outer_product::<V>([1, k], dz, pointers.w, c),
                        _ => product.run::<V>(),
                    }
                }
            }
        }
    }
}

impl BackwardPass<'_> {
    /// Computes `count` rows of dW, from row `first` on, and db too if `with_bias`.
    ///
    /// # Safety
    /// The processor must have the instruction set of `V`, and the pointers must be those of the map.
    #[inline(always)]
    unsafe fn weights<V: Vector>(
        &self,
        map: &AffineMap,
        pointers: &BackwardPointers,
        [first, count]: [usize; 2],
        with_bias: bool,
    ) {
        let (AffineMap { widths: [k, n], .. }, dz) = (*map, pointers.dy);
        let start = if self.accumulate { ProductStart::Accumulate } else { ProductStart::Zero };
        // SAFETY: guaranteed by the caller; db has a number for each column.
        unsafe {
            if count > 0 {
                let a = Lhs { ptr: pointers.x.add(first), row_stride: 1, k_stride: k };
                let (b, c) = (Rhs::row_major(dz, n), pointers.dw.add(first * n));
                SerialProduct { shape: [count, self.batch_rows, n], a, b, start, c }.run::<V>();
            }
            if with_bias && !pointers.db.is_null() {
                let x = std::slice::from_raw_parts(dz, self.batch_rows * n);
                let out = std::slice::from_raw_parts_mut(pointers.db, n);
                V::run(SumColumns { x, times: None, width: n, accumulate: self.accumulate, out });
            }
        }
    }
}

/// Computes dW and db of a batch of one row.
///
/// # Safety
/// The processor must have the instruction set of `V`, and the pointers must be those of the map.
#[inline(always)]
unsafe fn weights_of_one_row<V: Vector>(map: &AffineMap, pointers: &BackwardPointers, dz: *const f32) {
    let [k, n] = map.widths;
    // SAFETY: guaranteed by the caller.
    unsafe {
        match n {
            // A column is contiguous too, so it is computed as a row.
            1 => outer_product::<V>([1, k], dz, pointers.x, pointers.dw),
            _ => outer_product::<V>([k, n], pointers.x, dz, pointers.dw),
        }
        if !pointers.db.is_null() {
            (0..n).for_each(|j| *pointers.db.add(j) = 0.0 + *dz.add(j));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::{View, product, product_transposed};
    use crate::random::{Purpose, Stream};
    use crate::reduce::sum_columns;
    use crate::simd::Level;

    fn numbers(n: usize, name: &str) -> AlignedBuffer {
        let mut v = AlignedBuffer::zeros(n);
        Stream::new(1, Purpose::Init, name).fill_uniform(&mut v);
        v.iter_mut().for_each(|x| *x = *x * 2.0 - 1.0);
        v
    }

    const WIDTHS: [usize; 5] = [13, 70, 64, 8, 1];
    const ACTIVATIONS: [FusedActivation; 5] = [
        FusedActivation::Relu,
        FusedActivation::Tanh,
        FusedActivation::Sigmoid,
        FusedActivation::LeakyRelu(0.1),
        FusedActivation::Linear,
    ];

    /// Where W and b of each map begin, and the length of all weights.
    fn layout() -> ([usize; 4], [usize; 4], usize) {
        let (mut kernels, mut biases, mut end) = ([0; 4], [0; 4], 0);
        for at in 0..4 {
            (kernels[at], biases[at]) = (end, end + WIDTHS[at] * WIDTHS[at + 1]);
            end = biases[at] + WIDTHS[at + 1];
        }
        (kernels, biases, end)
    }

    struct Results {
        values: Vec<AlignedBuffer>,
        gradients: Vec<AlignedBuffer>,
        gradient: Vec<f32>,
    }

    fn begin(rows: usize) -> Results {
        let buffers = |name: &str| WIDTHS.iter().map(|width| numbers(rows * width, name)).collect();
        Results { values: buffers("values"), gradients: buffers("gradients"), gradient: vec![f32::NAN; layout().2] }
    }

    /// Each map on its own, from the products and sums of the engine.
    fn one_by_one(simd: Simd, rows: usize, weights: &[f32]) -> Results {
        let pool = Pool::new(1);
        let (kernels, biases, _) = layout();
        let Results { mut values, mut gradients, mut gradient } = begin(rows);
        for at in 0..4 {
            let [k, n] = [WIDTHS[at], WIDTHS[at + 1]];
            let (x, y) = values.split_at_mut(at + 1);
            let bias = ProductStart::Bias(&weights[biases[at]..][..n]);
            product(&pool, simd, [rows, k, n], View::rows(&x[at], k), &weights[kernels[at]..], bias, &mut y[0]);
            ACTIVATIONS[at].forward(simd, &mut y[0]);
        }
        for accumulate in [false, true] {
            for at in (0..4).rev() {
                let [k, n] = [WIDTHS[at], WIDTHS[at + 1]];
                let (dx, dz) = gradients.split_at_mut(at + 1);
                ACTIVATIONS[at].backward(simd, &values[at + 1], &mut dz[0]);
                let (start, x) = (
                    if accumulate { ProductStart::Accumulate } else { ProductStart::Zero },
                    View::transposed(&values[at], k),
                );
                product(&pool, simd, [k, rows, n], x, &dz[0], start, &mut gradient[kernels[at]..][..k * n]);
                sum_columns(simd, &dz[0], n, accumulate, &mut gradient[biases[at]..][..n]);
                if at > 0 {
                    let (w, mut scratch) = (&weights[kernels[at]..][..k * n], vec![0.0; transpose_scratch_len(n, k)]);
                    product_transposed(&pool, simd, [rows, n, k], &dz[0], w, &mut scratch, &mut dx[at]);
                }
            }
        }
        Results { values, gradients, gradient }
    }

    #[test]
    fn a_chain_gives_the_bits_of_its_maps_one_by_one_on_any_number_of_threads() {
        let (kernels, biases, length) = layout();
        let weights = numbers(length, "weights");
        let map = |at: usize| AffineMap {
            widths: [WIDTHS[at], WIDTHS[at + 1]],
            values: [at, at + 1],
            gradients: [(at > 0).then_some(at), Some(at + 1)],
            kernel: [kernels[at]; 2],
            bias: Some([biases[at]; 2]),
            scratch: (at > 0).then_some(at),
            activation: ACTIVATIONS[at],
        };
        let chain = AffineChain::new((0..4).map(map).collect());
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            for rows in [1, 2, 25, 130, 400] {
                let expected = one_by_one(simd, rows, &weights);
                for threads in [1, 2, 3] {
                    let pool = Pool::new(threads);
                    let Results { mut values, mut gradients, mut gradient } = begin(rows);
                    let buffer = |at: usize| AlignedBuffer::zeros(transpose_scratch_len(WIDTHS[at + 1], WIDTHS[at]));
                    let mut scratch: Vec<AlignedBuffer> = (0..4).map(buffer).collect();
                    chain.forward(&pool, simd, rows, &mut values, &weights);
                    for accumulate in [false, true] {
                        let buffers = BackwardBuffers {
                            values: &values,
                            gradients: &mut gradients,
                            weights: &weights,
                            gradient: &mut gradient,
                            scratch: &mut scratch,
                        };
                        chain.backward(&pool, simd, rows, accumulate, buffers);
                    }
                    let what = format!("{:?}, {rows} rows, {threads} threads", simd.level());
                    let same = |a: &[AlignedBuffer], b: &[AlignedBuffer]| a.iter().zip(b).all(|(a, b)| a[..] == b[..]);
                    assert!(same(&values, &expected.values), "y: {what}");
                    assert!(same(&gradients, &expected.gradients), "dx: {what}");
                    assert!(gradient == expected.gradient, "dW and db: {what}");
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "in place")]
    fn a_map_that_reads_what_it_writes_is_refused() {
        let map = AffineMap {
            widths: [1, 1],
            values: [0, 0],
            gradients: [None, Some(0)],
            kernel: [0; 2],
            bias: None,
            scratch: None,
            activation: FusedActivation::Linear,
        };
        AffineChain::new(vec![map]);
    }
}
