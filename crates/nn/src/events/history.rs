//! The results of a training other than its weights.

use super::divergence::Divergence;
use super::layer_statistics::LayerStatistics;
use super::logs::Logs;

/// The metrics of every epoch, and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// One entry per epoch. Epochs without validation lack the names that start with `val_`.
    pub epochs: Vec<Logs>,
    /// The learning rate after each epoch and its callbacks: that of the next step. NaN if the optimizer has none.
    pub learning_rates: Vec<f64>,
    /// Statistics inside the network.
    pub inside: LayerStatistics,
    /// The best epoch, from 0: by validation loss, or by training loss without validation.
    pub best_epoch: Option<usize>,
    /// The epoch, from 0, of the network's weights.
    pub kept_epoch: Option<usize>,
    /// How it ended.
    pub ending: Ending,
}

/// How a training ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// All epochs were done.
    Finished,
    /// A callback stopped it.
    Stopped {
        /// After which epoch, from 0.
        epoch: usize,
        /// Why.
        why: String,
    },
    /// It was interrupted; the best weights so far were kept.
    Interrupted,
    /// It diverged; the best weights so far were kept, or the initial ones.
    Diverged(Divergence),
}

impl History {
    /// Every name in the history, in the order of first appearance.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.epochs.iter().flat_map(|logs| &logs.0) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// The values of one name; NaN for epochs that lack it.
    pub fn series(&self, name: &str) -> Vec<f64> {
        self.epochs.iter().map(|logs| logs.get(name).unwrap_or(f64::NAN)).collect()
    }

    /// The history as CSV: a column `epoch` from 1 and one for each name; missing values are empty.
    pub fn csv(&self) -> String {
        let names = self.names();
        let mut text = String::from("epoch");
        for name in &names {
            text.push(',');
            text.push_str(name);
        }
        text.push('\n');
        for (epoch, logs) in self.epochs.iter().enumerate() {
            text.push_str(&(epoch + 1).to_string());
            for name in &names {
                text.push(',');
                if let Some(value) = logs.get(name) {
                    text.push_str(&value.to_string());
                }
            }
            text.push('\n');
        }
        text
    }
}
