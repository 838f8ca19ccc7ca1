//! Verifies that a run's training gives the same numbers again.

use crate::runs::PreparedRun;
use crate::spec::{self, Spec};
use crate::store::{TrainedModel, changed_files, find_model};
use std::path::Path;
use treino_core::catalog::Value;
use treino_core::error::{Error, Kind, Result};
use treino_nn::events::Ending;
use treino_nn::network::{Network, weights_metadata};
use treino_nn::train::Session;

/// A run that is ready to be trained again: its data is available, and matches the run as far as the run's files show.
///
/// The training writes nothing: callbacks that write files are removed, and of several seeds only the first is trained,
/// which gave the model.
#[derive(Debug, Clone)]
pub struct Rerun {
    /// The training.
    pub planned: PreparedRun,
    model: TrainedModel,
    /// The bytes of the model's file.
    bytes: Vec<u8>,
    /// The spec in the run folder.
    spec: Spec,
    /// Files of the run that were changed.
    changed: Vec<String>,
}

/// A comparison of a run's model with the repeated training.
#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    /// The count of numbers in the model.
    pub numbers: usize,
    /// The differences between them, if any, bit by bit.
    pub difference: Option<Difference>,
    /// The difference in the rest of the model's file, if any: how the network is built, used or fed.
    pub description: Option<String>,
    /// Files of the run that were changed.
    pub changed: Vec<String>,
}

impl Verification {
    /// Whether the run is identical to the repeated training.
    pub fn is_same(&self) -> bool {
        self.difference.is_none() && self.description.is_none() && self.changed.is_empty()
    }
}

/// How two models of the same shape differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The first variable that differs.
    pub first: String,
    /// The count of numbers that differ.
    pub numbers: usize,
    /// The largest difference.
    pub largest: f64,
}

impl Rerun {
    /// Reads a run folder and its data, which is at `data` if it is no longer at the path in the run's spec.
    ///
    /// # Errors
    /// Returns an error for a folder that is not a run, or for an interrupted run, which cannot be repeated; for
    /// missing data, or data whose rows, columns or statistics differ from those of the run.
    pub fn open(run: &Path, data: Option<&str>) -> Result<Self> {
        if run.is_file() {
            let e = Error::input("this is a file, not a run folder").in_file(run);
            let folder = run.parent().filter(|folder| folder.join("spec.toml").is_file());
            return Err(folder.iter().fold(e, |e, folder| e.help(format!("did you mean {}?", folder.display()))));
        }
        let file = find_model(run)?;
        let bytes = std::fs::read(&file).map_err(|e| Error::io("read", &file, &e))?;
        // A file that was changed is compared with the repeated training; an unreadable file is an error.
        let whole = TrainedModel::from_bytes(&bytes);
        let changed = changed_files(run)?;
        let is_changed = whole.is_err() || changed.iter().any(|name| file.ends_with(name));
        let model = match whole {
            Ok(model) => model,
            Err(e) => TrainedModel::from_changed_bytes(&bytes).map_err(|_| e.in_file(&file))?,
        };
        let path = run.join("spec.toml");
        if !path.is_file() {
            return Err(Error::input("this folder holds no spec.toml").in_file(run).help("name a run folder"));
        }
        let metrics = metrics(run)?;
        if metrics["ending"]["how"] == "interrupted" {
            let e = Error::input("the run was interrupted, and no training stops by itself where it did").in_file(run);
            return Err(e.help("train it to its end, and verify that"));
        }
        let mut entries = spec::entries_of(&path)?;
        let own_spec = Spec::read(&entries)?;
        if let Some(data) = data {
            spec::set(&mut entries, "data.path", Value::Text(data.to_string()), "DATA")?;
        }
        let mut spec = Spec::read(&entries)?;
        spec.callbacks.retain(|callback| !callback.inner().writes_files());
        spec.fit.repeats = 1;
        let at = spec.data.path.as_deref().unwrap_or("-");
        if data.is_none() && at == "-" {
            let e = Error::input("the run read its table from standard input").in_file(run);
            return Err(e.help("name the table behind the run"));
        }
        let is_missing = at != "-" && !Path::new(at).exists();
        let planned = PreparedRun::new(&spec)
            .map_err(|e| if is_missing { e.help("name the table behind the run if it lies elsewhere") } else { e })?;
        let rerun = Rerun { planned, model, bytes, spec: own_spec, changed };
        match rerun.change(&metrics) {
            Some(change) if !is_changed => {
                Err(Error::input(format!("the data are not those of the run: {change}")).in_file(run))
            }
            _ => Ok(rerun),
        }
    }

    /// A description of how the data differs from that of the run.
    fn change(&self, metrics: &serde_json::Value) -> Option<String> {
        let prepared = &self.planned.prepared;
        let parts = [
            ("train", Some(prepared.train.len())),
            ("validation", prepared.validation.as_ref().map(|part| part.len())),
            ("test", prepared.test.as_ref().map(|part| part.len())),
            ("set_aside", Some(prepared.set_aside)),
        ];
        for (part, rows) in parts {
            let (had, has) = (metrics["rows"][part].as_u64().unwrap_or(0), rows.unwrap_or(0) as u64);
            if metrics["rows"].is_object() && had != has {
                let part = part.replace('_', " ");
                return Some(format!("it had {had} rows ({part}), and they have {has}"));
            }
        }
        let table = self.model.table.as_ref()?;
        let recipe = &prepared.recipe;
        if let Some((_, column)) = table.recipe.inputs.iter().zip(&recipe.inputs).find(|(had, has)| had != has) {
            return Some(format!("the column \"{}\" is another", column.name));
        }
        if table.recipe != *recipe {
            return Some("they have other columns".to_string());
        }
        let had = table.targets();
        let mut pairs = had.zip(prepared.targets().zip(&self.planned.baselines));
        let other = pairs.find(|(had, has)| had != has);
        other.map(|(_, (target, _))| format!("the target \"{}\" is another", target.name))
    }

