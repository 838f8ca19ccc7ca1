//! The density of TPE over configs: a mixture of one kernel per config and one for the whole space.
//!
//! Bandwidths, weights and the truncation at the ends of a domain are those of Optuna 5's multivariate estimator
//! (`optuna.samplers._tpe.parzen_estimator`).

use treino_engine::double::exp;
use treino_engine::math::{ln_f64, normal_quantile};

use crate::statistics::normal_cdf;

/// ln sqrt(2 pi).
const LN_ROOT_TWO_PI: f64 = 0.918_938_533_204_672_7;

/// One column of the space.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TpeAxis {
    /// One of this number of choices.
    Choices(usize),
    /// A number in [low, high], in its logarithm if `log`; an integer if `whole`.
    Number { low: f64, high: f64, log: bool, whole: bool },
}

/// A kernel in one column.
#[derive(Debug, Clone, PartialEq)]
enum Kernel {
    Choices(Vec<f64>),
    /// Centre and bandwidth on the column's own scale, and the logarithm of the normal probability within its ends.
    Number {
        mu: f64,
        sigma: f64,
        ln_mass: f64,
    },
}

/// A mixture of products of kernels.
#[derive(Debug, Clone, PartialEq)]
pub struct Parzen {
    axes: Vec<TpeAxis>,
    weights: Vec<f64>,
    /// By column, then by kernel; the last one is that of the whole space.
    kernels: Vec<Vec<Kernel>>,
}

impl TpeAxis {
    fn scaled(&self, x: f64) -> f64 {
        if matches!(self, TpeAxis::Number { log: true, .. }) { ln_f64(x) } else { x }
    }

    /// The ends on the axis's own scale; integers extend it by a half on each side.
    fn ends(&self) -> (f64, f64) {
        match *self {
            TpeAxis::Choices(_) => (0.0, 0.0),
            TpeAxis::Number { low, high, whole, .. } => {
                let half = if whole { 0.5 } else { 0.0 };
                (self.scaled(low - half), self.scaled(high + half))
            }
        }
    }

    /// Kernels around the observations, one for each, and the one for the whole axis, which is also used for a config
    /// without the column.
    fn kernels(&self, observed: &[Option<f64>]) -> Vec<Kernel> {
        let n = observed.len() as f64 + 1.0;
        match *self {
            TpeAxis::Choices(choices) => {
                let prior = if observed.is_empty() { 1.0 } else { 1.0 / n };
                let kernel = |entry: Option<f64>| {
                    let mut weights = vec![prior; choices];
                    if let Some(entry) = entry {
                        weights[entry as usize] += 1.0;
                    }
                    let sum: f64 = weights.iter().sum();
                    Kernel::Choices(weights.into_iter().map(|weight| weight / sum).collect())
                };
                observed.iter().copied().chain([None]).map(kernel).collect()
            }
            TpeAxis::Number { .. } => {
                let (low, high) = self.ends();
                let number = |mu: f64, sigma: f64| {
                    let ln_mass = ln_mass((low - mu) / sigma, (high - mu) / sigma);
                    Kernel::Number { mu, sigma, ln_mass }
                };
                let whole = number(0.5 * (low + high), high - low);
                let mut centres: Vec<(usize, f64)> = Vec::new();
                for (at, entry) in observed.iter().enumerate() {
                    centres.extend(entry.map(|x| (at, self.scaled(x))));
                }
                let mut kernels = vec![whole; observed.len() + 1];
                centres.sort_by(|a, b| a.1.total_cmp(&b.1));
                let last = centres.len().wrapping_sub(1);
                for (rank, (at, mu)) in centres.iter().enumerate() {
                    // As wide as the larger gap to a neighbour; an end counts as a neighbour only for a single config.
                    let below = if rank > 0 { Some(mu - centres[rank - 1].1) } else { None };
                    let above = if rank < last { Some(centres[rank + 1].1 - mu) } else { None };
                    let gap = match (below, above) {
                        (None, None) => (mu - low).max(high - mu),
                        (a, b) => a.unwrap_or(f64::NEG_INFINITY).max(b.unwrap_or(f64::NEG_INFINITY)),
                    };
                    let least = (high - low) / (1.0 + n).min(100.0);
                    kernels[*at] = number(*mu, gap.clamp(least, high - low));
                }
                kernels
            }
        }
    }

