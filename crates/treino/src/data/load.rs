//! From a file to a table: two streaming passes.

use super::cell::{Missing, trim};
use super::column::{Column, ColumnKind};
use super::csv::{Rows, line_of};
use super::dialect::{self, Dialect};
use super::note::Note;
use super::number::Decimal;
use super::plan::{Builder, Plan, narrow_is_enough};
use super::profile::{Profile, decide_decimal};
use super::source::{Format, Opened, Source};
use super::spec::DataSpec;
use super::table::{Table, position};
use crate::{Error, Result};

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
}

/// Categories with more levels than this are text.
const LEVELS: usize = 1 << 16;

/// So many rows are looked at for a first guess of the decimal mark.
const FIRST_ROWS: usize = 1000;

/// The names of the columns of a file, without reading more.
pub(crate) fn names(opened: &Opened, spec: &DataSpec) -> Result<Vec<String>> {
    match opened.format {
        Format::Csv { .. } => Ok(Rows::open(opened, dialect::delimiter(opened, spec)?, spec.header)?.names),
        Format::Parquet => parquet_names(opened),
    }
}

/// [`read`] with what a recipe wants.
pub(crate) fn load(opened: &Opened, spec: &DataSpec, wanted: &Wanted) -> Result<Table> {
    let table = match opened.format {
        Format::Csv { .. } => load_csv(opened, spec, wanted)?,
        Format::Parquet => load_parquet(opened, spec, wanted)?,
    };
    if table.rows == 0 {
        return Err(Error::input("the file has a header and no rows").in_file(&table.name));
    }
    Ok(table)
}

fn load_csv(opened: &Opened, spec: &DataSpec, wanted: &Wanted) -> Result<Table> {
    let missing = Missing::new(&spec.missing);
    let delimiter = dialect::delimiter(opened, spec)?;
    let name = opened.source.name();
    let names = Rows::open(opened, delimiter, spec.header)?.names;
    let said = match &wanted.plans {
        // What a recipe wants goes before what a spec says, which was about another file.
        Some(_) => Said::nothing(names.len()),
        None => Said::new(&names, &name, spec)?,
    };
    let pass = |decimal, limit| profile(opened, delimiter, spec.header, &missing, decimal, limit);

    let fixed = dialect::decimal(spec)?;
    let mut decimal = fixed.or(wanted.decimal).unwrap_or(Decimal::Point);
    if fixed.is_none() {
        decimal = decide_decimal(&pass(decimal, FIRST_ROWS)?.0, decimal, delimiter);
    }
    let mut notes = Vec::new();
    let (plans, rows) = match &wanted.plans {
        Some(planned) => {
            let mut plans = vec![Plan::Skip(ColumnKind::Text); names.len()];
            for p in planned {
                plans[p.position] = p.plan;
            }
            (plans, 0)
        }
        None => {
            let (mut profiles, rows) = pass(decimal, usize::MAX)?;
            let found = decide_decimal(&profiles, decimal, delimiter);
            if fixed.is_none() && found != decimal {
                decimal = found;
                profiles = pass(decimal, usize::MAX)?.0;
            }
            let plans = names
                .iter()
                .enumerate()
                .map(|(i, column)| {
                    said.plan(i, column, &profiles[i], &mut notes).map_err(|e| {
                        let line = profiles[i].infinite.as_ref().and_then(|(byte, _)| line_of(opened, *byte));
                        e.in_file(&name).at_line(line.unwrap_or(1))
                    })
                })
                .collect::<Result<_>>()?;
            (plans, rows)
        }
    };

    let mut reader = Rows::open(opened, delimiter, spec.header)?;
    let mut builders: Vec<Builder> = plans.iter().map(|p| Builder::new(*p, rows)).collect();
    let mut count = 0usize;
    while let Some((record, byte)) = reader.next()? {
        for ((i, cell), builder) in record.iter().enumerate().zip(&mut builders) {
            if let Err(what) = builder.add(trim(cell), &missing, decimal) {
                return Err(cell_error(opened, &names[i], &what, line_of(opened, byte)));
            }
        }
        count += 1;
        if count > u32::MAX as usize {
            return Err(Error::input("the table has more than 4294967295 rows").in_file(&name));
        }
    }
    if builders.iter().any(|b| b.foreign) {
        notes.push(Note::new("the text is not all UTF-8: what is not was read as Windows-1252 (Latin-1)"));
    }
    let columns: Vec<Column> = builders
        .into_iter()
        .zip(&names)
        .enumerate()
        .map(|(i, (b, column))| b.finish(column.clone(), said.forced(i), count))
        .collect();
    if spec.header && !names.is_empty() && names.iter().all(|n| super::number::parse(n.as_bytes(), decimal).is_some()) {
        notes.push(Note::new(
            "the first line holds only numbers and was taken for names: say --no-header if it is data",
        ));
    }
    let dialect = Some(Dialect { delimiter, decimal, header: spec.header });
    Ok(Table { name, columns, rows: count, dialect, notes })
}