    /// Trains again, and compares.
    ///
    /// # Errors
    /// Returns an error if the training is interrupted or diverges at once, or if the spec does not give the model's
    /// network.
    pub fn verify(&self, session: &mut Session<'_>) -> Result<Verification> {
        let run = self.planned.run(session)?;
        if run.history.ending == Ending::Interrupted {
            return Err(Error::new(Kind::Interrupted, "interrupted before the training ended"));
        }
        let mut verification = compare(&self.model.network, &run.model.network)?;
        let mut made = run.model;
        // The settings that only one of the trainings had.
        made.spec.data.path.clone_from(&self.spec.data.path);
        made.spec.callbacks.clone_from(&self.spec.callbacks);
        made.spec.fit.repeats = self.spec.fit.repeats;
        verification.description =
            other_description(&self.bytes, &made.to_bytes()?, verification.difference.is_none())?;
        verification.changed.clone_from(&self.changed);
        Ok(verification)
    }
}

/// The difference in the description of two models; if their numbers are equal, any other byte is compared.
fn other_description(kept: &[u8], made: &[u8], same_numbers: bool) -> Result<Option<String>> {
    let read = |bytes: &[u8]| {
        let json = weights_metadata(bytes)?.unwrap_or_default();
        serde_json::from_str(&json).map_err(|e| Error::input(format!("the model's description is damaged: {e}")))
    };
    let (kept_values, made_values): (serde_json::Value, serde_json::Value) = (read(kept)?, read(made)?);
    let text = |value: &serde_json::Value, key: &str| value[key].as_str().unwrap_or_default().to_string();
    if kept_values["spec"] != made_values["spec"] {
        let (kept, made) = (text(&kept_values, "spec"), text(&made_values, "spec"));
        let mut lines = kept.lines().zip(made.lines());
        let other = lines.find(|(kept, made)| kept != made).map_or(String::new(), |(kept, _)| format!(": {kept}"));
        return Ok(Some(format!("spec{other}")));
    }
    for (key, name) in [("inputs", "inputs"), ("table", "recipe or targets")] {
        if kept_values[key] != made_values[key] {
            return Ok(Some(name.to_string()));
        }
    }
    let is_same_program = ["program", "format_version"].iter().all(|key| kept_values[key] == made_values[key]);
    Ok((same_numbers && is_same_program && kept != made).then(|| "header".to_string()))
}

/// The run's `metrics.json`; null if there is none.
fn metrics(run: &Path) -> Result<serde_json::Value> {
    let path = run.join("metrics.json");
    if !path.is_file() {
        return Ok(serde_json::Value::Null);
    }
    let text = std::fs::read_to_string(&path).map_err(|e| Error::io("read", &path, &e))?;
    serde_json::from_str(&text)
        .map_err(|e| Error::input(format!("the file is no JSON: {e}")).caused_by(e).in_file(path))
}

fn compare(kept: &Network, made: &Network) -> Result<Verification> {
    if !kept.named_weights().map(|(name, shape, _)| (name, shape)).eq(made.named_weights().map(|(n, s, _)| (n, s))) {
        return Err(Error::input("spec.toml makes another network than that in model.safetensors"));
    }
    let mut difference: Option<Difference> = None;
    for ((name, _, kept), (_, _, made)) in kept.named_weights().zip(made.named_weights()) {
        for (a, b) in kept.iter().zip(made).filter(|(a, b)| a.to_bits() != b.to_bits()) {
            let Difference { numbers, largest, .. } =
                difference.get_or_insert_with(|| Difference { first: name.to_string(), numbers: 0, largest: 0.0 });
            *numbers += 1;
            *largest = largest.max((f64::from(*a) - f64::from(*b)).abs());
        }
    }
    Ok(Verification { numbers: kept.parameters(), difference, description: None, changed: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use treino_nn::layers::Dense;

    #[test]
    fn every_bit_counts() {
        let network = || Network::build(2, &[Dense::new(2), Dense::new(1)]).unwrap();
        let mut other = network();
        let same = Verification { numbers: 9, difference: None, description: None, changed: Vec::new() };
        assert_eq!(compare(&network(), &other).unwrap(), same);
        other.set_weight("dense/bias", &[2], &[0.0, 0.25]).unwrap();
        other.set_weight("dense_1/kernel", &[2, 1], &[-0.0, -0.5]).unwrap();
        let difference = Difference { first: "dense/bias".to_string(), numbers: 3, largest: 0.5 };
        assert_eq!(compare(&network(), &other).unwrap().difference, Some(difference));
        assert!(compare(&network(), &Network::build(2, &[Dense::new(2)]).unwrap()).is_err());
    }
}
