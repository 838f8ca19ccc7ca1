//! The model on disk while it is trained.

use super::monitor::{Mode, Monitor};
use super::path_pattern::PathPattern;
use super::{ActiveCallback, Control, Frequency, StartCallback, TrainingInfo, foreign_state};
use crate::events::Event;
use crate::events::{CallbackState, Logs};
use std::path::Path;
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};
use treino_core::files::{check_folder, write_atomically};

component! {
    /// Saves the model after each epoch, or after every so many batches.
    ///
    /// `filepath` may hold numbers of the training in Python's notation: `{epoch:02d}` and `{batch}` count from 1,
    /// `{val_loss:.2f}` is any number of the logs. With `save_best_only` only what improves is saved, as early stopping
    /// counts it. The file is written beside its place and renamed.
    ///
    /// Keras differences: files are `.safetensors`, with all that is needed to predict on raw rows, or with
    /// `save_weights_only` the weights alone; `.keras` and `.h5` are not written. An epoch without the monitored number,
    /// or without one that `filepath` names, is not saved. After batches there is no number of a validation, so such a
    /// one is refused there.
    pub struct ModelCheckpoint = "model_checkpoint" {
        /// The file; must end in .safetensors.
        filepath: String = String::new(), Kind::Text;
        /// Name in the history to watch, with `save_best_only`.
        monitor: String = "val_loss".to_string(), Kind::Text;
        /// Whether to save only what is better than the best so far.
        save_best_only: bool = false, Kind::Bool;
        /// Whether to save the weights alone.
        save_weights_only: bool = false, Kind::Bool;
        /// Whether less ("min") or more ("max") is better; "auto" asks the metric.
        mode: Mode = Mode::Auto, Mode::KIND;
        /// When to save: "epoch", or after every so many batches.
        save_freq: Frequency = Frequency::Epoch, Frequency::KIND;
        /// A number that must be beaten to count as the best.
        initial_value_threshold: Option<f64> = None, Kind::NUMBER;
    }
}

impl ModelCheckpoint {
    /// Saves to this file after each epoch.
    pub fn new(filepath: impl Into<String>) -> Self {
        ModelCheckpoint { filepath: filepath.into(), ..ModelCheckpoint::default() }
    }

    fn pattern(&self, outlook: &TrainingInfo<'_>) -> Result<PathPattern> {
        let (name, path) = ("model_checkpoint.filepath", &self.filepath);
        let Some(stem) = path.strip_suffix(".safetensors") else {
            let e = Error::input(format!("{name} is \"{path}\", but must end in .safetensors"));
            let stem = [".weights.h5", ".keras", ".h5"].into_iter().find_map(|end| path.strip_suffix(end));
            return Err(match stem {
                Some(stem) => e.help(format!("write \"{stem}.safetensors\"")),
                None => e,
            });
        };
        if stem.is_empty() || stem.ends_with('/') {
            return Err(Error::input(format!("{name} is \"{path}\", which has no name before .safetensors")));
        }
        let in_epoch = self.save_freq != Frequency::Epoch;
        let names: Vec<String> =
            outlook.names.iter().filter(|name| !in_epoch || is_in_batches(name)).cloned().collect();
        PathPattern::parse(name, path, if in_epoch { &["epoch", "batch"] } else { &["epoch"] }, &names)
    }
}

/// Whether the logs of a batch can have a number of that name.
fn is_in_batches(name: &str) -> bool {
    !name.starts_with("val_") && name != super::learning_rate::NAME
}

impl StartCallback for ModelCheckpoint {
    fn monitors(&self) -> Option<&str> {
        self.save_best_only.then_some(&self.monitor)
    }

    fn writes_files(&self) -> bool {
        true
    }

    fn start(&self, outlook: &TrainingInfo<'_>) -> Result<Box<dyn ActiveCallback>> {
        if !self.save_weights_only && !outlook.has_model_file {
            let e = Error::input("model_checkpoint has no file of the whole model to save in this training");
            return Err(e.help("set save_weights_only"));
        }
        let pattern = self.pattern(outlook)?;
        let monitor = match self.save_best_only {
            false => None,
            true if self.save_freq != Frequency::Epoch && !is_in_batches(&self.monitor) => {
                let e = format!("model_checkpoint monitors \"{}\", which is not known after batches", self.monitor);
                return Err(Error::input(e).help("say save_freq = \"epoch\", or monitor a number such as \"loss\""));
            }
            true => {
                let mut monitor = Monitor::new("model_checkpoint", &self.monitor, self.mode, 0.0, outlook)?;
                monitor.best = self.initial_value_threshold;
                Some(monitor)
            }
        };
        let fixed = Path::new(pattern.beginning());
        let is_folder = pattern.beginning().ends_with('/');
        let folder = if is_folder { fixed } else { fixed.parent().unwrap_or(Path::new("")) };
        check_folder(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?;
        if Path::new(&self.filepath).is_dir() {
            return Err(Error::io("write", Path::new(&self.filepath), &std::io::ErrorKind::IsADirectory.into()));
        }
        Ok(Box::new(ActiveCheckpoint { settings: self.clone(), pattern, monitor, seen: 0 }))
    }
}

struct ActiveCheckpoint {
    settings: ModelCheckpoint,
    pattern: PathPattern,
    monitor: Option<Monitor>,
    /// Batches since the last one that was saved.
    seen: usize,
}

impl ActiveCheckpoint {
    fn save(&mut self, epoch: usize, batch: Option<usize>, logs: &Logs, training: &mut dyn Control) -> Result<()> {
        let Some(path) = self.pattern.fill(epoch + 1, batch, logs) else { return Ok(()) };
        if let Some(monitor) = &mut self.monitor
            && !logs.get(&monitor.name).is_some_and(|value| monitor.improves(value))
        {
            return Ok(());
        }
        let bytes = training.model_bytes(self.settings.save_weights_only)?;
        let file = Path::new(&path);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, &e))?;
        }
        write_atomically(file, &bytes)?;
        training.tell(&Event::Saved { epoch, path });
        Ok(())
    }
}

impl ActiveCallback for ActiveCheckpoint {
    fn watches_batches(&self) -> bool {
        self.settings.save_freq != Frequency::Epoch
    }

    fn batch_end(&mut self, epoch: usize, step: usize, logs: &Logs, training: &mut dyn Control) -> Result<()> {
        if self.settings.save_freq.is_due(1, &mut self.seen) {
            self.save(epoch, Some(step), logs, training)
        } else {
            Ok(())
        }
    }

    fn epoch_end(&mut self, epoch: usize, logs: &mut Logs, training: &mut dyn Control) -> Result<()> {
        if self.settings.save_freq == Frequency::Epoch { self.save(epoch, None, logs, training) } else { Ok(()) }
    }

    fn state(&self) -> CallbackState {
        let [is_there, best] = self.monitor.as_ref().map_or([0.0; 2], Monitor::state);
        CallbackState { numbers: vec![self.seen as f64, is_there, best], weights: None }
    }

    fn resume(&mut self, state: &CallbackState) -> Result<()> {
        let [seen, is_there, best] = state.numbers[..] else { return Err(foreign_state()) };
        self.seen = seen as usize;
        if let Some(monitor) = &mut self.monitor {
            monitor.resume([is_there, best]);
        }
        Ok(())
    }
}
