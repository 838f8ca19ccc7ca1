//! What was typed behind a flag.

use super::{scalar, toml_value};
use treino::Result;
use treino::catalog::{Kind, Node, Value};
use treino::error::Error;

/// What was typed behind a flag as a value of a kind. What does not fit is left for the catalogue to refuse.
pub(super) fn typed<'a>(kind: &Kind, given: impl Iterator<Item = &'a String>, flag: &str) -> Result<Value> {
    match kind {
        Kind::PerOutput(each) => {
            let given: Vec<&String> = given.collect();
            // A table without a type is one by the names of the outputs.
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
                    // TOML's own form, for names with commas in them.
                    Ok(Value::List(nodes)) => items.extend(nodes),
                    _ if flag == "--missing" => {
                        for text in tokens(list)? {
                            items.push(Value::Text(text).into());
                        }
                    }
                    _ => {
                        for text in split_list(list, matches!(item, Kind::Thing(_))) {
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

/// The items of a list; commas inside braces or brackets do not separate, nor inside parentheses where `expressions` are
/// among the items.
fn split_list(text: &str, expressions: bool) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            '(' if expressions => depth += 1,
            ')' if expressions => depth -= 1,
            ',' if depth == 0 => {
                items.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(text[start..].trim());
    items.retain(|item| !item.is_empty());
    items
}

/// Words for missing cells. A comma between digits may also be a decimal mark: behind a number with a sign it is one, since a
/// list would have a sign before each number.
fn tokens(text: &str) -> Result<Vec<String>> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mut tokens: Vec<String> = Vec::new();
    for item in split_list(text, false) {
        let before = tokens.last().cloned().unwrap_or_default();
        let number = before.strip_prefix('-').filter(|digits| is_digits(digits));
        if is_digits(item) && is_digits(&before) {
            let e = format!("--missing {before},{item} could be one number with a decimal comma, or two numbers");
            let e = Error::input(e).help(format!("for two numbers write --missing {before} --missing {item}"));
            return Err(e.help(format!("for one number write --missing '[\"{before},{item}\"]'")));
        }
        match (tokens.last_mut(), number) {
            (Some(last), Some(_)) if is_digits(item) => *last = format!("{before},{item}"),
            _ => tokens.push(item.to_string()),
        }
    }
    Ok(tokens)
}
