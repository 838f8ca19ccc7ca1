//! Affine maps in a row, y = f(x W + b), with everything that a small one needs in two calls.
//!
//! For small matrices a call costs more than its arithmetic. A [`Chain`] is checked once; then all its maps are computed
//! forward in one call and backward in another, with the same bits as by [`crate::product`] and [`crate::reduce`]. Several
//! threads share out the rows of a batch, and then the rows of the weights' gradients.

use crate::finish::{Backward, Finish, Forward};
use crate::numbers::Numbers;
use crate::pool::Pool;
use crate::product::column::Column;
use crate::product::{Left, Lies, Right, Rows, Start, Turn, must_turn, outer, room_to_turn};
use crate::reduce::SumColumns;
use crate::simd::vector::Vector;
use crate::simd::{Kernel, Simd, VectorKernel};
use std::mem::MaybeUninit;

/// A map of a chain, and where its numbers lie.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// Numbers in a row of x, and in a row of y.
    pub widths: [usize; 2],
    /// The buffers of x and y.
    pub values: [usize; 2],
    /// The buffers of dx, where it is wanted, and of dy.
    pub gradients: [Option<usize>; 2],
    /// Where W (x's width, y's width) begins among the weights, and dW among their gradient.
    pub kernel: [usize; 2],
    /// The same for b.
    pub bias: Option<[usize; 2]>,
    /// The buffer for W transposed.
    pub room: Option<usize>,
    /// f.
    pub finish: Finish,
}

/// Maps of which each reads what the one before it gives.
#[derive(Debug, Clone)]
pub struct Chain {
    links: Vec<Link>,
    /// How many weights there must be, and how long their gradient.
    extent: [usize; 2],
    /// Multiplications a row.
    work: usize,
}

impl Chain {
    /// A chain of these maps.
    ///
    /// # Panics
    /// If a map does not read what the one before it gives, buffers or places of gradients are used twice, a map wants dx without
    /// having dy and room, or there are more maps than [`MOST_LINKS`].
    pub fn new(links: Vec<Link>) -> Self {
        let mut extent = [0; 2];
        for link in &links {
            let Link { widths: [k, n], values, gradients: [dx, dy], kernel, bias, room, .. } = *link;
            assert!(values[0] != values[1] && dx != dy, "a map does not work in place");
            assert!(dx.is_none() || (dy.is_some() && room.is_some()), "dx needs dy and room");
            for (side, extent) in extent.iter_mut().enumerate() {
                let length = k.checked_mul(n).and_then(|length| length.checked_add(kernel[side]));
                let end = length.expect("the weights of a map can be counted");
                *extent = (*extent).max(end).max(bias.map_or(0, |bias| bias[side].saturating_add(n)));
            }
        }
        for pair in links.windows(2) {
            let (one, next) = (&pair[0], &pair[1]);
            let follows = one.values[1] == next.values[0] && one.widths[1] == next.widths[0];
            let pulls = next.gradients[0].is_none() || next.gradients[0] == one.gradients[1];
            assert!(follows && pulls, "a map reads what the one before it gives");
        }
        // Threads write side by side: to rows of different buffers, and to different weights.
        let first = links.first();
        let values = first.map(|link| link.values[0]).into_iter().chain(links.iter().map(|link| link.values[1]));
        let gradients = first.and_then(|link| link.gradients[0]).into_iter();
        let gradients = gradients.chain(links.iter().filter_map(|link| link.gradients[1]));
        let rooms = links.iter().filter_map(|link| link.room);
        assert!(differ(values) && differ(gradients) && differ(rooms), "a map does not work in place");
        let mut ends: Vec<[usize; 2]> = Vec::new();
        for Link { widths: [k, n], kernel, bias, .. } in &links {
            ends.push([kernel[1], kernel[1] + k * n]);
            ends.extend(bias.map(|[_, bias]| [bias, bias.saturating_add(*n)]));
        }
        ends.sort_unstable();
        assert!(ends.windows(2).all(|pair| pair[0][1] <= pair[1][0]), "gradients of weights have places of their own");
        assert!(links.len() <= MOST_LINKS, "a chain has at most {MOST_LINKS} maps");
        let work = links.iter().map(|link| link.widths[0] * link.widths[1]).sum();
        Chain { links, extent, work }
    }

