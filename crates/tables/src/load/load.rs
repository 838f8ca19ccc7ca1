//! Reads a file into a table: two streaming passes.

use crate::cell::number::Decimal;
use crate::cell::text::decode;
use crate::column::cell::{Missing, trim};
use crate::column::column::{Column, ColumnKind};
use crate::column::stats::Odd;
use crate::column::storage_type::{ColumnBuilder, StorageType};
use crate::column::table::Table;
use crate::load::column_overrides::ColumnOverrides;
use crate::load::doubts::{self, advise, cell_error};
use crate::load::fillers;
use crate::load::header;
use crate::load::mark::NewFile;
use crate::load::profile::{ColumnScan, decide_decimal, guessed};
use crate::load::totals;
use crate::load::twins::{self, Hashes};
use crate::load::units;
use crate::records::csv::{CsvRows, is_footnote, line_of, lines_from};
use crate::records::layout::TableLayout;
use crate::source::csv_format::{self, CsvFormat};
use crate::source::source::{Format, OpenedTable, TableSource};
use crate::spec::note::Note;
use crate::spec::spec::DataSpec;
use ::csv::ByteRecord;
use std::path::Path;
use treino_core::{Error, Result};

/// Reads a table: a CSV file (also gzipped) or a Parquet file. The type of each column is inferred from all its cells.
///
/// # Errors
/// Returns an error if the file cannot be read, is not a table, has rows of different lengths or two columns with one
/// name; if a column named in `spec` does not exist; or if a column holds an infinite number, or is set to numeric and
/// holds something else.
pub fn read(source: &TableSource, spec: &DataSpec) -> Result<Table> {
    load(&OpenedTable::open(source)?, spec, &ReadOptions::default())
}

/// Settings for reading columns that do not come from the spec.
#[derive(Debug, Default)]
pub(crate) struct ReadOptions {
    /// The columns by name (or by position if the file has no header) whose storage type a recipe gives.
    pub plans: Option<Vec<StoredColumn>>,
    /// The default decimal separator if the file does not show one.
    pub decimal: Option<Decimal>,
}

/// A column and its storage type.
#[derive(Debug)]
pub(crate) struct StoredColumn {
    pub position: usize,
    pub plan: StorageType,
    /// The range of the training rows, if known.
    pub range: Option<[f64; 2]>,
}

/// The number of rows for a first guess of the decimal separator.
const FIRST_ROWS: usize = 1000;

/// The names of the columns of a file, without reading more.
pub(crate) fn names(opened: &OpenedTable, spec: &DataSpec) -> Result<Vec<String>> {
    match opened.format {
        Format::Csv { .. } => Ok(CsvRows::open(opened, TableLayout::find(opened, spec)?)?.names),
        Format::Parquet => parquet_names(opened),
    }
}

