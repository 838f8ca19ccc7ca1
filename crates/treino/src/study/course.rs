//! A study from its first training to its last.
//!
//! The trainings of a study follow from what is written down alone: which configs, which seeds, in which order. What a
//! [`Ledger`] knows already is not trained again, so a study that was cut off goes on where it was, and ends the same.

use super::objective::Objective;
use super::results::{Config, Outcome, Phase, RunKey, RunResult};
use super::search::{Grid, Point, Random, Sampler, Seen, grid_size};
use super::spec::{Seeds, StudySpec};
use super::verdict::Verdict;
use super::workers::{Next, in_order};
use crate::catalog::{Entries, Node, Origin, Value};
use crate::data::{Prepared, Task};
use crate::error::{Error, Result};
use crate::spec::Spec;
use crate::train::{Ending, Event, Planned, Session, Simd};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Fresh seeds begin so far behind the first one.
const FRESH: u64 = 1 << 20;

/// A training that panics is tried so often.
const ATTEMPTS: usize = 3;

/// Seeds of a config after each round of a race.
const RACE: [usize; 3] = [1, 4, 12];

/// Configs that a round of a race leaves at least.
const RACE_KEEPS: usize = 4;

/// Where the results of a study stay.
pub trait Ledger: Sync {
    /// What is known of a training.
    fn known(&self, key: &RunKey) -> Option<RunResult>;

    /// Keeps what came of a training.
    ///
    /// # Errors
    /// What was kept before cannot be read back, or there is no more room.
    fn keep(&self, key: &RunKey, words: &[(String, String)], result: &RunResult) -> Result<()>;
}

/// A study whose input is known to be good.
#[derive(Debug)]
pub struct Study {
    spec: StudySpec,
    base: Planned,
    objective: String,
    more_is_better: bool,
    data: Mutex<BTreeMap<String, Arc<Prepared>>>,
}

/// What a study runs in.
#[derive(Debug, Clone, Copy)]
pub struct Workers<'a> {
    /// Trainings side by side, one a thread.
    pub threads: usize,
    /// The instruction set.
    pub simd: Simd,
    /// Set it to begin no further training.
    pub interrupt: &'a AtomicBool,
}

impl Workers<'_> {
    /// Whether no further training begins: it was told so, or the time is over.
    fn are_over(&self, limit: Option<Instant>) -> bool {
        self.interrupt.load(Ordering::Relaxed) || limit.is_some_and(|limit| Instant::now() >= limit)
    }
}

/// Something that happened.
#[derive(Debug, Clone, Copy)]
pub struct Done<'a> {
    /// Which training.
    pub key: &'a RunKey,
    /// What it varied.
    pub words: &'a [(String, String)],
    /// What came of it.
    pub result: &'a RunResult,
    /// Trainings done in this phase and round, and how many it has at most.
    pub done: usize,
    /// How many there are.
    pub of: usize,
}

/// A study that has ended.
#[derive(Debug, Clone)]
pub struct Course {
    /// The configs, in the order in which they were proposed.
    pub configs: Vec<Config>,
    /// What is to be said of them.
    pub verdict: Verdict,
    /// What was minimised or maximised.
    pub objective: String,
    /// Which of them.
    pub more_is_better: bool,
    /// Whether it was told to stop, or its time was over, before all was done.
    pub cut_short: bool,
    /// Which rows the confirmation was measured on: `test` or `validation`.
    pub confirmed_on: String,
}

impl Course {
    /// What every config varies, where that is the same for all.
    pub fn dimensions(&self) -> Option<Vec<&str>> {
        let names = |config: &Config| config.words.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let first = self.configs.first()?;
        let same = self.configs.iter().all(|config| names(config) == names(first));
        same.then(|| first.words.iter().map(|(name, _)| name.as_str()).collect())
    }
}

/// One training to be done.
struct Training {
    key: RunKey,
    config: Arc<Candidate>,
}

/// A config with what its trainings share.
struct Candidate {
    point: Point,
    words: Vec<(String, String)>,
    planned: OnceLock<Result<Arc<Planned>, String>>,
}

