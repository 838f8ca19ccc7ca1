//! `treino verify`.

use crate::scratch::{Scratch, done};
use serde_json::{Value, json};

/// A folder with a short run of pima.csv in runs/0001-pima.
fn with_run(flags: &str) -> Scratch {
    let scratch = Scratch::with(&["pima.csv"]);
    scratch.good(&format!("train pima.csv --target diabetes --hidden 4 --epochs 4 -q {flags}"));
    scratch
}

/// Every file with its bytes.
fn contents(scratch: &Scratch) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let files = scratch.listing().into_iter().filter(|(_, size)| size.is_some());
    files.map(|(path, _)| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn a_run_gives_the_same_bits_and_stays_as_it_is() {
    for flags in ["", "--dropout 0.3 --batch-norm --repeats 2", "--optimizer rmsprop --class-weight balanced"] {
        let scratch = with_run(flags);
        let before = contents(&scratch);
        let said = scratch.good("verify runs/0001-pima");
        assert!(said.stdout.starts_with("  equal bits: ") && said.stdout.ends_with(" numbers\n"), "{}", said.stdout);
        assert_eq!(said.stderr, "");
        for arguments in ["--threads 1", "--threads 2", "--simd baseline"] {
            assert_eq!(scratch.good(&format!("verify runs/0001-pima {arguments}")).stdout, said.stdout, "{arguments}");
        }
        assert_eq!(contents(&scratch), before, "{flags}");
    }
    let scratch = with_run("");
    let line: Value = serde_json::from_str(&scratch.good("verify runs/0001-pima --json").stdout).unwrap();
    assert_eq!(
        line,
        json!({
            "same": true, "numbers": 61, "different": 0, "first": null, "largest": null, "description": null, "changed": [],
        })
    );
}

#[test]
fn a_run_that_diverged_gives_its_best_weights_again() {
    let scratch = Scratch::with(&["diabetes.csv"]);
    let flags = "--target progression --optimizer sgd --learning-rate 0.5 --hidden '' -q";
    assert_eq!(scratch.run(&format!("train diabetes.csv {flags}")).code, 3);
    assert!(scratch.good("verify runs/0001-diabetes").stdout.contains("equal bits"));
}

#[test]
fn callbacks_that_write_files_write_none() {
    let scratch = Scratch::with(&["pima.csv"]);
    let callbacks = "[[callbacks]]\ntype = \"model_checkpoint\"\nfilepath = \"out/best.safetensors\"\n\
        [[callbacks]]\ntype = \"csv_logger\"\nfilename = \"out/log.csv\"\nappend = true\n\
        [[callbacks]]\ntype = \"backup_and_restore\"\nbackup_dir = \"backup\"\ndelete_checkpoint = false\n\
        [[callbacks]]\ntype = \"reduce_lr_on_plateau\"\npatience = 1\nmin_delta = 9\n";
    scratch
        .write("s.toml", format!("[data]\npath = \"pima.csv\"\ntarget = \"diabetes\"\n[fit]\nepochs = 4\n{callbacks}"));
    scratch.good("train s.toml --name pima -q");
    let before = contents(&scratch);
    scratch.good("verify runs/0001-pima");
    assert_eq!(contents(&scratch), before);
    // Nor do they bring back folders that have gone.
    std::fs::remove_dir_all(scratch.path("out")).unwrap();
    scratch.good("verify runs/0001-pima");
    assert!(!scratch.path("out").exists());
}

#[test]
fn a_number_that_is_another_is_found() {
    let scratch = with_run("");
    let mut model = scratch.bytes("runs/0001-pima/model.safetensors");
    // The file ends with a number: its last bit.
    let at = model.len() - 4;
    model[at] ^= 1;
    scratch.write("runs/0001-pima/model.safetensors", &model);
    let said = scratch.run("verify runs/0001-pima");
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(said.stdout.starts_with("  different bits: 1 of 61 numbers differ, first in dense"), "{}", said.stdout);
    let line: Value = serde_json::from_str(&scratch.run("verify runs/0001-pima --json").stdout).unwrap();
    assert_eq!((&line["same"], &line["different"]), (&json!(false), &json!(1)));
    assert!((0.0..1e-6).contains(&line["largest"].as_f64().unwrap()), "{line}");

    // Another training altogether.
    let spec = scratch.text("runs/0001-pima/spec.toml").replace("epochs = 4", "epochs = 3");
    scratch.write("runs/0001-pima/spec.toml", spec);
    let line: Value = serde_json::from_str(&scratch.run("verify runs/0001-pima --json").stdout).unwrap();
    assert!(line["different"].as_u64().unwrap() > 50 && line["first"] == "dense/kernel", "{line}");
}

#[test]
fn data_that_are_gone_or_others_are_said() {
    let scratch = with_run("");
    std::fs::rename(scratch.path("pima.csv"), scratch.path("moved.csv")).unwrap();
    scratch.refuses("verify runs/0001-pima", &["pima.csv", "no such file", "name the table behind the run"]);
    scratch.good("verify runs/0001-pima moved.csv");
    let mut piped = scratch.program("verify runs/0001-pima -");
    assert_eq!(done(piped.write_stdin(scratch.bytes("moved.csv"))).code, 0);

    let table = scratch.text("moved.csv");
    let (head, last) = table.trim_end().rsplit_once('\n').unwrap();
    scratch.write("fewer.csv", head);
    scratch.write("other.csv", format!("{head}\n9{last}\n"));
    scratch.write("renamed.csv", table.replacen("glucose", "sugar", 1));
    let (head, rows) = table.split_once('\n').unwrap();
    let rest = |line: &str| line.split_once(',').unwrap().1.to_string();
    scratch.write("narrow.csv", format!("{}\n{}\n", rest(head), rows.lines().map(rest).collect::<Vec<_>>().join("\n")));
    let others = "the data are not those of the run";
    scratch.refuses_all(&[
        ("verify runs/0001-pima fewer.csv", &[others, "rows ("]),
        ("verify runs/0001-pima other.csv", &[others, "the column \"pregnant\" is another"]),
        ("verify runs/0001-pima renamed.csv", &[others, "the column \"sugar\" is another"]),
        ("verify runs/0001-pima narrow.csv", &[others]),
    ]);
}

#[test]
fn what_is_no_whole_run_is_refused() {
    let scratch = with_run("");
    scratch.write("empty/file", "");
    scratch.write("half/model.safetensors", scratch.bytes("runs/0001-pima/model.safetensors"));
    let metrics = scratch.text("runs/0001-pima/metrics.json").replace("\"finished\"", "\"interrupted\"");
    scratch.write("broken/metrics.json", metrics);
    for file in ["model.safetensors", "spec.toml"] {
        scratch.write(&format!("broken/{file}"), scratch.bytes(&format!("runs/0001-pima/{file}")));
    }
    scratch.refuses_all(&[
        ("verify gone", &["gone", "no such file or folder"]),
        ("verify empty", &["this folder holds no model"]),
        ("verify half", &["this folder holds no spec.toml"]),
        ("verify runs", &["did you mean runs/0001-pima?"]),
        ("verify pima.csv", &["this is a file, not a run folder"]),
        ("verify runs/0001-pima/spec.toml", &["this is a file, not a run folder", "did you mean runs/0001-pima?"]),
        ("verify broken", &["the run was interrupted"]),
        ("verify runs/0001-pima --threads 0", &["--threads"]),
        ("verify runs/0001-pima --simd sse9", &["--simd knows no \"sse9\"", "possible: avx512, avx2, baseline"]),
    ]);

    let table = scratch.bytes("pima.csv");
    let mut piped = scratch.program("train - --target diabetes --hidden 4 --epochs 2 -q --out piped");
    assert_eq!(done(piped.write_stdin(table)).code, 0);
    scratch.refuses("verify piped/0001-table", &["the run read its table from standard input", "name the table"]);
    scratch.good("verify piped/0001-table pima.csv");
}
