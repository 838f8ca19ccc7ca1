//! `treino lr-find`.

use crate::scratch::Scratch;

#[test]
fn rates_are_tried_on_a_table_and_on_a_spec() {
    let scratch = Scratch::with(&["pima.csv"]);
    let said = scratch.good("lr-find pima.csv --target diabetes").stdout;
    assert!(said.contains("--learning-rate 0.00") && said.contains("diverges"), "{said}");

    let tried = |arguments: &str| -> serde_json::Value {
        let done = scratch.good(&format!("lr-find {arguments} --json"));
        assert_eq!(done.stdout.lines().count(), 1);
        serde_json::from_str(&done.stdout).unwrap()
    };
    let found = tried("pima.csv --target diabetes --steps 60 --seeds 2");
    let curve: Vec<(f64, f64)> = serde_json::from_value(found["curve"].clone()).unwrap();
    assert!(curve.is_sorted_by(|a, b| a.0 < b.0) && curve.iter().all(|(_, loss)| loss.is_finite()));
    let [suggestion, lowest, too_large] = ["suggestion", "lowest", "too_large"].map(|key| found[key].as_f64().unwrap());
    assert!(suggestion < lowest && lowest < too_large);

    // The same numbers from the spec of a run, and on one thread; nothing is left behind.
    scratch.good("train pima.csv --target diabetes --epochs 1 -q");
    assert_eq!(tried("runs/0001-pima/spec.toml --steps 60 --seeds 2 --threads 1"), found);
    assert_eq!(std::fs::read_dir(scratch.path("runs")).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_tried_is_said() {
    let scratch = Scratch::with(&["pima.csv"]);
    for (arguments, words) in [
        ("--from 5 --to 1", "the learning rates to try go from 5 to 1, but must be positive and rise"),
        ("--from -1", "--from is -1, but must be a number above 0"),
        ("--steps 5", "--steps is 5, but must be a whole number in [20, 1000000]"),
        ("--seeds two", "--seeds is \"two\", but must be a whole number in [1, 1000]"),
        ("--optimizer lbfgs --batch-size 1000", "lbfgs has no learning rate to set"),
        ("--learning-rate '{ type = \"cosine_decay\" }'", "cosine_decay decides it"),
    ] {
        scratch.refuses(&format!("lr-find pima.csv --target diabetes {arguments}"), &[words]);
    }
}
