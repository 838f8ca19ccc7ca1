//! Cells that could be read as other numbers than they are: in files for a model, and in the table of a training.

use crate::scratch::{Done, Scratch, done};

/// Rows of a table, one for each number below `n`.
fn rows(header: &str, n: usize, row: impl Fn(usize) -> String) -> String {
    (0..n).fold(format!("{header}\n"), |text, i| text + &row(i) + "\n")
}

/// A folder with a model of a table.
fn trained(table: &str, options: &str) -> Scratch {
    let scratch = Scratch::new();
    scratch.write("t.csv", table);
    scratch.good(&format!("train t.csv --target y -q --name m {options}"));
    scratch
}

/// What the model predicts for a file.
fn predict(scratch: &Scratch, table: &str, options: &str) -> Done {
    scratch.write("new.csv", table);
    scratch.good(&format!("predict runs/0001-m new.csv {options}"))
}

/// The first cell of each row but the first.
fn first_cells(csv: &str) -> Vec<&str> {
    csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect()
}

/// Weights from 45.1 to 128.9 kg, heavy above 90.
fn weights(mark: char, delimiter: char) -> String {
    rows(&format!("kg{delimiter}cm{delimiter}y"), 120, |i| {
        let kg = format!("{:.3}", 45.1 + (i * 37 % 120) as f64 * 0.7).replace('.', &mark.to_string());
        let class = if 45.1 + (i * 37 % 120) as f64 * 0.7 > 90.0 { "heavy" } else { "light" };
        format!("{kg}{delimiter}{}{delimiter}{class}", 150 + i % 40)
    })
}

#[test]
fn the_decimal_mark_of_a_new_file_is_its_own() {
    let scratch = trained(&weights('.', ','), "");
    let points = predict(&scratch, "kg,cm\n50.250,170\n120.500,170\n", "");
    assert_eq!((first_cells(&points.stdout), &*points.stderr), (vec!["light", "heavy"], ""));
    let commas = predict(&scratch, "kg;cm\n50,250;170\n120,500;170\n", "");
    assert_eq!((commas.stdout, &*commas.stderr), (points.stdout.clone(), ""));
    // Against the habit of files cut at semicolons, with a word about it.
    let odd = predict(&scratch, "kg;cm\n50.250;170\n120.500;170\n", "");
    assert!(odd.stdout == points.stdout && odd.stderr.contains("50.250 is read as 50.25"), "{}", odd.stderr);
    // One who says otherwise is obeyed, and told what comes of it.
    let told = predict(&scratch, "kg;cm\n50,250;170\n120,500;170\n", "--decimal .");
    assert!(told.stderr.contains("column \"kg\": everything from 50250 to 120500 lies far from"), "{}", told.stderr);
    assert_eq!(predict(&scratch, "kg|cm\n50,25|170\n120,5|170\n", "--delimiter | --decimal ,").stdout, points.stdout);

    scratch.write("test.csv", "kg;cm;y\n50,250;170;light\n120,500;170;heavy\n95,125;160;heavy\n80,375;160;light\n");
    let evaluation = scratch.good("evaluate runs/0001-m test.csv --json");
    let json: serde_json::Value = serde_json::from_str(&evaluation.stdout).unwrap();
    assert_eq!((json["evaluation"]["accuracy"]["model"].as_f64(), &*evaluation.stderr), (Some(1.0), ""));
}

#[test]
fn a_test_file_with_another_mark_is_read_as_it_is_written() {
    let scratch = Scratch::new();
    scratch.write("t.csv", weights(',', ';'));
    scratch.write("test.csv", weights('.', ','));
    let done = scratch.good("train t.csv --target y --test test.csv --decimal , --delimiter ;");
    let accuracy = done.stdout.lines().find(|line| line.trim_start().starts_with("accuracy")).unwrap();
    let numbers: Vec<f64> = accuracy.split_whitespace().skip(1).map(|n| n.parse().unwrap()).collect();
    assert!(numbers[2] > 0.9, "{accuracy}");
}

