//! The results of a study for other programs: JSON, Parquet, and the journal of Optuna.

use super::study_content::StudyContent;
use crate::report::{FigureCell, FigureTable};
use crate::statistics::{interval95, mean};
use crate::study::Config;
use crate::study::search::{Domain, IntScale};
use serde_json::{Map, Value, json};
use treino_core::error::Result;

/// The table as a list of JSON objects, one per row; an empty cell is `null`.
pub fn json_rows(table: &FigureTable) -> String {
    let cell = |cell: &FigureCell| match cell {
        FigureCell::Number(x) if x.fract() == 0.0 && x.abs() < 9e15 => json!(*x as i64),
        FigureCell::Number(x) if x.is_finite() => json!(x),
        FigureCell::Number(x) => json!(x.to_string()),
        FigureCell::Text(text) => json!(text),
        FigureCell::Empty => Value::Null,
    };
    let row = |row: &Vec<FigureCell>| {
        let cells = table.head.iter().zip(row).map(|(name, one)| (name.clone(), cell(one)));
        format!("  {}", Value::Object(cells.collect::<Map<String, Value>>()))
    };
    let rows: Vec<String> = table.rows.iter().map(row).collect();
    format!("[\n{}\n]\n", rows.join(",\n"))
}

/// The table as a Parquet file: columns of numbers are doubles, all others texts; an empty cell is null.
///
/// # Errors
/// A table of this kind cannot cause one.
#[cfg(feature = "parquet")]
pub fn parquet(table: &FigureTable) -> Result<Vec<u8>> {
    use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::types::Type;
    use std::sync::Arc;
    use treino_core::error::{Error, Kind};

    let is_number = |column: usize| table.rows.iter().all(|row| !matches!(row[column], FigureCell::Text(_)));
    let write = || -> parquet::errors::Result<Vec<u8>> {
        let field = |(column, name): (usize, &String)| {
            let (physical, logical) = match is_number(column) {
                true => (Physical::DOUBLE, None),
                false => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            };
            let built = Type::primitive_type_builder(name, physical)
                .with_logical_type(logical)
                .with_repetition(Repetition::OPTIONAL)
                .build();
            built.map(Arc::new)
        };
        let fields = table.head.iter().enumerate().map(field).collect::<parquet::errors::Result<_>>()?;
        let schema = Arc::new(Type::group_type_builder("study").with_fields(fields).build()?);
        let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
        let mut file = SerializedFileWriter::new(Vec::new(), schema, properties)?;
        let mut group = file.next_row_group()?;
        let mut column = 0;
        while let Some(mut writer) = group.next_column()? {
            let cells = || table.rows.iter().map(|row| &row[column]);
            let there: Vec<i16> = cells().map(|cell| i16::from(*cell != FigureCell::Empty)).collect();
            if is_number(column) {
                let number = |cell: &FigureCell| if let FigureCell::Number(x) = cell { Some(*x) } else { None };
                let numbers: Vec<f64> = cells().filter_map(number).collect();
                writer.typed::<DoubleType>().write_batch(&numbers, Some(&there), None)?;
            } else {
                let text = |cell: &FigureCell| match cell {
                    FigureCell::Number(x) => Some(ByteArray::from(x.to_string().into_bytes())),
                    FigureCell::Text(text) => Some(ByteArray::from(text.clone().into_bytes())),
                    FigureCell::Empty => None,
                };
                let texts: Vec<ByteArray> = cells().filter_map(text).collect();
                writer.typed::<ByteArrayType>().write_batch(&texts, Some(&there), None)?;
            }
            writer.close()?;
            column += 1;
        }
        group.close()?;
        file.into_inner()
    };
    write().map_err(|e| Error::new(Kind::Io, format!("cannot write Parquet: {e}")).caused_by(e))
}

/// Operations of Optuna's journal.
const CREATE_STUDY: u8 = 0;
const SET_STUDY_USER_ATTR: u8 = 2;
const CREATE_TRIAL: u8 = 4;

/// States of Optuna's trials.
const COMPLETE: u8 = 1;
const PRUNED: u8 = 2;
const FAIL: u8 = 3;

