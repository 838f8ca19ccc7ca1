//! Rows that have no end: a few bytes of gzip unpack to gigabytes without a line break, and are refused while they are read.

use std::cell::Cell;
use std::fmt;
use std::io::{BufRead, Error, Read, Result};
use std::rc::Rc;

/// A row may have so many cells, and so many bytes.
pub(crate) const MOST_CELLS: usize = 1 << 20;
const MOST_BYTES: usize = 1 << 25;

/// What has been read since the last row ended.
#[derive(Debug, Default)]
pub(crate) struct Since {
    bytes: Cell<usize>,
    delimiters: Cell<usize>,
}

impl Since {
    /// A row has ended.
    pub fn forget(&self) {
        self.bytes.set(0);
        self.delimiters.set(0);
    }
}

/// A row is too long.
#[derive(Debug)]
pub(crate) struct TooLong {
    /// What there is too much of.
    pub what: String,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for TooLong {}

/// The text of `inner`; an error where a row does not end.
pub(crate) struct Limited<R> {
    inner: R,
    delimiter: u8,
    since: Rc<Since>,
}

impl<R: BufRead> Limited<R> {
    pub fn new(inner: R, delimiter: u8, since: Rc<Since>) -> Self {
        Limited { inner, delimiter, since }
    }
}

impl<R: BufRead> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let length = self.inner.read(buffer)?;
        let Since { bytes, delimiters } = &*self.since;
        bytes.set(bytes.get() + length);
        // What was read beyond the end of a row counts for the next one, so that whole rows can be in the last piece.
        delimiters.set(delimiters.get() + buffer[..length].iter().filter(|b| **b == self.delimiter).count());
        let too_long = |what: String| Err(Error::other(TooLong { what }));
        if bytes.get() > MOST_BYTES + buffer.len() {
            return too_long(format!("a row is longer than {} MiB", MOST_BYTES >> 20));
        }
        if delimiters.get() > MOST_CELLS + buffer.len() {
            return too_long(format!("a row has more than {MOST_CELLS} cells"));
        }
        Ok(length)
    }
}