    /// y of every map for `rows` rows, from the first x on.
    ///
    /// # Panics
    /// If a buffer is missing or too short.
    pub fn forward(&self, pool: &Pool, simd: Simd, rows: usize, values: &mut [Numbers], weights: &[f32]) {
        assert!(weights.len() >= self.extent[0], "the weights are fewer than the chain's");
        let mut rows_of = |buffer: usize, width: usize| {
            assert!(values[buffer].len() >= rows * width, "a value is shorter than its rows");
            values[buffer].as_mut_ptr()
        };
        let Some(first) = self.links.first() else { return };
        let mut x = rows_of(first.values[0], first.widths[0]);
        let mut room = [const { MaybeUninit::uninit() }; MOST_LINKS];
        for (Link { widths, values: at, kernel, bias, .. }, places) in self.links.iter().zip(&mut room) {
            let y = rows_of(at[1], widths[1]);
            places.write(Onward {
                x,
                y,
                w: weights[kernel[0]..].as_ptr(),
                b: bias.map_or(std::ptr::null(), |[bias, _]| weights[bias..].as_ptr()),
            });
            x = y;
        }
        // SAFETY: the loop has written one for each map.
        let places = unsafe { room[..self.links.len()].assume_init_ref() };
        let parts = self.parts(pool, rows);
        if parts == 1 {
            simd.run_vectors(ForwardLinks { links: &self.links, places, rows: [0, rows] });
        } else {
            pool.run(parts, &|part| {
                let rows = share(rows, part, parts);
                simd.run_vectors(ForwardLinks { links: &self.links, places, rows });
            });
        }
    }

    /// dW and db of every map, and dx where it is wanted, from the last dy on, after [`Chain::forward`]. Each dy becomes dz.
    /// Gradients of weights are added to what they hold where `more` says so.
    ///
    /// # Panics
    /// If a buffer is missing or too short.
    pub fn backward(&self, pool: &Pool, simd: Simd, rows: usize, more: bool, memory: Memory<'_>) {
        let Memory { values, gradients, weights, gradient, rooms } = memory;
        assert!(weights.len() >= self.extent[0] && gradient.len() >= self.extent[1], "the weights are too few");
        let gradient = gradient.as_mut_ptr();
        let mut gradient_of = |buffer: Option<usize>, width: usize| {
            let Some(buffer) = buffer else { return std::ptr::null_mut() };
            assert!(gradients[buffer].len() >= rows * width, "a gradient is shorter than its rows");
            gradients[buffer].as_mut_ptr()
        };
        let Some(first) = self.links.first() else { return };
        let mut before = gradient_of(first.gradients[0], first.widths[0]);
        let mut room = [const { MaybeUninit::uninit() }; MOST_LINKS];
        for (link, places) in self.links.iter().zip(&mut room) {
            let Link { widths, values: at, gradients: [dx, dy], kernel, bias, room, .. } = link;
            let fits = |side: usize| values[at[side]].len() >= rows * widths[side];
            assert!(fits(0) && fits(1), "a value is shorter than its rows");
            let dy = gradient_of(*dy, widths[1]);
            let room = room.map_or(std::ptr::null_mut(), |room| {
                assert!(rooms[room].len() >= room_to_turn(widths[1], widths[0]), "a map has no room");
                rooms[room].as_mut_ptr()
            });
            places.write(Back {
                x: values[at[0]].as_ptr(),
                y: values[at[1]].as_ptr(),
                dx: if dx.is_some() { before } else { std::ptr::null_mut() },
                dy,
                w: weights[kernel[0]..].as_ptr(),
                // Inside the extent, as was checked.
                dw: gradient.wrapping_add(kernel[1]),
                db: bias.map_or(std::ptr::null_mut(), |[_, bias]| gradient.wrapping_add(bias)),
                room,
            });
            before = dy;
        }
        // SAFETY: the loop has written one for each map.
        let places = unsafe { room[..self.links.len()].assume_init_ref() };
        let all = BackwardLinks { links: &self.links, places, of: rows, more, does: Does::All };
        let parts = self.parts(pool, rows);
        if parts == 1 {
            simd.run_vectors(all);
            return;
        }
        simd.run_vectors(BackwardLinks { does: Does::Turns, ..all });
        let links = &self.links[..];
        pool.run(parts, &|part| {
            let does = Does::Values(share(rows, part, parts));
            simd.run_vectors(BackwardLinks { links, places, of: rows, more, does });
        });
        pool.run(parts, &|part| {
            let does = Does::Weights { part, parts };
            simd.run_vectors(BackwardLinks { links, places, of: rows, more, does });
        });
    }

