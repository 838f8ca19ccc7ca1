//! What holds for every metric.

use super::Metric;
use serde_json::Value as Json;
use treino_core::catalog::{Entries, Field, Node, Value};

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
    for thing in Metric::COMPONENTS {
        let metric = Metric::named(thing.name).unwrap();
        let whole = measure(metric.clone(), 1, 3, &y, &p, Some(&w));
        let mut running = metric.inner().start(1, 3);
        assert_eq!(running.result(), 0.0, "{} of nothing", thing.name);
        // Keras declares no direction for plain counts, and nobody knows one of an expression.
        let counts = thing.name.ends_with("positives") || thing.name.ends_with("negatives");
        let is_open = counts || thing.name == "expression";
        assert_eq!(metric.inner().more_is_better().is_none(), is_open, "{}", thing.name);
        for _ in 0..2 {
            running.reset();
            for at in [0..7, 7..40, 40..60] {
                running.update(&y[at.clone()], &p[3 * at.start..3 * at.end], Some(&w[at]));
            }
            assert!((running.result() - whole).abs() < 1e-12, "{}", thing.name);
        }
        assert!(whole.is_finite(), "{}", thing.name);
    }
}

#[test]
fn names_of_keras_are_known() {
    for (name, means) in [
        ("MSE", "mean_squared_error"),
        ("acc", "accuracy"),
        ("AUC", "auc"),
        ("R2Score", "r2_score"),
        ("MeanIoU", "mean_io_u"),
        ("FBetaScore", "f_beta_score"),
        ("MAPE", "mean_absolute_percentage_error"),
        ("msle", "mean_squared_logarithmic_error"),
    ] {
        assert_eq!(Metric::named(name).unwrap().name(), means);
    }
}

fn value(json: &Json) -> Value {
    match json {
        Json::Bool(b) => Value::Bool(*b),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(|item| value(item).into()).collect()),
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
    let (mut seen, mut names) = (0, Vec::new());
    for case in json["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let mut table = Entries::default();
        for (key, json) in case["metric"].as_object().unwrap() {
            // Keras's None, where it means a list.
            let word = if json.is_null() { &Json::from("none") } else { json };
            table.set(key, value(word).into());
        }
        let metric = Metric::read(&Node::from(Value::Table(table)), name).unwrap();
        names.push(metric.name());
        for (weighted, prefix) in [(false, ""), (true, "weighted_")] {
            if !weighted && name.starts_with("sparse_categorical_crossentropy/ignore_class") {
                // There Keras takes ignored rows in as zeros.
                continue;
            }
            let pick = |key: &str| floats(&case[format!("{prefix}{key}")]);
            let results =
                over_batches(&metric, json["sets"][case["set"].as_str().unwrap()].as_array().unwrap(), weighted);
            assert_eq!(results.len(), pick("result64").len(), "{name}");
            for ((result, wanted), wanted_32) in results.iter().zip(pick("result64")).zip(pick("result32")) {
                // Double precision is the truth, except where single precision clips elsewhere.
                let error = (result - wanted).abs().min((result - wanted_32).abs());
                assert!(error <= 1e-6 * wanted.abs().max(1.0), "{name}: {prefix}{result}, not {wanted}");
                seen += 1;
            }
        }
    }
    for thing in Metric::COMPONENTS {
        // Accuracy is one of three others; the exact area and expressions are not Keras's.
        let not_here = ["accuracy", "exact_auc", "expression"];
        assert!(names.contains(&thing.name) || not_here.contains(&thing.name), "{}", thing.name);
    }
    assert!(seen >= 150, "{seen}");
}

/// All numbers that the metric gives.
fn over_batches(metric: &Metric, batches: &[Json], weighted: bool) -> Vec<f64> {
    let single = |json: &Json| floats(json).into_iter().map(|x| x as f32).collect::<Vec<f32>>();
    let width = |key: &str| batches.first().and_then(|b| b[key]["shape"][1].as_u64()).unwrap_or(1) as usize;
    let p_width = width("y_pred");
    let mut running = metric.inner().start(width("y_true"), p_width);
    for batch in batches {
        let (y, p) = (single(&batch["y_true"]["values"]), single(&batch["y_pred"]["values"]));
        let w = single(&batch["sample_weight"]);
        running.update(&y, &p, weighted.then_some(&w));
    }
    match metric.inner().parts(p_width) {
        Some(parts) => (0..parts).map(|part| running.part(part)).collect(),
        None => vec![running.result()],
    }
}
