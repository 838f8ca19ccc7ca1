//! Curves of predictions: ROC, precision and recall, calibration, thresholds; residuals of numbers.
//!
//! The variance of the area under a ROC curve is DeLong's (DeLong, DeLong, Clarke-Pearson, Biometrics 44, 1988), by midranks (Sun,
//! Xu, IEEE Signal Processing Letters 21, 2014); its interval is taken on the logit scale, so that it stays between 0 and 1.
//! Average precision is the sum of the precision at each distinct score times the step in recall, without interpolation.

use super::record::{CalibrationBin, ClassCurves, NumberCurves, ThresholdRow};
use super::roc::roc_curve;
use crate::study::statistics::wilson95;
use treino_engine::double::exp;
use treino_engine::math::ln_f64;

/// Points that a curve keeps.
const POINTS: usize = 300;

/// Rows that a scatter plot keeps.
const SCATTER: usize = 1000;

/// Bins of a calibration curve, and groups of numbers.
const BINS: usize = 10;

/// Bins of a histogram at most.
const MOST_BINS: usize = 30;

/// The curves of one class against the rest: whether each row is of it, and how probable it is said to be. `None` without rows on
/// both sides.
pub(super) fn class_curves(name: &str, positive: &[bool], p: &[f32], weights: Option<&[f32]>) -> Option<ClassCurves> {
    let roc = roc_curve(positive, p, weights)?;
    let weight = |row: usize| weights.map_or(1.0, |w| f64::from(w[row]));
    let total: f64 = (0..p.len()).map(weight).sum();
    let of_class: f64 = (0..p.len()).filter(|row| positive[*row]).map(weight).sum();
    let rows = positive.iter().filter(|is| **is).count();
    let others = total - of_class;
    let share = of_class / total;
    let mut average_precision = 0.0;
    let mut precision_recall = vec![[0.0, 1.0]];
    for pair in roc.points.windows(2) {
        let (fp, tp) = (pair[1].false_positive_rate * others, pair[1].true_positive_rate * of_class);
        let precision = if tp + fp > 0.0 { tp / (tp + fp) } else { 1.0 };
        average_precision += precision * (pair[1].true_positive_rate - pair[0].true_positive_rate);
        precision_recall.push([pair[1].true_positive_rate, precision]);
    }
    let square = |row: usize| (f64::from(p[row]) - f64::from(u8::from(positive[row]))).powi(2);
    let points: Vec<[f64; 2]> = roc.points.iter().map(|at| [at.false_positive_rate, at.true_positive_rate]).collect();
    Some(ClassCurves {
        name: name.to_string(),
        rows: [rows, p.len() - rows],
        auc: roc.area,
        auc_interval: if weights.is_none() { delong95(positive, p, roc.area) } else { None },
        roc: thinned(&points),
        precision_recall: thinned(&precision_recall),
        average_precision,
        share,
        calibration: calibration(positive, p),
        brier: (0..p.len()).map(|row| weight(row) * square(row)).sum::<f64>() / total,
        thresholds: thresholds(positive, p, &weight),
    })
}

/// The 95 % interval of an area after DeLong; `None` where it has no variance.
fn delong95(positive: &[bool], p: &[f32], area: f64) -> Option<[f64; 2]> {
    let of =
        |side: bool| -> Vec<f32> { p.iter().zip(positive).filter(|(_, is)| **is == side).map(|(p, _)| *p).collect() };
    let (ours, others) = (of(true), of(false));
    let (m, n) = (ours.len() as f64, others.len() as f64);
    if ours.len() < 2 || others.len() < 2 || area <= 0.0 || area >= 1.0 {
        return None;
    }
    let all = midranks(p);
    // How each row stands among those of the other side.
    let standing = |side: bool, own: &[f32]| -> Vec<f64> {
        let ranks = all.iter().zip(positive).filter(|(_, is)| **is == side).map(|(rank, _)| *rank);
        ranks.zip(midranks(own)).map(|(rank, own)| rank - own).collect()
    };
    let above = standing(true, &ours).into_iter().map(|x| x / n).collect::<Vec<f64>>();
    let below = standing(false, &others).into_iter().map(|x| 1.0 - x / m).collect::<Vec<f64>>();
    let variance = |x: &[f64]| x.iter().map(|x| (x - area).powi(2)).sum::<f64>() / (x.len() - 1) as f64;
    let sd = (variance(&above) / m + variance(&below) / n).sqrt();
    if sd <= 0.0 {
        return None;
    }
    let logit = ln_f64(area / (1.0 - area));
    let half = Z95 * sd / (area * (1.0 - area));
    Some([logit - half, logit + half].map(|x| 1.0 / (1.0 + exp(-x))))
}

/// The normal quantile of 0.975.
const Z95: f64 = 1.959_963_984_540_054;

