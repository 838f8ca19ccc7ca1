//! The records of a CSV file in order, with their line numbers.

use crate::cell::text::decode;
use crate::column::cell::trim;
use crate::column::storage_type::quoted;
use crate::records::layout::{TableLayout, filled, is_number};
use crate::records::swallowed::swallowed;
use crate::source::limited::{Limited, MOST_CELLS, Since, TooLong};
use crate::source::source::OpenedTable;
use ::csv::{ByteRecord, Reader, ReaderBuilder};
use std::collections::BTreeMap;
use std::io::BufRead;
use std::rc::Rc;
use treino_core::{Error, Result};

/// A pass over the rows of a CSV file.
pub(crate) struct CsvRows<'a> {
    reader: Reader<Limited<Box<dyn BufRead + 'a>>>,
    opened: &'a OpenedTable,
    form: TableLayout,
    /// Bytes read since the last row.
    since: Rc<Since>,
    record: ByteRecord,
    /// The names of the columns.
    pub names: Vec<String>,
    /// Whether `record` holds a row that has not been returned yet.
    pending: bool,
    /// Where lines start that follow the rows and are not rows, and the number of them.
    pub footnotes: Option<(u64, usize)>,
    /// Where a row starts that may contain others because of an unclosed quote.
    pub swallower: Option<u64>,
}

impl<'a> CsvRows<'a> {
    /// Reads the header, or finds the number of columns where there is none.
    pub fn open(opened: &'a OpenedTable, form: TableLayout) -> Result<Self> {
        let since = Rc::new(Since::default());
        let text = Limited::new(form.text(opened)?, form.delimiter, since.clone());
        let reader = ReaderBuilder::new()
            .delimiter(form.delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 18)
            .from_reader(text);
        let (record, names, pending) = (ByteRecord::new(), Vec::new(), !form.header);
        let mut rows =
            CsvRows { reader, opened, form, since, record, names, pending, footnotes: None, swallower: None };
        if !rows.read()? {
            let e = Error::input("the file is empty").in_file(opened.source.name());
            let above = format!("{} lines at its beginning are left out", form.above);
            return Err(if form.above > 0 { e.help(above) } else { e });
        }
        if rows.record.len() > MOST_CELLS {
            return Err(Error::input(format!("the first line has {} cells, too many for a table", rows.record.len()))
                .in_file(opened.source.name()));
        }
        let cells = rows.record.iter().enumerate();
        rows.names = cells
            .map(|(i, cell)| match trim(cell) {
                name if form.header && !name.is_empty() => decode(name),
                _ => format!("column_{}", i + 1),
            })
            .collect();
        rows.refuse_twins()?;
        if form.units && form.header {
            rows.read()?;
        }
        Ok(rows)
    }

    fn read(&mut self) -> Result<bool> {
        let begin = self.reader.position().byte();
        self.since.forget();
        self.reader.read_byte_record(&mut self.record).map_err(|e| match e.into_kind() {
            ::csv::ErrorKind::Io(e) => match e.get_ref().and_then(|e| e.downcast_ref::<TooLong>()) {
                Some(long) => self.at(begin, Error::input(&long.what)).help("perhaps a quote is not closed"),
                None => self.opened.io(&e),
            },
            other => Error::input(format!("this is no CSV: {other:?}")).in_file(self.opened.source.name()),
        })
    }

    /// The next row, and the byte offset in the text where it starts; `None` at the end.
    ///
    /// # Errors
    /// Returns an error for a row with more or fewer cells than there are columns, or one that contains others because
    /// of an unclosed quote.
    #[inline]
    pub fn next(&mut self) -> Result<Option<(&ByteRecord, u64)>> {
        if self.pending {
            self.pending = false;
        } else if !self.read()? {
            return Ok(None);
        }
        if self.record.len() != self.names.len() {
            return self.end_of_rows().map(|()| None);
        }
        if self.record.as_slice().contains(&b'\n') {
            self.refuse_swallowed()?;
        }
        Ok(Some((&self.record, self.byte())))
    }

    /// The byte offset in the text where the current record starts.
    fn byte(&self) -> u64 {
        self.record.position().map_or(0, ::csv::Position::byte)
    }

    #[cold]
    fn refuse_swallowed(&mut self) -> Result<()> {
        let Some(found) = swallowed(&self.record, self.form.delimiter) else { return Ok(()) };
        if !found.certain {
            self.swallower.get_or_insert(self.byte());
            return Ok(());
        }
        let lines = found.lines;
        let what = format!("a cell of this row goes over {lines} lines that look like rows: a quote is not closed");
        Err(self.at(self.byte(), Error::input(what)).help("close the quote, or take it away"))
    }

    /// Handles a row of another length: the end of the rows if it and all that follows are footnotes, else an error.
    #[cold]
    fn end_of_rows(&mut self) -> Result<()> {
        let (first, e) = (self.byte(), self.ragged());
        let mut lines = 0;
        loop {
            if lines == MOST_FOOTNOTES || !is_footnote(&self.record, self.names.len()) {
                return Err(e);
            }
            lines += 1;
            if !self.read()? {
                self.footnotes = Some((first, lines));
                return Ok(());
            }
        }
    }