#[test]
fn what_could_be_either_number_is_asked() {
    // 2.5 and 2500 are both among the numbers of training.
    let table = rows("a,y", 80, |i| format!("{}.5,{}", i * i / 2, if i > 40 { "high" } else { "low" }));
    let scratch = trained(&table, "");
    scratch.write("new.csv", "a;b\n2,500;1\n");
    scratch.refuses("predict runs/0001-m new.csv", &["2,500 could be 2500 or 2.5", "--decimal ."]);
    assert_eq!(first_cells(&predict(&scratch, "a;b\n2,500;1\n", "--decimal ,").stdout), ["low"]);
    assert_eq!(first_cells(&predict(&scratch, "a;b\n2,500;1\n", "--decimal .").stdout), ["high"]);
}

#[test]
fn percents_and_shares_are_not_mixed() {
    let percents = rows("rate,y", 80, |i| format!("{}.{}%,{}", i % 25, i % 10, if i % 25 > 12 { "yes" } else { "no" }));
    let scratch = trained(&percents, "");
    assert_eq!(first_cells(&predict(&scratch, "rate\n22.5%\n2 %\n", "").stdout), ["yes", "no"]);
    scratch.write("shares.csv", "rate\n0.225\n0.02\n");
    scratch
        .refuses("predict runs/0001-m shares.csv", &["column \"rate\" holds plain numbers", "training had percents"]);
    scratch.write("mixed.csv", "rate\n22.5%\n0.02\n");
    scratch.refuses("predict runs/0001-m mixed.csv", &["column \"rate\" mixes numbers"]);
    scratch.write("test.csv", "rate,y\n0.225,yes\n0.02,no\n");
    scratch.refuses("evaluate runs/0001-m test.csv", &["training had percents"]);

    let scratch = trained(&percents.replace('%', ""), "");
    scratch.write("percents.csv", "rate\n22.5%\n");
    scratch.refuses("predict runs/0001-m percents.csv", &["holds percents, where training had plain numbers"]);
}

#[test]
fn a_whole_number_is_the_same_category_with_a_decimal_point() {
    let table = rows("grp,y", 120, |i| format!("{},{}", i % 4 + 1, if i % 4 == 1 { "a" } else { "b" }));
    let scratch = trained(&table, "--categorical grp");
    let done = predict(&scratch, "grp\n2\n1\n2.0\n1.0\n2.00\n+2\n", "");
    assert_eq!((first_cells(&done.stdout), &*done.stderr), (vec!["a", "b", "a", "b", "a", "a"], ""));
    assert_eq!(first_cells(&predict(&scratch, "grp;x\n2,0;1,5\n1,0;1\n", "").stdout), ["a", "b"]);
    let done = predict(&scratch, "grp\n02\n2\n2\n", "");
    assert!(done.stderr.contains("\"02\" is not known from training, but \"2\" is"), "{}", done.stderr);
}

#[test]
fn what_training_never_saw_is_told() {
    let table = rows("city,age,when,y", 100, |i| {
        let city = ["Rio", "Natal", "Recife"][i % 3];
        format!(
            "{city},{},{:02}/{:02}/2020,{}",
            20 + i % 50,
            i % 28 + 1,
            i % 12 + 1,
            if i % 3 == 0 { "yes" } else { "no" }
        )
    });
    let scratch = trained(&table, "");
    let known = "city,age,when\nRio,30,13/01/2020\nNatal,40,14/02/2020\n";
    assert_eq!(predict(&scratch, known, "").stderr, "");
    for (table, said) in [
        (
            known.replace("Rio", "RJ").replace("Natal", "RN"),
            "column \"city\": none of its 2 cells is known from training: \"RJ\", \"RN\"",
        ),
        (known.replace("Rio", "RIO"), "column \"city\": 1 of its 2 cells are not known"),
        (
            known.replace(",30,", ",3000,").replace(",40,", ",4000,"),
            "column \"age\": everything from 3000 to 4000 lies far from what training had, 20 to 69",
        ),
        (known.replace("2020", "1920"), "column \"when\": everything from 1920-01-13 to 1920-02-14 lies far"),
        (known.replace(",30,", ",,").replace(",40,", ",NA,"), "column \"age\": every cell is missing"),
    ] {
        let done = predict(&scratch, &table, "");
        assert!(done.stderr.starts_with("note: ") && done.stderr.contains(said), "{said}\n{}", done.stderr);
        assert_eq!(done.stdout.lines().count(), 3);
    }
    let test = table.replace("Rio", "RJ").replace("Natal", "RN").replace("Recife", "PE");
    scratch.write("test.csv", test);
    assert!(scratch.good("evaluate runs/0001-m test.csv --json").stderr.contains("none of its 100 cells"));
    let trained = scratch.good("train t.csv --target y --test test.csv --epochs 1").stdout;
    assert!(trained.contains("note      column \"city\": none of its 100 cells"), "{trained}");
}

