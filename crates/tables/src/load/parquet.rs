//! Parquet files, column by column, through the low-level readers of the `parquet` crate.
//!
//! Each column is read twice, as for a CSV file: for its type, and to be stored. Numbers, booleans, dates and
//! timestamps keep their type; decimals become numbers; texts are typed like the cells of a CSV file. Lists and structs
//! give an error with their name.

use crate::cell::date::DAY;
use crate::cell::number::Decimal;
use crate::cell::text::composed;
use crate::column::caught::caught;
use crate::column::cell::{Missing, trim};
use crate::column::column::{Column, ColumnKind};
use crate::column::stats::Odd;
use crate::column::storage_type::{ColumnBuilder, StorageType, TypedCell};
use crate::column::table::Table;
use crate::load::column_overrides::ColumnOverrides;
use crate::load::doubts;
use crate::load::load::ReadOptions;
use crate::load::mark::NewFile;
use crate::load::profile::{ColumnScan, decide_decimal};
use crate::source::csv_format;
use crate::source::source::{OpenedTable, TableSource};
use crate::spec::note::Note;
use crate::spec::spec::DataSpec;
use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{AsBytes, DataType};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;
use std::fs::File;
use treino_core::{Error, Result};

/// The meaning of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
enum CellMeaning {
    /// The value divided by this; an unsigned integer if `unsigned`.
    Number {
        divisor: f64,
        unsigned: bool,
    },
    /// The number of units per second, or days if 0.
    Time {
        per_second: i64,
    },
    Text,
    /// Bytes that are not supported.
    Unknown,
}

/// The number of values that are decoded at once.
const BATCH: usize = 4096;

/// The names of the columns of a file.
pub(crate) fn names(opened: &OpenedTable) -> Result<Vec<String>> {
    unless_damaged(opened, || Ok(top_names(&open(opened)?)))
}

/// Reads a table.
pub(crate) fn load(opened: &OpenedTable, spec: &DataSpec, wanted: &ReadOptions) -> Result<Table> {
    unless_damaged(opened, || load_columns(opened, spec, wanted))
}

/// The result of `work`. The reader panics on some damaged files.
fn unless_damaged<T>(opened: &OpenedTable, work: impl FnOnce() -> Result<T>) -> Result<T> {
    caught(work).unwrap_or_else(|why| Err(damaged(opened, &ParquetError::General(why))))
}

fn top_names(reader: &SerializedFileReader<File>) -> Vec<String> {
    let schema = reader.metadata().file_metadata().schema();
    schema.get_fields().iter().map(|f| composed(f.name())).collect()
}

fn open(opened: &OpenedTable) -> Result<SerializedFileReader<File>> {
    let TableSource::Path(path) = &opened.source else {
        return Err(Error::input("a Parquet file cannot be read from a pipe: it is read from its end")
            .in_file(opened.source.name())
            .help("save it to a file first"));
    };
    let file = File::open(path).map_err(|e| Error::io("read", path, &e))?;
    SerializedFileReader::new(file).map_err(|e| damaged(opened, &e))
}

fn damaged(opened: &OpenedTable, cause: &ParquetError) -> Error {
    let cause = cause.to_string();
    let why = cause.strip_prefix("Parquet error: ").unwrap_or(&cause);
    Error::input(format!("the Parquet file cannot be read: {why}")).in_file(opened.source.name())
}

