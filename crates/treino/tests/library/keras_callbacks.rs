//! ReduceLROnPlateau, ModelCheckpoint and CSVLogger beside Keras's: each epoch's learning rate, which files are saved, and
//! the bytes of a log. All comparisons are exact, but for the rounding of a rate to single precision.

use crate::driven::{Driven, logs, start};
use crate::keras::{fixture, float, floats, node};
use serde_json::Value as Json;
use treino::callbacks::Callback;
use treino::catalog::Field;
use treino::events::Logs;

/// The callback of a case: its arguments, with more.
fn callback(kind: &str, case: &Json, more: &[(&str, Json)]) -> Callback {
    let mut spec = case["args"].clone();
    spec["type"] = kind.into();
    for (key, value) in more {
        spec[key] = value.clone();
    }
    Callback::read(&node(&spec), "callback").unwrap()
}

fn all_logs(json: &Json) -> Logs {
    Logs(json.as_object().unwrap().iter().map(|(name, x)| (name.clone(), float(x))).collect())
}

#[test]
fn the_learning_rate_is_reduced_when_keras_reduces_it() {
    let all = fixture("reduce_lr_on_plateau");
    let mut reduced = 0;
    for case in all["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let callback = callback("reduce_lr_on_plateau", case, &[]);
        let monitor = callback.inner().monitors().unwrap().to_string();
        let mut watcher = start(&callback).unwrap();
        let mut model = Driven::new(float(&case["rate"]));
        let mut rates = Vec::new();
        for (epoch, value) in case["values"].as_array().unwrap().iter().enumerate() {
            let mut logs = logs(&monitor, value);
            // A state that is taken away and given back changes nothing.
            let state = watcher.state();
            watcher = start(&callback).unwrap();
            watcher.resume(&state).unwrap();
            watcher.epoch_end(epoch, &mut logs, &mut model).unwrap();
            rates.push(logs.get("learning_rate").unwrap());
        }
        rates.push(model.rate);
        let keras = floats(&case["learning_rates"]);
        assert_eq!(rates.len(), keras.len(), "{name}");
        for (epoch, (ours, keras)) in rates.iter().zip(&keras).enumerate() {
            assert!((ours - keras).abs() <= 1e-6 * keras, "{name}, epoch {epoch}: {ours}, Keras {keras}");
        }
        reduced += keras.windows(2).filter(|pair| pair[1] < pair[0]).count();
    }
    assert!(reduced > 100, "{reduced}");
}

#[test]
fn the_model_is_saved_when_and_where_keras_saves_it() {
    let all = fixture("checkpoints");
    let folder = tempfile::tempdir().unwrap();
    let mut seen = 0;
    for case in all["cases"].as_array().unwrap().iter().filter(|case| case["saved"].is_array()) {
        let name = case["name"].as_str().unwrap();
        let at = folder.path().join(name).display().to_string();
        let file = format!("{at}/{}.safetensors", case["args"]["filepath"].as_str().unwrap());
        let callback = callback("model_checkpoint", case, &[("filepath", file.into())]);
        let mut watcher = start(&callback).unwrap();
        let mut model = Driven::new(0.1);
        for (epoch, logs) in case["epochs"].as_array().unwrap().iter().enumerate() {
            let mut logs = all_logs(logs);
            model.epoch = epoch as f32;
            for batch in 0..4 {
                let so_far = Logs(vec![("loss".into(), logs.get("loss").unwrap() + f64::from(batch) / 16.0)]);
                watcher.batch_end(epoch, batch as usize + 1, &so_far, &mut model).unwrap();
            }
            let state = watcher.state();
            watcher = start(&callback).unwrap();
            watcher.resume(&state).unwrap();
            watcher.epoch_end(epoch, &mut logs, &mut model).unwrap();
        }
        let plain = |path: &String| path[at.len() + 1..].trim_end_matches(".safetensors").to_string();
        let saved: Vec<String> = model.saved.iter().map(plain).collect();
        let keras: Vec<&str> = case["saved"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(saved, keras, "{name}");
        assert!(model.saved.iter().all(|path| treino::store::TrainedModel::open(path).is_ok()), "{name}");
        seen += 1;
    }
    assert!(seen > 12, "{seen}");
}

#[test]
fn a_log_has_the_bytes_of_keras_s() {
    let all = fixture("checkpoints");
    let folder = tempfile::tempdir().unwrap();
    let mut seen = 0;
    for case in all["cases"].as_array().unwrap().iter().filter(|case| case["bytes"].is_string()) {
        let name = case["name"].as_str().unwrap();
        let path = folder.path().join(format!("{name}/log.csv"));
        let callback = callback("csv_logger", case, &[("filename", path.display().to_string().into())]);
        let times = if case["args"]["append"] == true { 2 } else { 1 };
        for _ in 0..times {
            let mut watcher = start(&callback).unwrap();
            watcher.train_begin(&[]).unwrap();
            for (epoch, logs) in case["epochs"].as_array().unwrap().iter().enumerate() {
                watcher.epoch_end(epoch, &mut all_logs(logs), &mut Driven::new(0.1)).unwrap();
            }
        }
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, case["bytes"].as_str().unwrap(), "{name}");
        if times == 1 {
            // Going on after the first epoch gives the same file.
            let epochs = case["epochs"].as_array().unwrap();
            let mut watcher = start(&callback).unwrap();
            watcher.train_begin(&[all_logs(&epochs[0])]).unwrap();
            for (epoch, logs) in epochs.iter().enumerate().skip(1) {
                watcher.epoch_end(epoch, &mut all_logs(logs), &mut Driven::new(0.1)).unwrap();
            }
            assert_eq!(std::fs::read_to_string(&path).unwrap(), written, "{name}");
        }
        seen += 1;
    }
    assert!(seen >= 7, "{seen}");
}
