//! Files that hold more than a table, or hold it in a form of their own.

use crate::scratch::Scratch;

/// The lines of a text one after the other, as where nobody broke them.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Rows of three numbers and a word, with this between the cells and this decimal mark.
fn rows(delimiter: &str, mark: &str) -> String {
    let row = |i: usize| {
        let cells = [i * 7 % 50, i * 13 % 40].map(|n| format!("{n}{mark}{}", i % 10));
        let class = if i * 7 % 50 > 24 { "high" } else { "low" };
        format!("{}{delimiter}{}{delimiter}{class}\n", cells[0], cells[1])
    };
    (0..60).map(row).collect()
}

#[test]
fn what_stands_around_a_table_is_left_out_with_a_word() {
    let scratch = Scratch::new();
    let table = format!("a;b;y\n{}", rows(";", ","));
    let forms = [
        ("plain", table.clone(), ""),
        ("titles", format!("Station:;X\nHeight:;12,5\n{table}"), "line 3 names the columns"),
        ("padded", format!("Report;;\n2014 to 2015;;\n{table}"), "line 3 names the columns"),
        ("sep", format!("sep=;\n{table}"), ""),
        ("units", table.replacen('\n', "\nmm;m3/d;\n", 1), "line 2 (\"mm\", \"m3/d\") holds units"),
        ("notes", format!("{table}Source: somebody, 2020\n* estimated\n"), "2 lines from line 62 on are no row"),
        ("blanks", format!("a b y\n{}", rows("   ", ".")), ""),
        ("nfd", table.replacen("a;b;y", "e\u{301};b;y", 1), ""),
    ];
    let mut scores = None;
    for (name, text, note) in &forms {
        scratch.write(&format!("{name}.csv"), text);
        let seen = flat(&scratch.good(&format!("inspect {name}.csv")).stdout);
        assert!(seen.contains("60 rows, 3 columns") && seen.contains(note), "{name}: {seen}");
        let head = scratch.good(&format!("train {name}.csv --target y --epochs 2 --name {name}")).stdout;
        assert!(flat(&head).contains(note), "{name}: {head}");
        // The same numbers are learnt from, whatever stands around them.
        let found = head
            .split("true")
            .next()
            .unwrap()
            .split("epochs in")
            .nth(1)
            .unwrap()
            .split_once('\n')
            .unwrap()
            .1
            .to_string();
        assert_eq!(scores.get_or_insert_with(|| found.clone()), &found, "{name}");
    }
    scratch.good("train nfd.csv --target y --ignore \u{e9} --epochs 1 -q");
    scratch.write("total.csv", format!("{table}Total;1200;x\n"));
    scratch.good("train total.csv --target y --skip-footer 1 --epochs 1 -q");
}

#[test]
fn rows_that_a_quote_swallows_are_an_error() {
    let scratch = Scratch::new();
    let mut lines: Vec<String> = format!("item,price,y\n{}", rows(",", ".")).lines().map(str::to_string).collect();
    lines[20] = format!("\"{}", lines[20]);
    lines[40] = format!("\"{}", lines[40]);
    scratch.write("t.csv", lines.join("\n"));
    scratch.refuses_all(&[
        ("inspect t.csv", &["t.csv:21", "21 lines that look like rows", "a quote is not closed"]),
        ("train t.csv --target y", &["t.csv:21", "a quote is not closed"]),
    ]);
}

#[test]
fn one_odd_cell_names_itself() {
    let scratch = Scratch::new();
    scratch.write("t.csv", format!("a;b;y\n{}<0,05;1,5;low\n", rows(";", ",")));
    let seen = flat(&scratch.good("inspect t.csv").stdout);
    assert!(seen.contains("60 of 61 cells are numbers, and \"<0,05\" (line 62) is none"), "{seen}");
    assert!(seen.contains("--missing '[\"<0,05\"]'") && seen.contains("decimal separator \",\""), "{seen}");
    scratch.refuses_all(&[
        ("inspect t.csv --numeric a", &["\"<0,05\" is no number", "t.csv:62"]),
        ("train t.csv --target a", &["60 of 61 cells are numbers", "(line 62)", "--missing '[\"<0,05\"]'"]),
    ]);
    let seen = scratch.good("inspect t.csv '--missing=<0,05'").stdout;
    assert!(!seen.contains("is none"), "{seen}");
    // The model refuses such a cell of another file by the same name.
    scratch.write("train.csv", format!("a;b;y\n{}", rows(";", ",")));
    scratch.good("train train.csv --target y --epochs 1 -q");
    scratch.refuses("predict runs/0001-train t.csv", &["\"<0,05\" is no number", "t.csv:62"]);
}

