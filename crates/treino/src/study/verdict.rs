//! The verdict of a study: what can be concluded about its configs.
//!
//! Configs are trained with the same seeds, so two of them are compared by the differences on each seed: a paired t
//! test, with p-values adjusted for the number of comparisons (S. Holm, Scandinavian Journal of Statistics 6, 1979). If
//! trainings are validated on different rows, their parts share rows, and the test and the intervals are corrected for
//! that ([`super::Coverage::overlap`]). A config without significant difference from the best one at 5 % is tied with it.

use super::results::Config;
use crate::statistics::{Interval95, PairedT, corrected_paired_t, further_pairs, holm, interval95, mean};

/// The level of the tests.
pub const ALPHA: f64 = 0.05;

/// The power, for the observed difference, for which the number of further seeds is computed.
pub(super) const POWER: f64 = 0.8;

/// The configs from the best to the worst.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// All of them.
    pub ranked: Vec<Ranked>,
    /// Whether the best one is significantly better than every other.
    pub decided: bool,
    /// The approximate number of further seeds that would separate the two best; `None` if it cannot be estimated.
    pub more_seeds: Option<usize>,
}

/// A config compared with the best one.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Its number in the study.
    pub config: usize,
    /// Mean, spread and interval of the objective over its seeds.
    pub interval: Interval95,
    /// The number of trainings with a value.
    pub seeds: usize,
    /// The number of trainings that diverged.
    pub diverged: usize,
    /// Mean number of epochs.
    pub epochs: f64,
    /// Mean seconds of a training.
    pub seconds: f64,
    /// The probability that its mean is better than the best one's, by the paired t distribution; `None` without two
    /// pairs.
    pub chance: Option<f64>,
    /// The p-value of the paired test against the best one, adjusted.
    pub p: Option<f64>,
    /// The number of seeds on which the best one was better, and of all common seeds.
    pub lost: (usize, usize),
    /// Whether it has as many epochs as any other, and at least half of the most seeds.
    pub is_full: bool,
    /// Its standing.
    pub standing: Standing,
}

/// The standing of a config compared with the best one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has the best mean.
    Best,
    /// It has no significant difference from the best one.
    Tied,
    /// Its mean is better than the best one's, but it has fewer seeds or epochs: it was interrupted, dropped or pruned.
    Unfinished,
    /// It is worse.
    Worse,
    /// It was given fewer seeds or epochs, and its mean is worse.
    Dropped,
    /// A training of it diverged or failed.
    Unusable,
}

impl Verdict {
    /// Compares the configs of a completed study.
    ///
    /// They are ordered by their means. The best one is the first of those with the most epochs and at least half of the
    /// most seeds; the others are compared with it on the common seeds. A config with fewer epochs or seeds but a better
    /// mean is placed before it, and leaves the verdict undecided. `overlap` is the ratio of validation to training rows
    /// if trainings are validated on different rows, otherwise 0.
    pub fn of(configs: &[Config], more_is_better: bool, overlap: f64) -> Verdict {
        Verdict::judge(configs, more_is_better, overlap, false)
    }

    /// The same for an interrupted study: nothing is decided, and a config with fewer seeds was not dropped.
    pub fn of_cut_short(configs: &[Config], more_is_better: bool, overlap: f64) -> Verdict {
        Verdict::judge(configs, more_is_better, overlap, true)
    }

