//! `treino bench`.

use crate::scratch::Scratch;
use serde_json::Value;

/// The line of a workload.
fn bench(arguments: &str) -> Value {
    let scratch = Scratch::new();
    let done = scratch.good(&format!("bench {arguments}"));
    assert_eq!((done.stdout.lines().count(), done.stderr.as_str()), (1, ""), "{arguments}");
    assert!(scratch.listing().is_empty(), "{arguments} left something behind");
    serde_json::from_str(&done.stdout).unwrap()
}

const KEYS: [&str; 15] = [
    "peer",
    "workload",
    "threads",
    "epochs",
    "steps",
    "repeats",
    "us_per_step",
    "us_per_step_min",
    "cpu_us_per_step",
    "samples_per_s",
    "final_loss",
    "last_epoch_loss",
    "startup_s",
    "total_wall_s",
    "peak_rss_mb",
];

#[test]
fn trainings_reach_the_losses_of_numpy() {
    let fixture: Value = serde_json::from_str(include_str!("../../../../fixtures/bench/workloads.json")).unwrap();
    for (name, epochs, steps) in [("tiny", 50, 24), ("sgd1", 10, 768)] {
        let line = bench(&format!("{name} --budget 0.001"));
        let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(keys, KEYS);
        let [loss, last, median, least, total] =
            ["final_loss", "last_epoch_loss", "us_per_step", "us_per_step_min", "total_wall_s"]
                .map(|key| line[key].as_f64().unwrap());
        let [mean, sd] = ["mean", "sd"].map(|key| fixture["losses"][name][key].as_f64().unwrap());
        assert!((loss - mean).abs() < 5.0 * sd, "{name}: {loss}, but NumPy reaches {mean} +- {sd}");
        // The mean over the steps of the last epoch, each before its step.
        assert!((last - loss).abs() < 0.03, "{name}: {last} {loss}");
        assert_eq!((&line["peer"], &line["workload"]), (&"treino".into(), &name.into()));
        assert_eq!([&line["epochs"], &line["steps"], &line["repeats"]], [epochs, epochs * steps, 3]);
        assert!(0.0 < least && least <= median && median < total * 1e6, "{line}");
        let samples = line["samples_per_s"].as_f64().unwrap();
        let rows = if name == "tiny" { 32.0 } else { 1.0 };
        assert!((samples * median / 1e6 / rows - 1.0).abs() < 1e-6, "{line}");
    }
}

#[test]
fn a_sweep_counts_models() {
    let line = bench("sweep --budget 0.001 --threads 2");
    let [loss, seconds, models] = ["final_loss", "sweep_s", "models_per_min"].map(|key| line[key].as_f64().unwrap());
    // What JAX, PyTorch and NumPy reach on the same rows, mean over the models.
    assert!((loss - 0.435).abs() < 0.003, "{loss}");
    assert!((models * seconds / 60.0 - 200.0).abs() < 1e-6 && line["steps"] == 96_000, "{line}");
}

#[test]
fn threads_and_instruction_sets_do_not_change_the_loss() {
    let losses = |arguments: &str| {
        let line = bench(arguments);
        (line["final_loss"].as_f64().unwrap().to_bits(), line["last_epoch_loss"].as_f64().unwrap().to_bits())
    };
    let one = losses("cold");
    assert_eq!(bench("cold")["repeats"], 1);
    for arguments in ["tiny --budget 0.001", "cold --threads 2", "cold --simd baseline"] {
        assert_eq!(losses(arguments), one, "{arguments}");
    }
}

#[test]
fn what_cannot_be_measured_is_said() {
    Scratch::new().refuses_all(&[
        ("bench tinny", &["there is no workload \"tinny\"", "did you mean \"tiny\"?"]),
        ("bench xyz", &["possible: tiny, sgd1, small, small-bn, medium, wide, fullbatch, sweep, cold"]),
        ("bench tiny --full", &["--full is for the workload \"wide\", but this is \"tiny\""]),
        ("bench tiny --budget 0", &["--budget is 0, but must be a number above 0"]),
        ("bench tiny --budget soon", &["--budget is \"soon\""]),
        ("bench tiny --threads 0", &["--threads is \"0\""]),
    ]);
    let help = Scratch::new().good("bench --help").stdout;
    assert!(help.contains("small-bn   20000 x 30, hidden 64,64 with batch norm and dropout, Adam"), "{help}");
}
