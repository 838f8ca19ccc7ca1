//! Early stopping beside Keras's: when it stops, for which reason, and whose weights the model ends up with.
//!
//! The watcher is driven as a training drives it.
//! All comparisons are exact: the values are chosen so that no rounding decides.

use crate::driven::{Driven, logs, start};
use crate::keras;
use crate::keras::{fixture, node};
use serde_json::Value as Json;
use treino::callbacks::Callback;
use treino::catalog::Field;

fn callback(case: &Json) -> Callback {
    let keys = ["monitor", "min_delta", "patience", "mode", "baseline", "restore_best_weights", "start_from_epoch"];
    let mut spec = serde_json::json!({ "type": "early_stopping" });
    for key in keys.into_iter().filter(|key| !case[key].is_null()) {
        spec[key] = case[key].clone();
    }
    Callback::read(&node(&spec), "callback").unwrap()
}

/// The replay of a case does what Keras did.
fn replays(case: &Json) {
    let Callback::EarlyStopping(settings) = callback(case) else { panic!() };
    let name = case["name"].as_str().unwrap();
    let values: Vec<Option<f64>> =
        case["values"].as_array().unwrap().iter().map(|v| (!v.is_null()).then(|| keras::float(v))).collect();
    let more = match case["mode"].as_str().unwrap() {
        "auto" => case["monitor"].as_str().unwrap().ends_with("accuracy"),
        mode => mode == "max",
    };
    let replayed = settings.replay(&values, more);
    let number = |key: &str| case[key].as_i64();
    assert_eq!(replayed.stopped.map(|epoch| epoch as i64), number("stop_epoch"), "{name}: replayed stop");
    // Without epochs there are no weights to speak of.
    if !values.is_empty() {
        assert_eq!(Some(replayed.kept as i64), number("weights_epoch"), "{name}: replayed weights");
    }
    assert_eq!(replayed.waited.last().map_or(0, |wait| *wait as i64), number("wait").unwrap(), "{name}: patience");
    let best = (!case["best"].is_null()).then(|| keras::float(&case["best"]));
    let same = replayed.best.map(f64::to_bits) == best.map(f64::to_bits);
    assert!(same || replayed.best.zip(best).is_some_and(|(a, b)| a.is_nan() && b.is_nan()), "{name}: best");
}

#[test]
fn every_training_stops_and_restores_as_in_keras() {
    let all = fixture("early_stopping");
    let (mut stopped, mut restored, mut refused) = (0, 0, 0);
    for case in all["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let monitor = case["monitor"].as_str().unwrap();
        let number = |key: &str| case[key].as_i64();
        let callback = callback(case);
        let started = start(&callback);
        if case["error"] == "unknown direction" {
            // Keras finds out at the end of the first epoch, we before it.
            let message = started.err().unwrap_or_else(|| panic!("{name}: no error")).to_string();
            assert!(message.contains(monitor) && message.contains("mode = \"min\""), "{name}: {message}");
            refused += 1;
            continue;
        }
        let mut watcher = started.unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut model = Driven::new(0.0);
        let mut run = 0;
        for (epoch, value) in case["values"].as_array().unwrap().iter().enumerate() {
            model.epoch = epoch as f32;
            watcher.epoch_end(epoch, &mut logs(monitor, value), &mut model).unwrap();
            run += 1;
            if model.stopped.is_some() {
                break;
            }
        }
        assert!(model.restored.is_empty(), "{name}: weights were put back before the end");
        watcher.train_end(&mut model).unwrap();

        assert_eq!(run, number("epochs_run").unwrap(), "{name}: epochs");
        assert_eq!(model.stopped.as_ref().map(|_| run - 1), number("stop_epoch"), "{name}: stop epoch");
        assert_eq!(model.epoch as i64, number("weights_epoch").unwrap(), "{name}: whose weights");
        if let Some(why) = &model.stopped {
            stopped += 1;
            let wait = number("wait").unwrap();
            let says = ["has not improved", "did not beat the baseline"].map(|what| format!("{monitor} {what}"));
            assert!(says.iter().any(|says| why.starts_with(says)), "{name}: {why}");
            assert!(why.contains(&format!(" {wait} epoch")), "{name}: {why}");
        }
        if let Some(epoch) = model.restored.first() {
            restored += 1;
            assert_eq!(case["restore_best_weights"], true, "{name}");
            assert_eq!(Some(*epoch as i64), number("best_epoch"), "{name}: restored epoch");
        }
        assert!(model.restored.len() <= 1, "{name}: restored twice");
        replays(case);
    }
    // The fixtures hold enough of each kind.
    assert!(stopped > 50 && restored > 50 && refused == 2, "{stopped} {restored} {refused}");
}
