//! The results of the trainings of a study.

use super::search::SearchPoint;
use serde::{Deserialize, Serialize};
use treino_nn::events::{Ending, History};

/// The key of a training: all that determines it besides the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKey {
    /// Its purpose.
    pub phase: Phase,
    /// The config's number, from 0.
    pub config: usize,
    /// Its seed.
    pub seed: u64,
    /// The fold for validation, from 1; 0 without folds.
    pub fold: usize,
    /// The largest number of epochs; 0 for the config's own number.
    pub epochs: usize,
}

impl RunKey {
    /// A training without folds, with the config's own number of epochs.
    pub fn new(phase: Phase, config: usize, seed: u64) -> Self {
        RunKey { phase, config, seed, fold: 0, epochs: 0 }
    }

    /// The largest number of epochs, where the config's own number counts as infinite.
    pub fn most_epochs(&self) -> usize {
        if self.epochs == 0 { usize::MAX } else { self.epochs }
    }
}

/// The purpose of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Compares configs, on the validation rows.
    Search,
    /// Measures the best ones with fresh seeds, on the test rows.
    Confirm,
    /// Measures the effect of this source of randomness alone.
    Source(RandomSource),
}

/// A source of randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RandomSource {
    /// The initial weights.
    Init,
    /// The order of the rows.
    Shuffle,
    /// Dropout and other random layers.
    Dropout,
    /// Which rows are validation rows.
    Split,
}

impl RandomSource {
    /// All of them.
    pub const ALL: [RandomSource; 4] =
        [RandomSource::Init, RandomSource::Shuffle, RandomSource::Dropout, RandomSource::Split];

    /// Its name in specs: `init`, `shuffle`, `dropout`, `split`.
    pub fn name(self) -> &'static str {
        match self {
            RandomSource::Init => "init",
            RandomSource::Shuffle => "shuffle",
            RandomSource::Dropout => "dropout",
            RandomSource::Split => "split",
        }
    }
}

impl Phase {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Phase> {
        [Phase::Search, Phase::Confirm].into_iter().chain(RandomSource::ALL.map(Phase::Source))
    }

    /// Its name in files: `search`, `confirm`, or the source's.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Search => "search",
            Phase::Confirm => "confirm",
            Phase::Source(source) => source.name(),
        }
    }
}

/// The result of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// How it ended.
    pub outcome: Outcome,
    /// The number of its epochs.
    pub epochs: usize,
    /// Its duration in seconds; no result depends on it.
    pub seconds: f64,
    /// The metrics of the epoch that was kept, or of the test.
    #[serde(with = "treino_core::nullable")]
    pub metrics: Vec<(String, f64)>,
    /// For each name of the history one value per epoch.
    #[serde(with = "treino_core::nullable")]
    pub curves: Vec<(String, Vec<f32>)>,
}

/// How a training ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "how", content = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// With this value of the objective.
    Value(f64),
    /// It diverged: a result, ranked last.
    Diverged,
    /// It was pruned, at this value of the objective.
    Pruned(f64),
    /// It failed, for this reason.
    Failed(String),
}

impl Outcome {
    /// Its name in files: `value`, `diverged`, `pruned`, `failed`.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Value(_) => "value",
            Outcome::Diverged => "diverged",
            Outcome::Pruned(_) => "pruned",
            Outcome::Failed(_) => "failed",
        }
    }

    /// The objective if there is one, also if it was pruned.
    pub fn number(&self) -> Option<f64> {
        match self {
            Outcome::Value(value) | Outcome::Pruned(value) => Some(*value),
            Outcome::Diverged | Outcome::Failed(_) => None,
        }
    }
}

impl RunResult {
    /// The result of a completed training: the value of an objective in `metrics`, or else in the epoch whose weights
    /// were kept.
    pub fn of(history: &History, metrics: Option<Vec<(String, f64)>>, objective: &str) -> Self {
        let curve = |name: &&str| (name.to_string(), history.series(name).iter().map(|x| *x as f32).collect());
        let curves = history.names().iter().map(curve).collect();
        let result =
            |outcome, metrics| RunResult { outcome, epochs: history.epochs.len(), seconds: 0.0, metrics, curves };
        if matches!(history.ending, Ending::Diverged(_)) {
            return result(Outcome::Diverged, Vec::new());
        }
        let kept = || history.kept_epoch.and_then(|epoch| history.epochs.get(epoch)).cloned().unwrap_or_default().0;
        let metrics = metrics.unwrap_or_else(kept);
        let value = metrics.iter().find(|(name, _)| name == objective).map_or(f64::NAN, |(_, value)| *value);
        let outcome = match (value.is_finite(), matches!(history.ending, Ending::Interrupted)) {
            (true, true) => Outcome::Pruned(value),
            (true, false) => Outcome::Value(value),
            (false, _) => Outcome::Diverged,
        };
        result(outcome, metrics)
    }

