//! The bias-corrected and accelerated bootstrap interval (B. Efron, JASA 82, 1987).
//!
//! A statistic is computed on resamples, drawn with replacement. The ends of the interval are quantiles of these
//! values, at Phi(z0 + (z0 + z) / (1 - a (z0 + z))) for z = -1.96 and 1.96: z0 is the normal quantile of the share of
//! resamples whose statistic is below that of the data (ties count half), and a is the skewness of the jackknife
//! values, divided by 6. For statistics and distributions without a known formula. With few values it is too short: for
//! the mean of ten normal values it covers the true value in 90 % of cases only. For means, use Student's interval.

use super::distributions::normal_cdf;
use super::means::{mean, quantile};
use serde::Serialize;
use treino_engine::math::normal_quantile;
use treino_engine::random::{Purpose, Stream};

/// Resamples of n rows, drawn with replacement: resample r is a pure function of seed, name and r.
#[derive(Debug, Clone, Copy)]
pub struct Resamples {
    stream: Stream,
}

impl Resamples {
    /// The resamples of a seed; `name` separates the random streams of different purposes.
    pub fn new(seed: u64, name: &str) -> Self {
        Resamples { stream: Stream::new(seed, Purpose::Bootstrap, name) }
    }

    /// Fills `rows` with resample `number`: each entry is one of `0 .. rows.len()`. Fewer than 2^32 of them.
    pub fn draw(&self, number: u32, rows: &mut [usize]) {
        let (n, stream) = (rows.len() as u64, self.stream.at(0, number));
        for (block, four) in rows.chunks_mut(4).enumerate() {
            for (row, word) in four.iter_mut().zip(stream.block(block as u64)) {
                *row = ((u64::from(word) * n) >> 32) as usize;
            }
        }
    }
}

/// A statistic with its 95 % interval by the bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bca {
    /// The statistic of the values.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The correction for bias z0.
    pub bias: f64,
    /// The acceleration a.
    pub acceleration: f64,
}

/// The interval of a statistic from `resamples` resamples: use 2,000 and more for an interval that hardly depends on
/// `seed`. If the statistic is the same on all resamples, both ends are the estimate. `None` for fewer than two values,
/// and if the statistic is not finite on the values or on a resample.
pub fn bca95(values: &[f64], statistic: impl Fn(&[f64]) -> f64, resamples: u32, seed: u64) -> Option<Bca> {
    let source = Resamples::new(seed, "bca");
    let (mut rows, mut drawn) = (vec![0; values.len()], vec![0.0; values.len()]);
    let of_resample = |number: u32| {
        source.draw(number, &mut rows);
        drawn.iter_mut().zip(&rows).for_each(|(drawn, row)| *drawn = values[*row]);
        statistic(&drawn)
    };
    of_resamples(values, &statistic, (0..resamples).map(of_resample).collect())
}

/// The interval, from the statistic on each resample.
fn of_resamples(values: &[f64], statistic: impl Fn(&[f64]) -> f64, mut resampled: Vec<f64>) -> Option<Bca> {
    let estimate = statistic(values);
    let is_finite = estimate.is_finite() && resampled.iter().all(|value| value.is_finite());
    if values.len() < 2 || resampled.is_empty() || !is_finite {
        return None;
    }
    resampled.sort_by(f64::total_cmp);
    let (least, most) = (resampled[0], resampled[resampled.len() - 1]);
    let acceleration = acceleration(values, statistic);
    if least == most || !acceleration.is_finite() {
        return Some(Bca {
            estimate,
            low: least.min(estimate),
            high: most.max(estimate),
            bias: 0.0,
            acceleration: 0.0,
        });
    }
    let below = resampled.partition_point(|value| *value < estimate);
    let up_to = resampled.partition_point(|value| *value <= estimate);
    // Outside of all resamples the share would be 0 or 1, and z0 infinite: it is replaced by half a resample.
    let half = 0.5 / resampled.len() as f64;
    let share = ((below + up_to) as f64 * half).clamp(half, 1.0 - half);
    let bias = normal_quantile(share);
    let end = |z: f64| {
        let from = bias + z;
        quantile(&resampled, normal_cdf(bias + from / (1.0 - acceleration * from)))
    };
    let z = normal_quantile(0.975);
    Some(Bca { estimate, low: end(-z), high: end(z), bias, acceleration })
}

/// The skewness of the jackknife values, divided by 6; NaN if all are equal.
fn acceleration(values: &[f64], statistic: impl Fn(&[f64]) -> f64) -> f64 {
    let mut left = values[1..].to_vec();
    let mut without = Vec::with_capacity(values.len());
    for at in 0..values.len() {
        // `left` lacks value `at`.
        without.push(statistic(&left));
        if at < left.len() {
            left[at] = values[at];
        }
    }
    let middle = mean(&without);
    let distances = without.iter().map(|value| middle - value);
    let squares: f64 = distances.clone().map(|d| d * d).sum();
    let cubes: f64 = distances.map(|d| d * d * d).sum();
    cubes / (6.0 * squares * squares.sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{cases, close, number, numbers};
    use super::super::means::standard_deviation;
    use super::*;

    /// SciPy's interval from the same resamples.
    #[test]
    fn the_interval_is_scipys() {
        for case in cases("bca") {
            let values = numbers(&case["values"]);
            let statistic = if case["statistic"] == "mean" { mean } else { standard_deviation };
            let of_row = |row: &serde_json::Value| {
                statistic(&numbers(row).into_iter().map(|at| values[at as usize]).collect::<Vec<_>>())
            };
            let resampled = case["rows"].as_array().unwrap().iter().map(of_row).collect();
            let found = of_resamples(&values, statistic, resampled).unwrap();
            for (ours, name) in
                [(found.bias, "z0"), (found.acceleration, "acceleration"), (found.low, "low"), (found.high, "high")]
            {
                close(ours, number(&case[name]));
            }
        }
    }

    #[test]
    fn resamples_are_drawn_evenly_and_again_the_same() {
        let source = Resamples::new(7, "rows");
        let (mut counts, mut rows) = ([0_i32; 10], [0; 10]);
        for number in 0..10_000 {
            source.draw(number, &mut rows);
            rows.iter().for_each(|row| counts[*row] += 1);
        }
        // 10,000 expected, with a standard deviation of 95.
        assert!(counts.iter().all(|count| (count - 10_000).abs() < 400), "{counts:?}");
        let mut again = [0; 10];
        source.draw(9_999, &mut again);
        assert_eq!(rows, again);
    }

    #[test]
    fn values_that_say_nothing() {
        assert_eq!(bca95(&[1.0], mean, 100, 0), None);
        assert_eq!(bca95(&[1.0, f64::NAN], mean, 100, 0), None);
        let same = bca95(&[2.0, 2.0, 2.0], mean, 100, 0).unwrap();
        assert_eq!((same.low, same.high), (2.0, 2.0));
        // The largest value is at least that of every resample: counting half a resample keeps the ends finite.
        let most = |values: &[f64]| values.iter().copied().fold(f64::MIN, f64::max);
        let found = bca95(&[1.0, 2.0, 3.0, 5.0], most, 500, 0).unwrap();
        assert!(found.low >= 1.0 && found.high <= 5.0);
    }
}
