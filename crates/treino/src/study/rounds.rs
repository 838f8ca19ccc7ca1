//! The trainings of a study, phase by phase.
//!
//! A phase is a list of trainings that is fixed before its first one, or whose next one depends on results at least a
//! window before it. If a phase depends on another one, it starts after its end.

use super::pruning::Bracket;
use super::results::{Config, Phase, RandomSource, RunKey, RunResult};
use super::search::{EvaluatedConfig, SearchPoint};
use super::study_run::{Done, ResultStore, Study, StudyEvent, StudyObserver, Workers};
use super::task::{Task, Workplace};
use super::verdict::Verdict;
use super::workers::{Next, in_order};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use treino_core::error::{Error, Result};
use treino_nn::events::Logs;

/// The distance of fresh seeds from the first seed, and again of those for single sources of randomness from these.
const FRESH: u64 = 1 << 20;

/// A proposed training.
pub struct Proposed {
    pub key: RunKey,
    pub config: Arc<PreparedConfig>,
    /// Curves of the objective, less is better, on which pruning is based; `None` if it must not be pruned.
    pub others: Option<Vec<Arc<Vec<f64>>>>,
}

/// A config with the common data of its trainings.
pub struct PreparedConfig {
    pub point: SearchPoint,
    pub words: Vec<(String, String)>,
    described: Mutex<BTreeMap<PlanKey, Description>>,
}

/// The properties of a training besides its config that change its spec: fold, epochs, and the seed of the validation
/// rows.
pub type PlanKey = (usize, usize, Option<u64>);

/// The spec of a variant, and the fingerprint of its rows.
pub struct Described {
    pub spec: String,
    pub rows: String,
}

type Description = Result<Arc<Described>, String>;

impl PreparedConfig {
    pub fn new(study: &Study, point: SearchPoint) -> Self {
        let words = study.spec().space.describe(&point);
        PreparedConfig { point, words, described: Mutex::new(BTreeMap::new()) }
    }

    /// The description of a variant, created on first use.
    pub fn described(&self, study: &Study, variant: PlanKey, workplace: &Workplace) -> Description {
        let describe = || {
            let spec = study.spec_text(&self.point, variant)?;
            let rows = workplace.rows(&spec)?;
            Ok(Arc::new(Described { spec, rows }))
        };
        let mut described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
        described.entry(variant).or_insert_with(|| describe().map_err(|e: Error| e.to_string())).clone()
    }
}

/// The seeds and folds with which a config is trained.
type SeedFolds = Vec<(u64, usize)>;

/// A running study.
pub struct StudyRun<'a> {
    study: &'a Study,
    ledger: &'a dyn ResultStore,
    workers: Workers<'a>,
    workplace: &'a Workplace,
    limit: Option<Instant>,
    watch: &'a mut StudyObserver<'a>,
    broken: Mutex<Option<Error>>,
    pub configs: Vec<Config>,
    pub cut: bool,
}

impl<'a> StudyRun<'a> {
    pub fn new(
        study: &'a Study,
        ledger: &'a dyn ResultStore,
        workers: Workers<'a>,
        workplace: &'a Workplace,
        limit: Option<Instant>,
        watch: &'a mut StudyObserver<'a>,
    ) -> Self {
        let (broken, configs) = (Mutex::new(None), Vec::new());
        StudyRun { study, ledger, workers, workplace, limit, watch, broken, configs, cut: false }
    }

    /// Every seed of a range with every fold.
    fn slots(&self, seeds: Range<usize>) -> SeedFolds {
        let first = self.study.first_seed();
        let folds = match self.study.spec().repeats.folds {
            Some(folds) => 1..=folds,
            None => 0..=0,
        };
        seeds.flat_map(|seed| folds.clone().map(move |fold| (first.wrapping_add(seed as u64), fold))).collect()
    }

    /// Proposes `most` further configs, each with its first seed and fold, and trains them with the others (only the
    /// completed ones, if there is pruning): every config with its second seed, then every config with its third, so
    /// that configs have equally many seeds if the study is interrupted.
    pub fn search(&mut self, most: usize, seeds: usize) -> Result<()> {
        let all = self.slots(0..seeds);
        let begin = self.configs.len();
        self.propose(most, all[0], 0)?;
        let ends_early = self.study.pruner().is_some();
        let is_alive = |config: &&Config| {
            config.number >= begin && (!ends_early || config.runs.iter().all(|run| run.1.value().is_some()))
        };
        let alive: Vec<usize> = self.configs.iter().filter(is_alive).map(|config| config.number).collect();
        self.train(&alive, &all[1..], 0)
    }

