//! How far a training has come, and of which training that is.

use super::executor::{Examples, TrainingState};
use super::fit::Job;
use super::history::History;
use crate::callbacks::{Callback, Snapshot, WatcherState};
use crate::catalog::{Entries, Field, Value};
use crate::model::Network;
use crate::spec::{self, CompileSection};
use crate::store::Crc32c;

/// All that the epochs to come depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The epochs that were done.
    pub history: History,
    /// Why a callback stopped the training, if one did.
    pub stopped: Option<String>,
    /// Weights, optimizer, learning rate.
    pub state: TrainingState,
    /// What is kept if the training ends badly: score, epoch, weights.
    pub kept: Option<(f64, usize, Snapshot)>,
    /// What each callback remembers.
    pub watchers: Vec<WatcherState>,
}

impl Progress {
    /// Whether its weights fit a network.
    pub(super) fn fits(&self, network: &Network) -> bool {
        let fits = |s: &Snapshot| (s.weights.len(), s.state.len()) == (network.weights.len(), network.state.len());
        let of_watchers = self.watchers.iter().filter_map(|watcher| watcher.weights.as_ref());
        of_watchers.chain(self.kept.iter().map(|(_, _, snapshot)| snapshot)).all(fits)
    }
}

/// What makes two trainings the same, but for the number of their epochs: checksums of its parts, with their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(pub Vec<(String, u32)>);

impl Identity {
    /// Of a training that is about to start.
    pub(super) fn of(network: &Network, job: &Job<'_>) -> Self {
        let Job { compile, train, validation, settings, callbacks, .. } = job;
        let compile = CompileSection::of(compile, &network.output_names());
        let mut parts = vec![
            ("other layers", text(network.layers().to_vec().write())),
            ("another optimizer", text(compile.optimizer.write())),
            ("another loss", text(compile.loss.write())),
            ("other weights of the losses", text(compile.loss_weights.write())),
            ("other metrics", text(compile.metrics.write())),
            ("other weighted metrics", text(compile.weighted_metrics.write())),
        ];
        parts.push(("another seed", text(settings.seed.write())));
        let shape = [settings.batch_size, usize::from(settings.shuffle), settings.validation_freq];
        parts.push(("other batches", shape.map(|n| n.to_string()).join(" ")));
        let callbacks = callbacks.iter().map(|callback| match callback {
            file if file.inner().writes_files() => file.name().to_string(),
            callback => text(Callback::write(callback)),
        });
        parts.push(("other callbacks", callbacks.collect()));
        let mut parts: Vec<(String, u32)> = parts
            .into_iter()
            .map(|(name, text)| {
                let mut crc = Crc32c::new();
                crc.update(text.as_bytes());
                (name.to_string(), crc.value())
            })
            .collect();
        parts.push(("other training rows".to_string(), rows(Some(train))));
        parts.push(("other validation rows".to_string(), rows(validation.as_ref())));
        Identity(parts)
    }

    /// The first part in which two trainings differ.
    pub(crate) fn difference(&self, other: &Identity) -> Option<&str> {
        let differs =
            |(name, sum): &&(String, u32)| other.0.iter().find(|(n, _)| n == name).map(|(_, s)| s) != Some(sum);
        self.0.iter().find(differs).map(|(name, _)| name.as_str())
    }
}

fn text(value: Option<Value>) -> String {
    let mut entries = Entries::default();
    if let Some(value) = value {
        entries.set("value", value.into());
    }
    spec::write(&entries)
}

fn rows(examples: Option<&Examples<'_>>) -> u32 {
    let mut crc = Crc32c::new();
    if let Some(Examples { x, y, weights }) = examples {
        for count in [x.rows(), x.cols(), y.cols()] {
            crc.update(&(count as u64).to_le_bytes());
        }
        for numbers in [x.as_slice(), y.as_slice(), weights.unwrap_or_default()] {
            numbers.iter().for_each(|number| crc.update(&number.to_le_bytes()));
        }
    }
    crc.value()
}
