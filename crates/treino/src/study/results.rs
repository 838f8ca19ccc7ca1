//! What comes of the trainings of a study.

use super::search::SearchPoint;
use serde::{Deserialize, Serialize};
use treino_nn::events::{Ending, History};

/// Which training: all that decides it beside the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKey {
    /// What it is for.
    pub phase: Phase,
    /// The config's number, from 0.
    pub config: usize,
    /// Its seed.
    pub seed: u64,
    /// Which fold is kept for validation, from 1; 0 without folds.
    pub fold: usize,
    /// The epochs it may take; 0 for as many as the config says.
    pub epochs: usize,
}

impl RunKey {
    /// A training without folds, of as many epochs as the config says.
    pub fn new(phase: Phase, config: usize, seed: u64) -> Self {
        RunKey { phase, config, seed, fold: 0, epochs: 0 }
    }

    /// The epochs it may take, where what the config says counts as more than any number.
    pub fn most_epochs(&self) -> usize {
        if self.epochs == 0 { usize::MAX } else { self.epochs }
    }
}

/// What a training is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// To compare configs, by the rows for validation.
    Search,
    /// To measure the best ones on fresh seeds, by the rows of the test.
    Confirm,
    /// To see what this source of chance does alone.
    Source(RandomSource),
}

/// A source of chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RandomSource {
    /// The initial weights.
    Init,
    /// The order of the rows.
    Shuffle,
    /// What dropout and its kin draw.
    Dropout,
    /// Which rows are for validation.
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

/// What came of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// How it ended.
    pub outcome: Outcome,
    /// Epochs it took.
    pub epochs: usize,
    /// Seconds it took; no result depends on them.
    pub seconds: f64,
    /// The numbers of the epoch that was kept, or of the test.
    #[serde(with = "treino_core::nullable")]
    pub metrics: Vec<(String, f64)>,
    /// For each name of the history a number an epoch.
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
    /// It left the finite numbers: a result, ranked last.
    Diverged,
    /// It was ended early for being behind, at this value of the objective.
    Pruned(f64),
    /// It could not be done, for this reason.
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

    /// The objective where there is one, also where it was ended early.
    pub fn number(&self) -> Option<f64> {
        match self {
            Outcome::Value(value) | Outcome::Pruned(value) => Some(*value),
            Outcome::Diverged | Outcome::Failed(_) => None,
        }
    }
}

impl RunResult {
    /// What a training gave that has ended: the value of an objective in `metrics`, or else in the epoch whose weights were
    /// kept.
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

    /// A training that could not be done.
    pub fn failed(why: String, seconds: f64) -> Self {
        RunResult { outcome: Outcome::Failed(why), epochs: 0, seconds, metrics: Vec::new(), curves: Vec::new() }
    }
}

/// A config with all its trainings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its number in the study, from 0.
    pub number: usize,
    /// Where in the space it is.
    pub point: SearchPoint,
    /// What it varies, in words: path and value.
    pub words: Vec<(String, String)>,
    /// Its trainings to compare, of the most epochs it was given.
    pub runs: Vec<(RunKey, RunResult)>,
    /// Its trainings of fewer epochs, before that.
    pub earlier: Vec<(RunKey, RunResult)>,
    /// Its trainings on fresh seeds, measured on the test.
    pub confirmed: Vec<(RunKey, RunResult)>,
    /// Its trainings with one source of chance alone.
    pub sources: Vec<(RunKey, RunResult)>,
}

impl Config {
    /// A config that has not been trained.
    pub fn new(number: usize, point: SearchPoint, words: Vec<(String, String)>) -> Self {
        let none = Vec::new;
        Config { number, point, words, runs: none(), earlier: none(), confirmed: none(), sources: none() }
    }

    /// Takes a training in.
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

    /// Every training of it.
    pub fn all(&self) -> impl Iterator<Item = &(RunKey, RunResult)> {
        self.earlier.iter().chain(&self.runs).chain(&self.confirmed).chain(&self.sources)
    }

    /// The values of the objective with their seeds and folds; what diverged, failed or was ended early has none.
    pub fn values(&self) -> Vec<((u64, usize), f64)> {
        self.runs.iter().filter_map(|(key, run)| run.value().map(|value| ((key.seed, key.fold), value))).collect()
    }

    /// The mean of the objective over its trainings, those that were ended early included; `None` where one diverged or
    /// failed, and without any.
    pub fn mean(&self) -> Option<f64> {
        let numbers: Option<Vec<f64>> = self.runs.iter().map(|(_, run)| run.outcome.number()).collect();
        numbers.filter(|numbers| !numbers.is_empty()).map(|numbers| crate::statistics::mean(&numbers))
    }

    /// How many of its trainings diverged.
    pub fn diverged(&self) -> usize {
        self.runs.iter().filter(|(_, run)| run.outcome == Outcome::Diverged).count()
    }

    /// Whether a training of it was ended early for being behind.
    pub fn was_pruned(&self) -> bool {
        self.runs.iter().any(|(_, run)| matches!(run.outcome, Outcome::Pruned(_)))
    }

    /// Why a training of it failed, where one did.
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