    /// The logarithm of a kernel's density, or of its probability for integers.
    fn ln_density(&self, kernel: &Kernel, x: f64) -> f64 {
        match (self, kernel) {
            (_, Kernel::Choices(weights)) => ln_f64(weights[x as usize]),
            (TpeAxis::Number { whole: true, .. }, Kernel::Number { mu, sigma, ln_mass: all }) => {
                let place = |x: f64| (self.scaled(x) - mu) / sigma;
                ln_mass(place(x - 0.5), place(x + 0.5)) - all
            }
            (_, Kernel::Number { mu, sigma, ln_mass: all }) => {
                let z = (self.scaled(x) - mu) / sigma;
                -0.5 * z * z - LN_ROOT_TWO_PI - ln_f64(*sigma) - all
            }
        }
    }

    /// A draw from a kernel, given u in [0, 1).
    fn draw(&self, kernel: &Kernel, u: f64) -> f64 {
        match (*self, kernel) {
            (_, Kernel::Choices(weights)) => {
                let mut sum = 0.0;
                let below = weights.iter().take_while(|weight| {
                    sum += **weight;
                    sum < u
                });
                below.count().min(weights.len() - 1) as f64
            }
            (TpeAxis::Number { low, high, log, whole }, Kernel::Number { mu, sigma, .. }) => {
                let (first, last) = self.ends();
                let (a, b) = ((first - mu) / sigma, (last - mu) / sigma);
                // Mirrored if the interval is in the upper tail, where a probability near 1 has no accurate digits.
                let (sign, a, b) = if a + b > 0.0 { (-1.0, -b, -a) } else { (1.0, a, b) };
                let (p, q) = (normal_cdf(a), normal_cdf(b));
                let z = sign * normal_quantile((p + u * (q - p)).clamp(1e-300, 1.0 - 1e-16));
                let x = (mu + z * sigma).clamp(first, last);
                let x = if log { exp(x) } else { x };
                (if whole { x.round() } else { x }).clamp(low, high)
            }
            _ => f64::NAN,
        }
    }
}

/// ln (Phi(b) - Phi(a)) for a < b, with full relative accuracy in either tail.
fn ln_mass(a: f64, b: f64) -> f64 {
    let mass = match () {
        () if b <= 0.0 => normal_cdf(b) - normal_cdf(a),
        () if a >= 0.0 => normal_cdf(-a) - normal_cdf(-b),
        () => 1.0 - normal_cdf(a) - normal_cdf(-b),
    };
    if mass > 0.0 { ln_f64(mass) } else { -1e4 }
}

/// Weights of configs from the oldest to the newest: the newest 25 have full weight, earlier ones less and less.
fn weights(n: usize) -> Vec<f64> {
    let ramp = n.saturating_sub(25);
    let rise = |at: usize| match ramp {
        1 => 1.0 / n as f64,
        _ => 1.0 / n as f64 + (1.0 - 1.0 / n as f64) * at as f64 / (ramp - 1) as f64,
    };
    (0..n).map(|at| if at < ramp { rise(at) } else { 1.0 }).collect()
}

impl Parzen {
    /// The density of configs, from the oldest to the newest: one row each, one entry per column.
    pub fn new(axes: &[TpeAxis], configs: &[Vec<Option<f64>>]) -> Self {
        let mut weights = weights(configs.len());
        weights.push(1.0);
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        let column =
            |(at, axis): (usize, &TpeAxis)| axis.kernels(&configs.iter().map(|row| row[at]).collect::<Vec<_>>());
        let kernels = axes.iter().enumerate().map(column).collect();
        Parzen { axes: axes.to_vec(), weights, kernels }
    }

