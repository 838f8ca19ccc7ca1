//! Runs the experiments of topics: the base training, and trainings of several variants with the same seeds.

use super::{ClaimResult, Explore, Topic};
use crate::figure::{Figure, FigureTable, Panel};
use crate::language::Lang;
use std::sync::Arc;
use treino::data::{Prepared, Task};
use treino::error::{Error, Result};
use treino::events::Gate;
use treino::metrics::NamedMetric;
use treino::network::Network;
use treino::runs::PreparedRun;
use treino::runs::SharedRows;
use treino::spec::Spec;
use treino::spec::{PATIENCE, usual_stopping};
use treino::statistics::holm;
use treino::study::workers::{Next, in_order};
use treino::study::{
    ALPHA, Comparison, Config, Coverage, Outcome, Phase, RunKey, RunResult, Splits, Standing, Verdict, attempts,
    bare_loss,
};
use treino::train::PerOutput;
use treino::train::Session;

/// The largest number of training rows for a network of [`USUAL`] parameters; validation and test rows in proportion.
/// An exploration runs some hundreds of trainings.
const MOST_ROWS: usize = 2_000;

/// The smallest limit on the number of training rows.
const LEAST_ROWS: usize = 500;

/// The approximate number of rows that a training of such a network processes in all epochs.
const PASSED: usize = 60_000;

/// Parameters of a typical network; larger ones get fewer rows and epochs.
const USUAL: usize = 10_000;

/// The smallest and largest number of epochs that results.
const EPOCHS: [usize; 2] = [20, 100];

/// Weights nearer to 0 than this count as zero.
pub const NEAR_ZERO: f32 = 0.001;

/// The environment of an exploration.
pub struct Experiment<'a> {
    /// The base training: it stops early and restores its best weights, as `treino train` does.
    pub base: Spec,
    /// The same, ready to start.
    pub planned: PreparedRun,
    /// The options of the exploration.
    pub how: &'a Explore<'a>,
    /// The error that compares trainings whatever their losses and penalties are: the bare loss of the task.
    pub error: &'static str,
    /// The metric for readers: `accuracy`, or for numbers `mean_absolute_error`.
    pub score: &'static str,
    /// The number of rows before subsampling.
    rows: usize,
    /// The largest number of training rows.
    most_rows: usize,
    data: SharedRows<Prepared>,
}

/// A setting to be trained.
pub struct Variant {
    label: String,
    spec: Spec,
}

/// The metric that compares variants.
#[derive(Debug, Clone)]
pub struct ComparisonMetric {
    /// Its name in the history.
    pub name: String,
    /// Whether larger is better.
    pub more_is_better: bool,
    /// The value after this many epochs, instead of at the end.
    pub after: Option<usize>,
}

/// Variants, trained with the same seeds.
pub struct TrainedVariants {
    /// The varied setting of each.
    pub labels: Vec<String>,
    /// Their trainings.
    pub configs: Vec<Config>,
    /// The metric that compares them.
    pub judge: ComparisonMetric,
    /// The variants from the best to the worst by their means; diverged ones are last.
    order: Vec<usize>,
    /// The ratio of validation to training rows if each seed has its own split, otherwise 0.
    overlap: f64,
    /// The p-value of each compared with the best, adjusted.
    adjusted: Vec<f64>,
}

