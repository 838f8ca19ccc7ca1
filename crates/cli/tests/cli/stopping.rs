//! Trainings that end before their time: interruption and divergence.

#![cfg(unix)]

use crate::scratch::Scratch;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

/// A training that would go on for hours, once its first epochs have been printed.
fn endless(scratch: &Scratch, flags: &str) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_treino"))
        .current_dir(scratch.path(""))
        .args(["train", "pima.csv", "--target", "diabetes", "--epochs", "1000000000", "--no-early-stopping", "--json"])
        .args(flags.split_whitespace())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..4 {
        out.read_line(&mut String::new()).unwrap();
    }
    (child, out)
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
}

#[test]
fn ctrl_c_saves_the_best_model_and_says_so() {
    let scratch = Scratch::with(&["pima.csv"]);
    for (i, (name, flags)) in [("INT", ""), ("TERM", "--threads 2"), ("INT", "--repeats 3")].into_iter().enumerate() {
        let (mut child, mut out) = endless(&scratch, flags);
        signal(&child, name);
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{name} {flags}");
        let end: serde_json::Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
        assert_eq!(end["event"], "end");
        assert_eq!(end["ending"]["how"], "interrupted");
        let run = end["run"].as_str().unwrap();
        assert_eq!(run, format!("runs/000{}-pima", i + 1));
        assert_eq!(end["kept_epoch"], end["best_epoch"]);
        assert!(scratch.good(&format!("evaluate {run} pima.csv")).stdout.contains("accuracy"));
    }
    let names: Vec<_> = std::fs::read_dir(scratch.path("runs")).unwrap().flatten().map(|e| e.file_name()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn ctrl_c_prints_the_summary() {
    let scratch = Scratch::with(&["pima.csv"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_treino"))
        .current_dir(scratch.path(""))
        .args(["train", "pima.csv", "--target", "diabetes", "--epochs", "1000000000", "--no-early-stopping"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    errors.read_line(&mut String::new()).unwrap();
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stdout).unwrap();
    for words in ["interrupted; the model is that of epoch", "accuracy", "baseline", "saved     runs/0001-pima"] {
        assert!(said.contains(words), "{words}\n{said}");
    }
}

#[test]
fn killed_it_leaves_nothing() {
    let scratch = Scratch::with(&["pima.csv"]);
    let before = scratch.listing();
    let (mut child, _out) = endless(&scratch, "");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(scratch.listing(), before);
}

#[test]
fn divergence_at_once_says_where_and_what_to_do_and_leaves_its_curves() {
    let scratch = Scratch::with(&["pima.csv"]);
    // What the last step breaks is not seen by the loss of its epoch: the validation shows it, or else the training rows.
    let once = "--learning-rate 1e30 --epochs 1";
    let blind = "--learning-rate 1e30 --epochs 1 --validation-split 0 --test-split 0";
    let cases = ["--learning-rate 1e30", "--optimizer sgd --learning-rate 1e30", once, blind];
    for (at, flags) in cases.into_iter().enumerate() {
        let done = scratch.run(&format!("train pima.csv --target diabetes {flags} -q"));
        assert_eq!(done.code, 3, "{}{}", done.stdout, done.stderr);
        assert_eq!(done.stdout, "");
        for word in ["error: ", "diverged at epoch 1, step ", "learning rate", "--learning-rate 0.01"] {
            assert!(done.stderr.contains(word), "{word}\n{}", done.stderr);
        }
        assert!(done.stderr.contains("layer dense") || done.stderr.contains("loss"), "{}", done.stderr);
        let run = format!("runs/{:04}-pima", at + 1);
        assert!(
            done.stderr.contains(&format!("there is no model to keep; what happened is in {run}")),
            "{}",
            done.stderr
        );
        assert!(!scratch.path(&format!("{run}/model.safetensors")).exists());
        scratch.refuses(&format!("predict {run} pima.csv"), &["this folder holds no model", "diverged"]);
        assert!(scratch.text(&format!("{run}/report.html")).contains("before there was a model to keep"));
        assert!(scratch.good(&format!("doctor {run}")).stdout.contains("diverged"));
        let losses = scratch.good(&format!("plot {run} divergence -o losses.csv"));
        assert_eq!(losses.stdout, "losses.csv\n");
        let csv = scratch.text("losses.csv");
        let first = csv.lines().nth(1).unwrap();
        // Of the first step the loss is that of the initial weights.
        let loss: f64 = first.split_once(',').unwrap().1.parse().unwrap();
        assert!(first.starts_with("1,") && (0.3..1.5).contains(&loss), "{csv}");
    }
}

#[test]
fn a_divergence_before_any_step_does_not_blame_the_learning_rate() {
    let scratch = Scratch::with(&["pima.csv"]);
    let done = scratch.run("train pima.csv --target diabetes --l2 1e308 -q");
    assert_eq!(done.code, 3, "{}{}", done.stdout, done.stderr);
    assert!(done.stderr.contains("a penalty became too large") && done.stderr.contains("--l2"), "{}", done.stderr);
    assert!(!done.stderr.contains("--learning-rate"), "{}", done.stderr);
}

#[test]
fn divergence_later_keeps_the_best_weights() {
    let scratch = Scratch::with(&["diabetes.csv"]);
    let done =
        scratch.run("train diabetes.csv --target progression --optimizer sgd --learning-rate 0.5 --hidden '' -q");
    assert_eq!(done.code, 3, "{}{}", done.stdout, done.stderr);
    assert!(done.stderr.contains("best weights before that are in runs/0001-diabetes"), "{}", done.stderr);
    assert!(done.stderr.contains("--learning-rate 0.01"), "{}", done.stderr);
    assert!(done.stdout.contains("RMSE"), "{}", done.stdout);
    let metrics = scratch.json("runs/0001-diabetes/metrics.json");
    assert_eq!(metrics["ending"]["how"], "diverged");
    assert_eq!(metrics["kept_epoch"], metrics["best_epoch"]);
    scratch.good("predict runs/0001-diabetes diabetes.csv -o p.csv");
}
