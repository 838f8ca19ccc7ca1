//! Records of runs that were changed: whatever can be opened can be shown.

use serde_json::Value;
use std::path::Path;
use treino::doctor::examine;
use treino::prelude::*;
use treino::report::Record;
use treino_pages::figure::{figures, report};
use treino_pages::language::Lang;

/// The record of a short training on a table of the project, as JSON.
fn record(table: &str, target: &str, rest: &str) -> Value {
    let path = format!("{}/../../datasets/{table}.csv", env!("CARGO_MANIFEST_DIR"));
    let text = format!("[data]\npath = '{path}'\ntarget = \"{target}\"\n[model]\nhidden = [4]\n{rest}");
    let spec = Spec::read(&treino::catalog::parse(&text, Path::new("s.toml")).unwrap()).unwrap();
    let planned = PreparedRun::new(&spec).unwrap();
    let run = Session::quiet(|session| planned.run(session)).unwrap();
    let mut json: Value = serde_json::from_str(&Record::of(&planned, &run).unwrap().to_json().unwrap()).unwrap();
    // As of the first format, which has no checksum, so that every change is looked at.
    json.as_object_mut().unwrap().remove("checksum").unwrap();
    json["format_version"] = 1.into();
    json
}

/// The paths of all lists and whole numbers; of long lists those in the first and the last entry.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            found.push(at.to_string());
            let ends = [0, items.len().saturating_sub(1)];
            let some = items.iter().enumerate().filter(|(i, _)| items.len() <= 6 || ends.contains(i));
            some.for_each(|(i, item)| places(item, &format!("{at}/{i}"), found));
        }
        Value::Object(entries) => entries.iter().for_each(|(key, item)| places(item, &format!("{at}/{key}"), found)),
        Value::Number(number) if number.is_u64() => found.push(at.to_string()),
        _ => {}
    }
}

/// The value at a place with an entry less, one more, none at all; or a larger number, a huge one, and 0.
fn changed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => {
            let mut less = items.clone();
            less.pop();
            let more = items.iter().chain(items.first()).cloned().collect();
            vec![Value::Array(less), Value::Array(more), Value::Array(Vec::new())]
        }
        Value::Number(number) => [number.as_u64().unwrap_or(0) + 2, 1 << 40, 0].map(Value::from).to_vec(),
        _ => Vec::new(),
    }
}

#[test]
fn a_record_that_was_changed_is_refused_or_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("record.json");
    let stopping = "[[callbacks]]\ntype = \"early_stopping\"\npatience = 2\n[fit]\nepochs = 6\nrepeats = 3";
    let (mut refused, mut shown) = (0, 0);
    for json in [
        record("iris", "species", "[fit]\nepochs = 3"),
        record("pima", "diabetes", stopping),
        record("diabetes", "progression", "[fit]\nepochs = 3"),
    ] {
        let mut found = Vec::new();
        places(&json, "", &mut found);
        std::fs::write(&file, json.to_string()).unwrap();
        Record::open(folder.path()).unwrap();
        for place in found {
            for value in changed(json.pointer(&place).unwrap()) {
                let mut json = json.clone();
                *json.pointer_mut(&place).unwrap() = value.clone();
                std::fs::write(&file, json.to_string()).unwrap();
                let Ok(record) = Record::open(folder.path()) else {
                    refused += 1;
                    continue;
                };
                let look = || {
                    examine(&record).iter().for_each(|finding| assert!(!Lang::English.finding(finding).is_empty()));
                    (figures(&record, Lang::English, "run"), report(&record, Lang::English, "run").html())
                };
                let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(look));
                assert!(done.is_ok(), "{place} = {value}");
                shown += 1;
            }
        }
    }
    assert!(refused > 50 && shown > 50, "{refused} {shown}");
}
