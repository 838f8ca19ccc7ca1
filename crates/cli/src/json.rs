//! `--json`: one JSON object a line. The schema is described in `docs/json-lines.md`; its version is [`VERSION`].

use crate::arguments::with_flags;
use crate::terminal::print;
use serde_json::{Map, Value, json};
use std::path::Path;
use treino::events::Event;
use treino::events::Logs;
use treino::report::Evaluation;
use treino::runs::{Metrics, PreparedRun};
use treino::store::TableSide;

/// The version of the lines' schema.
pub const VERSION: u32 = 1;

/// Prints one line.
pub fn line(value: &Value) {
    print(&format!("{value}\n"));
}

/// The line of an event; batches have none.
pub fn event(event: &Event) {
    match event {
        Event::Epoch { epoch, logs, best, .. } => {
            line(&json!({ "event": "epoch", "epoch": epoch + 1, "best": best, "logs": logs_json(logs) }));
        }
        Event::Stopped { epoch, why } => {
            line(&json!({ "event": "event", "what": "stopped", "epoch": epoch + 1, "why": why }));
        }
        Event::LearningRate { epoch, rate } => {
            line(&json!({ "event": "event", "what": "learning_rate", "epoch": epoch + 1, "rate": rate }));
        }
        Event::Saved { epoch, path } => {
            line(&json!({ "event": "event", "what": "saved", "epoch": epoch + 1, "path": path }));
        }
        Event::Resumed { epoch } => line(&json!({ "event": "event", "what": "resumed", "epoch": epoch + 1 })),
        Event::Restored { epoch } => line(&json!({ "event": "event", "what": "restored", "epoch": epoch + 1 })),
        Event::Repeat { done, of } => line(&json!({ "event": "event", "what": "repeat", "done": done, "of": of })),
        _ => {}
    }
}

/// Logs as an object; a non-finite number is `null`, because JSON cannot represent it.
pub fn logs_json(logs: &Logs) -> Value {
    Value::Object(logs.0.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>())
}

/// What `evaluate` prints.
pub fn evaluations(side: &TableSide, evaluations: &[Evaluation], set_aside: usize) -> Value {
    let mut line = json!({ "evaluation": evaluations.first(), "set_aside": set_aside });
    if evaluations.len() > 1 {
        let more = side.targets().zip(evaluations).skip(1);
        line["more_evaluations"] = more.map(|((t, _), own)| json!({ "target": t.name, "evaluation": own })).collect();
    }
    line
}

/// The first line: the prepared run.
pub fn start(planned: &PreparedRun) -> Value {
    let (prepared, network) = (&planned.prepared, &planned.resolved.network);
    let mut start = json!({
        "event": "start",
        "version": VERSION,
        "treino": env!("CARGO_PKG_VERSION"),
        "task": prepared.target.task.name(),
        "target": prepared.target.name,
        "classes": prepared.target.classes,
        "inputs": prepared.recipe.feature_names(),
        "parameters": network.parameters(),
        "epochs": planned.settings().epochs,
        "seed": planned.settings().seed,
        "rows": {
            "train": prepared.train.len(),
            "validation": prepared.validation.as_ref().map(|d| d.len()),
            "test": prepared.test.as_ref().map(|d| d.len()),
            "set_aside": prepared.set_aside,
        },
        "notes": prepared.notes.iter().map(|note| with_flags(&note.to_string())).collect::<Vec<_>>(),
    });
    if !prepared.more_targets.is_empty() {
        let more = prepared.more_targets.iter();
        let more = more.map(|t| json!({ "target": t.name, "task": t.task.name(), "classes": t.classes }));
        start["more_targets"] = more.collect();
    }
    start
}

/// The last line: all paths, and all of `metrics.json`.
pub fn end(metrics: &Metrics, seconds: f64, run: &Path, diagnosis: Value) -> Value {
    let mut end = json!({ "event": "end", "run": run.display().to_string(), "seconds": seconds });
    if let (Value::Object(end), Value::Object(metrics)) = (&mut end, json!(metrics)) {
        end.extend(metrics);
        if let Value::Object(diagnosis) = diagnosis {
            end.extend(diagnosis);
        }
    }
    end
}
