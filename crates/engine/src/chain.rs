//! Affine maps in a row, y = f(x W + b), with everything that a small one needs in two calls.
//!
//! For small matrices a call costs more than its arithmetic. A [`Chain`] is checked once; then all its maps are computed
//! forward in one call and backward in another, with the same bits as by [`crate::product`] and [`crate::reduce`].

use crate::math;
use crate::numbers::Numbers;
use crate::product::column::Column;
use crate::product::{Left, Right, Rows, Start, Turn, must_turn, outer, room_to_turn};
use crate::reduce::SumColumns;
use crate::simd::vector::Vector;
use crate::simd::{Kernel, Simd, VectorKernel};

/// A function at the end of a map whose derivative follows from its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// y = z.
    Same,
    /// y = z, and 0 for numbers of at most 0.
    Rectify,
    /// y = tanh z.
    Tanh,
    /// y = 1 / (1 + e^-z).
    Sigmoid,
}

impl Finish {
    /// y = f(z), in place.
    pub fn forward(self, simd: Simd, y: &mut [f32]) {
        if self != Finish::Same {
            simd.run(Forward(self, y));
        }
    }

    /// dz = dy f'(z), in place.
    pub fn backward(self, simd: Simd, y: &[f32], dz: &mut [f32]) {
        if self != Finish::Same {
            simd.run(Backward(self, y, dz));
        }
    }
}

struct Forward<'a>(Finish, &'a mut [f32]);

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match self.0 {
            Finish::Same => {}
            // In this order a number that is none stays one.
            Finish::Rectify => self.1.iter_mut().for_each(|y| *y = if *y <= 0.0 { 0.0 } else { *y }),
            Finish::Tanh => self.1.iter_mut().for_each(|y| *y = math::tanh(*y)),
            Finish::Sigmoid => self.1.iter_mut().for_each(|y| *y = math::sigmoid(*y)),
        }
    }
}

struct Backward<'a>(Finish, &'a [f32], &'a mut [f32]);

impl Kernel for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let numbers = self.2.iter_mut().zip(self.1);
        match self.0 {
            Finish::Same => {}
            Finish::Rectify => numbers.for_each(|(dz, y)| *dz *= if *y > 0.0 { 1.0 } else { 0.0 }),
            Finish::Tanh => numbers.for_each(|(dz, y)| *dz *= (-*y).mul_add(*y, 1.0)),
            Finish::Sigmoid => numbers.for_each(|(dz, y)| *dz *= *y * (1.0 - *y)),
        }
    }
}

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
    largest: usize,
}

impl Chain {
    /// A chain of these maps.
    ///
    /// # Panics
    /// If a map reads and writes the same buffer, or wants dx without having dy and room.
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
        let largest = links.iter().map(|link| link.widths[0] * link.widths[1]).max().unwrap_or(0);
        Chain { links, extent, largest }
    }

    /// How many maps.
    pub fn len(&self) -> usize {
        self.links.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// Multiplications a row of the largest map.
    pub fn largest(&self) -> usize {
        self.largest
    }

    /// y of every map for `rows` rows, from the first x on.
    ///
    /// # Panics
    /// If a buffer is missing or too short.
    pub fn forward(&self, simd: Simd, rows: usize, values: &mut [Numbers], weights: &[f32]) {
        assert!(weights.len() >= self.extent[0], "the weights are fewer than the chain's");
        for Link { widths, values: places, .. } in &self.links {
            let fits = |side: usize| values[places[side]].len() >= rows * widths[side];
            assert!(fits(0) && fits(1), "a value is shorter than its rows");
        }
        simd.run_vectors(ForwardLinks { links: &self.links, rows, values, weights });
    }

    /// dW and db of every map, and dx where it is wanted, from the last dy on, after [`Chain::forward`]. Each dy becomes dz.
    /// Gradients of weights are added to what they hold where `more` says so.
    ///
    /// # Panics
    /// If a buffer is missing or too short.
    pub fn backward(&self, simd: Simd, rows: usize, more: bool, memory: Memory<'_>) {
        let Memory { values, gradients, weights, gradient, rooms } = &memory;
        assert!(weights.len() >= self.extent[0] && gradient.len() >= self.extent[1], "the weights are too few");
        for Link { widths, values: places, gradients: [dx, dy], room, .. } in &self.links {
            let fits =
                |buffer: Option<usize>, width: usize| buffer.is_none_or(|at| gradients[at].len() >= rows * width);
            let has_room = room.is_none_or(|at| rooms[at].len() >= room_to_turn(widths[1], widths[0]));
            assert!(has_room && dy.is_some(), "a map has no room or no gradient");
            assert!(fits(*dx, widths[0]) && fits(*dy, widths[1]), "a gradient is shorter than its rows");
            let fits = |side: usize| values[places[side]].len() >= rows * widths[side];
            assert!(fits(0) && fits(1), "a value is shorter than its rows");
        }
        simd.run_vectors(BackwardLinks { links: &self.links, rows, more, memory });
    }
}

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
    rows: usize,
    values: &'a mut [Numbers],
    weights: &'a [f32],
}

