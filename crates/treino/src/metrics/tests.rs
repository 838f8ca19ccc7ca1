//! What holds for every metric.

use super::Metric;
use crate::catalog::{Entries, Field, Node, Value};
use serde_json::Value as Json;

/// The metric of these rows, taken in at once.
pub(super) fn measure(
    metric: impl Into<Metric>,
    y_width: usize,
    p_width: usize,
    y: &[f32],
    p: &[f32],
    weights: Option<&[f32]>,
) -> f64 {
    let mut running = metric.into().inner().start(y_width, p_width);
    running.update(y, p, weights);
    running.result()
}

#[test]
fn batches_add_up_and_reset_forgets() {
    let y: Vec<f32> = (0..60).map(|i| ((i * 7) % 3) as f32).collect();
    let p: Vec<f32> = (0..180).map(|i| ((i * 37) % 101) as f32 / 101.0).collect();
    let w: Vec<f32> = (0..60).map(|i| ((i * 5) % 4) as f32 / 2.0).collect();
    for thing in Metric::THINGS {
        let metric = Metric::named(thing.name).unwrap();
        let whole = measure(metric.clone(), 1, 3, &y, &p, Some(&w));
        let mut running = metric.inner().start(1, 3);
        assert_eq!(running.result(), 0.0, "{} of nothing", thing.name);
        for _ in 0..2 {
            running.reset();
            for at in [0..7, 7..40, 40..60] {
                running.update(&y[at.clone()], &p[3 * at.start..3 * at.end], Some(&w[at]));
            }
            assert!((running.result() - whole).abs() < 1e-12, "{}", thing.name);
        }
        // Nobody knows of an expression.
        let has_direction = thing.name != "expression";
        assert_eq!(metric.inner().more_is_better().is_some(), has_direction, "{}", thing.name);
        assert!(whole.is_finite(), "{}", thing.name);
    }
}

#[test]
fn names_of_keras_are_known() {
    for (name, means) in [("MSE", "mean_squared_error"), ("acc", "accuracy"), ("AUC", "auc"), ("R2Score", "r2_score")] {
        assert_eq!(Metric::named(name).unwrap().name(), means);
    }
}

fn value(json: &Json) -> Value {
    match json {
        Json::Bool(b) => Value::Bool(*b),
        Json::String(text) => Value::Text(text.clone()),
        number => number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Int),
    }
}

fn floats(json: &Json) -> Vec<f64> {
    match json {
        Json::Array(items) => items.iter().flat_map(floats).collect(),
        other => vec![other.as_f64().unwrap_or(f64::NAN)],
    }
}

/// Keras's own results over three batches, computed by `fixtures/keras/make.py` in single and double precision.
#[test]
fn agrees_with_keras() {
    let json: Json = serde_json::from_str(include_str!("../../../../fixtures/keras/metrics.json")).unwrap();
    let mut seen = 0;
    for case in json["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let spec = case["metric"].as_object().unwrap();
        if spec.contains_key("top_k") {
            continue;
        }
        // Where Keras gives a list, ours gives the result for each threshold, or the mean over the classes.
        let mut table = Entries::default();
        let mut thresholds = vec![None];
        for (key, json) in spec {
            match (key.as_str(), json) {
                ("thresholds", list) => thresholds = floats(list).into_iter().map(Some).collect(),
                (_, Json::Null) => {}
                _ => table.set(key, value(json).into()),
            }
        }
        for (i, threshold) in thresholds.iter().enumerate() {
            if let Some(t) = threshold {
                table.set("threshold", Value::Float(*t).into());
            }
            let metric = Metric::read(&Node::from(Value::Table(table.clone())), name).unwrap();
            for (weighted, prefix) in [(false, ""), (true, "weighted_")] {
                let pick = |key: &str| {
                    let all = floats(&case[format!("{prefix}{key}")]);
                    if threshold.is_some() { all[i] } else { all.iter().sum::<f64>() / all.len() as f64 }
                };
                let (wanted, wanted_32) = (pick("result64"), pick("result32"));
                let result =
                    over_batches(&metric, json["sets"][case["set"].as_str().unwrap()].as_array().unwrap(), weighted);
                // Double precision is the truth, except where single precision clips elsewhere.
                let error = (result - wanted).abs().min((result - wanted_32).abs());
                assert!(error <= 1e-6 * wanted.abs().max(1.0), "{name}: {result}, not {wanted}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 150, "{seen}");
}

fn over_batches(metric: &Metric, batches: &[Json], weighted: bool) -> f64 {
    let single = |json: &Json| floats(json).into_iter().map(|x| x as f32).collect::<Vec<f32>>();
    let width = |key: &str| batches.first().and_then(|b| b[key]["shape"][1].as_u64()).unwrap_or(1) as usize;
    let mut running = metric.inner().start(width("y_true"), width("y_pred"));
    for batch in batches {
        let (y, p) = (single(&batch["y_true"]["values"]), single(&batch["y_pred"]["values"]));
        let w = single(&batch["sample_weight"]);
        running.update(&y, &p, weighted.then_some(&w));
    }
    running.result()
}
