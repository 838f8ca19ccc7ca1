//! Fits the encodings that layers for categories request; see [`treino_core::rows::ColumnEncoding`].

use crate::cell::number::Decimal;
use crate::column::column::{Column, ColumnKind, Values};
use crate::column::levels::Levels;
use crate::column::recipe::{Encoding, InputColumn};
use crate::column::stats::level_counts;
use crate::column::table::Table;
use crate::fit::fit::{numeric_fill, seen};
use crate::spec::spec::DataSpec;
use treino_core::rows::{ColumnEncoding, ColumnEncodings, InputLayerColumns};
use treino_core::{Error, Result};

/// The columns that must be read again as categories, because their texts are needed and were not kept.
pub(crate) fn texts(readings: &ColumnEncodings, table: &Table, spec: &DataSpec) -> Vec<String> {
    let mut again = Vec::new();
    for InputLayerColumns { columns, reading, .. } in &readings.requests {
        if matches!(reading, ColumnEncoding::Amounts | ColumnEncoding::Integers(_)) {
            continue;
        }
        for column in table.columns.iter().filter(|c| columns.contains(&c.name)) {
            let lost = matches!(column.kind, ColumnKind::Text | ColumnKind::Boolean | ColumnKind::Date)
                && column.stats.missing < table.rows;
            let said = spec.ignore.iter().chain(&spec.numeric).chain(&spec.target).chain(&spec.weight);
            if lost && !again.contains(&column.name) && !said.into_iter().any(|c| *c == column.name) {
                again.push(column.name.clone());
            }
        }
    }
    again
}

/// The columns that must be read again as numbers: codes of digits only, which a layer uses as integers.
pub(crate) fn codes(readings: &ColumnEncodings, table: &Table) -> Vec<String> {
    let is_code = |column: &&Column| {
        let digits = |level: &String| level.bytes().all(|b| b.is_ascii_digit());
        let levels = if let Values::Category { levels, .. } = &column.values { levels.as_slice() } else { &[] };
        !column.forced && !levels.is_empty() && levels.iter().all(digits)
    };
    let reads = |column: &&Column| {
        let requests = readings.requests.iter().filter(|request| request.columns.contains(&column.name));
        requests.clone().any(|request| matches!(request.reading, ColumnEncoding::Integers(_) | ColumnEncoding::Amounts))
            && requests.clone().all(|request| !matches!(request.reading, ColumnEncoding::Texts(_)))
    };
    table.columns.iter().filter(is_code).filter(reads).map(|column| column.name.clone()).collect()
}

/// The inputs for the requests, in their order.
pub(crate) fn fit(
    readings: &ColumnEncodings,
    table: &Table,
    rows: &[u32],
    not: &[usize],
    spec: &DataSpec,
) -> Result<Vec<InputColumn>> {
    let mut inputs = Vec::new();
    for request in &readings.requests {
        let mut places = Vec::new();
        for name in &request.columns {
            let place = table.position(name)?;
            let why = match () {
                () if not.contains(&place) => "is the target or the weight",
                () if spec.ignore.contains(name) => "is ignored",
                () => {
                    places.push(place);
                    continue;
                }
            };
            let e = format!("\"{}\" reads column \"{name}\", but that {why}", request.layer);
            return Err(Error::input(e).in_file(&table.name));
        }
        let columns: Vec<&Column> = places.iter().map(|p| &table.columns[*p]).collect();
        let encodings = fitted(request, &columns, rows, spec).map_err(|e| e.in_file(&table.name))?;
        for ((column, place), encoding) in columns.iter().zip(places).zip(encodings) {
            inputs.push(InputColumn {
                name: column.name.clone(),
                position: place,
                kind: column.kind,
                narrow: matches!(column.values, Values::Narrow(_)),
                encoding,
                seen: seen(column, rows),
                layer: Some(request.layer.clone()),
            });
        }
    }
    Ok(inputs)
}