    fn judge(configs: &[Config], more_is_better: bool, overlap: f64, is_cut: bool) -> Verdict {
        let sign = if more_is_better { -1.0 } else { 1.0 };
        let values: Vec<Vec<((u64, usize), f64)>> = configs.iter().map(Config::values).collect();
        let own: Vec<Option<f64>> = configs.iter().map(|config| config.mean().map(|mean| sign * mean)).collect();
        let amounts = amounts(configs);
        let (most_epochs, most_seeds) = amounts.iter().flatten().max().copied().unwrap_or_default();
        let is_full =
            |at: usize| amounts[at].is_some_and(|(epochs, seeds)| epochs == most_epochs && 2 * seeds >= most_seeds);
        let mut order: Vec<usize> = (0..configs.len()).filter(|at| !configs[*at].runs.is_empty()).collect();
        let key = |at: usize| own[at].unwrap_or(f64::INFINITY);
        order
            .sort_by(|a, b| own[*a].is_none().cmp(&own[*b].is_none()).then(key(*a).total_cmp(&key(*b))).then(a.cmp(b)));
        let best = order.iter().position(|at| is_full(*at));
        let epochs = |at: usize| amounts[at].map(|(epochs, _)| epochs);
        let pairs = |at: usize| -> Vec<f64> {
            let Some(best) = best.map(|place| order[place]).filter(|best| epochs(*best) == epochs(at)) else {
                return Vec::new();
            };
            let of_best =
                |seed: &(u64, usize)| values[best].iter().find(|(other, _)| other == seed).map(|(_, value)| value);
            let pair = |(seed, value): &((u64, usize), f64)| of_best(seed).map(|of_best| sign * (value - of_best));
            values[at].iter().filter_map(pair).collect()
        };
        let mut ranked: Vec<Ranked> = order.iter().map(|at| ranked(&configs[*at], *at, &pairs(*at), overlap)).collect();
        adjust(&mut ranked, best);
        for (place, one) in ranked.iter_mut().enumerate() {
            one.is_full = is_full(one.config);
            one.standing = match (one.p, best) {
                _ if own[one.config].is_none() => Standing::Unusable,
                (_, Some(best)) if place == best => Standing::Best,
                (_, best) if best.is_none_or(|best| place < best) => Standing::Unfinished,
                (Some(p), _) if p < ALPHA => Standing::Worse,
                _ if one.is_full || (is_cut && !configs[one.config].was_pruned()) => Standing::Tied,
                _ => Standing::Dropped,
            };
        }
        let is_open = |one: &&Ranked| matches!(one.standing, Standing::Tied | Standing::Unfinished);
        let has_best = best.is_some_and(|best| ranked[best].seeds > 1);
        let decided = has_best && !is_cut && !ranked.iter().any(|one| is_open(&one));
        let level = ranked.iter().find(|one| one.standing == Standing::Tied);
        let more_seeds = level.and_then(|one| further_pairs(&pairs(one.config), ALPHA, POWER));
        let folds = folds(configs).max(1);
        let more_seeds = more_seeds.map(|pairs| pairs.div_ceil(folds));
        Verdict { ranked, decided, more_seeds }
    }

    /// The best config, with which the others are compared; `None` if none has a result.
    pub fn best(&self) -> Option<&Ranked> {
        self.ranked.iter().find(|one| one.standing == Standing::Best)
    }

    /// The numbers of the tied configs, the best one first; a single one if the verdict is decided.
    pub fn open(&self) -> Vec<usize> {
        let others = self.ranked.iter().filter(|one| matches!(one.standing, Standing::Tied | Standing::Unfinished));
        self.best().into_iter().chain(others).map(|one| one.config).collect()
    }
}

/// The epochs and the number of values of each config's trainings; `None` for a pruned one.
fn amounts(configs: &[Config]) -> Vec<Option<(usize, usize)>> {
    let of = |config: &Config| {
        let (key, _) = config.runs.first()?;
        (!config.was_pruned() && config.mean().is_some()).then(|| (key.most_epochs(), config.runs.len()))
    };
    configs.iter().map(of).collect()
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
        is_full: false,
        standing: Standing::Tied,
    }
}

/// The number of folds; 0 without any.
fn folds(configs: &[Config]) -> usize {
    configs.iter().flat_map(|config| &config.runs).map(|(key, _)| key.fold).max().unwrap_or(0)
}

/// The interval of the mean of values, wider if they come from splits that share rows.
fn interval(values: &[f64], overlap: f64) -> Interval95 {
    let alone = interval95(values);
    match corrected_paired_t(values, overlap) {
        Some(t) if overlap > 0.0 => Interval95 { low: t.low, high: t.high, ..alone },
        _ => alone,
    }
}