    /// Among how many threads so many rows are shared out.
    fn parts(&self, pool: &Pool, rows: usize) -> usize {
        if pool.threads() == 1 || rows * self.work < WORTH_A_THREAD {
            return 1;
        }
        pool.parts_for(rows * self.work, WORTH_A_THREAD).min(rows.div_ceil(GRAIN))
    }
}

/// Whether no number comes twice.
fn differ(numbers: impl Iterator<Item = usize>) -> bool {
    let mut numbers: Vec<usize> = numbers.collect();
    numbers.sort_unstable();
    numbers.windows(2).all(|pair| pair[0] != pair[1])
}

/// The most maps of a chain.
pub const MOST_LINKS: usize = 16;

/// Multiplications in all maps of a chain that are worth waking a thread for.
const WORTH_A_THREAD: usize = 400_000;

/// Rows are dealt to threads in multiples of this.
const GRAIN: usize = 8;

/// The first of the rows of a part, and how many they are.
fn share(rows: usize, part: usize, parts: usize) -> [usize; 2] {
    let each = rows.div_ceil(parts).next_multiple_of(GRAIN);
    let first = (part * each).min(rows);
    [first, each.min(rows - first)]
}

/// Where the numbers of a map lie, forward; without a bias null.
#[derive(Clone, Copy)]
struct Onward {
    x: *const f32,
    y: *mut f32,
    w: *const f32,
    b: *const f32,
}

/// The same backward; what is not wanted is null.
#[derive(Clone, Copy)]
struct Back {
    x: *const f32,
    y: *const f32,
    dx: *mut f32,
    dy: *mut f32,
    w: *const f32,
    dw: *mut f32,
    db: *mut f32,
    room: *mut f32,
}

// SAFETY: threads write to rows of their own, and the call that made the pointers waits for them.
unsafe impl Sync for Onward {}
// SAFETY: as above; or they write to weights of their own.
unsafe impl Sync for Back {}

/// What a chain computes its gradients from and into.
#[derive(Debug)]
pub struct Memory<'a> {
    /// The rows of values.
    pub values: &'a [Numbers],
    /// Their gradients.
    pub gradients: &'a mut [Numbers],
    /// The weights.
    pub weights: &'a [f32],
    /// Their gradient.
    pub gradient: &'a mut [f32],
    /// Buffers with room.
    pub rooms: &'a mut [Numbers],
}

struct ForwardLinks<'a> {
    links: &'a [Link],
    places: &'a [Onward],
    /// The first row, and how many.
    rows: [usize; 2],
}

impl VectorKernel for ForwardLinks<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let [first, rows] = self.rows;
        for (Link { widths: [k, n], finish, .. }, places) in self.links.iter().zip(self.places) {
            let (k, n) = (*k, *n);
            let a = Left { at: places.x.wrapping_add(first * k), row: k, step: 1 };
            // SAFETY: the caller's word for the registers; the call checked that the buffers are long enough for all rows, and
            // a bias has a number for each column.
            unsafe {
                let start = match places.b.is_null() {
                    true => Start::Zero,
                    false => Start::Bias(std::slice::from_raw_parts(places.b, n)),
                };
                let c = places.y.add(first * n);
                let product = Rows { shape: [rows, k, n], a, b: Right::straight(places.w, n), start, c };
                match (rows, n) {
                    (1, 1) => Column(product).run::<V>(),
                    (1, _) => product.run_one_row::<V>(),
                    _ => product.run::<V>(),
                }
                Forward(*finish, std::slice::from_raw_parts_mut(c, rows * n)).run();
            }
        }
    }
}

/// Which share of the work backward is done.
#[derive(Debug, Clone, Copy)]
enum Does {
    /// Everything.
    All,
    /// The transposes of weights.
    Turns,
    /// dz and dx of some rows: the first, and how many. The transposes are there.
    Values([usize; 2]),
    /// dW and db: a share of the rows of each W.
    Weights { part: usize, parts: usize },
}

#[derive(Clone, Copy)]
struct BackwardLinks<'a> {
    links: &'a [Link],
    places: &'a [Back],
    /// Rows in all.
    of: usize,
    more: bool,
    does: Does,
}

