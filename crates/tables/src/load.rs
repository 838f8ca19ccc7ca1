//! From a file to a table: two streaming passes.

use super::cell::{Missing, trim};
use super::column::{Column, ColumnKind};
use super::csv::{Rows, is_footnote, line_of, lines_from};
use super::dialect::{self, Dialect};
use super::doubts::{self, advise, cell_error};
use super::fillers;
use super::header;
use super::layout::Form;
use super::mark::NewFile;
use super::note::Note;
use super::number::Decimal;
use super::plan::{Builder, Plan};
use super::profile::{Profile, decide_decimal, guessed};
use super::said::Said;
use super::source::{Format, Opened, Source};
use super::spec::DataSpec;
use super::stats::Odd;
use super::table::Table;
use super::text::decode;
use super::totals;
use super::twins::{self, Hashes};
use super::units;
use ::csv::ByteRecord;
use treino_core::{Error, Result};

/// Reads a table: a CSV file (also gzipped) or a Parquet file. Each column is typed over all its cells.
///
/// # Errors
/// The file cannot be read, is no table, has rows of different lengths or two columns with one name; a column named in
/// `spec` does not exist; a column holds an infinite number, or is said to be numeric and holds something else.
pub fn read(source: &Source, spec: &DataSpec) -> Result<Table> {
    load(&Opened::open(source)?, spec, &Wanted::default())
}

/// What the reader is told of the columns by something other than the spec.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// The columns by name (or by position if the file has no header) that have a plan from a recipe.
    pub plans: Option<Vec<Planned>>,
    /// The decimal mark to assume where the file does not tell.
    pub decimal: Option<Decimal>,
}

/// A column and how it is to be stored.
#[derive(Debug)]
pub(crate) struct Planned {
    pub position: usize,
    pub plan: Plan,
    /// Between which numbers those of the training rows are, as far as is known.
    pub range: Option<[f64; 2]>,
}

/// So many rows are looked at for a first guess of the decimal mark.
const FIRST_ROWS: usize = 1000;

/// The names of the columns of a file, without reading more.
pub(crate) fn names(opened: &Opened, spec: &DataSpec) -> Result<Vec<String>> {
    match opened.format {
        Format::Csv { .. } => Ok(Rows::open(opened, Form::find(opened, spec)?)?.names),
        Format::Parquet => parquet_names(opened),
    }
}

/// [`read`] with what a recipe wants.
pub(crate) fn load(opened: &Opened, spec: &DataSpec, wanted: &Wanted) -> Result<Table> {
    let mut table = match opened.format {
        Format::Csv { .. } => load_csv(opened, spec, wanted)?,
        Format::Parquet => load_parquet(opened, spec, wanted)?,
    };
    if table.rows == 0 {
        return Err(Error::input("the file has a header and no rows").in_file(&table.name));
    }
    if wanted.plans.is_none() {
        let fillers = fillers::notes(&table);
        table.notes.extend(fillers);
    }
    Ok(table)
}

