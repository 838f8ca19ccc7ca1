//! Replaces settings in messages, which the library writes in backquotes as in a spec, by flags.

use super::{FLAGS, flag_of};
use std::path::Path;
use treino::catalog::{Value, parse};
use treino::shell::quote;
use treino::spec::FAMILY;

/// A text with each setting of the spec replaced by the flag that sets it: `` `data.skip_rows = 2` `` becomes
/// `--skip-rows 2`, and `` `data.ignore` `` becomes `--ignore`. Other backquoted words are unchanged.
pub fn with_flags(text: &str) -> String {
    let mut pieces = text.split('`');
    let mut worded = pieces.next().unwrap_or_default().to_string();
    let mut pieces = pieces.peekable();
    while let Some(quoted) = pieces.next() {
        // A backquote without its pair is an ordinary character.
        let flag = pieces.peek().and_then(|_| as_flag(quoted));
        match flag {
            Some(flag) => {
                worded.push_str(&flag);
                worded.push_str(pieces.next().unwrap_or_default());
            }
            None => {
                worded.push('`');
                worded.push_str(quoted);
            }
        }
    }
    worded
}

/// Options of library calls that are not in the spec, and that are flags of the same name.
const OPTIONS: &[&str] = &["extend", "fork", "name"];

/// A setting as a flag; `None` if it is not a setting.
fn as_flag(setting: &str) -> Option<String> {
    if OPTIONS.contains(&setting) {
        return Some(format!("--{setting}"));
    }
    let (path, value) = match setting.split_once(" = ") {
        None => (setting, None),
        Some((path, value)) => (path, Some(value)),
    };
    let (section, rest) = path.split_once('.')?;
    let section = FAMILY.components.iter().find(|d| d.name == section)?;
    section.param(rest.split('.').next()?)?;
    let Some(value) = value else {
        return Some(flag_of(path).unwrap_or_else(|| format!("--set {path}=...")));
    };
    let value = &parse(&format!("value = {value}"), Path::new("a setting")).ok()?.get("value")?.value.clone();
    let flag = FLAGS.iter().find(|flag| flag.path == path);
    Some(match flag.map(|flag| (flag.long, flag.sets)) {
        Some((long, Some((sets, _)))) if matches!(value, Value::Bool(is) if *is == sets) => format!("--{long}"),
        Some((long, None)) => format!("--{long} {}", quote(&typed(value))),
        _ => format!("--set {}", quote(&format!("{path}={}", typed(value)))),
    })
}

/// A value as the user would type it: a list with commas, or as a TOML array if a comma or a quote would be misread.
fn typed(value: &Value) -> String {
    let is_plain = |text: &str| !text.contains([',', '"', '\'', '[', '\\']) && text.trim() == text && !text.is_empty();
    match value {
        Value::Text(text) => text.clone(),
        Value::List(items) => {
            let texts: Vec<&str> = items.iter().filter_map(|item| item.text()).collect();
            match texts.len() == items.len() && texts.iter().all(|text| is_plain(text)) {
                true => texts.join(","),
                false => format!("[{}]", texts.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", ")),
            }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_become_flags_that_a_shell_takes() {
        for (setting, flag) in [
            ("`data.skip_rows = 2`", "--skip-rows 2"),
            ("`data.ignore`", "--ignore"),
            ("`fork`", "--fork"),
            ("`data.header = false`", "--no-header"),
            ("`data.header = true`", "--set data.header=true"),
            ("`data.delimiter = \";\"`", "--delimiter ';'"),
            ("`data.missing = [\"n.d.\", \"s/i\"]`", "--missing n.d.,s/i"),
            ("`data.missing = [\"1,5\"]`", "--missing '[\"1,5\"]'"),
            ("`data.missing = [\"it\\u0060s\"]`", "--missing 'it`s'"),
            ("`data.split = \"random\"`", "--set data.split=random"),
            ("`compile.optimizer.learning_rate = 0.01`", "--learning-rate 0.01"),
        ] {
            assert_eq!(with_flags(&format!("say {setting}, or leave it")), format!("say {flag}, or leave it"));
        }
    }

    #[test]
    fn other_words_in_back_quotes_stay() {
        for text in ["a ` alone", "`treino catalog` lists", "`data.nothing`, `x.y = 1`", "`data.skip_rows = `", ""] {
            assert_eq!(with_flags(text), text);
        }
    }
}
