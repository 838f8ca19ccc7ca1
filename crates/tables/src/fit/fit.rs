//! Fits a recipe on the training rows.

use crate::cell::date::{DAY, parts};
use crate::cell::number::dress;
use crate::column::column::{Column, ColumnKind, Values};
use crate::column::recipe::{
    Encoding, InputColumn, LeftOut, LeftOutReason, NumberUnit, ReasonText, Recipe, Standardization, TrainingRange,
};
use crate::column::stats::{ColumnStats, level_counts, moments};
use crate::column::table::Table;
use crate::fit::column_encoding;
use crate::spec::note::Note;
use crate::spec::spec::DataSpec;
use crate::{Impute, RecipeMode, Scaling};
use treino_core::rows::ColumnEncodings;
use treino_core::{Error, Result};

/// The recipe for a table, from its training rows only. `targets` and `weight` are the columns that are not inputs.
///
/// # Errors
/// Returns an error if no column is left, or if columns are to be used as they are and one does not hold numbers.
pub(crate) fn fit(
    table: &Table,
    rows: &[u32],
    targets: &[usize],
    weight: Option<usize>,
    spec: &DataSpec,
    readings: &ColumnEncodings,
    notes: &mut Vec<Note>,
) -> Result<Recipe> {
    let mut recipe =
        Recipe::new(table.dialect.is_none_or(|d| d.header), table.columns.len(), targets[0], &targets[1..]);
    recipe.decimal = table.dialect.map(|d| d.decimal);
    recipe.missing = spec.missing.clone();
    let is_input = |position: usize, column: &Column| {
        !targets.contains(&position) && Some(position) != weight && !spec.ignore.contains(&column.name)
    };
    let alone = table.columns.iter().enumerate().filter(|(i, column)| is_input(*i, column)).count() == 1;
    for (position, column) in table.columns.iter().enumerate() {
        if targets.contains(&position) || Some(position) == weight || readings.takes(&column.name) {
            continue;
        }
        let found = if spec.ignore.contains(&column.name) {
            Err(ReasonText::new(LeftOutReason::Asked, "ignored"))
        } else if readings.skips(&column.name) {
            Err(ReasonText::new(LeftOutReason::Unread, "no layer reads it"))
        } else if spec.recipe == RecipeMode::None {
            Ok(as_is(column, table)?)
        } else {
            encoding(column, table.rows, rows, spec).or_else(|reason| {
                // A single input may be a counter 1, 2, 3: years, or the x of a textbook example.
                let counts = column.kind == ColumnKind::Integer && !called_identifier(&column.name);
                if alone && counts { numeric(column, rows, spec) } else { Err(reason) }
            })
        };
        match found {
            Ok(encoding) => recipe.inputs.push(InputColumn {
                name: column.name.clone(),
                position,
                kind: column.kind,
                narrow: matches!(column.values, Values::Narrow(_)),
                encoding,
                seen: seen(column, rows),
                layer: None,
            }),
            Err(ReasonText { why, text: reason }) => {
                if !matches!(why, LeftOutReason::Asked | LeftOutReason::Unread) {
                    notes.push(Note::about(&column.name, format!("left out: {reason}")));
                }
                recipe.left_out.push(LeftOut { name: column.name.clone(), reason, why });
            }
        }
    }
    let others: Vec<usize> = targets.iter().copied().chain(weight).collect();
    recipe.inputs.extend(column_encoding::fit(readings, table, rows, &others, spec)?);
    if recipe.inputs.is_empty() {
        let mut e = Error::input("no column is left to learn from").in_file(&table.name);
        for out in recipe.left_out.iter().take(5) {
            e = e.help(format!("column \"{}\" was left out: {}", out.name, out.reason));
        }
        return Err(e);
    }
    Ok(recipe.named())
}

