//! What comes of the trainings of a study.

use super::search::Point;
use serde::{Deserialize, Serialize};

/// Which training: all that decides it beside the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKey {
    /// What it is for.
    pub phase: Phase,
    /// The config's number, from 0.
    pub config: usize,
    /// Its seed.
    pub seed: u64,
}

/// What a training is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// To compare configs, by the rows for validation.
    Search,
    /// To measure the best ones on fresh seeds, by the rows of the test.
    Confirm,
}

/// What came of a training.
#[derive(Debug, Clone, PartialEq)]
pub struct RunResult {
    /// How it ended.
    pub outcome: Outcome,
    /// Epochs it took.
    pub epochs: usize,
    /// Seconds it took; no result depends on them.
    pub seconds: f64,
    /// The numbers of the epoch that was kept, or of the test.
    pub metrics: Vec<(String, f64)>,
    /// For each name of the history a number an epoch.
    pub curves: Vec<(String, Vec<f32>)>,
}

/// How a training ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// With this value of the objective.
    Value(f64),
    /// It left the finite numbers: a result, ranked last.
    Diverged,
    /// It could not be done, for this reason.
    Failed(String),
}

impl RunResult {
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
    pub point: Point,
    /// What it varies, in words: path and value.
    pub words: Vec<(String, String)>,
    /// Its trainings to compare, by seed.
    pub runs: Vec<(u64, RunResult)>,
    /// Its trainings on fresh seeds, measured on the test.
    pub confirmed: Vec<(u64, RunResult)>,
}

impl Config {
    /// The values of the objective with their seeds; what diverged or failed has none.
    pub fn values(&self) -> Vec<(u64, f64)> {
        self.runs.iter().filter_map(|(seed, run)| run.value().map(|value| (*seed, value))).collect()
    }

    /// How many of its trainings diverged.
    pub fn diverged(&self) -> usize {
        self.runs.iter().filter(|(_, run)| run.outcome == Outcome::Diverged).count()
    }

    /// Why a training of it failed, where one did.
    pub fn failure(&self) -> Option<&str> {
        self.runs.iter().chain(&self.confirmed).find_map(|(_, run)| match &run.outcome {
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
