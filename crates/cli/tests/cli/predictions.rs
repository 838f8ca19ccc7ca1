//! `treino predict` and `treino evaluate` on raw tables of every shape.

use crate::scratch::{Scratch, done};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// A folder with a small model of a table.
fn with_model(table: &str, target: &str) -> Scratch {
    let scratch = Scratch::with(&[table]);
    scratch.good(&format!("train {table} --target {target} --epochs 5 --out runs --name model -q"));
    scratch
}

const MODEL: &str = "runs/0001-model";

/// CSV text as rows of cells; the tables here have no quotes that matter.
fn rows(csv: &str) -> Vec<Vec<String>> {
    csv.lines().map(|line| line.split(',').map(|cell| cell.trim_matches('"').to_string()).collect()).collect()
}

fn csv(rows: &[Vec<String>]) -> String {
    rows.iter().map(|row| row.join(",") + "\n").collect()
}

#[test]
fn predictions_go_to_a_file_or_to_standard_output() {
    let scratch = with_model("pima.csv", "diabetes");
    let out = scratch.good(&format!("predict {MODEL} pima.csv"));
    assert_eq!(out.stderr, "");
    let file = scratch.good(&format!("predict {MODEL}/model.safetensors pima.csv -o p.csv"));
    assert_eq!(file.stdout, "");
    assert_eq!(scratch.text("p.csv"), out.stdout);
    let table = rows(&out.stdout);
    assert_eq!(table[0], ["diabetes", "probability_neg", "probability_pos"]);
    assert_eq!(table.len(), 769);
    for row in &table[1..] {
        let p: Vec<f64> = row[1..].iter().map(|p| p.parse().unwrap()).collect();
        assert!((p[0] + p[1] - 1.0).abs() < 1e-6);
        assert_eq!(row[0] == "pos", p[1] > p[0]);
    }
}

#[test]
fn predictions_agree_with_the_evaluation() {
    for (table, target) in [("pima.csv", "diabetes"), ("iris.csv", "species")] {
        let scratch = with_model(table, target);
        let json = scratch.good(&format!("evaluate {MODEL} {table} --json")).stdout;
        let evaluation: serde_json::Value = serde_json::from_str(&json).unwrap();
        let accuracy = evaluation["evaluation"]["accuracy"]["model"].as_f64().unwrap();
        let predicted = rows(&scratch.good(&format!("predict {MODEL} {table}")).stdout);
        let data = rows(&scratch.text(table));
        let at = data[0].iter().position(|name| name == target).unwrap();
        let right = predicted[1..].iter().zip(&data[1..]).filter(|(p, row)| p[0] == row[at]).count();
        assert!((right as f64 / (data.len() - 1) as f64 - accuracy).abs() < 1e-9);
        let said = scratch.good(&format!("evaluate {MODEL} {table}")).stdout;
        assert!(said.contains(&format!("{accuracy:.4}")), "{said}");
    }
}

#[test]
fn numbers_are_predicted_in_the_targets_units() {
    let scratch = with_model("diabetes.csv", "progression");
    let predicted = rows(&scratch.good(&format!("predict {MODEL} diabetes.csv")).stdout);
    assert_eq!(predicted[0], ["progression"]);
    let numbers: Vec<f64> = predicted[1..].iter().map(|row| row[0].parse().unwrap()).collect();
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    assert!((100.0..200.0).contains(&mean), "{mean}");
    let json = scratch.good(&format!("evaluate {MODEL} diabetes.csv --json")).stdout;
    let evaluation: serde_json::Value = serde_json::from_str(&json).unwrap();
    let data = rows(&scratch.text("diabetes.csv"));
    let squares = numbers.iter().zip(&data[1..]).map(|(p, row)| (p - row[10].parse::<f64>().unwrap()).powi(2));
    let rmse = (squares.sum::<f64>() / numbers.len() as f64).sqrt();
    assert!((rmse - evaluation["evaluation"]["rmse"]["model"].as_f64().unwrap()).abs() < 1e-3 * rmse);
}

