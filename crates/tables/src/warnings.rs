//! Notes about suspicious columns of a table, before training.

use crate::column::column::ColumnKind;
use crate::column::stats::ColumnStats;
use crate::column::table::Table;
use crate::fit::fit::encoding;
use crate::spec::note::Note;
use crate::spec::spec::DataSpec;

/// A share of missing cells above this gives a note.
const MOSTLY_MISSING: f64 = 0.4;

/// A number this many standard deviations from the mean of the others is a mistake or worth knowing.
const FAR_OUT: f64 = 15.0;

/// The distance of a number from the mean of the others of its column, in their standard deviations; infinite if they
/// are all equal.
fn distance(extreme: f64, column: &ColumnStats, rows: usize) -> f64 {
    let n = rows.saturating_sub(column.missing) as f64;
    if n < 3.0 {
        return 0.0;
    }
    let apart = extreme - column.mean;
    let squares = n * column.sd * column.sd - apart * apart * n / (n - 1.0);
    (apart * n / (n - 1.0)).abs() / (squares / (n - 1.0)).max(0.0).sqrt()
}

impl Table {
    /// Columns that a training would leave out if they were inputs, that are mostly missing, or that hold numbers far
    /// from all others; over all rows, with the default options of a training.
    pub fn warnings(&self) -> Vec<Note> {
        let all: Vec<u32> = (0..self.rows as u32).collect();
        let spec = DataSpec::default();
        let mut notes = Vec::new();
        for column in &self.columns {
            let (name, stats) = (&column.name, &column.stats);
            if let Err(reason) = encoding(column, self.rows, &all, &spec) {
                notes.push(Note::about(name, format!("as an input it would be left out: {}", reason.text)));
                continue;
            }
            let share = stats.missing as f64 / self.rows.max(1) as f64;
            if share > MOSTLY_MISSING {
                notes.push(Note::about(name, format!("{:.0} % of its cells are missing", 100.0 * share)));
            }
            if matches!(column.kind, ColumnKind::Number | ColumnKind::Integer) && stats.sd > 0.0 {
                for extreme in [stats.min, stats.max] {
                    let far = distance(extreme, stats, self.rows);
                    if far > FAR_OUT && far.is_finite() {
                        let far = if far < 1000.0 { format!("{far:.0}") } else { "more than 1000".to_string() };
                        let extreme = crate::shown(extreme, 0.0);
                        let what = format!("{extreme} is {far} standard deviations of the others from their mean");
                        notes.push(Note::about(name, what));
                    }
                }
            }
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::column::Column;

    #[test]
    fn constants_identifiers_gaps_and_outliers_get_a_word() {
        let n = 400;
        let mut far: Vec<f64> = (0..n).map(|i| f64::from(i % 7)).collect();
        far[3] = 1e6;
        let table = Table::new(
            "t",
            vec![
                Column::numbers("fine", (0..n).map(|i| f64::from(i % 13)).collect()),
                Column::numbers("id", (0..n).map(f64::from).collect()),
                Column::numbers("constant", vec![1.0; n as usize]),
                Column::numbers("gaps", (0..n).map(|i| if i % 2 == 0 { f64::NAN } else { f64::from(i % 5) }).collect()),
                Column::numbers("far", far),
            ],
        )
        .unwrap();
        let notes: Vec<String> = table.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(notes.len(), 4, "{notes:?}");
        assert!(notes[0].contains("\"id\"") && notes[0].contains("identifiers"));
        assert!(notes[1].contains("\"constant\"") && notes[1].contains("same value"));
        assert!(notes[2].contains("50 % of its cells are missing"));
        assert!(notes[3].contains("1000000 is more than 1000 standard deviations of the others"), "{notes:?}");
        // Python: (200 - statistics.mean(others)) / statistics.pstdev(others) = 98.23.
        let mut far: Vec<f64> = (0..n).map(|i| f64::from(i % 7)).collect();
        far[3] = 200.0;
        let table = Table::new("t", vec![Column::numbers("far", far)]).unwrap();
        assert!(table.warnings()[0].text.starts_with("200 is 98 standard deviations"), "{:?}", table.warnings());
    }
}