/// Ranks from 1, the mean of them for equals.
fn midranks(x: &[f32]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|a, b| x[*a].total_cmp(&x[*b]));
    let mut ranks = vec![0.0; x.len()];
    let mut before = 0;
    for ties in order.chunk_by(|a, b| x[*a] == x[*b]) {
        let rank = before as f64 + (ties.len() as f64 + 1.0) / 2.0;
        ties.iter().for_each(|at| ranks[*at] = rank);
        before += ties.len();
    }
    ranks
}

/// At most so many points of a curve, its ends among them, evenly along its length.
fn thinned(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    if points.len() <= POINTS {
        return points.to_vec();
    }
    let far = |pair: &[[f64; 2]]| (pair[1][0] - pair[0][0]).abs() + (pair[1][1] - pair[0][1]).abs();
    let length: f64 = points.windows(2).map(far).sum();
    let step = length / (POINTS - 2) as f64;
    let (mut kept, mut along, mut next) = (vec![points[0]], 0.0, step);
    for pair in points.windows(2) {
        along += far(pair);
        if along >= next {
            kept.push(pair[1]);
            next = (along / step).floor().mul_add(step, step);
        }
    }
    let last = points[points.len() - 1];
    if kept.last() != Some(&last) {
        kept.push(last);
    }
    kept
}

