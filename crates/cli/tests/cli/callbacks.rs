//! Callbacks in a spec file: what they write, say and refuse.

use crate::scratch::Scratch;

const DATA: &str = "[data]\npath = \"pima.csv\"\ntarget = \"diabetes\"\n[model]\nhidden = [4]\n";

/// A folder with a table and a spec of callbacks beside it.
fn with_spec(fit: &str, callbacks: &str) -> Scratch {
    let scratch = Scratch::with(&["pima.csv"]);
    scratch.write("job/pima.csv", scratch.bytes("pima.csv"));
    scratch.write("job/s.toml", format!("{DATA}[fit]\nbatch_size = 128\n{fit}\n{callbacks}"));
    scratch
}

#[test]
fn files_lie_beside_the_spec_and_events_tell_of_them() {
    let scratch = with_spec(
        "epochs = 6",
        r#"
[[callbacks]]
type = "reduce_lr_on_plateau"
patience = 2
min_delta = 9.0

[[callbacks]]
type = "model_checkpoint"
filepath = "models/{epoch:02d}-{val_loss:.2f}.safetensors"
save_best_only = true

[[callbacks]]
type = "csv_logger"
filename = "log.csv"
separator = ";"

[[callbacks]]
type = "tensorboard"
log_dir = "board"
"#,
    );
    let done = scratch.good("train job/s.toml --json");
    let lines: Vec<serde_json::Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let what = |what: &str| lines.iter().filter(|line| line["what"] == what).collect::<Vec<_>>();
    let rates: Vec<f64> = what("learning_rate").iter().map(|line| line["rate"].as_f64().unwrap()).collect();
    assert_eq!(rates, [0.0001, 0.00001], "{:?}", what("learning_rate"));
    assert_eq!(what("learning_rate")[0]["epoch"], 3);
    let saved = what("saved");
    let path = saved.last().unwrap()["path"].as_str().unwrap();
    assert!(path.starts_with("job/models/0") && path.ends_with(".safetensors"), "{path}");
    assert!(scratch.good(&format!("evaluate {path} pima.csv")).stdout.contains("accuracy"));
    let log = scratch.text("job/log.csv");
    assert!(
        log.starts_with("epoch;accuracy;learning_rate;loss;penalty;val_accuracy;val_loss;val_penalty\r\n0;"),
        "{log}"
    );
    assert_eq!(log.lines().count(), 7);
    for part in ["train", "validation"] {
        assert_eq!(std::fs::read_dir(scratch.path(&format!("job/board/{part}"))).unwrap().count(), 1);
    }
    let history = scratch.text("runs/0001-pima/history.csv");
    assert!(history.lines().next().unwrap().ends_with(",learning_rate"), "{history}");

    // The spec of the run finds its files where they were, and gives the same bits.
    let before = scratch.bytes("runs/0001-pima/model.safetensors");
    let words = scratch.good("train runs/0001-pima/spec.toml").stderr;
    assert!(words.contains("learning rate reduced to 0.0001 after epoch 3"), "{words}");
    assert!(words.contains("saved the model"), "{words}");
    assert_eq!(scratch.bytes("runs/0002-pima/model.safetensors"), before);
    assert_eq!(std::fs::read_dir(scratch.path("job/board/train")).unwrap().count(), 2);
    assert_eq!(scratch.text("job/log.csv"), log);
}

#[test]
fn of_several_seeds_only_the_first_writes_files() {
    let scratch = with_spec(
        "epochs = 3\nrepeats = 3",
        "[[callbacks]]\ntype = \"csv_logger\"\nfilename = \"log.csv\"\nappend = true\n",
    );
    scratch.good("train job/s.toml -q");
    assert_eq!(scratch.text("job/log.csv").lines().count(), 4);
}

#[test]
fn what_is_wrong_with_callbacks_is_said_before_the_training() {
    let cases: &[(&str, &[&str])] = &[
        ("type = \"reduce_lr_on_plateau\"\nfactor = 1.0", &["factor is 1", "[0, 1)", "s.toml:9:10"]),
        ("type = \"reduce_lr_on_plateau\"\nmonitor = \"val_acuracy\"", &["did you mean \"val_accuracy\"?"]),
        (
            "type = \"learning_rate_scheduler\"\nschedule = \"lr * epohc\"",
            &["\"epohc\"", "did you mean \"epoch\"?", "s.toml:9:12"],
        ),
        ("type = \"learning_rate_scheduler\"\nschedule = \"0 - lr\"", &["gives -0.001 in epoch 1"]),
        ("type = \"model_checkpoint\"", &["model_checkpoint.filepath", "must end in .safetensors"]),
        ("type = \"model_checkpoint\"\nfilepath = \"a.keras\"", &["write \"job/a.safetensors\""]),
        ("type = \"model_checkpoint\"\nfilepath = \"{epohc}.safetensors\"", &["did you mean \"epoch\"?"]),
        (
            "type = \"model_checkpoint\"\nfilepath = \"a.safetensors\"\nsave_freq = \"epochs\"",
            &["save_freq is \"epochs\"", "\"epoch\" or a whole number of at least 1", "did you mean \"epoch\"?"],
        ),
        ("type = \"model_checkpoint\"\nfilepath = \"a.safetensors\"\nsave_freq = 0", &["save_freq is 0"]),
        ("type = \"csv_logger\"", &["needs a filename"]),
        ("type = \"csv_logger\"\nfilename = \"pima.csv/log.csv\"", &["pima.csv"]),
        ("type = \"backup_and_restore\"", &["needs a backup_dir"]),
        ("type = \"backup_and_restore\"\nbackup_dir = \"pima.csv\"", &["there is a file of that name"]),
        ("type = \"tensorboard\"\nlog_dir = \"pima.csv\"", &["there is a file of that name"]),
        ("type = \"tensorboard\"\nwrite_graph = true", &["has no \"write_graph\""]),
        ("type = \"tensorboard\"\nupdate_freq = \"batches\"", &["did you mean \"batch\"?"]),
        ("type = \"swap_ema_weights\"", &["adam keeps none", "use_ema = true"]),
        ("type = \"terminate_on_nan\"\nraise = true", &["did you mean \"raise_error\"?"]),
    ];
    let scratch = with_spec("epochs = 2", "");
    let mut lines: Vec<(String, &[&str])> = Vec::new();
    for (i, (callback, words)) in cases.iter().enumerate() {
        scratch.write(&format!("job/{i}s.toml"), format!("{DATA}[fit]\n[[callbacks]]\n{callback}\n"));
        lines.push((format!("train job/{i}s.toml"), words));
    }
    let lines: Vec<(&str, &[&str])> = lines.iter().map(|(line, words)| (line.as_str(), *words)).collect();
    scratch.refuses_all(&lines);
}