    /// An error with the line where a record starts.
    fn at(&self, byte: u64, e: Error) -> Error {
        let e = e.in_file(self.opened.source.name());
        match line_of(self.opened, self.form, byte) {
            Some(line) => e.at_line(line),
            None => e,
        }
    }

    #[cold]
    fn ragged(&self) -> Error {
        let (found, expected) = (self.record.len(), self.names.len());
        let cells = |n: usize| if n == 1 { "1 cell".to_string() } else { format!("{n} cells") };
        let first = self.record.get(0).map(quoted).unwrap_or_default();
        let source = if self.form.header { "as the header has" } else { "as the first line has" };
        let e =
            Error::input(format!("this row has {}, not {expected} {source} (it starts with {first})", cells(found)));
        let e = self.at(self.byte(), e);
        let e = if self.record.iter().any(|cell| cell.contains(&b'\n')) {
            e.help("a cell of this row goes over several lines: perhaps a quote is not closed")
        } else {
            e
        };
        if expected == 1 && self.form.header {
            e.help("if the first line is a title, say with `data.skip_rows` how many lines stand above the one that names the columns")
                .help("put quotes around a cell that holds the delimiter, or name the delimiter with `data.delimiter`")
        } else if found == expected + 1 && self.record.iter().next_back().is_some_and(|cell| trim(cell).is_empty()) {
            e.help("the row ends with a delimiter and the first line does not: take it away, or end all lines alike")
        } else if found == expected + 1 && self.form.header {
            e.help("if the first cell is the name of the row, give its column a name in the header, too")
                .help("put quotes around a cell that holds the delimiter, or name the delimiter with `data.delimiter`")
        } else if found > expected {
            e.help("put quotes around a cell that holds the delimiter, or name the delimiter with `data.delimiter`")
        } else {
            e.help("a missing cell is written as an empty one, its delimiter included")
                .help("lines at the end that are no rows can be left out with `data.skip_footer`")
        }
    }

    fn refuse_twins(&self) -> Result<()> {
        let mut seen = BTreeMap::new();
        for (i, name) in self.names.iter().enumerate() {
            if let Some(first) = seen.insert(name.as_str(), i) {
                let (first, second) = (first + 1, i + 1);
                let e = Error::input(format!("columns {first} and {second} are both called \"{name}\""));
                return Err(e.in_file(self.opened.source.name()).at_line(self.form.above + 1).help(
                    "give each column a name of its own, or use `data.header = false` if the first line is data",
                ));
            }
        }
        Ok(())
    }
}

/// More lines than this below the rows are not footnotes.
const MOST_FOOTNOTES: usize = 100;

/// The first words of notes below a table.
const NOTES: [&str; 9] = ["fonte", "source", "nota", "note", "obs", "*", "(1)", "legenda", "elabora"];

/// Whether a line of a table with `columns` columns is a note below it: a text in the first cell, followed by nothing
/// or by the rest of a sentence. A complete row may also have only a name.
pub(crate) fn is_footnote(record: &ByteRecord, columns: usize) -> bool {
    let text = decode(record.iter().map(trim).find(|cell| !cell.is_empty()).unwrap_or_default()).to_lowercase();
    let sentence = text.contains(char::is_whitespace) && (record.len() < columns || columns > 3);
    let alone = sentence && record.len() <= columns && filled(record) == 1 && !trim(&record[0]).is_empty();
    let said = NOTES.iter().any(|begin| text.starts_with(begin));
    let complete = record.len() == columns && filled(record) > 1;
    columns > 1 && !complete && text.chars().any(char::is_alphabetic) && (alone || said) && !is_number(text.as_bytes())
}

/// The line (from 1) of the record that starts at or just after a byte of the text. The reader's own count assigns the
/// second half of `\r\n` and blank lines to the next record.
pub(crate) fn line_of(opened: &OpenedTable, form: TableLayout, byte: u64) -> Option<usize> {
    let mut reader = TableLayout { end: None, ..form }.text(opened).ok()?;
    let (mut at, mut line) = (0u64, form.above + 1);
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

/// The number of non-empty lines from a byte of the text on.
pub(crate) fn lines_from(opened: &OpenedTable, form: TableLayout, byte: u64) -> Option<usize> {
    let mut reader = TableLayout { end: None, ..form }.text(opened).ok()?;
    let (mut at, mut lines, mut empty) = (0u64, 0, true);
    loop {
        let buffer = reader.fill_buf().ok()?;
        if buffer.is_empty() {
            return Some(lines);
        }
        for b in buffer {
            if *b == b'\n' {
                empty = true;
            } else if at >= byte && empty && !b.is_ascii_whitespace() {
                (empty, lines) = (false, lines + 1);
            }
            at += 1;
        }
        let length = buffer.len();
        reader.consume(length);
    }
}
