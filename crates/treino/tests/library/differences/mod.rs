//! Gradients beside differences of the loss.
//!
//! A difference asks only the forward pass: C(h) = (L(w + h) - L(w - h)) / 2h, R(h) = (4 C(h/2) - C(h)) / 3, and then
//! (16 R(h/2) - R(h)) / 15 (Richardson). Its error has two parts. Truncation: |R(h/2) - R(h)| is about the error of R(h),
//! and the result is much closer; so that bounds it. Rounding: L carries about 1e-7 (1 + |L|) times the few roundings of
//! small single-precision layers; divided by h/4 = 2^-7 that is 1.3e-5 (1 + |L|) for each; allowed are 2e-4 (1 + |L|).
//!
//! Kinks are avoided by looking at the forward pass alone: weights are drawn seed after seed until R(h) and R(h/2) differ by
//! at most 1e-3 of the largest derivative for every weight, and until the loss does depend on the weights. A kink in the very
//! middle escapes central differences. There B(h) = (L(w + h) - 2 L(w) + L(w - h)) / h does not halve with h, so 2 B(h/2) -
//! B(h), its next term taken out by Richardson's rule, is the size of the kink; half of it enters the error. A wrong gradient
//! cannot influence which seed is taken.

#![allow(dead_code)] // Each test uses a part of it.

use treino::network::Buffer;
use treino::network::Network;
use treino_engine::random::{Purpose, Stream};

/// Layers that read several others or ids: their cases stand in `graphs.rs`, all others in `gradients.rs`.
pub const IN_GRAPHS: [&str; 11] = [
    "input_layer",
    "embedding",
    "add",
    "subtract",
    "multiply",
    "average",
    "maximum",
    "minimum",
    "concatenate",
    "dot",
    "shared",
];

const STEP: f32 = 0.031_25;
/// Seeds tried for smooth surroundings.
pub const SEEDS: u64 = 1_000;

/// Numbers in [low, high).
pub fn numbers(seed: u64, name: &str, n: usize, low: f32, high: f32) -> Vec<f32> {
    let mut out = vec![0.0; n];
    Stream::new(seed, Purpose::Init, name).fill_uniform(&mut out);
    out.iter().map(|u| low + (high - low) * u).collect()
}

/// The differences, and how large an error each may have; `None` where the surroundings are not smooth. `flat` is for a
/// loss that depends on no weight.
fn differences(
    network: &mut Network,
    weights: &[(String, Vec<usize>, Vec<f32>)],
    flat: bool,
    loss: impl Fn(&Network) -> f64,
) -> Option<Vec<(f64, f64)>> {
    let here = loss(network);
    if !here.is_finite() {
        return None;
    }
    let mut found = Vec::new();
    for (name, shape, numbers) in weights {
        for i in 0..numbers.len() {
            let mut around = |h: f32| {
                let mut at = |w: f32| {
                    let mut moved = numbers.clone();
                    moved[i] = w;
                    network.set_weight(name, shape, &moved).unwrap();
                    loss(network)
                };
                let (up, down) = (numbers[i] + h, numbers[i] - h);
                let (above, below, width) = (at(up), at(down), f64::from(up - down));
                ((above - below) / width, 2.0 * (above - 2.0 * here + below) / width)
            };
            let [(c0, b0), (c1, b1), (c2, b2)] = [around(STEP), around(STEP / 2.0), around(STEP / 4.0)];
            let kink = (8.0 * (2.0 * b2 - b1) - (2.0 * b1 - b0)).abs() / 7.0;
            let (coarse, fine) = ((4.0 * c1 - c0) / 3.0, (4.0 * c2 - c1) / 3.0);
            let truncation = (coarse - fine).abs();
            // Not smooth for any size that the largest derivative may turn out to have.
            if truncation.is_nan() || truncation > 0.01 * (1.0 + fine.abs()) {
                network.set_weight(name, shape, numbers).unwrap();
                return None;
            }
            found.push(((16.0 * fine - coarse) / 15.0, truncation + kink / 2.0 + 2e-4 * (1.0 + here.abs())));
        }
        network.set_weight(name, shape, numbers).unwrap();
    }
    let largest = found.iter().fold(0.0, |m: f64, (r, _)| m.max(r.abs()));
    let smooth = found.iter().all(|(_, allowed)| *allowed <= 4e-4 * (1.0 + here.abs()) + 1e-3 * largest);
    (smooth && (largest > 0.02 || flat && largest == 0.0)).then_some(found)
}

/// Checks the gradient of a network. `start` sets its weights for a seed; `make` gives what computes loss and gradient for
/// the data of a seed. `flat` is for a loss that depends on no weight.
pub fn compare<F: Fn(&Network) -> (f64, Vec<f32>)>(
    network: &mut Network,
    seeds: u64,
    flat: bool,
    start: impl Fn(&mut Network, u64),
    make: impl Fn(u64) -> F,
) -> Result<(), String> {
    for seed in 0..seeds {
        start(network, seed);
        let trainable: Vec<_> =
            network.program().variables.iter().filter(|v| v.buffer == Buffer::Trainable).cloned().collect();
        let weights: Vec<_> =
            trainable.iter().map(|v| (v.name.clone(), v.shape.clone(), network.numbers(v).to_vec())).collect();
        let both = make(seed);
        let Some(differences) = differences(network, &weights, flat, |network| both(network).0) else { continue };
        let (_, ours) = both(network);
        assert_eq!(ours.len(), differences.len());
        for (at, (o, (r, allowed))) in ours.iter().zip(&differences).enumerate() {
            let error = (f64::from(*o) - r).abs();
            if error.is_nan() || error > *allowed {
                let name = &trainable.iter().find(|v| v.range.contains(&at)).unwrap().name;
                return Err(format!(
                    "seed {seed}: d loss / d {name} [{at}] is {o}, but the difference is {r} ± {allowed}"
                ));
            }
        }
        return Ok(());
    }
    Err(format!("no smooth surroundings among {seeds} seeds"))
}
