//! Runs a study from its first training to its last.
//!
//! The trainings of a study follow from its specification alone: configs, seeds, order. A result in the [`ResultStore`]
//! is not computed again, so an interrupted study continues where it was, and ends with the same results.

use super::comparison::Comparison;
use super::coverage::{Coverage, Splits};
use super::importance::{HyperparameterImportance, HyperparameterValues, importance};
use super::objective::{ACCURACY, Objective, adapt, add_metric, bare_loss, may_be_scores};
use super::pruning::{Bracket, Prune};
use super::random_sources::{self, RandomSources, sources_of_chance};
use super::results::{Config, Phase, RandomSource, RunKey, RunResult};
use super::rounds::{PlanKey, PreparedConfig, StudyRun};
use super::search::{Grid, Random, Sampler, SearchPoint, Sobol, Tpe, grid_size};
use super::space::{Dimension, SearchSpace};
use super::spec::{SamplerChoice, Seeds, StudySpec};
use super::task::{Pruning, TASK_VERSION, Task, TaskRunner, Workplace};
use super::verdict::Verdict;
use crate::runs::{PreparedRun, TrialSeeds};
use crate::spec::Spec;
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use std::collections::BTreeMap;
use std::hash::Hasher;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use treino_core::catalog::{self, Entries, Node, Origin, Value};
use treino_core::error::{Error, Result};
use treino_nn::events::{Gate, Logs};
use treino_nn::metrics::NamedMetric;
use treino_nn::train::{PerOutput, Simd};
use treino_tables::{Dataset, Task as TargetTask};

/// The default number of configs of a search.
const CONFIGS: usize = 50;

/// The number of attempts for a training that panics.
const ATTEMPTS: usize = 3;

/// Seeds of a config after each round of a race.
const RACE: [usize; 3] = [1, 4, 12];

/// The smallest number of configs that remain after a round of a race.
const RACE_KEEPS: usize = 4;

/// Stores the results of a study.
pub trait ResultStore: Sync {
    /// The stored result of a training of the config with these hyperparameters, if any.
    fn known(&self, key: &RunKey, words: &[(String, String)]) -> Option<RunResult>;

    /// Stores the result of a training.
    ///
    /// # Errors
    /// Returns an error if earlier results cannot be read back, or if there is no more space.
    fn keep(&self, key: &RunKey, point: &SearchPoint, words: &[(String, String)], result: &RunResult) -> Result<()>;

    /// Records that the study is complete: no training is missing.
    ///
    /// # Errors
    /// As [`ResultStore::keep`].
    fn ended(&self) -> Result<()> {
        Ok(())
    }
}

/// A study with checked input.
#[derive(Debug)]
pub struct Study {
    spec: StudySpec,
    base: PreparedRun,
    objective: String,
    more_is_better: bool,
    fingerprint: String,
}

/// The environment of a study.
#[derive(Clone, Copy)]
pub struct Workers<'a> {
    /// The number of trainings in parallel, one per thread.
    pub threads: usize,
    /// The instruction set.
    pub simd: Simd,
    /// While it is paused, no further training starts; once it is stopped, none starts at all.
    pub gate: &'a Gate,
    /// Whether the epochs of each training are reported, not only its start and end.
    pub tells_epochs: bool,
    /// Runs the tasks; `None` for this process.
    pub runner: Option<&'a dyn TaskRunner>,
}

impl<'a> Workers<'a> {
    /// Threads of this process on the widest instruction set of its processor.
    pub fn new(threads: usize, gate: &'a Gate) -> Self {
        Workers { threads, simd: Simd::detect(), gate, tells_epochs: false, runner: None }
    }
}

impl std::fmt::Debug for Workers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers").field("threads", &self.threads).field("simd", &self.simd).finish_non_exhaustive()
    }
}

impl Workers<'_> {
    /// Whether no further training starts: it was stopped, or the time is over.
    pub(super) fn are_over(&self, limit: Option<Instant>) -> bool {
        !self.gate.pass() || limit.is_some_and(|limit| Instant::now() >= limit)
    }
}

/// The version of [`StudyEvent`]'s JSON format.
pub const STUDY_EVENT_VERSION: u32 = 1;

/// An event of a study. It owns its data, so it can be sent to another thread or process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum StudyEvent {
    /// A training began.
    Began {
        /// Its key.
        key: RunKey,
        /// The hyperparameters of its config.
        words: Vec<(String, String)>,
    },
    /// An epoch of a training ended; only reported with [`Workers::tells_epochs`].
    Epoch {
        /// The key of the training.
        key: RunKey,
        /// Epochs done in it.
        epoch: usize,
        /// The metrics of the epoch.
        logs: Logs,
    },
    /// A training ended, or its result was known from before.
    Done(Done),
}