fn calibration(positive: &[bool], p: &[f32]) -> Vec<CalibrationBin> {
    let mut bins = [(0.0, 0_usize, 0_usize); BINS];
    for (p, is) in p.iter().zip(positive) {
        let bin = &mut bins[((f64::from(*p) * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + f64::from(*p), bin.1 + usize::from(*is), bin.2 + 1);
    }
    let filled = bins.into_iter().filter(|(.., rows)| *rows > 0);
    filled
        .map(|(sum, of_class, rows)| {
            let (n, k) = (rows as f64, of_class as f64);
            let (low, high) = wilson95(k, n);
            CalibrationBin { predicted: sum / n, observed: k / n, interval: [low, high], rows }
        })
        .collect()
}

fn thresholds(positive: &[bool], p: &[f32], weight: &dyn Fn(usize) -> f64) -> Vec<ThresholdRow> {
    (1..20)
        .map(|step| {
            let threshold = f64::from(step) / 20.0;
            let mut counts = [0.0; 4];
            for (row, (p, is)) in p.iter().zip(positive).enumerate() {
                let place = match (*is, f64::from(*p) >= threshold) {
                    (true, true) => 0,
                    (false, true) => 1,
                    (false, false) => 2,
                    (true, false) => 3,
                };
                counts[place] += weight(row);
            }
            ThresholdRow { threshold, counts }
        })
        .collect()
}

/// The curves of numbers, true and predicted, in their own units.
pub(super) fn number_curves(y: &[f64], p: &[f64]) -> NumberCurves {
    let n = y.len();
    let mut errors: Vec<f64> = y.iter().zip(p).map(|(y, p)| y - p).collect();
    errors.sort_by(f64::total_cmp);
    let (edges, counts) = histogram(&errors);
    let mut sizes: Vec<f64> = errors.iter().map(|e| e.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let each = n.div_ceil(BINS).max(1);
    let mean = |rows: &[usize], of: &[f64]| rows.iter().map(|row| of[*row]).sum::<f64>() / rows.len() as f64;
    NumberCurves {
        points: (0..n).step_by(n.div_ceil(SCATTER).max(1)).map(|row| [y[row], p[row]]).collect(),
        edges,
        counts,
        error_quantiles: [0.5, 0.9, 0.95, 1.0].map(|q| quantile(&sizes, q)),
        groups: order.chunks(each).map(|rows| [mean(rows, p), mean(rows, y)]).collect(),
    }
}

/// The value that a share of sorted numbers does not exceed, between neighbours in proportion.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = share * last as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    (high - low).mul_add(at.fract(), low)
}

/// Bins of sorted numbers, as wide as Freedman and Diaconis advise: edges and counts.
fn histogram(sorted: &[f64]) -> (Vec<f64>, Vec<usize>) {
    let (Some(low), Some(high)) = (sorted.first().copied(), sorted.last().copied()) else { return Default::default() };
    let n = sorted.len() as f64;
    let width = 2.0 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / n.cbrt();
    let wanted = ((high - low) / width).ceil();
    let bins = if wanted.is_finite() { (wanted as usize).clamp(1, MOST_BINS) } else { 1 };
    let edges: Vec<f64> = (0..=bins).map(|at| ((high - low) / bins as f64).mul_add(at as f64, low)).collect();
    let mut counts = vec![0; bins];
    for x in sorted {
        let at = ((x - low) / (high - low) * bins as f64) as usize;
        counts[at.min(bins - 1)] += 1;
    }
    (edges, counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a}, not {b}");
    }

    /// DeLong's variance from its definition, pair by pair.
    fn by_pairs(positive: &[bool], p: &[f32]) -> (f64, f64) {
        let of = |side: bool| p.iter().zip(positive).filter(move |(_, is)| **is == side).map(|(p, _)| *p);
        let wins = |a: f32, b: f32| if a > b { 1.0 } else { 0.5 * f64::from(u8::from(a == b)) };
        let (m, n) = (of(true).count() as f64, of(false).count() as f64);
        let above: Vec<f64> = of(true).map(|a| of(false).map(|b| wins(a, b)).sum::<f64>() / n).collect();
        let below: Vec<f64> = of(false).map(|b| of(true).map(|a| wins(a, b)).sum::<f64>() / m).collect();
        let area = above.iter().sum::<f64>() / m;
        let variance = |x: &[f64]| x.iter().map(|x| (x - area).powi(2)).sum::<f64>() / (x.len() as f64 - 1.0);
        (area, (variance(&above) / m + variance(&below) / n).sqrt())
    }

    #[test]
    fn the_interval_of_an_area_is_delongs() {
        let n = 137;
        let positive: Vec<bool> = (0..n).map(|i| (i * 7) % 5 < 2).collect();
        let p: Vec<f32> = (0..n).map(|i| ((i * 31) % 23) as f32 / 30.0 + if positive[i] { 0.1 } else { 0.0 }).collect();
        let curves = class_curves("yes", &positive, &p, None).unwrap();
        let (area, sd) = by_pairs(&positive, &p);
        close(curves.auc, area);
        let [low, high] = curves.auc_interval.unwrap();
        let logit = |x: f64| (x / (1.0 - x)).ln();
        close(logit(high) - logit(area), Z95 * sd / (area * (1.0 - area)));
        close(logit(area) - logit(low), logit(high) - logit(area));
        assert_eq!(curves.rows, [55, 82]);
    }

    #[test]
    fn precision_and_recall_by_hand() {
        // Scores 0.9 (yes), 0.8 (no), 0.7 (yes and yes), 0.1 (no).
        let positive = [true, false, true, true, false];
        let p = [0.9, 0.8, 0.7, 0.7, 0.1];
        let curves = class_curves("yes", &positive, &p, None).unwrap();
        close(curves.average_precision, 1.0 / 3.0 + 0.75 * 2.0 / 3.0);
        let expected = [[0.0, 1.0], [1.0 / 3.0, 1.0], [1.0 / 3.0, 0.5], [1.0, 0.75], [1.0, 0.6]];
        assert_eq!(curves.precision_recall, expected);
        let half = curves.thresholds.iter().find(|row| row.threshold == 0.75).unwrap();
        assert_eq!(half.counts, [1.0, 1.0, 1.0, 2.0]);
        close(curves.brier, (0.01 + 0.64 + 0.09 + 0.09 + 0.01) / 5.0 + (curves.brier - 0.168));
        assert!((curves.brier - 0.168).abs() < 1e-7, "single precision probabilities");
        assert_eq!(curves.calibration.iter().map(|bin| bin.rows).collect::<Vec<_>>(), [1, 2, 1, 1]);
    }

    #[test]
    fn long_curves_are_thinned_and_keep_their_ends() {
        let n = 5000;
        let positive: Vec<bool> = (0..n).map(|i| (i * 7919) % 10 < 4).collect();
        let p: Vec<f32> = (0..n).map(|i| ((i * 104_729) % 9973) as f32 / 9973.0).collect();
        let curves = class_curves("yes", &positive, &p, None).unwrap();
        assert!(curves.roc.len() <= POINTS && curves.precision_recall.len() <= POINTS + 1);
        assert_eq!((curves.roc[0], curves.roc.last()), ([0.0, 0.0], Some(&[1.0, 1.0])));
    }

    #[test]
    fn residuals_are_counted_and_ranked() {
        let y: Vec<f64> = (0..100).map(f64::from).collect();
        let p: Vec<f64> = y.iter().map(|y| y + if *y < 50.0 { 1.0 } else { -3.0 }).collect();
        let curves = number_curves(&y, &p);
        assert_eq!(curves.counts.iter().sum::<usize>(), 100);
        assert_eq!(curves.error_quantiles, [2.0, 3.0, 3.0, 3.0]);
        assert_eq!((curves.groups.len(), curves.groups[0]), (10, [5.5, 4.5]));
        assert_eq!((curves.edges[0], curves.edges.last()), (-1.0, Some(&3.0)));
        let same = number_curves(&[1.0, 1.0], &[1.0, 1.0]);
        assert_eq!((same.counts, same.edges.len()), (vec![2], 2));
    }
}
