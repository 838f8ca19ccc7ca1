//! Comparison of two configs.

use super::results::Config;
use super::verdict::{ALPHA, POWER};
use crate::statistics::{Bca, PairedT, RankTest, bca95, corrected_paired_t, further_pairs, mean, signed_rank};
use serde::Serialize;

/// The number of resamples of the bootstrap.
const RESAMPLES: u32 = 10_000;

/// The comparison of two configs on their common seeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The number of pairs: seeds, times folds if there are any.
    pub pairs: usize,
    /// The number of pairs in which the first is better.
    pub wins: usize,
    /// The number of ties.
    pub ties: usize,
    /// The mean of the first minus the second.
    pub difference: f64,
    /// Student's paired test, corrected if splits share rows; `None` for fewer than two pairs, and if all are equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub t: Option<PairedT>,
    /// Wilcoxon's signed-rank test.
    #[serde(skip)]
    pub ranks: Option<RankTest>,
    /// The bootstrap's 95 % interval of the mean difference (BCa).
    #[serde(skip)]
    pub bootstrap: Option<Bca>,
    /// The number of further pairs that would give a decision, if the t test does not.
    pub more: Option<usize>,
    /// Whether the first (`true`) or the second is better by the t test; `None` if that is undecided.
    pub better: Option<bool>,
}

impl Comparison {
    /// Compares two configs on the pairs that both have a value for; `None` if there are none. `test_to_train` is as in
    /// [`corrected_paired_t`].
    pub fn of(a: &Config, b: &Config, more_is_better: bool, test_to_train: f64) -> Option<Comparison> {
        let theirs = b.values();
        let pair = |(key, value): ((u64, usize), f64)| {
            theirs.iter().find(|(other, _)| *other == key).map(|(_, other)| value - other)
        };
        let differences: Vec<f64> = a.values().into_iter().filter_map(pair).collect();
        if differences.is_empty() {
            return None;
        }
        let sign = if more_is_better { 1.0 } else { -1.0 };
        let t = corrected_paired_t(&differences, test_to_train);
        let better = t.filter(|t| t.p < ALPHA).map(|t| t.mean * sign > 0.0);
        Some(Comparison {
            pairs: differences.len(),
            wins: differences.iter().filter(|d| **d * sign > 0.0).count(),
            ties: differences.iter().filter(|d| **d == 0.0).count(),
            difference: mean(&differences),
            t,
            ranks: signed_rank(&differences),
            bootstrap: bca95(&differences, mean, RESAMPLES, 0),
            more: if better.is_none() { further_pairs(&differences, ALPHA, POWER) } else { None },
            better,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::results::{Outcome, Phase, RunKey, RunResult};
    use super::*;

    fn config(seeds: std::ops::Range<u64>, values: &[f64]) -> Config {
        let mut config = Config::new(0, Vec::new(), Vec::new());
        for (seed, value) in seeds.zip(values) {
            let result = RunResult { outcome: Outcome::Value(*value), ..RunResult::failed(String::new(), 0.0) };
            config.add(RunKey::new(Phase::Search, 0, seed), result);
        }
        config
    }

    /// SciPy 1.17.1: `stats.ttest_rel(a, b)` and `stats.wilcoxon(a, b)` on seeds 2 to 6.
    #[test]
    fn seeds_that_both_have_are_paired() {
        let a = config(1..7, &[9.0, 0.60, 0.63, 0.56, 0.60, 0.61]);
        let b = config(2..8, &[0.50, 0.52, 0.48, 0.51, 0.49, 7.0]);
        let found = Comparison::of(&a, &b, false, 0.0).unwrap();
        assert_eq!((found.pairs, found.wins, found.ties, found.better), (5, 0, 0, Some(false)));
        assert_eq!(Comparison::of(&a, &b, true, 0.0).unwrap().better, Some(true));
        assert!((found.t.unwrap().p / 0.00014512817061319673 - 1.0).abs() < 1e-10);
        assert!((found.ranks.unwrap().p - 0.0625).abs() < 1e-12);
        assert!((found.difference - 0.1).abs() < 1e-12);
        let bootstrap = found.bootstrap.unwrap();
        assert!(bootstrap.low < 0.1 && bootstrap.high > 0.1 && found.more.is_none());
        assert_eq!(Comparison::of(&a, &config(20..22, &[1.0, 2.0]), false, 0.0), None);
    }
}