    /// Proposes configs in brackets: each bracket gives many of them few epochs, and the better ones more.
    pub fn halve(&mut self, brackets: &[Bracket], most: usize, seeds: usize) -> Result<()> {
        let all = self.slots(0..seeds);
        let mut left = most;
        for bracket in brackets.iter().cycle() {
            let begin = self.configs.len();
            let first = &bracket.rungs[0];
            self.propose(first.configs.min(left), all[0], first.epochs)?;
            left -= (self.configs.len() - begin).min(left);
            let mut alive: Vec<usize> = (begin..self.configs.len()).collect();
            for rung in &bracket.rungs[1..] {
                let better = self.ranking(&alive);
                alive = better.into_iter().take(rung.configs).collect();
                self.train(&alive, &all[..1], rung.epochs)?;
            }
            let last = bracket.rungs.last().map_or(0, |rung| rung.epochs);
            self.train(&alive, &all[1..], last)?;
            if left == 0 || self.configs.len() == begin || self.cut {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The next round of a race: further seeds for the better ones of the remaining configs. Returns those.
    pub fn race(&mut self, left: &[usize], keep: usize, seeds: Range<usize>) -> Result<Vec<usize>> {
        let best: Vec<usize> = self.ranking(left).into_iter().take(keep).collect();
        let slots = self.slots(seeds);
        for (epochs, which) in self.by_epochs(best.clone()) {
            self.train(&which, &slots, epochs)?;
        }
        Ok(best)
    }

    /// Further seeds for the configs without significant difference, half as many again each time.
    pub fn decide(&mut self) -> Result<()> {
        let folds = self.study.spec().repeats.folds.unwrap_or(1);
        loop {
            let verdict = Verdict::of(&self.configs, self.study.objective().1, self.study.coverage().overlap());
            // Pruned configs stay pruned.
            let open: Vec<usize> = verdict.open().into_iter().filter(|at| !self.configs[*at].was_pruned()).collect();
            let done = verdict.best().map_or(0, |best| self.configs[best.config].runs.len() / folds);
            let next = (done + done.div_ceil(2)).min(self.study.spec().search.most_seeds);
            if open.len() < 2 || next <= done || self.cut || self.workers.are_over(self.limit) {
                return Ok(());
            }
            let mut keys: Vec<(usize, RunKey)> = Vec::new();
            for config in open {
                let (from, epochs) = (self.configs[config].runs.len() / folds, self.epochs(config));
                for (at, (seed, fold)) in self.slots(from..next).into_iter().enumerate() {
                    keys.push((from * folds + at, RunKey { fold, epochs, ..RunKey::new(Phase::Search, config, seed) }));
                }
            }
            keys.sort_by_key(|(slot, key)| (*slot, key.config));
            self.list(&keys.into_iter().map(|(_, key)| key).collect::<Vec<_>>())?;
        }
    }

    /// The best configs with fresh seeds, on the test rows if there are any.
    pub fn confirm(&mut self) -> Result<()> {
        let repeats = &self.study.spec().repeats;
        let all: Vec<usize> = (0..self.configs.len()).collect();
        let best = self.ranking(&all).into_iter().take(repeats.confirm_top);
        let first = self.study.first_seed().wrapping_add(FRESH);
        let best: Vec<usize> = best.collect();
        let keys: Vec<RunKey> = (0..repeats.confirm_seeds)
            .flat_map(|seed| best.iter().map(move |config| (seed, *config)))
            .map(|(seed, config)| RunKey {
                fold: repeats.folds.map_or(0, |folds| seed % folds + 1),
                epochs: self.epochs(config),
                ..RunKey::new(Phase::Confirm, config, first.wrapping_add(seed as u64))
            })
            .collect();
        self.list(&keys)
    }

    /// The best config with a single source of randomness varied, one source after another.
    pub fn sources(&mut self) -> Result<()> {
        let all: Vec<usize> = (0..self.configs.len()).collect();
        let Some(best) = self.ranking(&all).first().copied() else { return Ok(()) };
        let first = self.study.first_seed().wrapping_add(2 * FRESH);
        let (epochs, fold) = (self.epochs(best), usize::from(self.study.spec().repeats.folds.is_some()));
        let seeds = self.study.spec().repeats.sources as u64;
        let sources =
            RandomSource::ALL.into_iter().filter(|source| *source != RandomSource::Split || self.study.can_split());
        let sources: Vec<RandomSource> = sources.collect();
        let keys: Vec<RunKey> = (0..seeds)
            .flat_map(|seed| sources.iter().map(move |source| (*source, seed)))
            .map(|(source, seed)| RunKey {
                fold,
                epochs,
                ..RunKey::new(Phase::Source(source), best, first.wrapping_add(seed))
            })
            .collect();
        self.list(&keys)
    }

    /// The largest number of epochs of a config's trainings.
    fn epochs(&self, config: usize) -> usize {
        self.configs[config].runs.first().map_or(0, |(key, _)| key.epochs)
    }

    /// Groups configs by the epochs of their trainings.
    fn by_epochs(&self, which: Vec<usize>) -> BTreeMap<usize, Vec<usize>> {
        let mut by = BTreeMap::<usize, Vec<usize>>::new();
        for config in which {
            by.entry(self.epochs(config)).or_default().push(config);
        }
        by
    }

    /// Those of the configs that have a value for the most seeds and epochs among them, from the best to the worst.
    fn ranking(&self, which: &[usize]) -> Vec<usize> {
        let some: Vec<Config> = which.iter().map(|at| self.configs[*at].clone()).collect();
        let verdict = Verdict::of(&some, self.study.objective().1, self.study.coverage().overlap());
        verdict.ranked.iter().filter(|one| one.is_full).map(|one| which[one.config]).collect()
    }

    /// The first phase: configs with one seed and fold, each proposed from the results at least a window before it.
    fn propose(&mut self, most: usize, slot: (u64, usize), epochs: usize) -> Result<()> {
        let (study, begin) = (self.study, self.configs.len());
        let (sampler, window) = (study.sampler(), study.spec().search.window);
        let before: Vec<(SearchPoint, f64)> = self
            .configs
            .iter()
            .map(|config| (config.point.clone(), study.less_is_better(config.runs.iter().map(|(_, run)| run))))
            .collect();
        let pruner = study.pruner();
        let mut curves: Vec<Arc<Vec<f64>>> = Vec::new();
        let mut with_curves = 0;
        let mut candidates: Vec<Arc<PreparedConfig>> = Vec::new();
        let key = |at: usize| {
            let (seed, fold) = slot;
            RunKey { fold, epochs, ..RunKey::new(Phase::Search, begin + at, seed) }
        };
        let mut propose = |at: usize, finished: usize, results: &[Option<RunResult>]| {
            let usable = (at + 1).saturating_sub(window);
            if at == candidates.len() {
                if at == most {
                    return Proposal::End;
                }
                if finished < usable {
                    return Proposal::Wait;
                }
                let earlier = before.iter().map(|(point, value)| EvaluatedConfig { point, value: Some(*value) });
                let own = candidates.iter().zip(results).enumerate().map(|(at, (candidate, result))| {
                    let value = (at < usable).then(|| study.less_is_better(result.iter()));
                    EvaluatedConfig { point: &candidate.point, value }
                });
                let seen: Vec<EvaluatedConfig<'_>> = earlier.chain(own).collect();
                let spec = study.spec();
                let Some(point) = sampler.suggest(&spec.space, begin + at, &seen, spec.study.seed) else {
                    return Proposal::End;
                };
                candidates.push(Arc::new(PreparedConfig::new(study, point)));
            }
            let others = pruner.map(|_| {
                for result in results[with_curves..usable].iter().flatten() {
                    if result.value().is_some() {
                        curves.push(Arc::new(study.curve(result)));
                    }
                }
                with_curves = with_curves.max(usable);
                curves.clone()
            });
            Proposal::Train(Proposed { key: key(at), config: Arc::clone(&candidates[at]), others })
        };
        let results = self.work(most, &mut propose)?;
        for (at, (one, result)) in candidates.iter().zip(results).enumerate() {
            let mut config = Config::new(begin + at, one.point.clone(), one.words.clone());
            config.add(key(at), result);
            self.configs.push(config);
        }
        Ok(())
    }

    /// Trains some configs with some seeds and folds.
    fn train(&mut self, which: &[usize], slots: &[(u64, usize)], epochs: usize) -> Result<()> {
        let keys = slots.iter().flat_map(|(seed, fold)| {
            which.iter().map(|config| RunKey { fold: *fold, epochs, ..RunKey::new(Phase::Search, *config, *seed) })
        });
        self.list(&keys.collect::<Vec<_>>())
    }

    /// Runs trainings with known keys.
    fn list(&mut self, keys: &[RunKey]) -> Result<()> {
        let study = self.study;
        let points: BTreeMap<usize, SearchPoint> =
            keys.iter().map(|key| (key.config, self.configs[key.config].point.clone())).collect();
        let mut candidates: BTreeMap<usize, Arc<PreparedConfig>> = BTreeMap::new();
        let mut propose = |index: usize, _: usize, _: &[Option<RunResult>]| match keys.get(index) {
            None => Proposal::End,
            Some(key) => {
                let new = || Arc::new(PreparedConfig::new(study, points[&key.config].clone()));
                let config = Arc::clone(candidates.entry(key.config).or_insert_with(new));
                Proposal::Train(Proposed { key: *key, config, others: None })
            }
        };
        let results = self.work(keys.len(), &mut propose)?;
        for (key, result) in keys.iter().zip(results) {
            self.configs[key.config].add(*key, result);
        }
        Ok(())
    }

    fn work(&mut self, of: usize, propose: &mut Propose<'_>) -> Result<Vec<RunResult>> {
        let (study, workers, workplace, ledger) = (self.study, self.workers, self.workplace, self.ledger);
        let is_cut = AtomicBool::new(false);
        let (limit, broken) = (self.limit, &self.broken);
        let watch = Mutex::new((&mut *self.watch, 0));
        let tell = |event: &StudyEvent| {
            let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
            (watch.0)(event);
        };
        let tell_done = |key: RunKey, words: &[(String, String)], result: &RunResult| {
            let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
            watch.1 += 1;
            let done = watch.1;
            let words = words.to_vec();
            (watch.0)(&StudyEvent::Done(Done { key, words, result: result.clone(), done, of }));
        };
        let fail = |e: Error| {
            broken.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(e);
        };
        let do_task = |task: &Task| {
            let mut epochs = 0;
            let mut told = |logs: &Logs| {
                epochs += 1;
                if workers.tells_epochs {
                    tell(&StudyEvent::Epoch { key: task.key, epoch: epochs, logs: logs.clone() });
                }
            };
            let runner = workers.runner.unwrap_or(workplace);
            runner.run(task, &mut told)
        };
        let results = in_order(
            workers.threads,
            |index, progress| match propose(index, progress.finished_prefix, &progress.results) {
                Proposal::End => Next::End,
                Proposal::Wait => Next::Wait,
                Proposal::Train(task) => match ledger.known(&task.key, &task.config.words) {
                    Some(result) => {
                        tell_done(task.key, &task.config.words, &result);
                        Next::Known(result)
                    }
                    None if workers.are_over(limit) => {
                        is_cut.store(true, Ordering::Relaxed);
                        Next::End
                    }
                    None => Next::Work(task),
                },
            },
            |Proposed { key, config, others }| {
                tell(&StudyEvent::Began { key, words: config.words.clone() });
                let done = match study.task(key, &config, others, workplace) {
                    Ok(task) => do_task(&task).map(|done| done.result),
                    Err(why) => Ok(RunResult::failed(why, 0.0)),
                };
                let result = done.unwrap_or_else(|e| {
                    let failed = RunResult::failed(e.to_string(), 0.0);
                    fail(e);
                    failed
                });
                if broken.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
                    ledger.keep(&key, &config.point, &config.words, &result).unwrap_or_else(fail);
                }
                tell_done(key, &config.words, &result);
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

/// Proposes the training with an index, from the number of completed ones without a gap, and the results so far.
type Propose<'a> = dyn FnMut(usize, usize, &[Option<RunResult>]) -> Proposal + Send + 'a;

enum Proposal {
    Train(Proposed),
    Wait,
    End,
}
