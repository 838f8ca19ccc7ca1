//! The progress of a training in one file.
//!
//! The tensors are the buffers of network and optimizer, the numbers of the history, and what callbacks remember. The
//! metadata key `treino` holds one JSON object: format version, which training it is, and what the tensors are.

use crate::events::{
    CallbackState, Ending, History, LayerStatistics, LayerTrace, Logs, Snapshot, TrainingCheckpoint,
    TrainingFingerprint, TrainingState,
};
use crate::network::{damaged, parse, weights_metadata};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use treino_core::error::{Error, Result};
use treino_core::files::{UNSEALED, check_seal, seal};

/// The version of the backup format; no other is read.
const BACKUP_VERSION: u32 = 3;

#[derive(Serialize, Deserialize)]
struct BackupMetadata {
    backup_version: u32,
    program: String,
    identity: Vec<(String, u32)>,
    iterations: u64,
    buffers: Vec<String>,
    /// Every name in the history, and of each epoch which of them it has.
    names: Vec<String>,
    epochs: Vec<Vec<usize>>,
    /// The epochs whose statistics are there, and of each layer its name, its activation and the numbers of its rows.
    noted: Vec<usize>,
    layers: Vec<(String, String, usize)>,
    best_epoch: Option<usize>,
    kept_epoch: Option<usize>,
    /// The epoch of the weights that are kept if the training ends badly.
    kept: Option<usize>,
    stopped: Option<String>,
    /// Whether each watcher keeps weights.
    watchers: Vec<bool>,
}

/// Numbers of one tensor as bytes, in the making of a file.
#[derive(Default)]
struct TensorBytes(Vec<(String, Dtype, usize, Vec<u8>)>);

impl TensorBytes {
    fn singles(&mut self, name: impl Into<String>, numbers: &[f32]) {
        let bytes = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.0.push((name.into(), Dtype::F32, numbers.len(), bytes));
    }

    fn doubles(&mut self, name: impl Into<String>, numbers: &[f64]) {
        let bytes = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.0.push((name.into(), Dtype::F64, numbers.len(), bytes));
    }

    fn snapshot(&mut self, name: &str, snapshot: &Snapshot) {
        self.singles(format!("{name}/weights"), &snapshot.weights);
        self.singles(format!("{name}/state"), &snapshot.state);
    }
}

/// The bytes of a backup.
///
/// # Errors
/// None that a progress could cause.
pub(crate) fn write_backup(identity: &TrainingFingerprint, progress: &TrainingCheckpoint) -> Result<Vec<u8>> {
    let TrainingCheckpoint { history, stopped, state, kept, watchers } = progress;
    let mut tensors = TensorBytes::default();
    for (i, (_, numbers)) in state.buffers.iter().enumerate() {
        tensors.singles(format!("buffer/{i}"), numbers);
    }
    tensors.doubles("learning_rate", &[state.learning_rate]);
    let numbers: Vec<f64> = history.epochs.iter().flat_map(|logs| logs.0.iter().map(|(_, x)| *x)).collect();
    tensors.doubles("history", &numbers);
    tensors.doubles("learning_rates", &history.learning_rates);
    for (i, trace) in history.inside.layers.iter().enumerate() {
        tensors.singles(format!("inside/{i}"), &trace.lists().concat());
    }
    if let Some((score, _, snapshot)) = kept {
        tensors.doubles("kept/score", &[*score]);
        tensors.snapshot("kept", snapshot);
    }
    for (i, watcher) in watchers.iter().enumerate() {
        tensors.doubles(format!("callback/{i}"), &watcher.numbers);
        if let Some(snapshot) = &watcher.weights {
            tensors.snapshot(&format!("callback/{i}"), snapshot);
        }
    }
    let names: Vec<String> = history.names().into_iter().map(String::from).collect();
    let at = |name: &String| names.iter().position(|n| n == name).unwrap_or_default();
    let metadata = BackupMetadata {
        backup_version: BACKUP_VERSION,
        program: format!("treino {}", env!("CARGO_PKG_VERSION")),
        identity: identity.0.clone(),
        iterations: state.iterations,
        buffers: state.buffers.iter().map(|(name, _)| name.clone()).collect(),
        epochs: history.epochs.iter().map(|logs| logs.0.iter().map(|(name, _)| at(name)).collect()).collect(),
        names,
        noted: history.inside.epochs.clone(),
        layers: history.inside.layers.iter().map(|l| (l.layer.clone(), l.activation.clone(), l.units)).collect(),
        best_epoch: history.best_epoch,
        kept_epoch: history.kept_epoch,
        kept: kept.as_ref().map(|(_, epoch, _)| *epoch),
        stopped: stopped.clone(),
        watchers: watchers.iter().map(|watcher| watcher.weights.is_some()).collect(),
    };
    let cannot = |e: &dyn std::fmt::Display| Error::input(format!("the progress cannot be stored: {e}"));
    let json = serde_json::to_string(&metadata).map_err(|e| cannot(&e))?;
    let json = json.replacen('{', &format!("{{{UNSEALED},"), 1);
    let views: Result<Vec<_>, _> = tensors
        .0
        .iter()
        .map(|(name, dtype, length, bytes)| TensorView::new(*dtype, vec![*length], bytes).map(|view| (name, view)))
        .collect();
    let metadata = Some(std::iter::once(("treino".to_string(), json)).collect());
    let mut bytes = views.and_then(|views| safetensors::serialize(views, metadata)).map_err(|e| cannot(&e))?;
    seal(&mut bytes)?;
    Ok(bytes)
}

