//! The catalogue as pages to read: one for each room, made from the descriptors alone.

use super::descriptor::{Descriptor, Doc, Kind, Param, Room};
use super::node::{Entries, Node, Value};
use super::thing::{takes_expressions, write_named};
use std::fmt::Write;

/// A page of the reference, in Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The name of its file.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// The pages of the reference: an index, and one for each room. `flag` knows the flag of the command line that sets a
/// value of the spec, such as `--batch-size` for `fit.batch_size`.
pub fn reference(flag: &dyn Fn(&str) -> Option<String>) -> Vec<Page> {
    let index = Page { file: "README.md".to_string(), text: index(flag) };
    let room = |room: Room| Page { file: file(room), text: page(room, flag) };
    std::iter::once(index).chain(Room::ALL.into_iter().map(room)).collect()
}

fn file(room: Room) -> String {
    format!("{}.md", room.name())
}

fn title(room: Room) -> String {
    let name = room.name();
    name[..1].to_uppercase() + &name[1..]
}

/// What a page says of itself, for those who would edit it.
const MADE: &str = "<!-- Made from the catalogue by `treino catalog --docs docs/reference`; do not edit. -->\n\n";

fn index(flag: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text =
        format!("{MADE}# Reference\n\nEverything that a training can be made of, with Keras's names and defaults.\n\n");
    text.push_str(READING);
    for room in Room::ALL {
        let _ = write!(text, "\n## [{}]({})\n\n", title(room), file(room));
        if let Some(place) = places(room, flag) {
            let _ = writeln!(text, "{place}\n");
        }
        text.push_str("| name | what it is |\n|---|---|\n");
        for thing in room.things() {
            let link = format!("[`{}`]({}#{})", thing.name, file(room), thing.name);
            let _ = writeln!(text, "| {link} | {} |", cell(&escaped(&thing.summary())));
        }
    }
    text
}

const READING: &str = "\
## How to read it

- **Names.** Each thing has the snake_case name of Keras's class or function. Its class name and its other names mean the
  same; upper and lower case do not matter.
- **In a spec file** a thing is its name, or a table with its `type` and the parameters that shall not be as by default:
  `optimizer = \"sgd\"` or `optimizer = { type = \"sgd\", momentum = 0.9 }`. The examples show all defaults, so that a line can be
  copied and changed.
- **On the command line** the same stands behind a flag: `--optimizer sgd` or `--optimizer '{ type = \"sgd\", momentum = 0.9 }'`.
  Any value of the spec can be set by its path: `--set compile.optimizer.momentum=0.9`.
- **Defaults.** \"left open\" means that the parameter has no value until it is given one.
- **Allowed.** [0, 1) is from 0 to 1 without 1. A value outside is refused with a message that names it and the range.
- **Keras differences** say where a thing is not what Keras 3 makes of it. Where there are none, none are known.
";

fn page(room: Room, flag: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = format!("{MADE}# {}\n", title(room));
    let mut intro = room.doc().text();
    // The first paragraph is for readers of the source.
    intro.remove(0);
    for lines in intro {
        let _ = write!(text, "\n{}\n", prose(&lines));
    }
    if let Some(place) = places(room, flag) {
        let _ = write!(text, "\n{place}\n");
    }
    differences(&mut text, room.doc());
    let links: Vec<String> = room.things().iter().map(|thing| format!("[`{0}`](#{0})", thing.name)).collect();
    let _ = write!(text, "\n{}\n", links.join(" · "));
    let shared = shared(room);
    if !shared.is_empty() {
        let _ = write!(text, "\n## Shared parameters\n\nMost things on this page also take these:\n\n");
        table(&mut text, room, &shared, None, flag);
    }
    for thing in room.things() {
        entry(&mut text, room, thing, &shared, flag);
    }
    text
}

fn entry(text: &mut String, room: Room, thing: &Descriptor, shared: &[&Param], flag: &dyn Fn(&str) -> Option<String>) {
    let _ = write!(text, "\n## {}\n", thing.name);
    for lines in thing.doc.text() {
        let _ = write!(text, "\n{}\n", prose(&lines));
    }
    if room != Room::Sections {
        let others: Vec<String> =
            std::iter::once(&thing.class).chain(thing.aliases).map(|name| format!("`{name}`")).collect();
        let _ = write!(text, "\nAlso called {}.\n", others.join(", "));
    }
    let (common, own): (Vec<&Param>, Vec<&Param>) =
        thing.params.iter().partition(|p| shared.iter().any(|s| same(s, p)));
    let _ = write!(text, "\n```toml\n{}```\n", example(room, thing, &own));
    if !own.is_empty() {
        text.push('\n');
        table(text, room, &own, Some(thing), flag);
    }
    if common.len() == shared.len() && !shared.is_empty() {
        text.push_str("\nAnd the [shared parameters](#shared-parameters).\n");
    } else if !common.is_empty() {
        let names: Vec<String> = common.iter().map(|p| format!("`{}`", p.name)).collect();
        let _ = write!(text, "\nOf the [shared parameters](#shared-parameters): {}.\n", names.join(", "));
    }
    differences(text, thing.doc);
}

