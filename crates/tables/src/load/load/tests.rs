//! Whole files read as tables.

use super::*;
use crate::Values;
use crate::cell::number;
use crate::{DecimalMark, Delimiter};
use proptest::prelude::*;

fn table(text: &str, spec: &DataSpec) -> Result<Table> {
    read(&TableSource::text("t.csv", text), spec)
}

fn auto(text: &str) -> Table {
    table(text, &DataSpec::default()).unwrap()
}

fn fails(text: &str, spec: &DataSpec) -> Error {
    table(text, spec).unwrap_err()
}

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| n.to_string()).collect()
}

#[test]
fn columns_are_typed_over_the_whole_file() {
    let t = auto("i,n,b,c,d,e\n1,1.5,Yes,u,2020-01-31,\n2,NA,no,v,?,\n-3,2,,u,2020-02-01,\n1,1,no,u,2020-02-02,\n");
    use ColumnKind::*;
    assert_eq!(t.columns.iter().map(|c| c.kind).collect::<Vec<_>>(), [Integer, Number, Boolean, Category, Date, Text]);
    assert_eq!(t.columns.iter().map(|c| c.stats.missing).collect::<Vec<_>>(), [0, 1, 1, 0, 1, 4]);
    assert_eq!(t.rows, 4);
    // One word in the last row makes a column of numbers a category; its numbers are levels like any other.
    let t = auto(&format!("x\n{}z\n", "1\n2\n".repeat(2000)));
    assert_eq!((t.columns[0].kind, t.columns[0].stats.distinct), (Category, 3));
}

#[test]
fn dialects_are_found() {
    for text in
        ["a;b\n1,5;x\n2,25;y\n", "a\tb\n1.5\tx\n2.25\ty\n", "a|b\n1.5|x\n2.25|y\n", "a,b\n\"1,5\",x\n\"2,25\",y\n"]
    {
        let t = auto(text);
        assert_eq!((t.columns[0].values.number(0), t.columns[0].values.number(1)), (1.5, 2.25), "{text}");
    }
    // The first unambiguous comma comes late: the file is read again.
    let t = auto(&format!("a;b\n{}1,5;2\n", "1;2\n".repeat(1500)));
    assert_eq!(t.dialect.unwrap().decimal, Decimal::Comma);
    assert_eq!(auto("v\n1.234,5\n7\n").columns[0].values.number(0), 1234.5);
    let no_header = DataSpec { header: false, ..DataSpec::default() };
    let t = table("1,2\n3,4\n", &no_header).unwrap();
    assert_eq!((t.rows, t.columns[1].name.as_str()), (2, "column_2"));
    assert!(auto("1,2\n3,4\n").notes[0].text.contains("`data.header = false`"));
}

#[test]
fn points_of_thousands_are_read_with_a_note() {
    let t = auto("n;c\n993;a\n1.126;b\n12.000;a\n1.000;b\n");
    assert_eq!((t.columns[0].values.number(1), t.dialect.unwrap().decimal), (1126.0, Decimal::Comma));
    assert!(
        t.notes[0].text.starts_with("1.126 could be 1126 or 1.126")
            && t.notes[0].text.contains("`data.decimal = \".\"`")
    );
    let given = DataSpec { decimal: Some(DecimalMark::Point), ..DataSpec::default() };
    let t = table("n;c\n993;a\n1.126;b\n12.000;a\n1.000;b\n", &given).unwrap();
    assert_eq!((t.columns[0].values.number(1), t.notes.len()), (1.126_f32.into(), 0));
    // A number that is not grouped comes late: the file is read again.
    let t = auto(&format!("n;c\n{}2000;a\n", "993;a\n1.126;b\n".repeat(1000)));
    assert_eq!((t.columns[0].values.number(1), t.notes.len()), (1.126_f32.into(), 2));
    assert!(t.notes[1].text.contains("repeat an earlier row"), "{:?}", t.notes);
}

