//! Rejects rows without an end while they are read: a few bytes of gzip can unpack to gigabytes without a line break.

use std::cell::Cell;
use std::fmt;
use std::io::{BufRead, Error, Read, Result};
use std::rc::Rc;

/// The largest number of cells, and of bytes, of a row.
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
    /// What exceeds the limit.
    pub what: String,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for TooLong {}

/// The text of `inner`; returns an error if a row is too long.
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
        // Bytes that were read beyond the end of a row count for the next one, so the last block may hold whole rows.
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
