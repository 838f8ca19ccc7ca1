//! The importance of the dimensions of a search space: PED-ANOVA (S. Watanabe, A. Bansal and F. Hutter, IJCAI 2023).
//!
//! A dimension is important if the best tenth of the configs has another distribution on it than all configs. Its
//! domain becomes a grid of at most 50 cells; p is the density of the best over them, q that of all, both by a Parzen
//! estimator with Scott's bandwidth and one kernel over the whole domain; the importance is the Pearson divergence, the
//! sum of q (p / q - 1)^2. A dimension that is not in every config is weighted by alpha^2 / beta, if it is in the share
//! alpha of the best and beta of all (condPED-ANOVA). Shares are of the sum over all dimensions, and equal those of
//! Optuna 5's `PedAnovaImportanceEvaluator` with its defaults.
//!
//! It shows what led to the best tenth, not how much the objective varies over the domain. With few configs the best
//! tenth is only a handful: consider the intervals.
//!
//! Differences from Optuna: diverged configs are kept, as the worst; a dimension whose configs are all in one cell has
//! no share, because it was not varied; each power of two is a cell; and if a number may be exactly 0, whether it is 0
//! is a separate choice.

use super::search::{Domain, IntScale};
use crate::statistics::{Resamples, normal_cdf, quantile};
use serde::Serialize;
use treino_engine::double::pow;
use treino_engine::math::ln_f64;

/// The share of configs that count as the best.
const BEST: f64 = 0.1;

/// Cells of a number's grid.
const CELLS: usize = 50;

/// With fewer configs a tenth is less than one, and there is no result.
pub const FEWEST_CONFIGS: usize = 10;

/// Resamples for an interval.
const RESAMPLES: u32 = 500;

/// A lower bound for densities in divisions.
const LEAST_DENSITY: f64 = 1e-12;

/// A dimension, and its value in each config.
#[derive(Debug, Clone, PartialEq)]
pub struct HyperparameterValues {
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: Domain,
    /// One entry per config, as in a [`SearchPoint`](super::search::SearchPoint): the index of a choice, or the number;
    /// `None` if the dimension is inactive.
    pub entries: Vec<Option<f64>>,
}

/// The importance of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HyperparameterImportance {
    /// Its name.
    pub name: String,
    /// Its share of the sum over all dimensions.
    pub share: f64,
    /// Lower end of the 95 % interval of the share, over resampled configs.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The dimensions from the most important to the least, with shares that sum to 1. `values` holds the objective of each
/// config, not finite if it diverged. The interval consists of percentiles over 500 resamples of the configs, extended
/// to contain the share. A resample repeats configs, which adds noise in every dimension: intervals are biased towards
/// equal shares. Empty for fewer than 10 configs, and if nothing distinguishes the best from the rest: objectives are
/// all equal, or no dimension varies.
pub fn importance(
    columns: &[HyperparameterValues],
    values: &[f64],
    more_is_better: bool,
) -> Vec<HyperparameterImportance> {
    if values.len() < FEWEST_CONFIGS {
        return Vec::new();
    }
    let loss = |value: &f64| match value.is_finite() {
        true if more_is_better => -value,
        true => *value,
        false => f64::INFINITY,
    };
    let losses: Vec<f64> = values.iter().map(loss).collect();
    let grids: Vec<BinnedSpace> = columns.iter().map(|column| BinnedSpace::of(column, losses.len())).collect();
    let mut rows: Vec<usize> = (0..losses.len()).collect();
    let Some(shares) = shares(&divergences(&grids, &losses, &rows)) else { return Vec::new() };
    let source = Resamples::new(0, "importance");
    let mut resampled: Vec<Vec<f64>> = vec![Vec::new(); columns.len()];
    for number in 0..RESAMPLES {
        source.draw(number, &mut rows);
        let Some(shares) = self::shares(&divergences(&grids, &losses, &rows)) else { continue };
        resampled.iter_mut().zip(shares).for_each(|(of, share)| of.push(share));
    }
    let one = |((column, share), mut of): ((&HyperparameterValues, f64), Vec<f64>)| {
        of.sort_by(f64::total_cmp);
        // `min` and `max` return the share if no resample had one.
        let (low, high) = (quantile(&of, 0.025).min(share), quantile(&of, 0.975).max(share));
        HyperparameterImportance { name: column.name.clone(), share, low, high }
    };
    let mut found: Vec<HyperparameterImportance> = columns.iter().zip(shares).zip(resampled).map(one).collect();
    found.sort_by(|a, b| b.share.total_cmp(&a.share));
    found
}

