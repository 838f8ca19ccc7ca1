//! Detects rows that an unclosed quote has merged, with their line breaks and delimiters, into one cell of another row.

use ::csv::ByteRecord;

/// Lines of a cell that look like rows of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Swallowed {
    /// The number of lines of the cell.
    pub lines: usize,
    /// Whether enough of them look like rows that no other explanation is plausible.
    pub certain: bool,
}

/// Whether a cell of a complete row contains what looks like rows: split at the delimiter, its first line ends a row of
/// the table, its last line starts one, and each line between them is one.
pub(crate) fn swallowed(record: &ByteRecord, delimiter: u8) -> Option<Swallowed> {
    let columns = record.len();
    if columns < 2 {
        return None;
    }
    let mut found: Option<Swallowed> = None;
    for (at, cell) in record.iter().enumerate().filter(|(_, cell)| cell.contains(&b'\n')) {
        let cells = |line: &[u8]| 1 + line.iter().filter(|b| **b == delimiter).count();
        let mut lines: Vec<&[u8]> = cell.trim_ascii_end().split(|b| *b == b'\n').collect();
        let (Some(last), true) = (lines.pop(), !lines.is_empty()) else { continue };
        let first = lines.remove(0);
        let whole = lines.iter().filter(|line| !line.trim_ascii().is_empty());
        let (count, rows) = (whole.clone().count(), whole.filter(|line| cells(line) == columns).count());
        // A text of two lines may have commas at exactly these positions, but followed by a space or by nothing.
        let prose =
            first.split(|b| *b == delimiter).skip(1).any(|cell| cell.first().is_none_or(u8::is_ascii_whitespace));
        let ends = at + cells(first) == columns && cells(last) == at + 1;
        let likely = ends && rows * 10 >= count * 9 && (rows > 0 || (columns > 2 && !prose));
        if likely {
            let certain = rows >= 3 || (rows >= 1 && columns > 2);
            found = Some(Swallowed { lines: count + 2, certain });
        }
        if found.is_some_and(|found| found.certain) {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(cells: &[&str]) -> Option<(usize, bool)> {
        swallowed(&ByteRecord::from(cells.to_vec()), b',').map(|found| (found.lines, found.certain))
    }

    #[test]
    fn rows_in_a_cell_are_seen() {
        assert_eq!(found(&["tv 24,52,a\ntv 21,52,b\ntv 22,80,a\ntv 24", "52", "a"]), Some((4, true)));
        // In the last column, up to the end of the file.
        assert_eq!(found(&["1", "2", "x\n3,4,y\n5,6,z\n"]), Some((3, true)));
        assert_eq!(found(&["1", "x\n2,y\n3,z\n4,u\n5,v"]), Some((5, true)));
        assert_eq!(found(&["tv 24,52,a\ntv 21", "52", "a"]), Some((2, false)));
    }

    #[test]
    fn texts_over_several_lines_are_no_rows() {
        assert_eq!(found(&["1", "Main St 5, Springfield\nIL, 62701\nUSA", "x"]), None);
        assert_eq!(found(&["1", "two\nlines", "x"]), None);
        assert_eq!(found(&["1", "Dear all,\n\nthanks, and bye\n", "x"]), None);
        assert_eq!(found(&["Springfield, IL\nUSA", "5"]), None);
        assert_eq!(found(&["a\nb"]), None);
    }
}
