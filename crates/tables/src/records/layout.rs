//! Finds the position of the table in a text file, and its delimiter: titles above the header and lines below the rows
//! are found and reported; settings of the user take precedence.

use crate::cell::date;
use crate::cell::number::{self, Decimal};
use crate::column::cell::{Missing, trim};
use crate::records::blanks::{self, Blanks};
use crate::source::csv_format::{self, DELIMITERS, SAMPLE};
use crate::source::source::OpenedTable;
use crate::spec::note::Note;
use crate::spec::spec::DataSpec;
use ::csv::{ByteRecord, ReaderBuilder};
use std::collections::VecDeque;
use std::io::{BufRead, Read};
use treino_core::Result;
use treino_core::catalog::setting;

/// The position of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TableLayout {
    /// The delimiter; a space represents any run of spaces and tabs.
    pub delimiter: u8,
    /// Whether the first line of the table names the columns.
    pub header: bool,
    /// Lines above the table.
    pub above: usize,
    /// The number of those that were found automatically.
    pub found: usize,
    /// Whether the line below the header holds units.
    pub units: bool,
    /// The end of the table, in bytes from its first line.
    pub end: Option<u64>,
}

/// The number of lines that are searched for the header.
const MOST_ABOVE: usize = 60;

/// The number of rows that determine the types of the columns below a line.
const ROWS_BELOW: usize = 50;

impl TableLayout {
    /// The layout of a file, as the spec gives it, and otherwise as the beginning of the file shows it.
    pub fn find(opened: &OpenedTable, spec: &DataSpec) -> Result<TableLayout> {
        let sample = opened.sample(SAMPLE)?;
        let said = delimiter_line(&sample);
        let given = csv_format::given(spec);
        let named = usize::from(said.is_some());
        let begin = spec.skip_rows.unwrap_or(named);
        let complete = sample.len() < SAMPLE;
        let seen = FileStart::new(after_lines(&sample, begin), given.or(said), complete);
        let found = match spec.skip_rows {
            None if spec.header => seen.lines_above(),
            _ => 0,
        };
        let mut form = TableLayout {
            delimiter: seen.sheets[seen.best].delimiter,
            header: spec.header,
            above: begin + found,
            found,
            units: false,
            end: None,
        };
        if spec.skip_footer > 0 {
            form.end = Some(begin_of_last_lines(opened, form, spec.skip_footer)?);
        }
        Ok(form)
    }

    /// The text of the table from its first line, with single delimiters between cells.
    pub fn text<'a>(&self, opened: &'a OpenedTable) -> Result<Box<dyn BufRead + 'a>> {
        let mut reader = opened.reader()?;
        skip_lines(&mut reader, self.above).map_err(|e| opened.io(&e))?;
        if self.delimiter == b' ' {
            reader = Box::new(Blanks::new(reader));
        }
        Ok(match self.end {
            Some(end) => Box::new(reader.take(end)),
            None => reader,
        })
    }

    /// A note about lines above the table that are skipped automatically.
    pub fn note(&self) -> Option<Note> {
        let lines =
            if self.found == 1 { "line above it is".to_string() } else { format!("{} lines above it are", self.found) };
        (self.found > 0).then(|| {
            Note::new(format!(
                "line {} names the columns, and the {lines} not read: use {} if that is wrong",
                self.above + 1,
                setting("data.skip_rows", self.above - self.found)
            ))
        })
    }
}

/// The delimiter that a first line such as `sep=;` names, as spreadsheets write it.
fn delimiter_line(sample: &[u8]) -> Option<u8> {
    let line = sample.split(|b| *b == b'\n').next()?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [key @ .., delimiter] if key.eq_ignore_ascii_case(b"sep=") => Some(*delimiter),
        key if key.eq_ignore_ascii_case(b"sep=\\t") => Some(b'\t'),
        _ => None,
    }
}

fn skip_lines(reader: &mut dyn BufRead, mut lines: usize) -> std::io::Result<()> {
    while lines > 0 {
        let some = reader.fill_buf()?;
        if some.is_empty() {
            return Ok(());
        }
        let end = some.iter().position(|b| *b == b'\n');
        let length = end.map_or(some.len(), |at| at + 1);
        lines -= usize::from(end.is_some());
        reader.consume(length);
    }
    Ok(())
}