fn load_columns(opened: &OpenedTable, spec: &DataSpec, wanted: &ReadOptions) -> Result<Table> {
    let reader = open(opened)?;
    let name = opened.source.name();
    let names = top_names(&reader);
    for (i, column) in names.iter().enumerate() {
        if names[..i].contains(column) {
            return Err(Error::input(format!("two columns are called \"{column}\"")).in_file(&name));
        }
    }
    let spec = &spec.for_columns(&names);
    let said = match &wanted.plans {
        Some(_) => ColumnOverrides::nothing(names.len()),
        None => ColumnOverrides::new(&names, &name, spec, |_| Vec::new())?,
    };
    let rows = usize::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(usize::MAX);
    if rows > u32::MAX as usize {
        return Err(Error::input("the table has more than 4294967295 rows").in_file(&name));
    }
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let file = Texts { opened, reader: &reader, spec, names: &names };
    let mut notes = Vec::new();
    let (decimal, profiles) = file.decimal(wanted, &mut notes)?;
    let missing = Missing::of_columns(spec, &names, decimal);
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    for (i, (column, profile)) in names.iter().zip(profiles).enumerate() {
        let missing = &missing[i];
        let given = wanted.plans.as_ref().map(|plans| plans.iter().find(|p| p.position == i).map(|p| p.plan));
        let skipped = StorageType::Skip(ColumnKind::Text);
        let (plan, leaf) = match (file.leaf(i), given) {
            (_, Some(None)) => (skipped, None),
            (None, None) if said.ignored(i) => (skipped, None),
            (None, _) => {
                return Err(Error::input(format!("column \"{column}\" holds lists or structs, which are not read"))
                    .in_file(&name)
                    .help("leave it out with `data.ignore`, or spread it over plain columns"));
            }
            (Some(leaf), Some(Some(plan))) => (plan, Some(leaf)),
            (Some(leaf), None) => {
                let plan = said.plan(i, column, &profile, &mut notes).map_err(|e| {
                    let row = profile.infinite.as_ref().map_or(0, |(row, _)| *row);
                    e.in_file(&name).help(format!("it is in row {}", row + 1))
                })?;
                if !said.forced(i) && !said.ignored(i) {
                    let planned = doubts::CheckedColumn {
                        name: column,
                        profile: &profile,
                        plan,
                        is_target: said.is_target(i),
                        odd: odd(&profile),
                        decimal,
                    };
                    notes.extend(doubts::notes(&planned, &|row| format!(" (row {})", row + 1)));
                }
                (plan, Some(leaf))
            }
        };
        let mut builder = ColumnBuilder::new(plan, rows);
        if let Some(leaf) = leaf {
            if meaning(&schema.column(leaf)) == CellMeaning::Unknown {
                notes.push(Note::about(column, "bytes of a type that is not read, taken as missing"));
            }
            let mut count = 0;
            each_cell(opened, &reader, leaf, &mut |row, cell| {
                count += 1;
                let added = match cell {
                    TypedCell::Text(text) => builder.add(trim(text), missing, decimal),
                    other => builder.add_cell(other, missing),
                };
                added.map_err(|what| {
                    Error::input(format!("column \"{column}\", row {}: {what}", row + 1)).in_file(&name)
                })
            })?;
            if count != rows {
                return Err(Error::input(format!(
                    "the Parquet file is damaged: column \"{column}\" has {count} rows of {rows}"
                ))
                .in_file(&name));
            }
        }
        columns.push(builder.finish(column.clone(), said.forced(i), rows));
    }
    if columns.is_empty() {
        return Err(Error::input("the Parquet file has no columns").in_file(&name));
    }
    Ok(Table { name, columns, rows, dialect: None, notes })
}

/// The columns of a file as texts, whose numbers may have either decimal separator.
struct Texts<'a> {
    opened: &'a OpenedTable,
    reader: &'a SerializedFileReader<File>,
    spec: &'a DataSpec,
    names: &'a [String],
}

