//! The specification of a study: a training spec to vary, `[space]`, `[repeats]` and `[search]`.

use super::objective::Objective;
use super::pruning::Pruner;
use super::results::RandomSource;
use super::space::{Dimension, SearchSpace};
use crate::spec::{self, Spec};
use std::path::Path;
use treino_core::catalog::{
    self, Component, Descriptor, Entries, Field, Interval, Kind, Node, Origin, Value, choice, component,
};
use treino_core::error::{Error, Result};
use treino_nn::train::MOST_SEEDS;

/// The most configs of a study.
const MOST_CONFIGS: f64 = 1e6;

component! {
    /// What is studied.
    pub struct StudySection = "study" {
        /// The training spec to vary, a file; what the space does not vary stays as it is there.
        base: Option<String> = None, Kind::Text;
        /// What is better: `min` or `max` and a name of the history, such as `min val_loss`; follows from the target when left
        /// open.
        objective: Option<String> = None, Kind::Text;
        /// Decides which configs are tried; the trainings have the spec's own seeds.
        seed: u64 = 1, Kind::INDEX;
    }
}

component! {
    /// How often each config is trained.
    pub struct Repeats = "repeats" {
        /// Seeds of each config, the same ones for all; or `race`: 1, then 4 for the better quarter, then 12 for the better
        /// quarter of those.
        seeds: Seeds = Seeds::Number(5), Kind::CountOr(&["race"]);
        /// Train each seed once for each of so many folds, stratified for classes, of which one is for validation.
        folds: Option<usize> = None, Kind::Int(Interval::closed(2.0, 100_000.0));
        /// What a seed decides: `init` (the initial weights), `shuffle` (the order of the rows), `dropout` (its masks), `split`
        /// (which rows are for validation). The rest is as with the first seed.
        vary: Vec<String> = ["init", "shuffle", "dropout"].map(str::to_string).to_vec(), Kind::TEXTS;
        /// How many of the best configs are trained again on fresh seeds, and measured on the rows of the test; 0 for none.
        confirm_top: usize = 1, Kind::Int(Interval::closed(0.0, MOST_CONFIGS));
        /// With how many fresh seeds.
        confirm_seeds: usize = 10, Kind::Int(Interval::closed(1.0, MOST_SEEDS as f64));
        /// With how many seeds each source of chance alone is measured, for the best config; 0 for none.
        sources: usize = 0, Kind::Int(Interval::closed(0.0, MOST_SEEDS as f64));
    }
}

choice! {
    /// How configs are chosen.
    pub enum SamplerChoice {
        /// Every combination of the lists.
        Grid = "grid",
        /// Points near the better ones.
        Tpe = "tpe",
        /// Points that fill the space evenly.
        Sobol = "sobol",
        /// Random points.
        Random = "random",
    }
}

component! {
    /// Which configs are tried.
    pub struct Search = "search" {
        /// `grid` for every combination, `tpe` for points near the better ones, `sobol` for points that fill the space evenly, or
        /// `random`; when left open, `grid` where every dimension is a list, otherwise `tpe`.
        sampler: Option<SamplerChoice> = None, SamplerChoice::KIND;
        /// What ends trainings early, a pruner: `median`, `percentile`, `patient`, `threshold`, `successive_halving`, `hyperband`.
        prune: Option<Pruner> = None, Kind::Component(&crate::study::pruning::FAMILY);
        /// Configs to try, at most; all of a grid, otherwise 50, when left open.
        configs: Option<usize> = None, Kind::Int(Interval::closed(1.0, MOST_CONFIGS));
        /// A config is proposed from the results of those at least so many before it.
        window: usize = 16, Kind::Int(Interval::closed(1.0, MOST_CONFIGS));
        /// Seconds after which no further training begins.
        time: Option<f64> = None, Kind::POSITIVE;
        /// Whether configs that cannot be told apart are given further seeds until they can.
        until_decided: bool = false, Kind::Bool;
        /// Seeds of a config at most, then.
        most_seeds: usize = 100, Kind::Int(Interval::closed(1.0, MOST_SEEDS as f64));
    }
}

/// The number of seeds of a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seeds {
    /// A fixed number.
    Number(usize),
    /// Few for all, more for the better ones.
    Race,
}

