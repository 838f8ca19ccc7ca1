//! Everything about a finished run that a report needs: measured once, stored in the run folder, described in words
//! later.
//!
//! It contains numbers and names, no sentences, so that it can be shown in any language, long after the data is gone.
//! Its content depends on the training alone: no time, no path except the file's name, no number of threads.

use super::consistent::misfit;
use super::evaluation::Evaluation;
use serde::{Deserialize, Serialize};
use std::path::Path;
use treino_core::error::{Error, Result};
use treino_core::files::check_seal;
use treino_nn::train::PENALTY;

/// The version of `record.json` that is written, and the newest that can be read. From 2 on there is a checksum.
pub const RECORD_VERSION: u32 = 2;

/// The first version with a checksum.
const FIRST_SEALED: u32 = 2;

/// Everything about a finished run that a report needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// [`RECORD_VERSION`].
    pub format_version: u32,
    /// The program that trained, such as `treino 0.1.0`.
    pub program: String,
    /// The setup of the training.
    pub setting: TrainingSetup,
    /// The table.
    pub data: DataSummary,
    /// The epochs.
    pub course: RecordedHistory,
    /// Statistics inside the network, epoch by epoch.
    pub inside: treino_nn::events::LayerStatistics,
    /// The predictions of each target; empty if the training diverged and left no model.
    pub targets: Vec<TargetRecord>,
}

/// The setup of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingSetup {
    /// The resolved spec, as TOML, with paths reduced to file names.
    pub spec: String,
    /// The layers, each on one line: name, class, shape of its rows, parameters.
    pub layers: Vec<LayerLine>,
    /// Parameters of the network.
    pub parameters: usize,
    /// The optimizer, as `treino train` prints it.
    pub optimizer: String,
    /// The losses, the same way.
    pub loss: String,
    /// The name of each output's loss in the catalogue.
    pub losses: Vec<String>,
    /// The initial learning rate; `None` if a schedule or the optimizer determines it.
    pub learning_rate: Option<f64>,
    /// Rows of a batch.
    pub batch_size: usize,
    /// Steps of an epoch.
    pub steps: usize,
    /// Epochs at most.
    pub epochs: usize,
    /// The training's seed.
    pub seed: u64,
    /// The seed of the split.
    pub split_seed: u64,
    /// The number of trainings with different seeds.
    pub repeats: usize,
    /// Whether the training uses class weights.
    pub is_class_weighted: bool,
}

impl TrainingSetup {
    /// Whether the last rows of the file were held out, not random ones.
    pub fn is_split_last(&self) -> bool {
        self.spec.lines().any(|line| line.trim() == "split = \"last\"")
    }
}

/// A layer on one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerLine {
    /// Its name, such as `dense_1`.
    pub name: String,
    /// Its class, such as `Dense`.
    pub class: String,
    /// The shape of a row of its output.
    pub outputs: String,
    /// Its parameters.
    pub parameters: usize,
}

/// The table of the training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataSummary {
    /// The file's name, without its folder.
    pub source: String,
    /// The number of its rows.
    pub rows: usize,
    /// Columns, the targets included.
    pub columns: usize,
    /// Rows of the parts: training, validation, test.
    pub parts: [Option<usize>; 3],
    /// Rows without a target.
    pub set_aside: usize,
    /// Columns that are used.
    pub inputs: Vec<ColumnSummary>,
    /// Columns that are not used, and why.
    pub left_out: Vec<LeftOutSummary>,
    /// What was decided automatically, in English.
    pub notes: Vec<String>,
    /// 128 bits of SipHash-1-3 over inputs, targets and weights of all parts as the training uses them, in hexadecimal.
    pub hash: String,
}

/// A column that is not used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeftOutSummary {
    /// Its name.
    pub name: String,
    /// Why, in English.
    pub reason: String,
    /// The kind of reason.
    pub why: treino_tables::LeftOutReason,
}

