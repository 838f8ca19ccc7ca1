//! What may be said of the configs of a study.
//!
//! Configs are trained with the same seeds, so two of them are compared by the differences on each seed: a paired t test, its
//! p-values adjusted for the number of comparisons (S. Holm, Scandinavian Journal of Statistics 6, 1979). What cannot be told from
//! the best one at 5 % stays beside it.

use super::results::Config;
use super::statistics::{Interval95, interval95, mean, standard_deviation, student_t_cdf, student_t_quantile};

/// The level of the tests.
pub const ALPHA: f64 = 0.05;

/// Chance of finding a difference of the size that was seen, for which further seeds are counted.
const POWER: f64 = 0.8;

/// The configs from the best to the worst.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// All of them.
    pub ranked: Vec<Ranked>,
    /// Whether the best one is better than every other by the tests.
    pub decided: bool,
    /// About how many further seeds would tell the two best apart; `None` where nothing says so.
    pub more_seeds: Option<usize>,
}

/// A config beside the best one.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Its number in the study.
    pub config: usize,
    /// Mean, spread and interval of the objective over its seeds.
    pub interval: Interval95,
    /// Trainings that gave a value.
    pub seeds: usize,
    /// Trainings that diverged.
    pub diverged: usize,
    /// Mean number of epochs.
    pub epochs: f64,
    /// Mean seconds of a training.
    pub seconds: f64,
    /// The chance that its mean is better than the best one's, by the paired t distribution; `None` without two pairs.
    pub chance: Option<f64>,
    /// The p-value of the paired test against the best one, adjusted.
    pub p: Option<f64>,
    /// On how many of how many seeds the best one was better.
    pub lost: (usize, usize),
    /// How it stands.
    pub standing: Standing,
}

/// How a config stands beside the best one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has the best mean.
    Best,
    /// It cannot be told from the best one.
    Level,
    /// It is worse.
    Worse,
    /// It had too few seeds or epochs to be compared, being behind on those.
    Dropped,
    /// A training of it diverged or failed.
    Unusable,
}

impl Verdict {
    /// Judges the configs.
    pub fn of(configs: &[Config], more_is_better: bool) -> Verdict {
        let sign = if more_is_better { -1.0 } else { 1.0 };
        let values: Vec<Vec<((u64, usize), f64)>> = configs.iter().map(Config::values).collect();
        let is_whole = |at: usize| !values[at].is_empty() && values[at].len() == configs[at].runs.len();
        let epochs = |at: usize| configs[at].runs.first().map_or(0, |(key, _)| key.most_epochs());
        let overlap = overlap(configs);
        let average = |at: usize| sign * mean(&values[at].iter().map(|(_, value)| *value).collect::<Vec<_>>());
        let mut order: Vec<usize> = (0..configs.len()).filter(|at| !configs[*at].runs.is_empty()).collect();
        let key = |at: usize| {
            let was_pruned = configs[at].was_pruned();
            (
                !is_whole(at),
                std::cmp::Reverse(was_pruned),
                std::cmp::Reverse(epochs(at)),
                std::cmp::Reverse(values[at].len()),
            )
        };
        order.sort_by(|a, b| key(*a).cmp(&key(*b)).then(average(*a).total_cmp(&average(*b))).then(a.cmp(b)));
        let best = order.first().copied();
        let pairs = |at: usize| -> Vec<f64> {
            let of_best = best.map_or(&[][..], |best| &values[best]);
            let pair = |(seed, value): &((u64, usize), f64)| {
                of_best.iter().find(|(other, _)| other == seed).map(|(_, of_best)| sign * (value - of_best))
            };
            let is_alike = best.is_some_and(|best| epochs(best) == epochs(at));
            if is_alike { values[at].iter().filter_map(pair).collect() } else { Vec::new() }
        };
        let mut ranked: Vec<Ranked> = order.iter().map(|at| ranked(&configs[*at], *at, &pairs(*at), overlap)).collect();
        adjust(&mut ranked);
        let most = ranked.first().map_or((0, 0), |best| (epochs(best.config), best.seeds));
        for (place, one) in ranked.iter_mut().enumerate() {
            one.standing = match one.p {
                _ if configs[one.config].was_pruned() => Standing::Dropped,
                _ if !is_whole(one.config) => Standing::Unusable,
                _ if place == 0 => Standing::Best,
                Some(p) if p < ALPHA => Standing::Worse,
                _ if (epochs(one.config), one.seeds) < most => Standing::Dropped,
                _ => Standing::Level,
            };
        }
        let is_open = |one: &&Ranked| one.standing == Standing::Level;
        let has_best = ranked.first().is_some_and(|one| one.standing == Standing::Best && one.seeds > 1);
        let decided = has_best && !ranked.iter().any(|one| is_open(&one));
        let more_seeds = ranked.iter().find(is_open).and_then(|one| more_seeds(&pairs(one.config)));
        Verdict { ranked, decided, more_seeds }
    }