impl Field for Seeds {
    fn read(node: &Node, path: &str) -> Result<Self> {
        match node.text() {
            Some(_) => Ok(Seeds::Race),
            None => {
                Kind::Int(Interval::closed(1.0, MOST_SEEDS as f64)).check(node, path)?;
                usize::read(node, path).map(Seeds::Number)
            }
        }
    }

    fn write(&self) -> Option<Value> {
        match self {
            Seeds::Number(n) => n.write(),
            Seeds::Race => Some(Value::Text("race".to_string())),
        }
    }
}

/// The specification of a study.
#[derive(Debug, Clone)]
pub struct StudySpec {
    /// The training spec that is varied.
    pub base: Entries,
    /// The search space.
    pub space: SearchSpace,
    /// The section `[study]`.
    pub study: StudySection,
    /// The section `[repeats]`.
    pub repeats: Repeats,
    /// The section `[search]`.
    pub search: Search,
    /// The dimensions in their source form, for the study's own file.
    written: Entries,
}

/// The sections other than `[space]`.
const KNOWN: [&str; 5] = ["version", "study", "space", "repeats", "search"];

impl StudySpec {
    /// The sections of a study that are tables of known values.
    pub const SECTIONS: [&'static Descriptor; 3] = [StudySection::DESCRIPTOR, Repeats::DESCRIPTOR, Search::DESCRIPTOR];

    /// The values that may change when a study is extended: how far it goes, not what it is.
    pub const BUDGET: [&'static str; 8] = [
        "repeats.seeds",
        "repeats.confirm_top",
        "repeats.confirm_seeds",
        "repeats.sources",
        "search.configs",
        "search.time",
        "search.until_decided",
        "search.most_seeds",
    ];

    /// Whether these entries are those of a study, not of a training.
    pub fn is_one(entries: &Entries) -> bool {
        ["study", "space", "search", "repeats"].iter().any(|key| entries.get(key).is_some())
    }

    /// Reads a study from its entries; `base` is the spec to vary, or the one that `[study] base` names.
    ///
    /// # Errors
    /// Returns an error for an unknown section or key, or a space that does not fit the spec; with line and column.
    pub fn read(entries: &Entries, base: Entries, more: Vec<Dimension>) -> Result<Self> {
        for entry in &entries.list {
            if !KNOWN.contains(&entry.key.as_str()) {
                let e = Error::input(format!("a study has no section \"{}\"", entry.key));
                return Err(entry.origin.place(e.nearest(&entry.key, KNOWN)));
            }
        }
        if let Some(node) = entries.get("version")
            && !matches!(node.value, Value::Int(spec::VERSION))
        {
            let known = spec::VERSION;
            let e = Error::input(format!("the study has version {}, but this program reads {known}", node.value));
            return Err(node.place(e));
        }
        let mut dimensions = Vec::new();
        let mut written = Entries::default();
        match entries.get("space") {
            None => {}
            Some(Node { value: Value::Table(table), .. }) => {
                for entry in &table.list {
                    dimensions.push(Dimension::read(&entry.key, &entry.origin, &entry.node)?);
                    written.set(&entry.key, as_table(entry.node.clone()));
                }
            }
            Some(node) => return Err(node.place(Error::input("space must be a section: write [space]"))),
        }
        for dimension in more {
            written.set(&dimension.name, as_table(dimension.written()));
            dimensions.push(dimension);
        }
        let study: StudySection = spec::section(entries, "study")?;
        let space = SearchSpace::new(dimensions, &base)?;
        let spec = StudySpec {
            space,
            repeats: spec::section(entries, "repeats")?,
            search: spec::section(entries, "search")?,
            study,
            base,
            written,
        };
        if let Some(folds) = spec.repeats.folds {
            let others = ["validation", "fold", "folds"];
            let data = entries_of(&spec.base, "data");
            if let Some(entry) =
                data.and_then(|data| data.list.iter().find(|entry| others.contains(&entry.key.as_str())))
            {
                let e = format!(
                    "the {folds} folds of the study decide about the rows for validation, data.{} does too",
                    entry.key
                );
                return Err(entry.origin.place(Error::input(e).help("leave out one of them")));
            }
        }
        for name in &spec.repeats.vary {
            let known = RandomSource::ALL.map(RandomSource::name);
            if !known.contains(&name.as_str()) {
                let e = Error::input(format!("repeats.vary: there is no source of chance \"{name}\""));
                let place = entries_of(entries, "repeats").and_then(|table| table.get("vary"));
                let e = e.nearest(name, known);
                return Err(place.map_or(e.clone(), |node| node.place(e.clone())));
            }
        }
        if let Some(objective) = &spec.study.objective {
            Objective::parse(objective).map_err(|e| match entries.get("study") {
                Some(Node { value: Value::Table(table), .. }) => {
                    table.get("objective").map_or(e.clone(), |node| node.place(e.clone()))
                }
                _ => e,
            })?;
        }
        Ok(spec)
    }

    /// Reads a study file with the spec that it names; relative paths start at the folders of these files.
    ///
    /// # Errors
    /// As [`StudySpec::read`]; also returns an error for a file that cannot be read, or without a base.
    pub fn open(path: &Path, entries: &Entries) -> Result<Entries> {
        let base = match entries.get("study") {
            Some(Node { value: Value::Table(table), .. }) => table.get("base").cloned(),
            _ => None,
        };
        let Some(base) = base else {
            let e = Error::input("the study names no training spec to vary").in_file(path.to_path_buf());
            return Err(e.help("write base = \"spec.toml\" under [study]"));
        };
        let Some(name) = base.text() else {
            return Err(base.place(Error::input(format!("study.base is {}, but must be a text", base.value))));
        };
        let file = path.parent().unwrap_or(Path::new("")).join(name);
        spec::entries_of(&file).map_err(|e| if file.exists() { e } else { base.place(e) })
    }

    /// Parses a study that [`text`](StudySpec::text) wrote.
    ///
    /// # Errors
    /// As [`StudySpec::read`].
    pub fn of_text(text: &str) -> Result<Self> {
        let mut entries = catalog::parse(text, Path::new("study"))?;
        let base = match entries.remove("base") {
            Some(Node { value: Value::Table(base), .. }) => base,
            _ => Entries::default(),
        };
        Self::read(&entries, base, Vec::new())
    }

    /// The study as text, including its base: it determines all results.
    pub fn text(&self) -> String {
        let mut entries = Entries::default();
        for (name, table) in
            [("study", self.study.write()), ("repeats", self.repeats.write()), ("search", self.search.write())]
        {
            let mut table = table;
            table.remove("base");
            entries.set(name, Value::Table(table).into());
        }
        entries.set("space", Value::Table(self.written.clone()).into());
        entries.set("base", Value::Table(self.base.clone()).into());
        catalog::write(&entries)
    }
}

/// Sets a value in one of the study's own sections, for a flag of the command line.
pub fn set(entries: &mut Entries, section: &str, key: &str, value: Value, flag: &str) {
    let origin = Origin::Flag(flag.to_string());
    if let Some(table) = entries.table_mut(section, &origin) {
        table.set(key, Node { value, origin });
    }
}

impl StudySpec {
    /// The training spec before anything is varied.
    ///
    /// # Errors
    /// Returns an error for a spec that cannot be read.
    pub fn base_spec(&self) -> Result<Spec> {
        let mut entries = self.base.clone();
        if let (Some(folds), Some(data)) = (self.repeats.folds, entries.table_mut("data", &Origin::Program)) {
            data.set("folds", Value::Int(folds as i64).into());
        }
        Spec::read(&entries)
    }
}

/// Converts a list of values to a table, so that all dimensions are tables: a file preserves the order of tables, and
/// the order of the dimensions determines what is drawn.
fn as_table(node: Node) -> Node {
    match node.value {
        Value::List(_) => {
            let origin = node.origin.clone();
            let mut table = Entries::default();
            table.set("choices", node);
            Node { value: Value::Table(table), origin }
        }
        _ => node,
    }
}

/// A section.
fn entries_of<'a>(entries: &'a Entries, name: &str) -> Option<&'a Entries> {
    match entries.get(name) {
        Some(Node { value: Value::Table(table), .. }) => Some(table),
        _ => None,
    }
}
