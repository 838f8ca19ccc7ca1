//! Optimizers beside Keras's: ten steps along given gradients, for every optimizer and every option.

use crate::keras::{fixture, floats, miss, node, singles};
use treino::catalog::{Component, Field};
use treino::layers::{Dense, Layer};
use treino::network::Network;
use treino::optimizers::{Adam, Optimizer, Updater};
use treino_engine::pool::Pool;
use treino_engine::simd::Simd;

/// A network whose trainable variables are those of the fixture.
fn network() -> Network {
    let layers: [Layer; 2] = [Dense { use_bias: false, ..Dense::new(2) }.into(), Dense::new(5).into()];
    Network::build(4, &layers).unwrap()
}

#[test]
fn every_optimizer_steps_as_in_keras() {
    let all = fixture("optimizers");
    let network = network();
    let variables = &network.program().variables;
    let flat = |values: &serde_json::Value| -> Vec<f32> {
        variables.iter().flat_map(|v| singles(&values[&v.name]["values"])).collect()
    };
    let shown: Vec<u64> = floats(&all["shown"]).into_iter().map(|step| step as u64).collect();
    let gradients = all["gradients"].as_object().unwrap();
    let (simd, pool) = (Simd::detect(), Pool::new(1));
    let mut seen = Vec::new();
    let mut misses = Vec::new();
    for case in all["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let optimizer = Optimizer::read(&node(&case["optimizer"]), "optimizer").unwrap();
        seen.push(optimizer.name());
        let mut w = flat(&all["weights"]);
        let mut updater = Updater::new(&optimizer, network.program(), &w).unwrap();
        let mut rows: Vec<Vec<f64>> = vec![Vec::new(); variables.len()];
        let mut show = |w: &[f32]| {
            for (row, v) in rows.iter_mut().zip(variables) {
                row.extend(w[v.range.clone()].iter().map(|x| f64::from(*x)));
            }
        };
        for step in 0..gradients.len() {
            let mut g = flat(&all["gradients"][step.to_string()]);
            updater.apply(simd, &pool, &mut w, &mut g);
            if shown.contains(&updater.iterations()) {
                show(&w);
            }
        }
        updater.finish(&mut w);
        show(&w);
        for (row, v) in rows.iter().zip(variables) {
            let numbers = |bits: u32| floats(&case[format!("{}{bits}", v.name)]);
            let share = miss(row, &numbers(32), &numbers(64));
            if share > 1.0 {
                misses.push(format!("{name}: {} misses by {share} of its tolerance", v.name));
            }
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
    for thing in Optimizer::COMPONENTS {
        assert!(seen.contains(&thing.name) || thing.name == "lbfgs", "{} has no fixture", thing.name);
    }
}

/// The signature of Adam in Keras's documentation.
#[test]
fn adam_takes_what_keras_says() {
    let params: Vec<(&str, String)> = Adam::DESCRIPTOR
        .params
        .iter()
        .map(|p| (p.name, (p.default)().map_or("None".to_string(), |value| value.to_string())))
        .collect();
    let expected = [
        ("learning_rate", "0.001"),
        ("beta_1", "0.9"),
        ("beta_2", "0.999"),
        ("epsilon", "1e-7"),
        ("amsgrad", "false"),
        ("weight_decay", "None"),
        ("clipnorm", "None"),
        ("clipvalue", "None"),
        ("global_clipnorm", "None"),
        ("use_ema", "false"),
        ("ema_momentum", "0.99"),
        ("ema_overwrite_frequency", "None"),
        ("loss_scale_factor", "None"),
        ("gradient_accumulation_steps", "None"),
        // A method in Keras.
        ("exclude_from_weight_decay", "[]"),
    ];
    assert_eq!(params, expected.map(|(name, default)| (name, default.to_string())));
}
