//! A training as it is written down: `[data] [model] [compile] [fit]` and `[[callbacks]]`.
//!
//! ```text
//! text or flags --toml--> Entries (each value knows where it stands) --Spec::read--> Spec --resolve--> Resolved
//! ```
//! A [`Spec`] says as much as a person typed; what it leaves open follows from the data when it is [`resolve`]d: task,
//! loss, layers, metrics. The resolved spec says everything, and training it again gives the same bits.
//!
//! With `more_targets` a network has an output for each target. Output layers that are named like the columns belong to
//! them; otherwise the outputs follow the order of the targets. Losses and metrics may then be said for each output.
//!
//! A network is given by its layers or in short, not both; but what is set in short later, by a flag, changes the layers of a file.
//!
//! A spec file means what it says: without `[[callbacks]]` there are none, as in Keras. [`Spec::automatic`] is what
//! `treino train DATA` begins with: a small network, and early stopping.

mod learnt;
mod list;
mod outputs;
mod resolve;
mod sections;
mod short;
mod stopping;

pub use list::{ListSyntax, split_list};
pub(crate) use resolve::names_of;
pub use resolve::{Resolved, resolve};
pub use sections::{FAMILY, ModelSection};
pub(crate) use short::penalties;
pub use stopping::{never_stop_early, stop_early};

use std::path::Path;
use treino_core::catalog::{self, Component, Descriptor, Entries, Field, Node, Origin, Value};
use treino_core::error::{Error, Result};
use treino_nn::callbacks::{Callback, EarlyStopping};
use treino_nn::train::{CompileSection, Fit};
use treino_tables::DataSpec;

/// The version of the spec format that this program writes, and the newest it reads.
pub const VERSION: i64 = 1;

/// Epochs without improvement after which a training stops where nothing else is said.
pub const PATIENCE: usize = 20;

/// How a training stops where nothing else is said: after [`PATIENCE`] epochs without a better `val_loss`, with the best
/// epoch's weights.
pub fn usual_stopping() -> EarlyStopping {
    EarlyStopping { patience: PATIENCE, restore_best_weights: true, ..EarlyStopping::default() }
}

/// A training as it is written down.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spec {
    /// Which table, which target, how split and encoded.
    pub data: DataSpec,
    /// The network.
    pub model: ModelSection,
    /// Optimizer, loss, metrics.
    pub compile: CompileSection,
    /// Epochs, batches, seed.
    pub fit: Fit,
    /// What acts between epochs.
    pub callbacks: Vec<Callback>,
}

impl Spec {
    /// Reads a spec from its entries.
    ///
    /// # Errors
    /// An unknown section or key (with the nearest valid name), a value of the wrong type or out of its range, a version
    /// that this program does not know; with file, line and column where the entries have them.
    pub fn read(entries: &Entries) -> Result<Self> {
        const KNOWN: [&str; 6] = ["version", "data", "model", "compile", "fit", "callbacks"];
        for entry in &entries.list {
            if !KNOWN.contains(&entry.key.as_str()) {
                let e = Error::input(format!("a spec has no section \"{}\"", entry.key));
                return Err(entry.origin.place(e.nearest(&entry.key, KNOWN)));
            }
        }
        if let Some(node) = entries.get("version")
            && !matches!(node.value, Value::Int(VERSION))
        {
            let e =
                Error::input(format!("the spec has version {}, but this program reads version {VERSION}", node.value));
            return Err(node.place(e));
        }
        let callbacks = match entries.get("callbacks") {
            None => Vec::new(),
            Some(node) if matches!(node.value, Value::Table(_)) => {
                let e = Error::input("callbacks is a table, but must be a list of tables");
                return Err(node.place(e.help("write [[callbacks]], with two brackets")));
            }
            Some(node) => Vec::read(node, "callbacks")?,
        };
        Ok(Spec {
            data: section(entries, "data")?,
            model: match entries.get("model") {
                Some(Node { value: Value::Table(model), .. }) => short::read(model)?,
                _ => section(entries, "model")?,
            },
            compile: section(entries, "compile")?,
            fit: section(entries, "fit")?,
            callbacks,
        })
    }

    /// Reads a spec file. Paths in it are relative to the folder it stands in.
    ///
    /// # Errors
    /// As [`Spec::read`], and a file that cannot be read or is no TOML.
    pub fn open(path: &Path) -> Result<Self> {
        Spec::read(&entries_of(path)?)
    }

    /// What `treino train DATA` begins with: a small network, and early stopping that keeps the best weights.
    pub fn automatic() -> Entries {
        let stopping = usual_stopping();
        let mut entries = Entries::default();
        let callbacks = vec![Callback::from(stopping)];
        if let Some(value) = callbacks.write() {
            entries.set("callbacks", value.into());
        }
        entries
    }

    /// The whole spec as entries, in the order of writing.
    pub fn entries(&self) -> Entries {
        let mut entries = Entries::default();
        entries.set("version", Value::Int(VERSION).into());
        for (name, table) in [
            ("data", self.data.written()),
            ("model", self.model.written()),
            ("compile", self.compile.write()),
            ("fit", self.fit.write()),
        ] {
            entries.set(name, Value::Table(table).into());
        }
        if let Some(callbacks) = self.callbacks.write() {
            entries.set("callbacks", callbacks.into());
        }
        entries
    }
}

