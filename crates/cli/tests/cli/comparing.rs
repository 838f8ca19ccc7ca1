//! The worked example of docs/comparing.md gives Keras's numbers.

use crate::scratch::Scratch;
use serde_json::Value as Json;
use std::path::Path;
use treino::store::TrainedModel;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/comparing");

/// The file that `compare.py` wrote, made anew with `python compare.py` and `JAX_ENABLE_X64=1 python compare.py float64`.
fn keras() -> Json {
    serde_json::from_slice(&std::fs::read(Path::new(EXAMPLE).join("keras.json")).unwrap()).unwrap()
}

fn floats(json: &Json) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// A number may differ from the float64 one by 8 times the largest difference between Keras's two runs, plus 2e-6 of its own
/// size and 1e-7 of the series' (at most 1): the rule of fixtures/keras/README.md.
fn assert_follows(name: &str, ours: &[f64], single: &[f64], double: &[f64]) {
    assert_eq!((ours.len(), single.len()), (double.len(), double.len()), "{name}");
    let rounding = single.iter().zip(double).fold(0.0, |d: f64, (s, e)| d.max((s - e).abs()));
    let size = double.iter().fold(0.0, |m: f64, e| m.max(e.abs())).min(1.0);
    for (ours, exact) in ours.iter().zip(double) {
        let allowed = 8.0 * rounding + 2e-6 * exact.abs() + 1e-7 * size;
        assert!((ours - exact).abs() <= allowed, "{name}: {ours} is not Keras's {exact} (+- {allowed:e})");
    }
}

#[test]
fn the_example_follows_keras() {
    let scratch = Scratch::new();
    for entry in std::fs::read_dir(EXAMPLE).unwrap().flatten() {
        scratch.write(entry.file_name().to_str().unwrap(), std::fs::read(entry.path()).unwrap());
    }
    let printed = scratch.good("train spec.toml --json").stdout;
    let lines: Vec<Json> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["inputs"], serde_json::json!(["a", "b", "c"]));
    let epochs: Vec<&Json> = lines.iter().filter(|line| line["event"] == "epoch").map(|line| &line["logs"]).collect();
    let keras = keras();
    let (single, double) = (&keras["float32"], &keras["float64"]);
    for (name, series) in single["logs"].as_object().unwrap() {
        let ours: Vec<f64> = epochs.iter().map(|logs| logs[name].as_f64().unwrap()).collect();
        assert_follows(name, &ours, &floats(series), &floats(&double["logs"][name]));
    }
    assert_eq!(epochs[0].as_object().unwrap().len(), single["logs"].as_object().unwrap().len());

    let run = lines.last().unwrap()["run"].as_str().unwrap();
    let model = TrainedModel::open(scratch.path(run).join("model.safetensors")).unwrap();
    let weights = single["weights"].as_object().unwrap();
    for (name, series) in weights {
        let (_, _, ours) = model.network.named_weights().find(|(n, _, _)| n == name).unwrap();
        let ours: Vec<f64> = ours.iter().map(|x| f64::from(*x)).collect();
        assert_follows(name, &ours, &floats(series), &floats(&double["weights"][name]));
    }
    assert_eq!(model.network.named_weights().count(), weights.len());
}