fn load_csv(opened: &Opened, spec: &DataSpec, wanted: &Wanted) -> Result<Table> {
    let form = Form::find(opened, spec)?;
    let name = opened.source.name();
    let names = Rows::open(opened, form)?.names;
    let spec = &spec.for_columns(&names);
    let said = match &wanted.plans {
        // What a recipe wants goes before what a spec says, which was about another file.
        Some(_) => Said::nothing(names.len()),
        None => Said::new(&names, &name, spec, |wanted| {
            let doubts = [header::named_below(opened, wanted, form), header::doubt(opened, &names, form)];
            doubts.into_iter().flatten().collect()
        })?,
    };
    let mut file = File { opened, form, spec, names: &names, missing: Vec::new(), decimal: Decimal::Point };
    file.read_with(dialect::decimal(spec)?.or(wanted.decimal).unwrap_or(Decimal::Point));
    let mut notes = Vec::new();
    notes.extend(form.note());
    let (plans, rows, profiles) = match &wanted.plans {
        Some(planned) => {
            let plans = file.planned(planned, names.len())?;
            file.decide_decimal(planned, wanted.decimal, &mut notes)?;
            (plans, None, Vec::new())
        }
        None => {
            file.guess_decimal()?;
            let (profiles, rows) = file.profiles(spec, &mut notes)?;
            let plan = |(i, column): (usize, &String)| {
                said.plan(i, column, &profiles[i], &mut notes).map_err(|e| {
                    let line = profiles[i].infinite.as_ref().and_then(|(byte, _)| file.line_of(*byte));
                    e.in_file(&name).at_line(line.unwrap_or(1))
                })
            };
            let plans: Vec<Plan> = names.iter().enumerate().map(plan).collect::<Result<_>>()?;
            (plans, Some(rows), profiles)
        }
    };
    for (i, profile) in profiles.iter().enumerate().filter(|(i, _)| !said.forced(*i) && !said.ignored(*i)) {
        let (odd, decimal) = (file.odd(profile), file.decimal);
        let column =
            doubts::Planned { name: &names[i], profile, plan: plans[i], is_target: said.is_target(i), odd, decimal };
        let line = |byte| file.line_of(byte).map_or(String::new(), |line| format!(" (line {line})"));
        notes.extend(doubts::notes(&column, &line));
    }
    let Stored { builders, rows, ends, hashes } = file.store(&names, &plans, rows, &mut notes)?;
    let mut columns: Vec<Column> = builders
        .into_iter()
        .zip(&names)
        .enumerate()
        .map(|(i, (b, column))| b.finish(column.clone(), said.forced(i), rows))
        .collect();
    for (column, profile) in columns.iter_mut().zip(&profiles).filter(|(column, _)| !column.forced) {
        column.stats.odd = file.odd(profile);
    }
    let dialect = Dialect { delimiter: form.delimiter, decimal: file.decimal, header: form.header };
    if wanted.plans.is_none() {
        notes.extend(header::doubt(opened, &names, form).map(Note::new));
        notes.extend(ends.iter().find_map(|end| file.total(&columns, rows, end)));
        notes.extend(columns.iter().filter_map(twins::levels));
        notes.extend(hashes.note(names.len()));
    }
    Ok(Table { name, columns, rows, dialect: Some(dialect), notes })
}

/// A CSV file that is being read.
struct File<'a> {
    opened: &'a Opened,
    form: Form,
    spec: &'a DataSpec,
    names: &'a [String],
    /// What is missing in each column.
    missing: Vec<Missing>,
    decimal: Decimal,
}

/// What the first pass over some rows found.
struct Pass {
    profiles: Vec<Profile>,
    rows: usize,
    /// The row below the names.
    first: ByteRecord,
    /// Where lines begin that stand below the rows and are as long as them, and how many there are.
    footnotes: Option<(u64, usize)>,
}

/// What the second pass stored.
struct Stored {
    builders: Vec<Builder>,
    rows: usize,
    /// The last row and the first.
    ends: [RowSeen; 2],
    hashes: Hashes,
}

/// A row as the second pass saw it.
#[derive(Default)]
struct RowSeen {
    row: usize,
    byte: u64,
    label: Vec<u8>,
}

impl RowSeen {
    fn see(&mut self, row: usize, byte: u64, record: &ByteRecord) {
        (self.row, self.byte) = (row, byte);
        self.label.clear();
        self.label.extend_from_slice(record.get(0).unwrap_or_default());
    }
}