/// A training that ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// Its key.
    pub key: RunKey,
    /// The hyperparameters of its config.
    pub words: Vec<(String, String)>,
    /// Its result.
    pub result: RunResult,
    /// The number of completed trainings in this phase and round.
    pub done: usize,
    /// The largest number of trainings in it.
    pub of: usize,
}

/// Receives the events of a study.
pub type StudyObserver<'a> = dyn FnMut(&StudyEvent) + Send + 'a;

/// A study that has ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StudyResult {
    /// The configs, in the order in which they were proposed.
    pub configs: Vec<Config>,
    /// The conclusions.
    pub verdict: Verdict,
    /// The objective.
    pub objective: String,
    /// Whether it is maximised.
    pub more_is_better: bool,
    /// Whether it was stopped, or ran out of time, before all was done.
    pub cut_short: bool,
    /// Which rows the confirmation was measured on: `test` or `validation`.
    pub confirmed_on: String,
    /// What p-values and intervals cover.
    pub coverage: Coverage,
}

impl StudyResult {
    /// The effects of the sources of randomness, from trainings that vary one alone; `None` if there were none.
    pub fn sources(&self) -> Option<RandomSources> {
        let config = self.configs.iter().find(|config| !config.sources.is_empty())?;
        let of = |source: RandomSource| -> Vec<f64> {
            let is_one = |key: &RunKey| key.phase == Phase::Source(source);
            config.sources.iter().filter(|(key, _)| is_one(key)).filter_map(|(_, run)| run.value()).collect()
        };
        let values: Vec<(RandomSource, Vec<f64>)> = RandomSource::ALL.map(|source| (source, of(source))).to_vec();
        let there = values.iter().filter(|(_, values)| !values.is_empty());
        let sources: Vec<random_sources::SourceValues<'_>> =
            there.map(|(source, values)| random_sources::SourceValues { name: source.name(), values }).collect();
        let together: Vec<f64> = config.runs.iter().filter_map(|(_, run)| run.value()).collect();
        Some(sources_of_chance(&sources, &together))
    }

    /// The importance of the dimensions of a space; empty for fewer than ten configs.
    pub fn importance(&self, space: &SearchSpace) -> Vec<HyperparameterImportance> {
        let configs: Vec<&Config> = self.configs.iter().filter(|config| !config.runs.is_empty()).collect();
        let column = |(at, dimension): (usize, &Dimension)| HyperparameterValues {
            name: dimension.name.clone(),
            domain: dimension.domain,
            entries: configs.iter().map(|config| config.point.get(at).copied().flatten()).collect(),
        };
        let columns: Vec<HyperparameterValues> = space.dimensions().iter().enumerate().map(column).collect();
        let value = |config: &&Config| {
            let values: Option<Vec<f64>> = config.runs.iter().map(|(_, run)| run.outcome.number()).collect();
            values.map_or(f64::NAN, |values| crate::statistics::mean(&values))
        };
        let values: Vec<f64> = configs.iter().map(value).collect();
        importance(&columns, &values, self.more_is_better)
    }

    /// Compares two of its configs on their common seeds.
    pub fn compare(&self, a: &Config, b: &Config) -> Option<Comparison> {
        Comparison::of(a, b, self.more_is_better, self.coverage.overlap())
    }

    /// The dimensions of every config, if they are the same for all.
    pub fn dimensions(&self) -> Option<Vec<&str>> {
        let names = |config: &Config| config.words.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let first = self.configs.first()?;
        let same = self.configs.iter().all(|config| names(config) == names(first));
        same.then(|| first.words.iter().map(|(name, _)| name.as_str()).collect())
    }
}