    /// The numbers of the configs that cannot be told apart, the best one first; of one alone where that is decided.
    pub fn open(&self) -> Vec<usize> {
        let stands = |one: &&Ranked| matches!(one.standing, Standing::Best | Standing::Level);
        self.ranked.iter().filter(stands).map(|one| one.config).collect()
    }
}

fn ranked(config: &Config, at: usize, pairs: &[f64], overlap: f64) -> Ranked {
    let values: Vec<f64> = config.values().into_iter().map(|(_, value)| value).collect();
    let over = |number: fn(&super::results::RunResult) -> f64| {
        mean(&config.runs.iter().map(|(_, run)| number(run)).collect::<Vec<_>>())
    };
    let t = paired_t(pairs, overlap);
    Ranked {
        config: at,
        interval: interval95(&values),
        seeds: values.len(),
        diverged: config.diverged(),
        epochs: over(|run| run.epochs as f64),
        seconds: over(|run| run.seconds),
        chance: t.map(|(t, df)| student_t_cdf(-t, df)),
        p: t.map(|(t, df)| 2.0 * student_t_cdf(-t.abs(), df)),
        lost: (pairs.iter().filter(|difference| **difference > 0.0).count(), pairs.len()),
        standing: Standing::Level,
    }
}

/// Rows for validation a row for training where folds share rows, otherwise 0.
fn overlap(configs: &[Config]) -> f64 {
    let folds = configs.iter().flat_map(|config| &config.runs).map(|(key, _)| key.fold).max().unwrap_or(0);
    if folds > 1 { 1.0 / (folds - 1) as f64 } else { 0.0 }
}

/// The t statistic of differences and its degrees of freedom: mean / (sd sqrt(1 / n + overlap)), where trainings on folds share
/// rows (C. Nadeau, Y. Bengio, Machine Learning 52, 2003). `None` for fewer than two, and where all are 0; infinite where all are
/// the same otherwise.
fn paired_t(differences: &[f64], overlap: f64) -> Option<(f64, f64)> {
    let n = differences.len() as f64;
    if n < 2.0 || differences.iter().all(|difference| *difference == 0.0) {
        return None;
    }
    Some((mean(differences) / (standard_deviation(differences) * (1.0 / n + overlap).sqrt()), n - 1.0))
}

/// Holm's adjustment of the p-values of all but the first: the k-th smallest of m times m - k + 1, never below the one before.
fn adjust(ranked: &mut [Ranked]) {
    let mut tested: Vec<usize> = (1..ranked.len()).filter(|at| ranked[*at].p.is_some()).collect();
    if let Some(best) = ranked.first_mut() {
        (best.p, best.chance) = (None, None);
    }
    tested.sort_by(|a, b| ranked[*a].p.unwrap_or(1.0).total_cmp(&ranked[*b].p.unwrap_or(1.0)));
    let (mut floor, many) = (0.0_f64, tested.len());
    for (rank, at) in tested.into_iter().enumerate() {
        floor = floor.max((ranked[at].p.unwrap_or(1.0) * (many - rank) as f64).min(1.0));
        ranked[at].p = Some(floor);
    }
}

/// Further pairs with which a paired t test would find the mean difference with a power of 80 %: the least n with
/// n >= ((t(0.975, n - 1) + t(0.8, n - 1)) sd / mean)^2. `None` where differences say nothing, or beyond 10,000.
fn more_seeds(differences: &[f64]) -> Option<usize> {
    let ratio = standard_deviation(differences) / mean(differences);
    if !ratio.is_finite() {
        return None;
    }
    let enough = |n: usize| {
        let df = (n - 1) as f64;
        let quantiles = student_t_quantile(1.0 - ALPHA / 2.0, df) + student_t_quantile(POWER, df);
        n as f64 >= (quantiles * ratio) * (quantiles * ratio)
    };
    let n = (differences.len() + 1..10_000).find(|n| enough(*n))?;
    Some(n - differences.len())
}