fn differences(text: &mut String, doc: Doc) {
    if let Some(differences) = doc.differences() {
        let _ = write!(text, "\n> **Keras differences:** {}\n", escaped(&differences));
    }
}

fn table(
    text: &mut String,
    room: Room,
    params: &[&Param],
    thing: Option<&Descriptor>,
    flag: &dyn Fn(&str) -> Option<String>,
) {
    let section = thing.filter(|_| room == Room::Sections);
    let flags = if section.is_some() { (" flag |", "---|") } else { ("", "") };
    let _ = writeln!(text, "| parameter | default | allowed |{} what it does |\n|---|---|---|{}---|", flags.0, flags.1);
    for param in params {
        let default = match (param.default)() {
            None => "left open".to_string(),
            Some(value) if is_missing(&value) => "must be given".to_string(),
            Some(value) => format!("`{}`", toml(&shortest(&value))),
        };
        let flag = section.map_or(String::new(), |section| {
            let flag = flag(&format!("{}.{}", section.name, param.name));
            format!(" {} |", flag.map_or(String::new(), |flag| format!("`{flag}`")))
        });
        let (kind, says) = (allowed(&param.kind), cell(&prose(&param.doc.text().concat())));
        let _ = writeln!(text, "| `{}` | {} | {kind} |{flag} {says} |", param.name, default.replace('|', "\\|"));
    }
}

/// Whether a default stands for what must be given: an empty text.
fn is_missing(default: &Value) -> bool {
    matches!(default, Value::Text(text) if text.is_empty())
}

/// What a kind allows, with links to rooms.
fn allowed(kind: &Kind) -> String {
    let link = |room: Room| format!("[{}]({})", room.one(), file(room));
    let article = |room: Room| if room.one().starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    match kind {
        Kind::Thing(room) => format!("{} {}", article(*room), link(*room)),
        Kind::FloatOrThing(interval, room) => format!("a number{interval}, or {} {}", article(*room), link(*room)),
        Kind::List(kind) => format!("a list, each item {}", allowed(kind)),
        Kind::OneOrMore(kind) => format!("{}, or a list of such", allowed(kind)),
        Kind::PerOutput(kind) => format!("{}; or a table of such, one for each output", allowed(kind)),
        Kind::Choice(words) | Kind::CountOr(words) => {
            let mut words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
            if matches!(kind, Kind::CountOr(_)) {
                words.push("a whole number of at least 1".to_string());
            }
            cell(&words.join(", "))
        }
        kind => cell(&kind.to_string()),
    }
}

/// The parameters that more than half of a room's things have, and none of them otherwise than the rest.
fn shared(room: Room) -> Vec<&'static Param> {
    let things = room.things();
    if room == Room::Sections || things.len() < 3 {
        return Vec::new();
    }
    let mut shared: Vec<&Param> = Vec::new();
    for param in things.iter().flat_map(|thing| thing.params) {
        let having: Vec<&Param> = things.iter().filter_map(|thing| thing.param(param.name)).collect();
        let alike = having.iter().all(|other| same(param, other));
        if 2 * having.len() > things.len() && alike && !shared.iter().any(|other| same(param, other)) {
            shared.push(param);
        }
    }
    shared
}

/// Whether two parameters are the same but for their place.
fn same(a: &Param, b: &Param) -> bool {
    let default = |p: &Param| (p.default)().map(|value| value.to_string());
    a.name == b.name && a.doc == b.doc && a.kind.to_string() == b.kind.to_string() && default(a) == default(b)
}

/// Where a thing of the room may stand.
fn places(room: Room, flag: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut places: Vec<String> = Vec::new();
    if room == Room::Callbacks {
        places.push("`[[callbacks]]`".to_string());
    }
    for section in Room::Sections.things() {
        for param in section.params.iter().filter(|p| takes(&p.kind, room)) {
            let flag = flag(&format!("{}.{}", section.name, param.name));
            let flag = flag.map_or(String::new(), |flag| format!(" (`{flag}`)"));
            places.push(format!("`{}` of `[{}]`{flag}", param.name, section.name));
        }
    }
    for other in Room::ALL.into_iter().filter(|other| *other != Room::Sections) {
        let mut names: Vec<&str> = Vec::new();
        for param in other.things().iter().flat_map(|thing| thing.params).filter(|p| takes(&p.kind, room)) {
            if !names.contains(&param.name) {
                names.push(param.name);
            }
        }
        if !names.is_empty() {
            let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
            places.push(format!("{} of [{}]({})", names.join(", "), other.name(), file(other)));
        }
    }
    let expression =
        if takes_expressions(room) { " An [expression](../expressions.md) can stand there, too." } else { "" };
    (!places.is_empty()).then(|| format!("Where it may stand: {}.{expression}", places.join("; ")))
}

fn takes(kind: &Kind, room: Room) -> bool {
    match kind {
        Kind::Thing(of) | Kind::FloatOrThing(_, of) => *of == room,
        Kind::List(kind) | Kind::OneOrMore(kind) | Kind::PerOutput(kind) => takes(kind, room),
        _ => false,
    }
}