#[test]
fn labels_come_back_as_they_were_written() {
    for (labels, classes) in [
        (["01", "02", "10"], "01,02,10"),
        (["1.0", "2.0", "3.0"], "1.0,2.0,3.0"),
        (["+1", "-1", "0"], "-1,0,+1"),
        (
            ["1582218195625938945", "1582218195625938946", "1582218195625938947"],
            "1582218195625938945,1582218195625938946,1582218195625938947",
        ),
    ] {
        let scratch = trained(&rows("a,y", 90, |i| format!("{},{}", i % 30, labels[i % 30 / 10])), "");
        let done = predict(&scratch, "a\n2\n14\n27\n", "");
        let head = classes.split(',').map(|class| format!(",probability_{class}")).collect::<String>();
        assert_eq!(done.stdout.lines().next(), Some(&*format!("y{head}")), "{}", done.stdout);
        assert_eq!(first_cells(&done.stdout), labels);
        assert!(scratch.good("evaluate runs/0001-m t.csv --json").stdout.contains("\"accuracy\""));
    }
    // The same classes, written otherwise in another file; the positive one named otherwise.
    let scratch = trained(&rows("a,y", 60, |i| format!("{},{}.0", i % 20, i % 20 / 10)), "--positive 0");
    assert!(predict(&scratch, "a\n2\n14\n", "").stdout.starts_with("y,probability_1.0,probability_0.0\n0.0,"));
    scratch.write("test.csv", "a,y\n2,0\n14,1\n");
    assert!(scratch.good("evaluate runs/0001-m test.csv --json").stdout.contains("\"model\":1.0"));
}

#[test]
fn numbers_far_from_0_are_predicted_with_all_their_digits() {
    for (offset, scale, digits) in [(1_700_000_037.0, 30.0, 0), (2_460_000.0, 0.1, 3)] {
        let value = |i: usize| {
            let (a, b) = ((i * 37 % 101) as f64 / 50.0 - 1.0, (i * 61 % 103) as f64 / 51.0 - 1.0);
            (a, b, offset + scale * (2.0 * a - b))
        };
        let table = rows("a,b,y", 300, |i| {
            let (a, b, y) = value(i);
            format!("{a:.4},{b:.4},{y:.digits$}")
        });
        let scratch = trained(&table, "--metrics r2_score,mean_absolute_error");
        let predicted = predict(&scratch, &table, "").stdout;
        let errors: Vec<f64> = first_cells(&predicted)
            .iter()
            .zip(table.lines().skip(1))
            .map(|(p, row)| p.parse::<f64>().unwrap() - row.rsplit(',').next().unwrap().parse::<f64>().unwrap())
            .collect();
        let mse = errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64;
        // The variance of 2a - b over these rows is about 5/3.
        assert!(mse < 0.002 * scale * scale, "{mse}");
        let json = scratch.good("evaluate runs/0001-m t.csv --json").stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let found = json["evaluation"]["mse"]["model"].as_f64().unwrap();
        assert!((found - mse).abs() < 1e-4 * mse, "{found} {mse}");
        assert!(json["evaluation"]["r2"]["model"].as_f64().unwrap() > 0.999);
        // The metrics of the training are in the same units.
        let history = scratch.text("runs/0001-m/history.csv");
        let at = history.lines().next().unwrap().split(',').position(|name| name == "val_r2_score").unwrap();
        let last: f64 = history.lines().last().unwrap().split(',').nth(at).unwrap().parse().unwrap();
        assert!(last > 0.99, "{last}");
    }
}