/// Reads a backup.
///
/// # Errors
/// Bytes that are no backup, cut off, of another version, or do not fit together.
pub(crate) fn read_backup(bytes: &[u8]) -> Result<(TrainingFingerprint, TrainingCheckpoint)> {
    let Some(json) = weights_metadata(bytes)? else {
        return Err(Error::input("this is no backup of a training"));
    };
    let broken = |e: serde_json::Error| Error::input(format!("the backup's description is damaged: {e}"));
    let value: serde_json::Value = serde_json::from_str(&json).map_err(broken)?;
    match value["backup_version"].as_u64() {
        None => return Err(Error::input("this is no backup of a training")),
        Some(version) if version != u64::from(BACKUP_VERSION) => {
            let e = format!("the backup has format version {version}, but this program reads {BACKUP_VERSION}");
            return Err(Error::input(e));
        }
        Some(_) => {}
    }
    check_seal(bytes, true)?;
    let metadata: BackupMetadata = serde_json::from_value(value).map_err(broken)?;
    let tensors = StoredTensors { bytes, tensors: parse(bytes)? };
    let buffers = metadata.buffers.into_iter().enumerate();
    let buffers: Vec<_> =
        buffers.map(|(i, name)| Ok((name, tensors.singles(&format!("buffer/{i}"))?))).collect::<Result<_>>()?;
    let kept = match metadata.kept {
        Some(epoch) => Some((tensors.double("kept/score")?, epoch, tensors.snapshot("kept")?)),
        None => None,
    };
    let watchers = metadata.watchers.iter().enumerate().map(|(i, has_weights)| {
        let name = format!("callback/{i}");
        let weights = has_weights.then(|| tensors.snapshot(&name)).transpose()?;
        Ok(CallbackState { numbers: tensors.doubles(&name)?, weights })
    });
    let progress = TrainingCheckpoint {
        history: History {
            epochs: epochs(&metadata.names, &metadata.epochs, &tensors.doubles("history")?)?,
            learning_rates: tensors.doubles("learning_rates")?,
            inside: inside(metadata.noted, metadata.layers, &tensors)?,
            best_epoch: metadata.best_epoch,
            kept_epoch: metadata.kept_epoch,
            ending: Ending::Finished,
        },
        stopped: metadata.stopped,
        state: TrainingState {
            buffers,
            iterations: metadata.iterations,
            learning_rate: tensors.double("learning_rate")?,
        },
        kept,
        watchers: watchers.collect::<Result<_>>()?,
    };
    let done = progress.history.epochs.len();
    let named = [metadata.best_epoch, metadata.kept_epoch, metadata.kept];
    let rate = progress.state.learning_rate;
    if progress.history.learning_rates.len() != done
        || progress.history.inside.epochs.iter().any(|epoch| *epoch >= done)
    {
        return Err(contradiction());
    }
    if done == 0 || named.into_iter().flatten().any(|epoch| epoch >= done) || !(rate.is_finite() && rate >= 0.0) {
        return Err(contradiction());
    }
    Ok((TrainingFingerprint(metadata.identity), progress))
}

/// The logs of the epochs, from their numbers in a row.
fn epochs(names: &[String], epochs: &[Vec<usize>], numbers: &[f64]) -> Result<Vec<Logs>> {
    if epochs.iter().map(Vec::len).sum::<usize>() != numbers.len() {
        return Err(contradiction());
    }
    let mut numbers = numbers.iter();
    let logs = |which: &Vec<usize>| {
        let named = which.iter().zip(&mut numbers).map(|(at, x)| names.get(*at).map(|name| (name.clone(), *x)));
        named.collect::<Option<_>>().map(Logs).ok_or_else(contradiction)
    };
    epochs.iter().map(logs).collect()
}

/// The statistics of the layers, from their lists one behind the other.
fn inside(
    epochs: Vec<usize>,
    layers: Vec<(String, String, usize)>,
    tensors: &StoredTensors<'_>,
) -> Result<LayerStatistics> {
    let count = epochs.len();
    let trace = |(i, (layer, activation, units)): (usize, (String, String, usize))| {
        let numbers = tensors.singles(&format!("inside/{i}"))?;
        let mut trace = LayerTrace { layer, activation, units, ..LayerTrace::default() };
        let lists = trace.lists_mut();
        if numbers.len() != lists.len() * count {
            return Err(contradiction());
        }
        for (at, list) in lists.into_iter().enumerate() {
            list.extend_from_slice(&numbers[at * count..][..count]);
        }
        Ok(trace)
    };
    let layers = layers.into_iter().enumerate().map(trace).collect::<Result<_>>()?;
    Ok(LayerStatistics { epochs, layers })
}

fn contradiction() -> Error {
    Error::input("the backup is damaged: its parts do not fit together")
}

struct StoredTensors<'a> {
    bytes: &'a [u8],
    tensors: SafeTensors<'a>,
}

impl StoredTensors<'_> {
    fn data(&self, name: &str, dtype: Dtype) -> Result<&[u8]> {
        let view = self.tensors.tensor(name).map_err(|e| damaged(self.bytes, &e))?;
        if view.dtype() == dtype { Ok(view.data()) } else { Err(contradiction()) }
    }

    fn singles(&self, name: &str) -> Result<Vec<f32>> {
        let data = self.data(name, Dtype::F32)?;
        Ok(data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    fn doubles(&self, name: &str) -> Result<Vec<f64>> {
        let data = self.data(name, Dtype::F64)?;
        Ok(data.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
    }

    fn double(&self, name: &str) -> Result<f64> {
        self.doubles(name)?.first().copied().ok_or_else(contradiction)
    }

    fn snapshot(&self, name: &str) -> Result<Snapshot> {
        let part = |part| self.singles(&format!("{name}/{part}"));
        Ok(Snapshot { weights: part("weights")?, state: part("state")? })
    }
}