#[test]
fn the_same_rows_in_another_form_give_the_same_predictions() {
    let scratch = with_model("pima.csv", "diabetes");
    let expected = scratch.good(&format!("predict {MODEL} pima.csv")).stdout;
    let table = rows(&scratch.text("pima.csv"));

    let reversed: Vec<Vec<String>> = table.iter().map(|row| row.iter().rev().cloned().collect()).collect();
    scratch.write("reversed.csv", csv(&reversed));
    let without_target: Vec<Vec<String>> = table.iter().map(|row| row[..8].to_vec()).collect();
    scratch.write("without_target.csv", csv(&without_target));
    let mut extra = table.clone();
    for (i, row) in extra.iter_mut().enumerate() {
        row.insert(3, if i == 0 { "clinic".into() } else { format!("north {i}") });
    }
    scratch.write("extra.csv", csv(&extra));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&scratch.bytes("pima.csv")).unwrap();
    scratch.write("pima.csv.gz", gzip.finish().unwrap());
    scratch.write("bom.csv", ["\u{feff}".as_bytes(), &scratch.bytes("pima.csv")].concat());

    for file in ["reversed.csv", "without_target.csv", "extra.csv", "pima.csv.gz", "bom.csv"] {
        assert_eq!(scratch.good(&format!("predict {MODEL} {file}")).stdout, expected, "{file}");
    }
    for file in ["pima.csv", "pima.csv.gz"] {
        let piped = done(scratch.program(&format!("predict {MODEL} -")).write_stdin(scratch.bytes(file)));
        assert_eq!((piped.code, piped.stdout.as_str()), (0, expected.as_str()), "{file}: {}", piped.stderr);
    }
    // Semicolons and decimal commas.
    let comma: String = table.iter().map(|row| row.join(";").replace('.', ",") + "\n").collect();
    scratch.write("comma.csv", comma);
    assert_eq!(scratch.good(&format!("predict {MODEL} comma.csv")).stdout, expected);
}

#[test]
fn unseen_categories_and_missing_cells_are_predicted_too() {
    let scratch = with_model("heart.csv", "diameter_narrowing");
    let mut table = rows(&scratch.text("heart.csv"));
    table.truncate(4);
    table[1][2] = "never seen before".into();
    table[2][0] = String::new();
    scratch.write("new.csv", csv(&table));
    let predicted = rows(&scratch.good(&format!("predict {MODEL} new.csv")).stdout);
    assert_eq!(predicted.len(), 4);
    for row in &predicted[1..] {
        assert!(row[1..].iter().all(|p| (0.0..=1.0).contains(&p.parse::<f64>().unwrap())), "{row:?}");
    }
}

#[test]
fn rows_that_a_model_cannot_take_are_refused_with_the_reason() {
    let scratch = with_model("pima.csv", "diabetes");
    let table = scratch.text("pima.csv");
    scratch.write("renamed.csv", table.replace("glucose", "glucos"));
    scratch.refuses(&format!("predict {MODEL} renamed.csv"), &["\"glucose\"", "\"glucos\"", "renamed.csv"]);
    scratch.refuses(&format!("evaluate {MODEL} renamed.csv"), &["\"glucose\"", "\"glucos\"", "renamed.csv"]);
    scratch.write("words.csv", table.replacen("6,148,", "6,high,", 1));
    scratch.refuses(&format!("predict {MODEL} words.csv"), &["\"glucose\"", "\"high\"", "words.csv"]);
    scratch.write("new_class.csv", table.replacen("\"pos\"", "\"maybe\"", 1));
    scratch.refuses(&format!("evaluate {MODEL} new_class.csv"), &["\"maybe\"", "new_class.csv"]);
    scratch.write("no_target.csv", table.replacen("diabetes", "outcome", 1));
    scratch.refuses(&format!("evaluate {MODEL} no_target.csv"), &["\"diabetes\"", "no_target.csv"]);
    scratch.refuses(&format!("predict {MODEL} nowhere.csv"), &["nowhere.csv", "no such file"]);
    scratch
        .refuses(&format!("predict {MODEL} pima.csv -o nowhere/p.csv"), &["nowhere/p.csv", "no such file or folder"]);
    scratch.refuses(&format!("predict {MODEL} pima.csv -o runs"), &["cannot write runs", "it is a folder"]);
    scratch.refuses(&format!("predict {MODEL} pima.csv -o pima.csv/p.csv"), &["pima.csv/p.csv", "is a file"]);
}

