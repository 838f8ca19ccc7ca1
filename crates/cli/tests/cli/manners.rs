//! What the program writes where: no escape codes off a terminal, sparse lines, widths, ASCII, pipes.

use crate::scratch::{Scratch, done};

const TRAIN: &str = "train iris.csv --target species";

#[test]
fn off_a_terminal_there_are_no_escape_codes_and_few_lines() {
    let scratch = Scratch::with(&["iris.csv"]);
    let done = scratch.good(&format!("{TRAIN} --epochs 120 --no-early-stopping"));
    for text in [&done.stdout, &done.stderr] {
        assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text:?}");
        assert!(text.ends_with('\n'));
    }
    let epochs: Vec<&str> = done
        .stderr
        .lines()
        .filter_map(|line| line.trim().strip_prefix("epoch ")?.split_once('/').map(|(n, _)| n))
        .collect();
    assert_eq!(epochs, ["1", "2", "5", "10", "20", "50", "100", "120"]);
    assert!(done.stderr.contains("loss 1.") && done.stderr.contains("val_accuracy"), "{}", done.stderr);
    let stopped = scratch.good(&format!("{TRAIN} --patience 1 --learning-rate 0.1"));
    assert!(stopped.stderr.contains("stopped after epoch"), "{}", stopped.stderr);
    assert!(stopped.stderr.contains("kept the weights of epoch"), "{}", stopped.stderr);
}

#[test]
fn quiet_prints_the_table_only() {
    let scratch = Scratch::with(&["iris.csv"]);
    let done = scratch.good(&format!("{TRAIN} --epochs 2 -q"));
    assert_eq!(done.stderr, "");
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert!(lines[0].trim_start().starts_with("train  validation    test  baseline"), "{}", done.stdout);
    assert!(lines[lines.len() - 1].contains("baseline: always"), "{}", done.stdout);
    assert_eq!(lines.len(), 8, "{}", done.stdout);
}

#[test]
fn a_profile_fits_the_terminal_and_ascii() {
    let scratch = Scratch::with(&["iris.csv"]);
    for (width, words) in [(100, "GFLOP/s"), (40, "us per step")] {
        let mut program = scratch.program(&format!("{TRAIN} --hidden 8,8,8,8 --epochs 2 -q --profile --ascii"));
        let text = done(program.env("COLUMNS", width.to_string())).stdout;
        let (_, text) = text.split_once("part of a step").unwrap_or_else(|| panic!("{text}"));
        assert!(text.contains(words) && text.contains("(backward)") && text.contains("whole step "), "{text}");
        assert!(text.is_ascii() && text.contains("optimizer") && text.contains("the clock"), "{text}");
        assert!(text.lines().all(|line| line.len() <= width), "{text}");
    }
}

#[test]
fn colours_are_used_where_they_are_wanted() {
    let scratch = Scratch::with(&["iris.csv"]);
    let has_codes = |arguments: &str, variables: &[(&str, &str)]| {
        let mut program = scratch.program(arguments);
        program.envs(variables.iter().copied());
        let done = done(&mut program);
        (done.stdout.contains('\u{1b}'), done.stderr.contains('\u{1b}'))
    };
    let train = |flags: &str| format!("{TRAIN} --epochs 1 {flags}");
    assert_eq!(has_codes(&train("--color always"), &[]), (true, true));
    assert_eq!(has_codes(&train("--color always"), &[("NO_COLOR", "1")]), (true, true));
    assert_eq!(has_codes(&train("--color never"), &[]), (false, false));
    assert_eq!(has_codes(&train(""), &[("CLICOLOR_FORCE", "0")]), (false, false));
    assert_eq!(has_codes("train gone.csv --target x --color always", &[]), (false, true));
    assert_eq!(has_codes("catalog --color always", &[]), (true, false));
    // Never in what programs read.
    assert_eq!(has_codes(&train("--color always --json"), &[]), (false, false));
    assert_eq!(has_codes("predict runs/0001-iris iris.csv --color always", &[]), (false, false));
    assert_eq!(has_codes("catalog --schema --color always", &[]), (false, false));
}

