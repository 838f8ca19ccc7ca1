//! Numbers that shrink for hundreds of epochs never become denormal.

use super::cpu::Cpu;
use super::{Compile, Examples, Executor, Setup};
use crate::activations::Relu;
use crate::constraints::{Constraint, MaxNorm};
use crate::layers::{BatchNormalization, Dense, Layer};
use crate::losses::MeanSquaredError;
use crate::network::Network;
use crate::optimizers::Optimizer;
use crate::regularizers::{L1, L1L2, L2, Regularizer};
use treino_core::catalog::{Descriptor, Entries, Field, Node, Value};
use treino_core::rows::Matrix;
use treino_engine::simd::Simd;

const ROWS: usize = 8;
const EPOCHS: usize = 300;

/// Inputs of four columns; the last two are 0 once `faded`.
fn rows(faded: bool) -> (Matrix, Matrix) {
    let number = |i: usize| (i * 29 % 31) as f32 / 15.0 - 1.0;
    let x: Vec<f32> = (0..ROWS * 4).map(|i| if faded && i % 4 >= 2 { 0.0 } else { number(i) }).collect();
    let y = x.chunks(4).map(|row| 0.5 * row[0] - row[1]).collect();
    (Matrix::new(ROWS, 4, x), Matrix::new(ROWS, 1, y))
}

/// Six units of which three are always inactive, with weights of every size, a normalisation, and an output.
fn network(regularizer: Option<Regularizer>, constraint: Option<Constraint>) -> Network {
    let hidden = Dense {
        kernel_regularizer: regularizer.clone(),
        bias_regularizer: regularizer,
        kernel_constraint: constraint,
        ..Dense::new(6).activation(Relu::default())
    };
    let normalization = BatchNormalization { momentum: 0.9, ..BatchNormalization::default() };
    let layers: [Layer; 3] = [hidden.into(), normalization.into(), Dense::new(1).into()];
    let mut network = Network::build(4, &layers).unwrap();
    network.initialize(3);
    network.set_weight("dense/bias", &[6], &[-50.0, -50.0, -50.0, 0.1, 0.1, 0.1]).unwrap();
    // Dead units whose weights have already shrunk for a long time.
    let kernel = network.named_weights().find(|(name, ..)| *name == "dense/kernel").unwrap().2;
    let shrunk = [1e-20, 1e-30, 1e-36, 1.0, 1.0, 1.0];
    let kernel: Vec<f32> = kernel.iter().zip(shrunk.iter().cycle()).map(|(w, by)| w * by).collect();
    network.set_weight("dense/kernel", &[4, 6], &kernel).unwrap();
    network
}

/// The optimizer with its defaults, and with short memories, an average and strong decay, if it has these options.
fn variants(thing: &Descriptor) -> Vec<Optimizer> {
    let mut short = Entries::default();
    short.set("type", Value::Text(thing.name.into()).into());
    let mut set = |name: &str, value: Value| {
        if thing.param(name).is_some() {
            short.set(name, value.into());
        }
    };
    for memory in ["beta_1", "beta_2", "rho", "momentum", "ema_momentum", "adam_beta_1", "adam_beta_2"] {
        set(memory, Value::Float(0.9));
    }
    for decay in ["weight_decay", "adam_weight_decay"] {
        set(decay, Value::Float(30.0));
    }
    set("learning_rate", Value::Float(0.01));
    set("use_ema", Value::Bool(true));
    set("gradient_accumulation_steps", Value::Int(2));
    let short = Optimizer::read(&Node::from(Value::Table(short)), "optimizer").unwrap();
    vec![Optimizer::named(thing.name).unwrap(), short]
}

/// The buffers that persist between steps, after many epochs.
fn trained(network: &Network, optimizer: &Optimizer) -> Vec<(String, Vec<f32>)> {
    let compile = Compile::new(optimizer.clone(), MeanSquaredError::default(), Vec::new());
    let batch_size = if optimizer.inner().line_search().is_some() { ROWS } else { 1 };
    let setup =
        Setup { network, compile: &compile, units: None, batch_size, noise: 5, threads: 1, simd: Simd::detect() };
    let mut cpu = Cpu::new(&setup).unwrap();
    for epoch in 0..EPOCHS {
        let (x, y) = rows(epoch > 0);
        cpu.run_epoch(&Examples::new(&x, &y), None, epoch, &mut |_, _, _| true).unwrap();
    }
    cpu.training_state().buffers
}

#[test]
fn no_optimizer_keeps_a_denormal_number() {
    let penalties: [Option<Regularizer>; 4] =
        [None, Some(L1 { l1: 1e-3 }.into()), Some(L2 { l2: 1e-2 }.into()), Some(L1L2 { l1: 1e-4, l2: 1e-4 }.into())];
    let (mut checked, mut misses) = (0, Vec::new());
    for thing in Optimizer::COMPONENTS {
        for optimizer in variants(thing) {
            for penalty in &penalties {
                for constraint in [None, Some(MaxNorm { max_value: 1.0, axis: 0 }.into())] {
                    if constraint.is_some() && optimizer.inner().line_search().is_some() {
                        continue;
                    }
                    for (name, numbers) in trained(&network(penalty.clone(), constraint), &optimizer) {
                        checked += 1;
                        let denormal = numbers.iter().filter(|x| x.is_subnormal()).count();
                        let finite = numbers.iter().all(|x| x.is_finite());
                        if denormal > 0 || !finite {
                            let optimizer = optimizer.name();
                            misses.push(format!("{optimizer}, {penalty:?}: {denormal} in {name}, finite: {finite}"));
                        }
                    }
                }
            }
        }
    }
    assert!(misses.is_empty() && checked > 500, "{checked} buffers; {} misses:\n{}", misses.len(), misses.join("\n"));
}
