//! The number of further pairs for a significant difference.

use super::distributions::student_t_quantile;
use super::means::{mean, standard_deviation};

/// The largest number of pairs that is suggested.
const MOST_PAIRS: usize = 10_000;

/// The number of further pairs with which a two-sided paired t test at level `alpha` would find the observed mean
/// difference with probability `power`: up to the smallest n with n >= ((t(1 - alpha / 2, n - 1) + t(power, n - 1)) sd
/// / mean)^2. `None` if the differences are not informative, or if 10,000 pairs or more are needed.
pub fn further_pairs(differences: &[f64], alpha: f64, power: f64) -> Option<usize> {
    let ratio = standard_deviation(differences) / mean(differences);
    if !ratio.is_finite() {
        return None;
    }
    let enough = |n: usize| {
        let df = (n - 1) as f64;
        let quantiles = student_t_quantile(1.0 - alpha / 2.0, df) + student_t_quantile(power, df);
        n as f64 >= (quantiles * ratio) * (quantiles * ratio)
    };
    // The quantiles decrease with n, so if n pairs are enough, more pairs are enough too.
    let (mut low, mut high) = (differences.len() + 1, MOST_PAIRS);
    while low < high {
        let middle = low + (high - low) / 2;
        if enough(middle) { high = middle } else { low = middle + 1 }
    }
    (low < MOST_PAIRS).then(|| low - differences.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_pairs_are_counted() {
        // Mean 0.5 and standard deviation 1: 34 pairs find it with a power of 80 %.
        let differences = [-0.5, 1.5, -0.5, 1.5, 0.5, 0.5];
        let sd = standard_deviation(&differences);
        let n = differences.len() + further_pairs(&differences, 0.05, 0.8).unwrap();
        let wanted = (2.8016 * sd / 0.5).powi(2);
        assert!((n as f64 - wanted).abs() < 4.0, "{n} {wanted}");
        assert_eq!(further_pairs(&[1.0, -1.0], 0.05, 0.8), None);
        // One pair fewer is not enough.
        let ratio = sd / 0.5;
        let needed = |n: usize| {
            let df = (n - 1) as f64;
            ((student_t_quantile(0.975, df) + student_t_quantile(0.8, df)) * ratio).powi(2)
        };
        assert!(n as f64 >= needed(n) && ((n - 1) as f64) < needed(n - 1), "{n}");
        assert_eq!(further_pairs(&[0.001, -1.0, 1.0], 0.05, 0.8), None);
    }
}
