//! Converts the text after a flag to a value of the catalogue.

use std::path::Path;
use treino::Result;
use treino::catalog::{self, Kind, Node, Value};
use treino::error::Error;
use treino::spec::{ListSyntax, split_list};

/// Converts the text after a flag to a value of a kind. The catalogue rejects values that do not fit.
pub fn typed<'a>(kind: &Kind, given: impl Iterator<Item = &'a String>, flag: &str) -> Result<Value> {
    match kind {
        Kind::PerOutput(each) => {
            let given: Vec<&String> = given.collect();
            // A table without a type is a table by output name.
            match given.first().map(|text| toml_value(text.trim())) {
                Some(Ok(Value::Table(table))) if given.len() == 1 && table.get("type").is_none() => {
                    Ok(Value::Table(table))
                }
                _ => typed(each, given.into_iter(), flag),
            }
        }
        Kind::OneOrMore(one) => typed(&Kind::List(one), given, flag),
        Kind::List(item) => {
            let mut items: Vec<Node> = Vec::new();
            for list in given {
                match toml_value(list.trim()) {
                    // TOML syntax, for names that contain commas.
                    Ok(Value::List(nodes)) => items.extend(nodes),
                    _ => {
                        let parentheses = matches!(**item, Kind::Component(_));
                        // Cells of a table: -999,9 is a number with a decimal comma.
                        let is_part = |before: &str, after: &str| flag == "--missing" && is_decimal(before, after);
                        let syntax = ListSyntax { parentheses, ..ListSyntax::default() };
                        for text in split_list(list, syntax, is_part) {
                            items.push(scalar(item, text, flag)?.into());
                        }
                    }
                }
            }
            Ok(Value::List(items))
        }
        kind => {
            let given: Vec<&String> = given.collect();
            match given[..] {
                [one] => scalar(kind, one, flag),
                _ => Err(Error::input(format!("{flag} was given {} times, but holds one value", given.len()))),
            }
        }
    }
}

/// Whether a comma between two texts may be a decimal separator: digits on both sides, and no decimal point before it.
fn is_decimal(before: &str, after: &str) -> bool {
    let (whole, groups) = before.split_once('.').unwrap_or((before, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let grouped = groups.is_empty() || groups.split('.').all(|group| group.len() == 3 && digits(group));
    grouped && whole.ends_with(|c: char| c.is_ascii_digit()) && after.starts_with(|c: char| c.is_ascii_digit())
}

/// The text as a single value of a kind.
pub fn scalar(kind: &Kind, text: &str, flag: &str) -> Result<Value> {
    let parsed = match kind {
        Kind::Int(_) | Kind::CountOr(_) => text.parse().map(Value::Int).ok(),
        Kind::Float(_) => text.parse().map(Value::Float).ok(),
        Kind::Bool => text.parse().map(Value::Bool).ok(),
        Kind::FloatOrComponent(..) if text.parse::<f64>().is_ok() => text.parse().map(Value::Float).ok(),
        Kind::Component(_) | Kind::FloatOrComponent(..) | Kind::ClassWeight if text.trim_start().starts_with('{') => {
            Some(toml_value(text).map_err(|why| {
                let e = Error::input(format!("{flag} is {text}, which is not a valid TOML table: {why}"));
                e.help("such a table looks like { type = \"sgd\", momentum = 0.9 }")
            })?)
        }
        _ => None,
    };
    Ok(parsed.unwrap_or_else(|| Value::Text(text.to_string())))
}

/// A text as a TOML value, or why it is not one.
pub fn toml_value(text: &str) -> Result<Value, String> {
    let entries = catalog::parse(&format!("value = {text}"), Path::new("")).map_err(|e| {
        let message = e.message();
        message.rsplit_once("TOML: ").map_or(message, |(_, why)| why).to_string()
    })?;
    match &entries.list[..] {
        [one] => Ok(one.node.value.clone()),
        _ => Err("it holds more than one value".to_string()),
    }
}
