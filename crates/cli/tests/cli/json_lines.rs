//! `--json`: the lines that `docs/json-lines.md` describes.

use crate::scratch::Scratch;
use serde_json::Value;

/// The lines of a training, each parsed.
fn lines(scratch: &Scratch, arguments: &str) -> Vec<Value> {
    let done = scratch.good(&format!("train {arguments} --json"));
    assert_eq!(done.stderr, "", "nothing to say beside the lines");
    done.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_training_is_start_epochs_events_end() {
    let scratch = Scratch::with(&["pima.csv"]);
    let lines = lines(&scratch, "pima.csv --target diabetes --patience 3");
    let kinds: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(kinds[0], "start");
    assert_eq!(kinds[kinds.len() - 1], "end");
    assert!(kinds[1..kinds.len() - 1].iter().all(|kind| ["epoch", "event"].contains(kind)));

    let start = &lines[0];
    assert_eq!(start["version"], 1);
    assert_eq!(start["classes"], serde_json::json!(["neg", "pos"]));
    assert_eq!(start["rows"]["train"], 460);
    assert_eq!(start["inputs"].as_array().unwrap().len(), 13);

    let epochs: Vec<&Value> = lines.iter().filter(|line| line["event"] == "epoch").collect();
    let history = scratch.text("runs/0001-pima/history.csv");
    let (head, rows) = history.split_once('\n').unwrap();
    let names: Vec<&str> = head.split(',').skip(1).collect();
    assert_eq!(epochs.len(), rows.lines().count());
    for (i, (epoch, row)) in epochs.iter().zip(rows.lines()).enumerate() {
        assert_eq!(epoch["epoch"], i + 1);
        assert_eq!(keys(&epoch["logs"]), names);
        // All digits of the history.
        for (name, cell) in names.iter().zip(row.split(',').skip(1)) {
            assert_eq!(epoch["logs"][name].as_f64().unwrap(), cell.parse::<f64>().unwrap());
        }
    }
    let events: Vec<&str> = lines.iter().filter_map(|line| line["what"].as_str()).collect();
    assert_eq!(events, ["stopped", "restored"]);

    let end = lines.last().unwrap();
    assert_eq!(end["run"], "runs/0001-pima");
    assert!(end["seconds"].as_f64().unwrap() >= 0.0);
    let metrics = scratch.json("runs/0001-pima/metrics.json");
    for key in keys(&metrics) {
        assert_eq!(end[key], metrics[key], "{key}");
    }
}

#[test]
fn repeats_are_events() {
    let scratch = Scratch::with(&["iris.csv"]);
    let lines = lines(&scratch, "iris.csv --target species --epochs 2 --repeats 3 --threads 1");
    let repeats: Vec<String> =
        lines.iter().filter(|l| l["what"] == "repeat").map(|l| format!("{}/{}", l["done"], l["of"])).collect();
    assert_eq!(repeats, ["2/3", "3/3"]);
    let end = lines.last().unwrap();
    assert_eq!(
        end["repeats"].as_array().unwrap().iter().map(|r| r["seed"].as_u64().unwrap()).collect::<Vec<_>>(),
        [1, 2, 3]
    );
}

#[test]
fn a_profile_stands_before_the_end_and_changes_nothing() {
    let scratch = Scratch::with(&["pima.csv"]);
    let arguments = "pima.csv --target diabetes --hidden 8 --epochs 3 --repeats 2 --threads 1";
    let without = lines(&scratch, arguments);
    let mut with = lines(&scratch, &format!("{arguments} --profile"));
    let profile = with.remove(with.len() - 2);
    assert_eq!(profile["event"], "profile");
    // 460 rows in batches of 32, by the first seed alone.
    assert_eq!((&profile["steps"], &profile["validations"]), (&45.into(), &3.into()));
    let parts = profile["parts"].as_array().unwrap();
    let sum = |key: &str| parts.iter().map(|part| part[key].as_f64().unwrap()).sum::<f64>();
    let step = profile["microseconds"].as_f64().unwrap();
    assert!((sum("microseconds") - step).abs() < 1e-6 * step && (sum("share") - 1.0).abs() < 1e-9, "{profile}");
    assert!(profile["clock"].as_f64().unwrap() > 0.0 && profile["validation"].as_f64().unwrap() > 0.0, "{profile}");
    let forward = parts.iter().find(|part| part["pass"] == "forward").unwrap();
    assert_eq!(forward["layers"], serde_json::json!(["dense", "dense_1"]));
    assert!(forward["gflops"].as_f64().unwrap() > 0.0 && forward["what"] == "dense", "{forward}");

    let model = |run: &str| scratch.bytes(&format!("runs/{run}-pima/model.safetensors"));
    assert!(model("0001") == model("0002"));
    for (one, other) in without.iter().zip(&with).take(without.len() - 1) {
        assert_eq!(one, other);
    }
    assert_eq!(without.len(), with.len());
}

#[test]
fn the_document_names_every_key_and_its_example_has_the_same_keys() {
    let document = include_str!("../../../../docs/json-lines.md");
    let examples: Vec<Value> =
        document.lines().filter(|l| l.starts_with("{\"event\"")).map(|l| serde_json::from_str(l).unwrap()).collect();
    let scratch = Scratch::with(&["pima.csv"]);
    let mut real = lines(&scratch, "pima.csv --target diabetes --epochs 3 --hidden 4");
    real.extend(lines(&scratch, "pima.csv --target diabetes --patience 1 --repeats 2 --hidden 4 --threads 1"));
    let callbacks = "[[callbacks]]\ntype = \"reduce_lr_on_plateau\"\npatience = 1\nmin_delta = 9\n\
        [[callbacks]]\ntype = \"model_checkpoint\"\nfilepath = \"best.safetensors\"\n\
        [[callbacks]]\ntype = \"backup_and_restore\"\nbackup_dir = \"backup\"\ndelete_checkpoint = false\n";
    scratch
        .write("s.toml", format!("[data]\npath = \"pima.csv\"\ntarget = \"diabetes\"\n[fit]\nepochs = 2\n{callbacks}"));
    real.extend(lines(&scratch, "pima.csv --target diabetes --epochs 1 --profile"));
    assert!(real.iter().any(|line| line["event"] == "profile"));
    real.extend(lines(&scratch, "s.toml"));
    real.extend(lines(&scratch, "s.toml --epochs 3"));
    for what in ["stopped", "restored", "repeat", "learning_rate", "saved", "resumed"] {
        assert!(real.iter().any(|line| line["what"] == what), "{what}");
    }
    for line in &real {
        let same = |example: &&Value| {
            ["event", "what"].iter().all(|key| example[key] == line[key]) && keys(example) == keys(line)
        };
        assert!(
            examples.iter().any(|example| same(&example)),
            "no example in docs/json-lines.md has the keys of {line}"
        );
        for key in keys(line) {
            assert!(document.contains(&format!("`{key}`")), "docs/json-lines.md does not explain `{key}`");
        }
    }
}