/// Divergences as shares of their sum; `None` where all are 0.
fn shares(divergences: &[f64]) -> Option<Vec<f64>> {
    let sum: f64 = divergences.iter().sum();
    (sum > 0.0).then(|| divergences.iter().map(|divergence| divergence / sum).collect())
}

/// The divergence of each dimension over some configs.
fn divergences(grids: &[BinnedSpace], losses: &[f64], rows: &[usize]) -> Vec<f64> {
    let mut sorted: Vec<f64> = rows.iter().map(|row| losses[*row]).collect();
    sorted.sort_by(f64::total_cmp);
    let best = (BEST * sorted.len() as f64).ceil() as usize;
    let Some(limit) = best.checked_sub(1).map(|at| sorted[at]) else { return vec![0.0; grids.len()] };
    let is_best = |row: &usize| losses[*row] <= limit && losses[*row].is_finite();
    let best: Vec<usize> = rows.iter().copied().filter(is_best).collect();
    if best.is_empty() || best.len() == rows.len() {
        return vec![0.0; grids.len()];
    }
    grids.iter().map(|grid| grid.divergence(&best, rows)).collect()
}

/// The position of a config on a dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
enum BinIndex {
    /// The dimension is inactive.
    Absent,
    /// The number is exactly 0, which is outside of the range.
    Zero,
    /// In a cell.
    At(usize),
}

/// A dimension divided into cells.
struct BinnedSpace {
    size: usize,
    /// The kernel over the whole domain; `None` if cells have no order.
    prior: Option<Vec<f64>>,
    /// The cell of each config.
    cells: Vec<BinIndex>,
}

impl BinnedSpace {
    fn of(column: &HyperparameterValues, configs: usize) -> BinnedSpace {
        let (size, low, high, log) = match column.domain {
            Domain::Choices(n) => (n, 0.0, n as f64 - 1.0, false),
            Domain::Float { low, high, log, .. } => (if low < high { CELLS } else { 1 }, low, high, log),
            Domain::Int { low, high, scale } => {
                let span = high.saturating_sub(low).max(0) as usize;
                let (a, b) = (low as f64, high as f64);
                match scale {
                    IntScale::Linear => ((span + 1).min(CELLS), a, b, false),
                    IntScale::Log if span > 0 => {
                        (((span + 1).next_power_of_two().ilog2() as usize + 1).min(CELLS), a, b, true)
                    }
                    IntScale::Log => (1, a, b, true),
                    IntScale::Pow2 => {
                        let (first, last) = (low.max(1).ilog2(), high.max(1).ilog2());
                        ((last - first) as usize + 1, f64::from(first), f64::from(last), false)
                    }
                }
            }
        };
        let is_power = matches!(column.domain, Domain::Int { scale: IntScale::Pow2, .. });
        let has_zero = matches!(column.domain, Domain::Float { zero, .. } if zero > 0.0);
        let place = |x: f64| if log { ln_f64(x) } else { x };
        let step = (place(high) - place(low)) / (size.max(2) - 1) as f64;
        let cell = |entry: f64| {
            let x = if is_power { f64::from((entry as u64).max(1).ilog2()) } else { entry };
            // The midpoint between two cells belongs to the lower one.
            let at = ((place(x) - place(low)) / step - 0.5).ceil();
            if size < 2 { 0 } else { at.clamp(0.0, size as f64 - 1.0) as usize }
        };
        let cells = (0..configs).map(|config| match column.entries.get(config).copied().flatten() {
            None => BinIndex::Absent,
            Some(0.0) if has_zero => BinIndex::Zero,
            Some(entry) => BinIndex::At(cell(entry)),
        });
        let prior = (!matches!(column.domain, Domain::Choices(_))).then(|| prior(size));
        BinnedSpace { size, prior, cells: cells.collect() }
    }

