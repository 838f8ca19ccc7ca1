//! Constraints and regularizers beside Keras's: what becomes of a weight, and what it costs.

use crate::keras::{counts, fixture, float, floats, miss, node, singles};
use serde_json::Value as Json;
use treino::catalog::Field;
use treino::constraints::Constraint;
use treino::regularizers::Regularizer;
use treino_engine::simd::Simd;

fn doubles(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|x| f64::from(*x)).collect()
}

/// A weight of a case: its shape and numbers.
fn weight(case: &Json) -> (Vec<usize>, Vec<f32>) {
    (counts(&case["shape"]), singles(&case["values"]))
}

#[test]
fn every_constraint_is_keras_s() {
    let all = fixture("constraints");
    let mut seen = std::collections::BTreeSet::new();
    for case in all["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let constraint = Constraint::read(&node(&case["constraint"]), "constraint").unwrap();
        seen.insert(constraint.name());
        let (shape, mut w) = weight(case);
        constraint.inner().check(&shape).unwrap();
        constraint.inner().apply(Simd::detect(), &shape, &mut w);
        let share = miss(&doubles(&w), &floats(&case["after32"]), &floats(&case["after64"]));
        assert!(share <= 1.0, "{name} misses by {share} of its tolerance: {w:?}");
    }
    assert!(Constraint::COMPONENTS.iter().all(|thing| seen.contains(thing.name)), "only {seen:?}");
}

#[test]
fn every_regularizer_is_keras_s() {
    let all = fixture("regularizers");
    let mut seen = std::collections::BTreeSet::new();
    for case in all["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let regularizer = Regularizer::read(&node(&case["regularizer"]), "regularizer").unwrap();
        seen.insert(regularizer.name());
        let (shape, w) = weight(case);
        let (columns, penalty, simd) = (*shape.last().unwrap(), regularizer.inner(), Simd::detect());
        penalty.check(&shape).unwrap();
        let share = miss(&[penalty.value(simd, columns, &w)], &[float(&case["value32"])], &[float(&case["value64"])]);
        assert!(share <= 1.0, "{name}: the value misses by {share} of its tolerance");
        let mut gradient = vec![0.0; w.len()];
        penalty.add_gradient(simd, columns, &w, 1.0, &mut gradient);
        let share = miss(&doubles(&gradient), &floats(&case["gradient32"]), &floats(&case["gradient64"]));
        assert!(share <= 1.0, "{name}: the gradient misses by {share} of its tolerance: {gradient:?}");
    }
    assert!(Regularizer::COMPONENTS.iter().all(|thing| seen.contains(thing.name)), "only {seen:?}");
}
