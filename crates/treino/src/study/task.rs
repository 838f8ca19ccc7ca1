//! One training of a study as plain data, and its result: they can be sent to another thread, process or machine.

use super::pruning::Pruner;
use super::results::{RunKey, RunResult};
use super::study_run::attempts;
use crate::runs::SharedRows;
use crate::runs::{PreparedRun, TrialSeeds};
use crate::spec::Spec;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use treino_core::catalog::{self, Entries, Field};
use treino_core::error::{Error, Result};
use treino_nn::events::{Ending, Event, Gate, Logs};
use treino_nn::train::{Session, Simd};
use treino_tables::{DataSpec, Prepared};

/// The version of [`Task`] and [`TaskResult`].
pub const TASK_VERSION: u32 = 1;

/// The number of prepared trainings that a workplace caches.
const REMEMBERED: usize = 64;

/// One training of a study: all that determines it, except the rows of its table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Task {
    /// [`TASK_VERSION`].
    pub version: u32,
    /// The fingerprint of the study.
    pub study: String,
    /// The key of the training.
    pub key: RunKey,
    /// Its spec, as TOML.
    pub spec: String,
    /// The fingerprint of its rows, as the recipe encodes them.
    pub rows: String,
    /// What each of its seeds decides.
    pub seeds: TrialSeeds,
    /// The metric that is compared.
    pub objective: String,
    /// Whether larger is better.
    pub more_is_better: bool,
    /// Whether it is measured on the test rows.
    pub on_test: bool,
    /// How it may be pruned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pruning: Option<Pruning>,
}

/// How a training may be pruned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pruning {
    /// The pruner, as TOML: `value = ...`.
    pub pruner: String,
    /// Curves of the objective of earlier trainings, less being better.
    pub others: Vec<Arc<Vec<f64>>>,
}

/// The result of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskResult {
    /// [`TASK_VERSION`].
    pub version: u32,
    /// The key of the training.
    pub key: RunKey,
    /// How it ended, with its curves.
    pub result: RunResult,
    /// The fingerprint of the final weights: a repeated task gives the same one. Empty if there are none.
    pub weights: String,
}

/// Runs the tasks of a study, in this process or elsewhere.
pub trait TaskRunner: Sync {
    /// Runs a task; `told` may be called with the metrics of every epoch.
    ///
    /// # Errors
    /// Returns an error for a task of another version, or for rows that differ from those of the study. A failed
    /// training is a result.
    fn run(&self, task: &Task, told: &mut dyn FnMut(&Logs)) -> Result<TaskResult>;
}

/// Runs tasks in this process: caches tables, and the most recently prepared trainings.
#[derive(Debug)]
pub struct Workplace {
    simd: Simd,
    data: SharedRows<FingerprintedTable>,
    planned: Mutex<VecDeque<(String, Arc<Ready>)>>,
}

/// Prepared rows with their fingerprint.
#[derive(Debug)]
struct FingerprintedTable {
    prepared: Arc<Prepared>,
    fingerprint: String,
}

/// A training that is ready to start.
#[derive(Debug)]
struct Ready {
    planned: PreparedRun,
    table: Arc<FingerprintedTable>,
}

impl FingerprintedTable {
    fn new(prepared: Arc<Prepared>) -> Arc<Self> {
        let fingerprint = crate::runs::rows_fingerprint(&prepared);
        Arc::new(FingerprintedTable { prepared, fingerprint })
    }
}

impl Workplace {
    /// A workplace with an empty cache.
    pub fn new(simd: Simd) -> Self {
        Workplace { simd, data: SharedRows::default(), planned: Mutex::default() }
    }

    /// Adds rows that are already prepared, for specs with this section `[data]`.
    pub fn know(&self, data: &DataSpec, prepared: &Arc<Prepared>) {
        self.data.know(data, FingerprintedTable::new(Arc::clone(prepared)));
    }

    /// The fingerprint of the rows of a spec, which are read if they are not known yet.
    ///
    /// # Errors
    /// Returns an error for a table that cannot be read or does not fit the spec.
    pub fn rows(&self, spec: &str) -> Result<String> {
        self.ready(spec).map(|ready| ready.table.fingerprint.clone())
    }

