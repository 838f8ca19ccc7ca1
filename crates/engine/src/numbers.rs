//! Buffers of numbers that begin at a cache line.
//!
//! A load that straddles two lines costs two; rows whose length is a multiple of a line then never do.

use crate::math::flush_gradient;
use crate::simd::{Kernel, Simd};
use std::ops::{Deref, DerefMut};

/// A cache line of numbers.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// A buffer of fixed length that begins at a cache line.
#[derive(Clone, Default)]
pub struct Numbers {
    lines: Vec<Line>,
    length: usize,
}

impl Numbers {
    /// So many zeros.
    pub fn zeros(length: usize) -> Self {
        Numbers { lines: vec![Line([0.0; 16]); length.div_ceil(16)], length }
    }
}

impl Deref for Numbers {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: a line is sixteen numbers without gaps, and `length` is at most sixteen times the lines.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl DerefMut for Numbers {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `deref`; the borrow of `self` is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl From<&[f32]> for Numbers {
    fn from(from: &[f32]) -> Self {
        let mut numbers = Numbers::zeros(from.len());
        numbers.copy_from_slice(from);
        numbers
    }
}

/// [`flush_gradient`] of many numbers, in place.
pub fn flush_gradients(simd: Simd, x: &mut [f32]) {
    simd.run(FlushGradients(x));
}

struct FlushGradients<'a>(&'a mut [f32]);

impl Kernel for FlushGradients<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // A product, because a choice may be compiled to a store under a mask, which the next load has to wait for.
        self.0.iter_mut().for_each(|x| *x *= if flush_gradient(*x) == 0.0 { 0.0 } else { 1.0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_gradients_become_0() {
        let mut x = [1e-28, -1e-30, 1e-40, 2.0, f32::INFINITY, f32::NAN];
        flush_gradients(Simd::detect(), &mut x);
        assert!(x[..5] == [1e-28, 0.0, 0.0, 2.0, f32::INFINITY] && x[5].is_nan());
    }

    #[test]
    fn a_buffer_has_its_length_and_begins_at_a_line() {
        for length in [0, 1, 16, 17, 1000] {
            let numbers = Numbers::zeros(length);
            assert_eq!((numbers.len(), numbers.as_ptr() as usize % 64), (length, 0));
        }
        assert_eq!(*Numbers::from([1.0, 2.0].as_slice()), [1.0, 2.0]);
    }
}
