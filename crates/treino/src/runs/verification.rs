//! Whether a run's training gives the same numbers again.

use crate::runs::PreparedRun;
use crate::spec::{self, Spec};
use crate::store::{TrainedModel, find_model};
use std::path::Path;
use treino_core::catalog::Value;
use treino_core::error::{Error, Kind, Result};
use treino_nn::events::Ending;
use treino_nn::network::Network;
use treino_nn::train::Session;

/// A run that is ready to be trained again: its data are there, and as far as the run tells, they are the same.
///
/// Training it writes nothing: callbacks that write files are left out, and of several seeds only the first is trained,
/// whose model it is.
#[derive(Debug, Clone)]
pub struct Rerun {
    /// The training.
    pub planned: PreparedRun,
    model: TrainedModel,
}

/// What a run's model and its training, made again, have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    /// Numbers in the model.
    pub numbers: usize,
    /// Where they are not the same, bit by bit.
    pub difference: Option<Difference>,
}

/// How two models of the same shape differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The first variable that does.
    pub first: String,
    /// How many numbers do.
    pub numbers: usize,
    /// By how much at most.
    pub largest: f64,
}

impl Rerun {
    /// Reads a run folder and its data, which lie at `data` if the run's spec does not say it any more.
    ///
    /// # Errors
    /// A folder that is no run, or one that was interrupted, which no training repeats; data that are missing or have other
    /// rows, columns or statistics than those of the run.
    pub fn open(run: &Path, data: Option<&str>) -> Result<Self> {
        if run.is_file() {
            let e = Error::input("this is a file, not a run folder").in_file(run);
            let folder = run.parent().filter(|folder| folder.join("spec.toml").is_file());
            return Err(folder.iter().fold(e, |e, folder| e.help(format!("did you mean {}?", folder.display()))));
        }
        let model = TrainedModel::open(find_model(run)?)?;
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
        let rerun = Rerun { planned, model };
        match rerun.change(&metrics) {
            Some(change) => Err(Error::input(format!("the data are not those of the run: {change}")).in_file(run)),
            None => Ok(rerun),
        }
    }

    /// What tells that the data are others than those of the run.
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

    /// Trains, and compares.
    ///
    /// # Errors
    /// A training that is interrupted or diverges at once, a spec that does not make the model's network.
    pub fn verify(&self, session: &mut Session<'_>) -> Result<Verification> {
        let run = self.planned.run(session)?;
        if run.history.ending == Ending::Interrupted {
            return Err(Error::new(Kind::Interrupted, "interrupted before the training ended"));
        }
        compare(&self.model.network, &run.model.network)
    }
}

/// The run's `metrics.json`; null where there is none.
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
    Ok(Verification { numbers: kept.parameters(), difference })
}

#[cfg(test)]
mod tests {
    use super::*;
    use treino_nn::layers::Dense;

    #[test]
    fn every_bit_counts() {
        let network = || Network::build(2, &[Dense::new(2), Dense::new(1)]).unwrap();
        let mut other = network();
        assert_eq!(compare(&network(), &other).unwrap(), Verification { numbers: 9, difference: None });
        other.set_weight("dense/bias", &[2], &[0.0, 0.25]).unwrap();
        other.set_weight("dense_1/kernel", &[2, 1], &[-0.0, -0.5]).unwrap();
        let difference = Difference { first: "dense/bias".to_string(), numbers: 3, largest: 0.5 };
        assert_eq!(compare(&network(), &other).unwrap().difference, Some(difference));
        assert!(compare(&network(), &Network::build(2, &[Dense::new(2)]).unwrap()).is_err());
    }
}
