//! Rank tests: F. Wilcoxon's signed-rank test of paired differences (Biometrics Bulletin 1, 1945), and the rank-sum
//! test of two samples (H. Mann and D. Whitney, Annals of Mathematical Statistics 18, 1947).
//!
//! For losses with outliers: a training that diverged has no more influence than any other. With few pairs the tests
//! have little power: five pairs never give a two-sided p below 1/16. Both agree with SciPy's `method="auto"`.

use super::distributions::normal_cdf;
use serde::Serialize;

/// Up to this many differences without zeros and ties, the exact distribution is used.
const EXACT_PAIRS: usize = 50;

/// Up to this many differences, it is used with zeros and ties too.
const EXACT_TIED_PAIRS: usize = 13;

/// If one sample is at most this large, the exact distribution of U is used, whatever the size of the other.
const EXACT_SAMPLE: usize = 8;

/// The result of a rank test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RankTest {
    /// The statistic.
    pub statistic: f64,
    /// The two-sided p-value.
    pub p: f64,
    /// Whether p comes from the exact distribution, not the normal one.
    pub exact: bool,
}

/// The signed-rank test that differences are symmetric about 0. The statistic is the smaller of the sums of ranks of
/// either sign; zeros are omitted. Exact for at most 50 differences without zeros and ties, and for at most 13 with
/// them; otherwise from the normal distribution, with the variance corrected for ties, without a continuity correction.
/// `None` if no difference is left.
pub fn signed_rank(differences: &[f64]) -> Option<RankTest> {
    let kept: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
    if kept.is_empty() {
        return None;
    }
    let sizes: Vec<f64> = kept.iter().map(|d| d.abs()).collect();
    let (ranks, ties) = ranks(&sizes);
    let plus: f64 = kept.iter().zip(&ranks).filter(|(d, _)| **d > 0.0).map(|(_, rank)| rank).sum();
    let n = kept.len() as f64;
    let minus = n * (n + 1.0) / 2.0 - plus;
    let statistic = plus.min(minus);
    let is_clean = ties == 0.0 && kept.len() == differences.len();
    let exact = differences.len() <= if is_clean { EXACT_PAIRS } else { EXACT_TIED_PAIRS };
    let p = if exact {
        2.0 * at_most(statistic, &ranks)
    } else {
        let deviation = ((n * (n + 1.0) * (2.0 * n + 1.0) - ties / 2.0) / 24.0).sqrt();
        2.0 * normal_cdf((statistic - n * (n + 1.0) / 4.0) / deviation)
    };
    Some(RankTest { statistic, p: p.min(1.0), exact })
}

/// The probability that the ranks of one sign sum to at most `statistic`, if each sign has probability 1/2.
fn at_most(statistic: f64, ranks: &[f64]) -> f64 {
    // A tied rank may be a half-integer.
    let doubled: Vec<usize> = ranks.iter().map(|rank| (2.0 * rank) as usize).collect();
    let mut ways = vec![0_u64; doubled.iter().sum::<usize>() + 1];
    ways[0] = 1;
    for rank in doubled {
        for sum in (rank..ways.len()).rev() {
            ways[sum] += ways[sum - rank];
        }
    }
    let few: u64 = ways[..=(2.0 * statistic) as usize].iter().sum();
    few as f64 / (1_u64 << ranks.len()) as f64
}

/// The rank-sum test that two samples come from the same distribution. The statistic is U of the first: the number of
/// pairs in which its value is larger, ties counted as half. Exact if a sample has at most 8 values and there are no
/// ties; otherwise from the normal distribution, corrected for ties and for continuity. `None` if a sample is empty.
pub fn rank_sum(a: &[f64], b: &[f64]) -> Option<RankTest> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let both: Vec<f64> = a.iter().chain(b).copied().collect();
    let (ranks, ties) = ranks(&both);
    let (m, n, all) = (a.len() as f64, b.len() as f64, both.len() as f64);
    let statistic = ranks[..a.len()].iter().sum::<f64>() - m * (m + 1.0) / 2.0;
    let smaller = statistic.min(m * n - statistic);
    let exact = ties == 0.0 && a.len().min(b.len()) <= EXACT_SAMPLE;
    let p = if exact {
        2.0 * at_most_u(smaller as usize, a.len().min(b.len()), a.len().max(b.len()))
    } else {
        let deviation = (m * n / 12.0 * ((all + 1.0) - ties / (all * (all - 1.0)))).sqrt();
        let distance = m * n / 2.0 - smaller - 0.5;
        if deviation > 0.0 { 2.0 * normal_cdf(-distance / deviation) } else { 1.0 }
    };
    Some(RankTest { statistic, p: p.min(1.0), exact })
}

/// The probability that U of samples of `m` and `n` values is at most `u`, if both have the same distribution.
fn at_most_u(u: usize, m: usize, n: usize) -> f64 {
    // The largest value is in the second sample, which leaves n - 1 of it, or in the first, which then wins n pairs:
    // ways(m, n, u) = ways(m, n - 1, u) + ways(m - 1, n, u - n).
    let mut ways = vec![vec![0.0_f64; u + 1]; m + 1];
    ways.iter_mut().for_each(|of| of[0] = 1.0);
    let mut all = 1.0;
    for n in 1..=n {
        for m in 1..=m {
            let (before, of) = ways.split_at_mut(m);
            for u in n..=u {
                of[0][u] += before[m - 1][u - n];
            }
        }
    }
    for k in 1..=m {
        all *= (n + k) as f64 / k as f64;
    }
    ways[m].iter().sum::<f64>() / all
}

/// Ranks from 1, with the mean rank for ties, and the sum of t^3 - t over groups of t equal values.
fn ranks(values: &[f64]) -> (Vec<f64>, f64) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let (mut ties, mut from) = (0.0, 0);
    for group in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let t = group.len() as f64;
        group.iter().for_each(|at| ranks[*at] = from as f64 + (t + 1.0) / 2.0);
        ties += t * t * t - t;
        from += group.len();
    }
    (ranks, ties)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{cases, close, number, numbers};
    use super::*;

    #[test]
    fn signed_ranks_are_scipys() {
        let mut exact = 0;
        for case in cases("signed_rank") {
            let found = signed_rank(&numbers(&case["differences"])).unwrap();
            assert_eq!(found.statistic, number(&case["statistic"]));
            close(found.p, number(&case["p"]));
            exact += usize::from(found.exact);
        }
        assert!(exact > 3);
        assert_eq!(signed_rank(&[0.0, 0.0]), None);
    }

    #[test]
    fn rank_sums_are_scipys() {
        let mut exact = 0;
        for case in cases("rank_sum") {
            let found = rank_sum(&numbers(&case["a"]), &numbers(&case["b"])).unwrap();
            assert_eq!(found.statistic, number(&case["statistic"]));
            close(found.p, number(&case["p"]));
            exact += usize::from(found.exact);
        }
        assert!(exact > 3);
        assert_eq!(rank_sum(&[], &[1.0]), None);
    }

    /// All 2^5 signs: only two of them are as extreme.
    #[test]
    fn five_pairs_give_one_in_sixteen_at_best() {
        assert_eq!(signed_rank(&[0.1, 0.2, 0.3, 0.4, 0.5]).unwrap().p, 1.0 / 16.0);
    }
}