/// An error about one cell.
fn cell_error(opened: &Opened, column: &str, what: &str, line: Option<usize>) -> Error {
    let e = Error::input(format!("column \"{column}\": {what}")).in_file(opened.source.name());
    let e = match line {
        Some(line) => e.at_line(line),
        None => e,
    };
    if what.ends_with("is no number") || what.ends_with("is infinite") {
        e.help("a word that stands for a missing cell can be named with --missing")
    } else {
        e
    }
}

/// The first pass over at most `limit` rows: what the columns hold, and the number of rows.
fn profile(
    opened: &Opened,
    delimiter: u8,
    header: bool,
    missing: &Missing,
    decimal: Decimal,
    limit: usize,
) -> Result<(Vec<Profile>, usize)> {
    let mut reader = Rows::open(opened, delimiter, header)?;
    let mut profiles = vec![Profile::new(); reader.names.len()];
    let mut count = 0;
    while count < limit
        && let Some((record, byte)) = reader.next()?
    {
        for (cell, profile) in record.iter().zip(&mut profiles) {
            profile.add(trim(cell), byte, missing, decimal);
        }
        count += 1;
    }
    Ok((profiles, count))
}

/// What the spec says about each column of a file.
pub(crate) struct Said {
    ignore: Vec<bool>,
    categorical: Vec<bool>,
    numeric: Vec<bool>,
    weight: Option<usize>,
    target: Option<usize>,
}

impl Said {
    /// Nothing about any of `columns` columns.
    pub fn nothing(columns: usize) -> Self {
        let none = || vec![false; columns];
        Said { ignore: none(), categorical: none(), numeric: none(), weight: None, target: None }
    }

    /// Finds the columns that the spec names.
    pub fn new(names: &[String], file: &str, spec: &DataSpec) -> Result<Self> {
        let find = |name: &String| {
            position(file, names.iter().map(String::as_str), name).map_err(|e| {
                if spec.header { e } else { e.help("without a header the columns are called column_1, column_2, ...") }
            })
        };
        let flags = |wanted: &[String]| -> Result<Vec<bool>> {
            let mut flags = vec![false; names.len()];
            for name in wanted {
                flags[find(name)?] = true;
            }
            Ok(flags)
        };
        let said = Said {
            ignore: flags(&spec.ignore)?,
            categorical: flags(&spec.categorical)?,
            numeric: flags(&spec.numeric)?,
            weight: spec.weight.as_ref().map(find).transpose()?,
            target: spec.target.as_ref().map(find).transpose()?,
        };
        for (i, name) in names.iter().enumerate() {
            let twice = |a: &str, b: &str| Err(Error::input(format!("column \"{name}\" cannot be {a} and {b}")));
            match () {
                () if said.categorical[i] && said.numeric[i] => return twice("categorical", "numeric"),
                () if said.target == Some(i) && said.ignore[i] => return twice("the target", "ignored"),
                () if said.target == Some(i) && said.weight == Some(i) => return twice("the target", "the weight"),
                () if said.weight == Some(i) && said.ignore[i] => return twice("the weight", "ignored"),
                () => {}
            }
        }
        Ok(said)
    }

    /// Whether the user said what column `i` is.
    pub fn forced(&self, i: usize) -> bool {
        self.categorical[i] || self.numeric[i]
    }

    /// How to store column `i`, given what it holds.
    pub fn plan(&self, i: usize, name: &str, p: &Profile, notes: &mut Vec<Note>) -> Result<Plan> {
        if self.weight == Some(i) {
            return Ok(Plan::Weight);
        }
        let kind = if p.whole && p.number { ColumnKind::Integer } else { ColumnKind::Number };
        let number = Plan::Number { kind, narrow: p.number && narrow_is_enough(p.whole, p.min, p.max) };
        let natural = match p.date() {
            _ if p.present == 0 => Plan::Skip(ColumnKind::Text),
            _ if p.number => number,
            _ if p.boolean() => Plan::Boolean,
            Some((format, _)) => Plan::Date(format),
            // The target is stored whatever it holds: an error is to say how many classes it has.
            None if self.target == Some(i) => Plan::Category { cap: usize::MAX },
            None => Plan::Category { cap: LEVELS },
        };
        if self.ignore[i] {
            return Ok(match natural {
                Plan::Number { kind, .. } => Plan::Skip(kind),
                Plan::Boolean => Plan::Skip(ColumnKind::Boolean),
                Plan::Date(_) => Plan::Skip(ColumnKind::Date),
                _ => Plan::Skip(ColumnKind::Category),
            });
        }
        if self.categorical[i] {
            return Ok(Plan::Category { cap: usize::MAX });
        }
        if self.numeric[i] && p.present > 0 {
            // If a cell is no number, storing it says so, with its line.
            return Ok(number);
        }
        if let (Plan::Number { .. }, Some((_, text))) = (natural, &p.infinite) {
            return Err(Error::input(format!("column \"{name}\" holds an infinite number, {text}")).help(format!(
                "take it for a missing cell with --missing {text}, or leave the column out with --ignore"
            )));
        }
        if let (Plan::Date(format), Some((_, true))) = (natural, p.date()) {
            notes.push(Note::about(
                name,
                format!("every date could have day and month swapped; read as {}", format.pattern()),
            ));
        }
        Ok(natural)
    }
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
