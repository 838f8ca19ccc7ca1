//! One dimension of a space: a list of choices, or a range of numbers.

use super::path::{Hidden, full_path};
use super::{Condition, Literal};
use crate::spec::{ListSyntax, split_list};
use crate::study::search::{Domain, IntScale};
use std::path::Path;
use treino_core::catalog::{self, Entries, Node, Origin, Value};
use treino_core::error::{Error, Result};

/// A dimension.
#[derive(Debug, Clone)]
pub struct Dimension {
    /// Its path as typed.
    pub name: String,
    /// Its path in the spec.
    pub path: String,
    /// Its domain.
    pub domain: Domain,
    /// When it is active; `None` for always.
    pub condition: Option<Condition>,
    /// Its source position.
    pub(super) origin: Origin,
    /// The condition's text, and its source position.
    pub(super) when: String,
    pub(super) when_origin: Origin,
    choices: Vec<Node>,
    /// The value in the source.
    written: Node,
}

/// The keys of a range.
const KEYS: [&str; 6] = ["choices", "float", "int", "scale", "zero", "when"];

impl Dimension {
    /// Reads a dimension: `[...]`, or `{ float = [a, b], scale = "log", zero = 0.2, when = "..." }`, with `int` or
    /// `choices` instead of `float`.
    ///
    /// # Errors
    /// Returns an error for an unknown path or key, an empty range, or values of the wrong type; with line and column.
    pub fn read(name: &str, origin: &Origin, node: &Node) -> Result<Self> {
        let path = full_path(name).map_err(|e| origin.place(e))?;
        let mut dimension = Dimension {
            name: name.to_string(),
            path,
            domain: Domain::Choices(0),
            condition: None,
            origin: node.origin.clone(),
            when: String::new(),
            when_origin: node.origin.clone(),
            choices: Vec::new(),
            written: node.clone(),
        };
        match &node.value {
            Value::List(items) => dimension.take_choices(node, items)?,
            Value::Table(table) => dimension.read_table(node, table)?,
            value => {
                let e = Error::input(format!("the space of \"{name}\" is {value}, but must be a list or a range"));
                return Err(node.place(e.help("such as [0.1, 0.2] or { float = [0.001, 0.1], scale = \"log\" }")));
            }
        }
        let is_whole = matches!(dimension.domain, Domain::Int { .. }) || dimension.all_whole();
        if Hidden::of(&dimension.path) == Some(Hidden::Count) && !(is_whole && dimension.least() >= 1.0) {
            return Err(node.place(Error::input("model.hidden.count must hold whole numbers of at least 1")));
        }
        Ok(dimension)
    }

    /// Parses the value of `--vary`: `learning_rate=0.001,0.01`, `dropout=0..0.5` or `learning_rate=1e-4..1:log`.
    ///
    /// # Errors
    /// As [`Dimension::read`]; also returns an error without `=`.
    pub fn typed(text: &str) -> Result<Self> {
        let origin = Origin::Flag(format!("vary {text}"));
        let Some((name, values)) = text.split_once('=') else {
            let e = Error::input(format!("vary {text} has no values"));
            return Err(e.help("write learning_rate=0.001,0.01,0.1"));
        };
        let (name, values) = (name.trim(), values.trim());
        let toml = match values.split_once("..") {
            Some((low, rest)) if !values.starts_with(['[', '{', '"']) => {
                let (high, scale) = rest.split_once(':').unwrap_or((rest, "linear"));
                let is_whole = low.trim().parse::<i64>().is_ok() && high.trim().parse::<i64>().is_ok();
                let kind = if is_whole && !path_is_real(name) { "int" } else { "float" };
                format!("{{ {kind} = [{low}, {high}], scale = \"{scale}\" }}")
            }
            _ => {
                let items = split_list(values, TYPED, |_, _| false)
                    .into_iter()
                    .map(|item| if is_toml(item) { item.into() } else { quoted(item) });
                format!("[{}]", items.collect::<Vec<String>>().join(", "))
            }
        };
        let entries = catalog::parse(&format!("value = {toml}"), Path::new("")).map_err(|e| {
            let why = e.message().rsplit_once("TOML: ").map_or(e.message(), |(_, why)| why);
            origin.place(Error::input(format!("the values \"{values}\" cannot be read: {why}")))
        })?;
        let mut node = entries.get("value").cloned().unwrap_or(Value::List(Vec::new()).into());
        flagged(&mut node, &origin);
        Dimension::read(name, &origin, &node)
    }