#[cfg(target_os = "linux")]
#[test]
fn devices_are_written_to_and_stay_what_they_are() {
    use std::os::unix::fs::FileTypeExt;
    let scratch = with_model("iris.csv", "species");
    scratch.refuses(&format!("predict {MODEL} iris.csv -o /dev/full"), &["/dev/full", "the disk is full"]);
    scratch.good(&format!("predict {MODEL} iris.csv -o /dev/null"));
    let out = scratch.good(&format!("predict {MODEL} iris.csv -o /dev/stdout")).stdout;
    assert_eq!(out.lines().count(), 151);
    for device in ["/dev/full", "/dev/null"] {
        assert!(std::fs::metadata(device).unwrap().file_type().is_char_device(), "{device}");
    }
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut predict = std::process::Command::new(env!("CARGO_BIN_EXE_treino"));
    let output =
        predict.current_dir(scratch.path("")).args(["predict", MODEL, "iris.csv"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard output: the disk is full"));

    // A link stays a link.
    std::os::unix::fs::symlink(scratch.path("real.csv"), scratch.path("link.csv")).unwrap();
    scratch.write("real.csv", format!("{}\nold\n", out.lines().next().unwrap()));
    scratch.good(&format!("predict {MODEL} iris.csv -o link.csv"));
    assert_eq!(scratch.text("real.csv"), out);
}

#[test]
fn columns_of_the_table_can_stand_beside_the_predictions() {
    let scratch = with_model("pima.csv", "diabetes");
    // Zeros in front, a word that elsewhere means missing, and a comma in the name.
    let head = scratch.text("pima.csv").lines().next().unwrap().rsplit_once(',').unwrap().0.to_string();
    let table = format!(
        "\"id, (nr)\",place,{head}\n007,NA,6,148,72,35,,33.6,0.627,50\n12345678901234567890,São Paulo,1,85,66,29,,26.6,0.351,31\n"
    );
    scratch.write("new.csv", table);
    let plain = rows(&scratch.good(&format!("predict {MODEL} new.csv")).stdout);
    let mut kept = scratch.program("predict runs/0001-model new.csv");
    let kept = done(kept.args(["--keep", "id, (nr),place"]));
    let lines: Vec<&str> = kept.stdout.lines().collect();
    assert!(lines[0].starts_with("\"id, (nr)\",place,diabetes,"), "{}", kept.stderr);
    assert_eq!(lines[1], format!("007,NA,{}", plain[1].join(",")));
    assert_eq!(lines[2], format!("12345678901234567890,São Paulo,{}", plain[2].join(",")));
    // From standard input, too.
    let piped = scratch
        .program("predict runs/0001-model - --keep place")
        .write_stdin(scratch.text("new.csv"))
        .output()
        .unwrap();
    assert!(String::from_utf8(piped.stdout).unwrap().lines().nth(1).unwrap().starts_with("NA,"));

    scratch.refuses(&format!("predict {MODEL} new.csv --keep plac"), &["no column \"plac\"", "\"place\""]);
    scratch
        .refuses(&format!("predict {MODEL} pima.csv --keep diabetes"), &["the predictions have a column \"diabetes\""]);
}

/// The threshold decides alone: the share of rows predicted positive is that of probabilities above it.
#[test]
fn a_threshold_moves_the_decision() {
    let scratch = with_model("pima.csv", "diabetes");
    for threshold in ["0", "0.2", "0.35", "0.9", "1"] {
        let out = rows(&scratch.good(&format!("predict {MODEL} pima.csv --threshold {threshold}")).stdout);
        assert_eq!(out.len(), 769);
        for row in &out[1..] {
            let is_above = row[2].parse::<f32>().unwrap() > threshold.parse::<f32>().unwrap();
            assert_eq!(row[0] == "pos", is_above, "{threshold}: {row:?}");
        }
    }
    for wrong in ["1.5", "-0.1", "NaN", "half"] {
        scratch.refuses(&format!("predict {MODEL} pima.csv --threshold {wrong}"), &["--threshold", "[0, 1]"]);
    }
    let many = with_model("iris.csv", "species");
    many.refuses(&format!("predict {MODEL} iris.csv --threshold 0.3"), &["one of two classes"]);
}

/// Sensitivity and specificity are the recalls of the two classes.
#[test]
fn two_classes_have_sensitivity_and_specificity() {
    let scratch = with_model("pima.csv", "diabetes");
    let out = scratch.good(&format!("evaluate {MODEL} pima.csv")).stdout;
    let cell = |name: &str, at: usize| {
        let line =
            out.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_else(|| panic!("{name}\n{out}"));
        line.split_whitespace().nth(at).unwrap().to_string()
    };
    // The confusion matrix is at the end.
    let counts = |class: &str| -> Vec<f64> {
        let line = out.lines().rev().find(|line| line.trim_start().starts_with(class)).unwrap();
        line.split_whitespace().skip(1).map(|cell| cell.parse().unwrap()).collect()
    };
    let (neg, pos) = (counts("neg"), counts("pos"));
    assert_eq!(cell("sensitivity", 1), format!("{:.4}", pos[1] / (pos[0] + pos[1])));
    assert_eq!(cell("specificity", 1), format!("{:.4}", neg[0] / (neg[0] + neg[1])));
    let many = with_model("iris.csv", "species");
    assert!(!many.good(&format!("evaluate {MODEL} iris.csv")).stdout.contains("sensitivity"));
}
