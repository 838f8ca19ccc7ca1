//! What may be said of the configs of a study.
//!
//! Configs are trained with the same seeds, so two of them are compared by the differences on each seed: a paired t test, its
//! p-values adjusted for the number of comparisons (S. Holm, Scandinavian Journal of Statistics 6, 1979). Where trainings are
//! judged on folds, which share rows, the test and the intervals are corrected for it. What cannot be told from the best one at
//! 5 % stays beside it.

use super::results::Config;
use crate::statistics::{Interval95, PairedT, corrected_paired_t, further_pairs, holm, interval95, mean};

/// The level of the tests.
pub const ALPHA: f64 = 0.05;

/// Chance of finding a difference of the size that was seen, for which further seeds are counted.
pub(super) const POWER: f64 = 0.8;

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
        let more_seeds = ranked.iter().find(is_open).and_then(|one| further_pairs(&pairs(one.config), ALPHA, POWER));
        let folds = folds(configs).max(1);
        let more_seeds = more_seeds.map(|pairs| pairs.div_ceil(folds));
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
    let t = corrected_paired_t(pairs, overlap);
    Ranked {
        config: at,
        interval: interval(&values, overlap),
        seeds: values.len(),
        diverged: config.diverged(),
        epochs: over(|run| run.epochs as f64),
        seconds: over(|run| run.seconds),
        chance: t.as_ref().map(PairedT::chance_below),
        p: t.map(|t| t.p),
        lost: (pairs.iter().filter(|difference| **difference > 0.0).count(), pairs.len()),
        standing: Standing::Level,
    }
}

/// How many folds there are; 0 without any.
fn folds(configs: &[Config]) -> usize {
    configs.iter().flat_map(|config| &config.runs).map(|(key, _)| key.fold).max().unwrap_or(0)
}

/// Rows for validation a row for training where folds share rows, otherwise 0.
pub(super) fn overlap(configs: &[Config]) -> f64 {
    let folds = folds(configs);
    if folds > 1 { 1.0 / (folds - 1) as f64 } else { 0.0 }
}

/// The interval of the mean of values, wider where they come from folds that share rows.
fn interval(values: &[f64], overlap: f64) -> Interval95 {
    let alone = interval95(values);
    match corrected_paired_t(values, overlap) {
        Some(t) if overlap > 0.0 => Interval95 { low: t.low, high: t.high, ..alone },
        _ => alone,
    }
}

/// Holm's adjustment of the p-values of all but the first, which is not compared with itself.
fn adjust(ranked: &mut [Ranked]) {
    let Some((best, others)) = ranked.split_first_mut() else { return };
    (best.p, best.chance) = (None, None);
    let mut tested: Vec<&mut f64> = others.iter_mut().filter_map(|one| one.p.as_mut()).collect();
    let adjusted = holm(&tested.iter().map(|p| **p).collect::<Vec<_>>());
    tested.iter_mut().zip(adjusted).for_each(|(p, adjusted)| **p = adjusted);
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
}