    fn read_table(&mut self, node: &Node, table: &Entries) -> Result<()> {
        for entry in &table.list {
            if !KEYS.contains(&entry.key.as_str()) {
                let e = Error::input(format!("the space of \"{}\" has no \"{}\"", self.name, entry.key));
                return Err(entry.origin.place(e.nearest(&entry.key, KEYS)));
            }
        }
        let kinds: Vec<&str> = KEYS[..3].iter().copied().filter(|key| table.get(key).is_some()).collect();
        let &[kind] = &kinds[..] else {
            let e = Error::input(format!("the space of \"{}\" must have one of choices, float and int", self.name));
            return Err(node.place(e));
        };
        let inner = table.get(kind).unwrap_or(node);
        let Value::List(items) = &inner.value else {
            return Err(inner.place(Error::input(format!("{kind} is {}, but must be a list", inner.value))));
        };
        let scale = table.get("scale");
        if kind == "choices" {
            self.take_choices(inner, items)?;
        } else {
            self.take_range(kind, inner, items, scale, table.get("zero"))?;
        }
        if let (true, Some(scale)) = (kind == "choices", scale) {
            return Err(scale.place(Error::input("choices have no scale")));
        }
        if let (false, Some(zero)) = (kind == "float", table.get("zero")) {
            return Err(zero.place(Error::input("zero, the share of exact zeros, is for float ranges")));
        }
        if let Some(when) = table.get("when") {
            let Some(text) = when.text() else {
                return Err(when.place(Error::input(format!("when is {}, but must be a text", when.value))));
            };
            let mut condition = Condition::parse(text).map_err(|e| when.place(e))?;
            resolve(&mut condition).map_err(|e| when.place(e))?;
            (self.when, self.when_origin) = (text.to_string(), when.origin.clone());
            self.condition = Some(condition);
        }
        Ok(())
    }

    fn take_choices(&mut self, node: &Node, items: &[Node]) -> Result<()> {
        if items.is_empty() {
            return Err(node.place(Error::input(format!("the space of \"{}\" is empty", self.name))));
        }
        for (at, item) in items.iter().enumerate() {
            let text = item.value.to_string();
            if items[..at].iter().any(|other| other.value.to_string() == text) {
                return Err(item.place(Error::input(format!("the space of \"{}\" holds {text} twice", self.name))));
            }
        }
        self.choices = items.to_vec();
        self.domain = Domain::Choices(items.len());
        Ok(())
    }

    fn take_range(
        &mut self,
        kind: &str,
        node: &Node,
        items: &[Node],
        scale: Option<&Node>,
        zero: Option<&Node>,
    ) -> Result<()> {
        let number = |node: &Node| match node.value {
            Value::Int(i) => Some(i as f64),
            Value::Float(x) if kind == "float" && x.is_finite() => Some(x),
            _ => None,
        };
        let ends: Option<Vec<f64>> = items.iter().map(number).collect();
        let Some(&[low, high]) = ends.as_deref() else {
            let what = if kind == "int" { "two whole numbers" } else { "two numbers" };
            return Err(node.place(Error::input(format!("{kind} is {}, but must be {what}: [low, high]", node.value))));
        };
        if low >= high {
            let e = format!("the range of \"{}\" is empty: {low} is not below {high}", self.name);
            return Err(node.place(Error::input(e)));
        }
        let scales: &[&str] = if kind == "int" { &["linear", "log", "pow2"] } else { &["linear", "log"] };
        let name = match scale {
            None => "linear",
            Some(scale) => match scale.text() {
                Some(text) if scales.contains(&text) => text,
                Some(text) => {
                    let e = Error::input(format!("the scale of \"{}\" cannot be \"{text}\"", self.name));
                    return Err(scale.place(e.nearest(text, scales.iter().copied())));
                }
                None => return Err(scale.place(Error::input(format!("scale is {}, but must be a text", scale.value)))),
            },
        };
        if name != "linear" && low <= 0.0 {
            let e = Error::input(format!("a {name} range begins above 0, but that of \"{}\" at {low}", self.name));
            return Err(node.place(e.help("for exact zeros, add zero = 0.2: one config in five has none")));
        }
        let share = match zero {
            None => 0.0,
            Some(zero) => match number(zero) {
                Some(share) if (0.0..1.0).contains(&share) => share,
                _ => return Err(zero.place(Error::input(format!("zero is {}, but must be in [0, 1)", zero.value)))),
            },
        };
        self.domain = if kind == "float" {
            Domain::Float { low, high, log: name == "log", zero: share }
        } else {
            let scale = match name {
                "log" => IntScale::Log,
                "pow2" => IntScale::Pow2,
                _ => IntScale::Linear,
            };
            let is_power = |x: f64| (x as i64).count_ones() == 1;
            if scale == IntScale::Pow2 && !(is_power(low) && is_power(high)) {
                let e = format!(
                    "a pow2 range has powers of two for ends, but that of \"{}\" is {low} to {high}",
                    self.name
                );
                return Err(node.place(Error::input(e)));
            }
            Domain::Int { low: low as i64, high: high as i64, scale }
        };
        Ok(())
    }

