//! `--json`: one JSON object a line. The schema is described in `docs/json-lines.md`; its version is [`VERSION`].

use crate::terminal::print;
use serde_json::{Map, Value, json};
use treino::callbacks::Logs;
use treino::train::Event;

/// The version of the lines' schema.
pub const VERSION: u32 = 1;

/// Prints one line.
pub fn line(value: &Value) {
    print(&format!("{value}\n"));
}

/// The line of an event; batches have none.
pub fn event(event: &Event<'_>) {
    match event {
        Event::Batch { .. } => {}
        Event::Epoch { epoch, logs, best, .. } => {
            line(&json!({ "event": "epoch", "epoch": epoch + 1, "best": best, "logs": logs_json(logs) }));
        }
        Event::Stopped { epoch, why } => {
            line(&json!({ "event": "event", "what": "stopped", "epoch": epoch + 1, "why": why }));
        }
        Event::Restored { epoch } => line(&json!({ "event": "event", "what": "restored", "epoch": epoch + 1 })),
        Event::Repeat { done, of } => line(&json!({ "event": "event", "what": "repeat", "done": done, "of": of })),
    }
}

/// Logs as an object; a number that is not finite is `null`, as JSON has no other word for it.
pub fn logs_json(logs: &Logs) -> Value {
    Value::Object(logs.0.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>())
}