    /// The logarithm of the density at a row; missing columns are ignored.
    pub fn ln_density(&self, row: &[Option<f64>]) -> f64 {
        let of_kernel = |kernel: usize| {
            let column = |(at, entry): (usize, &Option<f64>)| {
                entry.map_or(0.0, |x| self.axes[at].ln_density(&self.kernels[at][kernel], x))
            };
            ln_f64(self.weights[kernel]) + row.iter().enumerate().map(column).sum::<f64>()
        };
        let each: Vec<f64> = (0..self.weights.len()).map(of_kernel).collect();
        let most = each.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        most + ln_f64(each.iter().map(|x| exp(x - most)).sum())
    }

    /// Selects a kernel, given u in [0, 1).
    pub fn kernel(&self, u: f64) -> usize {
        let mut sum = 0.0;
        let below = self.weights.iter().take_while(|weight| {
            sum += **weight;
            sum <= u
        });
        below.count().min(self.weights.len() - 1)
    }

    /// A draw of a column from a kernel, given u in [0, 1).
    pub fn draw(&self, column: usize, kernel: usize, u: f64) -> f64 {
        self.axes[column].draw(&self.kernels[column][kernel], u)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{cases, close, number, numbers};
    use super::*;

    /// Optuna 5's `_ParzenEstimator.log_pdf`.
    #[test]
    fn densities_are_optunas() {
        let cases = cases("parzen");
        assert!(cases.len() > 10);
        for case in cases {
            let axes: Vec<TpeAxis> = case["axes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|axis| match axis["choices"].as_u64() {
                    Some(n) => TpeAxis::Choices(n as usize),
                    None => TpeAxis::Number {
                        low: number(&axis["low"]),
                        high: number(&axis["high"]),
                        log: axis["log"].as_bool().unwrap(),
                        whole: axis["whole"].as_bool().unwrap(),
                    },
                })
                .collect();
            let rows = |key: &str| -> Vec<Vec<Option<f64>>> {
                let rows = case[key].as_array().unwrap().iter();
                rows.map(|row| numbers(row).into_iter().map(Some).collect()).collect()
            };
            let parzen = Parzen::new(&axes, &rows("observed"));
            for (row, wanted) in rows("asked").iter().zip(numbers(&case["log_pdf"])) {
                close(parzen.ln_density(row), wanted);
            }
        }
    }

    #[test]
    fn a_column_that_a_config_lacks_is_as_wide_as_the_space() {
        let axis = TpeAxis::Number { low: 0.0, high: 1.0, log: false, whole: false };
        let parzen = Parzen::new(&[axis, axis], &[vec![Some(0.1), None], vec![Some(0.1), None]]);
        let at = |y: f64| parzen.ln_density(&[Some(0.1), Some(y)]);
        // The wide kernel is nearly flat, and the same on both sides of the middle.
        assert!((at(0.2) - at(0.8)).abs() < 1e-12 && (at(0.5) - at(0.1)).abs() < 0.1);
        assert!(parzen.ln_density(&[Some(0.1), None]) > parzen.ln_density(&[Some(0.9), None]));
    }

    #[test]
    fn draws_follow_the_density() {
        let axis = TpeAxis::Number { low: 1.0, high: 100.0, log: true, whole: true };
        let parzen =
            Parzen::new(&[axis, TpeAxis::Choices(3)], &[vec![Some(5.0), Some(2.0)], vec![Some(7.0), Some(2.0)]]);
        const N: usize = 4000;
        for kernel in 0..3 {
            let draws: Vec<f64> = (0..N).map(|at| parzen.draw(0, kernel, (at as f64 + 0.5) / N as f64)).collect();
            for x in [1.0, 5.0, 6.0, 40.0, 100.0] {
                let share = draws.iter().filter(|draw| **draw == x).count() as f64 / N as f64;
                let wanted = exp(axis.ln_density(&parzen.kernels[0][kernel], x));
                assert!((share - wanted).abs() < 1.5 / N as f64, "{kernel} {x}: {share} {wanted}");
            }
        }
        assert_eq!((parzen.kernel(0.0), parzen.kernel(0.5), parzen.kernel(0.99)), (0, 1, 2));
    }
}