impl Texts<'_> {
    /// The index of the leaf column with the values of a column; `None` for lists and structs.
    fn leaf(&self, column: usize) -> Option<usize> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let mut leaves = (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == column);
        let plain = |leaf: &usize| {
            let leaf = schema.column(*leaf);
            leaf.path().parts().len() == 1 && leaf.max_rep_level() == 0
        };
        leaves.next().filter(plain)
    }

    /// Whether a column holds texts.
    fn is_text(&self, column: usize) -> bool {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        self.leaf(column).is_some_and(|leaf| meaning(&schema.column(leaf)) == CellMeaning::Text)
    }

    /// The profiles of the columns that `wanted` names (of all without plans), under a decimal separator.
    fn profiles(&self, wanted: &ReadOptions, decimal: Decimal) -> Result<Vec<ColumnScan>> {
        let is_wanted = |i: usize| match &wanted.plans {
            Some(plans) => self.is_text(i) && plans.iter().any(|p| p.position == i),
            None => true,
        };
        let profile = |(i, missing): (usize, &Missing)| {
            let mut profile = ColumnScan::new();
            profile.typed = self.is_text(i);
            if let Some(leaf) = self.leaf(i).filter(|_| is_wanted(i)) {
                each_cell(self.opened, self.reader, leaf, &mut |row, cell| {
                    add_to_profile(&mut profile, row, cell, missing, decimal);
                    Ok(())
                })?;
            }
            profile.finish();
            Ok(profile)
        };
        Missing::of_columns(self.spec, self.names, decimal).iter().enumerate().map(profile).collect()
    }

    /// The decimal separator of the texts, and the profiles under it.
    fn decimal(&self, wanted: &ReadOptions, notes: &mut Vec<Note>) -> Result<(Decimal, Vec<ColumnScan>)> {
        let names = self.names;
        let decimal = match (csv_format::decimal(self.spec), &wanted.plans) {
            (Some(given), _) => given,
            (None, Some(planned)) => {
                let new = NewFile { names, delimiter: None, planned, training: wanted.decimal };
                let found = new.decimal(|decimal| self.profiles(wanted, decimal), notes);
                let decimal = found.map_err(|e| e.in_file(self.opened.source.name()))?;
                return Ok((decimal, vec![ColumnScan::new(); names.len()]));
            }
            (None, None) => {
                let profiles = self.profiles(wanted, Decimal::Point)?;
                match decide_decimal(&profiles, Decimal::Point, b',') {
                    Decimal::Point => return Ok((Decimal::Point, profiles)),
                    Decimal::Comma => Decimal::Comma,
                }
            }
        };
        Ok((decimal, self.profiles(wanted, decimal)?))
    }
}

/// In a column of almost only numbers, the first text that is not a number.
fn odd(profile: &ColumnScan) -> Option<Odd> {
    let (numbers, _, odd) = profile.almost_numbers()?;
    Some(Odd { numbers, present: profile.present, cell: odd.to_string(), line: None })
}

fn add_to_profile(profile: &mut ColumnScan, row: u64, cell: TypedCell, missing: &Missing, decimal: Decimal) {
    match cell {
        TypedCell::Missing => {}
        TypedCell::Number(v) => profile.add_number(v, row, missing),
        TypedCell::Long(v) => profile.add(v.to_string().as_bytes(), row, missing, Decimal::Point),
        TypedCell::Boolean(b) => profile.add(if b { b"true" } else { b"false" }, row, missing, decimal),
        TypedCell::Time(_) => profile.add(b"1970-01-01", row, missing, decimal),
        TypedCell::Text(text) => profile.add(trim(text), row, missing, decimal),
    }
}

fn meaning(column: &ColumnDescriptor) -> CellMeaning {
    let number = |divisor| CellMeaning::Number { divisor, unsigned: false };
    let decimal = |scale: i32| (0..scale.clamp(0, 300)).fold(1.0, |d, _| d * 10.0);
    let bytes = matches!(column.physical_type(), Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY);
    match column.logical_type_ref() {
        Some(LogicalType::Date) => return CellMeaning::Time { per_second: 0 },
        Some(LogicalType::Timestamp(t)) => {
            let per_second = match t.unit {
                TimeUnit::MILLIS => 1000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            };
            return CellMeaning::Time { per_second };
        }
        Some(LogicalType::Decimal(d)) => return number(decimal(d.scale)),
        Some(LogicalType::Integer(int)) => return CellMeaning::Number { divisor: 1.0, unsigned: !int.is_signed },
        Some(LogicalType::String | LogicalType::Enum | LogicalType::Json) => return CellMeaning::Text,
        Some(_) if bytes => return CellMeaning::Unknown,
        _ => {}
    }
    use ConvertedType as C;
    match column.converted_type() {
        C::DATE => CellMeaning::Time { per_second: 0 },
        C::TIMESTAMP_MILLIS => CellMeaning::Time { per_second: 1000 },
        C::TIMESTAMP_MICROS => CellMeaning::Time { per_second: 1_000_000 },
        C::DECIMAL => number(decimal(column.type_scale())),
        C::UINT_8 | C::UINT_16 | C::UINT_32 | C::UINT_64 => CellMeaning::Number { divisor: 1.0, unsigned: true },
        _ if column.physical_type() == Physical::FIXED_LEN_BYTE_ARRAY => CellMeaning::Unknown,
        _ if bytes => CellMeaning::Text,
        _ => number(1.0),
    }
}

