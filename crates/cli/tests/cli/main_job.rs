//! One command on a real table: clearly better than the baseline with default options, and all files there.

use crate::scratch::Scratch;
use serde_json::Value;

/// Trains with default options. Gives the scores on the test rows.
fn trained(table: &str, target: &str) -> Value {
    let scratch = Scratch::with(&[table]);
    let done = scratch.good(&format!("train {table} --target {target}"));
    let name = table.trim_end_matches(".csv");
    let run = format!("runs/0001-{name}");
    assert!(done.stdout.contains(&format!("saved     {run}")), "{}", done.stdout);
    assert!(done.stdout.contains("baseline"), "{}", done.stdout);

    let metrics = scratch.json(&format!("{run}/metrics.json"));
    let epochs = metrics["epochs"].as_u64().unwrap();
    let history = scratch.text(&format!("{run}/history.csv"));
    let mut lines = history.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!((names[0], names[1]), ("epoch", "loss"));
    assert!(names.contains(&"val_loss"), "{history}");
    assert_eq!(lines.clone().count() as u64, epochs);
    for line in lines {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(cells.len(), names.len());
        assert!(cells.iter().all(|x| x.is_finite()));
    }
    let spec = scratch.text(&format!("{run}/spec.toml"));
    assert!(spec.contains(&format!("path = \"../../{table}\"")), "{spec}");
    let model = scratch.bytes(&format!("{run}/model.safetensors"));
    let header = u64::from_le_bytes(model[..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&model[8..8 + header]).unwrap();
    assert_eq!(header["dense/kernel"]["dtype"], "F32");
    let description: Value = serde_json::from_str(header["__metadata__"]["treino"].as_str().unwrap()).unwrap();
    assert_eq!(description["format_version"], 2);
    metrics["scores"]["test"].clone()
}

fn accuracies(test: &Value) -> (f64, f64) {
    let accuracy = &test["accuracy"];
    (accuracy["model"].as_f64().unwrap(), accuracy["baseline"].as_f64().unwrap())
}

#[test]
fn classes_are_told_apart_clearly_better_than_by_the_majority() {
    for (table, target, least, most_baseline) in [
        ("pima.csv", "diabetes", 0.72, 0.66),
        ("iris.csv", "species", 0.90, 0.34),
        ("heart.csv", "diameter_narrowing", 0.75, 0.56),
        ("penguins.csv", "species", 0.95, 0.45),
        ("telco_churn.csv", "churn", 0.77, 0.74),
    ] {
        let (model, baseline) = accuracies(&trained(table, target));
        assert!(model >= least && baseline <= most_baseline, "{table}: {model} beside {baseline}");
    }
}

#[test]
fn numbers_are_predicted_clearly_better_than_by_the_mean() {
    let test = trained("diabetes.csv", "progression");
    let r2 = test["r2"]["model"].as_f64().unwrap();
    assert!((0.3..0.7).contains(&r2), "{r2}");
    // In the target's own units.
    let rmse = test["rmse"]["model"].as_f64().unwrap();
    assert!((40.0..70.0).contains(&rmse), "{rmse}");
    assert!(rmse < 0.85 * test["rmse"]["baseline"].as_f64().unwrap());
}

#[test]
fn what_was_understood_is_said_first() {
    let scratch = Scratch::with(&["pima.csv"]);
    let said = scratch.good("train pima.csv --target diabetes --epochs 2").stdout;
    for words in [
        "768 rows",
        "diabetes: binary, neg 65.1 %, pos 34.9 %",
        "460 train, 154 validation, 154 test (seed 1)",
        "fitted on the training rows only",
        "network   13 → ",
        "adam at 0.001, binary_crossentropy, batches of 32 (15 steps",
        "20 epochs without a better val_loss",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
}
