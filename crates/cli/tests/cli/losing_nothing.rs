//! What is written is never lost: by a crash, by an output over an input, by a link; and what is printed does no harm.

use crate::scratch::{Scratch, done};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A folder with a small run of iris.csv in runs/0001-iris.
fn with_run() -> Scratch {
    let scratch = Scratch::with(&["iris.csv"]);
    scratch.good("train iris.csv --target species --hidden 4 --epochs 2 -q");
    scratch
}

const RUN: &str = "runs/0001-iris";

#[test]
fn an_output_replaces_no_input_and_no_other_table_unless_forced() {
    let scratch = with_run();
    let table = scratch.text("iris.csv");
    scratch.write("other.csv", "a,b\n1,2\n");
    scratch.write("empty.csv", "");
    let model = scratch.bytes(&format!("{RUN}/model.safetensors"));
    let predict = format!("predict {RUN} iris.csv -o");
    scratch.refuses_all(&[
        (&format!("{predict} iris.csv"), &["overwrite what was read", "iris.csv", "--force"]),
        (&format!("{predict} ./runs/../iris.csv"), &["overwrite what was read"]),
        (&format!("{predict} {RUN}/model.safetensors"), &["overwrite what was read"]),
        (&format!("{predict} other.csv"), &["holds something else", "other.csv", "--force"]),
        (&format!("plot {RUN} loss -o other.csv"), &["holds something else"]),
        (&format!("report {RUN} -o iris.csv"), &["holds something else"]),
        (&format!("report {RUN} -o {RUN}/record.json"), &["overwrite what was read"]),
    ]);
    assert_eq!(scratch.text("iris.csv"), table);
    assert!(scratch.bytes(&format!("{RUN}/model.safetensors")) == model);

    // What the same command wrote before, an empty file, a new one.
    for file in ["new.csv", "new.csv", "empty.csv"] {
        scratch.good(&format!("{predict} {file}"));
        assert_eq!(scratch.text(file).lines().count(), 151);
    }
    for file in ["loss.svg", "loss.svg", "loss.png", "loss.png", "loss.json", "loss.json", "loss.csv", "loss.csv"] {
        scratch.good(&format!("plot {RUN} loss -o {file}"));
    }
    for _ in 0..2 {
        scratch.good(&format!("report {RUN} -o page.html"));
    }
    scratch.good(&format!("{predict} other.csv --force"));
    assert_eq!(scratch.text("other.csv"), scratch.text("new.csv"));

    // A log would take the place of the table, too.
    let log = "[[callbacks]]\ntype = \"csv_logger\"\nfilename = \"iris.csv\"\n";
    scratch.write("s.toml", format!("[data]\npath = \"iris.csv\"\ntarget = \"species\"\n[fit]\nepochs = 1\n{log}"));
    scratch.refuses("train s.toml -q", &["holds something else than a log", "iris.csv"]);
}

#[cfg(unix)]
#[test]
fn names_that_nobody_gave_replace_links_and_names_that_the_user_gave_follow_them() {
    use std::os::unix::fs::symlink;
    let scratch = with_run();
    scratch.write("precious.txt", "precious");
    let page = scratch.path(&format!("{RUN}/report.html"));
    std::fs::remove_file(&page).unwrap();
    symlink("../../precious.txt", &page).unwrap();
    scratch.good(&format!("report {RUN}"));
    assert_eq!(scratch.text("precious.txt"), "precious");
    assert!(page.symlink_metadata().unwrap().is_file());

    // Pages of studies and backups, too.
    scratch.run("study iris.csv --target species --vary learning_rate=0.1,0.01 --repeats 2 --epochs 1 -q --name s");
    let page = scratch.path("studies/s/report.html");
    std::fs::remove_file(&page).unwrap();
    symlink("../../precious.txt", &page).unwrap();
    scratch.good("study report s");
    assert_eq!(scratch.text("precious.txt"), "precious");
    let backup = "[[callbacks]]\ntype = \"backup_and_restore\"\nbackup_dir = \"bk\"\ndelete_checkpoint = false\n";
    scratch.write("s.toml", format!("[data]\npath = \"iris.csv\"\ntarget = \"species\"\n[fit]\nepochs = 1\n{backup}"));
    std::fs::create_dir(scratch.path("bk")).unwrap();
    symlink("../gone.txt", scratch.path("bk/latest.safetensors")).unwrap();
    scratch.good("train s.toml -q");
    assert!(!scratch.path("gone.txt").exists());

    scratch.write("target.csv", "");
    symlink("target.csv", scratch.path("link.csv")).unwrap();
    scratch.good(&format!("predict {RUN} iris.csv -o link.csv"));
    assert_eq!(scratch.text("target.csv").lines().count(), 151);
}

