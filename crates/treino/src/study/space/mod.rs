//! The search space of a study: typed dimensions of a training spec, some of which have a condition.
//!
//! ```toml
//! [space]
//! "optimizer"               = ["sgd", "adam"]
//! "optimizer.learning_rate" = { float = [1e-4, 1.0], scale = "log" }
//! "optimizer.momentum"      = { float = [0.0, 0.99], when = "optimizer == 'sgd'" }
//! "batch_size"              = { int = [8, 256], scale = "pow2" }
//! "model.hidden.count"      = { int = [1, 3] }
//! "model.hidden[*].units"   = { int = [4, 256], scale = "log" }
//! "model.l2"                = { float = [1e-6, 0.1], scale = "log", zero = 0.2 }
//! ```
//! A path is that of the spec, or a unique suffix of it: `batch_size` is `fit.batch_size`, `learning_rate` the
//! optimizer's. If the optimizer is varied, each config starts with the defaults of its optimizer.

mod condition;
mod dimension;
mod path;

pub use condition::{Condition, Literal, Relation, Test};
pub use dimension::Dimension;
pub use path::full_path;

use super::search::{Domain, SearchPoint, Space};
use crate::spec::{self, Spec};
use path::Hidden;
use treino_core::catalog::{Entries, Node, Origin, Value};
use treino_core::error::{Error, Result};

/// The space of a study.
#[derive(Debug, Clone, Default)]
pub struct SearchSpace {
    dimensions: Vec<Dimension>,
    domains: Vec<Domain>,
    /// The spec's value for a path in a condition that is not varied.
    fixed: Vec<(String, Literal)>,
}

impl Space for SearchSpace {
    fn domains(&self) -> &[Domain] {
        &self.domains
    }

    fn is_active(&self, dimension: usize, before: &[Option<f64>]) -> bool {
        self.dimensions[dimension].condition.as_ref().is_none_or(|when| when.holds(&|path| self.value_of(path, before)))
    }
}

impl SearchSpace {
    /// A space of these dimensions over a spec.
    ///
    /// # Errors
    /// Returns an error for no dimension, a duplicate one, a condition on an unknown path or one that never holds, or a
    /// value that the spec cannot have.
    pub fn new(dimensions: Vec<Dimension>, base: &Entries) -> Result<Self> {
        if dimensions.is_empty() {
            return Err(Error::input("there is nothing to vary")
                .help("say what, such as learning_rate=0.001,0.01,0.1, or in a section [space]"));
        }
        let dimensions = in_order(unfolded(dimensions)?)?;
        let domains = dimensions.iter().map(|dimension| dimension.domain).collect();
        let mut space = SearchSpace { dimensions, domains, fixed: Vec::new() };
        space.check_conditions(base)?;
        space.check_values(base)?;
        Ok(space)
    }

    /// The dimensions.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The spec of a config.
    ///
    /// # Errors
    /// Returns an error for values that do not fit the spec.
    pub fn apply(&self, base: &Entries, point: &SearchPoint) -> Result<Entries> {
        let mut entries = base.clone();
        let mut order: Vec<usize> = (0..self.dimensions.len()).collect();
        // The optimizer itself is set before its parameters.
        order.sort_by_key(|at| self.dimensions[*at].path.matches('.').count());
        let mut units = Vec::new();
        for at in order {
            let dimension = &self.dimensions[at];
            let Some(entry) = point[at] else { continue };
            let value = dimension.value(entry);
            match Hidden::of(&dimension.path) {
                Some(Hidden::Count) => {}
                Some(Hidden::Units(_)) => units.push(Node::from(value)),
                None => {
                    spec::set(&mut entries, &dimension.path, value, "")?;
                    relocate(&mut entries, &dimension.path, dimension.origin_of(entry));
                }
            }
        }
        if !units.is_empty() {
            spec::set(&mut entries, "model.hidden", Value::List(units), "")?;
        }
        Ok(entries)
    }

    /// A config as text: the paths as typed, with their values.
    pub fn describe(&self, point: &SearchPoint) -> Vec<(String, String)> {
        let named = self.dimensions.iter().zip(point);
        named.filter_map(|(d, entry)| entry.map(|entry| (d.name.clone(), plain(&d.value(entry))))).collect()
    }

    /// The value of a path in a config, or in the spec if it is not varied.
    fn value_of(&self, path: &str, before: &[Option<f64>]) -> Option<Literal> {
        match self.dimensions.iter().zip(before).find(|(dimension, _)| dimension.path == path) {
            Some((dimension, entry)) => Literal::of(&dimension.value((*entry)?)),
            None => self.fixed.iter().find(|(name, _)| name == path).map(|(_, literal)| literal.clone()),
        }
    }

    /// Checks that each condition refers to existing paths, and can hold.
    fn check_conditions(&mut self, base: &Entries) -> Result<()> {
        let spec = Spec::read(base)?.entries();
        for dimension in &self.dimensions {
            let Some(when) = &dimension.condition else { continue };
            for test in when.tests() {
                let place = |e: Error| dimension.when_origin.place(e.marking(&dimension.when, test.place.clone()));
                let possible = match self.dimensions.iter().find(|other| other.path == test.path) {
                    Some(other) => other.literals(),
                    None => match at_path(&spec, &test.path).and_then(Literal::of) {
                        Some(literal) => {
                            self.fixed.push((test.path.clone(), literal.clone()));
                            Some(vec![literal])
                        }
                        None => {
                            let e =
                                Error::input(format!("the condition asks about \"{}\", which is not there", test.path));
                            return Err(place(e.nearest(&test.path, self.dimensions.iter().map(|d| d.path.as_str()))));
                        }
                    },
                };
                if possible.is_some_and(|possible| !possible.iter().any(|literal| test.holds(literal))) {
                    let e =
                        Error::input(format!("\"{}\" is there under a condition that can never hold", dimension.name));
                    return Err(place(e));
                }
            }
        }
        Ok(())
    }