/// The study as a journal that Optuna's `JournalStorage(JournalFileBackend(path))` can open (with the operations of
/// Optuna 3.1 and later): a config is a trial, whose value is the mean over its seeds and whose intermediate values are
/// the mean curve. The values of the seeds, their standard deviation and the confirmation are user attributes.
///
/// A study stores no clock times, so trials start one after another from the beginning of 1970, with their true
/// durations.
///
/// # Errors
/// Returns an error for a study that this program did not write.
pub fn optuna_journal(content: &StudyContent, name: &str) -> Result<String> {
    let spec = content.study_spec()?;
    let course = content.course();
    let dimensions = spec.space.dimensions();
    let mut lines = Vec::new();
    let mut line = |operation: u8, mut value: Value| {
        value["op_code"] = operation.into();
        value["worker_id"] = "treino".into();
        lines.push(value.to_string());
    };
    let direction = if course.more_is_better { 2 } else { 1 };
    line(CREATE_STUDY, json!({ "study_name": name, "directions": [direction] }));
    line(SET_STUDY_USER_ATTR, json!({ "study_id": 0, "user_attr": { "objective": course.objective } }));
    let mut clock = 0.0;
    for config in &course.configs {
        let (mut distributions, mut params) = (Map::new(), Map::new());
        for (dimension, entry) in dimensions.iter().zip(&config.point) {
            if let Some(entry) = entry {
                let (kind, attributes) = distribution(&dimension.domain, &dimension.words());
                let distribution = json!({ "name": kind, "attributes": attributes }).to_string();
                distributions.insert(dimension.name.clone(), distribution.into());
                params.insert(dimension.name.clone(), json!(entry));
            }
        }
        let values: Vec<f64> = config.runs.iter().filter_map(|(_, run)| run.outcome.number()).collect();
        let is_whole = values.len() == config.runs.len() && !values.is_empty();
        let state = match is_whole {
            true if config.was_pruned() => PRUNED,
            true => COMPLETE,
            false => FAIL,
        };
        let confirmed: Vec<f64> = config.confirmed.iter().filter_map(|(_, run)| run.value()).collect();
        let mut attributes = json!({ "seeds": config.runs.len(), "diverged": config.diverged(), "values": values });
        if values.len() > 1 {
            attributes["sd"] = interval95(&values).sd.into();
        }
        if !confirmed.is_empty() {
            attributes["confirmed"] = mean(&confirmed).into();
        }
        let seconds: f64 = config.all().map(|(_, run)| run.seconds).sum();
        let mut trial = json!({
            "study_id": 0, "datetime_start": time(clock), "datetime_complete": time(clock + seconds), "state": state,
            "value": if is_whole { json!(mean(&values)) } else { Value::Null }, "values": Value::Null,
            "distributions": distributions, "params": params, "user_attrs": attributes, "system_attrs": {},
        });
        trial["intermediate_values"] = Value::Object(curve(config, &course.objective));
        clock += seconds;
        line(CREATE_TRIAL, trial);
    }
    Ok(lines.join("\n") + "\n")
}

/// Kind and attributes of Optuna's distribution for a domain. A range with an exact 0 starts there and is linear, and
/// so are powers of two, because Optuna supports neither.
fn distribution(domain: &Domain, words: &[String]) -> (&'static str, Value) {
    match domain {
        Domain::Choices(_) => ("CategoricalDistribution", json!({ "choices": words })),
        Domain::Float { low, high, log, zero } => {
            let low = if *zero > 0.0 { low.min(0.0) } else { *low };
            let log = *log && *zero == 0.0;
            ("FloatDistribution", json!({ "step": null, "low": low, "high": high, "log": log }))
        }
        Domain::Int { low, high, scale } => {
            let log = *scale != IntScale::Linear;
            ("IntDistribution", json!({ "step": 1, "low": low, "high": high, "log": log }))
        }
    }
}

/// The mean over the seeds after each epoch that all of them reached.
fn curve(config: &Config, objective: &str) -> Map<String, Value> {
    let curves: Vec<&Vec<f32>> = config
        .runs
        .iter()
        .filter_map(|(_, run)| run.curves.iter().find(|(name, _)| name == objective).map(|(_, curve)| curve))
        .collect();
    let epochs = curves.iter().map(|curve| curve.len()).min().unwrap_or(0);
    let at = |epoch: usize| mean(&curves.iter().map(|curve| f64::from(curve[epoch])).collect::<Vec<_>>());
    (0..epochs).map(|epoch| ((epoch + 1).to_string(), at(epoch).into())).collect()
}

/// The time this many seconds after the beginning of 1970, in UTC.
fn time(seconds: f64) -> String {
    let micros = (seconds * 1e6) as u64;
    let (whole, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (days, rest) = (whole / 86_400, whole % 86_400);
    let (mut year, mut day) = (1970, days);
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    let (month, day) = (month + 1, day + 1);
    format!("{year}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{micros:06}+00:00", rest / 3600, rest / 60 % 60, rest % 60)
}