impl Study {
    /// Reads the data and checks everything that can be wrong before the first training.
    ///
    /// # Errors
    /// Anything that is wrong with the base spec, its data, or the objective; a grid over ranges.
    pub fn new(mut spec: StudySpec) -> Result<Self> {
        let mut base = Planned::new(&spec.base_spec()?)?;
        let is_validated = base.prepared.validation.is_some();
        let name = |bare: &str| if is_validated { format!("val_{bare}") } else { bare.to_string() };
        // Networks differ in their penalties too.
        let other_losses = |path: &str| path.starts_with("compile.loss") || path.starts_with("model.");
        let by_task = match &spec.study.objective {
            Some(objective) => objective.clone(),
            None if spec.space.dimensions().iter().any(|d| other_losses(&d.path)) => {
                let bare = add_metric(&mut spec.base, &base)?;
                base = Planned::with_data(&spec.base_spec()?, Arc::clone(&base.prepared))?;
                name(bare)
            }
            None => name("loss"),
        };
        let (objective, more_is_better) = Objective::parse(&by_task)?.against(&base)?;
        if spec.search.sampler.as_deref() == Some("grid") && grid_size(&spec.space).is_none() {
            let e = Error::input("a grid needs lists of values, but the space has a range");
            return Err(e.help("write the values, or take the sampler random"));
        }
        let data = Mutex::new(BTreeMap::from([(data_key(&base.resolved.spec), Arc::clone(&base.prepared))]));
        Ok(Study { spec, base, objective, more_is_better, data })
    }

    /// The study as it is written down.
    pub fn spec(&self) -> &StudySpec {
        &self.spec
    }

    /// The training that is varied.
    pub fn base(&self) -> &Planned {
        &self.base
    }

    /// What is minimised or maximised, and which of them.
    pub fn objective(&self) -> (&str, bool) {
        (&self.objective, self.more_is_better)
    }

