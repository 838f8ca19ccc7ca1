//! Doubts about the first line of a CSV file: it may be data, or a title, or be cut at the wrong places.

use super::dialect::{DELIMITERS, Dialect, SAMPLE};
use super::number::{self, Decimal};
use super::source::Opened;

/// What may be wrong with the first line, as a sentence that says what to do; `None` where nothing looks wrong.
pub(crate) fn doubt(opened: &Opened, names: &[String], dialect: Dialect) -> Option<String> {
    if let [name] = names {
        return other_delimiter(opened, name, dialect);
    }
    data(names, dialect)
}

/// Whether the names of the columns look like a row of data: all numbers, or most of them and not years or counters.
fn data(names: &[String], dialect: Dialect) -> Option<String> {
    if !dialect.header {
        return None;
    }
    let values: Vec<f64> =
        names.iter().filter_map(|n| number::parse(n.as_bytes(), dialect.decimal)).map(|p| p.value).collect();
    if values.len() == names.len() {
        return Some("the first line holds only numbers and was taken for names: say --no-header if it is data".into());
    }
    // A table with a column for each year, or with numbered columns, is named like that on purpose.
    let years = values.iter().all(|v| v.fract() == 0.0 && (1800.0..=2100.0).contains(v));
    let counted = values.windows(2).all(|w| w[1] == w[0] + 1.0);
    (values.len() * 2 > names.len() && !years && !counted).then(|| {
        format!(
            "{} of the {} names in the first line are numbers: say --no-header if it is data",
            values.len(),
            names.len()
        )
    })
}

/// Another delimiter that stands in most lines of a file of one column.
fn other_delimiter(opened: &Opened, name: &str, dialect: Dialect) -> Option<String> {
    let sample = opened.sample(SAMPLE).ok()?;
    let lines: Vec<&[u8]> = sample.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).collect();
    let numbers = |d: &u8| lines.iter().skip(1).all(|l| l.is_empty() || is_number(l, *d));
    let filled = lines.iter().filter(|l| !l.is_empty()).count();
    let count = |d: u8| lines.iter().filter(|l| l.contains(&d)).count();
    let candidates = DELIMITERS.into_iter().filter(|d| *d != dialect.delimiter && !numbers(d));
    let delimiter = candidates.rev().max_by_key(|d| count(*d)).filter(|d| count(*d) * 2 > filled)?;
    let word = if delimiter == b'\t' { "tab".to_string() } else { format!("\"{}\"", char::from(delimiter)) };
    let first = lines.iter().position(|l| l.contains(&delimiter))?;
    if first == 0 {
        let value = if delimiter == b'\t' { "tab" } else { word.as_str() };
        return Some(format!("the file has one column, and most lines hold a {word}: say --delimiter {value}"));
    }
    let title = super::plan::quoted(name.as_bytes());
    Some(format!(
        "the file has one column, {title}, and most lines hold a {word}, from line {} on: lines above the one that names \
         the columns must go",
        first + 1
    ))
}

/// Whether a line is one number that has the character in it as a mark: `1,5`.
fn is_number(line: &[u8], delimiter: u8) -> bool {
    delimiter == b',' && [Decimal::Comma, Decimal::Point].into_iter().any(|d| number::parse(line, d).is_some())
}

#[cfg(test)]
mod tests {
    use crate::spec::DataSpec;
    use crate::{Source, read};

    fn notes(text: &str) -> Vec<String> {
        let table = read(&Source::text("t.csv", text), &DataSpec::default()).unwrap();
        table.notes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_first_line_of_data_gets_a_word() {
        assert!(notes("1,2\n3,4\n")[0].contains("--no-header"));
        assert!(notes("5.1,3.5,1.4,setosa\n4.9,3,1.3,setosa\n4.9,3,1.3,virginica\n")[0].contains("3 of the 4 names"));
        assert!(notes("state,1999,2004\na,4,3\na,3,1\n").is_empty());
        assert!(notes("y,1,2,3\n1,4,3,2\n2,3,1,1\n").is_empty());
        let e = read(
            &Source::text("t.csv", "5.1,3.5,1.4,x\n4.9,3,1.3,x\n"),
            &DataSpec { target: Some("species".into()), ..DataSpec::default() },
        );
        assert!(e.unwrap_err().helps().iter().any(|h| h.contains("--no-header")));
    }

    #[test]
    fn titles_and_wrong_delimiters_get_a_word() {
        let titled = "Sales\nAll of 2020\na;b;c\n1;2;3\n4;5;6\n";
        assert!(notes(titled)[0].contains("from line 3 on"), "{:?}", notes(titled));
        let wrong = DataSpec { delimiter: Some(",".into()), ..DataSpec::default() };
        let t = read(&Source::text("t.csv", "a;b\n1;2\n3;4\n"), &wrong).unwrap();
        assert!(t.notes[0].text.contains("--delimiter \";\""), "{:?}", t.notes);
        let spec = DataSpec { target: Some("c".into()), ..DataSpec::default() };
        let e = read(&Source::text("t.csv", titled), &spec).unwrap_err();
        assert!(e.helps().iter().any(|h| h.contains("from line 3 on")), "{e}");
        assert!(notes("x\n1,5\n2,5\n").is_empty());
        assert!(notes("x\n1\n2\n").is_empty());
    }
}