impl VectorKernel for BackwardLinks<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let [first, rows] = if let Does::Values(rows) = self.does { rows } else { [0, self.of] };
        for (link, places) in self.links.iter().zip(self.places).rev() {
            let Link { widths: [k, n], finish, .. } = *link;
            let dy = places.dy;
            if dy.is_null() {
                continue;
            }
            // SAFETY: the caller's word for the registers; the call checked that the buffers are long enough for all rows, and
            // threads have rows or weights of their own.
            unsafe {
                let dz = dy.add(first * n);
                if let Does::All | Does::Values(_) = self.does {
                    let y = std::slice::from_raw_parts(places.y.add(first * n), rows * n);
                    Backward(finish, y, std::slice::from_raw_parts_mut(dz, rows * n)).run();
                }
                match self.does {
                    Does::All if rows == 1 && !self.more => one_row::<V>(link, places, dz),
                    Does::All => self.weights::<V>(link, places, [0, k], true),
                    Does::Weights { part, parts } => {
                        let each = k.div_ceil(parts).next_multiple_of(GRAIN);
                        let first = (part * each).min(k);
                        self.weights::<V>(link, places, [first, each.min(k - first)], part + 1 == parts);
                    }
                    Does::Turns | Does::Values(_) => {}
                }
                if places.dx.is_null() {
                    continue;
                }
                if let (Does::All | Does::Turns, true) = (self.does, must_turn([self.of, n, k])) {
                    Turn { a: places.w, shape: [k, n], b: places.room }.run::<V>();
                }
                if let Does::All | Does::Values(_) = self.does {
                    let b = Right::turned(places.w, [self.of, n, k], places.room);
                    let (a, c) = (Left { at: dz.cast_const(), row: n, step: 1 }, places.dx.add(first * k));
                    let product = Rows { shape: [rows, n, k], a, b, start: Start::Zero, c };
                    match b.lies {
                        Lies::TurnedForARow => Column(product.of_turned_row()).run::<V>(),
                        _ if self.of == 1 && n == 1 => outer::<V>([1, k], dz, places.w, c),
                        _ => product.run::<V>(),
                    }
                }
            }
        }
    }
}

impl BackwardLinks<'_> {
    /// Some rows of dW, the first and how many; db too where it is asked for.
    ///
    /// # Safety
    /// The instruction set of `V` is there, and the places are those of the link.
    #[inline(always)]
    unsafe fn weights<V: Vector>(&self, link: &Link, places: &Back, [first, count]: [usize; 2], sums: bool) {
        let (Link { widths: [k, n], .. }, dz) = (*link, places.dy);
        let start = if self.more { Start::Accumulate } else { Start::Zero };
        // SAFETY: the caller's word; db has a number for each column.
        unsafe {
            if count > 0 {
                let a = Left { at: places.x.add(first), row: 1, step: k };
                let (b, c) = (Right::straight(dz, n), places.dw.add(first * n));
                Rows { shape: [count, self.of, n], a, b, start, c }.run::<V>();
            }
            if sums && !places.db.is_null() {
                let (x, out) =
                    (std::slice::from_raw_parts(dz, self.of * n), std::slice::from_raw_parts_mut(places.db, n));
                V::run(SumColumns { x, times: None, width: n, more: self.more, out });
            }
        }
    }
}