    /// Which rows the best configs are confirmed on: `test` or `validation`.
    pub fn confirmed_on(&self) -> &'static str {
        if self.base.prepared.test.is_some() { "test" } else { "validation" }
    }

    /// How many configs are tried, at most.
    pub fn most_configs(&self) -> usize {
        let asked = self.spec.search.configs;
        match (self.is_grid(), grid_size(&self.spec.space)) {
            (true, Some(all)) => asked.map_or(all, |asked| asked.min(all)),
            _ => asked.unwrap_or(50),
        }
    }

    fn is_grid(&self) -> bool {
        match self.spec.search.sampler.as_deref() {
            None => grid_size(&self.spec.space).is_some(),
            Some(name) => name == "grid",
        }
    }

    fn sampler(&self) -> Box<dyn Sampler + Send + Sync> {
        if self.is_grid() { Box::new(Grid) } else { Box::new(Random) }
    }

    /// Trains, and judges.
    ///
    /// # Errors
    /// The ledger cannot keep a result.
    pub fn run(
        &self,
        ledger: &dyn Ledger,
        workers: Workers<'_>,
        watch: &mut (dyn FnMut(&Done<'_>) + Send),
    ) -> Result<Course> {
        let limit = self.spec.search.time.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds.min(1e9)));
        let mut round = Round { study: self, ledger, workers, limit, watch, broken: Mutex::new(None), cut: false };
        let first = match self.spec.repeats.seeds {
            Seeds::Number(n) => n,
            Seeds::Race => RACE[0],
        };
        let mut configs = round.search(first)?;
        if self.spec.repeats.seeds == Seeds::Race {
            for pair in RACE.windows(2) {
                let keep = (configs.len() / if pair[0] == RACE[0] { 4 } else { 16 }).max(RACE_KEEPS);
                let best = ranking(&configs, self.more_is_better);
                round.more(&mut configs, &best[..keep.min(best.len())], pair[0]..pair[1])?;
            }
        }
        if self.spec.search.until_decided {
            round.decide(&mut configs)?;
        }
        round.confirm(&mut configs)?;
        let verdict = Verdict::of(&configs, self.more_is_better);
        let (objective, more_is_better) = (self.objective.clone(), self.more_is_better);
        let confirmed_on = self.confirmed_on().to_string();
        Ok(Course { configs, verdict, objective, more_is_better, cut_short: round.cut, confirmed_on })
    }

    /// Plans the trainings of a config, over data that is shared where it is the same.
    fn plan(&self, point: &Point) -> Result<Arc<Planned>> {
        let spec = Spec::read(&self.spec.space.apply(&self.spec.base, point)?)?;
        let varies_data = self.spec.space.dimensions().iter().any(|d| d.path.starts_with("data."));
        if !varies_data {
            return Planned::with_data(&spec, Arc::clone(&self.base.prepared)).map(Arc::new);
        }
        let key = data_key(&spec);
        let known = self.data.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        match known {
            Some(prepared) => Planned::with_data(&spec, prepared).map(Arc::new),
            None => {
                let planned = Planned::new(&spec)?;
                let mut data = self.data.lock().unwrap_or_else(PoisonError::into_inner);
                data.insert(key, Arc::clone(&planned.prepared));
                Ok(Arc::new(planned))
            }
        }
    }

    /// One training, whatever becomes of it.
    fn train(&self, task: &Training, workers: Workers<'_>) -> RunResult {
        let begun = Instant::now();
        let seconds = || begun.elapsed().as_secs_f64();
        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            match catch_unwind(AssertUnwindSafe(|| self.attempt(task, workers))) {
                Ok(Ok(result)) => return RunResult { seconds: seconds(), ..result },
                // The same input gives the same error again.
                Ok(Err(why)) => return RunResult::failed(why, seconds()),
                Err(panic) => {
                    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
                    last = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
                }
            }
        }
        RunResult::failed(format!("it ended abnormally {ATTEMPTS} times: {last}"), seconds())
    }

    fn attempt(&self, task: &Training, workers: Workers<'_>) -> Result<RunResult, String> {
        let plan = || self.plan(&task.config.point).map_err(|e| e.to_string());
        let planned = task.config.planned.get_or_init(plan).as_ref().map_err(Clone::clone)?;
        let mut nobody = |_: &Event<'_>| {};
        // A training that has begun comes to its end, so that its result does not depend on when it was interrupted.
        let never = AtomicBool::new(false);
        let mut session =
            Session { threads: 1, simd: workers.simd, interrupt: &never, observer: &mut nobody, profile: None };
        let trial = planned.trial(task.key.seed, &mut session).map_err(|e| e.to_string())?;
        let history = &trial.history;
        let epochs = history.epochs.len();
        let curve = |name: &&str| (name.to_string(), history.series(name).iter().map(|x| *x as f32).collect());
        let curves = history.names().iter().map(curve).collect();
        let result = |outcome, metrics| RunResult { outcome, epochs, seconds: 0.0, metrics, curves };
        if matches!(history.ending, Ending::Diverged(_)) {
            return Ok(result(Outcome::Diverged, Vec::new()));
        }
        let kept = history.kept_epoch.and_then(|epoch| history.epochs.get(epoch)).cloned().unwrap_or_default();
        let (metrics, name) = match (task.key.phase, &planned.prepared.test) {
            (Phase::Confirm, Some(_)) => {
                let bare = self.objective.strip_prefix("val_").unwrap_or(&self.objective);
                (trial.test(&session).map_err(|e| e.to_string())?.0, bare)
            }
            _ => (kept.0, self.objective.as_str()),
        };
        let value = metrics.iter().find(|(metric, _)| metric == name).map_or(f64::NAN, |(_, value)| *value);
        let outcome = if value.is_finite() { Outcome::Value(value) } else { Outcome::Diverged };
        Ok(result(outcome, metrics))
    }
}

/// One stretch of a study after another.
struct Round<'a> {
    study: &'a Study,
    ledger: &'a dyn Ledger,
    workers: Workers<'a>,
    limit: Option<Instant>,
    watch: &'a mut (dyn FnMut(&Done<'_>) + Send),
    broken: Mutex<Option<Error>>,
    cut: bool,
}

