//! Properties of all activations.

use super::{Activation, ActivationFunction};
use serde_json::Value as Json;
use treino_core::catalog::{Entries, Field, Node, Value};
use treino_engine::simd::{Level, Simd};

/// f(x) for one row.
pub(super) fn values(f: impl Into<Activation>, x: &[f32]) -> Vec<f32> {
    forward(&f.into(), Simd::detect(), x, x.len())
}

/// f'(x) of an elementwise function.
pub(super) fn slopes(f: impl Into<Activation>, x: &[f32]) -> Vec<f32> {
    let f = f.into();
    let y = forward(&f, Simd::detect(), x, x.len());
    backward(&f, Simd::detect(), x, &y, &vec![1.0; y.len()], x.len())
}

#[track_caller]
pub(super) fn close(found: &[f32], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len());
    for (f, w) in found.iter().zip(wanted) {
        assert!((f64::from(*f) - w).abs() <= tolerance * w.abs().max(1.0), "{f} is not {w}");
    }
}

fn forward(f: &Activation, simd: Simd, x: &[f32], width: usize) -> Vec<f32> {
    let f: &dyn ActivationFunction = f.inner();
    let mut y = vec![f32::NAN; x.len() / width * f.output_width(width).unwrap()];
    f.forward(simd, x, &mut y, width);
    y
}

fn backward(f: &Activation, simd: Simd, x: &[f32], y: &[f32], dy: &[f32], width: usize) -> Vec<f32> {
    let mut dx = vec![f32::NAN; x.len()];
    f.inner().backward(simd, x, y, dy, &mut dx, width);
    dx
}

fn all() -> Vec<Activation> {
    let mut all: Vec<Activation> = Activation::COMPONENTS.iter().map(|d| Activation::named(d.name).unwrap()).collect();
    // The branches that default parameters do not reach.
    all.push(super::Gelu { approximate: true }.into());
    all.push(super::Relu { negative_slope: 0.3, max_value: Some(4.0), threshold: -1.0 }.into());
    all.push(super::Elu { alpha: 0.7 }.into());
    all.push(super::Celu { alpha: 2.5 }.into());
    all.push(super::Squareplus { b: 0.5 }.into());
    all
}

#[test]
fn slopes_agree_with_differences() {
    // Away from every kink by more than two steps of the five-point formula.
    let x = [
        -5.3, 0.25, 2.6, -0.7, 1.4, -2.2, 6.6, 0.75, 3.3, -1.3, -0.25, 4.8, -3.7, 0.3, 0.6, 0.35, 0.2, -0.3, 0.4, 0.15,
    ];
    let width = 4;
    let h = 1.0 / 32.0;
    for f in all() {
        let rows = x.len() / width;
        let out = f.inner().output_width(width).unwrap();
        let cotangent: Vec<f32> = (0..rows * out).map(|i| ((i * 7 + 3) % 11) as f32 / 8.0 - 0.5).collect();
        let loss = |x: &[f32]| -> f64 {
            let y = forward(&f, Simd::detect(), x, width);
            y.iter().zip(&cotangent).map(|(y, c)| f64::from(*y) * f64::from(*c)).sum()
        };
        let y = forward(&f, Simd::detect(), &x, width);
        let dx = backward(&f, Simd::detect(), &x, &y, &cotangent, width);
        for i in 0..x.len() {
            let at = |steps: f32| {
                let mut moved = x;
                moved[i] += steps * h;
                loss(&moved)
            };
            let difference = (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * f64::from(h));
            let scale = if f.name() == "exponential" { f64::from(x[i].max(0.0)).exp() } else { 1.0 };
            let error = (difference - f64::from(dx[i])).abs();
            assert!(error < 1e-4 * scale, "{} at {}: {difference} and {}", f.name(), x[i], dx[i]);
        }
    }
}

