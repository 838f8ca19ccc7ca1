//! The effect of each source of randomness: initial weights, shuffling, dropout, the split.
//!
//! A training is repeated with one source varied and all others fixed; the variance of the objective is the effect of
//! that source. If sources are independent, the variances add up to that of trainings that vary all of them. A larger
//! total variance shows an interaction of sources; a smaller one shows that the fixed values of the others are unusual.

use crate::statistics::{mean, standard_deviation, standard_deviation95};
use serde::Serialize;

/// The values of trainings that vary in one source of randomness.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SourceValues<'a> {
    /// Its name: `init`, `shuffle`, `dropout`, `split`.
    pub name: &'a str,
    /// The objective of each training.
    pub values: &'a [f64],
}

/// The spread of values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// The number of trainings with a value.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Their variance, with n - 1 in the divisor.
    pub variance: f64,
    /// Its root.
    pub sd: f64,
    /// Lower end of the 95 % interval of the standard deviation, by chi-squared.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A source of randomness compared with the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceVariance {
    /// Its name.
    pub name: String,
    /// The spread that it causes alone; `None` for fewer than two values.
    pub spread: Option<Spread>,
    /// Its variance as a share of the sum over all sources; 0 for one without a spread.
    pub share: f64,
}

/// All sources, and the numbers of the sentence: "`largest` causes `share` of the spread; varied together they cause
/// `together_by_sum` times the sum of their separate effects".
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RandomSources {
    /// The sources, in the given order.
    pub sources: Vec<SourceVariance>,
    /// The spread with all of them varied; `None` if that was not measured.
    pub together: Option<Spread>,
    /// The index of the source with the largest variance; `None` if there is no variance.
    pub largest: Option<usize>,
    /// Whether the lower end of its standard deviation is above every other's upper end, so that it is significantly
    /// the largest.
    pub is_clear: bool,
    /// The sum of the variances.
    pub sum: f64,
    /// The variance together divided by that sum; `None` if one of the two is missing.
    pub together_by_sum: Option<f64>,
}

/// Splits the variance of an objective by source of randomness. `together` are trainings that vary all sources. Values
/// that are not finite are ignored.
pub fn sources_of_chance(sources: &[SourceValues<'_>], together: &[f64]) -> RandomSources {
    let spreads: Vec<Option<Spread>> = sources.iter().map(|source| spread(source.values)).collect();
    let variance = |spread: &Option<Spread>| spread.map_or(0.0, |spread| spread.variance);
    let sum: f64 = spreads.iter().map(variance).sum();
    let share = |spread: &Option<Spread>| if sum > 0.0 { variance(spread) / sum } else { 0.0 };
    let named = sources.iter().zip(&spreads);
    let named = named.map(|(source, spread)| SourceVariance {
        name: source.name.to_string(),
        spread: *spread,
        share: share(spread),
    });
    let places = (0..spreads.len()).filter(|at| variance(&spreads[*at]) > 0.0);
    let largest = places.reduce(|a, b| if variance(&spreads[b]) > variance(&spreads[a]) { b } else { a });
    let is_clear = largest.is_some_and(|largest| {
        let low = spreads[largest].map_or(0.0, |spread| spread.low);
        let mut others = spreads.iter().enumerate().filter(|(at, _)| *at != largest);
        others.all(|(_, spread)| spread.is_some_and(|spread| spread.high < low))
    });
    let together = spread(together);
    let together_by_sum = together.filter(|_| sum > 0.0).map(|spread| spread.variance / sum);
    RandomSources { sources: named.collect(), together, largest, is_clear, sum, together_by_sum }
}

/// The spread of the finite values; `None` for fewer than two.
fn spread(values: &[f64]) -> Option<Spread> {
    let values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    if values.len() < 2 {
        return None;
    }
    let (sd, (low, high)) = (standard_deviation(&values), standard_deviation95(&values));
    Some(Spread { n: values.len(), mean: mean(&values), variance: sd * sd, sd, low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variances_are_shared_out() {
        let init = [1.0, 3.0, 5.0, f64::NAN];
        let shuffle = [2.0, 3.0, 4.0];
        let sources = [
            SourceValues { name: "init", values: &init },
            SourceValues { name: "shuffle", values: &shuffle },
            SourceValues { name: "dropout", values: &[1.0] },
        ];
        let found = sources_of_chance(&sources, &[0.0, 3.0, 6.0]);
        let shares: Vec<f64> = found.sources.iter().map(|source| source.share).collect();
        assert_eq!(shares, [0.8, 0.2, 0.0]);
        let init = found.sources[0].spread.unwrap();
        assert_eq!((init.n, init.mean, init.sd), (3, 3.0, 2.0));
        // Two degrees of freedom, where chi-squared is exponential: its quantile is -2 ln(1 - p).
        assert!((init.low - 2.0 * (1.0 / 3.688_879_454_113_936_3_f64).sqrt()).abs() < 1e-12);
        assert!((init.high - 2.0 * (1.0 / 0.025_317_807_984_289_876_f64).sqrt()).abs() < 1e-11);
        assert_eq!((found.largest, found.is_clear), (Some(0), false));
        assert_eq!((found.sum, found.together_by_sum), (5.0, Some(1.8)));
        assert_eq!(found.sources[2].spread, None);
    }

    #[test]
    fn one_source_far_above_the_other_is_clear() {
        let (wide, narrow): (Vec<f64>, Vec<f64>) = (0..20).map(|i| (f64::from(i), f64::from(i) * 0.01)).unzip();
        let sources = [SourceValues { name: "init", values: &narrow }, SourceValues { name: "split", values: &wide }];
        let found = sources_of_chance(&sources, &[]);
        assert_eq!((found.largest, found.is_clear, found.together_by_sum), (Some(1), true, None));
    }

    #[test]
    fn where_nothing_spreads_nothing_is_largest() {
        let same = sources_of_chance(&[SourceValues { name: "init", values: &[1.0, 1.0] }], &[1.0, 1.0]);
        assert_eq!((same.largest, same.sources[0].share, same.together_by_sum), (None, 0.0, None));
        assert_eq!(sources_of_chance(&[], &[]).largest, None);
    }
}
