//! Keras's names: those of its layers, each here or told to be missing, and those of its histories.

use crate::keras::{fixture, node};
use serde_json::{Value as Json, json};
use treino::FAMILIES;
use treino::catalog::Field;
use treino::losses::Loss;
use treino::metrics::NamedMetric;

/// The words in backquotes of a text.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_layer_of_keras_is_there_or_named_as_missing() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/keras.md");
    let page = std::fs::read_to_string(path).unwrap();
    let told = quoted(&page);
    let layers = FAMILIES.iter().find(|room| room.name == "layers").unwrap();
    let all = fixture("names");
    let names: Vec<&str> = all["cases"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.len() > 100);
    for name in names {
        let (is_here, is_told) = (layers.components.iter().any(|layer| layer.class == name), told.contains(&name));
        assert!(is_here != is_told, "{name}: here {is_here}, named as missing {is_told}");
    }
}

/// A metric given as a text keeps its text, one given with parameters has Keras's own name, such as
/// `keras.metrics.FBetaScore().name`.
#[test]
fn metrics_have_the_names_of_kerass_history() {
    let name = |json: &Json| NamedMetric::read(&node(json), "metric").unwrap().name;
    for typed in ["AUC", "auc", "f_beta_score", "fbeta_score", "logcosh", "Accuracy", "acc"] {
        assert_eq!(name(&json!(typed)), typed);
    }
    for (typed, expected) in [
        ("AUC", "auc"),
        ("FBetaScore", "fbeta_score"),
        ("log_cosh_error", "logcosh"),
        ("equal_accuracy", "accuracy"),
        ("f1_score", "f1_score"),
    ] {
        assert_eq!(name(&json!({ "type": typed })), expected);
    }
}

#[test]
fn crossentropy_is_the_one_that_fits_the_output() {
    let Loss::Crossentropy(word) = Loss::named("CE").unwrap() else { panic!("it is a word of its own") };
    assert_eq!(word.for_outputs(1).name(), "binary_crossentropy");
    assert_eq!(word.for_outputs(3).name(), "sparse_categorical_crossentropy");
}