impl Study {
    /// Reads the data and checks the whole input before the first training.
    ///
    /// # Errors
    /// Returns an error for anything that is wrong with the base spec, its data, or the objective, or for a grid over
    /// ranges.
    pub fn new(mut spec: StudySpec) -> Result<Self> {
        let mut base = PreparedRun::new(&spec.base_spec()?)?;
        let is_validated = base.prepared.validation.is_some();
        let name = |bare: &str| if is_validated { format!("val_{bare}") } else { bare.to_string() };
        // Networks may also differ in their penalties.
        let other_losses = |path: &str| path.starts_with("compile.loss") || path.starts_with("model.");
        let by_task = match &spec.study.objective {
            Some(objective) => objective.clone(),
            None if spec.space.dimensions().iter().any(|d| other_losses(&d.path)) => {
                let by = if may_be_scores(&spec, &base) { NamedMetric::typed(ACCURACY)? } else { bare_loss(&base) };
                let bare = add_metric(&mut spec.base, &base, by.name)?;
                base = PreparedRun::with_data(&spec.base_spec()?, Arc::clone(&base.prepared))?;
                name(&bare)
            }
            None => name("loss"),
        };
        let (objective, more_is_better) = Objective::parse(&by_task)?.against(&base)?;
        if spec.search.sampler == Some(SamplerChoice::Grid) && grid_size(&spec.space).is_none() {
            let e = Error::input("a grid needs lists of values, but the space has a range");
            return Err(e.help("write the values, or take another sampler: tpe, random, sobol"));
        }
        let fingerprint = fingerprint(&spec);
        let study = Study { spec, base, objective, more_is_better, fingerprint };
        if study.varies(Phase::Search, RandomSource::Split) && !study.can_split() {
            let e = Error::input("repeats.vary has \"split\", but the validation rows do not depend on a seed");
            return Err(e.help("let a random split choose them: data.split = \"random\" and no file for validation"));
        }
        Ok(study)
    }

    /// The specification of the study.
    pub fn spec(&self) -> &StudySpec {
        &self.spec
    }

    /// The training that is varied.
    pub fn base(&self) -> &PreparedRun {
        &self.base
    }

    /// The objective, and whether it is maximised.
    pub fn objective(&self) -> (&str, bool) {
        (&self.objective, self.more_is_better)
    }

