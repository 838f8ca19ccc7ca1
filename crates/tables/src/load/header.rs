//! Checks the first line of a CSV file: it may be data, or a title, or be split at the wrong delimiter.

use crate::cell::number::{self, Decimal};
use crate::cell::text::decode;
use crate::column::cell::{Missing, trim};
use crate::records::csv::CsvRows;
use crate::records::layout::{TableLayout, is_number};
use crate::source::csv_format::{DELIMITERS, SAMPLE};
use crate::source::source::OpenedTable;
use std::io::{BufRead, Read};
use treino_core::catalog::setting;

/// The number of rows that are searched for cells of the first line.
const ROWS_BELOW: usize = 1000;

/// The number of lines that are searched for a column name.
const LINES_BELOW: usize = 200;

/// A sentence about a suspicious first line, with what to do; `None` if nothing looks wrong.
pub(crate) fn doubt(opened: &OpenedTable, names: &[String], form: TableLayout) -> Option<String> {
    if let [name] = names {
        return other_delimiter(opened, name, form);
    }
    if form.header { data(opened, names, form) } else { None }
}

/// If one of the first lines below holds a name that no column has, a sentence with what to do.
pub(crate) fn named_below(opened: &OpenedTable, wanted: &str, form: TableLayout) -> Option<String> {
    let text = form.text(opened).ok()?;
    let mut lines = 0;
    for line in text.take(SAMPLE as u64).split(b'\n').take(LINES_BELOW) {
        lines += 1;
        let line = line.ok()?;
        let mut cells = line.split(|b| *b == form.delimiter).map(|cell| cell.trim_ascii());
        let bare = |cell: &[u8]| decode(cell.strip_prefix(b"\"").and_then(|c| c.strip_suffix(b"\"")).unwrap_or(cell));
        if lines > 1 && cells.any(|cell| bare(cell) == wanted) {
            let skipped = form.above + lines - 1;
            return Some(format!(
                "line {} holds \"{wanted}\": if it names the columns, the lines above it must go: use {}",
                skipped + 1,
                setting("data.skip_rows", skipped)
            ));
        }
    }
    None
}

/// Whether the first line looks like a row of data: its cells are numbers, but not years or counters, or occur again in
/// their own columns, and hardly one is a word above numbers.
fn data(opened: &OpenedTable, names: &[String], form: TableLayout) -> Option<String> {
    let mut above_numbers = vec![true; names.len()];
    let mut again = vec![false; names.len()];
    let mut values = vec![false; names.len()];
    let mut rows = CsvRows::open(opened, form).ok()?;
    let missing = Missing::default();
    for _ in 0..ROWS_BELOW {
        let Ok(Some((record, _))) = rows.next() else { break };
        for (column, cell) in record.iter().map(trim).enumerate().filter(|(_, cell)| !missing.is(cell)) {
            values[column] = true;
            above_numbers[column] &= is_number(cell);
            again[column] |= decode(cell) == names[column];
        }
    }
    let number = |name: &String| {
        number::parse(name.as_bytes(), Decimal::Point).or(number::parse(name.as_bytes(), Decimal::Comma))
    };
    let numbers: Vec<f64> = names.iter().filter_map(number).map(|p| p.value).collect();
    // A table with a column for each year, or with numbered columns, has such names on purpose.
    let years = numbers.iter().all(|v| v.fract() == 0.0 && (1800.0..=2100.0).contains(v));
    let counted = numbers.windows(2).all(|w| w[1] == w[0] + 1.0);
    let only_numbers = numbers.len() == names.len();
    let purpose = (years || counted) && !only_numbers;
    let columns = || names.iter().enumerate();
    let words: Vec<&String> = columns().filter(|(i, n)| again[*i] && number(n).is_none()).map(|(_, n)| n).collect();
    let heads = columns().filter(|(i, n)| values[*i] && above_numbers[*i] && number(n).is_none()).count();
    let digits = if purpose { 0 } else { numbers.len() };
    let telling = digits + words.len();
    if only_numbers {
        return Some(
            "the first line holds only numbers and was taken for names: use `data.header = false` if it is data".into(),
        );
    }
    let likely = digits * 2 > names.len() || (heads * 4 < telling && (digits > 0 || words.len() * 2 >= names.len()));
    likely.then(|| {
        let quoted =
            |names: Vec<&String>| names.iter().take(3).map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", ");
        let mut reasons = Vec::new();
        if digits > 0 {
            let list = quoted(names.iter().filter(|n| number(n).is_some()).collect());
            reasons.push(format!("{digits} of the {} names in the first line are numbers ({list})", names.len()));
        }
        if !words.is_empty() {
            let (stand, list) = (words.len(), quoted(words));
            reasons.push(format!("{stand} stand in their own columns again ({list})"));
        }
        format!("{}: use `data.header = false` if it is data", reasons.join(", and "))
    })
}