/// How each of the columns is encoded.
fn fitted(request: &InputLayerColumns, columns: &[&Column], rows: &[u32], spec: &DataSpec) -> Result<Vec<Encoding>> {
    let all = |encoding: Encoding| vec![encoding; columns.len()];
    let numbers = |column: &Column| matches!(column.values, Values::Narrow(_) | Values::Wide(_));
    let texts = |column: &Column| matches!(column.values, Values::Category { .. });
    let refuse = |column: &Column, reads: &str, help: &str| {
        let e = format!("column \"{}\" is of the kind {}, but \"{}\" {reads}", column.name, column.kind, request.layer);
        Err(Error::input(e).help(help))
    };
    match &request.reading {
        ColumnEncoding::Amounts => {
            if let Some(column) = columns.iter().find(|c| !numbers(c)) {
                return refuse(column, "is read by a layer for numbers", "a string_lookup or embedding reads texts");
            }
            let fill = |column: &&Column| match numeric_fill(column, rows, spec) {
                Some(fill) => Ok(Encoding::Amount { fill }),
                None => Err(nothing(&[column])),
            };
            columns.iter().map(fill).collect()
        }
        ColumnEncoding::Ids if columns.iter().all(|c| numbers(c)) => Ok(all(Encoding::Id)),
        ColumnEncoding::Ids => {
            if let Some(column) = columns.iter().find(|c| !texts(c)) {
                let help = "all columns of one input layer share one numbering; use one input layer for each kind";
                return refuse(column, "is read as categories", help);
            }
            let levels = counted(columns, rows, |level| Some(level.to_string()));
            let least = spec.min_frequency.max(1);
            let mut levels: Vec<(String, usize)> = summed(levels).filter(|(_, times)| *times >= least).collect();
            levels.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            levels.truncate(spec.max_categories);
            if levels.is_empty() {
                return Err(Error::input(format!("no level of {} occurs in {least} training rows", names(columns))));
            }
            Ok(all(Encoding::Level { levels: levels.into_iter().map(|(level, _)| level).collect() }))
        }
        ColumnEncoding::Texts(learnable) => {
            if let Some(column) = columns.iter().find(|c| !texts(c)) {
                let help = "use integer_lookup for whole numbers, or name the column in data.categorical";
                return refuse(column, "is read by a string_lookup", help);
            }
            let lookup = learnable.fitted(counted(columns, rows, |level| Some(level.to_string())).into_iter());
            if lookup.vocabulary.is_empty() { Err(nothing(columns)) } else { Ok(all(Encoding::Text { lookup })) }
        }
        ColumnEncoding::Integers(learnable) => {
            if let Some(column) = columns.iter().find(|c| !numbers(c)) {
                return refuse(column, "is read by an integer_lookup", "use string_lookup for texts");
            }
            whole(columns, "integer_lookup")?;
            let cells = columns.iter().flat_map(|c| rows.iter().map(|r| c.values.number(*r as usize)));
            let lookup = learnable.fitted(cells.filter(|v| !v.is_nan()).map(|v| (v as i64, 1)));
            if lookup.vocabulary.is_empty() { Err(nothing(columns)) } else { Ok(all(Encoding::Integer { lookup })) }
        }
        ColumnEncoding::Bins(hash) => {
            if let Some(column) = columns.iter().find(|c| !texts(c) && !numbers(c)) {
                return refuse(column, "is read by a hashing layer", "name the column in data.categorical");
            }
            whole(columns, "hashing")?;
            Ok(all(Encoding::Bin { hash: hash.clone() }))
        }
    }
}

/// Returns an error for columns of numbers that are not all integers.
fn whole(columns: &[&Column], reader: &str) -> Result<()> {
    match columns.iter().find(|c| c.kind == ColumnKind::Number) {
        Some(column) => {
            let e = format!("column \"{}\" has numbers that are not whole, but {reader} reads whole ones", column.name);
            Err(Error::input(e).help("a discretization layer makes whole numbers of them"))
        }
        None => Ok(()),
    }
}

fn names(columns: &[&Column]) -> String {
    let names: Vec<String> = columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
    format!("column {}", names.join(", "))
}

fn nothing(columns: &[&Column]) -> Error {
    Error::input(format!("{} has no value in the training rows to learn from", names(columns)))
}

/// The levels of columns of categories, and how often each occurs in some rows.
fn counted<T>(columns: &[&Column], rows: &[u32], token: impl Fn(&str) -> Option<T>) -> Vec<(T, usize)> {
    let mut found = Vec::new();
    for column in columns {
        if let Values::Category { codes, levels } = &column.values {
            let counts = level_counts(levels.len(), rows.iter().map(|r| codes[*r as usize]));
            found.extend(levels.iter().zip(counts).filter_map(|(level, times)| Some((token(level)?, times))));
        }
    }
    found
}

/// Merges equal tokens and sums their counts.
fn summed(found: Vec<(String, usize)>) -> impl Iterator<Item = (String, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for (token, times) in found {
        *counts.entry(token).or_default() += times;
    }
    counts.into_iter()
}

/// The encoded value of each level of a column of categories; NaN for a level that is not allowed.
pub(crate) struct EncodedLevels {
    levels: Vec<f32>,
    missing: f32,
}