/// A column for the recipe "none".
fn as_is(column: &Column, table: &Table) -> Result<Encoding> {
    let help = "leave it out with `data.ignore`, or use the recipe \"auto\"";
    let fail = |what: String| {
        Err(Error::input(format!(
            "column \"{}\" {what}, and the recipe \"none\" uses numbers as they are",
            column.name
        ))
        .in_file(&table.name)
        .help(help))
    };
    if !matches!(column.values, Values::Narrow(_) | Values::Wide(_)) {
        return fail(format!("is of the kind {}", column.kind));
    }
    if column.stats.missing > 0 {
        return fail(format!("has {} missing cells", column.stats.missing));
    }
    Ok(Encoding::AsIs)
}

/// How a column becomes inputs, or why it is left out.
pub(crate) fn encoding(
    column: &Column,
    all_rows: usize,
    rows: &[u32],
    spec: &DataSpec,
) -> Result<Encoding, ReasonText> {
    let force = "name it in `data.numeric` to use it, or in `data.categorical`";
    match &column.values {
        Values::Absent if column.stats.missing == all_rows => {
            Err(ReasonText::new(LeftOutReason::Empty, "every cell is missing"))
        }
        Values::Absent => {
            let distinct = column.stats.distinct;
            let many = if distinct > ColumnStats::DISTINCT_CAP {
                format!("more than {}", distinct - 1)
            } else {
                distinct.to_string()
            };
            // Levels that rarely repeat carry no information about other rows.
            let repeated = distinct * 4 <= (all_rows - column.stats.missing) * 3;
            let advice = if repeated && distinct <= ColumnStats::DISTINCT_CAP {
                "; name it in `data.categorical` to use it"
            } else {
                ""
            };
            Err(ReasonText::new(
                LeftOutReason::Identifier,
                format!("text or identifiers, {many} different values in {all_rows} rows{advice}"),
            ))
        }
        Values::Category { codes, levels } => one_hot(codes, levels, rows, spec),
        Values::Date { seconds, .. } => date(column, seconds, rows, spec),
        _ if column.kind == ColumnKind::Integer && !column.forced && index(column, all_rows, spec.header) => {
            Err(ReasonText::new(
                LeftOutReason::Identifier,
                format!("whole numbers that count the rows, as an index does; {force}"),
            ))
        }
        _ if column.kind == ColumnKind::Integer && !column.forced && identifier(column, all_rows) => {
            Err(ReasonText::new(
                LeftOutReason::Identifier,
                format!("whole numbers, all different, that look like identifiers; {force}"),
            ))
        }
        _ => numeric(column, rows, spec),
    }
}

/// How a column of numbers becomes inputs.
fn numeric(column: &Column, rows: &[u32], spec: &DataSpec) -> Result<Encoding, ReasonText> {
    let cells: Vec<f64> = rows.iter().map(|r| column.values.number(*r as usize)).collect();
    number(cells, spec).map(|fitted| match fitted {
        None => Encoding::Presence,
        Some(ImputedColumn { fill, scale, indicator }) => Encoding::Number { fill, scale, indicator },
    })
}

/// The range of the numbers of a column in the training rows; `None` if it does not hold numbers.
pub(crate) fn seen(column: &Column, rows: &[u32]) -> Option<TrainingRange> {
    let number = |row: &u32| match &column.values {
        Values::Date { seconds, .. } => days(seconds[*row as usize]),
        Values::Boolean { .. } => f64::NAN,
        values => values.number(*row as usize),
    };
    let numbers = rows.iter().map(number).filter(|v| !v.is_nan());
    let [min, max] = numbers.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(v), b.max(v)]);
    (min <= max).then(|| TrainingRange { min, max, unit: unit(column.dress) })
}

/// The unit of numbers with these notations, if they are not plain.
pub(crate) fn unit(seen: u16) -> Option<NumberUnit> {
    match seen {
        _ if seen & dress::PERCENT != 0 => Some(NumberUnit::Percent),
        _ if seen & dress::CLOCK != 0 => Some(NumberUnit::Time),
        _ => dress::currency(seen).map(|sign| NumberUnit::Money(sign.to_string())),
    }
}