fn after_lines(text: &[u8], lines: usize) -> &[u8] {
    let mut rest = text;
    for _ in 0..lines {
        let Some(at) = rest.iter().position(|b| *b == b'\n') else { return &[] };
        rest = &rest[at + 1..];
    }
    rest
}

/// The offset in the text of the table where its last lines start, not counting empty ones.
fn begin_of_last_lines(opened: &OpenedTable, form: TableLayout, lines: usize) -> Result<u64> {
    let mut reader = form.text(opened)?;
    let (mut at, mut empty, mut begins) = (0u64, true, VecDeque::with_capacity(lines.min(1 << 16) + 1));
    let mut line_begin = 0;
    loop {
        let some = reader.fill_buf().map_err(|e| opened.io(&e))?;
        if some.is_empty() {
            return Ok(begins.front().copied().unwrap_or(0));
        }
        for byte in some {
            if *byte == b'\n' {
                (empty, line_begin) = (true, at + 1);
            } else if empty && !byte.is_ascii_whitespace() {
                empty = false;
                begins.push_back(line_begin);
                if begins.len() > lines {
                    begins.pop_front();
                }
            }
            at += 1;
        }
        let length = some.len();
        reader.consume(length);
    }
}

/// The beginning of a file, split at one delimiter.
struct Sheet {
    delimiter: u8,
    rows: Vec<ByteRecord>,
    /// The line of each row, from 0.
    lines: Vec<usize>,
}

impl Sheet {
    /// `text` may end in the middle of a row if it is incomplete.
    fn new(text: &[u8], delimiter: u8, complete: bool) -> Self {
        let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text);
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        let (mut line, mut at) = (0, 0);
        let mut row = ByteRecord::new();
        while reader.read_byte_record(&mut row).unwrap_or(false) {
            let mut begin = row.position().map_or(0, |p| p.byte() as usize);
            while text.get(begin).is_some_and(|b| b"\r\n".contains(b)) {
                begin += 1;
            }
            line += text[at..begin].iter().filter(|b| **b == b'\n').count();
            at = begin;
            rows.push(row.clone());
            lines.push(line);
        }
        if !complete && rows.len() > 1 {
            rows.pop();
            lines.pop();
        }
        Sheet { delimiter, rows, lines }
    }

    fn first(&self) -> usize {
        self.rows.first().map_or(0, ByteRecord::len)
    }

    /// The share of the rows with as many cells as the first one.
    fn share(&self) -> f64 {
        let even = self.rows.iter().filter(|row| row.len() == self.first()).count();
        even as f64 / self.rows.len().max(1) as f64
    }

    /// The longest sequence of rows of one length, or of several lengths the largest: the length, the first row and the
    /// one after the last. Lines above and below a table have fewer cells than its rows.
    fn block(&self) -> Option<(usize, usize, usize)> {
        let mut best: Option<(usize, usize, usize)> = None;
        let mut begin = 0;
        for end in 1..=self.rows.len() {
            let length = self.rows[begin].len();
            if self.rows.get(end).is_some_and(|row| row.len() == length) {
                continue;
            }
            let is_better = best.is_none_or(|(n, b, e)| (length, end - begin) > (n, e - b));
            if length > 1 && end - begin > 1 && is_better {
                best = Some((length, begin, end));
            }
            begin = end;
        }
        best
    }

    /// The share of the cells that are numbers; a cell that ends with a comma is not one.
    fn numbers(&self) -> f64 {
        let cells = || self.rows.iter().skip(1).flat_map(ByteRecord::iter).map(trim);
        let numbers = cells().filter(|cell| cell.last() != Some(&b',') && is_number(cell)).count();
        numbers as f64 / cells().count().max(1) as f64
    }
}

/// The beginning of a file, split at each possible delimiter.
struct FileStart {
    sheets: Vec<Sheet>,
    /// The index of the chosen sheet.
    best: usize,
}

