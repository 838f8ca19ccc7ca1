//! The reference pages: one per family, generated from the descriptors.

use super::component::write_named;
use super::descriptor::{Descriptor, Doc, Family, Kind, Param};
use super::node::{Entries, Node, Value};
use std::fmt::Write;

/// A page of the reference, in Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferencePage {
    /// The name of its file.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// The pages of the reference: an index, and one for each family. `flag` returns the flag of the command line that sets
/// a value of the spec, such as `--batch-size` for `fit.batch_size`.
pub fn reference(rooms: &[&Family], flag: &dyn Fn(&str) -> Option<String>) -> Vec<ReferencePage> {
    let reference = Reference { rooms, flag };
    let index = ReferencePage { file: "README.md".to_string(), text: reference.index() };
    let room = |room: &&Family| ReferencePage { file: file(room), text: reference.page(room) };
    std::iter::once(index).chain(rooms.iter().map(room)).collect()
}

/// The data that the pages are generated from.
struct Reference<'a> {
    rooms: &'a [&'a Family],
    flag: &'a dyn Fn(&str) -> Option<String>,
}

fn file(room: &Family) -> String {
    format!("{}.md", room.name)
}

fn title(room: &Family) -> String {
    room.name[..1].to_uppercase() + &room.name[1..]
}

/// The note on each page for those who would edit it.
const MADE: &str = "<!-- Made from the catalogue by `treino catalog --docs docs/reference`; do not edit. -->\n\n";

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

impl Reference<'_> {
    fn index(&self) -> String {
        let mut text = format!(
            "{MADE}# Reference\n\nEverything that a training can be made of, with Keras's names and defaults.\n\n"
        );
        text.push_str(READING);
        for room in self.rooms {
            let _ = write!(text, "\n## [{}]({})\n\n", title(room), file(room));
            if let Some(place) = self.places(room) {
                let _ = writeln!(text, "{place}\n");
            }
            text.push_str("| name | what it is |\n|---|---|\n");
            for thing in room.components {
                let link = format!("[`{}`]({}#{})", thing.name, file(room), thing.name);
                let _ = writeln!(text, "| {link} | {} |", cell(&escaped(&thing.summary())));
            }
        }
        text
    }

    fn page(&self, room: &Family) -> String {
        let mut text = format!("{MADE}# {}\n", title(room));
        let mut intro = room.doc.text();
        // The first paragraph is for readers of the source code.
        intro.remove(0);
        for lines in intro {
            let _ = write!(text, "\n{}\n", prose(&lines));
        }
        if let Some(place) = self.places(room) {
            let _ = write!(text, "\n{place}\n");
        }
        differences(&mut text, room.doc);
        let links: Vec<String> = room.components.iter().map(|thing| format!("[`{0}`](#{0})", thing.name)).collect();
        let _ = write!(text, "\n{}\n", links.join(" · "));
        let shared = shared(room);
        if !shared.is_empty() {
            let _ = write!(text, "\n## Shared parameters\n\nMost things on this page also take these:\n\n");
            self.table(&mut text, &shared, None);
        }
        for thing in room.components {
            self.entry(&mut text, room, thing, &shared);
        }
        text
    }

    fn entry(&self, text: &mut String, room: &Family, thing: &Descriptor, shared: &[&Param]) {
        let _ = write!(text, "\n## {}\n", thing.name);
        for lines in thing.doc.text() {
            let _ = write!(text, "\n{}\n", prose(&lines));
        }
        if room.is_chosen {
            let others: Vec<String> =
                std::iter::once(&thing.class).chain(thing.aliases).map(|name| format!("`{name}`")).collect();
            let _ = write!(text, "\nAlso called {}.\n", others.join(", "));
        }
        let (common, own): (Vec<&Param>, Vec<&Param>) =
            thing.params.iter().partition(|p| shared.iter().any(|s| same(s, p)));
        let _ = write!(text, "\n```toml\n{}```\n", self.example(room, thing, &own));
        if !own.is_empty() {
            text.push('\n');
            self.table(text, &own, (!room.is_chosen).then_some(thing));
        }
        if common.len() == shared.len() && !shared.is_empty() {
            text.push_str("\nAnd the [shared parameters](#shared-parameters).\n");
        } else if !common.is_empty() {
            let names: Vec<String> = common.iter().map(|p| format!("`{}`", p.name)).collect();
            let _ = write!(text, "\nOf the [shared parameters](#shared-parameters): {}.\n", names.join(", "));
        }
        differences(text, thing.doc);
    }

    /// The parameters as a table; `section` adds the flags of its values.
    fn table(&self, text: &mut String, params: &[&Param], section: Option<&Descriptor>) {
        let flags = if section.is_some() { (" flag |", "---|") } else { ("", "") };
        let _ =
            writeln!(text, "| parameter | default | allowed |{} what it does |\n|---|---|---|{}---|", flags.0, flags.1);
        for param in params {
            let default = match (param.default)() {
                None => "left open".to_string(),
                Some(value) if is_missing(&value) => "must be given".to_string(),
                Some(value) => format!("`{}`", toml(&self.shortest(&value))),
            };
            let flag = section.map_or(String::new(), |section| {
                let flag = (self.flag)(&format!("{}.{}", section.name, param.name));
                format!(" {} |", flag.map_or(String::new(), |flag| format!("`{flag}`")))
            });
            let (kind, says) = (allowed(&param.kind), cell(&prose(&param.doc.text().concat())));
            let _ = writeln!(text, "| `{}` | {} | {kind} |{flag} {says} |", param.name, default.replace('|', "\\|"));
        }
    }

    /// Where a component of the family can be used.
    fn places(&self, room: &Family) -> Option<String> {
        let mut places: Vec<String> = room.places.iter().map(|place| place.to_string()).collect();
        let (sections, others): (Vec<&Family>, Vec<&Family>) = self.rooms.iter().partition(|other| !other.is_chosen);
        for section in sections.iter().flat_map(|sections| sections.components) {
            for param in section.params.iter().filter(|p| takes(&p.kind, room)) {
                let flag = (self.flag)(&format!("{}.{}", section.name, param.name));
                let flag = flag.map_or(String::new(), |flag| format!(" (`{flag}`)"));
                places.push(format!("`{}` of `[{}]`{flag}", param.name, section.name));
            }
        }
        for other in others {
            let mut names: Vec<&str> = Vec::new();
            for param in other.components.iter().flat_map(|thing| thing.params).filter(|p| takes(&p.kind, room)) {
                if !names.contains(&param.name) {
                    names.push(param.name);
                }
            }
            if !names.is_empty() {
                let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
                places.push(format!("{} of [{}]({})", names.join(", "), other.name, file(other)));
            }
        }
        let expression =
            if room.takes_expressions() { " An [expression](../expressions.md) can stand there, too." } else { "" };
        (!places.is_empty()).then(|| format!("Where it may stand: {}.{expression}", places.join("; ")))
    }

    /// The component in a spec file, with its non-shared parameters at their defaults.
    fn example(&self, room: &Family, thing: &Descriptor, own: &[&Param]) -> String {
        let mut table = Entries::default();
        for param in own {
            match (param.default)() {
                Some(value) if is_missing(&value) => table.set(param.name, Value::Text("...".to_string()).into()),
                Some(value) => table.set(param.name, self.shortest(&value).into()),
                None => {}
            }
        }
        let line = |e: &super::Entry| format!("{} = {}\n", e.key, toml(&e.node.value));
        let lines: String = table.list.iter().map(line).collect();
        if !room.is_chosen {
            return format!("[{}]\n{lines}", thing.name);
        }
        let inline = if table.list.is_empty() {
            toml(&Value::Text(thing.name.to_string()))
        } else {
            toml(&write_named(thing, table))
        };
        room.example.replace("{inline}", &inline).replace("{table}", &format!("type = \"{}\"\n{lines}", thing.name))
    }

    /// A value in which components are written as names if all their parameters are at their defaults.
    fn shortest(&self, value: &Value) -> Value {
        let Value::Table(table) = value else { return value.clone() };
        let Some(name) = table.get("type").and_then(Node::text) else { return value.clone() };
        let is_default = |thing: &&&Descriptor| {
            thing.name == name
                && table.list.iter().filter(|e| e.key != "type").all(|e| {
                    let default = thing.param(&e.key).and_then(|p| (p.default)());
                    default.is_some_and(|default| default.to_string() == e.node.value.to_string())
                })
        };
        match self.rooms.iter().flat_map(|room| room.components).find(is_default) {
            Some(_) => Value::Text(name.to_string()),
            None => value.clone(),
        }
    }
}