/// Another delimiter that occurs in most lines of a file of one column.
fn other_delimiter(opened: &OpenedTable, name: &str, form: TableLayout) -> Option<String> {
    let mut sample = Vec::new();
    form.text(opened).ok()?.take(SAMPLE as u64).read_to_end(&mut sample).ok()?;
    let lines: Vec<&[u8]> = sample.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).collect();
    let numbers = |d: &u8| lines.iter().skip(1).all(|l| l.is_empty() || is_marked_number(l, *d));
    let filled = lines.iter().filter(|l| !l.is_empty()).count();
    let count = |d: u8| lines.iter().filter(|l| l.contains(&d)).count();
    let candidates = DELIMITERS.into_iter().filter(|d| *d != form.delimiter && !numbers(d));
    let delimiter = candidates.rev().max_by_key(|d| count(*d)).filter(|d| count(*d) * 2 > filled)?;
    let word = if delimiter == b'\t' { "tab".to_string() } else { format!("\"{}\"", char::from(delimiter)) };
    let first = lines.iter().position(|l| l.contains(&delimiter))?;
    if first == 0 {
        let value = if delimiter == b'\t' { "tab" } else { word.trim_matches('"') };
        let setting = setting("data.delimiter", value);
        return Some(format!("the file has one column, and most lines hold a {word}: use {setting}"));
    }
    let title = crate::column::storage_type::quoted(name.as_bytes());
    Some(format!(
        "the file has one column, {title}, and most lines hold a {word}, from line {} on: if it names the columns, the lines \
         above it must go: use {}",
        form.above + first + 1,
        setting("data.skip_rows", form.above + first)
    ))
}

/// Whether a line is a single number with the character as a separator: `1,5`.
fn is_marked_number(line: &[u8], delimiter: u8) -> bool {
    delimiter == b',' && is_number(line)
}

#[cfg(test)]
mod tests {
    use crate::Delimiter;
    use crate::spec::spec::DataSpec;
    use crate::{TableSource, read};

    fn notes(text: &str) -> Vec<String> {
        let table = read(&TableSource::text("t.csv", text), &DataSpec::default()).unwrap();
        table.notes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_first_line_of_data_gets_a_word() {
        assert!(notes("1,2\n3,4\n")[0].contains("`data.header = false`"));
        assert!(notes("5.1,3.5,1.4,setosa\n4.9,3,1.3,setosa\n4.9,3,1.3,virginica\n")[0].contains("3 of the 4 names"));
        assert!(notes("state,1999,2004\na,4,3\na,3,1\n").is_empty());
        assert!(notes("y,1,2,3\n1,4,3,2\n2,3,1,1\n").is_empty());
        let e = read(
            &TableSource::text("t.csv", "5.1,3.5,1.4,x\n4.9,3,1.3,x\n"),
            &DataSpec { target: Some("species".into()), ..DataSpec::default() },
        );
        assert!(e.unwrap_err().helps().iter().any(|h| h.contains("`data.header = false`")));
    }

    #[test]
    fn a_first_line_whose_cells_come_again_gets_a_word() {
        let adult = "37, Private, 39720, Bachelors, 13, >50K\n24, State-gov, 95476, Bachelors, 13, <=50K\n\
                     71, Private, 58678, Masters, 14, >50K\n";
        let found = notes(adult);
        assert!(
            found[0].contains("3 of the 6 names in the first line are numbers (\"37\", \"39720\", \"13\")"),
            "{found:?}"
        );
        assert!(found[0].contains("3 stand in their own columns again (\"Private\"") && found[0].ends_with("data"));
        assert!(notes("p,x,s\np,x,y\ne,x,s\n")[0].contains("`data.header = false`"));
        // Names are words above numbers, or do not occur again.
        assert!(notes("sex,age,sport\nm,3,sport\nf,4,run\n").is_empty());
        assert!(notes("a,b,c\na,x,y\nz,x,y\n").is_empty());
    }

    #[test]
    fn titles_and_wrong_delimiters_get_a_word() {
        let wrong = DataSpec { delimiter: Some(Delimiter::Comma), ..DataSpec::default() };
        let t = read(&TableSource::text("t.csv", "a;b\n1;2\n3;4\n"), &wrong).unwrap();
        assert!(t.notes[0].text.contains("`data.delimiter = \";\"`"), "{:?}", t.notes);
        let titled = "Sales\nAll of 2020\na;b;c\n1;2;3\n4;5;6\n";
        let spec = DataSpec { skip_rows: Some(0), delimiter: Some(Delimiter::Comma), ..DataSpec::default() };
        let t = read(&TableSource::text("t.csv", titled), &spec).unwrap();
        assert!(
            t.notes[0].text.contains("from line 3 on") && t.notes[0].text.ends_with("`data.skip_rows = 2`"),
            "{:?}",
            t.notes
        );
        // The requested name is in the file.
        let titled = "Sales, all,2020\na,b,c\n1,2,3\n";
        let spec = DataSpec { target: Some("c".into()), ..DataSpec::default() };
        let e = read(&TableSource::text("t.csv", titled), &spec).unwrap_err();
        assert!(
            e.helps().iter().any(|h| h.starts_with("line 2 holds \"c\"") && h.ends_with("`data.skip_rows = 1`")),
            "{e}"
        );
        assert!(notes("x\n1,5\n2,5\n").is_empty());
        assert!(notes("x\n1\n2\n").is_empty());
    }
}