impl File<'_> {
    fn line_of(&self, byte: u64) -> Option<usize> {
        line_of(self.opened, self.form, byte)
    }

    /// Takes a decimal mark for that of the file.
    fn read_with(&mut self, decimal: Decimal) {
        self.decimal = decimal;
        self.missing = Missing::of_columns(self.spec, self.names, decimal);
    }

    /// The decimal mark that the first rows show, unless the spec names one.
    fn guess_decimal(&mut self) -> Result<()> {
        if dialect::decimal(self.spec)?.is_none() {
            self.read_with(decide_decimal(&self.pass(FIRST_ROWS)?.profiles, self.decimal, self.form.delimiter));
        }
        Ok(())
    }

    /// The decimal mark of a file that a recipe reads, unless the spec names one.
    fn decide_decimal(&mut self, planned: &[Planned], training: Option<Decimal>, notes: &mut Vec<Note>) -> Result<()> {
        if dialect::decimal(self.spec)?.is_some() {
            return Ok(());
        }
        let new = NewFile { names: self.names, delimiter: Some(self.form.delimiter), planned, training };
        let profiles = |decimal| {
            let missing = Missing::of_columns(self.spec, self.names, decimal);
            Ok(File { missing, decimal, ..*self }.pass(usize::MAX)?.profiles)
        };
        let decimal = new.decimal(profiles, notes).map_err(|e| e.in_file(self.opened.source.name()))?;
        self.read_with(decimal);
        Ok(())
    }

    /// The plans of a recipe for all columns.
    fn planned(&mut self, planned: &[Planned], columns: usize) -> Result<Vec<Plan>> {
        let mut plans = vec![Plan::Skip(ColumnKind::Text); columns];
        for p in planned {
            plans[p.position] = p.plan;
        }
        if self.form.header
            && let Some((first, _)) = Rows::open(self.opened, self.form)?.next()?
        {
            let known = |i: usize| plans[i].holds_values();
            let cells = first.iter().enumerate().map(|(i, cell)| if known(i) { cell } else { b"" });
            self.form.units = units::is_row(cells, known);
        }
        Ok(plans)
    }

    /// The first pass over all rows, as often as it changes its mind about where the rows are and about the decimal mark.
    fn profiles(&mut self, spec: &DataSpec, notes: &mut Vec<Note>) -> Result<(Vec<Profile>, usize)> {
        let mut pass = self.pass(usize::MAX)?;
        if let Some((byte, lines)) = pass.footnotes {
            notes.push(footnotes(self.line_of(byte), lines));
            self.form.end = Some(byte);
            pass = self.pass(usize::MAX)?;
        }
        if self.form.header && units::may_be_row(&pass.first) {
            self.form.units = true;
            let below = self.pass(usize::MAX)?;
            let typed = |i: usize| below.profiles[i].holds_values();
            self.form.units = units::is_row(pass.first.iter(), typed);
            if self.form.units {
                notes.push(units::note(&pass.first, self.form.above, below.rows));
                pass = below;
            }
        }
        if dialect::decimal(spec)?.is_none() {
            let found = decide_decimal(&pass.profiles, self.decimal, self.form.delimiter);
            if found != self.decimal {
                self.read_with(found);
                pass = self.pass(usize::MAX)?;
            }
            notes.extend(guessed(&pass.profiles, self.decimal, self.form.delimiter));
        }
        Ok((pass.profiles, pass.rows))
    }

    /// The first pass over at most `limit` rows: what the columns hold, and the number of rows.
    fn pass(&self, limit: usize) -> Result<Pass> {
        let mut reader = Rows::open(self.opened, self.form)?;
        let columns = reader.names.len();
        let mut pass =
            Pass { profiles: vec![Profile::new(); columns], rows: 0, first: ByteRecord::new(), footnotes: None };
        while pass.rows < limit
            && let Some((record, byte)) = reader.next()?
        {
            for ((cell, profile), missing) in record.iter().zip(&mut pass.profiles).zip(&self.missing) {
                profile.add(trim(cell), byte, missing, self.decimal);
            }
            if pass.rows == 0 {
                pass.first = record.clone();
            }
            pass.footnotes = match pass.footnotes {
                _ if !is_footnote(record, columns) => None,
                None => Some((byte, 1)),
                Some((first, lines)) => Some((first, lines + 1)),
            };
            pass.rows += 1;
        }
        pass.footnotes = pass.footnotes.filter(|(_, lines)| *lines < pass.rows);
        pass.profiles.iter_mut().for_each(Profile::finish);
        Ok(pass)
    }

    /// The second pass: every cell in its column. Rows are looked at more closely where the first pass has counted them.
    fn store(&self, names: &[String], plans: &[Plan], rows: Option<usize>, notes: &mut Vec<Note>) -> Result<Stored> {
        let mut reader = Rows::open(self.opened, self.form)?;
        let mut builders: Vec<Builder> = plans.iter().map(|p| Builder::new(*p, rows.unwrap_or(0))).collect();
        let (mut count, mut hashes) = (0usize, Hashes::default());
        let (mut last, mut first) = (RowSeen::default(), RowSeen::default());
        while let Some((record, byte)) = reader.next()? {
            if count == 0 {
                first.see(count, byte, record);
            }
            last.see(count, byte, record);
            if rows.is_some() {
                hashes.add(record.iter().map(trim));
            }
            for (((i, cell), builder), missing) in record.iter().enumerate().zip(&mut builders).zip(&self.missing) {
                if let Err(what) = builder.add(trim(cell), missing, self.decimal) {
                    let cell = trim(cell).to_vec();
                    let e = cell_error(self.opened, &names[i], &what, self.line_of(byte));
                    return Err(advise(e, &what, &cell, || self.repeats(i, &cell)));
                }
            }
            count += 1;
            if count > u32::MAX as usize {
                let e = Error::input("the table has more than 4294967295 rows");
                return Err(e.in_file(self.opened.source.name()));
            }
        }
        if let Some(line) = reader.swallower.and_then(|byte| self.line_of(byte)) {
            notes.push(Note::new(format!(
                "a cell of line {line} goes over two lines and holds delimiters: perhaps a quote is not closed"
            )));
        }
        if let Some((byte, lines)) = reader.footnotes {
            notes.push(footnotes(self.line_of(byte), lines));
        }
        if rows.is_some() && builders.iter().any(|b| b.foreign) {
            notes.push(Note::new("the text is not all UTF-8: what is not was read as Windows-1252 (Latin-1)"));
        }
        Ok(Stored { builders, rows: count, ends: [last, first], hashes })
    }

    /// A word about the last row or the first one, if it holds the sums of the others.
    fn total(&self, columns: &[Column], rows: usize, end: &RowSeen) -> Option<Note> {
        let what = totals::held(columns, rows, end.row, &decode(&end.label))?;
        let footer = if end.row == 0 { None } else { Some(lines_from(self.opened, self.form, end.byte)?) };
        Some(totals::note(&what, self.line_of(end.byte), footer))
    }

    /// In a column of almost only numbers, the first cell that is none.
    fn odd(&self, profile: &Profile) -> Option<Odd> {
        let (numbers, byte, odd) = profile.almost_numbers()?;
        Some(Odd { numbers, present: profile.present, cell: odd.to_string(), line: self.line_of(byte) })
    }

    /// Whether a cell of a column stands in it more than once.
    fn repeats(&self, column: usize, cell: &[u8]) -> bool {
        let Ok(mut rows) = Rows::open(self.opened, self.form) else { return false };
        let mut count = 0;
        while let Ok(Some((record, _))) = rows.next() {
            count += usize::from(record.get(column).is_some_and(|other| trim(other) == cell));
            if count > 1 {
                return true;
            }
        }
        false
    }
}