/// The value that replaces a missing number of a column; `None` if the training rows have no number.
pub(crate) fn numeric_fill(column: &Column, rows: &[u32], spec: &DataSpec) -> Option<f64> {
    let cells = rows.iter().map(|r| column.values.number(*r as usize));
    let mut present: Vec<f64> = cells.filter(|v| !v.is_nan()).collect();
    let range = |v: &[f64]| v.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    let (min, max) = range(&present);
    (!present.is_empty())
        .then(|| if spec.impute == Impute::Mean { mean(&present, max - min) } else { median(&mut present) })
}

/// A column of numbers after imputation.
struct ImputedColumn {
    /// The value that replaces a missing number.
    fill: f64,
    scale: Standardization,
    /// Whether there is a missing-value indicator.
    indicator: bool,
}

/// Fits imputed value and scale; `None` if only the missing-value indicator is informative.
fn number(cells: Vec<f64>, spec: &DataSpec) -> Result<Option<ImputedColumn>, ReasonText> {
    let mut present: Vec<f64> = cells.iter().copied().filter(|v| !v.is_nan()).collect();
    let (n, missing) = (present.len(), cells.len() - present.len());
    if n == 0 {
        return Err(ReasonText::new(LeftOutReason::Empty, "every cell of the training rows is missing"));
    }
    let range = |v: &[f64]| v.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    let (min, max) = range(&present);
    if min == max {
        return if missing > 0 {
            Ok(None)
        } else {
            Err(ReasonText::new(LeftOutReason::Constant, format!("every training row has the same value, {min}")))
        };
    }
    let too_large = || ReasonText::new(LeftOutReason::Unusable, "its numbers are too large; divide them by something");
    if !(max - min).is_finite() || present.iter().sum::<f64>().is_infinite() {
        return Err(too_large());
    }
    let fill = if spec.impute == Impute::Mean { mean(&present, max - min) } else { median(&mut present) };
    drop(present);
    let filled = || cells.iter().map(|v| if v.is_nan() { fill } else { *v });
    let scale = if spec.scale == Scaling::None {
        Standardization::NONE
    } else {
        let guess = filled().sum::<f64>() / cells.len() as f64;
        let (mean, sd) = moments(filled(), cells.len() as u64, guess, max - min);
        Standardization { mean, sd, limit: (spec.clip > 0.0).then_some(spec.clip) }
    };
    if !(scale.sd > 0.0 && scale.sd.is_finite() && scale.mean.is_finite()) {
        return Err(ReasonText::new(LeftOutReason::Constant, "its numbers differ too little"));
    }
    Ok(Some(ImputedColumn { fill, scale, indicator: missing > 0 }))
}

fn mean(values: &[f64], range: f64) -> f64 {
    moments(values.iter().copied(), values.len() as u64, values.iter().sum::<f64>() / values.len() as f64, range).0
}

/// The middle value; for an even number of values, the mean of the two in the middle. Reorders the values, which must
/// not be empty.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if even { f64::midpoint(below.iter().copied().fold(f64::NEG_INFINITY, f64::max), upper) } else { upper }
}

fn one_hot(codes: &[u32], levels: &[String], rows: &[u32], spec: &DataSpec) -> Result<Encoding, ReasonText> {
    let counts = level_counts(levels.len(), rows.iter().map(|r| codes[*r as usize]));
    let present: usize = counts.iter().sum();
    if present == 0 {
        return Err(ReasonText::new(LeftOutReason::Empty, "every cell of the training rows is missing"));
    }
    let missing = present < rows.len();
    if counts.iter().filter(|c| **c > 0).count() == 1 {
        if missing {
            return Ok(Encoding::Presence);
        }
        let only = levels.iter().zip(&counts).find(|(_, c)| **c > 0).map_or("", |(l, _)| l);
        return Err(ReasonText::new(
            LeftOutReason::Constant,
            format!("every training row has the same value, \"{only}\""),
        ));
    }
    let mut kept: Vec<(usize, &String)> =
        counts.into_iter().zip(levels).filter(|(count, _)| *count >= spec.min_frequency.max(1)).collect();
    kept.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    kept.truncate(spec.max_categories);
    kept.dedup_by(|a, b| a.1 == b.1);
    if kept.is_empty() && !missing {
        return Err(ReasonText::new(
            LeftOutReason::Unusable,
            format!("no level occurs in {} training rows", spec.min_frequency),
        ));
    }
    Ok(Encoding::OneHot { levels: kept.into_iter().map(|(_, l)| l.clone()).collect(), missing })
}

