//! Tables whose cells are separated by spaces, such as `housing.data` and `auto-mpg.data`: each run of spaces and tabs
//! outside quotes becomes one space, and those at the ends of a line are removed, so that a space is an ordinary
//! delimiter.

use std::io::{BufRead, Read, Result};

/// The text of `inner` with single spaces between the cells.
pub(crate) struct Blanks<R> {
    inner: R,
    state: State,
    /// The buffered output, and how much of it has been read.
    ready: Vec<u8>,
    at: usize,
}

/// The state of the scanner within a line.
struct State {
    /// Whether there were spaces since the last cell of this line.
    pending: bool,
    in_quotes: bool,
    at_line_start: bool,
}

impl State {
    const START: State = State { pending: false, in_quotes: false, at_line_start: true };

    /// Processes one byte.
    fn push(&mut self, byte: u8, out: &mut Vec<u8>) {
        match byte {
            _ if self.in_quotes => {
                out.push(byte);
                self.in_quotes = byte != b'"';
            }
            b' ' | b'\t' => self.pending = true,
            b'\r' | b'\n' => {
                out.push(byte);
                (self.pending, self.at_line_start) = (false, true);
            }
            _ => {
                let begins_a_cell = self.pending || self.at_line_start;
                if self.pending && !self.at_line_start {
                    out.push(b' ');
                }
                out.push(byte);
                self.in_quotes = begins_a_cell && byte == b'"';
                (self.pending, self.at_line_start) = (false, false);
            }
        }
    }
}

impl<R: BufRead> Blanks<R> {
    pub fn new(inner: R) -> Self {
        Blanks { inner, state: State::START, ready: Vec::new(), at: 0 }
    }
}

impl<R: BufRead> BufRead for Blanks<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        while self.at == self.ready.len() {
            (self.at, self.ready) = (0, std::mem::take(&mut self.ready));
            self.ready.clear();
            let some = self.inner.fill_buf()?;
            let length = some.len();
            if length == 0 {
                break;
            }
            some.iter().for_each(|byte| self.state.push(*byte, &mut self.ready));
            self.inner.consume(length);
        }
        Ok(&self.ready[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.ready.len());
    }
}

impl<R: BufRead> Read for Blanks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

/// The same for a text in memory.
pub(crate) fn single(text: &[u8]) -> Vec<u8> {
    let (mut state, mut out) = (State::START, Vec::with_capacity(text.len()));
    text.iter().for_each(|byte| state.push(*byte, &mut out));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_blanks_become_one_outside_quotes() {
        let text = " 18.0   8 307.0\t\"chevrolet  chevelle\"  \r\n\n a \"b\"c  d\" e\n";
        let expected = "18.0 8 307.0 \"chevrolet  chevelle\"\r\n\na \"b\"c d\" e\n";
        assert_eq!(String::from_utf8(single(text.as_bytes())).unwrap(), expected);
        for room in [1, 3, 7, 64] {
            let pieces = std::io::BufReader::with_capacity(room, text.as_bytes());
            let mut read = String::new();
            Blanks::new(pieces).read_to_string(&mut read).unwrap();
            assert_eq!(read, expected, "{room}");
        }
    }
}
