//! Student's t test of paired differences, and its correction for folds that share rows.
//!
//! t = mean / (sd sqrt(1/n + r)), with n - 1 degrees of freedom. r = 0 for independent differences, such as those of
//! different seeds. Trainings on folds, or on repeated random splits, share most of their rows: their differences vary
//! too little, and r = (rows tested) / (rows trained on) corrects for that (C. Nadeau and Y. Bengio, Machine Learning
//! 52, 2003). With five folds r is 1/4.

use super::distributions::{student_t_cdf, student_t_quantile};
use super::means::{mean, standard_deviation};
use serde::Serialize;

/// The result of the t test of differences.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairedT {
    /// The mean difference.
    pub mean: f64,
    /// The statistic; infinite if all differences are equal.
    pub t: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// The two-sided p-value.
    pub p: f64,
    /// Lower end of the 95 % interval of the mean difference.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl PairedT {
    /// The probability that the true mean is below 0, from the t distribution around the observed mean.
    pub fn chance_below(&self) -> f64 {
        student_t_cdf(-self.t, self.df)
    }
}

/// The test for independent differences. `None` for fewer than two, and if all are 0.
pub fn paired_t(differences: &[f64]) -> Option<PairedT> {
    corrected_paired_t(differences, 0.0)
}

/// The test for differences between trainings that share rows: `test_to_train` is the number of rows each was evaluated
/// on, divided by the number it was trained on. `None` for fewer than two differences, and if all are 0.
pub fn corrected_paired_t(differences: &[f64], test_to_train: f64) -> Option<PairedT> {
    if differences.len() < 2 || differences.iter().all(|difference| *difference == 0.0) {
        return None;
    }
    let n = differences.len() as f64;
    let (mean, df) = (mean(differences), n - 1.0);
    let error = standard_deviation(differences) * (1.0 / n + test_to_train).sqrt();
    let t = mean / error;
    let half = student_t_quantile(0.975, df) * error;
    Some(PairedT { mean, t, df, p: 2.0 * student_t_cdf(-t.abs(), df), low: mean - half, high: mean + half })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{cases, close, number, numbers};
    use super::*;

    #[test]
    fn the_test_is_scipys() {
        for case in cases("paired") {
            let found = corrected_paired_t(&numbers(&case["differences"]), number(&case["test_to_train"])).unwrap();
            for (ours, name) in [(found.t, "t"), (found.p, "p"), (found.low, "low"), (found.high, "high")] {
                close(ours, number(&case[name]));
            }
        }
    }

    #[test]
    fn differences_that_are_all_the_same() {
        assert_eq!(paired_t(&[0.5]), None);
        assert_eq!(paired_t(&[0.0, 0.0, 0.0]), None);
        let found = paired_t(&[0.5, 0.5, 0.5]).unwrap();
        assert_eq!((found.t, found.p, found.low, found.high), (f64::INFINITY, 0.0, 0.5, 0.5));
        assert_eq!(found.chance_below(), 0.0);
    }
}