#[test]
fn percents_and_money_make_columns_of_numbers() {
    let t = auto("p;m;d\n93,6%;R$ 4.745,99;(11)\n94 %;-R$ 3,00;(21)\n;5;(31)\n");
    let v = |c: usize, r: usize| t.columns[c].values.number(r);
    assert_eq!((v(0, 0), v(0, 1), v(1, 0), v(1, 1)), (93.6, 94.0, 4745.99_f32.into(), -3.0));
    assert_eq!((t.columns[2].kind, t.notes.len()), (ColumnKind::Text, 0));
}

#[test]
fn older_encodings_are_read_with_a_note() {
    let bytes = b"cidade,x\nS\xe3o Paulo,1\nS\xe3o Paulo,2\nBel\xe9m,3\n";
    let t = read(&TableSource::Bytes { name: "x".into(), bytes: bytes[..].into() }, &DataSpec::default()).unwrap();
    assert_eq!(t.columns[0].stats.top[0], ("S\u{e3}o Paulo".to_string(), 2));
    assert!(t.notes[0].text.contains("Windows-1252"));
}

#[test]
fn errors_name_the_line_and_the_column() {
    let auto = DataSpec::default();
    let line = |e: &Error| e.span().map(|s| s.line);
    let e = fails("a,b\r\n1,2\r\n\r\n3\r\n", &auto);
    assert_eq!(
        (e.message(), line(&e)),
        ("this row has 1 cell, not 2 as the header has (it starts with \"3\")", Some(4))
    );
    let e = fails("a,b\n\"two\nlines\",2\n3,4,5\n", &auto);
    assert_eq!(line(&e), Some(4));
    let e = fails("a,b\n1,2\n\"3,4\n5,6\n", &auto);
    assert!(e.helps()[0].contains("quote is not closed") && line(&e) == Some(3), "{e}");
    let e = fails("a,b\n1,2\n1e999,3\n", &auto);
    assert_eq!((e.message(), line(&e)), ("column \"a\" holds an infinite number, 1e999", Some(3)));
    let e = fails("a,b\n1,2\nx,3\n", &DataSpec { numeric: named(&["a"]), ..DataSpec::default() });
    assert_eq!((e.message(), line(&e)), ("column \"a\": \"x\" is no number", Some(3)));
    let numeric = DataSpec { numeric: named(&["a"]), ..DataSpec::default() };
    for (text, advised) in [("a,b\nx,1\ny,2\n", false), ("a,b\nx,1\nx,2\n", true), ("a,b\nn/d,1\n2,2\n", true)] {
        assert_eq!(fails(text, &numeric).helps()[0].contains("`data.missing`"), advised, "{text}");
    }
    let e = fails("a,b\n1,2,\n", &auto);
    assert!(e.helps()[0].contains("ends with a delimiter"), "{e}");
    for weight in ["-1", "", "x"] {
        let spec = DataSpec { weight: Some("w".into()), ..DataSpec::default() };
        let e = fails(&format!("w,b\n1,2\n{weight},3\n"), &spec);
        assert_eq!(line(&e), Some(3), "{e}");
    }
    assert!(fails("a,b,a\n1,2,3\n", &auto).message().contains("columns 1 and 3 are both called \"a\""));
    assert!(fails("a,b\n", &auto).message().contains("no rows"));
    let e = fails("glucose,b\n1,2\n", &DataSpec { ignore: named(&["glucos"]), ..DataSpec::default() });
    assert_eq!(e.helps(), ["did you mean \"glucose\"?"]);
    let both = DataSpec { ignore: named(&["a"]), target: Some("a".into()), ..DataSpec::default() };
    assert!(fails("a,b\n1,2\n", &both).message().contains("cannot be the target and ignored"));
}

