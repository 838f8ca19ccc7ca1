//! Curves for TensorBoard.

use super::event_file::{EventFile, Histogram, Summary};
use super::{ActiveCallback, Control, Frequency, StartCallback, TrainingInfo, learning_rate};
use crate::events::Logs;
use std::path::{Path, PathBuf};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};
use treino_core::files::check_folder;

component! {
    /// Writes the numbers of the training where TensorBoard shows them.
    ///
    /// The folder `train` gets `epoch_loss`, `epoch_<metric>` and `epoch_learning_rate`, the folder `validation` the same of
    /// the validation, and `evaluation_<metric>_vs_iterations`; epochs count from 0. With `update_freq` in batches `train`
    /// also gets `batch_loss` and `batch_<metric>`, the means of the epoch so far. Show them with
    /// `tensorboard --logdir logs`. TensorBoard reads single precision.
    ///
    /// Keras differences: it writes no graph, images, profile, embeddings or steps a second. Weights have the names
    /// `layer/variable/histogram`.
    pub struct TensorBoard = "tensorboard" ["tensor_board"] {
        /// The folder.
        log_dir: String = "logs".to_string(), Kind::Text;
        /// Write histograms of all weights after every so many epochs; 0 for never.
        histogram_freq: usize = 0, Kind::INDEX;
        /// When to write the training's numbers beside each epoch's: "epoch", "batch", or after every so many batches.
        update_freq: Frequency = Frequency::Epoch, Frequency::KIND_WITH_BATCH;
    }
}

impl StartCallback for TensorBoard {
    fn writes_files(&self) -> bool {
        true
    }

    fn start(&self, outlook: &TrainingInfo<'_>) -> Result<Box<dyn ActiveCallback>> {
        if self.log_dir.is_empty() {
            return Err(Error::input("tensorboard needs a log_dir"));
        }
        check_folder(Path::new(&self.log_dir))?;
        Ok(Box::new(ActiveTensorBoard { settings: self.clone(), steps: outlook.steps, files: [None, None] }))
    }
}

struct ActiveTensorBoard {
    settings: TensorBoard,
    /// Batches in an epoch.
    steps: usize,
    /// Of training and validation; made when there is something to write.
    files: [Option<EventFile>; 2],
}

impl ActiveTensorBoard {
    fn add(&mut self, which: usize, step: usize, values: &[(String, Summary)]) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        let file = &mut self.files[which];
        let file = match file {
            Some(file) => file,
            None => {
                let folder: PathBuf = Path::new(&self.settings.log_dir).join(["train", "validation"][which]);
                file.insert(EventFile::create(&folder)?)
            }
        };
        file.add(step as u64, values)
    }
}

impl ActiveCallback for ActiveTensorBoard {
    fn watches_batches(&self) -> bool {
        self.settings.update_freq != Frequency::Epoch
    }

    fn batch_end(&mut self, epoch: usize, step: usize, logs: &Logs, _training: &mut dyn Control) -> Result<()> {
        let batch = epoch * self.steps + step;
        match self.settings.update_freq {
            Frequency::Batches(every) if batch.is_multiple_of(every) => {
                let values: Vec<_> =
                    logs.0.iter().map(|(name, x)| (format!("batch_{name}"), Summary::Scalar(*x))).collect();
                self.add(0, batch, &values)
            }
            _ => Ok(()),
        }
    }

    fn epoch_end(&mut self, epoch: usize, logs: &mut Logs, training: &mut dyn Control) -> Result<()> {
        let (mut train, mut validation, mut evaluation) = (Vec::new(), Vec::new(), Vec::new());
        let mut logs = logs.clone();
        logs.set(learning_rate::NAME, training.learning_rate());
        for (name, x) in &logs.0 {
            match name.strip_prefix("val_") {
                None => train.push((format!("epoch_{name}"), Summary::Scalar(*x))),
                Some(name) => {
                    validation.push((format!("epoch_{name}"), Summary::Scalar(*x)));
                    evaluation.push((format!("evaluation_{name}_vs_iterations"), Summary::Scalar(*x)));
                }
            }
        }
        self.add(0, epoch, &train)?;
        self.add(1, (epoch + 1) * self.steps, &evaluation)?;
        self.add(1, epoch, &validation)?;
        if self.settings.histogram_freq > 0 && epoch.is_multiple_of(self.settings.histogram_freq) {
            let network = training.network();
            let weights = network.named_weights().filter(|(_, _, numbers)| !numbers.is_empty());
            let histogram = |(name, _, numbers): (&str, &[usize], &[f32])| {
                (format!("{name}/histogram"), Summary::Histogram(Histogram::of(numbers)))
            };
            let histograms: Vec<_> = weights.map(histogram).collect();
            self.add(0, epoch, &histograms)?;
        }
        Ok(())
    }
}