#[test]
fn a_table_for_a_spreadsheet_has_no_formulas() {
    let scratch = Scratch::new();
    let rows: String = (0..40).map(|i| format!("{i},{}\n", if i < 20 { "=1+1" } else { "ok" })).collect();
    scratch.write("t.csv", format!("x,@y\n{rows}"));
    scratch.good("train t.csv --target @y --hidden 4 --epochs 60 --learning-rate 0.1 -q");
    let plain = scratch.good("predict runs/0001-t t.csv").stdout;
    let safe = scratch.good("predict runs/0001-t t.csv --for-spreadsheet").stdout;
    assert!(plain.starts_with("@y,") && plain.contains("\n=1+1,"), "{plain}");
    assert!(safe.starts_with("'@y,") && safe.contains("\n'=1+1,") && !safe.contains("\n="), "{safe}");
    assert_eq!(safe.replace('\'', ""), plain);
}

/// What nobody wrote into a table on purpose reaches no terminal as it is: names of columns and classes with escape sequences.
#[test]
fn no_command_prints_escape_sequences_of_a_table() {
    let scratch = Scratch::new();
    let evil = "\u{1b}]0;owned\u{7}";
    let label = |i: usize| if i.is_multiple_of(3) { format!("a{evil}") } else { "b\u{202e}c".to_string() };
    // Few enough control characters for a table.
    let rows: String = (0..60).map(|i| format!("{i}000000,{},{i}.0000001,{}\n", i * 7 % 11, label(i))).collect();
    scratch.write("t.csv", format!("x,z{evil},u,y{evil}\n{rows}"));
    let target = "y\\u001b]0;owned\\u0007";
    let spec = format!("[data]\npath = \"t.csv\"\ntarget = \"{target}\"\n[model]\nhidden = [4]\n[fit]\nepochs = 3\n");
    scratch.write("s.toml", spec);
    let study = "study s.toml --vary learning_rate=0.1,0.01 --repeats 2 --name s";
    for line in [
        "train s.toml --name t",
        "train s.toml --name t --repeats 2 --lang pt",
        "inspect t.csv",
        "inspect runs/0001-t",
        "evaluate runs/0001-t t.csv",
        "doctor runs/0001-t",
        "replay runs/0001-t",
        "plot runs/0001-t",
        "plot runs/0001-t confusion",
        "plot runs/0001-t importance",
        "plot runs/0001-t scales",
        "plot runs/0001-t loss",
        "verify runs/0001-t",
        "report runs/0001-t",
        "lr-find s.toml --steps 20 --seeds 1",
        study,
        "study show s",
        "study importance s",
        "study compare s:0 s:1",
        "study plot s",
        "train t.csv --target nothing",
        "evaluate runs/0001-t s.toml",
    ] {
        let done = scratch.run(line);
        for text in [&done.stdout, &done.stderr] {
            let found = text.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
            assert_eq!(found, None, "{line}: {text:?}");
        }
        assert!(
            done.code < 4 && (done.code != 2 || line.ends_with("s.toml") || line.ends_with("nothing")),
            "{line}: {done:?}"
        );
    }
}

/// The same on a terminal for `predict`, whose output is data: into a file or a pipe its bytes stay.
#[cfg(target_os = "linux")]
#[test]
fn predictions_on_a_terminal_steer_nothing() {
    let scratch = Scratch::new();
    let rows: String =
        (0..40).map(|i| format!("{i}00000,{i}00000,{}\n", if i < 20 { "a\u{1b}[31m" } else { "b" })).collect();
    scratch.write("t.csv", format!("x,z,y\n{rows}"));
    scratch.good("train t.csv --target y --hidden 4 --epochs 60 --learning-rate 0.1 -q");
    assert!(scratch.good("predict runs/0001-t t.csv").stdout.contains("a\u{1b}[31m"));
    let line = format!("'{}' predict runs/0001-t t.csv", env!("CARGO_BIN_EXE_treino"));
    let shown = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .current_dir(scratch.path(""))
        .stdin(Stdio::null())
        .output();
    // Not everywhere is there a program that gives a terminal.
    if let Ok(shown) = shown {
        let text = String::from_utf8_lossy(&shown.stdout);
        assert!(text.contains("a\u{fffd}[31m") && !text.contains('\u{1b}'), "{text:?}");
    }
}