/// A column that is used, over the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnSummary {
    /// Its name.
    pub name: String,
    /// `number`, `integer`, `boolean`, `category`, `date` or `text`.
    pub kind: String,
    /// The number of its inputs.
    pub features: usize,
    /// The share of rows where it is missing; `None` if the inputs do not show it.
    pub missing: Option<f64>,
    /// The number of distinct values, if it can be determined.
    pub distinct: Option<usize>,
    /// Smallest, mean, standard deviation and largest of a number, in its own unit, with cells clipped at the limit of
    /// its scale; `None` for other columns.
    pub numbers: Option<[f64; 4]>,
    /// The most frequent value and its share; `None` for numbers that vary.
    pub most_frequent: Option<(String, f64)>,
    /// Mean and standard deviation of its first input in the network's scale.
    pub scaled: [f64; 2],
    /// How well this column alone predicts the first target on the training rows: the AUC of a number for two classes
    /// (or its complement, whichever is larger), R2 of a straight line for a number, the accuracy of the most frequent
    /// class for each level of a category; `None` if that is undefined.
    pub alone: Option<f64>,
    /// How well the missing-value indicator predicts the first target on the training rows: the largest share of a
    /// class among the rows where the cell is missing or among the others, R2 of the two means for a number; `None`
    /// with too few rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_alone: Option<f64>,
}

/// The epochs of the training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedHistory {
    /// Names of the metrics.
    pub names: Vec<String>,
    /// Whether larger is better for each, if known.
    pub more_is_better: Vec<Option<bool>>,
    /// One row per epoch, one number per name; `None` if an epoch lacks it or it is not finite.
    pub epochs: Vec<Vec<Option<f64>>>,
    /// The learning rate after each epoch.
    #[serde(with = "treino_core::nullable")]
    pub learning_rates: Vec<f64>,
    /// The best epoch, from 0.
    pub best_epoch: Option<usize>,
    /// The epoch, from 0, of the model's weights.
    pub kept_epoch: Option<usize>,
    /// How it ended.
    pub ending: RecordedEnding,
    /// The settings of each early stopping callback.
    pub stopping: Vec<Stopping>,
}

impl RecordedHistory {
    /// The values of one name, epoch by epoch; NaN if an epoch lacks it.
    pub fn series(&self, name: &str) -> Option<Vec<f64>> {
        let at = self.names.iter().position(|n| n == name)?;
        Some(self.epochs.iter().map(|epoch| epoch[at].unwrap_or(f64::NAN)).collect())
    }

    /// `loss` or `val_loss` without the penalties that Keras includes in it.
    pub fn task_loss(&self, name: &str) -> Option<Vec<f64>> {
        let mut losses = self.series(name)?;
        let penalties = self.series(&name.replace("loss", PENALTY)).unwrap_or_default();
        for (loss, penalty) in losses.iter_mut().zip(penalties) {
            let rest = *loss - penalty;
            // Avoids a rounding error of the subtraction if the loss is 0.
            *loss = if rest.abs() < 1e-12 * penalty.abs() { 0.0 } else { rest };
        }
        Some(losses)
    }
}

/// How a training ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum RecordedEnding {
    /// All epochs were done.
    Finished,
    /// A callback stopped it after this epoch, from 0.
    Stopped {
        /// From 0.
        epoch: usize,
    },
    /// It was interrupted.
    Interrupted,
    /// It diverged.
    Diverged {
        /// Epoch, from 0.
        epoch: usize,
        /// Step in the epoch, from 0.
        step: usize,
        /// The position of the first number that is not finite, in English.
        place: String,
        /// The learning rate of that step.
        #[serde(with = "treino_core::nullable")]
        learning_rate: f64,
        /// Whether the cause is in the expression of a loss.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        in_expression: bool,
        /// The number of earlier steps in the whole training.
        #[serde(default)]
        steps_before: u64,
        /// The losses of the last steps with a finite one.
        #[serde(default, with = "treino_core::nullable")]
        losses: Vec<f64>,
    },
}