#[test]
fn ascii_is_ascii() {
    let scratch = Scratch::with(&["iris.csv"]);
    scratch.write("maße.csv", scratch.text("iris.csv").replace("setosa", "sëtösa").replace("species", "espécie"));
    for arguments in [
        "train maße.csv --target espécie --epochs 3 --repeats 3 --ascii",
        "evaluate runs/0001-ma-e maße.csv --ascii",
        "inspect maße.csv --ascii",
        "inspect runs/0001-ma-e --ascii",
        "catalog --ascii",
        "train maße.csv --target especie --ascii",
        "train iris.csv --target specie --ascii",
    ] {
        let arguments = arguments.replace("0001-ma-e", "0001-maße");
        let done = scratch.run(&arguments);
        assert!(done.stdout.is_ascii() && done.stderr.is_ascii(), "{arguments}\n{}{}", done.stdout, done.stderr);
        assert!(!done.stdout.is_empty() || !done.stderr.is_empty());
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let scratch = Scratch::with(&["iris.csv", "pima.csv", "diabetes.csv", "ames.csv"]);
    for width in ["40", "60", "80", "200"] {
        let out = format!("w{width}");
        for arguments in [
            format!("{TRAIN} --epochs 12 --repeats 3 --out {out}"),
            format!("train pima.csv --target diabetes --out {out} --optimizer sgd --learning-rate 1e30"),
            format!("train diabetes.csv --target progression --patience 2 --batch-norm --out {out}"),
            format!("train pima.csv --target diabetis --out {out}"),
            format!("train pima.csv --out {out}"),
            format!("evaluate {out}/0001-iris iris.csv"),
            format!("evaluate {out}/0002-diabetes diabetes.csv"),
            format!("predict {out}/0002-diabetes iris.csv"),
            format!("inspect {out}/0001-iris"),
            format!("inspect {out}/0002-diabetes"),
            "inspect pima.csv".to_string(),
            "inspect ames.csv".to_string(),
            "catalog".to_string(),
            "catalog optimizers adam".to_string(),
            "catalog optimizers ftrl".to_string(),
            "catalog optimizers muon".to_string(),
            "catalog layers batch_normalization".to_string(),
        ] {
            let done = done(scratch.program(&arguments).env("COLUMNS", width));
            for line in done.stdout.lines().chain(done.stderr.lines()) {
                let columns = line.chars().count();
                // A single word may be longer than the terminal is wide; a command to copy stays in one line.
                let is_one_word = line.split_whitespace().count() == 1 || line.contains("try: treino train ");
                assert!(columns <= width.parse().unwrap() || is_one_word, "{arguments} at {width}: {columns}\n{line}");
            }
        }
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};
    let scratch = Scratch::with(&["letter.csv"]);
    scratch.good("train letter.csv --target lettr --epochs 1 --hidden 4 -q");
    let mut child = Command::new(env!("CARGO_BIN_EXE_treino"))
        .current_dir(scratch.path(""))
        .args(["predict", "runs/0001-letter", "letter.csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    assert!(line.starts_with("lettr,probability_A"));
    drop(out);
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!(errors, "");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Shells complete every command and flag; each command has a manual page.
#[test]
fn shells_and_man_know_every_command() {
    let scratch = Scratch::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = scratch.good(&format!("completions {shell}")).stdout;
        assert!(["train", "study", "threshold", "vary-split"].iter().all(|word| script.contains(word)), "{shell}");
    }
    scratch.refuses("completions csh", &["csh", "zsh"]);
    scratch.good("man pages");
    let page = scratch.text("pages/treino-predict.1");
    assert!(page.contains("Predict every row of a table") && page.contains("threshold"));
    assert!(scratch.path("pages/treino-study-compare.1").is_file() && scratch.path("pages/treino.1").is_file());
    scratch.write("file", "x");
    scratch.refuses("man file", &["file"]);
}