fn differences(text: &mut String, doc: Doc) {
    if let Some(differences) = doc.differences() {
        let _ = write!(text, "\n> **Keras differences:** {}\n", escaped(&differences));
    }
}

/// Whether a default marks a required value: an empty text.
fn is_missing(default: &Value) -> bool {
    matches!(default, Value::Text(text) if text.is_empty())
}

/// The values that a kind allows, with links to families.
fn allowed(kind: &Kind) -> String {
    let link = |room: &Family| room.a_thing().replace(room.one, &format!("[{}]({})", room.one, file(room)));
    match kind {
        Kind::Component(room) => link(room),
        Kind::FloatOrComponent(interval, room) => format!("a number{interval}, or {}", link(room)),
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

/// The parameters that more than half of a family's components have, and that are the same wherever they occur.
fn shared(room: &Family) -> Vec<&'static Param> {
    let things = room.components;
    if !room.is_chosen || things.len() < 3 {
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

/// Whether two parameters are the same, regardless of their order.
fn same(a: &Param, b: &Param) -> bool {
    let default = |p: &Param| (p.default)().map(|value| value.to_string());
    a.name == b.name && a.doc == b.doc && a.kind.to_string() == b.kind.to_string() && default(a) == default(b)
}

fn takes(kind: &Kind, room: &Family) -> bool {
    match kind {
        Kind::Component(of) | Kind::FloatOrComponent(_, of) => *of == room,
        Kind::List(kind) | Kind::OneOrMore(kind) | Kind::PerOutput(kind) => takes(kind, room),
        _ => false,
    }
}

/// A value as TOML, on one line.
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

/// Documentation with Markdown's special characters escaped, outside of code.
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

    #[test]
    fn differences_stand_by_themselves() {
        let doc = Doc(" One.\n Two | 3 * x.\n\n Keras differences: a\n b.\n");
        assert_eq!(doc.summary(), "One. Two | 3 * x.");
        assert_eq!(doc.text(), [["One.", "Two | 3 * x."]]);
        assert_eq!(doc.differences().as_deref(), Some("a b."));
        assert_eq!(escaped("a * b_c_ in `c * d` <e>"), "a \\* b_c\\_ in `c * d` \\<e\\>");
    }
}