    /// The Pearson divergence of the best configs from all, over those with the dimension.
    fn divergence(&self, best: &[usize], all: &[usize]) -> f64 {
        let ((p, p_zero), (q, q_zero)) = (self.count(best), self.count(all));
        let total = |counts: &[usize]| counts.iter().sum::<usize>();
        let (p_range, q_range) = (total(&p), total(&q));
        let mut sum = 0.0;
        // Whether the dimension is active depends on another dimension: only the position within it counts.
        if q_range > 1 && p_range > 0 && q.iter().filter(|count| **count > 0).count() > 1 {
            let (p, q) = (self.density(&p), self.density(&q));
            sum += weight(p_range, best.len(), q_range, all.len()) * pearson(&p, &q);
        }
        // Whether it is exactly 0 is counted here: a choice of two.
        if p_range + p_zero > 0 && q_zero > 0 && q_range > 0 {
            let (p, q) = (choices(&[p_zero, p_range]), choices(&[q_zero, q_range]));
            sum += weight(p_range + p_zero, best.len(), q_range + q_zero, all.len()) * pearson(&p, &q);
        }
        sum
    }

    /// The number of the rows in each cell, and at 0.
    fn count(&self, rows: &[usize]) -> (Vec<usize>, usize) {
        let (mut counts, mut zeros) = (vec![0; self.size], 0);
        for row in rows {
            match self.cells[*row] {
                BinIndex::Absent => {}
                BinIndex::Zero => zeros += 1,
                BinIndex::At(cell) => counts[cell] += 1,
            }
        }
        (counts, zeros)
    }

    fn density(&self, counts: &[usize]) -> Vec<f64> {
        match &self.prior {
            Some(prior) => numbers(counts, prior),
            None => choices(counts),
        }
    }
}

/// alpha^2 / beta: the weight of a subset of the configs, with `p` of the best `best` in it and `q` of `all`.
fn weight(p: usize, best: usize, q: usize, all: usize) -> f64 {
    let (alpha, beta) = (p as f64 / best as f64, q as f64 / all as f64);
    alpha * alpha / beta
}

/// The sum of q (p / q - 1)^2.
fn pearson(p: &[f64], q: &[f64]) -> f64 {
    let term = |(p, q): (&f64, &f64)| {
        let (p, q) = (p + LEAST_DENSITY, q + LEAST_DENSITY);
        q * (p / q - 1.0) * (p / q - 1.0)
    };
    p.iter().zip(q).map(term).sum()
}

/// The density of choices: a kernel for each observed choice, weighted by its count, and a flat one with weight 1. For
/// k kernels, a kernel is 1 at its choice plus 1/k everywhere, normalised to sum 1.
fn choices(counts: &[usize]) -> Vec<f64> {
    let kernels = counts.iter().filter(|count| **count > 0).count() + 1;
    let total = counts.iter().sum::<usize>() as f64;
    let everywhere = 1.0 / kernels as f64;
    let whole = 1.0 + everywhere * counts.len() as f64;
    let flat = 1.0 / counts.len() as f64;
    let density = |count: &usize| ((*count as f64 + total * everywhere) / whole + flat) / (total + 1.0);
    counts.iter().map(density).collect()
}

