//! The identity of a training: what must be equal to resume it after an interruption.

use super::executor::Examples;
use super::fit::Training;
use super::section::CompileSection;
use crate::callbacks::Callback;
use crate::events::TrainingFingerprint;
use crate::network::Network;
use treino_core::catalog::{self, Entries, Field, Value};
use treino_core::files::Crc32c;

/// The identity of a training that is about to start.
pub(super) fn identity(network: &Network, training: &Training<'_>) -> TrainingFingerprint {
    let Training { compile, train, validation, settings, callbacks, .. } = training;
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
    TrainingFingerprint(parts)
}

fn text(value: Option<Value>) -> String {
    let mut entries = Entries::default();
    if let Some(value) = value {
        entries.set("value", value.into());
    }
    catalog::write(&entries)
}

fn rows(examples: Option<&Examples<'_>>) -> u32 {
    let mut crc = Crc32c::new();
    if let Some(Examples { x, y, weights }) = examples {
        for count in [x.rows(), x.cols(), y.cols()] {
            crc.update(&(count as u64).to_le_bytes());
        }
        for numbers in x.iter().chain(y.iter()).chain([weights.unwrap_or_default()]) {
            numbers.iter().for_each(|number| crc.update(&number.to_le_bytes()));
        }
    }
    crc.value()
}
