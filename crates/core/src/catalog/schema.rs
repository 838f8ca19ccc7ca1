//! The JSON Schema (draft 2020-12) of the spec file, generated from the descriptors.

use super::descriptor::{Descriptor, Family, Kind};
use super::node::Value;
use serde_json::{Map, Value as Json, json};

/// The schema of a whole spec file: its sections, and every component they may hold.
pub fn json_schema(rooms: &[&Family]) -> Json {
    let mut defs = Map::new();
    let mut properties = Map::new();
    properties.insert("version".into(), json!({ "const": 1, "description": "The version of the spec format." }));
    for room in rooms {
        if !room.is_chosen {
            for section in room.components {
                properties.insert(section.name.into(), object_schema(section, false));
            }
        } else {
            let names: Vec<&str> =
                room.components.iter().flat_map(|d| std::iter::once(d.name).chain(d.aliases.iter().copied())).collect();
            let mut any = vec![json!({ "enum": names })];
            if room.takes_expressions() {
                any.push(json!({ "type": "string", "pattern": "[^A-Za-z0-9_]", "description": "An expression." }));
            }
            any.extend(room.components.iter().map(|d| object_schema(d, true)));
            defs.insert(room.name.into(), json!({ "anyOf": any }));
        }
    }
    properties.insert(
        "callbacks".into(),
        json!({ "type": "array", "items": { "$ref": "#/$defs/callbacks" }, "description": "What acts between epochs." }),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Treino training spec",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "$defs": defs,
    })
}

/// The schema of one component's table; `typed` adds the key `type` that names it.
pub fn object_schema(thing: &Descriptor, typed: bool) -> Json {
    let mut properties = Map::new();
    if typed {
        properties.insert("type".into(), json!({ "const": thing.name }));
    }
    for param in thing.params {
        let mut schema = kind_schema(&param.kind);
        schema.insert("description".into(), param.summary().into());
        if let Some(default) = (param.default)() {
            schema.insert("default".into(), value_json(&default));
        }
        properties.insert(param.name.into(), Json::Object(schema));
    }
    let mut object = json!({
        "type": "object",
        "description": thing.summary(),
        "additionalProperties": false,
        "properties": properties,
    });
    if typed {
        object["required"] = json!(["type"]);
    }
    object
}

fn kind_schema(kind: &Kind) -> Map<String, Json> {
    let mut schema = Map::new();
    match kind {
        Kind::Bool => {
            schema.insert("type".into(), "boolean".into());
        }
        Kind::Int(interval) | Kind::Float(interval) => {
            let name = if matches!(kind, Kind::Int(_)) { "integer" } else { "number" };
            schema.insert("type".into(), name.into());
            if interval.min.is_finite() {
                let key = if interval.open_min { "exclusiveMinimum" } else { "minimum" };
                schema.insert(key.into(), interval.min.into());
            }
            if interval.max.is_finite() {
                let key = if interval.open_max { "exclusiveMaximum" } else { "maximum" };
                schema.insert(key.into(), interval.max.into());
            }
        }
        Kind::Text => {
            schema.insert("type".into(), "string".into());
        }
        Kind::TextOrInt => {
            schema.insert("type".into(), json!(["string", "integer"]));
        }
        Kind::Choice(words) => {
            schema.insert("enum".into(), json!(words));
        }
        Kind::CountOr(words) => {
            let count = kind_schema(&Kind::COUNT);
            schema.insert("anyOf".into(), json!([{ "enum": words }, count]));
        }
        Kind::Component(room) => {
            schema.insert("$ref".into(), format!("#/$defs/{}", room.name).into());
        }
        Kind::FloatOrComponent(interval, room) => {
            let any = json!([kind_schema(&Kind::Float(*interval)), kind_schema(&Kind::Component(room))]);
            schema.insert("anyOf".into(), any);
        }
        Kind::ClassWeight => {
            let weights = json!({ "type": "object", "additionalProperties": { "type": "number", "minimum": 0 } });
            schema.insert("anyOf".into(), json!([{ "const": "balanced" }, weights]));
        }
        Kind::OneOrMore(kind) => {
            let (one, more) = (kind_schema(kind), kind_schema(&Kind::List(kind)));
            schema.insert("anyOf".into(), json!([one, more]));
        }
        Kind::List(items) => {
            schema.insert("type".into(), "array".into());
            schema.insert("items".into(), Json::Object(kind_schema(items)));
        }
        Kind::PerOutput(item) => {
            let each = json!({
                "type": "object",
                "additionalProperties": kind_schema(item),
                "not": { "required": ["type"] },
            });
            schema.insert("anyOf".into(), json!([kind_schema(item), each]));
        }
    }
    schema
}

/// A value as JSON.
pub fn value_json(value: &Value) -> Json {
    match value {
        Value::Bool(b) => json!(b),
        Value::Int(i) => json!(i),
        Value::Float(x) => json!(x),
        Value::Text(t) => json!(t),
        Value::List(items) => Json::Array(items.iter().map(|n| value_json(&n.value)).collect()),
        Value::Table(entries) => {
            Json::Object(entries.list.iter().map(|e| (e.key.clone(), value_json(&e.node.value))).collect())
        }
    }
}