/// Folders that nobody can write to, whoever runs the tests.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_to_is_refused_before_the_training() {
    let scratch = Scratch::with(&["pima.csv"]);
    for callback in [
        "type = \"csv_logger\"\nfilename = \"/proc/x/log.csv\"",
        "type = \"model_checkpoint\"\nfilepath = \"/proc/x/{epoch}.safetensors\"",
        "type = \"tensorboard\"\nlog_dir = \"/proc/x\"",
        "type = \"backup_and_restore\"\nbackup_dir = \"/proc/x\"",
    ] {
        scratch.write("s.toml", format!("{DATA}[[callbacks]]\n{callback}\n"));
        scratch.refuses("train s.toml", &["cannot make the folder /proc/x"]);
    }
}

/// A disk that is full ends the training with one message, and no run folder.
#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_ends_the_training() {
    let scratch = Scratch::with(&["pima.csv"]);
    scratch.write("s.toml", format!("{DATA}[[callbacks]]\ntype = \"csv_logger\"\nfilename = \"/dev/full\"\n"));
    let before = scratch.listing();
    let done = scratch.run("train s.toml -q");
    assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{}", done.stderr);
    assert!(done.stderr.starts_with("error: cannot write /dev/full: the disk is full"), "{}", done.stderr);
    assert_eq!(scratch.listing(), before);
}

#[cfg(unix)]
mod interrupted {
    use super::*;
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Child, ChildStdout, Command, Stdio};

    /// The training, once so many lines have been read; it blocks where nobody reads on.
    fn started(scratch: &Scratch, out: &str, lines: usize) -> (Child, BufReader<ChildStdout>, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_treino"))
            .current_dir(scratch.path(""))
            .args(["train", "job/s.toml", "--json", "--out", out])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut read = String::new();
        for _ in 0..lines {
            output.read_line(&mut read).unwrap();
        }
        (child, output, read)
    }

    fn first_epoch(lines: &str) -> (Option<u64>, u64) {
        let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let find = |key: &str, value: &str| lines.iter().find(|line| line[key] == value).map(|line| &line["epoch"]);
        (find("what", "resumed").and_then(|e| e.as_u64()), find("event", "epoch").unwrap().as_u64().unwrap())
    }

    #[test]
    fn killed_and_started_again_gives_the_same_bits() {
        let callbacks = r#"
[[callbacks]]
type = "early_stopping"
patience = 500
restore_best_weights = true

[[callbacks]]
type = "csv_logger"
filename = "log.csv"

[[callbacks]]
type = "backup_and_restore"
backup_dir = "backup"
"#;
        let scratch = with_spec("epochs = 800\nbatch_size = 460", callbacks);
        scratch.write("job/s.toml", scratch.text("job/s.toml").replace("batch_size = 128\n", ""));
        scratch.good("train job/s.toml -q --out whole");
        let log = scratch.bytes("job/log.csv");
        assert!(!scratch.path("job/backup").exists());

        let (mut child, output, read) = started(&scratch, "killed", 30);
        child.kill().unwrap();
        child.wait().unwrap();
        drop(output);
        assert_eq!(first_epoch(&read), (None, 1));
        assert!(!scratch.path("killed").exists(), "nothing but the backup is left");

        let (mut child, mut output, mut read) = started(&scratch, "stopped", 30);
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-s", "INT", &pid]).status().unwrap().success());
        output.read_to_string(&mut read).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130));
        let (resumed, first) = first_epoch(&read);
        assert_eq!(resumed, Some(first));
        assert!(first > 20, "{first}");

        // Another training keeps away from it.
        let text = scratch.text("job/s.toml");
        scratch.write("job/s.toml", text.replace("[fit]\n", "[fit]\nseed = 2\n"));
        scratch.refuses(
            "train job/s.toml -q",
            &["job/backup is of another training", "another seed", "delete the folder"],
        );
        scratch.write("job/s.toml", text);

        scratch.good("train job/s.toml -q --out again");
        for file in ["model.safetensors", "history.csv", "metrics.json"] {
            let [whole, again] = ["whole", "again"].map(|out| scratch.bytes(&format!("{out}/0001-pima/{file}")));
            assert_eq!(whole, again, "{file}");
        }
        assert_eq!(scratch.bytes("job/log.csv"), log);
        assert!(!scratch.path("job/backup/latest.safetensors").exists());
    }
}