/// An early stopping: Keras's parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stopping {
    /// The monitored metric.
    pub monitor: String,
    /// The minimum improvement of an epoch.
    pub min_delta: f64,
    /// Epochs without improvement.
    pub patience: usize,
    /// Whether larger is better.
    pub more_is_better: bool,
    /// A number that an epoch must beat.
    pub baseline: Option<f64>,
    /// Whether the best weights are restored.
    pub restore_best_weights: bool,
    /// Number of epochs at the start that are not monitored.
    pub start_from_epoch: usize,
}

impl Stopping {
    /// One that waits `patience` epochs for any improvement, and restores the best weights.
    pub fn after(patience: usize, monitor: &str, more_is_better: bool) -> Self {
        Stopping {
            monitor: monitor.to_string(),
            min_delta: 0.0,
            patience,
            more_is_better,
            baseline: None,
            restore_best_weights: true,
            start_from_epoch: 0,
        }
    }
}

/// The predictions of a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetRecord {
    /// Its name.
    pub name: String,
    /// `binary`, `multiclass` or `regression`.
    pub task: String,
    /// The classes in their order.
    pub classes: Vec<String>,
    /// The divisor of a number in the loss's scale; 1 for classes.
    pub unit: f64,
    /// Evaluations of the existing parts: `train`, `validation`, `test`.
    pub parts: Vec<(String, Evaluation)>,
    /// Whether classes are predicted by scores that are not probabilities.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_scores: bool,
    /// Curves, on the part that is most representative of new rows: the last of `parts`.
    pub curves: PredictionCurves,
    /// The rows of that part with the largest errors, worst first.
    pub wrong: Vec<NotableRow>,
    /// The rows of that part with the most uncertain predictions; empty for numbers.
    pub undecided: Vec<NotableRow>,
    /// The importance of the columns, the most important first.
    pub importance: Vec<ColumnImportance>,
    /// The dependence of the prediction on the most important columns.
    pub dependence: Vec<Dependence>,
    /// With several seeds, the headline numbers of each complete one: name, then one value per seed.
    #[serde(with = "treino_core::nullable")]
    pub seeds: Vec<(String, Vec<f64>)>,
}

/// Curves of predictions on unseen rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum PredictionCurves {
    /// Of classes: one entry per class; of two classes only the positive one.
    Classes {
        /// Each against the rest.
        classes: Vec<ClassCurves>,
    },
    /// Of numbers.
    Numbers(NumberCurves),
}

/// A class against the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassCurves {
    /// The class.
    pub name: String,
    /// The number of rows of the class, and of the others.
    pub rows: [usize; 2],
    /// The exact area under the ROC curve.
    #[serde(with = "treino_core::nullable")]
    pub auc: f64,
    /// Its 95 % interval after DeLong, on the logit scale; `None` with weights, or if the area is 0 or 1.
    pub auc_interval: Option<[f64; 2]>,
    /// Points of the ROC curve, simplified to a few hundred: false positive rate, true positive rate.
    pub roc: Vec<[f64; 2]>,
    /// Points of the precision-recall curve, simplified: recall, precision.
    #[serde(with = "treino_core::nullable")]
    pub precision_recall: Vec<[f64; 2]>,
    /// Average precision: the sum of precision times the step in recall.
    #[serde(with = "treino_core::nullable")]
    pub average_precision: f64,
    /// The share of the class, which is the precision of random predictions.
    #[serde(with = "treino_core::nullable")]
    pub share: f64,
    /// Ten bins of equal width over the predicted probability, without empty bins; empty for scores.
    pub calibration: Vec<CalibrationBin>,
    /// The mean of (p - y)^2; NaN for scores.
    #[serde(with = "treino_core::nullable")]
    pub brier: f64,
    /// The counts at each threshold from 0.05 to 0.95; empty for scores.
    pub thresholds: Vec<ThresholdRow>,
}

/// Rows with similar predicted probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Mean predicted probability.
    #[serde(with = "treino_core::nullable")]
    pub predicted: f64,
    /// Share that is of the class.
    pub observed: f64,
    /// 95 % interval of that share (Wilson).
    pub interval: [f64; 2],
    /// Rows.
    pub rows: usize,
}