/// Holm's adjustment of the p-values of all but the best, which is not compared with itself.
fn adjust(ranked: &mut [Ranked], best: Option<usize>) {
    if let Some(best) = best {
        (ranked[best].p, ranked[best].chance) = (None, None);
    }
    let mut tested: Vec<&mut f64> = ranked.iter_mut().filter_map(|one| one.p.as_mut()).collect();
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
        let verdict = Verdict::of(&[worse, level, best], false, 0.0);
        let order: Vec<usize> = verdict.ranked.iter().map(|one| one.config).collect();
        assert_eq!(order, [2, 1, 0]);
        let standings: Vec<Standing> = verdict.ranked.iter().map(|one| one.standing).collect();
        assert_eq!(standings, [Standing::Best, Standing::Tied, Standing::Worse]);
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
        let verdict = Verdict::of(&[config(&[0.9, f64::NAN]), config(&[0.5, 0.51]), config(&[0.8, 0.82])], true, 0.0);
        let order: Vec<(usize, Standing)> = verdict.ranked.iter().map(|one| (one.config, one.standing)).collect();
        assert_eq!(order[0], (2, Standing::Best));
        assert_eq!(order[2], (0, Standing::Unusable));
        assert_eq!(verdict.ranked[2].diverged, 1);
    }

    fn pruned(value: f64) -> Config {
        let mut config = config(&[value]);
        config.runs[0].1.outcome = Outcome::Pruned(value);
        config
    }

    #[test]
    fn what_has_fewer_seeds_never_loses_to_something_worse_by_its_own_mean() {
        let full = config(&[0.740, 0.741, 0.742]);
        let cut = config(&[0.59]);
        let behind = config(&[0.80]);
        for judge in [Verdict::of, Verdict::of_cut_short] {
            let verdict = judge(&[full.clone(), cut.clone(), behind.clone(), pruned(0.60), pruned(0.9)], false, 0.0);
            let order: Vec<(usize, Standing)> = verdict.ranked.iter().map(|one| (one.config, one.standing)).collect();
            assert_eq!(order[..3], [(1, Standing::Unfinished), (3, Standing::Unfinished), (0, Standing::Best)]);
            assert_eq!(order[4], (4, Standing::Dropped));
            assert!(!verdict.decided && verdict.open()[..3] == [0, 1, 3]);
            assert_eq!(verdict.best().map(|best| best.config), Some(0));
        }
        // A config with a worse mean was dropped in a completed study, and may still improve in an interrupted one.
        assert_eq!(Verdict::of(&[full.clone(), behind.clone()], false, 0.0).ranked[1].standing, Standing::Dropped);
        assert_eq!(Verdict::of_cut_short(&[full, behind], false, 0.0).ranked[1].standing, Standing::Tied);
    }

    #[test]
    fn one_seed_less_makes_nothing_worse() {
        let worst = config(&[0.740, 0.745, 0.742, 0.739, 0.741, 0.744]);
        let better = config(&[0.610, 0.613, 0.609, 0.611, 0.612]);
        for judge in [Verdict::of, Verdict::of_cut_short] {
            let verdict = judge(&[worst.clone(), better.clone()], false, 0.0);
            let standings: Vec<(usize, Standing)> =
                verdict.ranked.iter().map(|one| (one.config, one.standing)).collect();
            assert_eq!(standings, [(1, Standing::Best), (0, Standing::Worse)]);
            assert_eq!(verdict.ranked[1].lost, (5, 5));
        }
    }

    #[test]
    fn nothing_is_decided_in_a_study_that_was_cut_short() {
        let configs = [config(&[0.50, 0.52, 0.48, 0.51, 0.49]), config(&[0.60, 0.63, 0.56, 0.60, 0.61])];
        assert!(Verdict::of(&configs, false, 0.0).decided);
        assert!(!Verdict::of_cut_short(&configs, false, 0.0).decided);
    }

    #[test]
    fn holm_multiplies_the_smallest_most() {
        let best = config(&[0.0, 0.0, 0.0, 0.0]);
        let a = config(&[1.0, 1.1, 0.9, 1.0]);
        let b = config(&[1.0, 2.0, 0.5, 1.5]);
        let alone = Verdict::of(&[best.clone(), a.clone()], false, 0.0).ranked[1].p.unwrap();
        let beside =
            Verdict::of(&[best, a, b], false, 0.0).ranked.iter().find(|one| one.config == 1).unwrap().p.unwrap();
        assert!((beside - 2.0 * alone).abs() < 1e-12);
    }
}