impl FileStart {
    fn new(text: &[u8], given: Option<u8>, complete: bool) -> Self {
        if let Some(delimiter) = given {
            let single;
            let text = match delimiter {
                b' ' => {
                    single = blanks::single(text);
                    &single
                }
                _ => text,
            };
            return FileStart { sheets: vec![Sheet::new(text, delimiter, complete)], best: 0 };
        }
        let mut sheets: Vec<Sheet> = DELIMITERS.iter().map(|d| Sheet::new(text, *d, complete)).collect();
        let mut best = most_even(&sheets);
        let blank = Sheet::new(&blanks::single(text), b' ', complete);
        if stands_apart_by_blanks(&blank, &sheets[best]) {
            best = sheets.len();
            sheets.push(blank);
        }
        let mut seen = FileStart { sheets, best };
        if let Some((sheet, _)) = seen.ragged_top() {
            seen.best = sheet;
        }
        seen
    }

    /// The number of lines above the header.
    fn lines_above(&self) -> usize {
        let sheet = &self.sheets[self.best];
        let ragged = self.ragged_top().filter(|(sheet, _)| *sheet == self.best).map(|(_, row)| row);
        let row = ragged.or_else(|| padded_top(sheet));
        row.map_or(0, |row| sheet.lines[row])
    }

    /// The sheet and the row where rows of one length start below other lines, if that row looks like a header.
    fn ragged_top(&self) -> Option<(usize, usize)> {
        let even = |sheet: &Sheet| sheet.first() > 1 && sheet.share() == 1.0;
        if even(&self.sheets[self.best]) {
            return None;
        }
        let top = |sheet: &Sheet| {
            let (length, begin, end) = sheet.block().filter(|(_, begin, _)| (1..=MOST_ABOVE).contains(begin))?;
            let apart = sheet.rows[..begin].iter().all(|row| row.len() < length);
            let few = sheet.rows[..begin].iter().all(|row| filled(row) * 2 <= length);
            let evidence = names(&sheet.rows[begin..end]);
            let good = evidence == Evidence::Strong || (evidence == Evidence::Weak && length >= 4 && few);
            (apart && good).then_some((begin, end - begin))
        };
        let found = self.sheets.iter().enumerate().filter_map(|(at, sheet)| Some((at, top(sheet)?)));
        // Of several with the same length the first, as when all rows are alike.
        found.rev().max_by_key(|(_, (_, rows))| *rows).map(|(at, (begin, _))| (at, begin))
    }
}

/// The sheet with the largest share of rows that have as many cells as the first one; of several, the first in the
/// list. A comma may also be a decimal separator.
fn most_even(sheets: &[Sheet]) -> usize {
    let mut best = (0.0, None);
    for (at, sheet) in sheets.iter().enumerate() {
        if sheet.first() > 1 && sheet.share() > best.0 {
            best = (sheet.share(), Some(at));
        }
    }
    // One column of numbers with decimal commas: the commas are not delimiters.
    let single = || sheets.iter().rposition(|sheet| sheet.first() == 1 && sheet.share() == 1.0);
    best.1.or_else(single).unwrap_or(sheets.len() - 1)
}

/// Whether a file is delimited by spaces: all rows alike, most cells numbers, and several numbers in the cells that
/// another delimiter gives.
fn stands_apart_by_blanks(blank: &Sheet, other: &Sheet) -> bool {
    let rows = blank.rows.len();
    if rows < 2 || blank.first() < 2 || blank.share() < 1.0 || blank.numbers() <= 0.5 {
        return false;
    }
    let grouped = |row: &ByteRecord| is_grouped(&row.iter().collect::<Vec<_>>());
    if blank.rows.iter().skip(1).all(grouped) {
        return false;
    }
    // A space in a cell may group thousands, but not in a table split at commas, whose pieces then hold "5 2" of "1,5
    // 2,5".
    let least = if other.delimiter == b',' { 2 } else { 3 };
    let holds = |row: &ByteRecord| row.iter().any(|cell| holds_numbers(cell, least));
    let several = other.rows.iter().filter(|row| holds(row)).count();
    other.first() < 2 || other.share() < 0.5 || (several * 2 > rows && other.numbers() < blank.numbers())
}

fn holds_numbers(cell: &[u8], least: usize) -> bool {
    let pieces: Vec<&[u8]> = cell.split(u8::is_ascii_whitespace).filter(|p| !p.is_empty()).collect();
    let missing = Missing::default();
    let numbers = pieces.iter().filter(|piece| is_number(piece)).count();
    let others = pieces.iter().filter(|piece| missing.is(piece)).count();
    numbers >= least && numbers + others == pieces.len() && !is_grouped(&pieces)
}