    /// The value of the objective; `None` where it has none.
    pub fn value(&self) -> Option<f64> {
        if let Outcome::Value(value) = self.outcome { Some(value) } else { None }
    }

    /// The result of a failed training.
    pub fn failed(why: String, seconds: f64) -> Self {
        RunResult { outcome: Outcome::Failed(why), epochs: 0, seconds, metrics: Vec::new(), curves: Vec::new() }
    }
}

/// A config with all its trainings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its number in the study, from 0.
    pub number: usize,
    /// Its position in the search space.
    pub point: SearchPoint,
    /// Its hyperparameters, as text: path and value.
    pub words: Vec<(String, String)>,
    /// Its trainings for comparison, with the largest number of epochs it was given.
    pub runs: Vec<(RunKey, RunResult)>,
    /// Its earlier trainings with fewer epochs.
    pub earlier: Vec<(RunKey, RunResult)>,
    /// Its trainings with fresh seeds, measured on the test rows.
    pub confirmed: Vec<(RunKey, RunResult)>,
    /// Its trainings that vary a single source of randomness.
    pub sources: Vec<(RunKey, RunResult)>,
}

impl Config {
    /// A config that has not been trained.
    pub fn new(number: usize, point: SearchPoint, words: Vec<(String, String)>) -> Self {
        let none = Vec::new;
        Config { number, point, words, runs: none(), earlier: none(), confirmed: none(), sources: none() }
    }

    /// Adds a training.
    pub fn add(&mut self, key: RunKey, result: RunResult) {
        let list = match key.phase {
            Phase::Search => {
                let before = self.runs.first().map(|(other, _)| other.most_epochs());
                if before.is_some_and(|before| before < key.most_epochs()) {
                    self.earlier.append(&mut self.runs);
                }
                if before.is_some_and(|before| before > key.most_epochs()) { &mut self.earlier } else { &mut self.runs }
            }
            Phase::Confirm => &mut self.confirmed,
            Phase::Source(_) => &mut self.sources,
        };
        list.push((key, result));
    }

    /// All its trainings.
    pub fn all(&self) -> impl Iterator<Item = &(RunKey, RunResult)> {
        self.earlier.iter().chain(&self.runs).chain(&self.confirmed).chain(&self.sources)
    }

    /// The values of the objective with their seeds and folds; trainings that diverged, failed or were pruned have
    /// none.
    pub fn values(&self) -> Vec<((u64, usize), f64)> {
        self.runs.iter().filter_map(|(key, run)| run.value().map(|value| ((key.seed, key.fold), value))).collect()
    }

    /// The mean of the objective over its trainings, including pruned ones; `None` if one diverged or failed, and
    /// without any.
    pub fn mean(&self) -> Option<f64> {
        let numbers: Option<Vec<f64>> = self.runs.iter().map(|(_, run)| run.outcome.number()).collect();
        numbers.filter(|numbers| !numbers.is_empty()).map(|numbers| crate::statistics::mean(&numbers))
    }

    /// How many of its trainings diverged.
    pub fn diverged(&self) -> usize {
        self.runs.iter().filter(|(_, run)| run.outcome == Outcome::Diverged).count()
    }

    /// Whether one of its trainings was pruned.
    pub fn was_pruned(&self) -> bool {
        self.runs.iter().any(|(_, run)| matches!(run.outcome, Outcome::Pruned(_)))
    }

    /// Why one of its trainings failed, if any.
    pub fn failure(&self) -> Option<&str> {
        self.all().find_map(|(_, run)| match &run.outcome {
            Outcome::Failed(why) => Some(why.as_str()),
            _ => None,
        })
    }

    /// `learning_rate=0.01, batch_size=16`.
    pub fn label(&self) -> String {
        let words: Vec<String> = self.words.iter().map(|(name, value)| format!("{name}={value}")).collect();
        words.join(", ")
    }
}
