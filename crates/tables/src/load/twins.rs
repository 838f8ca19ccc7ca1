//! Duplicates in a table: rows, and levels that differ only in letter case.

use crate::column::column::{Column, Values};
use crate::spec::note::Note;
use std::collections::BTreeMap;

/// In tables with more rows the search is skipped: it stores and sorts a hash per row.
const MOST_ROWS: usize = 2_000_000;

/// The rows of a table, each as a 64-bit hash of its cells. A collision among two million different rows is very
/// unlikely.
#[derive(Debug, Default)]
pub(crate) struct Hashes {
    rows: Vec<u64>,
    full: bool,
}

impl Hashes {
    /// The next row.
    pub fn add<'c>(&mut self, cells: impl Iterator<Item = &'c [u8]>) {
        if self.rows.len() == MOST_ROWS {
            self.full = true;
            self.rows = Vec::new();
        }
        if !self.full {
            self.rows.push(cells.fold(0, mixed));
        }
    }

    /// A note about duplicate rows, if there are any.
    pub fn note(mut self, columns: usize) -> Option<Note> {
        let all = self.rows.len();
        self.rows.sort_unstable();
        self.rows.dedup();
        let again = all - self.rows.len();
        let repeat = if again == 1 { "repeats" } else { "repeat" };
        (again > 0 && columns > 1)
            .then(|| Note::new(format!("{again} of {all} rows {repeat} an earlier row in every column")))
    }
}

/// A hash of a cell and of the previous hash.
fn mixed(hash: u64, cell: &[u8]) -> u64 {
    let mut h = hash ^ (cell.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for piece in cell.chunks(8) {
        let mut bytes = [0; 8];
        bytes[..piece.len()].copy_from_slice(piece);
        // The mixing function of splitmix64.
        let mut z = (h ^ u64::from_le_bytes(bytes)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        h = z ^ (z >> 31);
    }
    h.rotate_left(5).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A note about levels of a column that differ only in letter case or in the number of spaces.
pub(crate) fn levels(column: &Column) -> Option<Note> {
    let Values::Category { levels, .. } = &column.values else { return None };
    let mut alike: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for level in levels {
        let words: Vec<String> = level.split_whitespace().map(str::to_lowercase).collect();
        alike.entry(words.join(" ")).or_default().push(level);
    }
    let groups: Vec<Vec<&String>> = alike.into_values().filter(|same| same.len() > 1).collect();
    let first = groups.first()?;
    let quoted: Vec<String> = first.iter().map(|level| format!("\"{level}\"")).collect();
    let more = if groups.len() > 1 { format!(", and {} more groups of such", groups.len() - 1) } else { String::new() };
    Some(Note::about(
        &column.name,
        format!(
            "{} differ only in capital letters or blanks{more}, and count as different categories: write them alike in the \
             file if they are the same",
            quoted.join(" and ")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use crate::{DataSpec, TableSource, read};

    fn notes(text: &str) -> Vec<String> {
        let table = read(&TableSource::text("t.csv", text), &DataSpec::default()).unwrap();
        table.notes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rows_that_stand_twice_are_counted() {
        assert_eq!(notes("a,b\n1,x\n2,y\n1, x\n1,x\n"), ["2 of 4 rows repeat an earlier row in every column"]);
        assert_eq!(notes("a,b\n1,x\n2,y\n1,y\nx1,\n").len(), 1);
        assert!(notes("a,b\n1,x\n2,y\n1,y\n12,\n").is_empty());
        assert!(notes("a\n1\n1\n2\n").is_empty());
    }

    #[test]
    fn levels_that_differ_in_capital_letters_are_named() {
        let found = notes("uf,n\nSP,1\nsp,2\nRJ,3\nSP,4\nSao  Paulo,5\nSao Paulo,6\nSao Paulo,7\n");
        assert!(
            found[0].starts_with("column \"uf\": \"SP\" and \"sp\" differ only") || found[0].contains("1 more group"),
            "{found:?}"
        );
        // Spaces around a cell are ignored.
        assert!(notes("uf,n\nSP,1\n SP ,2\nRJ,3\nRJ,4\n").is_empty());
    }
}
