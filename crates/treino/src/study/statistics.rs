//! Means, intervals and the distributions behind them, in double precision.
//!
//! Student's t distribution through the regularised incomplete beta function I_x(a, b), by its continued fraction with
//! Lentz's method (W. Press and others, Numerical Recipes, 3rd edition, section 6.4). Exponential and gamma function
//! are our own, so that an interval has the same bits on every machine. Accurate to 1e-10 up to 10^4 degrees of freedom, beyond that to 1e-14 of them.

use serde::Serialize;
use treino_engine::math::{ln_f64, normal_quantile};

/// The arithmetic mean; NaN of nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sample standard deviation, with n - 1 in the divisor; NaN for fewer than two values.
pub fn standard_deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
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
    /// Lower end; minus infinity for fewer than two values, which say nothing about their spread.
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

/// The 95 % interval of a proportion, from `successes` out of `n` (E. Wilson, JASA 22, 1927). It stays within 0 and 1,
/// and works for none and for all; (0, 1) for n = 0.
pub fn wilson95(successes: f64, n: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let z = normal_quantile(0.975);
    let p = successes / n;
    let centre = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}

/// Student's t distribution function P(T <= t) with `df` > 0 degrees of freedom.
pub fn student_t_cdf(t: f64, df: f64) -> f64 {
    let tail = student_t_tail(t.abs(), df);
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// P(T > t) for t >= 0: half of I_x(df / 2, 1 / 2) at x = df / (df + t^2).
fn student_t_tail(t: f64, df: f64) -> f64 {
    let square = t * t;
    let whole = df + square;
    if whole == f64::INFINITY {
        return 0.0;
    }
    0.5 * incomplete_beta(df / 2.0, 0.5, df / whole, square / whole)
}

/// The t with P(T <= t) = p, for p in (0, 1) and `df` > 0 degrees of freedom, by bisection to the last bit; NaN for
/// other p.
pub fn student_t_quantile(p: f64, df: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return f64::NAN;
    }
    let q = p.min(1.0 - p);
    let (mut low, mut high) = (0.0, 1.0);
    while student_t_tail(high, df) > q && high < 1e150 {
        (low, high) = (high, 2.0 * high);
    }
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return if p < 0.5 { -low } else { low };
        }
        if student_t_tail(middle, df) > q {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The regularised incomplete beta function I_x(a, b); `rest` is 1 - x, given apart so that no digits are lost.
fn incomplete_beta(a: f64, b: f64, x: f64, rest: f64) -> f64 {
    if x < 1e-300 {
        return 0.0;
    }
    if rest < 1e-300 {
        return 1.0;
    }
    let term = |a: f64, b: f64, x: f64, rest: f64| {
        let front = exp(ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * ln_f64(x) + b * ln_f64(rest));
        front * beta_fraction(a, b, x) / a
    };
    // The fraction is quick below the mean; above it, I_x(a, b) = 1 - I_(1 - x)(b, a).
    if x > (a + 1.0) / (a + b + 2.0) { 1.0 - term(b, a, rest, x) } else { term(a, b, x, rest) }
}

/// The continued fraction of I_x(a, b), by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let not_zero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    // The number of terms grows with the root of the larger parameter: this is enough for 10^8 degrees of freedom.
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = value;
        for term in [even, odd] {
            d = 1.0 / not_zero(1.0 + term * d);
            c = not_zero(1.0 + term / c);
            value *= d * c;
        }
        if (value - before).abs() <= 1e-16 * value.abs() {
            break;
        }
    }
    value
}

/// The logarithm of the gamma function for x > 0: Stirling's series, after raising x to at least 10.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 10.0 {
        product *= x;
        x += 1.0;
    }
    // B(2k) / (2k (2k - 1)).
    let bernoulli = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
    let square = 1.0 / (x * x);
    let series = bernoulli.iter().rev().fold(0.0, |sum: f64, b| sum.mul_add(square, *b)) / x;
    let half_ln_two_pi = 0.918_938_533_204_672_7;
    (x - 0.5) * ln_f64(x) - x + half_ln_two_pi + series - ln_f64(product)
}

