//! The content of a run's `metrics.json`.

use super::prepared_run::{PartEvaluations, PreparedRun, Repeat, Run};
use crate::report::Evaluation;
use serde::{Deserialize, Serialize};
use treino_nn::events::Ending;

/// The version of the format that is written.
pub const METRICS_VERSION: u32 = 1;

/// The results of a training and the evaluation of its model, in numbers; epochs and steps count from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metrics {
    /// [`METRICS_VERSION`].
    pub format_version: u32,
    /// `binary`, `classes` or `regression`.
    pub task: String,
    /// The column that is predicted.
    pub target: String,
    /// Rows of each part.
    pub rows: PartRows,
    /// The number of completed epochs.
    pub epochs: usize,
    /// The best one.
    pub best_epoch: Option<usize>,
    /// The epoch of the model's weights.
    pub kept_epoch: Option<usize>,
    /// How the training ended.
    pub ending: HowItEnded,
    /// The evaluation of the model on each part.
    pub scores: PartScores,
    /// One entry per seed, the model's own first.
    pub repeats: Vec<RepeatMetrics>,
    /// The same of further targets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_targets: Vec<TargetMetrics>,
}

/// Rows of each part; `None` if there is no such part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRows {
    /// Training rows.
    pub train: usize,
    /// Rows that decide when to stop.
    pub validation: Option<usize>,
    /// Test rows.
    pub test: Option<usize>,
    /// Rows that were set aside.
    pub set_aside: usize,
}

/// How a training ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum HowItEnded {
    /// All epochs were done.
    Finished,
    /// A callback stopped it.
    Stopped {
        /// After which epoch.
        epoch: usize,
        /// Why.
        why: String,
    },
    /// It was interrupted.
    Interrupted,
    /// It diverged.
    Diverged {
        /// In which epoch.
        epoch: usize,
        /// In which step of it.
        step: usize,
        /// The position of the first number that is not finite.
        #[serde(rename = "where")]
        place: String,
    },
}

/// The evaluation of each part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartScores {
    /// On the training rows.
    pub train: Evaluation,
    /// On the validation rows.
    pub validation: Option<Evaluation>,
    /// On the test rows.
    pub test: Option<Evaluation>,
}

/// The result of the training with one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepeatMetrics {
    /// The seed.
    pub seed: u64,
    /// The number of completed epochs.
    pub epochs: usize,
    /// Whether it was completed.
    pub complete: bool,
    /// Its evaluation; `None` if it diverged before its first epoch ended.
    pub scores: Option<PartScores>,
    /// The same of further targets, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "there")]
    pub more_scores: Option<Option<Vec<PartScores>>>,
}

/// A further target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetMetrics {
    /// The column.
    pub target: String,
    /// Its task.
    pub task: String,
    /// The evaluation of the model.
    pub scores: PartScores,
}

/// Distinguishes a missing key from a key with the value null.
mod there {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(value: &Option<Option<T>>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(to)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
        Option::<T>::deserialize(from).map(Some)
    }
}

impl Metrics {
    /// Of a completed training.
    pub fn of(planned: &PreparedRun, run: &Run) -> Self {
        let (prepared, history) = (&planned.prepared, &run.history);
        let has_more = !prepared.more_targets.is_empty();
        let more = prepared.more_targets.iter().zip(&run.scores.more_targets);
        Metrics {
            format_version: METRICS_VERSION,
            task: prepared.target.task.name().to_string(),
            target: prepared.target.name.clone(),
            rows: PartRows {
                train: prepared.train.len(),
                validation: prepared.validation.as_ref().map(|part| part.len()),
                test: prepared.test.as_ref().map(|part| part.len()),
                set_aside: prepared.set_aside,
            },
            epochs: history.epochs.len(),
            best_epoch: history.best_epoch.map(|epoch| epoch + 1),
            kept_epoch: history.kept_epoch.map(|epoch| epoch + 1),
            ending: HowItEnded::from(&history.ending),
            scores: PartScores::from(&run.scores),
            repeats: run.repeats.iter().map(|repeat| RepeatMetrics::of(repeat, has_more)).collect(),
            more_targets: more
                .map(|(target, scores)| TargetMetrics {
                    target: target.name.clone(),
                    task: target.task.name().to_string(),
                    scores: PartScores::from(scores),
                })
                .collect(),
        }
    }
}

impl From<&PartEvaluations> for PartScores {
    fn from(scores: &PartEvaluations) -> Self {
        let PartEvaluations { train, validation, test, .. } = scores.clone();
        PartScores { train, validation, test }
    }
}

impl From<&Ending> for HowItEnded {
    fn from(ending: &Ending) -> Self {
        match ending {
            Ending::Finished => HowItEnded::Finished,
            Ending::Stopped { epoch, why } => HowItEnded::Stopped { epoch: epoch + 1, why: why.clone() },
            Ending::Interrupted => HowItEnded::Interrupted,
            Ending::Diverged(d) => {
                HowItEnded::Diverged { epoch: d.epoch + 1, step: d.step + 1, place: d.place.clone() }
            }
        }
    }
}

impl RepeatMetrics {
    fn of(repeat: &Repeat, has_more: bool) -> Self {
        let more = |scores: &PartEvaluations| scores.more_targets.iter().map(PartScores::from).collect();
        RepeatMetrics {
            seed: repeat.seed,
            epochs: repeat.epochs,
            complete: repeat.is_complete(),
            scores: repeat.scores.as_ref().map(PartScores::from),
            more_scores: has_more.then(|| repeat.scores.as_ref().map(more)),
        }
    }
}