/// dW and db of a single row.
///
/// # Safety
/// The instruction set of `V` is there, and the places are those of the link.
#[inline(always)]
unsafe fn one_row<V: Vector>(link: &Link, places: &Back, dz: *const f32) {
    let [k, n] = link.widths;
    // SAFETY: the caller's word.
    unsafe {
        match n {
            // A column lies as a row does.
            1 => outer::<V>([1, k], dz, places.x, places.dw),
            _ => outer::<V>([k, n], places.x, dz, places.dw),
        }
        if !places.db.is_null() {
            (0..n).for_each(|j| *places.db.add(j) = 0.0 + *dz.add(j));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::{View, product, product_turned};
    use crate::random::{Purpose, Stream};
    use crate::reduce::sum_columns;
    use crate::simd::Level;

    fn numbers(n: usize, name: &str) -> Numbers {
        let mut v = Numbers::zeros(n);
        Stream::new(1, Purpose::Init, name).fill_uniform(&mut v);
        v.iter_mut().for_each(|x| *x = *x * 2.0 - 1.0);
        v
    }

    const WIDTHS: [usize; 5] = [13, 70, 64, 8, 1];
    const FINISHES: [Finish; 4] = [Finish::Rectify, Finish::Tanh, Finish::Sigmoid, Finish::Same];

    /// Where W and b of each map begin, and how long all are.
    fn layout() -> ([usize; 4], [usize; 4], usize) {
        let (mut kernels, mut biases, mut end) = ([0; 4], [0; 4], 0);
        for at in 0..4 {
            (kernels[at], biases[at]) = (end, end + WIDTHS[at] * WIDTHS[at + 1]);
            end = biases[at] + WIDTHS[at + 1];
        }
        (kernels, biases, end)
    }

    struct Results {
        values: Vec<Numbers>,
        gradients: Vec<Numbers>,
        gradient: Vec<f32>,
    }

    fn begin(rows: usize) -> Results {
        let buffers = |name: &str| WIDTHS.iter().map(|width| numbers(rows * width, name)).collect();
        Results { values: buffers("values"), gradients: buffers("gradients"), gradient: vec![f32::NAN; layout().2] }
    }

    /// Each map by itself, by the products and sums of the engine.
    fn one_by_one(simd: Simd, rows: usize, weights: &[f32]) -> Results {
        let pool = Pool::new(1);
        let (kernels, biases, _) = layout();
        let Results { mut values, mut gradients, mut gradient } = begin(rows);
        for at in 0..4 {
            let [k, n] = [WIDTHS[at], WIDTHS[at + 1]];
            let (x, y) = values.split_at_mut(at + 1);
            let bias = Start::Bias(&weights[biases[at]..][..n]);
            product(&pool, simd, [rows, k, n], View::rows(&x[at], k), &weights[kernels[at]..], bias, &mut y[0]);
            FINISHES[at].forward(simd, &mut y[0]);
        }
        for more in [false, true] {
            for at in (0..4).rev() {
                let [k, n] = [WIDTHS[at], WIDTHS[at + 1]];
                let (dx, dz) = gradients.split_at_mut(at + 1);
                FINISHES[at].backward(simd, &values[at + 1], &mut dz[0]);
                let (start, x) = (if more { Start::Accumulate } else { Start::Zero }, View::transposed(&values[at], k));
                product(&pool, simd, [k, rows, n], x, &dz[0], start, &mut gradient[kernels[at]..][..k * n]);
                sum_columns(simd, &dz[0], n, more, &mut gradient[biases[at]..][..n]);
                if at > 0 {
                    let (w, mut room) = (&weights[kernels[at]..][..k * n], vec![0.0; room_to_turn(n, k)]);
                    product_turned(&pool, simd, [rows, n, k], &dz[0], w, &mut room, &mut dx[at]);
                }
            }
        }
        Results { values, gradients, gradient }
    }

    #[test]
    fn a_chain_gives_the_bits_of_its_maps_one_by_one_on_any_number_of_threads() {
        let (kernels, biases, length) = layout();
        let weights = numbers(length, "weights");
        let link = |at: usize| Link {
            widths: [WIDTHS[at], WIDTHS[at + 1]],
            values: [at, at + 1],
            gradients: [(at > 0).then_some(at), Some(at + 1)],
            kernel: [kernels[at]; 2],
            bias: Some([biases[at]; 2]),
            room: (at > 0).then_some(at),
            finish: FINISHES[at],
        };
        let chain = Chain::new((0..4).map(link).collect());
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            for rows in [1, 2, 25, 130, 400] {
                let expected = one_by_one(simd, rows, &weights);
                for threads in [1, 2, 3] {
                    let pool = Pool::new(threads);
                    let Results { mut values, mut gradients, mut gradient } = begin(rows);
                    let room = |at: usize| Numbers::zeros(room_to_turn(WIDTHS[at + 1], WIDTHS[at]));
                    let mut rooms: Vec<Numbers> = (0..4).map(room).collect();
                    chain.forward(&pool, simd, rows, &mut values, &weights);
                    for more in [false, true] {
                        let memory = Memory {
                            values: &values,
                            gradients: &mut gradients,
                            weights: &weights,
                            gradient: &mut gradient,
                            rooms: &mut rooms,
                        };
                        chain.backward(&pool, simd, rows, more, memory);
                    }
                    let what = format!("{:?}, {rows} rows, {threads} threads", simd.level());
                    let same = |a: &[Numbers], b: &[Numbers]| a.iter().zip(b).all(|(a, b)| a[..] == b[..]);
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
        let link = Link {
            widths: [1, 1],
            values: [0, 0],
            gradients: [None, Some(0)],
            kernel: [0; 2],
            bias: None,
            room: None,
            finish: Finish::Same,
        };
        Chain::new(vec![link]);
    }
}