/// The thing in a spec file, with its own parameters at their defaults.
fn example(room: Room, thing: &Descriptor, own: &[&Param]) -> String {
    let mut table = Entries::default();
    for param in own {
        match (param.default)() {
            Some(value) if is_missing(&value) => table.set(param.name, Value::Text("...".to_string()).into()),
            Some(value) => table.set(param.name, shortest(&value).into()),
            None => {}
        }
    }
    let lines = |table: &Entries| {
        let line = |e: &super::Entry| format!("{} = {}\n", e.key, toml(&e.node.value));
        table.list.iter().map(line).collect::<String>()
    };
    let inline = if table.list.is_empty() {
        toml(&Value::Text(thing.name.to_string()))
    } else {
        toml(&write_named(thing, table.clone()))
    };
    let typed = || format!("type = \"{}\"\n{}", thing.name, lines(&table));
    match room {
        Room::Sections => format!("[{}]\n{}", thing.name, lines(&table)),
        Room::Layers => format!("[[model.layers]]\n{}", typed()),
        Room::Callbacks => format!("[[callbacks]]\n{}", typed()),
        Room::Activations => format!("[model]\nactivation = {inline}\n"),
        Room::Initializers => format!("[model]\nkernel_initializer = {inline}\n"),
        Room::Regularizers => dense("kernel_regularizer", &inline),
        Room::Constraints => dense("kernel_constraint", &inline),
        Room::Losses => format!("[compile]\nloss = {inline}\n"),
        Room::Optimizers => format!("[compile]\noptimizer = {inline}\n"),
        Room::Schedules => format!("[compile]\noptimizer = {{ type = \"adam\", learning_rate = {inline} }}\n"),
        Room::Pruners => format!("[search]\nprune = {inline}\n"),
        Room::Metrics => format!("[compile]\nmetrics = [{inline}]\n"),
    }
}

fn dense(parameter: &str, inline: &str) -> String {
    format!("[[model.layers]]\ntype = \"dense\"\nunits = 32\n{parameter} = {inline}\n")
}

/// A value with its things named in short where all their parameters are at their defaults.
fn shortest(value: &Value) -> Value {
    let Value::Table(table) = value else { return value.clone() };
    let Some(name) = table.get("type").and_then(Node::text) else { return value.clone() };
    let is_default = |thing: &&&Descriptor| {
        thing.name == name
            && table.list.iter().filter(|e| e.key != "type").all(|e| {
                let default = thing.param(&e.key).and_then(|p| (p.default)());
                default.is_some_and(|default| default.to_string() == e.node.value.to_string())
            })
    };
    match Room::ALL.iter().flat_map(|room| room.things()).find(is_default) {
        Some(_) => Value::Text(name.to_string()),
        None => value.clone(),
    }
}

/// A value as TOML, in one line.
fn toml(value: &Value) -> String {
    match value {
        Value::Float(x) if x.fract() == 0.0 && x.abs() < 1e15 => format!("{x:.1}"),
        Value::List(items) => format!("[{}]", items.iter().map(|n| toml(&n.value)).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let each: Vec<String> = table.list.iter().map(|e| format!("{} = {}", e.key, toml(&e.node.value))).collect();
            format!("{{ {} }}", each.join(", "))
        }
        Value::Text(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

/// Lines of documentation as Markdown.
fn prose(lines: &[&str]) -> String {
    lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\n")
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Documentation without what Markdown would take for marks of its own, outside of code.
fn escaped(text: &str) -> String {
    let mut code = false;
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let inside_a_word = before.is_alphanumeric() && rest.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            '`' => code = !code,
            '*' | '<' | '>' | '[' | ']' if !code => out.push('\\'),
            '_' if !code && !inside_a_word => out.push('\\'),
            _ => {}
        }
        out.push(c);
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Spec, parse, section};
    use crate::study::Search;
    use std::path::Path;

    #[test]
    fn every_example_is_a_spec() {
        let mut examples = 0;
        for page in reference(&|_| None) {
            for chunk in page.text.split("```toml\n").skip(1) {
                let example = chunk.split("```").next().unwrap();
                // Pruners stand in a study.
                let read = parse(example, Path::new(&page.file)).and_then(|entries| match entries.get("search") {
                    Some(_) => section::<Search>(&entries, "search").map(|_| ()),
                    None => Spec::read(&entries).map(|_| ()),
                });
                assert!(read.is_ok(), "{}: {}\n{example}", page.file, read.unwrap_err());
                examples += 1;
            }
        }
        assert!(examples > 100, "{examples}");
    }

    #[test]
    fn differences_stand_by_themselves() {
        let doc = Doc(" One.\n Two | 3 * x.\n\n Keras differences: a\n b.\n");
        assert_eq!(doc.summary(), "One. Two | 3 * x.");
        assert_eq!(doc.text(), [["One.", "Two | 3 * x."]]);
        assert_eq!(doc.differences().as_deref(), Some("a b."));
        assert_eq!(escaped("a * b_c_ in `c * d` <e>"), "a \\* b_c\\_ in `c * d` \\<e\\>");
    }
}