/// [`read`] with the requirements of a recipe.
pub(crate) fn load(opened: &OpenedTable, spec: &DataSpec, wanted: &ReadOptions) -> Result<Table> {
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

fn load_csv(opened: &OpenedTable, spec: &DataSpec, wanted: &ReadOptions) -> Result<Table> {
    let form = TableLayout::find(opened, spec)?;
    let name = opened.source.name();
    let names = CsvRows::open(opened, form)?.names;
    let spec = &spec.for_columns(&names);
    let said = match &wanted.plans {
        // The requirements of a recipe take precedence over a spec, which was for another file.
        Some(_) => ColumnOverrides::nothing(names.len()),
        None => ColumnOverrides::new(&names, &name, spec, |wanted| {
            let doubts = [header::named_below(opened, wanted, form), header::doubt(opened, &names, form)];
            doubts.into_iter().flatten().collect()
        })?,
    };
    let mut file = File { opened, form, spec, names: &names, missing: Vec::new(), decimal: Decimal::Point };
    file.read_with(csv_format::decimal(spec).or(wanted.decimal).unwrap_or(Decimal::Point));
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
            let plans: Vec<StorageType> = names.iter().enumerate().map(plan).collect::<Result<_>>()?;
            (plans, Some(rows), profiles)
        }
    };
    for (i, profile) in profiles.iter().enumerate().filter(|(i, _)| !said.forced(*i) && !said.ignored(*i)) {
        let (odd, decimal) = (file.odd(profile), file.decimal);
        let column = doubts::CheckedColumn {
            name: &names[i],
            profile,
            plan: plans[i],
            is_target: said.is_target(i),
            odd,
            decimal,
        };
        let line = |byte| file.line_of(byte).map_or(String::new(), |line| format!(" (line {line})"));
        notes.extend(doubts::notes(&column, &line));
    }
    let SecondPass { builders, rows, ends, hashes } = file.store(&names, &plans, rows, &mut notes)?;
    let mut columns: Vec<Column> = builders
        .into_iter()
        .zip(&names)
        .enumerate()
        .map(|(i, (b, column))| b.finish(column.clone(), said.forced(i), rows))
        .collect();
    for (column, profile) in columns.iter_mut().zip(&profiles).filter(|(column, _)| !column.forced) {
        column.stats.odd = file.odd(profile);
    }
    let dialect = CsvFormat { delimiter: form.delimiter, decimal: file.decimal, header: form.header };
    if wanted.plans.is_none() {
        notes.extend(header::doubt(opened, &names, form).map(Note::new));
        notes.extend(ends.iter().find_map(|end| file.total(&columns, rows, end)));
        notes.extend(columns.iter().filter_map(twins::levels));
        notes.extend(hashes.note(names.len()));
    }
    Ok(Table { name, columns, rows, dialect: Some(dialect), notes })
}

/// A CSV file while it is being read.
struct File<'a> {
    opened: &'a OpenedTable,
    form: TableLayout,
    spec: &'a DataSpec,
    names: &'a [String],
    /// The missing-value words of each column.
    missing: Vec<Missing>,
    decimal: Decimal,
}

/// The result of the first pass over some rows.
struct FirstPass {
    profiles: Vec<ColumnScan>,
    rows: usize,
    /// The row below the header.
    first: ByteRecord,
    /// Where lines start that follow the rows and have their length, and the number of them.
    footnotes: Option<(u64, usize)>,
}

/// The result of the second pass.
struct SecondPass {
    builders: Vec<ColumnBuilder>,
    rows: usize,
    /// The last row and the first.
    ends: [RowSeen; 2],
    hashes: Hashes,
}