/// Whether pieces look like one number with spaces between its thousands: `1 234 567`.
fn is_grouped(pieces: &[&[u8]]) -> bool {
    let digits = |p: &[u8]| p.iter().all(u8::is_ascii_digit);
    matches!(pieces, [first, rest @ ..] if !rest.is_empty() && first.len() <= 3 && digits(first)
        && rest.iter().all(|p| p.len() == 3 && digits(p)))
}

/// For titles above a table that have as many cells as its rows, most of them empty: the header row.
fn padded_top(sheet: &Sheet) -> Option<usize> {
    let (length, top, end) = sheet.block()?;
    let first = sheet.rows.first()?;
    if top > 0 || filled(first) * 2 > length {
        return None;
    }
    let full = |row: &ByteRecord| filled(row) >= 2 && filled(row) * 4 >= length * 3;
    let begin = sheet.rows[..end].iter().take(MOST_ABOVE + 1).position(full)?;
    let most = sheet.rows[..begin].iter().map(filled).max()?;
    let evidence = names(&sheet.rows[begin..end]);
    let good = evidence == Evidence::Strong || (evidence == Evidence::Weak && length >= 4 && most * 3 <= length);
    (most * 2 <= filled(&sheet.rows[begin]) && good).then_some(begin)
}

/// Cells that are not empty.
pub(crate) fn filled(row: &ByteRecord) -> usize {
    row.iter().filter(|cell| !trim(cell).is_empty()).count()
}

/// The evidence that a row is a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    No,
    /// No cell occurs again below.
    Weak,
    /// A word, or a year, is above numbers or dates.
    Strong,
}

/// The evidence that the first of some rows of equal length is the header of the columns below.
fn names(rows: &[ByteRecord]) -> Evidence {
    let Some((first, below)) = rows.split_first() else { return Evidence::No };
    let below = &below[..below.len().min(ROWS_BELOW)];
    let missing = Missing::default();
    let (mut words_above_values, mut again, mut empty) = (0, 0, 0);
    let mut seen: Vec<&[u8]> = Vec::new();
    for (column, name) in first.iter().enumerate() {
        let name = trim(name);
        let values = below.iter().filter_map(|row| row.get(column)).map(trim).filter(|cell| !missing.is(cell));
        let values: Vec<&[u8]> = values.collect();
        let typed = values.iter().filter(|cell| is_value(cell)).count();
        let mostly = typed > 0 && typed * 10 >= values.len() * 8;
        if name.is_empty() {
            empty += 1;
        } else if seen.contains(&name) || (is_value(name) && mostly && !is_year(name)) {
            return Evidence::No;
        } else if mostly {
            words_above_values += 1;
        } else if values.contains(&name) {
            again += 1;
        }
        seen.push(name);
    }
    match () {
        () if below.is_empty() || empty * 4 > first.len() => Evidence::No,
        () if words_above_values > again => Evidence::Strong,
        () if again > 0 => Evidence::No,
        () => Evidence::Weak,
    }
}

/// Whether a cell is a number under one of the decimal separators.
pub(crate) fn is_number(cell: &[u8]) -> bool {
    [Decimal::Point, Decimal::Comma].into_iter().any(|decimal| number::parse(cell, decimal).is_some())
}

fn is_value(cell: &[u8]) -> bool {
    is_number(cell) || date::formats(cell) != 0
}