/// e^x, for results within the normal range; 0 below it.
pub(crate) fn exp(x: f64) -> f64 {
    if x < -700.0 {
        return 0.0;
    }
    let n = (x * std::f64::consts::LOG2_E).round();
    // ln 2 in two parts, the first with few enough bits that its product with n is exact.
    let r = n.mul_add(-1.908_214_929_270_587_7e-10, n.mul_add(-0.693_147_180_369_123_8, x));
    let series = (1..=14).rev().fold(1.0, |sum: f64, k| (sum * r / f64::from(k)) + 1.0);
    series * f64::from_bits(((n as i64 + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-10 * wanted.abs(), "{found:e}, not {wanted:e}");
    }

    /// SciPy 1.17.1: `[stats.t.cdf(t, df) for t in (-3, 0.5, 2, 10)]` and
    /// `[stats.t.ppf(p, df) for p in (0.975, 0.9, 0.0005)]`.
    #[test]
    fn student_t_agrees_with_scipy() {
        let cases: [(f64, [f64; 4], [f64; 3]); 7] = [
            (
                1.0,
                [0.10241638234956672, 0.6475836176504333, 0.8524163823495667, 0.9682744825694465],
                [12.706204736174694, 3.0776835371752544, -636.6192487687196],
            ),
            (
                2.0,
                [0.04773298313335456, 0.6666666666666666, 0.908248290463863, 0.9950737714883372],
                [4.302652729749462, 1.8856180831641272, -31.59905457644362],
            ),
            (
                4.0,
                [0.019970984035859413, 0.6783350184090684, 0.9419417382415922, 0.999718998188642],
                [2.7764451051977934, 1.533206274058944, -8.610301581379275],
            ),
            (
                4.5,
                [0.01719043394437981, 0.6797252489629764, 0.9458710464094375, 0.9998473597121583],
                [2.6589123472044034, 1.5008853175085577, -7.580740499372558],
            ),
            (
                9.0,
                [0.007478181955207111, 0.6854643500869868, 0.9617235881146495, 0.999998210881284],
                [2.262157162798205, 1.3830287383966329, -4.780912585931139],
            ),
            (
                30.0,
                [0.0026949820328259727, 0.6896384975574363, 0.9726874775185085, 0.9999999999771237],
                [2.0422724563012378, 1.3104150253913955, -3.645958635042021],
            ),
            (
                200.0,
                [0.0015215235569529524, 0.6911876238417696, 0.9765734069064645, 1.0],
                [1.9718962236339088, 1.2857987939948012, -3.3398354062756788],
            ),
        ];
        for (df, cdf, quantiles) in cases {
            for (t, wanted) in [-3.0, 0.5, 2.0, 10.0].into_iter().zip(cdf) {
                close(student_t_cdf(t, df), wanted);
            }
            for (p, wanted) in [0.975, 0.9, 0.0005].into_iter().zip(quantiles) {
                close(student_t_quantile(p, df), wanted);
            }
        }
        assert_eq!(student_t_cdf(0.0, 3.0), 0.5);
        assert_eq!(student_t_quantile(0.5, 3.0), 0.0);
    }

    /// SciPy 1.17.1: `special.betainc(a, b, x)` and `special.gammaln(x)`.
    #[test]
    fn beta_and_gamma_agree_with_scipy() {
        let beta = [
            (2.0, 3.0, 0.4, 0.5247999999999999),
            (0.5, 0.5, 0.1, 0.20483276469913345),
            (50.0, 0.5, 0.99, 0.3173043978741973),
            (1e4, 0.5, 0.9999, 0.1572940177633515),
        ];
        for (a, b, x, wanted) in beta {
            close(incomplete_beta(a, b, x, 1.0 - x), wanted);
        }
        let gamma = [(0.5, 0.5723649429247), (4.5, 2.4537365708424423), (100.25, 360.28455963776423)];
        for (x, wanted) in gamma.into_iter().chain([(1e5, 1051287.7089736569)]) {
            close(ln_gamma(x), wanted);
        }
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
