//! Curves of predictions on unseen rows.
//!
//! The interval of an area follows E. DeLong, D. DeLong and D. Clarke-Pearson (Biometrics 44, 1988), its variance by
//! midranks (X. Sun and W. Xu, IEEE Signal Processing Letters 21, 2014), and is computed on the logit scale, where it
//! stays between 0 and 1. The histogram's bins follow D. Freedman and P. Diaconis (1981): 2 IQR / n^(1/3) wide.

use super::record::{CalibrationBin, ClassCurves, NumberCurves, ThresholdRow};
use crate::statistics::{quantile, standard_deviation, wilson95};
use treino_engine::double::exp;
use treino_engine::math::{ln_f64, normal_quantile};
use treino_nn::metrics::{roc_curve, walk};

/// Slices of a curve; each keeps at most three points.
const SLICES: usize = 99;

/// The largest number of bins of a histogram.
const MOST_BINS: usize = 30;

/// The largest number of rows in the points of numbers.
const MOST_POINTS: usize = 1000;

impl ClassCurves {
    /// The curves of a class: whether each row is of it, and the probability or the class score of each row. Scores
    /// have neither calibration nor thresholds.
    pub fn of(name: &str, positive: &[bool], p: &[f32], is_probability: bool, weights: Option<&[f32]>) -> Self {
        let weight = |row: usize| weights.map_or(1.0, |w| f64::from(w[row]));
        let sum = |of: &dyn Fn(usize) -> f64| (0..p.len()).map(|row| weight(row) * of(row)).sum::<f64>();
        let total = sum(&|_| 1.0);
        let y = |row: usize| f64::from(u8::from(positive[row]));
        let curve = roc_curve(positive, p, weights);
        let auc = curve.as_ref().map_or(f64::NAN, |curve| curve.area);
        let points = curve.map_or(vec![[0.0, 0.0], [1.0, 1.0]], |curve| {
            curve.points.iter().map(|p| [p.false_positive_rate, p.true_positive_rate]).collect()
        });
        let (precision_recall, average_precision) = precision_recall(positive, p, weights);
        let count = positive.iter().filter(|positive| **positive).count();
        let square = |row: usize| (f64::from(p[row]) - y(row)) * (f64::from(p[row]) - y(row));
        ClassCurves {
            name: name.to_string(),
            rows: [count, p.len() - count],
            auc,
            auc_interval: if weights.is_none() { delong(positive, p, auc) } else { None },
            roc: simplify_curve(points, |[x, y]| x + y, |[x, y]| y - x),
            precision_recall,
            average_precision,
            share: sum(&y) / total,
            calibration: if is_probability { calibration(positive, p, &weight) } else { Vec::new() },
            brier: if is_probability { sum(&square) / total } else { f64::NAN },
            thresholds: (1..20)
                .filter(|_| is_probability)
                .map(|k| threshold(f64::from(k) / 20.0, positive, p, &weight))
                .collect(),
        }
    }
}

/// At most 300 points of a curve: the last, and in each slice along it the first, the highest and the lowest.
fn simplify_curve(
    points: Vec<[f64; 2]>,
    along: impl Fn([f64; 2]) -> f64,
    height: impl Fn([f64; 2]) -> f64,
) -> Vec<[f64; 2]> {
    if points.len() <= 3 * SLICES + 3 {
        return points;
    }
    let last = points.len() - 1;
    let whole = along(points[last]);
    let slice = |at: usize| (along(points[at]) / whole * SLICES as f64).floor();
    let all: Vec<usize> = (0..last).collect();
    let mut kept = Vec::new();
    for slice in all.chunk_by(|a, b| slice(*a) == slice(*b)) {
        let by_height = |a: &&usize, b: &&usize| height(points[**a]).total_cmp(&height(points[**b]));
        let ends = slice.iter().max_by(by_height).into_iter().chain(slice.iter().min_by(by_height));
        kept.extend(ends.chain(slice.first()).copied());
    }
    kept.push(last);
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|at| points[at]).collect()
}

/// Points (recall, precision), starting with no row, where precision counts as 1, and the sum of precision times the
/// step in recall.
fn precision_recall(positive: &[bool], p: &[f32], weights: Option<&[f32]>) -> (Vec<[f64; 2]>, f64) {
    let mut steps = Vec::new();
    let (_, all) = walk(positive, p, weights, |step| {
        let called = step.tp + step.fp;
        steps.push((step.tp, step.tp_before, if called > 0.0 { step.tp / called } else { 0.0 }));
    });
    let average = steps.iter().map(|(tp, before, precision)| (tp - before) / all * precision).sum();
    let points = steps.iter().map(|(tp, _, precision)| [tp / all, *precision]);
    let points = std::iter::once([0.0, 1.0]).chain(points).collect();
    (simplify_curve(points, |[recall, _]| recall, |[_, precision]| precision), average)
}