/// A training that was killed goes on from where it was kept, with the bits of one that was not, and nothing is left of it.
#[cfg(unix)]
#[test]
fn a_killed_training_is_resumed() {
    let scratch = Scratch::with(&["pima.csv"]);
    let spec = "[data]\npath = \"pima.csv\"\ntarget = \"diabetes\"\n[model]\nhidden = [4]\n[fit]\nepochs = 100000000\n";
    scratch.write("s.toml", spec);
    let kept = scratch.path("runs/.resume-pima/latest.safetensors");
    let mut child = scratch_child(&scratch, "train s.toml -q --name pima --resume");
    while !kept.exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();

    // Another training keeps away from it; this one has done more epochs than it is now asked for.
    scratch.write("s.toml", spec.replace("100000000", "1"));
    let refused = scratch.run("train s.toml -q --name pima --resume --seed 2");
    assert!(refused.code == 2 && refused.stderr.contains("of another training"), "{}", refused.stderr);
    scratch.good("train s.toml -q --name pima --resume");
    let epochs = scratch.json("runs/0001-pima/metrics.json")["epochs"].as_u64().unwrap();
    assert!(epochs > 1);
    let left: Vec<_> =
        std::fs::read_dir(scratch.path("runs")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["0001-pima"]);

    scratch.write("s.toml", spec.replace("100000000", &epochs.to_string()));
    scratch.good("train s.toml -q --name whole");
    assert_eq!(scratch.bytes("runs/0001-pima/history.csv"), scratch.bytes("runs/0002-whole/history.csv"));
    let numbers = |run: &str| {
        let model = scratch.bytes(&format!("runs/{run}/model.safetensors"));
        let header = u64::from_le_bytes(model[..8].try_into().unwrap()) as usize;
        model[8 + header..].to_vec()
    };
    assert!(numbers("0001-pima") == numbers("0002-whole"));
    // A short training keeps nothing.
    scratch.good("train s.toml -q --name short --epochs 1 --resume");
    assert!(!scratch.path("runs/.resume-short").exists());
}

#[cfg(unix)]
fn scratch_child(scratch: &Scratch, line: &str) -> std::process::Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_treino"));
    command.current_dir(scratch.path("")).args(line.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// What is known before the first step is said before it, and a backup stays until the run has its name.
#[test]
fn nothing_is_found_out_after_the_last_epoch() {
    let scratch = Scratch::new();
    // All rows that are kept back for the test have weight 0: those at the end.
    let rows: String =
        (0..60).map(|i| format!("{i},{},{}\n", i32::from(i < 48), if i % 2 == 0 { "a" } else { "b" })).collect();
    scratch.write("t.csv", format!("x,w,y\n{rows}"));
    scratch
        .refuses("train t.csv --target y --weight w --set data.split=last -q", &["the weights of all test rows are 0"]);
    // Numbers whose squares overflow.
    let rows: String = (0..60).map(|i| format!("{}e300,{}\n", i % 7 - 3, if i % 2 == 0 { "a" } else { "b" })).collect();
    scratch.write("big.csv", format!("x,y\n{rows}"));
    scratch.good("train big.csv --target y --epochs 2 -q");
    scratch.good("doctor runs/0001-big");
    scratch.good("plot runs/0001-big scales");
}

/// The run folder cannot get a name, because a file is in the way of its parent since the training began.
#[cfg(unix)]
#[test]
fn a_backup_stays_until_the_run_has_its_name() {
    let scratch = Scratch::with(&["iris.csv"]);
    let callbacks = "[[callbacks]]\ntype = \"csv_logger\"\nfilename = \"out/log\"\n\
        [[callbacks]]\ntype = \"backup_and_restore\"\nbackup_dir = \"bk\"\n";
    scratch
        .write("s.toml", format!("[data]\npath = \"iris.csv\"\ntarget = \"species\"\n[fit]\nepochs = 3\n{callbacks}"));
    // Every file that the process may write fits the limit, but not the report.
    let line = format!("ulimit -f 400; trap '' XFSZ; exec '{}' train s.toml -q", env!("CARGO_BIN_EXE_treino"));
    let mut limited = assert_cmd::Command::new("sh");
    limited.args(["-c", &line]).current_dir(scratch.path(""));
    let failed = done(&mut limited);
    assert_eq!(failed.code, 2, "{}{}", failed.stdout, failed.stderr);
    assert!(scratch.path("bk/latest.safetensors").is_file(), "{}", failed.stderr);
    let left = std::fs::read_dir(scratch.path("")).unwrap().count();
    assert!(!scratch.path("runs").exists() && left == 4, "{:?}", scratch.listing());
    scratch.good("train s.toml -q");
    assert!(!scratch.path("bk").exists() && scratch.path("runs/0001-iris/report.html").is_file());
}