/// The density of numbers in cells: a normal kernel around each observed cell, truncated at the ends and weighted by
/// its count, and a wide one with weight 1.
fn numbers(counts: &[usize], prior: &[f64]) -> Vec<f64> {
    let n = counts.len();
    let sigma = bandwidth(counts);
    // The normal probability beyond half a cell, one and a half, ...
    let beyond: Vec<f64> = (0..n).map(|cell| normal_cdf(-(cell as f64 + 0.5) / sigma)).collect();
    let mass = |distance: usize| match distance {
        0 => 1.0 - 2.0 * beyond[0],
        d => beyond[d - 1] - beyond[d],
    };
    let masses: Vec<f64> = (0..n).map(mass).collect();
    let mut density = prior.to_vec();
    for (middle, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let whole: f64 = (0..n).map(|cell| masses[cell.abs_diff(middle)]).sum();
        let scale = *count as f64 / whole;
        density.iter_mut().enumerate().for_each(|(cell, sum)| *sum += scale * masses[cell.abs_diff(middle)]);
    }
    let weights = counts.iter().sum::<usize>() as f64 + 1.0;
    density.iter_mut().for_each(|sum| *sum /= weights);
    density
}

/// Scott's rule, 1.059 min(quartile range / 1.34, sd) n^(-1/5), in cells; at least such that nine tenths of a kernel
/// fit into one cell.
fn bandwidth(counts: &[usize]) -> f64 {
    let total: usize = counts.iter().sum();
    let n = total as f64;
    let moment = |of: &dyn Fn(f64) -> f64| {
        counts.iter().enumerate().map(|(cell, count)| of(cell as f64) * *count as f64).sum::<f64>()
    };
    let mean = moment(&|cell| cell) / n;
    let sd = (moment(&|cell| (cell - mean) * (cell - mean)) / (n - 1.0).max(1.0)).sqrt();
    // The first cell at which the cumulative counts reach a limit, or the last cell.
    let first = |reaches: &dyn Fn(usize) -> bool| {
        let (mut sum, mut last) = (0, 0);
        for (cell, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            (sum, last) = (sum + count, cell);
            if reaches(sum) {
                break;
            }
        }
        last as f64
    };
    let range = first(&|sum| sum > total * 3 / 4) - first(&|sum| sum >= total / 4);
    (1.059 * (range / 1.34).min(sd) * pow(n, -0.2)).max(0.5 / 1.64)
}

