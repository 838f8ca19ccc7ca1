use super::*;
use serde_json::Value as Json;

fn fixture(of: &str) -> Vec<Json> {
    let path = format!("{}/../../fixtures/report/curves.json", env!("CARGO_MANIFEST_DIR"));
    let all: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[of].as_array().unwrap().clone()
}

/// All numbers in a value, one after the other.
fn numbers(json: &Json) -> Vec<f64> {
    match json {
        Json::Array(all) => all.iter().flat_map(numbers).collect(),
        one => vec![one.as_f64().unwrap()],
    }
}

fn close(ours: &[f64], theirs: &Json) {
    let theirs = numbers(theirs);
    assert_eq!(ours.len(), theirs.len(), "{ours:?}\n{theirs:?}");
    ours.iter().zip(&theirs).for_each(|(a, b)| assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a}, not {b}"));
}

#[test]
fn curves_of_classes_are_those_of_scikit_learn() {
    for case in fixture("classes") {
        let y: Vec<bool> = numbers(&case["y"]).iter().map(|y| *y == 1.0).collect();
        let p: Vec<f32> = numbers(&case["p"]).iter().map(|p| *p as f32).collect();
        let single = |w: Vec<f64>| w.iter().map(|w| *w as f32).collect::<Vec<f32>>();
        let weights = (!case["weights"].is_null()).then(|| single(numbers(&case["weights"])));
        let curves = ClassCurves::of("yes", &y, &p, true, weights.as_deref());
        close(
            &[curves.auc, curves.average_precision, curves.brier],
            &Json::Array(vec![case["auc"].clone(), case["average_precision"].clone(), case["brier"].clone()]),
        );
        match curves.auc_interval {
            Some(interval) => close(&interval, &case["interval"]),
            None => assert!(case["interval"].is_null()),
        }
        close(curves.roc.as_flattened(), &case["roc"]);
        let theirs = numbers(&case["precision_recall"]);
        close(&curves.precision_recall.as_flattened()[..theirs.len()], &case["precision_recall"]);
        let bins = curves.calibration.iter();
        let bins: Vec<f64> = bins.flat_map(|b| [b.predicted, b.observed, b.rows as f64]).collect();
        close(&bins, &case["calibration"]);
        let half = curves.thresholds.iter().find(|t| t.threshold == 0.5).unwrap();
        let [tp, fp, tn, r#fn] = half.counts;
        close(&[tn, fp, r#fn, tp], &case["at_one_half"]);
        assert_eq!(curves.thresholds.len(), 19);
    }
}

#[test]
fn curves_of_numbers_are_those_of_numpy() {
    for case in fixture("numbers") {
        let (y, p) = (numbers(&case["y"]), numbers(&case["p"]));
        let curves = NumberCurves::of(&y, &p);
        close(&curves.edges, &case["edges"]);
        assert_eq!(curves.counts, numbers(&case["counts"]).iter().map(|c| *c as usize).collect::<Vec<_>>());
        close(&curves.error_quantiles, &case["error_quantiles"]);
        close(curves.groups.as_flattened(), &case["groups"]);
        assert_eq!(curves.points.len(), y.len());
    }
}

#[test]
fn a_long_curve_is_thinned_and_keeps_its_ends_and_its_best_corner() {
    let n = 20_000;
    let positive: Vec<bool> = (0..n).map(|i| (i * 7919) % 1000 < i / 25).collect();
    let scores: Vec<f32> =
        (0..n).map(|i| ((i * 31 + i * i % 1009 * 7) % n) as f32 / n as f32 + i as f32 / n as f32).collect();
    let curves = ClassCurves::of("yes", &positive, &scores, true, None);
    assert!((100..=300).contains(&curves.roc.len()), "{}", curves.roc.len());
    assert!(curves.precision_recall.len() <= 300);
    assert_eq!((curves.roc[0], curves.roc[curves.roc.len() - 1]), ([0.0, 0.0], [1.0, 1.0]));
    let youden = |points: &[[f64; 2]]| points.iter().map(|[f, t]| t - f).fold(0.0, f64::max);
    let whole = roc_curve(&positive, &scores, None).unwrap().points;
    let whole: Vec<[f64; 2]> = whole.iter().map(|p| [p.false_positive_rate, p.true_positive_rate]).collect();
    assert_eq!(youden(&whole), youden(&curves.roc));
}

#[test]
fn one_side_alone_and_numbers_that_are_none_have_curves_too() {
    let curves = ClassCurves::of("yes", &[true, true], &[0.5, f32::NAN], true, None);
    assert!(curves.auc.is_nan() && curves.auc_interval.is_none());
    assert_eq!(curves.roc, [[0.0, 0.0], [1.0, 1.0]]);
    let numbers = NumberCurves::of(&[1.0, 2.0], &[f64::NAN, f64::INFINITY]);
    assert!(numbers.edges.is_empty() && numbers.counts.is_empty() && numbers.error_quantiles[0].is_nan());
    let flat = NumberCurves::of(&[1.0, 2.0], &[1.0, 2.0]);
    assert_eq!((flat.edges, flat.counts), (vec![-0.5, 0.5], vec![2]));
    assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
}
