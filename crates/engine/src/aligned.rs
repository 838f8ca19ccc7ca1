//! Buffers aligned to cache lines.
//!
//! A load that crosses the border between two cache lines costs two loads. In an aligned buffer, rows whose length is a multiple
//! of a line never cross one.

use std::ops::{Deref, DerefMut};

/// One cache line: sixteen `f32`.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// A buffer of `f32` with a fixed length that begins at a cache line. It dereferences to a slice.
#[derive(Clone, Default)]
pub struct AlignedBuffer {
    lines: Vec<Line>,
    length: usize,
}

impl AlignedBuffer {
    /// A buffer of `length` zeros.
    pub fn zeros(length: usize) -> Self {
        AlignedBuffer { lines: vec![Line([0.0; 16]); length.div_ceil(16)], length }
    }
}

impl Deref for AlignedBuffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: a line is sixteen `f32` without gaps, and `length` is at most sixteen times the number of lines.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl DerefMut for AlignedBuffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `deref`; the borrow of `self` is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}

impl std::fmt::Debug for AlignedBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl From<&[f32]> for AlignedBuffer {
    fn from(from: &[f32]) -> Self {
        let mut buffer = AlignedBuffer::zeros(from.len());
        buffer.copy_from_slice(from);
        buffer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_has_its_length_and_begins_at_a_line() {
        for length in [0, 1, 16, 17, 1000] {
            let buffer = AlignedBuffer::zeros(length);
            assert_eq!((buffer.len(), buffer.as_ptr() as usize % 64), (length, 0));
        }
        assert_eq!(*AlignedBuffer::from([1.0, 2.0].as_slice()), [1.0, 2.0]);
    }
}
