//! Descriptors: the name of a component and its parameters.

use super::node::{Node, Value};
use crate::error::{Error, Result};
use std::fmt;

/// A family of the catalogue: the components of one Keras module, or the sections of a spec file.
///
/// Each family is declared next to its components, with the `family!` macro; the list of all families is in the
/// top-level crate.
pub struct Family {
    /// Its name: Keras's module name.
    pub name: &'static str,
    /// The noun for one of its components in a message.
    pub one: &'static str,
    /// Its documentation.
    pub doc: Doc,
    /// The descriptors of its components.
    pub components: &'static [&'static Descriptor],
    /// Whether a spec selects one of its components by name; the sections of a spec are separate tables.
    pub is_chosen: bool,
    /// Where its components can occur, in addition to the parameters that take them.
    pub places: &'static [&'static str],
    /// How a component is written in a spec file: `{inline}` stands for its name or inline table, `{table}` for its lines with `type`.
    pub example: &'static str,
}

impl Family {
    /// The noun for one component in a message, with its article, such as "an optimizer".
    pub fn a_thing(&self) -> String {
        let article = if self.one.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        format!("{article} {}", self.one)
    }

    /// Whether an expression can replace a name.
    pub fn takes_expressions(&self) -> bool {
        self.components.iter().any(|thing| thing.name == super::component::EXPRESSION)
    }
}

impl PartialEq for Family {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Family {}

// Families refer to parameters and parameters to families: only the name is printed, to end the recursion.
impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Room({})", self.name)
    }
}

/// Documentation: paragraphs of plain text. The first is a summary. A paragraph that starts with "Keras differences:",
/// if any, is the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doc(pub &'static str);

impl Doc {
    /// The first paragraph, on one line.
    pub fn summary(self) -> String {
        self.paragraphs().next().unwrap_or_default().join(" ")
    }

    /// The paragraphs without the differences from Keras, each as a list of lines.
    pub fn text(self) -> Vec<Vec<&'static str>> {
        self.paragraphs().filter(|lines| !lines[0].starts_with(DIFFERENCES)).collect()
    }

    /// The differences from Keras, on one line.
    pub fn differences(self) -> Option<String> {
        let paragraph = self.paragraphs().find(|lines| lines[0].starts_with(DIFFERENCES))?.join(" ");
        Some(paragraph[DIFFERENCES.len()..].trim().to_string())
    }

    fn paragraphs(self) -> impl Iterator<Item = Vec<&'static str>> {
        let lines: Vec<&str> = self.0.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        let paragraphs: Vec<Vec<&str>> =
            lines.split(|line| line.trim().is_empty()).filter(|lines| !lines.is_empty()).map(<[_]>::to_vec).collect();
        paragraphs.into_iter()
    }
}

/// The beginning of the paragraph about the differences from Keras.
const DIFFERENCES: &str = "Keras differences:";

/// The description of a component of the catalogue.
#[derive(Debug)]
pub struct Descriptor {
    /// The name in specs and on the command line: Keras's snake_case name.
    pub name: &'static str,
    /// Keras's class name.
    pub class: &'static str,
    /// Other names by which Keras knows it.
    pub aliases: &'static [&'static str],
    /// Documentation: the first paragraph is a summary.
    pub doc: Doc,
    /// Its parameters, in Keras's order.
    pub params: &'static [Param],
}

impl Descriptor {
    /// The first paragraph of the documentation, on one line.
    pub fn summary(&self) -> String {
        self.doc.summary()
    }

    /// Whether `name` means this component; letter case is ignored.
    pub fn is_called(&self, name: &str) -> bool {
        std::iter::once(&self.name)
            .chain(std::iter::once(&self.class))
            .chain(self.aliases)
            .any(|n| n.eq_ignore_ascii_case(name))
    }

    /// The parameter of that name.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|p| p.name == name)
    }
}

/// One parameter of a component.
pub struct Param {
    /// Keras's name.
    pub name: &'static str,
    /// The values it may have.
    pub kind: Kind,
    /// Documentation: the first paragraph is a summary.
    pub doc: Doc,
    /// The default, `None` if the parameter is optional and has no default.
    pub default: fn() -> Option<Value>,
}