#[test]
fn what_stands_for_a_missing_cell_is_told_with_what_to_do() {
    let scratch = Scratch::new();
    let table = rows("c;t;z;y", 80, |i| {
        let c = if i % 8 == 1 { "None".to_string() } else { (i % 10).to_string() };
        let t = if i % 10 == 3 { "-999,9".to_string() } else { format!("{},5", i % 30) };
        format!("{c};{t};{};{}", i % 3, ["NA", "EU", "AS"][i % 3])
    });
    scratch.write("t.csv", &table);
    let said = scratch.good("inspect t.csv").stdout.replace("\n    ", " ");
    for words in [
        "column \"c\": 70 of 80 cells are numbers, and \"None\" is none",
        "use --missing None",
        "column \"t\": -999.9 stands in 8 cells, and all others lie between 0.5 and 29.5",
        "use --missing -999.9",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    for option in ["None,-999.9", "None,-999,9", "None --missing -999,9", "'[\"None\", \"-999,9\"]'"] {
        let said = scratch.good(&format!("inspect t.csv --missing {option}")).stdout;
        let lines: Vec<Vec<&str>> = said.lines().map(|line| line.split_whitespace().take(3).collect()).collect();
        assert!(lines.contains(&vec!["c", "integer", "10"]) && lines.contains(&vec!["t", "number", "8"]), "{said}");
        assert!(!said.contains("--missing"), "{said}");
    }

    let trained = scratch.good("train t.csv --target y --epochs 1").stdout;
    assert!(trained.contains("27 cells such as \"NA\" are taken for missing; use"), "{trained}");
    let kept = scratch.good("train t.csv --target y --literal y --name m --epochs 20").stdout;
    assert!(kept.contains("y: multiclass, AS 32.5 %, EU 33.8 %, NA 33.8 %") && !kept.contains("set aside"), "{kept}");
    let evaluation = scratch.good("evaluate runs/0002-m t.csv --json").stdout;
    assert!(evaluation.contains("\"n\":80") && evaluation.contains("\"name\":\"NA\""), "{evaluation}");
}

#[test]
fn a_missing_word_of_a_new_file_can_be_named() {
    let scratch = trained(&rows("a,y", 60, |i| format!("{},{}", i % 20, i % 20 / 10)), "");
    scratch.write("new.csv", "a\n5\nn/d\n");
    scratch.refuses("predict runs/0001-m new.csv", &["\"n/d\" is no number", "--missing"]);
    let predicted = scratch.good("predict runs/0001-m new.csv --missing n/d").stdout;
    assert_eq!(predicted.lines().count(), 3);
    let piped = done(scratch.program("predict runs/0001-m - --no-header").write_stdin("5\n15\n"));
    assert_eq!((piped.code, first_cells(&piped.stdout)), (0, vec!["0", "1"]), "{}", piped.stderr);
}

#[test]
fn codes_are_whole_numbers_for_a_layer_that_reads_such() {
    let scratch = Scratch::new();
    scratch.write("t.csv", rows("zip,a,y", 80, |i| format!("{:05},{},{}", [501, 60_601, 2134][i % 3], i % 11, i % 2)));
    let spec = |reader: &str| {
        format!(
            "[data]\npath = \"t.csv\"\ntarget = \"y\"\n[[model.layers]]\ntype = \"input_layer\"\nname = \"zip\"\ncolumns = [\"zip\"]\n\
             [[model.layers]]\ntype = \"{reader}\"\noutput_mode = \"one_hot\"\n[[model.layers]]\ntype = \"dense\"\nunits = 1\n\
             activation = \"sigmoid\"\n[fit]\nepochs = 2\n"
        )
    };
    for (reader, vocabulary) in [("integer_lookup", "vocabulary = [501, 2134, 60601]"), ("string_lookup", "\"00501\"")]
    {
        scratch.write("spec.toml", spec(reader));
        scratch.good(&format!("train spec.toml -q --out {reader} --name m"));
        let learnt = scratch.text(&format!("{reader}/0001-m/spec.toml"));
        let sorted = |text: &str| {
            text.split(|c: char| !c.is_alphanumeric())
                .filter(|w| !w.is_empty())
                .map(str::to_string)
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert!(sorted(vocabulary).is_subset(&sorted(&learnt)), "{learnt}");
        assert_eq!(predict_with(&scratch, reader, "zip,a\n00501,3\n60601,4\n").lines().count(), 3);
    }
}

/// What another model of the folder predicts.
fn predict_with(scratch: &Scratch, runs: &str, table: &str) -> String {
    scratch.write("new.csv", table);
    scratch.good(&format!("predict {runs}/0001-m new.csv")).stdout
}
