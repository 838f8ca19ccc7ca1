//! Compares the cells of another file with those that the recipe was fitted on. Cells that would give wrong numbers are
//! an error; content that the recipe does not know is reported in a note.

use crate::cell::date::{DAY, text};
use crate::cell::number::{Decimal, dress};
use crate::column::column::{Column, Values};
use crate::column::decode::shown;
use crate::column::levels::Levels;
use crate::column::recipe::{Encoding, InputColumn, NumberUnit};
use crate::column::stats::level_counts;
use crate::fit::fit::unit;
use crate::spec::note::Note;
use treino_core::{Error, Result};

/// Describes how a column of a file, given two decimal separators (of the training file, and its own), differs from an
/// input in training.
///
/// # Errors
/// Returns an error if the numbers have another unit.
pub(crate) fn with_training(
    input: &InputColumn,
    column: &Column,
    rows: usize,
    marks: [Decimal; 2],
) -> Result<Option<Note>> {
    let trained = input.seen.as_ref().map(|seen| seen.unit.as_ref());
    let money = units(column, trained)?;
    let text = all_missing(input, column, rows).or_else(|| match &input.encoding {
        Encoding::OneHot { levels, .. } | Encoding::Level { levels } => unknown(levels, column, marks),
        Encoding::Text { lookup } => unknown(&lookup.vocabulary, column, marks),
        _ => far_off(input, column),
    });
    Ok(text.map(|text| Note::about(&column.name, text)).or(money))
}

/// Compares the unit of a column's numbers with that of training, if it is known. Another currency only gives a note.
///
/// # Errors
/// Returns an error for percentages or times where training had none, or vice versa, or for a mixture of them and plain
/// numbers.
pub(crate) fn units(column: &Column, trained: Option<Option<&NumberUnit>>) -> Result<Option<Note>> {
    let name = &column.name;
    let refuse = |what: String| {
        let e = Error::input(format!("column \"{name}\" {what}"));
        Err(e.help("write its numbers as they stand in the training file"))
    };
    if !dress::of_one_kind(column.dress) {
        return refuse("mixes numbers of different kinds, such as percents and plain ones".into());
    }
    let (Some(trained), true) = (trained, column.dress != 0) else { return Ok(None) };
    let here = unit(column.dress);
    let called = |unit: Option<&NumberUnit>| match unit {
        Some(NumberUnit::Percent) => "percents".to_string(),
        Some(NumberUnit::Time) => "times".to_string(),
        Some(NumberUnit::Money(sign)) => format!("amounts in {sign}"),
        None => "plain numbers".to_string(),
    };
    let (was, is) = (called(trained), called(here.as_ref()));
    match (trained, &here) {
        (a, b) if a == b.as_ref() => Ok(None),
        (Some(NumberUnit::Money(_)), Some(NumberUnit::Money(_))) => {
            Ok(Some(Note::about(name, format!("{is}, where training had {was}"))))
        }
        (None | Some(NumberUnit::Money(_)), None | Some(NumberUnit::Money(_))) => Ok(None),
        _ => refuse(format!("holds {is}, where training had {was}: the same digits would mean another number")),
    }
}

/// A column without a single value, although training had values.
fn all_missing(input: &InputColumn, column: &Column, rows: usize) -> Option<String> {
    let missing = match &column.values {
        Values::Absent => rows,
        _ => column.stats.missing,
    };
    let was_complete = match &input.encoding {
        Encoding::Number { indicator, .. } | Encoding::Date { indicator, .. } => !indicator,
        Encoding::OneHot { missing, .. } => !missing,
        _ => false,
    };
    if missing < rows || !(was_complete || (rows > 1 && input.encoding != Encoding::Presence)) {
        return None;
    }
    Some(if rows == 1 {
        "its cell is missing, and none was in training".into()
    } else {
        "every cell is missing".into()
    })
}

/// Unknown levels, if they are most or all of the cells, or may be variants of known levels.
fn unknown(known: &[String], column: &Column, marks: [Decimal; 2]) -> Option<String> {
    let Values::Category { codes, levels } = &column.values else { return None };
    if known.is_empty() {
        return None;
    }
    let index = Levels::new(known, marks);
    let counts = level_counts(levels.len(), codes.iter().copied());
    let present: usize = counts.iter().sum();
    let strange: Vec<(&String, usize)> =
        levels.iter().zip(counts).filter(|(level, count)| *count > 0 && index.find(level).is_none()).collect();
    let cells: usize = strange.iter().map(|(_, count)| count).sum();
    let examples = |names: &mut dyn Iterator<Item = &String>| -> String {
        let names: Vec<String> = names.take(4).map(|name| format!("\"{name}\"")).collect();
        if names.len() > 3 { format!("{}, ...", names[..3].join(", ")) } else { names.join(", ") }
    };
    if cells > 0 && cells * 2 >= present {
        let how_many = match cells == present {
            true if cells == 1 => "its cell is not known from training".to_string(),
            true => format!("none of its {cells} cells is known from training"),
            false => format!("{cells} of its {present} cells are not known from training"),
        };
        let (here, there) = (examples(&mut strange.iter().map(|(level, _)| *level)), examples(&mut known.iter()));
        return Some(format!("{how_many}: {here}, where training had {there}"));
    }
    let (written, meant) = strange.iter().find_map(|(level, _)| Some((*level, index.near(level)?)))?;
    Some(format!("\"{written}\" is not known from training, but \"{meant}\" is"))
}

/// Numbers or dates that are all far from those of training: farther than the width of their own range.
fn far_off(input: &InputColumn, column: &Column) -> Option<String> {
    let [low, high] = input.range()?;
    let (scale, is_date) = match &column.values {
        Values::Narrow(_) | Values::Wide(_) => (1.0, false),
        Values::Date { .. } => (DAY as f64, true),
        _ => return None,
    };
    let (min, max) = (column.stats.min / scale, column.stats.max / scale);
    let width = if high > low { high - low } else { high.abs() };
    if !(min > high + width || max < low - width) {
        return None;
    }
    let name = |value: f64| if is_date { text((value.floor() as i64).saturating_mul(DAY)) } else { shown(value, 0.0) };
    let here = if min == max { name(min) } else { format!("everything from {} to {}", name(min), name(max)) };
    Some(format!("{here} lies far from what training had, {} to {}", name(low), name(high)))
}