impl Round<'_> {
    /// The first round: every config with its first seeds.
    fn search(&mut self, seeds: usize) -> Result<Vec<Config>> {
        let (study, most) = (self.study, self.study.most_configs());
        let first_seed = study.base.settings().seed;
        let sampler = study.sampler();
        let window = study.spec.search.window;
        let mut candidates: Vec<Arc<Candidate>> = Vec::new();
        let mut propose = |index: usize, whole: usize, results: &[Option<RunResult>]| {
            let (config, seed) = (index / seeds, index % seeds);
            if config == candidates.len() {
                let usable = (config + 1).saturating_sub(window);
                if config == most {
                    return Proposal::End;
                }
                if whole < usable * seeds {
                    return Proposal::Wait;
                }
                let seen: Vec<Seen<'_>> = candidates
                    .iter()
                    .enumerate()
                    .map(|(at, candidate)| {
                        let runs = results[at * seeds..(at + 1) * seeds].iter().flatten();
                        let value = (at < usable).then(|| self.study.less_is_better(runs));
                        Seen { point: &candidate.point, value }
                    })
                    .collect();
                let Some(point) = sampler.suggest(&study.spec.space, config, &seen, study.spec.study.seed) else {
                    return Proposal::End;
                };
                candidates.push(Arc::new(study.candidate(point)));
            }
            let key = RunKey::new(Phase::Search, config, first_seed.wrapping_add(seed as u64));
            Proposal::Train(Training { key, config: Arc::clone(&candidates[config]) })
        };
        let results = self.work(most * seeds, &mut propose)?;
        let mut configs: Vec<Config> =
            candidates.iter().enumerate().map(|(number, candidate)| candidate.config(number)).collect();
        for (index, result) in results.into_iter().enumerate() {
            let key = RunKey::new(Phase::Search, index / seeds, first_seed.wrapping_add((index % seeds) as u64));
            configs[index / seeds].add(key, result);
        }
        configs.retain(|config| !config.runs.is_empty());
        Ok(configs)
    }

    /// Further seeds for some configs.
    fn more(&mut self, configs: &mut [Config], which: &[usize], seeds: std::ops::Range<usize>) -> Result<()> {
        let first = self.study.base.settings().seed;
        let keys = which.iter().flat_map(|config| {
            seeds.clone().map(|seed| RunKey::new(Phase::Search, *config, first.wrapping_add(seed as u64)))
        });
        let keys: Vec<RunKey> = keys.collect();
        for (key, result) in keys.iter().zip(self.list(configs, &keys)?) {
            configs[key.config].add(*key, result);
        }
        Ok(())
    }

    /// Further seeds for those that cannot be told apart, half as many again each time.
    fn decide(&mut self, configs: &mut [Config]) -> Result<()> {
        loop {
            let verdict = Verdict::of(configs, self.study.more_is_better);
            let open = verdict.open();
            let done = verdict.ranked.first().map_or(0, |best| configs[best.config].runs.len());
            let next = (done + done.div_ceil(2)).min(self.study.spec.search.most_seeds);
            if open.len() < 2 || next <= done || self.workers.are_over(self.limit) {
                return Ok(());
            }
            for config in open {
                let from = configs[config].runs.len();
                self.more(configs, &[config], from..next)?;
            }
        }
    }

    /// The best configs on fresh seeds, by the rows of the test where there are some.
    fn confirm(&mut self, configs: &mut [Config]) -> Result<()> {
        let repeats = &self.study.spec.repeats;
        let best = ranking(configs, self.study.more_is_better);
        let first = self.study.base.settings().seed.wrapping_add(FRESH);
        let keys = best.iter().take(repeats.confirm_top).flat_map(|config| {
            (0..repeats.confirm_seeds as u64).map(|seed| RunKey::new(Phase::Confirm, *config, first.wrapping_add(seed)))
        });
        let keys: Vec<RunKey> = keys.collect();
        for (key, result) in keys.iter().zip(self.list(configs, &keys)?) {
            configs[key.config].add(*key, result);
        }
        Ok(())
    }

    /// Trainings whose keys are known.
    fn list(&mut self, configs: &[Config], keys: &[RunKey]) -> Result<Vec<RunResult>> {
        let mut candidates: BTreeMap<usize, Arc<Candidate>> = BTreeMap::new();
        let study = self.study;
        let mut propose = |index: usize, _: usize, _: &[Option<RunResult>]| match keys.get(index) {
            None => Proposal::End,
            Some(key) => {
                let candidate = candidates
                    .entry(key.config)
                    .or_insert_with(|| Arc::new(study.candidate(configs[key.config].point.clone())));
                Proposal::Train(Training { key: *key, config: Arc::clone(candidate) })
            }
        };
        self.work(keys.len(), &mut propose)
    }

    fn work(&mut self, of: usize, propose: &mut Propose<'_>) -> Result<Vec<RunResult>> {
        let (study, workers, ledger) = (self.study, self.workers, self.ledger);
        let is_cut = AtomicBool::new(false);
        let (limit, broken) = (self.limit, &self.broken);
        let watch = Mutex::new((&mut *self.watch, 0));
        let tell = |key: &RunKey, words: &[(String, String)], result: &RunResult| {
            let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
            watch.1 += 1;
            let done = watch.1;
            (watch.0)(&Done { key, words, result, done, of });
        };
        let results = in_order(
            workers.threads,
            |index, progress| match propose(index, progress.whole, &progress.results) {
                Proposal::End => Next::End,
                Proposal::Wait => Next::Wait,
                Proposal::Train(task) => match ledger.known(&task.key) {
                    Some(result) => {
                        tell(&task.key, &task.config.words, &result);
                        Next::Known(result)
                    }
                    None if workers.are_over(limit) => {
                        is_cut.store(true, Ordering::Relaxed);
                        Next::End
                    }
                    None => Next::Work(task),
                },
            },
            |task| {
                let result = study.train(&task, workers);
                if let Err(e) = ledger.keep(&task.key, &task.config.words, &result) {
                    broken.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(e);
                }
                tell(&task.key, &task.config.words, &result);
                result
            },
            |_, _| broken.lock().unwrap_or_else(PoisonError::into_inner).is_none(),
        );
        self.cut |= is_cut.into_inner();
        match self.broken.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(e) => Err(e),
            None => Ok(results),
        }
    }
}