/// The wide kernel: a normal distribution around the middle of the domain with the domain's width, truncated at the
/// ends.
fn prior(cells: usize) -> Vec<f64> {
    let (middle, sigma) = ((cells as f64 - 1.0) / 2.0, cells as f64);
    let edges: Vec<f64> = (0..=cells).map(|edge| normal_cdf((edge as f64 - 0.5 - middle) / sigma)).collect();
    let whole = edges[cells] - edges[0];
    edges.windows(2).map(|pair| (pair[1] - pair[0]) / whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fixture::{cases, close, number, numbers};
    use serde_json::Value as Json;
    use treino_engine::double::exp;

    fn domain(json: &Json) -> Domain {
        let (low, high, log) = (json["low"].as_f64(), json["high"].as_f64(), json["log"] == true);
        let whole = |end: Option<f64>| end.unwrap() as i64;
        match json["kind"].as_str().unwrap() {
            "choices" => Domain::Choices(json["n"].as_u64().unwrap() as usize),
            "float" => Domain::Float { low: low.unwrap(), high: high.unwrap(), log, zero: 0.0 },
            _ => {
                let scale = if log { IntScale::Log } else { IntScale::Linear };
                Domain::Int { low: whole(low), high: whole(high), scale }
            }
        }
    }

    fn column(json: &Json) -> HyperparameterValues {
        let entries = json["entries"].as_array().unwrap().iter().map(Json::as_f64).collect();
        HyperparameterValues {
            name: json["name"].as_str().unwrap().to_string(),
            domain: domain(&json["domain"]),
            entries,
        }
    }

    #[test]
    fn shares_are_optunas() {
        for case in cases("importance") {
            let columns: Vec<HyperparameterValues> = case["columns"].as_array().unwrap().iter().map(column).collect();
            let found = importance(&columns, &numbers(&case["values"]), case["more_is_better"] == true);
            assert_eq!(found.len(), columns.len());
            for one in &found {
                close(one.share, number(&case["shares"][&one.name]));
                assert!(0.0 <= one.low && one.low <= one.share && one.share <= one.high && one.high <= 1.0, "{one:?}");
            }
            assert!((found.iter().map(|one| one.share).sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(found.windows(2).all(|pair| pair[0].share >= pair[1].share));
        }
    }

    const UNIT: Domain = Domain::Float { low: 0.0, high: 1.0, log: false, zero: 0.0 };

    /// Evenly spaced entries that are independent of each other.
    fn spread(name: &str, n: u32, factor: u32) -> HyperparameterValues {
        let entries = (0..n).map(|i| Some(f64::from(i * factor % n) / f64::from(n))).collect();
        HyperparameterValues { name: name.to_string(), domain: UNIT, entries }
    }

    #[test]
    fn what_moves_the_objective_is_first_and_its_interval_away_from_0() {
        let columns = [spread("idle", 101, 37), spread("works", 101, 1)];
        let values: Vec<f64> = columns[1].entries.iter().map(|x| (x.unwrap() - 0.3).powi(2)).collect();
        let found = importance(&columns, &values, false);
        assert_eq!(found[0].name, "works");
        assert!(found[0].share > 0.8 && found[0].low > 0.5, "{found:?}");
        assert_eq!(found, importance(&columns, &values, false));
    }

    #[test]
    fn nothing_is_said_without_a_difference() {
        let columns = [spread("a", 20, 7)];
        assert!(importance(&columns, &[1.0; 20], false).is_empty());
        assert!(importance(&[spread("a", 9, 2)], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], false).is_empty());
        assert!(importance(&columns, &[f64::NAN; 20], false).is_empty());
        let constant = HyperparameterValues { entries: vec![Some(0.5); 20], ..spread("constant", 20, 1) };
        let values: Vec<f64> = (0..20).map(f64::from).collect();
        assert!(importance(std::slice::from_ref(&constant), &values, false).is_empty());
        let found = importance(&[constant, spread("a", 20, 1)], &values, false);
        assert_eq!((found[1].share, found[1].high), (0.0, 0.0));
        assert_eq!(found[0].share, 1.0);
    }

    #[test]
    fn what_diverges_is_worst() {
        // Above 0.5 everything diverges; without those configs, only the other column would vary.
        let columns = [spread("rate", 100, 1), spread("idle", 100, 37)];
        let value = |x: &Option<f64>| if x.unwrap() > 0.5 { f64::NAN } else { 1.0 - x.unwrap() };
        let values: Vec<f64> = columns[0].entries.iter().map(value).collect();
        assert_eq!(importance(&columns, &values, false)[0].name, "rate");
        assert_eq!(importance(&columns, &values, true)[0].name, "rate");
    }

    #[test]
    fn zero_beside_a_range_is_a_choice_of_its_own() {
        let domain = Domain::Float { low: 1e-6, high: 0.1, log: true, zero: 0.5 };
        let entry = |i: u32| if i.is_multiple_of(2) { 0.0 } else { exp(-f64::from(i % 11) - 2.5) };
        let l2 = HyperparameterValues {
            name: "l2".to_string(),
            domain,
            entries: (0..600).map(|i| Some(entry(i))).collect(),
        };
        let values: Vec<f64> = (0..600).map(|i| f64::from(i % 2) * 10.0 + f64::from(i * 7 % 600) / 600.0).collect();
        let found = importance(&[l2, spread("idle", 600, 229)], &values, false);
        assert_eq!(found[0].name, "l2");
        assert!(found[0].share > 0.5, "{found:?}");
    }

    #[test]
    fn powers_of_two_are_a_cell_each() {
        let domain = Domain::Int { low: 8, high: 256, scale: IntScale::Pow2 };
        let entries = [8.0, 16.0, 32.0, 64.0, 128.0, 256.0].map(Some).to_vec();
        let grid = BinnedSpace::of(&HyperparameterValues { name: String::new(), domain, entries }, 6);
        assert_eq!(grid.size, 6);
        assert_eq!(grid.cells, (0..6).map(BinIndex::At).collect::<Vec<_>>());
    }
}
