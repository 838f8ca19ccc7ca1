//! `treino study` as its users run it.

use crate::scratch::Scratch;
use serde_json::Value;
use std::process::{Command, Stdio};

const GRID: &str = "--target species --hidden 8 --epochs 5 --vary optimizer=sgd,adam --vary learning_rate=0.01,0.1";

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_study_compares_says_and_keeps() {
    let scratch = Scratch::with(&["iris.csv"]);
    let done = scratch.run(&format!("study iris.csv {GRID} --repeats 4"));
    assert!([0, 3].contains(&done.code), "{done:?}");
    for part in
        ["the same 4 seeds for every config", "optimizer, learning_rate", "adam, 0.1", "verdict", "With 10 fresh"]
    {
        assert!(done.stdout.contains(part), "{part}\n{}", done.stdout);
    }
    let shown = scratch.good("study show studies/iris").stdout;
    assert!(done.stdout.contains(shown.trim_end()), "{shown}");
    assert!(scratch.good("study ls").stdout.contains("iris"));
    let csv = scratch.good("study export iris").stdout;
    assert_eq!(csv.lines().count(), 1 + 4 * 4 + 10);
    assert!(csv.starts_with("phase,config,seed,outcome,value,epochs,seconds,optimizer,learning_rate,loss"));

    // The same command again has nothing to do, and says the same.
    let again = scratch.run(&format!("study iris.csv {GRID} --repeats 4"));
    assert!(again.stdout.contains("26 trainings are there already"), "{}", again.stdout);
    let table = |text: &str| text.split_once("\n\n").unwrap().1.to_string();
    assert_eq!(table(&again.stdout), table(&done.stdout));
}

#[test]
fn the_same_fingerprint_for_one_worker_and_two() {
    let scratch = Scratch::with(&["iris.csv"]);
    let mut prints = Vec::new();
    for threads in [1, 2] {
        scratch.run(&format!("study iris.csv {GRID} --repeats 3 --threads {threads} --name s{threads} -q"));
        prints.push(scratch.good(&format!("study show s{threads} --fingerprint")).stdout);
    }
    assert_eq!(prints[0], prints[1]);
    assert_eq!(prints[0].trim().len(), 32);
}

#[test]
fn killed_at_any_moment_it_goes_on_and_ends_the_same() {
    let scratch = Scratch::with(&["iris.csv"]);
    let flags = "--target species --hidden 16 --epochs 60 --vary learning_rate=0.01,0.1 --repeats 60 -q";
    scratch.run(&format!("study iris.csv {flags} --name whole"));
    let wanted = scratch.good("study show whole --fingerprint").stdout;
    for milliseconds in [15, 40, 80] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_treino"));
        command.current_dir(scratch.path("")).args(format!("study iris.csv {flags} --name cut").split(' '));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    scratch.run(&format!("study iris.csv {flags} --name cut"));
    assert_eq!(scratch.good("study show cut --fingerprint").stdout, wanted);
}

#[test]
fn exit_codes_say_what_was_decided() {
    let scratch = Scratch::with(&["iris.csv"]);
    let clear = "study iris.csv --target species --epochs 8 --vary learning_rate=0.000001,0.01 --repeats 5";
    assert_eq!(scratch.run(clear).code, 0);
    let level = "study iris.csv --target species --epochs 8 --vary fit.shuffle=true --vary batch_size=31,32 --repeats 2 --name level";
    let done = scratch.run(level);
    assert_eq!(done.code, 3);
    assert!(done.stdout.contains("cannot be told apart"), "{}", done.stdout);
    let json = scratch.run(&format!("{level}2 --json"));
    let lines = lines(&json.stdout);
    assert_eq!(lines.len(), 2 * 2 + 10 + 1);
    assert!(lines[..14].iter().all(|line| line["event"] == "training"));
    assert_eq!((&lines[14]["event"], &lines[14]["decided"]), (&"study".into(), &false.into()));
}

#[test]
fn a_study_file_names_its_base_and_its_mistakes_have_places() {
    let scratch = Scratch::with(&["iris.csv"]);
    scratch.write("base.toml", "[data]\npath = \"iris.csv\"\ntarget = \"species\"\n[fit]\nepochs = 4\n");
    let good = "[study]\nbase = \"base.toml\"\n[space]\noptimizer = [\"sgd\", \"adam\"]\n\"optimizer.momentum\" = { choices = [0.0, 0.9], \
                when = \"optimizer == 'sgd'\" }\n[repeats]\nseeds = 2\n";
    scratch.write("good.toml", good);
    let done = scratch.run("study good.toml");
    assert!([0, 3].contains(&done.code) && done.stdout.contains("optimizer=adam"), "{done:?}");
    for (wrong, right, place) in [
        ("\"adm\"", "\"adam\"", "bad.toml:4:21"),
        ("'sgdd'", "'sgd'", "bad.toml:5:55"),
        ("[sapce]", "[space]", "bad.toml:3:2"),
        ("base = \"bsae.toml\"", "base = \"base.toml\"", "bad.toml:2:8"),
        ("seeds = 0", "seeds = 2", "bad.toml:7:9"),
    ] {
        scratch.write("bad.toml", good.replace(right, wrong));
        let done = scratch.run("study bad.toml");
        assert_eq!(done.code, 2, "{wrong}: {done:?}");
        assert!(done.stderr.contains(place), "{wrong}: {}", done.stderr);
        assert!(!done.stderr.contains("panicked"));
    }
    assert!(!scratch.path("studies/bad").exists());
}

#[test]
fn another_study_of_the_same_name_is_not_touched() {
    let scratch = Scratch::with(&["iris.csv"]);
    let flags = "--target species --epochs 2 --repeats 2 -q";
    scratch.run(&format!("study iris.csv {flags} --vary learning_rate=0.01,0.1"));
    let before = scratch.good("study show iris --fingerprint").stdout;
    let done = scratch.run(&format!("study iris.csv {flags} --vary learning_rate=0.01,0.2"));
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("it is another one") && done.stderr.contains("--name"), "{}", done.stderr);
    assert_eq!(scratch.good("study show iris --fingerprint").stdout, before);
    let done = scratch.run("study show iirs");
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("did you mean \"iris\"?"), "{}", done.stderr);
}