/// The 95 % interval of an area; `None` if it is 0 or 1, or if the class or the rest has fewer than two rows.
fn delong(positive: &[bool], p: &[f32], auc: f64) -> Option<[f64; 2]> {
    let side = |wanted: bool| -> Vec<usize> { (0..p.len()).filter(|row| positive[*row] == wanted).collect() };
    let (ones, zeros) = (side(true), side(false));
    if !(auc > 0.0 && auc < 1.0) || ones.len().min(zeros.len()) < 2 {
        return None;
    }
    let all = midranks(p);
    // The share of the opposite rows that each row beats.
    let beaten = |rows: &[usize]| -> Vec<f64> {
        let own = midranks(&rows.iter().map(|row| p[*row]).collect::<Vec<f32>>());
        let others = (p.len() - rows.len()) as f64;
        rows.iter().zip(own).map(|(row, own)| (all[*row] - own) / others).collect()
    };
    let variance = |rows: &[usize]| {
        let sd = standard_deviation(&beaten(rows));
        sd * sd / rows.len() as f64
    };
    let se = (variance(&ones) + variance(&zeros)).sqrt();
    let half = normal_quantile(0.975) * se / (auc * (1.0 - auc));
    let logit = ln_f64(auc / (1.0 - auc));
    Some([logit - half, logit + half].map(|x| if x < 0.0 { exp(x) / (1.0 + exp(x)) } else { 1.0 / (1.0 + exp(-x)) }))
}

/// The rank of each score, from 1; the mean rank for equal scores.
fn midranks(scores: &[f32]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let mut ranks = vec![0.0; scores.len()];
    let mut before = 0;
    for ties in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let rank = before as f64 + (ties.len() + 1) as f64 / 2.0;
        ties.iter().for_each(|at| ranks[*at] = rank);
        before += ties.len();
    }
    ranks
}

fn calibration(positive: &[bool], p: &[f32], weight: &dyn Fn(usize) -> f64) -> Vec<CalibrationBin> {
    let mut bins = [(0, 0.0, 0.0, 0.0); 10];
    for (row, p) in p.iter().enumerate() {
        let (rows, total, predicted, observed) = &mut bins[((f64::from(*p) * 10.0) as usize).min(9)];
        *rows += 1;
        *total += weight(row);
        *predicted += weight(row) * f64::from(*p);
        *observed += weight(row) * f64::from(u8::from(positive[row]));
    }
    let there = bins.into_iter().filter(|(_, total, ..)| *total > 0.0);
    there
        .map(|(rows, total, predicted, observed)| {
            let (low, high) = wilson95(observed / total * rows as f64, rows as f64);
            CalibrationBin { predicted: predicted / total, observed: observed / total, interval: [low, high], rows }
        })
        .collect()
}

fn threshold(threshold: f64, positive: &[bool], p: &[f32], weight: &dyn Fn(usize) -> f64) -> ThresholdRow {
    let mut counts = [0.0; 4];
    for (row, p) in p.iter().enumerate() {
        let at = match (f64::from(*p) >= threshold, positive[row]) {
            (true, true) => 0,
            (true, false) => 1,
            (false, false) => 2,
            (false, true) => 3,
        };
        counts[at] += weight(row);
    }
    ThresholdRow { threshold, counts }
}

impl NumberCurves {
    /// The curves of true and predicted numbers. A prediction that is not finite is only in the points.
    pub fn of(y: &[f64], p: &[f64]) -> Self {
        let points = evenly(y.len(), MOST_POINTS).map(|row| [y[row], p[row]]).collect();
        let finite: Vec<[f64; 2]> =
            y.iter().zip(p).filter(|(y, p)| (**y - **p).is_finite()).map(|(y, p)| [*y, *p]).collect();
        let mut residuals: Vec<f64> = finite.iter().map(|[y, p]| y - p).collect();
        residuals.sort_by(f64::total_cmp);
        let edges = edges(&residuals);
        let mut counts = vec![0; edges.len().saturating_sub(1)];
        for residual in &residuals {
            let inner = &edges[1..edges.len() - 1];
            counts[inner.partition_point(|edge| edge <= residual)] += 1;
        }
        let mut errors: Vec<f64> = residuals.iter().map(|r| r.abs()).collect();
        errors.sort_by(f64::total_cmp);
        let mut order = finite;
        order.sort_by(|a, b| a[1].total_cmp(&b[1]));
        let n = order.len();
        let groups = (0..10).map(|i| &order[i * n / 10..(i + 1) * n / 10]).filter(|group| !group.is_empty());
        let mean = |group: &[[f64; 2]], i: usize| group.iter().map(|row| row[i]).sum::<f64>() / group.len() as f64;
        NumberCurves {
            points,
            edges,
            counts,
            error_quantiles: [0.5, 0.9, 0.95, 1.0].map(|q| quantile(&errors, q)),
            groups: groups.map(|group| [mean(group, 1), mean(group, 0)]).collect(),
        }
    }
}

/// At most `most` of `rows` rows, evenly spaced.
pub(crate) fn evenly(rows: usize, most: usize) -> impl Iterator<Item = usize> {
    let taken = rows.min(most);
    (0..taken).map(move |i| i * rows / taken)
}

/// The edges of a histogram of sorted numbers; empty without numbers.
fn edges(sorted: &[f64]) -> Vec<f64> {
    let (Some(low), Some(high)) = (sorted.first().copied(), sorted.last().copied()) else { return Vec::new() };
    if low == high {
        return vec![low - 0.5, high + 0.5];
    }
    let iqr = quantile(sorted, 0.75) - quantile(sorted, 0.25);
    let width = 2.0 * iqr / exp(ln_f64(sorted.len() as f64) / 3.0);
    // Numbers that are nearly equal do not define a bin width.
    let bins =
        if width > 0.0 { ((high - low) / width).ceil().min(MOST_BINS as f64).max(1.0) as usize } else { MOST_BINS };
    let edge = |i: usize| if i == bins { high } else { low + (high - low) * i as f64 / bins as f64 };
    (0..=bins).map(edge).collect()
}

#[cfg(test)]
mod tests;