impl Param {
    /// The first paragraph of the documentation, on one line.
    pub fn summary(&self) -> String {
        self.doc.summary()
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Param").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The values that a parameter may have.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// An integer in an interval.
    Int(Interval),
    /// A number in an interval.
    Float(Interval),
    /// Any text.
    Text,
    /// Any text, or an integer.
    TextOrInt,
    /// One of a few names.
    Choice(&'static [&'static str]),
    /// An integer of at least 1, or one of a few names.
    CountOr(&'static [&'static str]),
    /// A component of another family: its name, or a table with its `type` and parameters.
    Component(&'static Family),
    /// A number in an interval, or a component of a family.
    FloatOrComponent(Interval, &'static Family),
    /// A list, each item of one kind.
    List(&'static Kind),
    /// A single value of a kind, or a list of them.
    OneOrMore(&'static Kind),
    /// A value of one kind, or a table of such values by output name.
    PerOutput(&'static Kind),
    /// Class weights: "balanced", or a table with a weight per label.
    ClassWeight,
}

impl Kind {
    /// Any finite number.
    pub const NUMBER: Kind = Kind::Float(Interval::ALL);
    /// A number of at least 0.
    pub const NOT_NEGATIVE: Kind = Kind::Float(Interval::at_least(0.0));
    /// A number above 0.
    pub const POSITIVE: Kind = Kind::Float(Interval::above(0.0));
    /// A number in [0, 1).
    pub const SHARE: Kind = Kind::Float(Interval::half_open(0.0, 1.0));
    /// An integer of at least 1.
    pub const COUNT: Kind = Kind::Int(Interval::at_least(1.0));
    /// An integer of at least 0.
    pub const INDEX: Kind = Kind::Int(Interval::at_least(0.0));
    /// Thresholds for probabilities: one, or several.
    pub const THRESHOLDS: Kind = Kind::OneOrMore(&Kind::Float(Interval::closed(0.0, 1.0)));
    /// A list of texts.
    pub const TEXTS: Kind = Kind::List(&Kind::Text);

    /// Checks a value against type and interval; `path` is the name of the parameter in the message.
    pub fn check(&self, node: &Node, path: &str) -> Result<()> {
        let fits = match (self, &node.value) {
            (Kind::Bool, Value::Bool(_)) | (Kind::Text, Value::Text(_)) => true,
            (Kind::TextOrInt, Value::Text(_) | Value::Int(_)) => true,
            (Kind::Int(interval), Value::Int(i)) => interval.holds(*i as f64),
            (Kind::Float(interval) | Kind::FloatOrComponent(interval, _), Value::Int(i)) => interval.holds(*i as f64),
            (Kind::Float(interval) | Kind::FloatOrComponent(interval, _), Value::Float(x)) => {
                x.is_finite() && interval.holds(*x)
            }
            (Kind::CountOr(_), Value::Int(i)) => *i >= 1,
            (Kind::Choice(words) | Kind::CountOr(words), Value::Text(text)) => {
                if !words.contains(&text.as_str()) {
                    let e = Error::input(format!("{path} is \"{text}\", but must be {self}"));
                    return Err(node.place(e.nearest(text, words.iter().copied())));
                }
                true
            }
            // The content of a component or a list is checked when it is read.
            (Kind::Component(_) | Kind::FloatOrComponent(..) | Kind::ClassWeight, Value::Text(_) | Value::Table(_)) => {
                true
            }
            (Kind::OneOrMore(kind), value) if !matches!(value, Value::List(_)) => return kind.check(node, path),
            (Kind::List(kind) | Kind::OneOrMore(kind), Value::List(items)) => {
                for (i, item) in items.iter().enumerate() {
                    kind.check(item, &format!("{path}[{i}]"))?;
                }
                true
            }
            (Kind::PerOutput(kind), Value::Table(table)) if table.get("type").is_none() => {
                for entry in &table.list {
                    kind.check(&entry.node, &format!("{path}.{}", entry.key))?;
                }
                true
            }
            (Kind::PerOutput(kind), value) => {
                let is_list = matches!(value, Value::List(_)) && !matches!(kind, Kind::List(_));
                let help = "for several outputs write a table with a value for each: { first = ..., second = ... }";
                return kind.check(node, path).map_err(|e| if is_list { e.help(help) } else { e });
            }
            _ => false,
        };
        if fits {
            return Ok(());
        }
        let error = node.place(Error::input(format!("{path} is {}, but must be {self}", node.value)));
        Err(match (self, &node.value) {
            (Kind::Int(_), Value::Float(x)) if x.fract() == 0.0 => error.help(format!("write it as {x:.0}")),
            (Kind::List(_), Value::Text(text)) => error.help(format!("write it in brackets: [\"{text}\"]")),
            _ => error,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Bool => f.write_str("true or false"),
            Kind::Int(interval) => write!(f, "a whole number{interval}"),
            Kind::Float(interval) => write!(f, "a number{interval}"),
            Kind::Text => f.write_str("a text in quotes"),
            Kind::TextOrInt => f.write_str("a text in quotes or a whole number"),
            Kind::Choice(words) => {
                let quoted: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
                write!(f, "one of {}", quoted.join(", "))
            }
            Kind::CountOr(words) => {
                let quoted: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
                write!(f, "{} or a whole number of at least 1", quoted.join(", "))
            }
            Kind::Component(room) => write!(f, "the name of a thing in {} or a table with its type", room.name),
            Kind::FloatOrComponent(interval, room) => {
                write!(f, "a number{interval}, or the name of a thing in {} or a table with its type", room.name)
            }
            Kind::List(kind) => write!(f, "a list, each item {kind}"),
            Kind::PerOutput(kind) => write!(f, "{kind}; or a table of such, one for each output"),
            Kind::OneOrMore(kind) => write!(f, "{kind}, or a list of such"),
            Kind::ClassWeight => f.write_str("\"balanced\" or a weight for each label"),
        }
    }
}

/// An interval of numbers; an infinite end is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub min: f64,
    /// The upper end.
    pub max: f64,
    /// Whether the lower end is excluded.
    pub open_min: bool,
    /// Whether the upper end is excluded.
    pub open_max: bool,
}

impl Interval {
    /// All finite numbers.
    pub const ALL: Interval = Interval { min: f64::NEG_INFINITY, max: f64::INFINITY, open_min: true, open_max: true };

    /// \[min, infinity).
    pub const fn at_least(min: f64) -> Self {
        Interval { min, open_min: false, ..Self::ALL }
    }

    /// (min, infinity).
    pub const fn above(min: f64) -> Self {
        Interval { min, ..Self::ALL }
    }

    /// \[min, max\].
    pub const fn closed(min: f64, max: f64) -> Self {
        Interval { min, max, open_min: false, open_max: false }
    }

    /// \[min, max).
    pub const fn half_open(min: f64, max: f64) -> Self {
        Interval { min, max, open_min: false, open_max: true }
    }

    /// Whether `x` lies inside.
    pub fn holds(&self, x: f64) -> bool {
        let above = if self.open_min { x > self.min } else { x >= self.min };
        let below = if self.open_max { x < self.max } else { x <= self.max };
        above && below
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min.is_finite(), self.max.is_finite()) {
            (false, false) => Ok(()),
            (true, false) if self.open_min => write!(f, " above {}", self.min),
            (true, false) => write!(f, " of at least {}", self.min),
            (false, true) if self.open_max => write!(f, " below {}", self.max),
            (false, true) => write!(f, " of at most {}", self.max),
            (true, true) => {
                let (left, right) = (if self.open_min { '(' } else { '[' }, if self.open_max { ')' } else { ']' });
                write!(f, " in {left}{}, {}{right}", self.min, self.max)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_outside_its_interval_is_named_with_the_interval() {
        let e = Kind::SHARE.check(&Node::from(Value::Float(1.0)), "rate").unwrap_err();
        assert_eq!(e.message(), "rate is 1, but must be a number in [0, 1)");
        let e = Kind::COUNT.check(&Node::from(Value::Text("x".into())), "epochs").unwrap_err();
        assert_eq!(e.message(), "epochs is \"x\", but must be a whole number of at least 1");
        assert!(Kind::POSITIVE.check(&Node::from(Value::Int(3)), "learning_rate").is_ok());
        assert!(Kind::NUMBER.check(&Node::from(Value::Float(f64::NAN)), "x").is_err());
    }
}
