//! Detects a row of units below the header: `;bar;m3/d;` above numbers.

use crate::cell::date;
use crate::column::cell::{Missing, trim};
use crate::column::storage_type::quoted;
use crate::records::layout::is_number;
use crate::spec::note::Note;
use ::csv::ByteRecord;
use treino_core::catalog::setting;

/// The words of a row, with their columns.
fn words<'r>(cells: impl Iterator<Item = &'r [u8]>) -> Vec<(usize, &'r [u8])> {
    let missing = Missing::default();
    cells.map(trim).enumerate().filter(|(_, cell)| !missing.is(cell)).collect()
}

/// Whether a row holds words and no number or date.
pub(crate) fn may_be_row(row: &ByteRecord) -> bool {
    let words = words(row.iter());
    !words.is_empty() && words.iter().all(|(_, word)| !is_number(word) && date::formats(word) == 0)
}

/// Whether a row holds words only in columns whose other cells are all numbers or dates, according to `typed`. It must
/// have at least two, because a single word may be a cell without a value; one word in brackets is enough.
pub(crate) fn is_row<'r>(cells: impl Iterator<Item = &'r [u8]>, typed: impl Fn(usize) -> bool) -> bool {
    let words = words(cells);
    let in_brackets = |word: &[u8]| matches!(word, [b'(', .., b')'] | [b'[', .., b']']);
    let values = words.iter().any(|(_, word)| is_number(word) || date::formats(word) != 0);
    let enough = words.len() > 1 || words.iter().any(|(_, word)| in_brackets(word));
    enough && !values && words.iter().all(|(column, _)| typed(*column))
}

/// A note about a row of units in a file with `above` lines above the header and `rows` rows below the units.
pub(crate) fn note(row: &ByteRecord, above: usize, rows: usize) -> Note {
    let words: Vec<String> = words(row.iter()).into_iter().take(4).map(|(_, word)| quoted(word)).collect();
    Note::new(format!(
        "line {} ({}) holds units and is not read: no cell of it is a number, and those of the {rows} rows below it are; if \
         it names the columns, use {}",
        above + 2,
        words.join(", "),
        setting("data.skip_rows", above + 1)
    ))
}

#[cfg(test)]
mod tests {
    use crate::{ColumnKind, DataSpec, Table, TableSource, read};

    fn table(text: &str) -> Table {
        read(&TableSource::text("t.csv", text), &DataSpec::default()).unwrap()
    }

    #[test]
    fn a_row_of_units_is_left_out_with_a_word() {
        let t =
            table("TIME;WBHP;RATE;STATE\n;bar;m3/d;\n0;219.47;4.249;shut\n1;224.66;5.524;shut\n2;376.21;1.092;open\n");
        assert_eq!((t.rows, t.columns[1].values.number(0)), (3, 219.47_f32.into()));
        assert!(t.notes[0].text.starts_with("line 2 (\"bar\", \"m3/d\") holds units"), "{:?}", t.notes);
        assert!(t.notes[0].text.ends_with("`data.skip_rows = 1`"));
        let t = table("day,rain\nyyyy-mm-dd,mm\n2020-01-01,4\n2020-01-02,0\n");
        assert_eq!((t.rows, t.columns[0].kind), (2, ColumnKind::Date));
        assert_eq!(table("a,t\nx,(C)\ny,3\nz,4\n").rows, 3);
        assert_eq!(table("a,t\n,(C)\ny,3\nz,4\n").rows, 2);
    }

    #[test]
    fn words_among_names_and_categories_are_no_units() {
        for text in [
            "name,a,b\nMaria,none,none\nJo,1,2\nAna,3,4\n",
            "a;b;valor\n93;7;isento\n96;4;336,00\n",
            "a,b\n,isento\n3,4\n5,6\n",
            "a,b\nx,y\nz,w\n",
        ] {
            let t = table(text);
            assert_eq!(t.rows, text.lines().count() - 1, "{text}");
        }
    }
}