impl<'a> Experiment<'a> {
    /// Prepares the common data of all topics.
    ///
    /// # Errors
    /// Returns an error for anything that is wrong with the spec or its data, for no validation rows, or for several
    /// targets.
    pub fn new(spec: &Spec, how: &'a Explore<'a>) -> Result<Self> {
        if !spec.data.more_targets.is_empty() {
            let e = Error::input("an exploration is about one target, but there are more_targets");
            return Err(e.help("leave out more_targets, or explore each target alone"));
        }
        let whole = PreparedRun::new(spec)?;
        let Prepared { target, train, validation, test, .. } = &*whole.prepared;
        if validation.is_none() {
            let e = Error::input("an exploration compares on the rows for validation, but there are none");
            return Err(e.help("set validation_split, or name a file"));
        }
        if how.vary_split && !whole.can_vary_split() {
            let e = Error::input("the validation rows do not depend on a seed, so the split cannot vary");
            return Err(e.help("let a random split choose them: `data.split` = random and no file for validation"));
        }
        let error = bare_loss(&whole);
        let score = if target.task == Task::Regression { "mean_absolute_error" } else { "accuracy" };
        let all = |part: &Option<treino::data::Dataset>| part.as_ref().map_or(0, |part| part.len());
        let rows = train.len() + all(validation) + all(test);
        let small = f64::min(1.0, USUAL as f64 / whole.resolved.network.parameters().max(1) as f64);
        let most_rows = ((MOST_ROWS as f64 * small) as usize).max(LEAST_ROWS);
        let prepared = Arc::new(thinned(&whole.prepared, most_rows));
        let epochs = (PASSED as f64 * small) as usize / prepared.train.len().max(1);
        let mut base = spec.clone();
        let stopping = usual_stopping();
        base.callbacks = vec![stopping.into()];
        base.fit.repeats = 1;
        base.fit.epochs = base.fit.epochs.min(epochs.clamp(EPOCHS[0], EPOCHS[1]));
        let name = error.metric.name();
        base.compile.metrics = Some(PerOutput::Same(vec![NamedMetric::typed(score)?, error]));
        base.compile.weighted_metrics = None;
        if base.model.layers.is_none() {
            // Of the whole table, not of the remaining rows.
            base.model.l2 = Some(base.model.l2_for(train.len()));
        }
        let planned = PreparedRun::with_data(&base, Arc::clone(&prepared))?;
        let data = SharedRows::default();
        data.know(&base.data, prepared);
        Ok(Experiment { base, planned, how, error: name, score, rows, most_rows, data })
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.how.lang
    }

    /// Whether the spec has the short form of the network, so that its parts can be varied.
    pub fn is_in_short(&self) -> bool {
        self.base.model.layers.is_none()
    }

    /// A description of the base training and of the repeats, in sentences.
    pub fn words(&self) -> Vec<String> {
        let (lang, data) = (self.lang(), &self.planned.prepared);
        let layers = self.planned.resolved.network.summary();
        let network: Vec<String> = layers.iter().map(|layer| format!("{} {}", layer.class, layer.outputs())).collect();
        let fit = &self.base.fit;
        let mut words = vec![
            lang.explore_base(
                network.join(", "),
                self.planned.resolved.compile.optimizer.in_words(),
                fit.batch_size,
                fit.epochs,
                PATIENCE,
            ),
            lang.explore_seeds(self.how.seeds, format!("val_{}", self.error)),
        ];
        let coverage = self.coverage();
        let rows = coverage.validation_rows.map_or_else(String::new, |rows| lang.grouped(rows as f64));
        match coverage.splits {
            Splits::PerSeed => words.push(lang.explore_splits(rows)),
            _ => words.push(lang.explore_one_split(rows)),
        }
        if coverage.has_few_rows() {
            words.push(lang.few_rows());
        }
        let used = [Some(&data.train), data.validation.as_ref(), data.test.as_ref()];
        let used: usize = used.into_iter().flatten().map(treino::data::Dataset::len).sum();
        if used < self.rows {
            words.push(lang.explore_thinned(lang.grouped(used as f64), lang.grouped(self.rows as f64)));
        }
        words
    }

    /// What p-values and intervals cover.
    fn coverage(&self) -> Coverage {
        let Prepared { train, validation, .. } = &*self.planned.prepared;
        Coverage {
            splits: if self.how.vary_split { Splits::PerSeed } else { Splits::One },
            training_rows: train.len(),
            validation_rows: validation.as_ref().map(treino::data::Dataset::len),
        }
    }

    /// A variant: the base training changed by `edit`.
    pub fn arm(&self, label: impl Into<String>, edit: impl FnOnce(&mut Spec)) -> Variant {
        let mut spec = self.base.clone();
        edit(&mut spec);
        Variant { label: label.into(), spec }
    }

    /// The same, for a training that runs all its epochs and keeps its last weights.
    pub fn long_arm(&self, label: impl Into<String>, edit: impl FnOnce(&mut Spec)) -> Variant {
        self.arm(label, |spec| {
            spec.callbacks.clear();
            edit(spec);
        })
    }