#[cfg(test)]
mod tests {
    use super::super::results::{Outcome, Phase, RunKey, RunResult};
    use super::*;

    fn config(values: &[f64]) -> Config {
        let run = |(seed, value): (usize, &f64)| {
            let outcome = if value.is_finite() { Outcome::Value(*value) } else { Outcome::Diverged };
            let key = RunKey::new(Phase::Search, 0, seed as u64);
            (key, RunResult { outcome, epochs: 3, seconds: 0.5, metrics: Vec::new(), curves: Vec::new() })
        };
        let runs = values.iter().enumerate().map(run).collect();
        Config { runs, ..Config::new(0, Vec::new(), Vec::new()) }
    }

    /// SciPy 1.17.1: `stats.ttest_rel(a, best).pvalue`, and 1 - `stats.ttest_rel(a, best, alternative="less").pvalue`.
    #[test]
    fn the_tests_are_scipys() {
        let best = config(&[0.50, 0.52, 0.48, 0.51, 0.49]);
        let worse = config(&[0.60, 0.63, 0.56, 0.60, 0.61]);
        let level = config(&[0.51, 0.50, 0.50, 0.50, 0.505]);
        let verdict = Verdict::of(&[worse, level, best], false);
        let order: Vec<usize> = verdict.ranked.iter().map(|one| one.config).collect();
        assert_eq!(order, [2, 1, 0]);
        let standings: Vec<Standing> = verdict.ranked.iter().map(|one| one.standing).collect();
        assert_eq!(standings, [Standing::Best, Standing::Level, Standing::Worse]);
        assert!(!verdict.decided && verdict.open() == [2, 1]);
        assert_eq!(verdict.ranked[2].lost, (5, 5));
        let close =
            |found: Option<f64>, wanted: f64| assert!((found.unwrap() / wanted - 1.0).abs() < 1e-10, "{found:?}");
        // The smaller of two p-values is doubled by Holm's adjustment.
        close(verdict.ranked[2].p, 2.0 * 0.00014512817061319673);
        close(verdict.ranked[1].p, 0.7160258860061492);
        close(verdict.ranked[1].chance, 1.0 - 0.6419870569969254);
    }

    #[test]
    fn what_diverged_is_last_and_more_may_be_better() {
        let verdict = Verdict::of(&[config(&[0.9, f64::NAN]), config(&[0.5, 0.51]), config(&[0.8, 0.82])], true);
        let order: Vec<(usize, Standing)> = verdict.ranked.iter().map(|one| (one.config, one.standing)).collect();
        assert_eq!(order[0], (2, Standing::Best));
        assert_eq!(order[2], (0, Standing::Unusable));
        assert_eq!(verdict.ranked[2].diverged, 1);
    }

    #[test]
    fn holm_multiplies_the_smallest_most() {
        let best = config(&[0.0, 0.0, 0.0, 0.0]);
        let a = config(&[1.0, 1.1, 0.9, 1.0]);
        let b = config(&[1.0, 2.0, 0.5, 1.5]);
        let alone = Verdict::of(&[best.clone(), a.clone()], false).ranked[1].p.unwrap();
        let beside = Verdict::of(&[best, a, b], false).ranked.iter().find(|one| one.config == 1).unwrap().p.unwrap();
        assert!((beside - 2.0 * alone).abs() < 1e-12);
    }

    #[test]
    fn further_seeds_are_counted() {
        // Mean 0.5 and standard deviation 1: 34 pairs find it with a power of 80 %.
        let differences = [-0.5, 1.5, -0.5, 1.5, 0.5, 0.5];
        let sd = standard_deviation(&differences);
        let n = differences.len() + more_seeds(&differences).unwrap();
        let wanted = (2.8016 * sd / 0.5).powi(2);
        assert!((n as f64 - wanted).abs() < 4.0, "{n} {wanted}");
        assert_eq!(more_seeds(&[1.0, -1.0]), None);
    }
}
