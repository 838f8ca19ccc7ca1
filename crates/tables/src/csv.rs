//! The records of a CSV file, one after the other, with their lines.

use super::cell::trim;
use super::plan::quoted;
use super::source::Opened;
use super::text::decode;
use ::csv::{ByteRecord, Reader, ReaderBuilder};
use std::collections::BTreeMap;
use std::io::BufRead;
use treino_core::{Error, Result};

/// A pass over the rows of a CSV file.
pub(crate) struct Rows<'a> {
    reader: Reader<Box<dyn BufRead + 'a>>,
    opened: &'a Opened,
    record: ByteRecord,
    /// The names of the columns.
    pub names: Vec<String>,
    /// Whether `record` holds a row that has not been given out yet.
    pending: bool,
    header: bool,
}

impl<'a> Rows<'a> {
    /// Reads the header, or finds the number of columns where there is none.
    pub fn open(opened: &'a Opened, delimiter: u8, header: bool) -> Result<Self> {
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 18)
            .from_reader(opened.reader()?);
        let mut rows = Rows { reader, opened, record: ByteRecord::new(), names: Vec::new(), pending: !header, header };
        if !rows.read()? {
            return Err(Error::input("the file is empty").in_file(opened.source.name()));
        }
        if rows.record.len() > 1 << 20 {
            return Err(Error::input(format!("the first line has {} cells, too many for a table", rows.record.len()))
                .in_file(opened.source.name()));
        }
        let cells = rows.record.iter().enumerate();
        rows.names = cells
            .map(|(i, cell)| match trim(cell) {
                name if header && !name.is_empty() => decode(name),
                _ => format!("column_{}", i + 1),
            })
            .collect();
        refuse_twins(&rows.names, opened)?;
        Ok(rows)
    }

    fn read(&mut self) -> Result<bool> {
        self.reader.read_byte_record(&mut self.record).map_err(|e| match e.into_kind() {
            ::csv::ErrorKind::Io(e) => self.opened.io(&e),
            other => Error::input(format!("this is no CSV: {other:?}")).in_file(self.opened.source.name()),
        })
    }

    /// The next row, and the byte of the text where it starts; `None` at the end.
    ///
    /// # Errors
    /// A row with more or fewer cells than there are columns.
    #[inline]
    pub fn next(&mut self) -> Result<Option<(&ByteRecord, u64)>> {
        if self.pending {
            self.pending = false;
        } else if !self.read()? {
            return Ok(None);
        }
        if self.record.len() != self.names.len() {
            return Err(self.ragged());
        }
        let byte = self.record.position().map_or(0, ::csv::Position::byte);
        Ok(Some((&self.record, byte)))
    }

    #[cold]
    fn ragged(&self) -> Error {
        let (found, expected) = (self.record.len(), self.names.len());
        let cells = |n: usize| if n == 1 { "1 cell".to_string() } else { format!("{n} cells") };
        let first = self.record.get(0).map(quoted).unwrap_or_default();
        let source = if self.header { "as the header has" } else { "as the first line has" };
        let e =
            Error::input(format!("this row has {}, not {expected} {source} (it starts with {first})", cells(found)))
                .in_file(self.opened.source.name());
        let e = match self.true_line() {
            Some(line) => e.at_line(line),
            None => e,
        };
        let e = if self.record.iter().any(|cell| cell.contains(&b'\n')) {
            e.help("a cell of this row goes over several lines: perhaps a quote is not closed")
        } else {
            e
        };
        if expected == 1 && self.header {
            e.help("if the first line is a title, take away the lines above the one that names the columns")
                .help("put quotes around a cell that holds the delimiter, or name the delimiter with --delimiter")
        } else if found == expected + 1 && self.record.iter().next_back().is_some_and(|cell| trim(cell).is_empty()) {
            e.help("the row ends with a delimiter and the first line does not: take it away, or end all lines alike")
        } else if found == expected + 1 && self.header {
            e.help("if the first cell is the name of the row, give its column a name in the header, too")
                .help("put quotes around a cell that holds the delimiter, or name the delimiter with --delimiter")
        } else if found > expected {
            e.help("put quotes around a cell that holds the delimiter, or name the delimiter with --delimiter")
        } else {
            e.help("a missing cell is written as an empty one, its delimiter included")
        }
    }

    /// The line of the record in hand.
    fn true_line(&self) -> Option<usize> {
        line_of(self.opened, self.record.position()?.byte())
    }
}

/// The line (from 1) of the record that starts at or just behind a byte of the text: the reader's own count takes the
/// second half of `\r\n` and blank lines for part of the next record.
pub(crate) fn line_of(opened: &Opened, byte: u64) -> Option<usize> {
    let mut reader = opened.reader().ok()?;
    let (mut at, mut line) = (0u64, 1usize);
    loop {
        let buffer = reader.fill_buf().ok()?;
        if buffer.is_empty() {
            return Some(line);
        }
        for b in buffer {
            if at >= byte && *b != b'\n' && *b != b'\r' {
                return Some(line);
            }
            line += usize::from(*b == b'\n');
            at += 1;
        }
        let length = buffer.len();
        reader.consume(length);
    }
}

fn refuse_twins(names: &[String], opened: &Opened) -> Result<()> {
    let mut seen = BTreeMap::new();
    for (i, name) in names.iter().enumerate() {
        if let Some(first) = seen.insert(name.as_str(), i) {
            let (first, second) = (first + 1, i + 1);
            return Err(Error::input(format!("columns {first} and {second} are both called \"{name}\""))
                .in_file(opened.source.name())
                .at_line(1)
                .help("give each column a name of its own, or use --no-header if the first line is data"));
        }
    }
    Ok(())
}