fn date(column: &Column, seconds: &[i64], rows: &[u32], spec: &DataSpec) -> Result<Encoding, ReasonText> {
    let Values::Date { format, .. } = &column.values else {
        return Err(ReasonText::new(LeftOutReason::Unusable, "it is no date"));
    };
    let days = rows.iter().map(|r| days(seconds[*r as usize])).collect();
    let Some(ImputedColumn { fill, scale, indicator }) = number(days, spec)? else { return Ok(Encoding::Presence) };
    let (mut months, mut weekdays, mut hours) = (0u32, 0u32, 0u32);
    for (month, weekday, hour) in rows.iter().filter_map(|r| parts(seconds[*r as usize])) {
        months |= 1 << month;
        weekdays |= 1 << weekday;
        hours |= 1 << hour;
    }
    let varies = |seen: u32| seen.count_ones() > 1;
    Ok(Encoding::Date {
        format: *format,
        fill,
        scale,
        indicator,
        month: varies(months),
        weekday: varies(weekdays),
        hour: varies(hours),
    })
}

/// Seconds since 1970 as days; NaN for a missing date.
#[inline]
pub(crate) fn days(seconds: i64) -> f64 {
    if seconds == Values::NO_DATE { f64::NAN } else { seconds as f64 / DAY as f64 }
}

/// Whether integers are identifiers: all distinct and complete, and either without gaps or named like an identifier.
fn identifier(column: &Column, rows: usize) -> bool {
    let s = &column.stats;
    let wanted = rows.min(ColumnStats::DISTINCT_CAP + 1);
    if s.missing > 0 || s.distinct < wanted || rows < 3 {
        return false;
    }
    let without_gaps = rows >= 20 && s.max - s.min == (rows - 1) as f64;
    if !without_gaps && !called_identifier(&column.name) {
        return false;
    }
    let mut sorted: Vec<f64> = (0..rows).map(|r| column.values.number(r)).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.windows(2).all(|w| w[0] != w[1])
}

/// Whether integers are a row index as programs write it: each is larger than the one before, or restarts where tables
/// were concatenated. Such a column has a typical name, or none.
fn index(column: &Column, rows: usize, header: bool) -> bool {
    let name = column.name.to_lowercase();
    let numbered =
        |begin: &str| name.strip_prefix(begin).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let called = name == "index" || numbered("unnamed: ") || numbered("level_") || numbered("__index_level_");
    let nameless = header && name == "column_1";
    let number = |row: usize| column.values.number(row);
    (called || nameless)
        && rows >= 3
        && column.stats.missing == 0
        && (1..rows).all(|row| number(row) > number(row - 1) || number(row) == number(0))
        && number(1) > number(0)
}

