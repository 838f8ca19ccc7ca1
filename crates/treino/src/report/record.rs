//! Everything about a finished run that a report needs: measured once, kept in the run folder, put into words later.
//!
//! It holds numbers and names, no sentences, so that it can be shown in any language, long after the data is gone. What stands
//! in it depends on the training alone: no time, no path but the file's name, no number of threads.

use super::consistent::misfit;
use super::evaluation::Evaluation;
use serde::{Deserialize, Serialize};
use std::path::Path;
use treino_core::error::{Error, Result};
use treino_core::files::check_seal;
use treino_nn::train::PENALTY;

/// The version of `record.json` that is written, and the newest that is read. From 2 on there is a checksum.
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
    /// What was trained, and how.
    pub setting: TrainingSetup,
    /// The table.
    pub data: DataSummary,
    /// The epochs.
    pub course: RecordedHistory,
    /// Statistics inside the network, epoch by epoch.
    pub inside: treino_nn::events::LayerStatistics,
    /// How each target is predicted; empty where the training diverged and left no model.
    pub targets: Vec<TargetRecord>,
}

/// What was trained, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingSetup {
    /// The resolved spec, as TOML, its paths cut to file names.
    pub spec: String,
    /// The layers, each as one line: name, what it is, shape of its rows, parameters.
    pub layers: Vec<LayerLine>,
    /// Parameters of the network.
    pub parameters: usize,
    /// The optimizer, as the head of `treino train` says it.
    pub optimizer: String,
    /// The losses, the same way.
    pub loss: String,
    /// The name of each output's loss in the catalogue.
    pub losses: Vec<String>,
    /// The learning rate at the beginning; `None` where a schedule or the optimizer decides it.
    pub learning_rate: Option<f64>,
    /// Rows of a batch, and steps of an epoch.
    pub batch_size: usize,
    /// Steps of an epoch.
    pub steps: usize,
    /// Epochs at most.
    pub epochs: usize,
    /// The training's seed.
    pub seed: u64,
    /// The seed of the split.
    pub split_seed: u64,
    /// Trainings with seeds of their own.
    pub repeats: usize,
    /// Whether rows of the classes weigh differently.
    pub is_class_weighted: bool,
}

impl TrainingSetup {
    /// Whether the last rows of the file were kept back, not random ones.
    pub fn is_split_last(&self) -> bool {
        self.spec.lines().any(|line| line.trim() == "split = \"last\"")
    }
}

/// A layer in a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerLine {
    /// Its name, such as `dense_1`.
    pub name: String,
    /// Its class, such as `Dense`.
    pub class: String,
    /// The shape of a row that comes out.
    pub outputs: String,
    /// Its parameters.
    pub parameters: usize,
}

/// The table that was learnt from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataSummary {
    /// The file's name, without its folder.
    pub source: String,
    /// Its rows and columns.
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
    /// What was decided without being asked, in English.
    pub notes: Vec<String>,
    /// 128 bits of SipHash-1-3 over inputs, targets and weights of all parts as they were learnt from, in hexadecimal.
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
    /// Features that it became.
    pub features: usize,
    /// The share of rows where it is missing; `None` where the features no longer show it.
    pub missing: Option<f64>,
    /// Different values, as far as they can be told.
    pub distinct: Option<usize>,
    /// Smallest, mean, standard deviation and largest of a number, in its own unit, cells beyond the limit of its scale cut to it; `None`
    /// for other columns.
    pub numbers: Option<[f64; 4]>,
    /// The most frequent value and its share; `None` for numbers that vary.
    pub most_frequent: Option<(String, f64)>,
    /// Mean and standard deviation of its first feature as the network sees it.
    pub scaled: [f64; 2],
    /// How well this column alone tells the first target on the training rows: the AUC of a number against two classes (or its
    /// complement, whichever is larger), R2 of a straight line for a number, the accuracy of the best class for each level of a
    /// category; `None` where that is not defined.
    pub alone: Option<f64>,
    /// How well it tells the first target on the training rows whether the cell is missing: the largest share of a class among
    /// the rows where it is missing or among the others, R2 of the two means for a number; `None` where so few rows say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_alone: Option<f64>,
}