/// Counts if rows at or above a threshold are predicted as positive.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ThresholdRow {
    /// The threshold.
    pub threshold: f64,
    /// Sums of weights: true positives, false positives, true negatives, false negatives.
    pub counts: [f64; 4],
}

/// Curves of predicted numbers, in their own units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberCurves {
    /// True and predicted number of rows, at most 1,000, evenly spaced.
    #[serde(with = "treino_core::nullable")]
    pub points: Vec<[f64; 2]>,
    /// Histogram of y - p: edges, one more than counts.
    pub edges: Vec<f64>,
    /// Rows in each bin.
    pub counts: Vec<usize>,
    /// Quantiles of |y - p|: 0.5, 0.9, 0.95, 1.
    #[serde(with = "treino_core::nullable")]
    pub error_quantiles: [f64; 4],
    /// Ten groups of equal size by predicted number: mean predicted, mean true.
    #[serde(with = "treino_core::nullable")]
    pub groups: Vec<[f64; 2]>,
}

/// A notable row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotableRow {
    /// Its number in the file, from 1, the header not counted.
    pub row: usize,
    /// The true class or number.
    pub truth: String,
    /// The predicted class or number.
    pub said: String,
    /// The probability or score of the predicted class (for numbers: true minus predicted).
    #[serde(with = "treino_core::nullable")]
    pub score: f64,
    /// The columns with their cells.
    pub inputs: Vec<(String, String)>,
}

/// The permutation importance of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnImportance {
    /// The column.
    pub column: String,
    /// The increase of the loss (log-loss, or mean squared error) when its cells are shuffled, or of the share of wrong
    /// rows if scores predict classes: mean over the repeats.
    #[serde(with = "treino_core::nullable")]
    pub mean: f64,
    /// Standard deviation over the repeats.
    #[serde(with = "treino_core::nullable")]
    pub sd: f64,
}

/// The mean prediction as a function of a column: partial dependence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    /// The column.
    pub column: String,
    /// The values that it was set to, as text for people and files.
    pub labels: Vec<String>,
    /// The same as numbers; empty for a category.
    pub values: Vec<f64>,
    /// For each class (of two classes only the positive one), or for the number: the mean prediction at each value.
    #[serde(with = "treino_core::nullable")]
    pub predictions: Vec<Vec<f64>>,
}

impl Record {
    /// Reads `record.json` of a run folder.
    ///
    /// # Errors
    /// Returns an error for a missing or damaged file, for a newer format, or for lists whose lengths do not match.
    pub fn open(run: &Path) -> Result<Record> {
        let path = run.join("record.json");
        if run.is_dir() && !path.is_file() {
            let error = Error::input("this folder holds no record of a run").in_file(run);
            return Err(
                error.help("`treino train` leaves one beside the model; `treino train FOLDER/spec.toml` trains again")
            );
        }
        let text = std::fs::read_to_string(&path).map_err(|e| Error::io("read", &path, &e))?;
        Record::from_json(&text).map_err(|e| e.in_file(path))
    }

    /// Reads the text of a `record.json`.
    ///
    /// # Errors
    /// Returns an error for a damaged text, for a newer format, or for lists whose lengths do not match.
    pub fn from_json(text: &str) -> Result<Record> {
        let version = serde_json::from_str::<Version>(text).map(|v| v.format_version);
        if let Ok(newer @ RECORD_VERSION..) = version
            && newer > RECORD_VERSION
        {
            let e = format!("the record has format {newer}, and this program reads up to {RECORD_VERSION}");
            return Err(Error::input(e).help("use a newer Treino"));
        }
        let damaged = |why: String| Error::input(format!("the record is damaged: {why}"));
        let record: Record = serde_json::from_str(text).map_err(|e| damaged(e.to_string()))?;
        check_seal(text.as_bytes(), record.format_version >= FIRST_SEALED)?;
        misfit(&record).map_err(damaged)?;
        Ok(record)
    }
}

#[derive(Deserialize)]
struct Version {
    format_version: u32,
}