    /// Which rows the best configs are confirmed on: `test` or `validation`.
    pub fn confirmed_on(&self) -> &'static str {
        if self.base.prepared.test.is_some() { "test" } else { "validation" }
    }

    /// The largest number of configs.
    pub fn most_configs(&self) -> usize {
        let asked = self.spec.search.configs;
        match (self.is_grid(), grid_size(&self.spec.space), self.brackets()) {
            (true, Some(all), _) => asked.map_or(all, |asked| asked.min(all)),
            (_, _, Some(brackets)) => {
                asked.unwrap_or_else(|| brackets.iter().map(|bracket| bracket.rungs[0].configs).sum())
            }
            _ => asked.unwrap_or(CONFIGS),
        }
    }

    fn is_grid(&self) -> bool {
        match self.spec.search.sampler {
            None => grid_size(&self.spec.space).is_some(),
            Some(sampler) => sampler == SamplerChoice::Grid,
        }
    }

    pub(super) fn sampler(&self) -> Box<dyn Sampler + Send + Sync> {
        match self.spec.search.sampler {
            _ if self.is_grid() => Box::new(Grid),
            Some(SamplerChoice::Random) => Box::new(Random),
            Some(SamplerChoice::Sobol) => Box::new(Sobol),
            _ => Box::new(Tpe),
        }
    }

    /// Trains, and compares.
    ///
    /// # Errors
    /// Returns an error if the store cannot keep a result.
    pub fn run(
        &self,
        ledger: &dyn ResultStore,
        workers: Workers<'_>,
        watch: &mut StudyObserver<'_>,
    ) -> Result<StudyResult> {
        let workplace = Workplace::new(workers.simd);
        workplace.know(&self.base.resolved.spec.data, &self.base.prepared);
        let limit = self.spec.search.time.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds.min(1e9)));
        let mut round = StudyRun::new(self, ledger, workers, &workplace, limit, watch);
        let first = match self.spec.repeats.seeds {
            Seeds::Number(n) => n,
            Seeds::Race => RACE[0],
        };
        match self.brackets() {
            Some(brackets) => round.halve(&brackets, self.most_configs(), first)?,
            None => round.search(self.most_configs(), first)?,
        }
        if self.spec.repeats.seeds == Seeds::Race {
            let mut left: Vec<usize> = (0..round.configs.len()).collect();
            for pair in RACE.windows(2) {
                let share = if pair[0] == RACE[0] { 4 } else { 16 };
                left = round.race(&left, (round.configs.len() / share).max(RACE_KEEPS), pair[0]..pair[1])?;
            }
        }
        if self.spec.search.until_decided {
            round.decide()?;
        }
        round.confirm()?;
        round.sources()?;
        let (configs, cut_short) = (round.configs, round.cut);
        let judge = if cut_short { Verdict::of_cut_short } else { Verdict::of };
        let coverage = self.coverage();
        let verdict = judge(&configs, self.more_is_better, coverage.overlap());
        if !cut_short {
            ledger.ended()?;
        }
        let (objective, more_is_better) = (self.objective.clone(), self.more_is_better);
        let confirmed_on = self.confirmed_on().to_string();
        Ok(StudyResult { configs, verdict, objective, more_is_better, cut_short, confirmed_on, coverage })
    }

    /// The seed of the first training of each config.
    pub(super) fn first_seed(&self) -> u64 {
        self.base.settings().seed
    }

    /// The pruner that is checked after each epoch.
    pub(super) fn pruner(&self) -> Option<&dyn Prune> {
        let has_brackets = self.brackets().is_some();
        self.spec.search.prune.as_ref().filter(|_| !has_brackets).map(|pruner| pruner.inner() as &dyn Prune)
    }

    /// The brackets of configs, if the pruner uses them.
    fn brackets(&self) -> Option<Vec<Bracket>> {
        self.spec
            .search
            .prune
            .as_ref()?
            .inner()
            .brackets(self.spec.search.configs.unwrap_or(CONFIGS), self.base.settings().epochs)
    }

    /// What p-values and intervals cover.
    pub fn coverage(&self) -> Coverage {
        let prepared = &self.base.prepared;
        let is_on_validation = self.objective.starts_with("val_");
        Coverage {
            splits: match self.spec.repeats.folds {
                Some(folds) => Splits::Folds(folds),
                None if self.varies(Phase::Search, RandomSource::Split) => Splits::PerSeed,
                None => Splits::One,
            },
            training_rows: prepared.train.len(),
            validation_rows: prepared.validation.as_ref().filter(|_| is_on_validation).map(Dataset::len),
        }
    }

    /// Whether the validation rows depend on a seed.
    pub(super) fn can_split(&self) -> bool {
        self.base.can_vary_split()
    }

    /// Whether the seed controls this source of randomness in the trainings of a phase.
    fn varies(&self, phase: Phase, source: RandomSource) -> bool {
        match phase {
            Phase::Source(alone) => alone == source,
            Phase::Search | Phase::Confirm => self.spec.repeats.vary.iter().any(|name| name == source.name()),
        }
    }

    fn seeds(&self, key: &RunKey) -> TrialSeeds {
        let seed = |source| if self.varies(key.phase, source) { key.seed } else { self.first_seed() };
        TrialSeeds {
            init: seed(RandomSource::Init),
            shuffle: seed(RandomSource::Shuffle),
            dropout: seed(RandomSource::Dropout),
        }
    }

    pub(super) fn variant(&self, key: &RunKey) -> PlanKey {
        (key.fold, key.epochs, self.varies(key.phase, RandomSource::Split).then_some(key.seed))
    }

    /// The spec of a config's trainings, as TOML.
    pub(super) fn spec_text(&self, point: &SearchPoint, variant: PlanKey) -> Result<String> {
        let mut entries = self.spec.space.apply(&self.spec.base, point)?;
        let (fold, epochs, split) = variant;
        let mut set = |section: &str, name: &str, value: u64| {
            if let Some(table) = entries.table_mut(section, &Origin::Program) {
                table.set(name, Value::Int(value.cast_signed()).into());
            }
        };
        if let (Some(folds), 1..) = (self.spec.repeats.folds, fold) {
            set("data", "folds", folds as u64);
            set("data", "fold", fold as u64);
        }
        if let Some(seed) = split {
            set("data", "validation_seed", seed);
        }
        if epochs > 0 {
            set("fit", "epochs", epochs as u64);
        }
        self.adapt_metric(&mut entries)?;
        Ok(catalog::write(&entries))
    }

    /// Makes the metric that compares configs the same quantity whatever the outputs of a config mean.
    fn adapt_metric(&self, entries: &mut Entries) -> Result<()> {
        let mut spec = Spec::read(entries)?;
        let objective = self.objective.strip_prefix("val_").unwrap_or(&self.objective);
        let has_classes = self.base.prepared.target.task != TargetTask::Regression;
        let (true, Some(PerOutput::Same(metrics))) = (has_classes, &spec.compile.metrics) else { return Ok(()) };
        if !metrics.iter().any(|one| one.name == objective) {
            return Ok(());
        }
        // What is wrong with the config is said when it is prepared.
        let Ok(planned) = PreparedRun::with_data(&spec, Arc::clone(&self.base.prepared)) else { return Ok(()) };
        if let Some(PerOutput::Same(metrics)) = &mut spec.compile.metrics {
            for one in metrics.iter_mut().filter(|one| one.name == objective) {
                adapt(one, &planned.resolved)?;
            }
        }
        if let (Some(Node { value: Value::Table(compile), .. }), Some(table)) =
            (spec.entries().get("compile"), entries.table_mut("compile", &Origin::Program))
            && let Some(metrics) = compile.get("metrics")
        {
            table.set("metrics", metrics.clone());
        }
        Ok(())
    }

    /// The mean of the values of its trainings, with less being better; infinity if one of them has no value.
    pub(super) fn less_is_better<'r>(&self, runs: impl Iterator<Item = &'r RunResult>) -> f64 {
        let values: Option<Vec<f64>> = runs.map(|run| run.outcome.number()).collect();
        let mean = values.map_or(f64::INFINITY, |values| crate::statistics::mean(&values));
        if self.more_is_better && mean.is_finite() { -mean } else { mean }
    }

    /// The objective after each epoch of a training, with less being better.
    pub(super) fn curve(&self, run: &RunResult) -> Vec<f64> {
        let curve = run.curves.iter().find(|(name, _)| *name == self.objective);
        let signed = |x: &f32| f64::from(if self.more_is_better { -*x } else { *x });
        curve.map_or_else(Vec::new, |(_, curve)| curve.iter().map(signed).collect())
    }

    /// One training as plain data.
    ///
    /// # Errors
    /// Returns an error message for a config that cannot be prepared.
    pub(super) fn task(
        &self,
        key: RunKey,
        config: &PreparedConfig,
        others: Option<Vec<Arc<Vec<f64>>>>,
        workplace: &Workplace,
    ) -> Result<Task, String> {
        let described = config.described(self, self.variant(&key), workplace)?;
        let pruning = self.spec.search.prune.as_ref().zip(others);
        Ok(Task {
            version: TASK_VERSION,
            study: self.fingerprint.clone(),
            key,
            spec: described.spec.clone(),
            rows: described.rows.clone(),
            seeds: self.seeds(&key),
            objective: self.objective.clone(),
            more_is_better: self.more_is_better,
            on_test: key.phase == Phase::Confirm,
            pruning: pruning.map(|(pruner, others)| Pruning::new(pruner, others)),
        })
    }
}