    /// Checks that every end and choice of a dimension gives a valid spec, in a config where the dimension is active.
    fn check_values(&self, base: &Entries) -> Result<()> {
        for at in 0..self.dimensions.len() {
            for entry in self.dimensions[at].ends() {
                if let Some(point) = self.point_with(at, entry) {
                    Spec::read(&self.apply(base, &point)?)?;
                }
            }
        }
        Ok(())
    }

    /// A point with an entry at a dimension; the others have their first choice or lower end that makes it active.
    fn point_with(&self, at: usize, entry: f64) -> Option<SearchPoint> {
        let mut point: SearchPoint = Vec::new();
        self.search_with(at, entry, &mut point, &mut 10_000).then_some(point)
    }

    fn search_with(&self, at: usize, entry: f64, point: &mut SearchPoint, tries: &mut usize) -> bool {
        let here = point.len();
        if here == self.dimensions.len() {
            return true;
        }
        if *tries == 0 {
            return false;
        }
        *tries -= 1;
        let entries: Vec<Option<f64>> = match self.is_active(here, point) {
            true if here == at => vec![Some(entry)],
            true => self.dimensions[here].ends().into_iter().map(Some).collect(),
            false if here == at => return false,
            false => vec![None],
        };
        for entry_here in entries {
            point.push(entry_here);
            if self.search_with(at, entry, point, tries) {
                return true;
            }
            point.pop();
        }
        false
    }
}

/// The value at a dotted path.
fn at_path<'a>(entries: &'a Entries, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        None => entries.get(path).map(|node| &node.value),
        Some((first, rest)) => match &entries.get(first)?.value {
            Value::Table(table) => at_path(table, rest),
            _ => None,
        },
    }
}

/// Sets the source position of the value at a path, and of all its parts, to that of its dimension.
fn relocate(entries: &mut Entries, path: &str, origin: Origin) {
    fn whole(node: &mut Node, origin: &Origin) {
        node.origin = origin.clone();
        match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(|item| whole(item, origin)),
            Value::Table(table) => table.list.iter_mut().for_each(|entry| {
                entry.origin = origin.clone();
                whole(&mut entry.node, origin);
            }),
            _ => {}
        }
    }
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let Some(entry) = entries.list.iter_mut().find(|entry| entry.key == first) else { return };
    match (rest, &mut entry.node.value) {
        (Some(rest), Value::Table(table)) => relocate(table, rest, origin),
        _ => {
            entry.origin = origin.clone();
            whole(&mut entry.node, &origin);
        }
    }
}

/// A value as readable text: texts without quotes, components by name if they have no parameters.
fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Replaces `model.hidden[*].units` by a dimension for each layer that `model.hidden.count` allows.
fn unfolded(dimensions: Vec<Dimension>) -> Result<Vec<Dimension>> {
    let most = dimensions.iter().find(|d| Hidden::of(&d.path) == Some(Hidden::Count)).map(Dimension::most);
    let has_units = dimensions.iter().any(|d| path::is_every_hidden(&d.path));
    let mut all = Vec::new();
    for dimension in dimensions {
        if Hidden::of(&dimension.path) == Some(Hidden::Count) && !has_units {
            let e = Error::input("model.hidden.count says how many layers, but nothing says how wide they are");
            return Err(dimension.origin.place(e.help("add \"model.hidden[*].units\"")));
        }
        if !path::is_every_hidden(&dimension.path) {
            all.push(dimension);
            continue;
        }
        let Some(most) = most else {
            let e = Error::input("model.hidden[*].units says how wide layers are, but nothing says how many there are");
            return Err(dimension.origin.place(e.help("add \"model.hidden.count\"")));
        };
        for layer in 0..most as usize {
            all.push(dimension.of_layer(layer));
        }
    }
    Ok(all)
}

/// Sorts the dimensions so that each comes after those in its condition, otherwise in the given order.
fn in_order(dimensions: Vec<Dimension>) -> Result<Vec<Dimension>> {
    for (at, dimension) in dimensions.iter().enumerate() {
        if dimensions[..at].iter().any(|other| other.path == dimension.path) {
            return Err(dimension.origin.place(Error::input(format!("\"{}\" is varied twice", dimension.name))));
        }
    }
    let (mut left, mut ordered) = (dimensions, Vec::<Dimension>::new());
    while !left.is_empty() {
        let waits = |d: &Dimension| d.asks_about().iter().any(|path| left.iter().any(|other| other.path == *path));
        let Some(at) = left.iter().position(|d| !waits(d)) else {
            let e = Error::input(format!("the condition of \"{}\" asks in a circle", left[0].name));
            return Err(left[0].when_origin.place(e));
        };
        ordered.push(left.remove(at));
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests;