    /// The dimension in its source form.
    pub fn written(&self) -> Node {
        self.written.clone()
    }

    /// The value of an entry.
    pub fn value(&self, entry: f64) -> Value {
        match self.domain {
            Domain::Choices(_) => self.choices[entry as usize].value.clone(),
            Domain::Float { .. } => Value::Float(entry),
            Domain::Int { .. } => Value::Int(entry as i64),
        }
    }

    /// The choices as text; none for a range.
    pub fn words(&self) -> Vec<String> {
        self.choices.iter().map(|node| super::plain(&node.value)).collect()
    }

    /// The source position of an entry.
    pub(super) fn origin_of(&self, entry: f64) -> Origin {
        match self.domain {
            Domain::Choices(_) => self.choices[entry as usize].origin.clone(),
            _ => self.origin.clone(),
        }
    }

    /// Every choice, or both ends of the range.
    pub fn ends(&self) -> Vec<f64> {
        match self.domain {
            Domain::Choices(n) => (0..n).map(|at| at as f64).collect(),
            Domain::Float { low, high, zero, .. } if zero > 0.0 => vec![low, high, 0.0],
            Domain::Float { low, high, .. } => vec![low, high],
            Domain::Int { low, high, .. } => vec![low as f64, high as f64],
        }
    }

    /// The values that conditions can refer to; `None` for a range.
    pub(super) fn literals(&self) -> Option<Vec<Literal>> {
        self.choices
            .iter()
            .map(|node| Literal::of(&node.value))
            .collect::<Option<Vec<_>>>()
            .filter(|all| !all.is_empty())
    }

    /// The paths in its condition.
    pub(super) fn asks_about(&self) -> Vec<String> {
        self.condition.iter().flat_map(|when| when.tests()).map(|test| test.path.clone()).collect()
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.ends().into_iter().filter_map(|entry| match self.value(entry) {
            Value::Int(i) => Some(i as f64),
            Value::Float(x) => Some(x),
            _ => None,
        })
    }

    fn all_whole(&self) -> bool {
        self.choices.iter().all(|node| matches!(node.value, Value::Int(_)))
    }

    fn least(&self) -> f64 {
        self.numbers().fold(f64::INFINITY, f64::min)
    }

    pub(super) fn most(&self) -> f64 {
        self.numbers().fold(0.0, f64::max)
    }

    /// The dimension of one hidden layer's units.
    pub(super) fn of_layer(&self, layer: usize) -> Dimension {
        let count = "model.hidden.count";
        let has_layer =
            Condition::parse(&format!("{count} >= {}", layer + 1)).unwrap_or_else(|_| Condition::All(Vec::new()));
        let conditions = [Some(has_layer), self.condition.clone()].into_iter().flatten().collect();
        let path = Hidden::units(layer);
        Dimension { name: path.clone(), path, condition: Some(Condition::All(conditions)), ..self.clone() }
    }
}

/// Replaces paths in conditions by those of the spec.
fn resolve(condition: &mut Condition) -> Result<()> {
    match condition {
        Condition::Any(all) | Condition::All(all) => all.iter_mut().try_for_each(resolve),
        Condition::Not(one) => resolve(one),
        Condition::Test(test) => {
            test.path = full_path(&test.path)?;
            Ok(())
        }
    }
}

fn flagged(node: &mut Node, origin: &Origin) {
    node.origin = origin.clone();
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| flagged(item, origin)),
        Value::Table(table) => {
            table.origin = origin.clone();
            for entry in &mut table.list {
                entry.origin = origin.clone();
                flagged(&mut entry.node, origin);
            }
        }
        _ => {}
    }
}

/// Whether the value in the spec is a real number, so that `0..1` is a range of reals.
fn path_is_real(name: &str) -> bool {
    use treino_core::catalog::Kind;
    let Ok(path) = full_path(name) else { return false };
    let end = path.rsplit('.').next().unwrap_or("");
    let rooms = [&crate::spec::FAMILY, &treino_nn::optimizers::FAMILY];
    let mut params = rooms.iter().flat_map(|room| room.components).filter_map(|thing| thing.param(end));
    params.any(|param| matches!(param.kind, Kind::Float(_) | Kind::FloatOrComponent(..)))
}

/// A list of TOML values.
const TYPED: ListSyntax = ListSyntax { parentheses: true, quotes: true };

fn is_toml(text: &str) -> bool {
    catalog::parse(&format!("value = {text}"), Path::new("")).is_ok_and(|entries| entries.list.len() == 1)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