    /// The error on the validation rows with the kept weights.
    pub fn by_error(&self) -> ComparisonMetric {
        ComparisonMetric { name: format!("val_{}", self.error), more_is_better: false, after: None }
    }

    /// The score on the validation rows with the kept weights.
    pub fn by_score(&self) -> ComparisonMetric {
        ComparisonMetric { name: format!("val_{}", self.score), more_is_better: self.score == "accuracy", after: None }
    }

    /// The error on the training rows after `after` epochs.
    pub fn by_training_error(&self, after: usize) -> ComparisonMetric {
        ComparisonMetric { name: self.error.to_string(), more_is_better: false, after: Some(after) }
    }

    /// The variants that are valid for this table and network.
    pub fn fitting(&self, arms: Vec<Variant>) -> Vec<Variant> {
        arms.into_iter().filter(|arm| self.plan(&arm.spec).is_ok()).collect()
    }

    /// Trains each variant with each seed.
    ///
    /// # Errors
    /// Returns an error for a variant that does not fit the data.
    pub fn train(&self, arms: Vec<Variant>, judge: ComparisonMetric) -> Result<TrainedVariants> {
        self.train_seeds(arms, judge, self.how.seeds)
    }

    /// The same with another number of seeds.
    ///
    /// # Errors
    /// As [`Experiment::train`].
    pub fn train_seeds(&self, arms: Vec<Variant>, judge: ComparisonMetric, seeds: usize) -> Result<TrainedVariants> {
        let planned = arms.iter().map(|arm| Ok(Arc::new(self.plan(&arm.spec)?))).collect::<Result<Vec<_>>>()?;
        let own_split = |arm: usize, seed: u64| match self.how.vary_split {
            true => {
                let mut spec = arms[arm].spec.clone();
                spec.data.validation_seed = Some(seed);
                self.plan(&spec).map(Arc::new).map_err(|e| e.to_string())
            }
            false => Ok(Arc::clone(&planned[arm])),
        };
        let first = self.base.fit.seed;
        let jobs = arms.len() * seeds;
        let propose = |job: usize, _: &_| match job {
            // A training that has started is completed, so that no result depends on when it was interrupted.
            job if job >= jobs || !self.how.gate.pass() => Next::End,
            // Seed by seed, so that long and short variants mix.
            job => Next::Work((job % arms.len(), job / arms.len())),
        };
        let work = |(arm, seed): (usize, usize)| {
            let seed = first.wrapping_add(seed as u64);
            (arm, seed, attempts(|| self.attempt(&*own_split(arm, seed)?, seed, &judge)))
        };
        let results = in_order(self.how.threads, propose, work, |_, _| true);
        let mut configs: Vec<Config> = (0..arms.len()).map(|at| Config::new(at, Vec::new(), Vec::new())).collect();
        for (arm, seed, result) in results {
            if let Outcome::Failed(why) = &result.outcome {
                return Err(Error::input(format!("{}: {why}", arms[arm].label)));
            }
            configs[arm].add(RunKey::new(Phase::Search, arm, seed), result);
        }
        let labels = arms.into_iter().map(|arm| arm.label).collect();
        Ok(TrainedVariants::of(labels, configs, judge, self.coverage().overlap()))
    }

    /// Prepares a variant; equal data is shared.
    fn plan(&self, spec: &Spec) -> Result<PreparedRun> {
        let prepare = || Ok(Arc::new(thinned(&PreparedRun::new(spec)?.prepared, self.most_rows)));
        PreparedRun::with_data(spec, self.data.of(&spec.data, prepare)?)
    }

    fn attempt(&self, planned: &PreparedRun, seed: u64, judge: &ComparisonMetric) -> Result<RunResult, String> {
        let gate = Gate::new();
        let mut nobody = |_: &treino::events::Event| {};
        let mut session = Session { simd: self.how.simd, ..Session::new(1, &gate, &mut nobody) };
        let trial = planned.trial(seed, &mut session).map_err(|e| e.to_string())?;
        let mut result = RunResult::of(&trial.history, None, &judge.name);
        if let (Some(after), Outcome::Value(_)) = (judge.after, &result.outcome) {
            let value = trial.history.series(&judge.name).get(after - 1).copied();
            result.outcome = value.filter(|x| x.is_finite()).map_or(Outcome::Diverged, Outcome::Value);
        }
        let (size, near_zero) = weights(trial.network());
        result.metrics.push(("weights".to_string(), size));
        result.metrics.push(("near_zero".to_string(), near_zero));
        Ok(result)
    }