type Sink<'s> = dyn FnMut(u64, TypedCell) -> Result<()> + 's;

/// Passes every cell of a column to `sink`, with its row.
fn each_cell(opened: &OpenedTable, reader: &SerializedFileReader<File>, leaf: usize, sink: &mut Sink) -> Result<()> {
    let mut row = 0;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).map_err(|e| damaged(opened, &e))?;
        let column = group.metadata().schema_descr().column(leaf);
        let (deepest, meaning) = (column.max_def_level(), meaning(&column));
        let whole = |v: i128, divisor: f64| match v.unsigned_abs() {
            // Double precision would change the number.
            long if divisor == 1.0 && long > 1 << 53 => TypedCell::Long(v),
            _ => TypedCell::Number(v as f64 / divisor),
        };
        let integer = |v: i64, unsigned: u64| match meaning {
            CellMeaning::Number { divisor, unsigned: true } => whole(unsigned.into(), divisor),
            CellMeaning::Number { divisor, .. } => whole(v.into(), divisor),
            CellMeaning::Time { per_second: 0 } => v.checked_mul(DAY).map_or(TypedCell::Missing, TypedCell::Time),
            CellMeaning::Time { per_second } => TypedCell::Time(v.div_euclid(per_second)),
            CellMeaning::Text | CellMeaning::Unknown => TypedCell::Missing,
        };
        let mut pass = ColumnPass { opened, deepest, row: &mut row, sink: &mut *sink };
        match group.get_column_reader(leaf).map_err(|e| damaged(opened, &e))? {
            ColumnReader::BoolColumnReader(r) => pass.run(r, |v| TypedCell::Boolean(*v)),
            ColumnReader::Int32ColumnReader(r) => pass.run(r, |v| integer(i64::from(*v), u64::from(*v as u32))),
            ColumnReader::Int64ColumnReader(r) => pass.run(r, |v| integer(*v, *v as u64)),
            ColumnReader::Int96ColumnReader(r) => pass.run(r, |v| TypedCell::Time(v.to_seconds())),
            ColumnReader::FloatColumnReader(r) => pass.run(r, |v| TypedCell::Number(f64::from(*v))),
            ColumnReader::DoubleColumnReader(r) => pass.run(r, |v| TypedCell::Number(*v)),
            ColumnReader::ByteArrayColumnReader(r) => pass.run(r, |v| bytes(v.as_bytes(), meaning)),
            ColumnReader::FixedLenByteArrayColumnReader(r) => pass.run(r, |v| bytes(v.as_bytes(), meaning)),
        }?;
    }
    Ok(())
}

/// A value of bytes: a text, or a decimal as a signed big-endian integer.
fn bytes(value: &[u8], meaning: CellMeaning) -> TypedCell<'_> {
    match meaning {
        CellMeaning::Text => TypedCell::Text(value),
        CellMeaning::Number { divisor, .. } if !value.is_empty() => {
            let sign = if value[0] & 0x80 != 0 { -1.0 } else { 0.0 };
            TypedCell::Number(value.iter().fold(sign, |v, b| v * 256.0 + f64::from(*b)) / divisor)
        }
        _ => TypedCell::Missing,
    }
}

/// A pass over one column of one row group.
struct ColumnPass<'p, 's> {
    opened: &'p OpenedTable,
    /// The definition level of a value that is present.
    deepest: i16,
    row: &'p mut u64,
    sink: &'p mut Sink<'s>,
}