/// A word about lines below the rows.
fn footnotes(line: Option<usize>, lines: usize) -> Note {
    let from = line.map_or(String::new(), |line| format!(" from line {line} on"));
    let (lines, are) = if lines == 1 { ("1 line".to_string(), "is") } else { (format!("{lines} lines"), "are") };
    Note::new(format!("{lines}{from} {are} no row of the table but a note below it, and {are} not read"))
}

#[cfg(feature = "parquet")]
use super::parquet::{load as load_parquet, names as parquet_names};

#[cfg(not(feature = "parquet"))]
fn load_parquet(opened: &Opened, _: &DataSpec, _: &Wanted) -> Result<Table> {
    Err(no_parquet(opened))
}

#[cfg(not(feature = "parquet"))]
fn parquet_names(opened: &Opened) -> Result<Vec<String>> {
    Err(no_parquet(opened))
}

#[cfg(not(feature = "parquet"))]
fn no_parquet(opened: &Opened) -> Error {
    Error::input("this is a Parquet file, and this program was built without Parquet")
        .in_file(opened.source.name())
        .help("build it with the feature \"parquet\", or save the table as CSV")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Values, number};
    use proptest::prelude::*;

    fn table(text: &str, spec: &DataSpec) -> Result<Table> {
        read(&Source::text("t.csv", text), spec)
    }

    fn auto(text: &str) -> Table {
        table(text, &DataSpec::default()).unwrap()
    }

    fn fails(text: &str, spec: &DataSpec) -> Error {
        table(text, spec).unwrap_err()
    }

    fn named(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| n.to_string()).collect()
    }

    #[test]
    fn columns_are_typed_over_the_whole_file() {
        let t = auto("i,n,b,c,d,e\n1,1.5,Yes,u,2020-01-31,\n2,NA,no,v,?,\n-3,2,,u,2020-02-01,\n1,1,no,u,2020-02-02,\n");
        use ColumnKind::*;
        assert_eq!(
            t.columns.iter().map(|c| c.kind).collect::<Vec<_>>(),
            [Integer, Number, Boolean, Category, Date, Text]
        );
        assert_eq!(t.columns.iter().map(|c| c.stats.missing).collect::<Vec<_>>(), [0, 1, 1, 0, 1, 4]);
        assert_eq!(t.rows, 4);
        // One word in the last row makes a column of numbers a category; its numbers are levels like others.
        let t = auto(&format!("x\n{}z\n", "1\n2\n".repeat(2000)));
        assert_eq!((t.columns[0].kind, t.columns[0].stats.distinct), (Category, 3));
    }

    #[test]
    fn dialects_are_found() {
        for text in
            ["a;b\n1,5;x\n2,25;y\n", "a\tb\n1.5\tx\n2.25\ty\n", "a|b\n1.5|x\n2.25|y\n", "a,b\n\"1,5\",x\n\"2,25\",y\n"]
        {
            let t = auto(text);
            assert_eq!((t.columns[0].values.number(0), t.columns[0].values.number(1)), (1.5, 2.25), "{text}");
        }
        // The first comma that tells comes late: the file is read again.
        let t = auto(&format!("a;b\n{}1,5;2\n", "1;2\n".repeat(1500)));
        assert_eq!(t.dialect.unwrap().decimal, Decimal::Comma);
        assert_eq!(auto("v\n1.234,5\n7\n").columns[0].values.number(0), 1234.5);
        let no_header = DataSpec { header: false, ..DataSpec::default() };
        let t = table("1,2\n3,4\n", &no_header).unwrap();
        assert_eq!((t.rows, t.columns[1].name.as_str()), (2, "column_2"));
        assert!(auto("1,2\n3,4\n").notes[0].text.contains("--no-header"));
    }

    #[test]
    fn points_of_thousands_are_read_with_a_note() {
        let t = auto("n;c\n993;a\n1.126;b\n12.000;a\n1.000;b\n");
        assert_eq!((t.columns[0].values.number(1), t.dialect.unwrap().decimal), (1126.0, Decimal::Comma));
        assert!(t.notes[0].text.starts_with("1.126 could be 1126 or 1.126") && t.notes[0].text.contains("--decimal ."));
        let given = DataSpec { decimal: Some(".".into()), ..DataSpec::default() };
        let t = table("n;c\n993;a\n1.126;b\n12.000;a\n1.000;b\n", &given).unwrap();
        assert_eq!((t.columns[0].values.number(1), t.notes.len()), (1.126_f32.into(), 0));
        // A number that is not grouped comes late: the file is read again.
        let t = auto(&format!("n;c\n{}2000;a\n", "993;a\n1.126;b\n".repeat(1000)));
        assert_eq!((t.columns[0].values.number(1), t.notes.len()), (1.126_f32.into(), 2));
        assert!(t.notes[1].text.contains("repeat an earlier row"), "{:?}", t.notes);
    }

    #[test]
    fn percents_and_money_make_columns_of_numbers() {
        let t = auto("p;m;d\n93,6%;R$ 4.745,99;(11)\n94 %;-R$ 3,00;(21)\n;5;(31)\n");
        let v = |c: usize, r: usize| t.columns[c].values.number(r);
        assert_eq!((v(0, 0), v(0, 1), v(1, 0), v(1, 1)), (93.6, 94.0, 4745.99_f32.into(), -3.0));
        assert_eq!((t.columns[2].kind, t.notes.len()), (ColumnKind::Text, 0));
    }

    #[test]
    fn older_encodings_are_read_with_a_note() {
        let bytes = b"cidade,x\nS\xe3o Paulo,1\nS\xe3o Paulo,2\nBel\xe9m,3\n";
        let t = read(&Source::Bytes { name: "x".into(), bytes: bytes[..].into() }, &DataSpec::default()).unwrap();
        assert_eq!(t.columns[0].stats.top[0], ("S\u{e3}o Paulo".to_string(), 2));
        assert!(t.notes[0].text.contains("Windows-1252"));
    }

    #[test]
    fn errors_name_the_line_and_the_column() {
        let auto = DataSpec::default();
        let line = |e: &Error| e.span().map(|s| s.line);
        let e = fails("a,b\r\n1,2\r\n\r\n3\r\n", &auto);
        assert_eq!(
            (e.message(), line(&e)),
            ("this row has 1 cell, not 2 as the header has (it starts with \"3\")", Some(4))
        );
        let e = fails("a,b\n\"two\nlines\",2\n3,4,5\n", &auto);
        assert_eq!(line(&e), Some(4));
        let e = fails("a,b\n1,2\n\"3,4\n5,6\n", &auto);
        assert!(e.helps()[0].contains("quote is not closed") && line(&e) == Some(3), "{e}");
        let e = fails("a,b\n1,2\n1e999,3\n", &auto);
        assert_eq!((e.message(), line(&e)), ("column \"a\" holds an infinite number, 1e999", Some(3)));
        let e = fails("a,b\n1,2\nx,3\n", &DataSpec { numeric: named(&["a"]), ..DataSpec::default() });
        assert_eq!((e.message(), line(&e)), ("column \"a\": \"x\" is no number", Some(3)));
        let numeric = DataSpec { numeric: named(&["a"]), ..DataSpec::default() };
        for (text, advised) in [("a,b\nx,1\ny,2\n", false), ("a,b\nx,1\nx,2\n", true), ("a,b\nn/d,1\n2,2\n", true)] {
            assert_eq!(fails(text, &numeric).helps()[0].contains("--missing"), advised, "{text}");
        }
        let e = fails("a,b\n1,2,\n", &auto);
        assert!(e.helps()[0].contains("ends with a delimiter"), "{e}");
        for weight in ["-1", "", "x"] {
            let spec = DataSpec { weight: Some("w".into()), ..DataSpec::default() };
            let e = fails(&format!("w,b\n1,2\n{weight},3\n"), &spec);
            assert_eq!(line(&e), Some(3), "{e}");
        }
        assert!(fails("a,b,a\n1,2,3\n", &auto).message().contains("columns 1 and 3 are both called \"a\""));
        assert!(fails("a,b\n", &auto).message().contains("no rows"));
        let e = fails("glucose,b\n1,2\n", &DataSpec { ignore: named(&["glucos"]), ..DataSpec::default() });
        assert_eq!(e.helps(), ["did you mean \"glucose\"?"]);
        let both = DataSpec { ignore: named(&["a"]), target: Some("a".into()), ..DataSpec::default() };
        assert!(fails("a,b\n1,2\n", &both).message().contains("cannot be the target and ignored"));
    }

    #[test]
    fn columns_that_are_almost_numbers_get_a_word() {
        let t = auto(&format!("a,b\n{}12a,x\n", "1,x\n2,y\n".repeat(10)));
        assert_eq!(t.columns[0].kind, ColumnKind::Category);
        let note = t.notes[0].to_string();
        assert!(note.starts_with("column \"a\": 20 of 21 cells are numbers, and \"12a\" (line 22) is none"), "{note}");
        let t = auto("a;b\n1,5;2.5\n2,5;2.5\n3,5;1\n");
        assert!(t.notes[0].text.contains("decimal mark is \".\""), "{:?}", t.notes);
    }

    #[test]
    fn what_the_user_says_is_done() {
        let spec = DataSpec { categorical: named(&["a"]), missing: named(&["-9"]), ..DataSpec::default() };
        let t = table("a,b\n1,2\n2,-9.0\n1,4\n", &spec).unwrap();
        assert_eq!((t.columns[0].kind, t.columns[1].stats.missing), (ColumnKind::Category, 1));
        let t = table("a,b\n1,inf\n2,3\n", &DataSpec { ignore: named(&["b"]), ..DataSpec::default() }).unwrap();
        assert_eq!(t.columns[1].values, Values::Absent);
    }

    /// A cell as it may stand in a file.
    fn quote(text: &str, delimiter: char) -> String {
        if text.contains([delimiter, '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_string()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&Source::Bytes { name: "x".into(), bytes: bytes.into() }, &DataSpec::default());
        }

        #[test]
        fn nothing_that_looks_like_a_table_makes_it_panic(text in "[ab0-9.,;|\t\"\r\n/:eE+ -]{0,200}") {
            let _ = table(&text, &DataSpec::default());
            let spec = DataSpec { header: false, numeric: named(&["column_1"]), ..DataSpec::default() };
            let _ = table(&text, &spec);
        }

        #[test]
        fn any_text_is_a_number_or_none(text in "[0-9.,eE+-]{0,30}") {
            for decimal in [Decimal::Point, Decimal::Comma] {
                if let Some(parsed) = number::parse(text.as_bytes(), decimal) {
                    prop_assert!(!parsed.value.is_nan());
                }
            }
        }

        #[test]
        fn tables_read_back_as_they_were_written(
            rows in prop::collection::vec((prop::num::f64::NORMAL, -1000i32..1000, 0usize..4), 2..30),
            delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
            comma in any::<bool>(),
        ) {
            let words = ["plain", "with \"quotes\"", "a,b;c|d", "two\nlines"];
            let mark = if comma { "," } else { "." };
            let mut text = ["x", "i", "word"].join(&delimiter.to_string());
            for (x, i, w) in &rows {
                let x = format!("{x:e}").replace('.', mark);
                let cells = [quote(&x, delimiter), i.to_string(), quote(words[*w], delimiter)];
                text += &format!("\r\n{}", cells.join(&delimiter.to_string()));
            }
            let spec = DataSpec {
                categorical: named(&["word"]),
                decimal: Some(mark.to_string()),
                delimiter: Some(if delimiter == '\t' { "tab".to_string() } else { delimiter.to_string() }),
                ..DataSpec::default()
            };
            for spec in [DataSpec { delimiter: None, ..spec.clone() }, spec] {
                let t = table(&text, &spec).unwrap();
                prop_assert_eq!(t.rows, rows.len());
                let Values::Category { codes, levels } = &t.columns[2].values else { panic!("no category") };
                for (r, (x, i, w)) in rows.iter().enumerate() {
                    let read = t.columns[0].values.number(r);
                    let narrow = matches!(t.columns[0].values, Values::Narrow(_));
                    prop_assert_eq!(read, if narrow { f64::from(*x as f32) } else { *x });
                    prop_assert_eq!(t.columns[1].values.number(r), f64::from(*i));
                    prop_assert_eq!(levels[codes[r] as usize].as_str(), words[*w]);
                }
            }
        }
    }
}