/// Whether a name means "identifier": `id`, `row_id`, `customerID`, `index`, ...
fn called_identifier(name: &str) -> bool {
    let lower = name.to_lowercase();
    let known =
        ["id", "index", "idx", "row", "rownum", "rownames", "uuid", "guid", "key", "unnamed: 0", "código", "codigo"];
    known.contains(&lower.as_str())
        || ["_id", " id", ".id", "-id"].iter().any(|end| lower.ends_with(end))
        || ((name.ends_with("ID") || name.ends_with("Id")) && name.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(column: Column, spec: &DataSpec) -> Result<Encoding, ReasonText> {
        let rows = column.rows().unwrap();
        encoding(&column, rows, &(0..rows as u32).collect::<Vec<_>>(), spec)
    }

    #[test]
    fn numbers_are_filled_and_scaled() {
        // Median 3; imputed: 1 3 3 5, mean 3, variance (4 + 0 + 0 + 4)/4 = 2.
        let c = Column::numbers("x", vec![1.0, f64::NAN, 3.0, 5.0]);
        let Encoding::Number { fill, scale, indicator } = fitted(c, &DataSpec::default()).unwrap() else { panic!() };
        assert_eq!((fill, scale.mean, indicator), (3.0, 3.0, true));
        assert!((scale.sd - 2f64.sqrt()).abs() < 1e-15);
        let mean = DataSpec { impute: Impute::Mean, scale: Scaling::None, ..DataSpec::default() };
        let c = Column::numbers("x", vec![1.0, f64::NAN, 3.0, 8.0]);
        let found = fitted(c, &mean).unwrap();
        assert_eq!(found, Encoding::Number { fill: 4.0, scale: Standardization::NONE, indicator: true });
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&mut [9.0]), 9.0);
    }

    #[test]
    fn levels_are_ordered_capped_and_counted() {
        let spec = DataSpec { max_categories: 2, ..DataSpec::default() };
        let c = Column::categories("c", ["z", "z", "b", "b", "a", "a", "a", "rare", ""]);
        let found = fitted(c, &spec).unwrap();
        assert_eq!(found, Encoding::OneHot { levels: vec!["a".into(), "b".into()], missing: true });
    }

    #[test]
    fn what_tells_nothing_is_left_out() {
        let spec = DataSpec::default();
        assert!(fitted(Column::numbers("x", vec![2.0, 2.0]), &spec).unwrap_err().text.contains("same value"));
        assert!(fitted(Column::numbers("x", vec![f64::NAN; 2]), &spec).unwrap_err().text.contains("missing"));
        assert_eq!(fitted(Column::numbers("x", vec![2.0, f64::NAN]), &spec).unwrap(), Encoding::Presence);
        let ids = || Column::numbers("n", (0..30).map(|i| f64::from((i * 7) % 30)).collect());
        assert!(fitted(ids(), &spec).unwrap_err().text.contains("identifiers"));
        assert!(fitted(Column { forced: true, ..ids() }, &spec).is_ok());
        assert!(fitted(Column::numbers("customerID", vec![5.0, 9.0, 2.0]), &spec).is_err());
        assert!(fitted(Column::numbers("size", vec![5.0, 9.0, 2.0]), &spec).is_ok());
        // Indices as pandas and R write them: complete, subsampled, and concatenated from two tables.
        for name in ["Unnamed: 0", "Unnamed: 0.1", "index", "level_0", "__index_level_0__", "column_1"] {
            for rows in [vec![0.0, 1.0, 2.0, 3.0], vec![0.0, 2.0, 7.0, 9.0], vec![1.0, 2.0, 1.0, 2.0, 3.0]] {
                let why = fitted(Column::numbers(name, rows), &spec).unwrap_err();
                assert!(why.why == LeftOutReason::Identifier && why.text.contains("index"), "{name}: {}", why.text);
            }
        }
        for (name, rows) in
            [("column_1", vec![3.0, 1.0, 2.0]), ("index", vec![1.0, 1.0, 2.0]), ("level", vec![1.0, 2.0, 4.0])]
        {
            assert!(fitted(Column::numbers(name, rows), &spec).is_ok(), "{name}");
        }
        let bare = DataSpec { header: false, ..DataSpec::default() };
        assert!(fitted(Column::numbers("column_1", vec![1.0, 2.0, 4.0]), &bare).is_ok());
        assert!(fitted(Column::numbers("x", vec![1e308, -1e308]), &spec).is_err());
        let text = |distinct: usize| {
            let stats = ColumnStats { distinct, ..ColumnStats::default() };
            let c = Column { values: Values::Absent, kind: ColumnKind::Text, stats, ..ids() };
            encoding(&c, 420, &[], &spec).unwrap_err().text
        };
        assert!(!text(419).contains("data.categorical") && text(230).contains("data.categorical"));
        assert!(fitted(Column::categories("c", ["a", "b"]), &spec).unwrap_err().text.contains("no level"));
    }
}