/// The epochs of the training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedHistory {
    /// Names of the numbers.
    pub names: Vec<String>,
    /// Whether more of each is better, where that is known.
    pub more_is_better: Vec<Option<bool>>,
    /// One row an epoch, one number a name; `None` where an epoch lacks it or it is not finite.
    pub epochs: Vec<Vec<Option<f64>>>,
    /// The learning rate after each epoch.
    #[serde(with = "treino_core::nullable")]
    pub learning_rates: Vec<f64>,
    /// The best epoch, from 0.
    pub best_epoch: Option<usize>,
    /// The epoch, from 0, whose weights the model has.
    pub kept_epoch: Option<usize>,
    /// How it ended.
    pub ending: RecordedEnding,
    /// Settings of each early stopping that watched.
    pub stopping: Vec<Stopping>,
}

impl RecordedHistory {
    /// One name's numbers, epoch by epoch; NaN where an epoch lacks it.
    pub fn series(&self, name: &str) -> Option<Vec<f64>> {
        let at = self.names.iter().position(|n| n == name)?;
        Some(self.epochs.iter().map(|epoch| epoch[at].unwrap_or(f64::NAN)).collect())
    }

    /// `loss` or `val_loss` without the penalties that Keras counts into it.
    pub fn task_loss(&self, name: &str) -> Option<Vec<f64>> {
        let mut losses = self.series(name)?;
        let penalties = self.series(&name.replace("loss", PENALTY)).unwrap_or_default();
        for (loss, penalty) in losses.iter_mut().zip(penalties) {
            let rest = *loss - penalty;
            // A loss of 0 is not what the subtraction rounds to.
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
    /// It left the finite numbers.
    Diverged {
        /// Epoch, from 0.
        epoch: usize,
        /// Step in the epoch, from 0.
        step: usize,
        /// Where the first number that is not finite stood, in English.
        place: String,
        /// The learning rate of that step.
        #[serde(with = "treino_core::nullable")]
        learning_rate: f64,
        /// Whether the cause is in the expression of a loss.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        in_expression: bool,
        /// Steps made before in the whole training.
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
    /// Name in the history to watch.
    pub monitor: String,
    /// By how much an epoch must be better.
    pub min_delta: f64,
    /// Epochs without improvement.
    pub patience: usize,
    /// Whether more is better.
    pub more_is_better: bool,
    /// A number that an epoch must beat.
    pub baseline: Option<f64>,
    /// Whether the best weights are put back.
    pub restore_best_weights: bool,
    /// Epochs before which nothing is watched.
    pub start_from_epoch: usize,
}

impl Stopping {
    /// One that waits so many epochs for any improvement, and puts the best weights back.
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

/// How a target is predicted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetRecord {
    /// Its name.
    pub name: String,
    /// `binary`, `multiclass` or `regression`.
    pub task: String,
    /// The classes in their order.
    pub classes: Vec<String>,
    /// What a number is divided by before the loss sees it; 1 for classes.
    pub unit: f64,
    /// Evaluations of the parts that there are: `train`, `validation`, `test`.
    pub parts: Vec<(String, Evaluation)>,
    /// Whether classes are predicted by scores that are no probabilities.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_scores: bool,
    /// Curves, on the part that says most about new rows: the last of `parts`.
    pub curves: PredictionCurves,
    /// The rows of that part that the network got badly wrong, worst first.
    pub wrong: Vec<NotableRow>,
    /// The rows of that part that it was undecided about; none for numbers.
    pub undecided: Vec<NotableRow>,
    /// Which columns matter, most first.
    pub importance: Vec<ColumnImportance>,
    /// What the prediction does along the columns that matter most.
    pub dependence: Vec<Dependence>,
    /// With several seeds, the headline numbers of each complete one: name, then one value a seed.
    #[serde(with = "treino_core::nullable")]
    pub seeds: Vec<(String, Vec<f64>)>,
}

/// Curves of predictions on unseen rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum PredictionCurves {
    /// Of classes: one entry a class; of two classes the positive one alone.
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
    /// Rows of the class, and others.
    pub rows: [usize; 2],
    /// The exact area under the ROC curve.
    #[serde(with = "treino_core::nullable")]
    pub auc: f64,
    /// Its 95 % interval after DeLong, on the logit scale; `None` with weights, or where the area is 0 or 1.
    pub auc_interval: Option<[f64; 2]>,
    /// Points of the ROC curve, simplify_curve to a few hundred: false positive rate, true positive rate.
    pub roc: Vec<[f64; 2]>,
    /// Points of the precision-recall curve, simplify_curve: recall, precision.
    #[serde(with = "treino_core::nullable")]
    pub precision_recall: Vec<[f64; 2]>,
    /// Average precision: the sum of precision times the step in recall.
    #[serde(with = "treino_core::nullable")]
    pub average_precision: f64,
    /// The share of the class, which is what a classifier that guesses has as precision.
    #[serde(with = "treino_core::nullable")]
    pub share: f64,
    /// Ten bins of equal width over the predicted probability, those without rows left out; none of scores.
    pub calibration: Vec<CalibrationBin>,
    /// The mean of (p - y)^2; NaN for scores.
    #[serde(with = "treino_core::nullable")]
    pub brier: f64,
    /// What each threshold from 0.05 to 0.95 gives; none for scores.
    pub thresholds: Vec<ThresholdRow>,
}

/// Rows whose predicted probability is alike.
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

/// Rows at or above a threshold are called positive.
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
    /// True and predicted number of rows, at most 1,000, evenly chosen.
    #[serde(with = "treino_core::nullable")]
    pub points: Vec<[f64; 2]>,
    /// Histogram of y - p: edges, one more than counts.
    pub edges: Vec<f64>,
    /// Rows in each bin.
    pub counts: Vec<usize>,
    /// Quantiles of |y - p|: 0.5, 0.9, 0.95, 1.
    #[serde(with = "treino_core::nullable")]
    pub error_quantiles: [f64; 4],
    /// Ten groups of equally many rows by predicted number: mean predicted, mean true.
    #[serde(with = "treino_core::nullable")]
    pub groups: Vec<[f64; 2]>,
}

/// A row worth a look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotableRow {
    /// Its number in the file, from 1, the header not counted.
    pub row: usize,
    /// What it is: a class, or a number.
    pub truth: String,
    /// What the network said.
    pub said: String,
    /// The probability or score of the class it said (for numbers: truth minus what was said).
    #[serde(with = "treino_core::nullable")]
    pub score: f64,
    /// Columns and what stands there.
    pub inputs: Vec<(String, String)>,
}

/// What shuffling a column costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnImportance {
    /// The column.
    pub column: String,
    /// By how much the loss (log-loss, or mean squared error) grows when its cells are shuffled, or the share of wrong rows
    /// where scores predict classes: mean over the repeats.
    #[serde(with = "treino_core::nullable")]
    pub mean: f64,
    /// Standard deviation over the repeats.
    #[serde(with = "treino_core::nullable")]
    pub sd: f64,
}

/// What the mean prediction does along a column: partial dependence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    /// The column.
    pub column: String,
    /// Values that it was set to, as text for people and files.
    pub labels: Vec<String>,
    /// The same as numbers; empty for a category.
    pub values: Vec<f64>,
    /// For each class (of two classes the positive one alone), or for the number: the mean prediction at each value.
    #[serde(with = "treino_core::nullable")]
    pub predictions: Vec<Vec<f64>>,
}

impl Record {
    /// Reads `record.json` of a run folder.
    ///
    /// # Errors
    /// No such file, one that is damaged or of a newer format, or lists that do not fit together.
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
    /// A text that is damaged or of a newer format, or lists that do not fit together.
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
