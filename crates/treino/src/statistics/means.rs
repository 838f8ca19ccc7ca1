//! Means, standard deviations and proportions, with their 95 % intervals.

use super::distributions::{chi_squared_quantile, student_t_quantile};
use serde::Serialize;
use treino_engine::math::normal_quantile;

/// The arithmetic mean; NaN for an empty list.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sample standard deviation, with n - 1 in the divisor; NaN for fewer than two values.
pub fn standard_deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    // Equal values have standard deviation 0, though their mean may differ from them in its last bit.
    if values.iter().all(|value| *value == values[0]) {
        return 0.0;
    }
    let mean = mean(values);
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

/// A mean with its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval95 {
    /// The mean.
    pub mean: f64,
    /// The sample standard deviation of the values, not of the mean; NaN for fewer than two values.
    pub sd: f64,
    /// Lower end; minus infinity for fewer than two values, which do not determine a standard deviation.
    pub low: f64,
    /// Upper end; infinity for fewer than two values.
    pub high: f64,
}

/// Student's interval: mean -+ t sd / sqrt n, with t the 0.975 quantile at n - 1 degrees of freedom. Exact for values
/// that are independent and normal.
pub fn interval95(values: &[f64]) -> Interval95 {
    let (mean, sd) = (mean(values), standard_deviation(values));
    if values.len() < 2 {
        return Interval95 { mean, sd, low: f64::NEG_INFINITY, high: f64::INFINITY };
    }
    let n = values.len() as f64;
    let half = student_t_quantile(0.975, n - 1.0) * sd / n.sqrt();
    Interval95 { mean, sd, low: mean - half, high: mean + half }
}

/// The 95 % interval of the true standard deviation: sd sqrt(df / c), with c the 0.975 and 0.025 quantiles of
/// chi-squared at df = n - 1. Exact for values that are independent and normal, and wrong for other distributions even
/// with many values; (0, infinity) for fewer than two values.
pub fn standard_deviation95(values: &[f64]) -> (f64, f64) {
    if values.len() < 2 {
        return (0.0, f64::INFINITY);
    }
    let (sd, df) = (standard_deviation(values), (values.len() - 1) as f64);
    let end = |p: f64| sd * (df / chi_squared_quantile(p, df)).sqrt();
    (end(0.975), end(0.025))
}

/// The 95 % interval of a proportion, from `successes` out of `n` (E. Wilson, JASA 22, 1927). It stays within 0 and 1,
/// and is valid for 0 and for n successes; (0, 1) for n = 0.
pub fn wilson95(successes: f64, n: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let z = normal_quantile(0.975);
    let p = successes / n;
    let centre = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    // At the limits the difference is exact, but its terms are rounded.
    let low = if successes > 0.0 { ((centre - half) / scale).max(0.0) } else { 0.0 };
    let high = if successes < n { ((centre + half) / scale).min(1.0) } else { 1.0 };
    (low, high)
}

/// A quantile of sorted numbers, with linear interpolation; NaN for an empty list.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = q * last as f64;
    let below = place.floor() as usize;
    let (a, b) = (sorted[below], sorted[(below + 1).min(last)]);
    a + (b - a) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{cases, close, number, numbers};
    use super::*;

    #[test]
    fn the_interval_of_a_standard_deviation() {
        for case in cases("standard_deviation") {
            let (low, high) = standard_deviation95(&numbers(&case["values"]));
            close(low, number(&case["low"]));
            close(high, number(&case["high"]));
        }
        assert_eq!(standard_deviation95(&[1.0]), (0.0, f64::INFINITY));
        assert_eq!(standard_deviation95(&[1.0, 1.0]), (0.0, 0.0));
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 1.0), 4.0);
        assert!(quantile(&[], 0.5).is_nan());
    }

    /// SciPy 1.17.1: `stats.t.interval(0.95, 4, m, s / np.sqrt(5))` with `m = np.mean(v)`, `s = np.std(v, ddof=1)`.
    #[test]
    fn the_interval_of_a_mean() {
        let i = interval95(&[0.71, 0.74, 0.69, 0.77, 0.73]);
        close(i.mean, 0.728);
        close(i.sd, 0.030331501776206228);
        close(i.low, 0.6903384662330312);
        close(i.high, 0.7656615337669688);
        let alone = interval95(&[0.5]);
        assert!(alone.sd.is_nan() && alone.low == f64::NEG_INFINITY && alone.high == f64::INFINITY);
    }

    /// SciPy 1.17.1: `stats.binomtest(k, n).proportion_ci(0.95, method="wilson")`.
    #[test]
    fn the_interval_of_a_proportion() {
        let cases = [
            (8.0, 10.0, 0.4901624715366418, 0.9433178485456248),
            (12.0, 12.0, 0.7575059933447592, 1.0),
            (431.0, 1000.0, 0.4006284437674723, 0.4618996489035343),
        ];
        for (k, n, low, high) in cases {
            close(wilson95(k, n).0, low);
            close(wilson95(k, n).1, high);
        }
        let (low, high) = wilson95(0.0, 12.0);
        assert!(low.abs() < 1e-16);
        close(high, 0.24249400665524085);
        assert_eq!(wilson95(0.0, 0.0), (0.0, 1.0));
    }
}
