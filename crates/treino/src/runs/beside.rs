//! Runs beside each other: which there are, in what their specs differ, and what they reached.

use super::metrics::Metrics;
use std::path::{Path, PathBuf};
use treino_core::catalog::{self, Entries, Value};
use treino_core::error::{Error, Result};

/// The values of a spec that decide which rows a run is scored on.
const ROWS: [&str; 14] = [
    "data.path",
    "data.header",
    "data.skip_rows",
    "data.skip_footer",
    "data.target",
    "data.split",
    "data.seed",
    "data.validation_seed",
    "data.validation_split",
    "data.test_split",
    "data.validation",
    "data.test",
    "data.fold",
    "data.folds",
];

/// A run in its folder.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    /// The name of its folder.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// What it reached.
    pub metrics: Metrics,
}

/// A value in which specs differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecDifference {
    /// Its path, such as `fit.epochs`.
    pub path: String,
    /// The value of each spec as text; `None` where a spec has no such value.
    pub values: Vec<Option<String>>,
}

impl SpecDifference {
    /// Whether it decides which rows a run is scored on.
    pub fn changes_rows(&self) -> bool {
        ROWS.contains(&self.path.as_str())
    }
}

impl StoredRun {
    /// Reads the metrics of a run.
    ///
    /// # Errors
    /// Returns an error for a folder that is no run, or that holds no model because its training diverged; and for
    /// damaged metrics.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("metrics.json");
        let text = std::fs::read_to_string(&path).map_err(|e| Error::io("read", &path, &e))?;
        let damaged = |e| Error::input(format!("the file is damaged: {e}")).in_file(path.clone());
        let metrics = serde_json::from_str(&text).map_err(damaged)?;
        let name = folder.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        Ok(StoredRun { name, folder: folder.to_path_buf(), metrics })
    }

    /// Its spec, with nothing left open.
    ///
    /// # Errors
    /// Returns an error if it cannot be read.
    pub fn spec(&self) -> Result<Entries> {
        let path = self.folder.join("spec.toml");
        let text = std::fs::read_to_string(&path).map_err(|e| Error::io("read", &path, &e))?;
        catalog::parse(&text, &path)
    }
}

/// The runs in a folder, by name. Folders without metrics are left out; a run whose metrics cannot be read is among the
/// errors.
pub fn stored_runs(folder: &Path) -> (Vec<StoredRun>, Vec<Error>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.join("metrics.json").is_file()).collect();
    folders.sort();
    let (mut runs, mut errors) = (Vec::new(), Vec::new());
    for folder in folders {
        match StoredRun::open(&folder) {
            Ok(run) => runs.push(run),
            Err(e) => errors.push(e),
        }
    }
    (runs, errors)
}

/// All values in which specs differ, in the order of the first spec that has them.
pub fn spec_differences(specs: &[Entries]) -> Vec<SpecDifference> {
    let flat: Vec<Vec<(String, String)>> = specs
        .iter()
        .map(|spec| {
            let mut values = Vec::new();
            flatten(spec, "", &mut values);
            values
        })
        .collect();
    let mut paths: Vec<&String> = Vec::new();
    for (path, _) in flat.iter().flatten() {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    let of = |values: &[(String, String)], path: &str| {
        values.iter().find(|(known, _)| known == path).map(|(_, value)| value.clone())
    };
    let all = paths.into_iter().map(|path| SpecDifference {
        path: path.clone(),
        values: flat.iter().map(|values| of(values, path)).collect(),
    });
    all.filter(|one| one.values.windows(2).any(|pair| pair[0] != pair[1])).collect()
}

/// Every value below a table with its path; tables in lists are numbered from 0.
fn flatten(table: &Entries, prefix: &str, values: &mut Vec<(String, String)>) {
    for entry in &table.list {
        let path = if prefix.is_empty() { entry.key.clone() } else { format!("{prefix}.{}", entry.key) };
        match &entry.node.value {
            Value::Table(inner) => flatten(inner, &path, values),
            Value::List(items) if items.iter().any(|item| matches!(item.value, Value::Table(_))) => {
                for (at, item) in items.iter().enumerate() {
                    match &item.value {
                        Value::Table(inner) => flatten(inner, &format!("{path}[{at}]"), values),
                        value => values.push((format!("{path}[{at}]"), value.to_string())),
                    }
                }
            }
            value => values.push((path, value.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use treino_core::catalog::Component;
    use treino_tables::DataSpec;

    #[test]
    fn what_decides_the_rows_is_part_of_a_spec() {
        for path in ROWS {
            let name = path.strip_prefix("data.").unwrap();
            assert!(DataSpec::DESCRIPTOR.param(name).is_some(), "{path}");
        }
    }

    #[test]
    fn differences_have_the_paths_of_a_spec() {
        let parse = |text: &str| catalog::parse(text, Path::new("spec.toml")).unwrap();
        let a = parse("[data]\nseed = 1\n[fit]\nepochs = 5\n[[model.layers]]\nunits = 4\n");
        let b =
            parse("[data]\nseed = 2\n[fit]\nepochs = 5\n[[model.layers]]\nunits = 8\n[[model.layers]]\nunits = 1\n");
        let found = spec_differences(&[a.clone(), b]);
        let words: Vec<(&str, Vec<Option<&str>>)> =
            found.iter().map(|one| (one.path.as_str(), one.values.iter().map(Option::as_deref).collect())).collect();
        assert_eq!(
            words,
            [
                ("data.seed", vec![Some("1"), Some("2")]),
                ("model.layers[0].units", vec![Some("4"), Some("8")]),
                ("model.layers[1].units", vec![None, Some("1")]),
            ]
        );
        assert!(found[0].changes_rows() && !found[1].changes_rows());
        assert!(spec_differences(&[a.clone(), a]).is_empty());
    }
}