/// 64 bits of SipHash-1-3 with key 0 over the specification of a study.
fn fingerprint(spec: &StudySpec) -> String {
    let mut hasher = SipHasher13::new();
    hasher.write(spec.text().as_bytes());
    format!("{:016x}", hasher.finish())
}

/// The result of a training that may panic: a panic is retried, an error is not, because the same input gives it again.
pub fn attempts(mut attempt: impl FnMut() -> Result<RunResult, String>) -> RunResult {
    let begun = Instant::now();
    let seconds = || begun.elapsed().as_secs_f64();
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        match catch_unwind(AssertUnwindSafe(&mut attempt)) {
            Ok(Ok(result)) => return RunResult { seconds: seconds(), ..result },
            Ok(Err(why)) => return RunResult::failed(why, seconds()),
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().map(ToString::to_string);
                last = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            }
        }
    }
    RunResult::failed(format!("it ended abnormally {ATTEMPTS} times: {last}"), seconds())
}

/// Stores results in memory.
#[derive(Debug, Default)]
pub struct InMemoryStore(Mutex<BTreeMap<RunKey, RunResult>>);

impl ResultStore for InMemoryStore {
    fn known(&self, key: &RunKey, _: &[(String, String)]) -> Option<RunResult> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: &RunKey, _: &SearchPoint, _: &[(String, String)], result: &RunResult) -> Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(*key, result.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::results::Outcome;
    use super::*;

    #[test]
    fn a_panic_is_tried_three_times_and_then_is_a_result() {
        let good = RunResult { outcome: Outcome::Value(0.5), ..RunResult::failed(String::new(), 0.0) };
        let mut tried = 0;
        let result = attempts(|| {
            tried += 1;
            if tried < 3 { panic!("no luck") } else { Ok(good.clone()) }
        });
        assert_eq!((tried, result.outcome), (3, Outcome::Value(0.5)));
        let Outcome::Failed(why) = attempts(|| panic!("index {} is out of bounds", 7)).outcome else {
            panic!("it cannot succeed");
        };
        assert_eq!(why, "it ended abnormally 3 times: index 7 is out of bounds");
        let mut tried = 0;
        let result = attempts(|| {
            tried += 1;
            Err("no such column".to_string())
        });
        assert_eq!((tried, result.outcome), (1, Outcome::Failed("no such column".to_string())));
    }
}