/// A column may have a year as its name.
fn is_year(name: &[u8]) -> bool {
    name.len() == 4 && name.iter().all(u8::is_ascii_digit) && (b'1'..=b'2').contains(&name[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Table, TableSource, read};

    fn form(text: &str, spec: &DataSpec) -> TableLayout {
        TableLayout::find(&OpenedTable::open(&TableSource::text("t.csv", text)).unwrap(), spec).unwrap()
    }

    fn auto(text: &str) -> TableLayout {
        form(text, &DataSpec::default())
    }

    fn table(text: &str) -> Table {
        read(&TableSource::text("t.csv", text), &DataSpec::default()).unwrap()
    }

    #[test]
    fn the_delimiter_is_the_one_that_cuts_evenly() {
        for (text, delimiter) in [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2,5\n", b';'),
            ("1,5;2,5\n3,5;4,5\n", b';'),
            ("a\tb\n1,2\t3\n", b'\t'),
            ("a|b\n1|2\n", b'|'),
            ("a,b\n\"x;y\",2\n\"z;w\",3\n", b','),
            ("name,text\nx,a;b\ny,c\n", b','),
            ("a;b,c\n1,2\n3,4\n", b','),
            ("x\n1\n2\n", b','),
            // A ragged line does not change the result from the others.
            ("a,b,c\n1,2,3\n1,2\n4,5,6\n", b','),
            ("sep=;\na;b\n1;2\n", b';'),
            ("\"sep=|\"\r\na|b\r\n1|2\r\n", b'|'),
            ("SEP=\t\na\tb\n1\t2\n", b'\t'),
        ] {
            let found = auto(text);
            assert_eq!((char::from(found.delimiter), found.found), (char::from(delimiter), 0), "{text}");
        }
        assert_ne!(auto("x\n1,5\n2,5\n").delimiter, b',');
        assert_eq!(auto("sep=;\na;b\n1;2\n").above, 1);
    }

    #[test]
    fn blanks_between_the_cells_are_seen() {
        for text in [
            "crim rm medv\n6.4857 6.423 32.1\n3.4812 5.948 29.7\n",
            " 0.00632  18.00   2.310  0\n 0.02731   0.00   7.070  0\n 12.5   0.00   7.070  1\n",
            "18.0   8   307.0      3504.\t\"chevrolet chevelle malibu\"\n15.0   8   350.0      3693.\t\"buick skylark\"\n",
            "a b c\n1,5 2,5 3,5\n4,5 5,5 6,5\n",
            "1,5 2,5 3,5\n4,5 5,5 6,5\n",
        ] {
            assert_eq!(char::from(auto(text).delimiter), ' ', "{text}");
        }
        for text in [
            "name\nMaria Silva\nJo Souza\n",
            "net weight\n12 kg\n13 kg\n",
            "valor total\n1 234\n12 500\n",
            "valor total;ano base\n1 234;2 020\n5 678;2 021\n",
            "date time\tx\ty\n2020-01-01 10:00\t1\t2\n2020-01-01 11:00\t3\t4\n",
            "a, b, c\n1, 2, 3\n4, 5, 6\n",
            "a,b c,d\n1 000 000,2,3\n2 000 000,3,4\n",
        ] {
            assert_ne!(char::from(auto(text).delimiter), ' ', "{text}");
        }
        let t =
            table("18.0 8  1\t\"chevrolet chevelle\"\n15.0 ? 3\t\"buick\"\n15.0   4 1\t\"vw\"\n15.0   4 2\t\"vw\"\n");
        assert_eq!((t.columns.len(), t.rows), (4, 3));
    }

    #[test]
    fn titles_above_the_names_are_left_out_with_a_word() {
        let inmet = "REGIAO:;CO\nUF:;DF\nLATITUDE:;-15,78\nDATA:;07/05/00\n\
                     Data;Hora UTC;CHUVA, TOTAL (mm);\n2023/01/01;0000 UTC;,2;\n2023/01/01;0100 UTC;0;\n";
        let padded = "Relatorio por transacao,,,\nPeriodo:,2014-01-01 a 2014-01-31,,\nPais,Preco,Minutos,Comprou\n\
                      US,7.23,48,no\nBR,5.05,75,yes\n";
        for (text, above, name) in [
            (inmet, 4, "Hora UTC"),
            (padded, 2, "Preco"),
            ("Sales\nAll of 2020\na;b;c\n1;2;3\n4;5;6\n", 2, "b"),
            ("Sales\n\n\na,b\nx,1\ny,2\n", 3, "b"),
            ("\"Mortes,\npor UF\"\nUF;2010;2011\nAC;4;5\nAL;6;7\n", 2, "2010"),
            ("sep=;\nSales\na;b\n1;2\n", 2, "b"),
            ("# exported by a tool\na,b,y\n1,2,x\n3,4,y\n", 1, "b"),
            ("Source: a, b and c\nsex,age,name\nf,31,x\nm,42,y\nf,11,z\n", 1, "age"),
        ] {
            let t = table(text);
            assert_eq!(t.columns[1].name, name, "{text}");
            assert_eq!((t.rows, auto(text).above), (text.trim_end().lines().count() - above - 1, above), "{text}");
            let begin = format!("line {} names the columns", above + 1);
            assert!(t.notes.iter().any(|n| n.text.starts_with(&begin)), "{text}\n{:?}", t.notes);
        }
    }

    #[test]
    fn names_in_the_first_line_stay_there() {
        for text in [
            ",a,b\n1,2,3\n2,3,4\n",
            "comment\nhello, world\nfoo, bar\n",
            "a,b\n3,4\n5,6,\n",
            "name,\nMaria,SP\nJo,RJ\n",
            "x\n1,5\n2,5\n",
            "a,b,c\nx,1\ny,2\nz,3\n",
            "mpg,cyl\nmazda,21.0,6\ndatsun,22.8,4\n",
            "a,b,c\n1,2,3\n1,2\n4,5,6\n4,5,6\n",
        ] {
            assert_eq!(auto(text).above, 0, "{text}");
        }
    }

    #[test]
    fn what_is_said_goes_before_what_is_found() {
        let text = "Sales\na,b\n1,2\n3,4\n5,6\n";
        let said = |rows, footer| DataSpec { skip_rows: Some(rows), skip_footer: footer, ..DataSpec::default() };
        let read = |spec: &DataSpec| read(&TableSource::text("t.csv", text), spec);
        let t = read(&said(1, 2)).unwrap();
        assert_eq!((t.rows, t.columns[1].name.as_str(), t.notes.len()), (1, "b", 0));
        assert_eq!(read(&DataSpec { skip_footer: 1, ..DataSpec::default() }).unwrap().rows, 2);
        let e = read(&said(0, 0)).unwrap_err();
        assert_eq!((e.span().unwrap().line, e.helps()[0].contains("`data.skip_rows`")), (2, true), "{e}");
        let e = read(&said(9, 0)).unwrap_err();
        assert!(e.message().contains("empty") && e.helps()[0].contains("9 lines"), "{e}");
        assert!(read(&said(1, 9)).is_err());
    }

    #[test]
    fn lines_of_errors_count_what_is_above() {
        let spec = DataSpec { numeric: vec!["b".into()], ..DataSpec::default() };
        let e = read(&TableSource::text("t.csv", "Sales\n\na;b\n1;2\n3;x\n5;6\n"), &spec).unwrap_err();
        assert_eq!(e.span().unwrap().line, 5, "{e}");
        let e = read(&TableSource::text("t.csv", "a   b\n1 2\n\n3\tx\n"), &spec).unwrap_err();
        assert_eq!(e.span().unwrap().line, 4, "{e}");
    }

    #[test]
    fn notes_below_the_rows_are_left_out_with_a_word() {
        for (text, line) in [
            ("uf;n;m\nAC;1;2\nAL;3;4\nFonte: IBGE\n", 4),
            ("uf;n;m\nAC;1;2\nAL;3;4\n\nFonte: IBGE, Censo; 2010\n* estimado\n", 5),
            ("uf,n,m\nAC,1,2\nAL,3,4\n\"Ministerio da Saude, a, b, c\"\n", 4),
            ("ano;n;m;k\n2010;1;2;1\n2011;3;4;2\nDados de 2012;;;\n", 4),
            ("ano;n\n2010;1\n2011;3\nFonte: IBGE;\n", 4),
        ] {
            let t = table(text);
            assert_eq!((t.rows, t.columns[1].stats.missing), (2, 0), "{text}");
            let found = t.notes.iter().find(|n| n.text.contains("note below")).unwrap_or_else(|| panic!("{text}"));
            assert!(found.text.contains(&format!("line {line}")), "{text}\n{found}");
        }
        for text in ["uf;n;m\nAC;1;2\nAL\n", "uf;n;m\nAC;1;2\nMato Grosso;3\n", "uf;n;m\nFonte: IBGE\nAC;1;2\n"] {
            assert!(read(&TableSource::text("t.csv", text), &DataSpec::default()).is_err(), "{text}");
        }
        assert_eq!(table("name;n\nMaria;1\nAna;\n").rows, 2);
    }
}