#[test]
fn finite_input_never_gives_nan() {
    let mut x = vec![0.0, -0.0];
    for magnitude in [f32::MAX, 1e30, 1e19, 1e10, 1000.0, 104.0, 89.0, 88.0, 20.0, 3.0, 1.0, 1e-10, 1e-38, 1e-45] {
        x.extend([magnitude, -magnitude]);
    }
    x.truncate(x.len() / 2 * 2);
    for f in all() {
        for width in [2, x.len()] {
            let y = forward(&f, Simd::detect(), &x, width);
            assert!(y.iter().all(|y| !y.is_nan()), "{}: {y:?}", f.name());
            let dx = backward(&f, Simd::detect(), &x, &y, &vec![1.0; y.len()], width);
            assert!(dx.iter().all(|d| !d.is_nan()), "{}: {dx:?}", f.name());
        }
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let x: Vec<f32> = (0..306).map(|i| ((i * 37) % 101) as f32 / 7.0 - 7.0).collect();
    for f in all() {
        let runs: Vec<(Vec<f32>, Vec<f32>)> = Level::ALL
            .into_iter()
            .filter_map(Simd::with_level)
            .map(|simd| {
                let y = forward(&f, simd, &x, 6);
                let dx = backward(&f, simd, &x, &y, &vec![0.7; y.len()], 6);
                (y, dx)
            })
            .collect();
        for run in &runs {
            let bits = |v: &[f32]| v.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!((bits(&run.0), bits(&run.1)), (bits(&runs[0].0), bits(&runs[0].1)), "{}", f.name());
        }
    }
}

#[test]
fn names_of_keras_are_known() {
    for (name, means) in [("swish", "silu"), ("hard_swish", "hard_silu"), ("ReLU", "relu"), ("ELU", "elu")] {
        assert_eq!(Activation::named(name).unwrap().name(), means);
    }
    assert!(Activation::named("linear").unwrap().is_linear());
    assert!(!Activation::named("tanh").unwrap().is_linear());
    assert_eq!(Activation::COMPONENTS.len(), 31);
}

fn floats(json: &Json) -> Vec<f64> {
    match json {
        Json::Array(items) => items.iter().flat_map(floats).collect(),
        other => vec![other.as_f64().unwrap()],
    }
}

/// The largest error of `found` in units of 2^-24 of a scale; scales close to denormal count as 1e-37.
fn worst_units(found: &[f32], truth: &[f64], scale: impl Fn(usize, f64) -> f64) -> f64 {
    assert_eq!(found.len(), truth.len());
    let error = |(i, (f, t)): (usize, (&f32, &f64))| (f64::from(*f) - t).abs() / scale(i, *t).max(1e-37);
    found.iter().zip(truth).enumerate().map(error).fold(0.0, f64::max) * 2.0_f64.powi(24)
}

/// Values and derivatives computed by Keras with `fixtures/keras/make.py` in single and double precision.
#[test]
fn agrees_with_keras() {
    let text = include_str!("../../../../fixtures/keras/activations.json");
    let json: Json = serde_json::from_str(text).unwrap();
    let mut seen = 0;
    for case in json["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let mut table = Entries::default();
        table.set("type", Value::Text(case["activation"].as_str().unwrap().to_string()).into());
        for (key, value) in case["params"].as_object().unwrap() {
            let value = match value {
                Json::Bool(b) => Value::Bool(*b),
                number => Value::Float(number.as_f64().unwrap()),
            };
            table.set(key, value.into());
        }
        let f = Activation::read(&Node::from(Value::Table(table)), name).unwrap();
        let read = |key: &str| floats(&case[key]);
        let x: Vec<f32> = read("x").iter().map(|x| *x as f32).collect();
        let cotangent: Vec<f32> = read("cotangent").iter().map(|x| *x as f32).collect();
        let width = case["cols"].as_u64().unwrap() as usize;
        let y = forward(&f, Simd::detect(), &x, width);
        let dx = backward(&f, Simd::detect(), &x, &y, &cotangent, width);

        // Errors in units of 2^-24 of the true value, the spacing of single precision. If the function is a difference
        // of larger numbers, errors are relative to these: the input for gelu and tanh_shrink, 1 for log_softmax and
        // for all derivatives.
        let (wanted, wanted_dx) = (read("y64"), read("dx64"));
        // In single precision Keras returns 0 for a denormal number and for its multiples; this implementation does the
        // same.
        let flushed = |(t, single): (&f64, f64)| if single == 0.0 && t.abs() < 1e-36 { 0.0 } else { *t };
        let wanted: Vec<f64> = wanted.iter().zip(read("y32")).map(flushed).collect();
        let value_scale = |i: usize, t: f64| match f.name() {
            "gelu" | "tanh_shrink" => t.abs().max(f64::from(x[i]).abs()),
            "log_softmax" => t.abs().max(1.0),
            _ => t.abs(),
        };
        let worst = worst_units(&y, &wanted, value_scale);
        assert!(worst <= 4.0, "{name}: values differ by {worst} units");
        let worst = worst_units(&dx, &wanted_dx, |_, t| t.abs().max(1.0));
        assert!(worst <= 4.0, "{name}: slopes differ by {worst} units");
        seen += 1;
    }
    assert!(seen >= 40);
}