impl EncodedLevels {
    /// The encoded values of the levels of `column`, given two decimal separators (of the training file, and its own),
    /// under an encoding for a layer; empty for other columns and encodings.
    pub(crate) fn new(encoding: &Encoding, column: &Column, marks: [Decimal; 2]) -> Self {
        let nothing: &[String] = &[];
        let levels = if let Values::Category { levels, .. } = &column.values { levels.as_slice() } else { nothing };
        match encoding {
            Encoding::Level { levels: known } => {
                let known = Levels::new(known, marks);
                let place = |l: &String| known.find(l).map_or(0.0, |at| (at + 1) as f32);
                EncodedLevels { levels: levels.iter().map(place).collect(), missing: 0.0 }
            }
            Encoding::Text { lookup } => {
                let (sorted, known) = (lookup.sorted(), Levels::new(&lookup.vocabulary, marks));
                // A level that is not in the vocabulary is looked up by an equivalent text.
                let same = |l: &String| {
                    known.find(l).map_or_else(|| sorted.index(l), |at| sorted.index(&lookup.vocabulary[at]))
                };
                EncodedLevels { levels: levels.iter().map(same).collect(), missing: lookup.missing() }
            }
            Encoding::Bin { hash } => EncodedLevels {
                levels: levels.iter().map(|l| hash.bin(l.as_bytes()) as f32).collect(),
                missing: hash.bin_of_missing() as f32,
            },
            Encoding::Integer { lookup } => EncodedLevels { levels: Vec::new(), missing: lookup.missing() },
            _ => EncodedLevels { levels: Vec::new(), missing: f32::NAN },
        }
    }

    fn of_code(&self, code: u32) -> f32 {
        if code == Values::MISSING { self.missing } else { self.levels.get(code as usize).copied().unwrap_or(f32::NAN) }
    }

    /// Writes the numbers of one column for some rows, `width` apart. Returns the row of a cell that is not allowed.
    pub(crate) fn fill(
        &self,
        encoding: &Encoding,
        values: &Values,
        rows: &[u32],
        out: &mut [f32],
        width: usize,
    ) -> Result<(), u32> {
        let mut each = |number: &dyn Fn(usize) -> f32| {
            for (row, out) in rows.iter().zip(out.chunks_mut(width)) {
                out[0] = number(*row as usize);
                if !out[0].is_finite() {
                    return Err(*row);
                }
            }
            Ok(())
        };
        // A missing number, a number that is not an integer, or the encoded value.
        let whole = |number: f64, becomes: &dyn Fn(i64) -> f32| match () {
            () if number.is_nan() => self.missing,
            () if number.fract() != 0.0 => f32::NAN,
            () => becomes(number as i64),
        };
        match (encoding, values) {
            (_, Values::Category { codes, .. }) => each(&|row| self.of_code(codes[row])),
            (Encoding::Amount { fill }, _) => each(&|row| {
                let number = values.number(row);
                (if number.is_nan() { *fill } else { number }) as f32
            }),
            (Encoding::Integer { lookup }, _) => {
                let sorted = lookup.sorted();
                each(&|row| whole(values.number(row), &|number| sorted.index(&number)))
            }
            (Encoding::Bin { hash }, _) => {
                each(&|row| whole(values.number(row), &|number| hash.bin_of_number(number) as f32))
            }
            _ => each(&|row| values.number(row) as f32),
        }
    }
}

/// The error message for a cell that [`EncodedLevels::fill`] rejects.
pub(crate) fn refused(input: &InputColumn, values: &Values, row: u32, file: &str) -> Error {
    let (name, at) = (&input.name, u64::from(row) + 1);
    let missing = values.is_missing(row as usize);
    let number = values.number(row as usize);
    let (what, help) = match (&input.encoding, values) {
        (_, Values::Category { codes, levels }) if !missing => {
            let level = levels.get(codes[row as usize] as usize).map_or("", String::as_str);
            (format!("\"{level}\" in row {at} is not in the vocabulary"), "give the lookup num_oov_indices = 1")
        }
        (Encoding::Id, _) if missing => {
            (format!("the cell in row {at} is missing"), "an integer_lookup takes missing cells")
        }
        (Encoding::Id | Encoding::Amount { .. }, _) => {
            (format!("{number} in row {at} is too large"), "divide by something")
        }
        _ if missing => {
            (format!("the cell in row {at} is missing"), "give the lookup num_oov_indices = 1 or a mask_token")
        }
        _ if number.fract() != 0.0 => {
            (format!("{number} in row {at} is not a whole number"), "the layer reads whole ones")
        }
        _ => (format!("{number} in row {at} is not in the vocabulary"), "give the lookup num_oov_indices = 1"),
    };
    Error::input(format!("column \"{name}\": {what}")).in_file(file).help(help)
}
