//! The exact ROC curve and the area below it.
//!
//! The area is the probability that a positive row is scored higher than a negative one, ties counting half (the
//! Mann-Whitney statistic over the product of the two weights). Sorting makes it O(n log n).

use serde::Serialize;

/// A ROC curve: one point for every distinct score, from nothing to everything called positive.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RocCurve {
    /// The points, both rates growing. The first is (0, 0), the last (1, 1).
    pub points: Vec<RocPoint>,
    /// The area below.
    pub area: f64,
}

/// A point of a ROC curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RocPoint {
    /// Rows with at least this score are called positive; `None` at the start, where no row is.
    pub threshold: Option<f32>,
    /// The share of the negative rows that are called positive.
    pub false_positive_rate: f64,
    /// The share of the positive rows that are called positive: the recall.
    pub true_positive_rate: f64,
}

/// The ROC curve of `scores` for the rows that are `positive`; `None` unless there is weight on both sides. All slices
/// have one entry a row.
pub fn roc_curve(positive: &[bool], scores: &[f32], weights: Option<&[f32]>) -> Option<RocCurve> {
    let mut points = vec![(None, 0.0, 0.0)];
    let mut area = 0.0;
    let (fp, tp) = walk(positive, scores, weights, |step| {
        area += step.area();
        points.push((Some(step.score), step.fp, step.tp));
    });
    if tp == 0.0 || fp == 0.0 {
        return None;
    }
    let point = |(threshold, f, t)| RocPoint { threshold, false_positive_rate: f / fp, true_positive_rate: t / tp };
    Some(RocCurve { points: points.into_iter().map(point).collect(), area: area / (fp * tp) })
}

/// The area below that curve alone.
pub fn auc(positive: &[bool], scores: &[f32], weights: Option<&[f32]>) -> Option<f64> {
    let mut area = 0.0;
    let (fp, tp) = walk(positive, scores, weights, |step| area += step.area());
    (tp != 0.0 && fp != 0.0).then(|| area / (fp * tp))
}

/// The rows of one score: the weights of negative and positive rows down to it, and down to the score before.
#[derive(Debug, Clone, Copy)]
pub struct RocStep {
    /// The score.
    pub score: f32,
    /// Weight of the negative rows with at least this score.
    pub fp: f64,
    /// Weight of the positive rows with at least this score.
    pub tp: f64,
    /// `fp` of the score above.
    pub fp_before: f64,
    /// `tp` of the score above.
    pub tp_before: f64,
}

impl RocStep {
    /// The trapezium below this piece of the curve; a piece of ties is a slope, which counts them half.
    fn area(&self) -> f64 {
        (self.fp - self.fp_before) * (self.tp + self.tp_before) / 2.0
    }
}

/// Goes through the scores from the highest down and gives the total weights of negative and positive rows.
pub fn walk(positive: &[bool], scores: &[f32], weights: Option<&[f32]>, mut at: impl FnMut(&RocStep)) -> (f64, f64) {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    // A stable sort: rows of one score stay in their order, so sums are the same on every machine.
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let (mut fp, mut tp) = (0.0, 0.0);
    for ties in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let (fp_before, tp_before) = (fp, tp);
        for row in ties {
            let weight = weights.map_or(1.0, |w| f64::from(w[*row]));
            if positive[*row] {
                tp += weight;
            } else {
                fp += weight;
            }
        }
        at(&RocStep { score: scores[ties[0]], fp, tp, fp_before, tp_before });
    }
    (fp, tp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_share_of_pairs_in_order() {
        let n = 200;
        let positive: Vec<bool> = (0..n).map(|i| (i * 7) % 5 < 2).collect();
        // Few distinct scores, so that ties are common.
        let scores: Vec<f32> =
            (0..n).map(|i| ((i * 31) % 17) as f32 / 17.0 + if positive[i] { 0.2 } else { 0.0 }).collect();
        let weights: Vec<f32> = (0..n).map(|i| ((i * 3) % 4) as f32 / 2.0).collect();
        for weights in [None, Some(&weights[..])] {
            let (mut won, mut all) = (0.0, 0.0);
            for i in (0..n).filter(|i| positive[*i]) {
                for j in (0..n).filter(|j| !positive[*j]) {
                    let w = weights.map_or(1.0, |w| f64::from(w[i]) * f64::from(w[j]));
                    all += w;
                    won +=
                        w * if scores[i] > scores[j] { 1.0 } else { 0.5 * f64::from(u8::from(scores[i] == scores[j])) };
                }
            }
            let curve = roc_curve(&positive, &scores, weights).unwrap();
            assert!((curve.area - won / all).abs() < 1e-12);
            assert_eq!(auc(&positive, &scores, weights), Some(curve.area));
            let last = curve.points.last().unwrap();
            assert_eq!((last.false_positive_rate, last.true_positive_rate), (1.0, 1.0));
        }
    }

    #[test]
    fn one_side_alone_has_no_curve() {
        assert_eq!(auc(&[true, true], &[0.1, 0.2], None), None);
        assert_eq!(auc(&[true, false], &[0.2, 0.1], None), Some(1.0));
        assert_eq!(auc(&[true, false], &[0.5, 0.5], None), Some(0.5));
        assert_eq!(auc(&[], &[], None), None);
    }
}