/// The entries of a spec file, its relative paths joined to its folder.
///
/// # Errors
/// A file that cannot be read or is no TOML.
pub fn entries_of(path: &Path) -> Result<Entries> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::io("read", path, &e))?;
    let mut entries = catalog::parse(&text, path)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    each_path(
        &mut entries,
        |file| if file == "-" { file.to_string() } else { folder.join(file).display().to_string() },
    );
    Ok(entries)
}

/// Changes every path to a file in a spec.
pub fn each_path(entries: &mut Entries, mut change: impl FnMut(&str) -> String) {
    let paths = [("data", "path"), ("data", "validation"), ("data", "test"), ("model", "initial_weights")];
    for (section, key) in paths {
        let Some(entry) = entries.list.iter_mut().find(|e| e.key == section) else { continue };
        if let Value::Table(table) = &mut entry.node.value
            && let Some(entry) = table.list.iter_mut().find(|e| e.key == key)
            && let Value::Text(path) = &mut entry.node.value
        {
            *path = change(path);
        }
    }
    let Some(callbacks) = entries.list.iter_mut().find(|e| e.key == "callbacks") else { return };
    let Value::List(callbacks) = &mut callbacks.node.value else { return };
    for callback in callbacks {
        let Value::Table(table) = &mut callback.value else { continue };
        for entry in table.list.iter_mut().filter(|e| CALLBACK_PATHS.contains(&e.key.as_str())) {
            if let Value::Text(path) = &mut entry.node.value {
                *path = change(path);
            }
        }
    }
}

/// The parameters of callbacks that are paths.
const CALLBACK_PATHS: [&str; 4] = ["filepath", "filename", "backup_dir", "log_dir"];

/// A section, all default where it is missing.
///
/// # Errors
/// As [`Component::read`]; something that is no section.
pub(crate) fn section<T: Component>(entries: &Entries, name: &str) -> Result<T> {
    match entries.get(name) {
        None => Ok(T::default()),
        Some(Node { value: Value::Table(table), .. }) => T::read(table, name),
        Some(node) => Err(node.place(Error::input(format!("{name} must be a section: write [{name}]")))),
    }
}

/// Sets one value by its dotted path, such as `fit.batch_size`, as a flag of the command line does. A thing that is not
/// there yet begins as the section's default: `compile.optimizer.learning_rate` alone is Adam's.
///
/// # Errors
/// A path through something that is not a table.
pub fn set(entries: &mut Entries, path: &str, value: Value, flag: &str) -> Result<()> {
    let origin = Origin::Flag(flag.to_string());
    let (tables, key) = path.rsplit_once('.').unwrap_or(("", path));
    let mut table = entries;
    let mut section = None;
    for (depth, name) in tables.split('.').filter(|name| !name.is_empty()).enumerate() {
        match table.get(name).cloned() {
            // An optimizer named in short becomes a table before one of its parameters is set.
            Some(Node { value: Value::Text(kind), origin }) => {
                let mut long = Entries { list: Vec::new(), origin: origin.clone() };
                long.set("type", Node { value: Value::Text(kind), origin: origin.clone() });
                table.set(name, Node { value: Value::Table(long), origin });
            }
            None if depth == 1 => {
                let param = section.and_then(|section: &Descriptor| section.param(name));
                if let Some(default @ Value::Table(_)) = param.and_then(|param| (param.default)()) {
                    table.set(name, default.into());
                }
            }
            _ => {}
        }
        if depth == 0 {
            section = FAMILY.components.iter().find(|section| section.name == name).copied();
        }
        let not_a_table = || Error::input(format!("{flag} sets {path}, but {name} is not a table"));
        table = table.table_mut(name, &origin).ok_or_else(not_a_table)?;
    }
    table.set(key, given(value, &origin));
    Ok(())
}

/// A value with all that it holds, as coming from one place.
fn given(mut value: Value, origin: &Origin) -> Node {
    match &mut value {
        Value::List(items) => items.iter_mut().for_each(|item| *item = given(item.value.clone(), origin)),
        Value::Table(table) => {
            table.origin = origin.clone();
            for entry in &mut table.list {
                entry.origin = origin.clone();
                entry.node = given(entry.node.value.clone(), origin);
            }
        }
        _ => {}
    }
    Node { value, origin: origin.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_alone_is_that_of_the_default_and_its_mistakes_name_the_flag() {
        let mut entries = Entries::default();
        set(&mut entries, "compile.optimizer.learning_rate", Value::Float(0.5), "--learning-rate").unwrap();
        let spec = Spec::read(&entries).unwrap();
        assert_eq!(spec.compile.optimizer.in_words(), "adam at 0.5");

        set(&mut entries, "compile.optimizer.learning_rate", Value::Float(-0.5), "--learning-rate").unwrap();
        let e = Spec::read(&entries).unwrap_err();
        assert!(
            e.message().starts_with("compile.optimizer.learning_rate is -0.5, but must be a number of at least 0"),
            "{e}"
        );
        assert_eq!(e.helps(), ["it was given with --learning-rate"]);

        set(&mut entries, "fit.epochs.x", Value::Int(1), "--set").unwrap();
        assert!(Spec::read(&entries).is_err());
        assert!(set(&mut entries, "version.x", Value::Int(1), "--set").is_ok());
    }
}
