//! Numbers that represent a missing value, such as -999.

use crate::column::column::{Column, Values};
use crate::column::table::Table;
use crate::spec::note::Note;
use treino_core::catalog::list_setting;

/// Numbers that programs write for a missing value, besides those of nines: the limits of integer types.
const ENDS: [f64; 7] = [-32_768.0, 32_767.0, 65_535.0, -2_147_483_648.0, 2_147_483_647.0, 4_294_967_295.0, -1e30];

/// A note about each column whose smallest or largest number looks like a code for a missing value.
pub(crate) fn notes(table: &Table) -> Vec<Note> {
    table.columns.iter().filter_map(|column| Some(Note::about(&column.name, of(column)?))).collect()
}

fn of(column: &Column) -> Option<String> {
    let (Values::Narrow(_) | Values::Wide(_)) = &column.values else { return None };
    let ends = [column.stats.min, column.stats.max];
    let is_end = |v: f64| ENDS.iter().any(|end| *end as f32 == v as f32);
    let candidates: Vec<f64> = ends.into_iter().filter(|v| nines(column, *v) > 0 || is_end(*v)).collect();
    if candidates.is_empty() {
        return None;
    }
    let cells = || (0..column.rows().unwrap_or(0)).map(|row| column.values.number(row)).filter(|v| !v.is_nan());
    let others = cells().filter(|v| !candidates.contains(v));
    let [low, high] = others.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(v), b.max(v)]);
    let count = |filler: f64| cells().filter(|v| *v == filler).count();
    let is_filler = |v: &f64| {
        let gap = if *v < low { low - v } else { v - high };
        let negative = *v < 0.0 && low >= 0.0 && nines(column, *v) > 1 && count(*v) > 1;
        gap > high - low || negative
    };
    let filler = candidates.into_iter().filter(|_| low < high).find(is_filler)?;
    let (cells, text) = (count(filler), written(column, filler));
    let stands = if cells == 1 { "in 1 cell".to_string() } else { format!("in {cells} cells") };
    let (low, high) = (written(column, low), written(column, high));
    Some(format!(
        "{text} stands {stands}, and all others lie between {low} and {high}; if it stands for a missing cell, use {}",
        list_setting("data.missing", &[&text])
    ))
}

/// The number of nines in a number that consists of nines only; of positive ones at least two.
fn nines(column: &Column, value: f64) -> usize {
    let text = written(column, value);
    let digits = text.trim_start_matches('-').bytes().filter(|b| *b != b'.');
    let count = digits.clone().count();
    if digits.clone().all(|b| b == b'9') && (value < 0.0 || count > 1) { count } else { 0 }
}

/// A number of a column as the file has it, with a decimal point.
fn written(column: &Column, value: f64) -> String {
    let same = |end: &&f64| matches!(column.values, Values::Narrow(_)) && **end as f32 == value as f32;
    match ENDS.iter().find(same) {
        Some(end) => end.to_string(),
        None if matches!(column.values, Values::Narrow(_)) && value.fract() != 0.0 => (value as f32).to_string(),
        None => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{DataSpec, TableSource, read};

    fn note(cells: &str) -> Option<String> {
        let table =
            read(&TableSource::text("t.csv", &format!("a;b\n{}", cells.replace(' ', ";x\n"))), &DataSpec::default())
                .unwrap();
        table.notes.iter().map(ToString::to_string).find(|note| note.contains("all others"))
    }

    #[test]
    fn numbers_far_from_all_others_are_told() {
        for (cells, said) in [
            ("21,5 -999,9 40,2 0,1 -999,9 ", "-999.9 stands in 2 cells, and all others lie between 0.1 and 40.2"),
            ("5 99 3 8 10 9 ", "99 stands in 1 cell"),
            ("5 -99 300 800 10 -99 ", "-99 stands in 2 cells"),
            ("5 9999 3 800 10 ", "9999 stands in 1 cell"),
            ("5 -2147483648 3 800 10 ", "-2147483648 stands in 1 cell"),
            ("5 2147483647 3 800 10 ", "2147483647 stands in 1 cell"),
            ("1 -9 2 1 2 -9 ", "-9 stands in 2 cells"),
        ] {
            assert!(
                note(cells).is_some_and(|note| note.contains(said) && note.contains("`data.missing = ")),
                "{cells} {:?}",
                note(cells)
            );
        }
        for cells in [
            "97 99 98 95 91 ",
            "-9 0 5 40 30 ",
            "9999 5 7000 3000 1 ",
            "9 1 1 1 1 ",
            "99 99 99 99 ",
            "-5 99.5 3 2 ",
            "100 1 2 3 ",
        ] {
            assert_eq!(note(cells), None, "{cells}");
        }
    }
}