    /// Prepares the training of a spec; equal rows are shared.
    fn ready(&self, text: &str) -> Result<Arc<Ready>> {
        if let Some((_, ready)) = lock(&self.planned).iter().find(|(known, _)| known == text) {
            return Ok(Arc::clone(ready));
        }
        let spec = Spec::read(&catalog::parse(text, Path::new("task"))?)?;
        let table = self.data.of(&spec.data, || Ok(FingerprintedTable::new(PreparedRun::new(&spec)?.prepared)))?;
        let planned = PreparedRun::with_data(&spec, Arc::clone(&table.prepared))?;
        let ready = Arc::new(Ready { planned, table });
        let mut remembered = lock(&self.planned);
        if remembered.len() == REMEMBERED {
            remembered.pop_front();
        }
        remembered.push_back((text.to_string(), Arc::clone(&ready)));
        Ok(ready)
    }

    /// Trains; `told` is called after every epoch.
    fn train(&self, task: &Task, told: &mut dyn FnMut(&Logs)) -> std::result::Result<(RunResult, String), String> {
        let words = |e: Error| e.to_string();
        let planned = &self.ready(&task.spec).map_err(words)?.planned;
        let pruner = task.pruning.as_ref().map(Pruning::read).transpose().map_err(words)?;
        let others: Vec<&[f64]> =
            task.pruning.iter().flat_map(|pruning| &pruning.others).map(|curve| curve.as_slice()).collect();
        // A training that has started is completed, so that its result does not depend on when the study was
        // interrupted.
        let (gate, mut own) = (Gate::new(), Vec::new());
        let mut watch = |event: &Event| {
            let Event::Epoch { logs, .. } = event else { return };
            told(logs);
            if let Some(pruner) = &pruner {
                // Rounded to the precision of a stored curve.
                let value = f64::from(logs.get(&task.objective).unwrap_or(f64::NAN) as f32);
                own.push(if task.more_is_better { -value } else { value });
                if pruner.inner().prunes(&own, &others) {
                    gate.stop();
                }
            }
        };
        let mut session = Session { simd: self.simd, ..Session::new(1, &gate, &mut watch) };
        let trial = planned.trial(task.seeds, &mut session).map_err(words)?;
        let has_diverged = matches!(trial.history.ending, Ending::Diverged(_));
        let (metrics, name) = match (task.on_test && !has_diverged, &planned.prepared.test) {
            (true, Some(_)) => {
                let bare = task.objective.strip_prefix("val_").unwrap_or(&task.objective);
                (Some(trial.test(&session).map_err(words)?.0), bare)
            }
            _ => (None, task.objective.as_str()),
        };
        Ok((RunResult::of(&trial.history, metrics, name), trial.weights_fingerprint()))
    }
}

impl TaskRunner for Workplace {
    fn run(&self, task: &Task, told: &mut dyn FnMut(&Logs)) -> Result<TaskResult> {
        if task.version != TASK_VERSION {
            let e = format!("the task has version {}, but this program does version {TASK_VERSION}", task.version);
            return Err(Error::input(e).help("use the same version of treino everywhere"));
        }
        // A failure to prepare is a result; different rows are an error.
        if let Ok(rows) = self.rows(&task.spec)
            && rows != task.rows
        {
            let e = format!("the rows have the fingerprint {rows}, but those of the study {}", task.rows);
            return Err(Error::input(e).help("give every worker the same table"));
        }
        let mut weights = String::new();
        let result = attempts(|| {
            let (result, own) = self.train(task, told)?;
            weights = own;
            Ok(result)
        });
        Ok(TaskResult { version: TASK_VERSION, key: task.key, result, weights })
    }
}

impl Pruning {
    /// Pruning by a pruner and earlier curves.
    pub fn new(pruner: &Pruner, others: Vec<Arc<Vec<f64>>>) -> Self {
        let mut entries = Entries::default();
        if let Some(value) = pruner.write() {
            entries.set("prune", value.into());
        }
        Pruning { pruner: catalog::write(&entries), others }
    }

    fn read(&self) -> Result<Pruner> {
        let entries = catalog::parse(&self.pruner, Path::new("task"))?;
        let node = entries.get("prune").ok_or_else(|| Error::input("the task names no pruner"))?;
        Pruner::read(node, "prune")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