    /// A number as the value of a setting.
    pub fn setting(&self, x: f64) -> String {
        if x != 0.0 && x.abs() < 0.001 { format!("{x:e}") } else { x.to_string() }
    }

    /// The title of a figure that shows a topic by a metric.
    pub fn titled(title: &str, trained: &TrainedVariants) -> String {
        format!("{title}: {}", trained.judge.name)
    }

    /// A figure of a topic.
    pub fn figure(
        &self,
        id: &str,
        topic: &str,
        title: String,
        words: Vec<String>,
        panels: Vec<Panel>,
        table: FigureTable,
    ) -> Figure {
        let command = format!("{} --only {topic}", self.how.command);
        Figure { id: id.to_string(), title, words, panels, table, command }
    }

    /// A slide.
    pub fn topic(
        &self,
        id: &'static str,
        [title, claim]: [String; 2],
        finding: ClaimResult,
        words: Vec<String>,
        figures: Vec<Figure>,
    ) -> Topic {
        Topic { id, title, claim, finding, words, figures, worked: None, recorded: None }
    }
}

impl TrainedVariants {
    fn of(labels: Vec<String>, configs: Vec<Config>, judge: ComparisonMetric, overlap: f64) -> Self {
        let ranked = Verdict::of(&configs, judge.more_is_better, overlap).ranked;
        let order: Vec<usize> = ranked.iter().map(|one| one.config).collect();
        let best = order.first().copied().unwrap_or(0);
        let compared = |arm: usize| Comparison::of(&configs[best], &configs[arm], judge.more_is_better, overlap);
        let others: Vec<usize> = (0..configs.len()).filter(|arm| *arm != best).collect();
        let alone: Vec<f64> =
            others.iter().map(|arm| compared(*arm).map_or(1.0, |found| p_of(&found, overlap))).collect();
        let mut adjusted = vec![1.0; configs.len()];
        others.iter().zip(holm(&alone)).for_each(|(arm, p)| adjusted[*arm] = p);
        TrainedVariants { labels, configs, judge, order, overlap, adjusted }
    }

    /// Compares two variants; `None` if they have no common seed with values.
    pub fn compare(&self, a: usize, b: usize) -> Option<Comparison> {
        Comparison::of(&self.configs[a], &self.configs[b], self.judge.more_is_better, self.overlap)
    }

    /// Whether `a` is better than `b` (`true`) or worse, and the p-value of the signed-rank test over the seeds; `None`
    /// without significant difference. Ranks, because a diverging variant differs by orders of magnitude. Compared with
    /// the best variant, the p-value is adjusted for the number of variants (Holm). If each seed has its own split, it is
    /// the larger of that and the corrected t test's. A diverged variant is worse than
    /// one that did not diverge.
    pub fn judge_pair(&self, a: usize, b: usize) -> (Option<bool>, f64) {
        let diverges = |at: usize| self.configs[at].diverged() > 0;
        match (diverges(a), diverges(b)) {
            (true, false) => return (Some(false), 0.0),
            (false, true) => return (Some(true), 0.0),
            _ => {}
        }
        let Some(found) = self.compare(a, b) else { return (None, 1.0) };
        let best = self.best();
        let p = match (a == best, b == best) {
            (true, false) => self.adjusted[b],
            (false, true) => self.adjusted[a],
            _ => p_of(&found, self.overlap),
        };
        let losses = found.pairs - found.wins - found.ties;
        ((p < ALPHA && found.wins != losses).then_some(found.wins > losses), p)
    }

    /// The first of [`TrainedVariants::judge_pair`].
    pub fn is_better(&self, a: usize, b: usize) -> Option<bool> {
        self.judge_pair(a, b).0
    }