impl VectorKernel for ForwardLinks<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        for Link { widths: [k, n], values, kernel, bias, finish, .. } in self.links {
            let a = Left { at: self.values[values[0]].as_ptr(), row: *k, step: 1 };
            let b = Right { at: self.weights[kernel[0]..].as_ptr(), row: *n, is_turned: false };
            let start = bias.map_or(Start::Zero, |[bias, _]| Start::Bias(&self.weights[bias..bias + n]));
            let y = &mut self.values[values[1]][..self.rows * n];
            let product = Rows { shape: [self.rows, *k, *n], a, b, start, c: y.as_mut_ptr() };
            // SAFETY: the caller's word for the registers; the call checked that the buffers are long enough.
            unsafe {
                match (self.rows, n) {
                    (1, 1) => Column(product).run::<V>(),
                    (1, _) => product.run_one_row::<V>(),
                    _ => product.run::<V>(),
                }
            }
            Forward(*finish, y).run();
        }
    }
}

struct BackwardLinks<'a> {
    links: &'a [Link],
    rows: usize,
    more: bool,
    memory: Memory<'a>,
}

impl VectorKernel for BackwardLinks<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let BackwardLinks { links, rows, more, memory } = self;
        let Memory { values, gradients, weights, gradient, rooms } = memory;
        for Link { widths: [k, n], values: [x, y], gradients: [dx, dy], kernel, bias, room, finish } in
            links.iter().rev()
        {
            let (k, n) = (*k, *n);
            let Some(dy) = *dy else { continue };
            let dz = &mut gradients[dy][..rows * n];
            Backward(*finish, &values[*y], dz).run();
            let dz_at = dz.as_ptr();
            let by_rows = Right { at: dz_at, row: n, is_turned: false };
            let x = values[*x].as_ptr();
            let dw = gradient[kernel[1]..].as_mut_ptr();
            if rows == 1 && !more {
                // SAFETY: the caller's word for the registers; the call checked that the buffers are long enough.
                unsafe {
                    match n {
                        // A column lies as a row does.
                        1 => outer::<V>([1, k], dz_at, x, dw),
                        _ => outer::<V>([k, n], x, dz_at, dw),
                    }
                }
                if let Some([_, bias]) = *bias {
                    gradient[bias..bias + n].iter_mut().zip(&*dz).for_each(|(sum, dz)| *sum = 0.0 + *dz);
                }
            } else {
                let start = if more { Start::Accumulate } else { Start::Zero };
                let product =
                    Rows { shape: [k, rows, n], a: Left { at: x, row: 1, step: k }, b: by_rows, start, c: dw };
                // SAFETY: as above.
                unsafe { product.run::<V>() };
                if let Some([_, bias]) = *bias {
                    let sums = SumColumns { x: dz, times: None, width: n, more, out: &mut gradient[bias..bias + n] };
                    // SAFETY: as above.
                    unsafe { V::run(sums) };
                }
            }
            if let (Some(dx), Some(room)) = (*dx, *room) {
                let (w, room) = (weights[kernel[0]..].as_ptr(), rooms[room].as_mut_ptr());
                let (a, b) = (Left { at: dz_at, row: n, step: 1 }, Right::turned(w, [rows, n, k], room));
                let product = Rows { shape: [rows, n, k], a, b, start: Start::Zero, c: gradients[dx].as_mut_ptr() };
                // SAFETY: as above; the room holds W transposed where it must.
                unsafe {
                    if rows == 1 && n > 1 && k > 1 {
                        Column(product.of_turned_row()).run::<V>();
                    } else if rows == 1 && n == 1 {
                        outer::<V>([1, k], dz_at, w, gradients[dx].as_mut_ptr());
                    } else {
                        if must_turn([rows, n, k]) {
                            Turn { a: w, shape: [k, n], b: room }.run::<V>();
                        }
                        product.run::<V>();
                    }
                }
            }
        }
    }
}