/// Proposes the training of a number, from how many are done without a gap, and the results so far.
type Propose<'a> = dyn FnMut(usize, usize, &[Option<RunResult>]) -> Proposal + Send + 'a;

enum Proposal {
    Train(Training),
    Wait,
    End,
}

impl Study {
    fn candidate(&self, point: Point) -> Candidate {
        let words = self.spec.space.describe(&point);
        Candidate { point, words, planned: OnceLock::new() }
    }

    /// The mean of what its trainings gave, with less being better; infinity where one of them diverged.
    fn less_is_better<'r>(&self, runs: impl Iterator<Item = &'r RunResult>) -> f64 {
        let values: Option<Vec<f64>> = runs.map(RunResult::value).collect();
        let mean = values.map_or(f64::INFINITY, |values| super::statistics::mean(&values));
        if self.more_is_better && mean.is_finite() { -mean } else { mean }
    }
}

impl Candidate {
    fn config(&self, number: usize) -> Config {
        Config::new(number, self.point.clone(), self.words.clone())
    }
}

/// The configs from the best to the worst, by their mean; those of which a training gave no value last.
fn ranking(configs: &[Config], more_is_better: bool) -> Vec<usize> {
    Verdict::of(configs, more_is_better).ranked.iter().map(|ranked| ranked.config).collect()
}

/// The data section of a spec as text.
fn data_key(spec: &Spec) -> String {
    Value::Table(spec.data.written()).to_string()
}

/// Adds the metric by which configs compare whatever their losses and penalties are: the bare loss of the task.
fn add_metric(entries: &mut Entries, base: &Planned) -> Result<&'static str> {
    if !base.prepared.more_targets.is_empty() {
        let e = Error::input("losses of configs do not compare where the loss or the network is varied");
        return Err(e.help("name a metric with objective, such as \"max val_accuracy\""));
    }
    let added = match base.prepared.target.task {
        Task::Binary => "binary_crossentropy",
        Task::Multiclass => "sparse_categorical_crossentropy",
        Task::Regression => "mean_squared_error",
    };
    let compile = &base.resolved.compile;
    let known = compile.log_names(&base.resolved.network);
    if known.iter().any(|name| name == added) {
        return Ok(added);
    }
    let origin = Origin::Program;
    if let Some(section) = entries.table_mut("compile", &origin) {
        let mut metrics = match section.get("metrics") {
            Some(Node { value: Value::List(metrics), .. }) => metrics.clone(),
            Some(one) => vec![one.clone()],
            None => known.into_iter().filter(|name| name != "loss").map(|name| Value::Text(name).into()).collect(),
        };
        metrics.push(Value::Text(added.to_string()).into());
        section.set("metrics", Value::List(metrics).into());
    }
    Ok(added)
}

/// Results that stay in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<RunKey, RunResult>>);

impl Ledger for Memory {
    fn known(&self, key: &RunKey) -> Option<RunResult> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: &RunKey, _: &[(String, String)], result: &RunResult) -> Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(*key, result.clone());
        Ok(())
    }
}