/// A row in the second pass.
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

    /// Sets the decimal separator of the file.
    fn read_with(&mut self, decimal: Decimal) {
        self.decimal = decimal;
        self.missing = Missing::of_columns(self.spec, self.names, decimal);
    }

    /// Finds the decimal separator in the first rows, unless the spec gives one.
    fn guess_decimal(&mut self) -> Result<()> {
        if csv_format::decimal(self.spec).is_none() {
            self.read_with(decide_decimal(&self.pass(FIRST_ROWS)?.profiles, self.decimal, self.form.delimiter));
        }
        Ok(())
    }

    /// Finds the decimal separator of a file that a recipe reads, unless the spec gives one.
    fn decide_decimal(
        &mut self,
        planned: &[StoredColumn],
        training: Option<Decimal>,
        notes: &mut Vec<Note>,
    ) -> Result<()> {
        if csv_format::decimal(self.spec).is_some() {
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

    /// The storage types of a recipe, for all columns.
    fn planned(&mut self, planned: &[StoredColumn], columns: usize) -> Result<Vec<StorageType>> {
        let mut plans = vec![StorageType::Skip(ColumnKind::Text); columns];
        for p in planned {
            plans[p.position] = p.plan;
        }
        if self.form.header
            && let Some((first, _)) = CsvRows::open(self.opened, self.form)?.next()?
        {
            let known = |i: usize| plans[i].holds_values();
            let cells = first.iter().enumerate().map(|(i, cell)| if known(i) { cell } else { b"" });
            self.form.units = units::is_row(cells, known);
        }
        Ok(plans)
    }

    /// The first pass over all rows, repeated until the layout of the table and the decimal separator no longer change.
    fn profiles(&mut self, spec: &DataSpec, notes: &mut Vec<Note>) -> Result<(Vec<ColumnScan>, usize)> {
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
        if csv_format::decimal(spec).is_none() {
            let found = decide_decimal(&pass.profiles, self.decimal, self.form.delimiter);
            if found != self.decimal {
                self.read_with(found);
                pass = self.pass(usize::MAX)?;
            }
            notes.extend(guessed(&pass.profiles, self.decimal, self.form.delimiter));
        }
        Ok((pass.profiles, pass.rows))
    }

    /// The first pass over at most `limit` rows: the column profiles, and the number of rows.
    fn pass(&self, limit: usize) -> Result<FirstPass> {
        let mut reader = CsvRows::open(self.opened, self.form)?;
        let columns = reader.names.len();
        let mut pass = FirstPass {
            profiles: vec![ColumnScan::new(); columns],
            rows: 0,
            first: ByteRecord::new(),
            footnotes: None,
        };
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
        pass.profiles.iter_mut().for_each(ColumnScan::finish);
        Ok(pass)
    }

    /// The second pass: stores every cell in its column. Rows are checked more thoroughly if the first pass has counted
    /// them.
    fn store(
        &self,
        names: &[String],
        plans: &[StorageType],
        rows: Option<usize>,
        notes: &mut Vec<Note>,
    ) -> Result<SecondPass> {
        let mut reader = CsvRows::open(self.opened, self.form)?;
        let mut builders: Vec<ColumnBuilder> =
            plans.iter().map(|p| ColumnBuilder::new(*p, rows.unwrap_or(0))).collect();
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
        Ok(SecondPass { builders, rows: count, ends: [last, first], hashes })
    }

    /// A note about the last row or the first one, if it holds the sums of the others.
    fn total(&self, columns: &[Column], rows: usize, end: &RowSeen) -> Option<Note> {
        let what = totals::held(columns, rows, end.row, &decode(&end.label))?;
        let footer = if end.row == 0 { None } else { Some(lines_from(self.opened, self.form, end.byte)?) };
        Some(totals::note(&what, self.line_of(end.byte), footer))
    }

    /// In a column of almost only numbers, the first cell that is not a number.
    fn odd(&self, profile: &ColumnScan) -> Option<Odd> {
        let (numbers, byte, odd) = profile.almost_numbers()?;
        Some(Odd { numbers, present: profile.present, cell: odd.to_string(), line: self.line_of(byte) })
    }

    /// Whether a cell of a column occurs more than once in it.
    fn repeats(&self, column: usize, cell: &[u8]) -> bool {
        let Ok(mut rows) = CsvRows::open(self.opened, self.form) else { return false };
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

/// A note about lines below the rows.
fn footnotes(line: Option<usize>, lines: usize) -> Note {
    let from = line.map_or(String::new(), |line| format!(" from line {line} on"));
    let (lines, are) = if lines == 1 { ("1 line".to_string(), "is") } else { (format!("{lines} lines"), "are") };
    Note::new(format!("{lines}{from} {are} no row of the table but a note below it, and {are} not read"))
}

#[cfg(feature = "parquet")]
use crate::load::parquet::{load as load_parquet, names as parquet_names};

#[cfg(not(feature = "parquet"))]
fn load_parquet(opened: &OpenedTable, _: &DataSpec, _: &ReadOptions) -> Result<Table> {
    Err(no_parquet(opened))
}

#[cfg(not(feature = "parquet"))]
fn parquet_names(opened: &OpenedTable) -> Result<Vec<String>> {
    Err(no_parquet(opened))
}

#[cfg(not(feature = "parquet"))]
fn no_parquet(opened: &OpenedTable) -> Error {
    Error::input("this is a Parquet file, and this program was built without Parquet")
        .in_file(opened.source.name())
        .help("build it with the feature \"parquet\", or save the table as CSV")
}

impl Table {
    /// Reads a CSV or Parquet file with automatic settings.
    ///
    /// # Errors
    /// See [`read`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        read(&TableSource::Path(path.as_ref().to_path_buf()), &DataSpec::default())
    }
}

#[cfg(test)]
mod tests;