#[test]
fn lists_know_commas_in_names_and_numbers() {
    let scratch = Scratch::new();
    scratch.write("t.csv", format!("\"RAIN, TOTAL (mm)\";T,MAX;y\n{}-999,9;9;low\n", rows(";", ",")));
    let flags = "--target y --epochs 1 --name t";
    for ignored in ["'RAIN, TOTAL (mm)'", "'RAIN, TOTAL (mm),T,MAX'", "'[\"T,MAX\"]'"] {
        scratch.good(&format!("train t.csv {flags} --categorical 'T,MAX' -q"));
        let done = scratch.run(&format!("train t.csv {flags} --ignore {ignored} -q"));
        let nothing_left = ignored.contains("T,MAX") && ignored.contains("RAIN");
        assert_eq!(done.code, if nothing_left { 2 } else { 0 }, "{ignored}: {}", done.stderr);
        assert!(!nothing_left || done.stderr.contains("no column is left"), "{}", done.stderr);
    }
    let seen = scratch.good("inspect t.csv --missing=-999,9,n/d").stdout;
    let line = |name: &str| seen.lines().find(|line| line.trim_start().starts_with(name)).unwrap().to_string();
    assert!(flat(&line("RAIN")).contains("number 1"), "{seen}");
    assert!(flat(&line("T,MAX")).contains("number 0"), "{seen}");
    scratch.write("point.csv", "a,y\n99,1\n999,2\n5,3\n");
    assert!(flat(&scratch.good("inspect point.csv --missing 99,999").stdout).contains("a integer 2"));
}

#[test]
fn classes_that_a_part_lacks_are_told() {
    let scratch = Scratch::new();
    let sorted: String =
        (0..150).map(|i| format!("{},{},{}\n", i * 7 % 50, i % 3, ["A", "B", "C", "D", "E"][i / 30])).collect();
    scratch.write("sorted.csv", format!("a,b,y\n{sorted}"));
    let done = flat(&scratch.good("train sorted.csv --target y --epochs 3 --set 'data.split=\"last\"'").stdout);
    assert!(done.contains("\"D\" and \"E\" do not occur among the training rows, because the last rows"), "{done}");
    assert!(done.contains("--set data.split=random") && !done.contains("--class-weight"), "{done}");
    // The command that the doctor prints does what it says.
    let doctor = scratch.good("doctor runs/0001-sorted").stdout;
    // D is among the validation rows only, E among the test rows: the doctor names both.
    let absent = flat(&doctor).split("not among the training rows: ").nth(1).unwrap_or_default().to_string();
    let absent = absent.split(')').next().unwrap_or_default().to_string();
    assert!(absent.contains('D') && absent.contains('E') && !absent.contains('A'), "{doctor}");
    let command = doctor.lines().find_map(|line| line.split("treino ").nth(1)).expect("a command").to_string();
    assert!(command.contains("data.split=random"), "{doctor}");
    let again = flat(&scratch.good(&command).stdout);
    assert!(!again.contains("do not occur"), "{again}");
}

#[test]
fn rows_without_end_are_refused() {
    use std::io::Write;
    let scratch = Scratch::new();
    let pack = |name: &str, head: &str, piece: &[u8]| {
        let file = std::fs::File::create(scratch.path(name)).unwrap();
        let mut packer = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        packer.write_all(head.as_bytes()).unwrap();
        (0..64).for_each(|_| packer.write_all(piece).unwrap());
        packer.finish().unwrap();
    };
    pack("header.csv.gz", "a", &vec![b','; 1 << 20]);
    pack("cell.csv.gz", "a,b\n1,", &vec![b'x'; 1 << 20]);
    pack("quote.csv.gz", "a,b\n1,\"", &b"line\n".repeat(1 << 18));
    scratch.refuses_all(&[
        ("inspect header.csv.gz", &["header.csv.gz:1", "more than 1048576 cells"]),
        ("inspect cell.csv.gz", &["cell.csv.gz:2", "longer than 32 MiB"]),
        ("inspect quote.csv.gz", &["quote.csv.gz:2", "longer than 32 MiB", "quote is not closed"]),
    ]);
}
