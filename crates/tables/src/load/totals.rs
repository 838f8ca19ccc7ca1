//! Detects a row of totals: spreadsheets often end with one, and a network should not train on it.

use crate::column::column::{Column, ColumnKind};
use crate::spec::note::Note;
use treino_core::catalog::setting;

/// Labels of rows of totals.
const LABELS: [&str; 9] =
    ["total", "totals", "totais", "total geral", "grand total", "sum", "soma", "subtotal", "total general"];

/// In tables with fewer rows, a match of a sum is too likely by chance.
const ENOUGH_ROWS: usize = 4;

/// A description of the totals, if the row with this text in its first cell holds the sums of the other rows.
pub(crate) fn held(columns: &[Column], rows: usize, row: usize, label: &str) -> Option<String> {
    if rows < ENOUGH_ROWS {
        return None;
    }
    let is_called = LABELS.contains(&label.trim().to_lowercase().as_str());
    let sums: Vec<(&Column, bool)> =
        columns.iter().filter_map(|column| Some((column, is_sum(column, rows, row)?))).collect();
    let stands_out = rows >= 10 && sums.iter().any(|(_, towers)| *towers);
    if !is_called && sums.len() < 2 && !stands_out {
        return None;
    }
    let names: Vec<String> = sums.iter().take(3).map(|(column, _)| format!("\"{}\"", column.name)).collect();
    Some(match &names[..] {
        [] => format!("is called \"{}\"", label.trim()),
        names => format!("holds the sums of the others in {}", names.join(", ")),
    })
}

/// A note about the last row or the first one; `footer` is the number of lines to skip at the end of the file.
pub(crate) fn note(what: &str, line: Option<usize>, footer: Option<usize>) -> Note {
    let line = line.map_or(String::new(), |line| format!(" (line {line})"));
    Note::new(match footer {
        Some(lines) => {
            let setting = setting("data.skip_footer", lines);
            format!("the last row{line} {what}, and is read like any other: leave it out with {setting}")
        }
        None => format!("the first row{line} {what}, and is read like any other: take it out of the file"),
    })
}

/// Whether the cell of a row is the sum of the others of its column, and if so, whether it is much larger than each of
/// them.
fn is_sum(column: &Column, rows: usize, row: usize) -> Option<bool> {
    if !matches!(column.kind, ColumnKind::Number | ColumnKind::Integer) || column.rows() != Some(rows) {
        return None;
    }
    let value = column.values.number(row);
    let others = || (0..rows).filter(|r| *r != row).map(|r| column.values.number(r)).filter(|v| !v.is_nan());
    let (sum, size, largest) =
        others().fold((0.0, 0.0, 0.0f64), |(sum, size, largest), v| (sum + v, size + v.abs(), largest.max(v.abs())));
    let several = others().filter(|v| *v != 0.0).count() >= 3;
    // Cells are rounded, and stored in single precision.
    let rounding = if column.kind == ColumnKind::Integer { 0.5 } else { 1e-6 * size };
    (several && value != 0.0 && (value - sum).abs() <= rounding).then_some(value.abs() > 2.0 * largest)
}

#[cfg(test)]
mod tests {
    use crate::{DataSpec, TableSource, read};

    fn notes(text: &str) -> Vec<String> {
        let table = read(&TableSource::text("t.csv", text), &DataSpec::default()).unwrap();
        table.notes.iter().map(ToString::to_string).filter(|note| note.contains("row (line")).collect()
    }

    #[test]
    fn rows_of_sums_get_a_word() {
        let table = "uf;casos;obitos;taxa\nAC;161;18;3,25\nAL;377;40;3,5\nAM;149;16;5,0\nAP;373;40;8,2\n";
        let found = notes(&format!("{table}Total;1060;114;5,0\n"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("the last row (line 6) holds the sums of the others in \"casos\", \"obitos\""));
        assert!(found[0].ends_with("`data.skip_footer = 1`"));
        // Notes below it must be skipped too.
        assert!(
            notes(&format!("{table};1060;114;5,0\nFonte: IBGE\n\n* estimado\n"))[0].ends_with("`data.skip_footer = 3`")
        );
        assert!(notes(&format!("{table}Total;1000;100;5,0\n"))[0].contains("is called \"Total\""));
        let (head, rows) = table.split_once('\n').unwrap();
        let found = notes(&format!("{head}\nBrasil;1060;114;5,0\n{rows}"));
        assert!(found[0].starts_with("the first row (line 2) holds the sums"), "{found:?}");
        assert!(notes(table).is_empty());
        let one: String = (1..12).map(|i| format!("a{i},{i}\n")).collect();
        assert_eq!(notes(&format!("n,v\n{one}x,66\n")).len(), 1);
        assert!(notes("n,v\na,1\nb,2\nc,3\nd,6\n").is_empty());
    }
}