impl ColumnPass<'_, '_> {
    fn run<T: DataType>(
        &mut self,
        mut reader: ColumnReaderImpl<T>,
        cell: impl for<'v> Fn(&'v T::T) -> TypedCell<'v>,
    ) -> Result<()> {
        let (mut values, mut levels) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
        loop {
            values.clear();
            levels.clear();
            let (records, _, _) = reader
                .read_records(BATCH, Some(&mut levels), None, &mut values)
                .map_err(|e| damaged(self.opened, &e))?;
            if records == 0 {
                return Ok(());
            }
            let mut next = values.iter();
            for i in 0..records {
                // A column without missing cells has no levels.
                let there = self.deepest == 0 || levels.get(i) == Some(&self.deepest);
                let found = if there { next.next().map_or(TypedCell::Missing, &cell) } else { TypedCell::Missing };
                (self.sink)(*self.row, found)?;
                *self.row += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Values, prepare, read};
    use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
    use ::parquet::schema::parser::parse_message_type;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    fn write(folder: &Path, schema: &str, groups: usize, fill: fn(&mut SerializedRowGroupWriter<File>)) -> PathBuf {
        let path = folder.join("t.parquet");
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let properties = Arc::new(WriterProperties::builder().build());
        let mut writer = SerializedFileWriter::new(File::create(&path).unwrap(), schema, properties).unwrap();
        for _ in 0..groups {
            let mut group = writer.next_row_group().unwrap();
            fill(&mut group);
            group.close().unwrap();
        }
        writer.close().unwrap();
        path
    }

    fn column<T: DataType>(group: &mut SerializedRowGroupWriter<File>, values: &[T::T], levels: Option<&[i16]>) {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<T>().write_batch(values, levels, None).unwrap();
        column.close().unwrap();
    }

    const SCHEMA: &str = "message m {
        required int32 whole; optional double number; required boolean flag; optional binary word (utf8);
        required int32 day (date); required int64 at (timestamp(millis, true)); required int32 price (decimal(9, 2));
        required binary big (decimal(20, 1)); required int64 wide (integer(64, false)); }";

    fn fill(group: &mut SerializedRowGroupWriter<File>) {
        column::<Int32Type>(group, &[1, 2, -3, 4], None);
        column::<DoubleType>(group, &[0.5, f64::NAN, 2.5], Some(&[1, 0, 1, 1]));
        column::<BoolType>(group, &[true, false, true, false], None);
        let words = ["b", "a", "b"].map(ByteArray::from);
        column::<ByteArrayType>(group, &words, Some(&[1, 1, 1, 0]));
        column::<Int32Type>(group, &[0, 1, 2, 18_266], None);
        column::<Int64Type>(group, &[1500, -1, 0, 86_400_000], None);
        column::<Int32Type>(group, &[150, 275, -5, 0], None);
        column::<ByteArrayType>(group, &[vec![0xff], vec![1, 0], vec![0], vec![5]].map(ByteArray::from), None);
        column::<Int64Type>(group, &[-1, 0, 1, 2], None);
    }

    #[test]
    fn every_type_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), SCHEMA, 2, fill);
        let t = Table::read(&path).unwrap();
        assert_eq!(t.rows, 8);
        use ColumnKind::*;
        // The last column has an integer that double precision would change.
        let kinds = [Integer, Number, Boolean, Category, Date, Date, Number, Number, Category];
        assert_eq!(t.columns.iter().map(|c| c.kind).collect::<Vec<_>>(), kinds);
        let numbers = |name: &str| (0..4).map(|r| t.column(name).unwrap().values.number(r)).collect::<Vec<_>>();
        assert_eq!(numbers("whole"), [1.0, 2.0, -3.0, 4.0]);
        assert_eq!((numbers("number")[0], t.columns[1].stats.missing), (0.5, 4));
        assert_eq!(numbers("flag"), [1.0, 0.0, 1.0, 0.0]);
        assert_eq!(t.columns[3].stats.top, [("b".to_string(), 4), ("a".to_string(), 2)]);
        assert_eq!(numbers("day"), [0.0, 86_400.0, 172_800.0, 18_266.0 * 86_400.0]);
        assert_eq!(numbers("at"), [1.0, -1.0, 0.0, 86_400.0]);
        assert_eq!(numbers("price"), [1.5, 2.75, f64::from(-0.05f32), 0.0]);
        assert_eq!(numbers("big"), [f64::from(-0.1f32), f64::from(25.6f32), 0.0, 0.5]);
        assert_eq!(t.columns[8].stats.top[2], ("18446744073709551615".to_string(), 2));
        let spec = DataSpec { categorical: vec!["whole".into()], ignore: vec!["day".into()], ..DataSpec::default() };
        let t = read(&TableSource::Path(path), &spec).unwrap();
        assert_eq!(t.columns[0].stats.top[0], ("-3".to_string(), 2));
        assert_eq!(t.columns[4].values, Values::Absent);
    }

    #[test]
    fn a_recipe_is_fitted_and_applied_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), SCHEMA, 10, fill);
        let spec = DataSpec { validation_split: 0.0, test_split: 0.0, ..DataSpec::new(path.to_str().unwrap(), "flag") };
        let p = prepare(&spec).unwrap();
        assert_eq!((p.train.len(), p.target.classes.len()), (40, 2));
        let (again, _) =
            p.recipe.encode_with_targets(&[&p.target], &TableSource::Path(path), &spec, &mut Vec::new()).unwrap();
        assert_eq!(again, p.train);
        // A CSV file with the same columns gives the same result.
        let text = "whole,number,word,day,at,price,big,wide\n1,0.5,b,1970-01-01,1970-01-01T00:00:01,1.5,-0.1,18446744073709551615\n";
        let x = p.recipe.encode(&TableSource::text("x.csv", text), &spec, &mut Vec::new()).unwrap();
        assert_eq!(x.row(0), p.train.x.row(0));
    }

    #[test]
    fn no_changed_byte_makes_it_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), SCHEMA, 1, fill);
        let bytes = std::fs::read(&path).unwrap();
        for at in 4..bytes.len() {
            for flip in [1, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                std::fs::write(&path, &changed).unwrap();
                let _ = Table::read(&path);
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let nested = "message m { required int32 a; required group b { required int32 c; } }";
        let path = write(folder.path(), nested, 1, |g| {
            column::<Int32Type>(g, &[1, 2], None);
            column::<Int32Type>(g, &[1, 2], None);
        });
        let e = Table::read(&path).unwrap_err();
        assert!(e.message().contains("\"b\" holds lists or structs"), "{e}");
        let spec = DataSpec { ignore: vec!["b".into()], ..DataSpec::default() };
        assert_eq!(read(&TableSource::Path(path.clone()), &spec).unwrap().rows, 2);
        let bytes = std::fs::read(&path).unwrap();
        for end in [4, 10, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..end]).unwrap();
            assert!(Table::read(&path).unwrap_err().message().contains("cannot be read"));
        }
        let path = write(folder.path(), "message m { required double a; }", 1, |g| {
            column::<DoubleType>(g, &[1.0, f64::INFINITY], None);
        });
        let e = Table::read(&path).unwrap_err();
        assert!(e.message().contains("infinite") && e.to_string().contains("row 2"), "{e}");
        // Files with damage that makes the reader panic: one changed byte each.
        for damaged in ["negative-start", "dict-decoder"] {
            let path = format!("{}/tests/damaged/{damaged}.parquet", env!("CARGO_MANIFEST_DIR"));
            let e = Table::read(path).unwrap_err();
            assert!(e.message().starts_with("the Parquet file cannot be read"), "{e}");
        }
        let piped = TableSource::Bytes { name: "pipe".into(), bytes: bytes.into() };
        assert!(read(&piped, &DataSpec::default()).unwrap_err().message().contains("pipe"));
    }
}