    /// The variant with the best mean.
    pub fn best(&self) -> usize {
        self.order.first().copied().unwrap_or(0)
    }

    /// The variant with the worst mean, or one that diverged.
    pub fn worst(&self) -> usize {
        self.order.last().copied().unwrap_or(0)
    }

    /// The standing of a variant compared with the best.
    pub fn standing(&self, arm: usize) -> Standing {
        let best = self.best();
        match self.is_better(best, arm) {
            _ if self.configs[arm].diverged() > 0 => Standing::Unusable,
            _ if arm == best => Standing::Best,
            Some(true) => Standing::Worse,
            _ => Standing::Tied,
        }
    }

    /// A variant's values of the metric that compares them.
    pub fn values(&self, arm: usize) -> Vec<f64> {
        self.configs[arm].values().into_iter().map(|(_, value)| value).collect()
    }

    /// Their mean; NaN without values.
    pub fn mean(&self, arm: usize) -> f64 {
        mean_of(&self.values(arm))
    }

    /// The mean of another metric at the end of a variant's trainings, such as `val_accuracy`.
    pub fn mean_metric(&self, arm: usize, name: &str) -> f64 {
        let of = |run: &RunResult| run.metrics.iter().find(|(metric, _)| metric == name).map(|(_, value)| *value);
        mean_of(&self.configs[arm].runs.iter().filter_map(|(_, run)| of(run)).collect::<Vec<_>>())
    }

    /// The curves of a variant: a metric after each epoch, one list per seed.
    pub fn curves(&self, arm: usize, name: &str) -> Vec<Vec<f64>> {
        let of = |run: &RunResult| run.curves.iter().find(|(curve, _)| curve == name).map(|(_, curve)| curve.clone());
        let curves = self.configs[arm].runs.iter().filter_map(|(_, run)| of(run));
        curves.map(|curve| curve.into_iter().map(f64::from).collect()).collect()
    }

    /// The mean seconds of a training.
    pub fn seconds(&self, arm: usize) -> f64 {
        mean_of(&self.configs[arm].runs.iter().map(|(_, run)| run.seconds).collect::<Vec<_>>())
    }

    /// The mean epochs of a training.
    pub fn epochs(&self, arm: usize) -> f64 {
        mean_of(&self.configs[arm].runs.iter().map(|(_, run)| run.epochs as f64).collect::<Vec<_>>())
    }
}

/// The p-value of a comparison: of the signed ranks, and with splits that share rows not below the corrected t test's.
fn p_of(found: &Comparison, overlap: f64) -> f64 {
    let ranks = found.ranks.map_or(1.0, |test| test.p);
    if overlap > 0.0 { ranks.max(found.t.map_or(1.0, |test| test.p)) } else { ranks }
}

fn mean_of(values: &[f64]) -> f64 {
    if values.is_empty() { f64::NAN } else { treino::statistics::mean(values) }
}

/// At most `most` training rows, evenly spaced, and the other parts in proportion.
fn thinned(prepared: &Prepared, most: usize) -> Prepared {
    let share = most as f64 / prepared.train.len().max(1) as f64;
    if share >= 1.0 {
        return prepared.clone();
    }
    let part = |data: &treino::data::Dataset| data.thinned(((data.len() as f64 * share).ceil() as usize).max(1));
    Prepared {
        train: prepared.train.thinned(most),
        validation: prepared.validation.as_ref().map(part),
        test: prepared.test.as_ref().map(part),
        ..prepared.clone()
    }
}

/// Root mean square of the weights of all kernels, and the share of them that are nearly 0.
fn weights(network: &Network) -> (f64, f64) {
    let kernels = network.named_weights().filter(|(_, shape, _)| shape.len() > 1);
    let (mut n, mut squares, mut near_zero) = (0.0, 0.0, 0.0);
    for w in kernels.flat_map(|(.., numbers)| numbers) {
        n += 1.0;
        squares += f64::from(*w) * f64::from(*w);
        near_zero += f64::from(u8::from(w.abs() < NEAR_ZERO));
    }
    ((squares / f64::max(n, 1.0)).sqrt(), near_zero / f64::max(n, 1.0))
}