#[test]
fn columns_that_are_almost_numbers_get_a_word() {
    let t = auto(&format!("a,b\n{}12a,x\n", "1,x\n2,y\n".repeat(10)));
    assert_eq!(t.columns[0].kind, ColumnKind::Category);
    let note = t.notes[0].to_string();
    assert!(note.starts_with("column \"a\": 20 of 21 cells are numbers, and \"12a\" (line 22) is none"), "{note}");
    let t = auto("a;b\n1,5;2.5\n2,5;2.5\n3,5;1\n");
    assert!(t.notes[0].text.contains("decimal mark is \".\""), "{:?}", t.notes);
}

#[test]
fn what_the_user_says_is_done() {
    let spec = DataSpec { categorical: named(&["a"]), missing: named(&["-9"]), ..DataSpec::default() };
    let t = table("a,b\n1,2\n2,-9.0\n1,4\n", &spec).unwrap();
    assert_eq!((t.columns[0].kind, t.columns[1].stats.missing), (ColumnKind::Category, 1));
    let t = table("a,b\n1,inf\n2,3\n", &DataSpec { ignore: named(&["b"]), ..DataSpec::default() }).unwrap();
    assert_eq!(t.columns[1].values, Values::Absent);
}

/// A cell as a file may contain it.
fn quote(text: &str, delimiter: char) -> String {
    if text.contains([delimiter, '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_string()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&TableSource::Bytes { name: "x".into(), bytes: bytes.into() }, &DataSpec::default());
    }

    #[test]
    fn nothing_that_looks_like_a_table_makes_it_panic(text in "[ab0-9.,;|\t\"\r\n/:eE+ -]{0,200}") {
        let _ = table(&text, &DataSpec::default());
        let spec = DataSpec { header: false, numeric: named(&["column_1"]), ..DataSpec::default() };
        let _ = table(&text, &spec);
    }

    #[test]
    fn any_text_is_a_number_or_none(text in "[0-9.,eE+-]{0,30}") {
        for decimal in [Decimal::Point, Decimal::Comma] {
            if let Some(parsed) = number::parse(text.as_bytes(), decimal) {
                prop_assert!(!parsed.value.is_nan());
            }
        }
    }

    #[test]
    fn tables_read_back_as_they_were_written(
        rows in prop::collection::vec((prop::num::f64::NORMAL, -1000i32..1000, 0usize..4), 2..30),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        comma in any::<bool>(),
    ) {
        let words = ["plain", "with \"quotes\"", "a,b;c|d", "two\nlines"];
        let mark = if comma { "," } else { "." };
        let mut text = ["x", "i", "word"].join(&delimiter.to_string());
        for (x, i, w) in &rows {
            let x = format!("{x:e}").replace('.', mark);
            let cells = [quote(&x, delimiter), i.to_string(), quote(words[*w], delimiter)];
            text += &format!("\r\n{}", cells.join(&delimiter.to_string()));
        }
        let spec = DataSpec {
            categorical: named(&["word"]),
            decimal: Some(mark.to_string().parse().unwrap()),
            delimiter: Some(if delimiter == '\t' { Delimiter::Tab } else { delimiter.to_string().parse().unwrap() }),
            ..DataSpec::default()
        };
        for spec in [DataSpec { delimiter: None, ..spec.clone() }, spec] {
            let t = table(&text, &spec).unwrap();
            prop_assert_eq!(t.rows, rows.len());
            let Values::Category { codes, levels } = &t.columns[2].values else { panic!("no category") };
            for (r, (x, i, w)) in rows.iter().enumerate() {
                let read = t.columns[0].values.number(r);
                let narrow = matches!(t.columns[0].values, Values::Narrow(_));
                prop_assert_eq!(read, if narrow { f64::from(*x as f32) } else { *x });
                prop_assert_eq!(t.columns[1].values.number(r), f64::from(*i));
                prop_assert_eq!(levels[codes[r] as usize].as_str(), words[*w]);
            }
        }
    }
}
