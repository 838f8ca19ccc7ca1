//! Rules about the units and the weights of the network.

use super::check::{Check, Finding};
use super::outcome::{LEARNT_NOTHING, losses};
use super::remedy::{Case, Change};
use crate::spec::ModelSection;
use treino_nn::activations::Activation;
use treino_nn::initializers::{GlorotUniform, Initializer};
use treino_nn::layers::Dense;

/// Above this share of a layer's units.
const MANY: f64 = 0.5;

/// Activations that are flat at their ends.
const FLAT_ENDS: [&str; 6] = ["sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "softsign", "sparse_sigmoid"];

/// In so many of such layers a gradient may vanish: where less than this share of the last layer's reaches the first.
const DEEP: usize = 3;
const VANISHED: f64 = 0.01;

/// Kernels that start with a root mean square above this put every unit at an end of its activation.
const LARGE_WEIGHTS: f32 = 2.0;

pub(super) fn examine(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let layers = &case.record.inside.layers;
    let mut add = |rule, candidates: Vec<Vec<Change>>| {
        findings.push(Finding { rule, target: None, remedy: case.first(candidates) });
    };
    for rule in equal_weights(case) {
        add(rule, vec![case.stopping_early([Change::KernelInitializer(GlorotUniform::default().into())])]);
    }
    if let Some(rule) = vanishing_gradients(case) {
        add(rule, vec![case.stopping_early([Change::Activation(leaky())])]);
    }
    // The last layer's ends are what it is for.
    for layer in &layers[..layers.len().saturating_sub(1)] {
        let Some(end) = layer.end else { continue };
        let share = |units: usize| units as f64 / layer.units.max(1) as f64;
        let (name, units, activation) = (layer.layer.clone(), layer.units, layer.activation.clone());
        if share(end.dead) > MANY {
            let candidates = vec![case.stopping_early([Change::Activation(leaky())])];
            add(Check::DeadUnits { layer: name, dead: end.dead, units, activation }, candidates);
        } else if share(end.saturated) > MANY {
            let smaller = case.stopping_early([Change::KernelInitializer(GlorotUniform::default().into())]);
            let between = case.stopping_early([Change::Activation(leaky()), Change::BatchNorm]);
            let started_large = layer.weights.first().is_some_and(|first| *first > LARGE_WEIGHTS);
            let candidates = if started_large { vec![smaller, between] } else { vec![between] };
            add(Check::SaturatedUnits { layer: name, saturated: end.saturated, units, activation }, candidates);
        }
    }
}

/// The activation that hidden layers in short have: none of its units can die.
fn leaky() -> Activation {
    ModelSection::default().activation
}

/// Hidden layers whose units cannot become different: their weights are all 0 from the first epoch to the last, or they and what
/// reads them start with equal weights.
fn equal_weights(case: &Case<'_>) -> Vec<Check> {
    let layers = &case.record.inside.layers;
    let dense = case.dense();
    let start = |name: &str| dense.iter().position(|(other, _)| other == name);
    let is_equal = |at: usize| dense.get(at).is_some_and(|(_, dense)| starts_equal(dense));
    let hidden = layers[..layers.len().saturating_sub(1)].iter();
    hidden
        .filter_map(|layer| {
            let at = start(&layer.layer);
            let zero = !layer.weights.is_empty() && layer.weights.iter().all(|weight| *weight == 0.0);
            // Equal weights of one layer become different where the next layer's do.
            let stays_equal = at.is_some_and(|at| is_equal(at) && is_equal(at + 1) && layer.units > 1);
            let initializer = at.map(|at| dense[at].1.kernel_initializer.name().to_string());
            (zero || stays_equal).then(|| Check::EqualWeights { layer: layer.layer.clone(), initializer, zero })
        })
        .collect()
}

fn starts_equal(dense: &Dense) -> bool {
    matches!(dense.kernel_initializer, Initializer::Zeros(_) | Initializer::Ones(_) | Initializer::Constant(_))
}

/// Layers with flat ends through which the gradient hardly passes, in a network that learnt nothing.
fn vanishing_gradients(case: &Case<'_>) -> Option<Check> {
    let [hidden @ .., last] = &case.record.inside.layers[..] else { return None };
    let mut flat = hidden.iter().filter(|layer| FLAT_ENDS.contains(&layer.activation.as_str()));
    let (layers, activation) = (flat.clone().count(), flat.next()?.activation.clone());
    let learnt_nothing = case.record.targets.iter().all(|target| {
        let train = target.parts.first().map(|(_, evaluation)| losses(evaluation));
        train.is_some_and(|[loss, baseline]| loss >= LEARNT_NOTHING * baseline)
    });
    if layers < DEEP || !learnt_nothing {
        return None;
    }
    let first = hidden.first()?;
    let shares = first.gradients.iter().zip(&last.gradients).filter(|(_, last)| **last > 0.0);
    let share = shares.map(|(first, last)| f64::from(*first) / f64::from(*last)).fold(f64::INFINITY, f64::min);
    (share < VANISHED).then(|| Check::VanishingGradients { layer: first.layer.clone(), share, layers, activation })
}
