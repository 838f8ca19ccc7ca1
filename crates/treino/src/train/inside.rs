//! What goes on inside a network while it trains: weights, gradients and outputs, layer by layer.
//!
//! Noted at the end of an epoch, from numbers that are there anyway: the weights, the gradient of the last batch, and what the
//! layers gave for it. Of long trainings, and of those whose epochs take microseconds, only some epochs are noted, chosen by
//! counting work, never by a clock: notes take at most 2 % of the time.

use crate::activations::Activation;
use crate::data::Matrix;
use crate::model::{Memory, Network, Op, Program, ValueId};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use treino_engine::reduce::{dot, sum};
use treino_engine::simd::Simd;

/// About so many epochs of a training are noted.
const MOST_EPOCHS: usize = 200;

/// Epochs must take so many times as long as a note.
const WORTH: usize = 70;

/// About so many outputs of a layer are looked at after an epoch.
const LOOK_AT: usize = 512;

/// Rows that units are judged by at the end.
const END_ROWS: usize = 2000;

/// As near to an end of a sigmoid or tanh counts as standing there.
const NEAR: f32 = 0.01;

/// Above this share of the rows, a unit that stands at an end is saturated.
const NEARLY_ALL: f64 = 0.95;

/// Statistics of a training's layers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Inside {
    /// Every how many epochs there is a note; the last planned epoch has one too.
    pub every: usize,
    /// The epochs that were noted, from 0.
    pub epochs: Vec<usize>,
    /// Layers with weights, from the input on.
    pub layers: Vec<LayerTrace>,
}

/// A layer over the epochs: each list has an entry for each noted epoch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LayerTrace {
    /// Its name, such as `dense_1`.
    pub layer: String,
    /// The activation that follows, such as `relu`; empty for none.
    pub activation: String,
    /// Numbers that it gives for a row.
    pub units: usize,
    /// Root of the mean square of its kernel.
    #[serde(with = "crate::report::gaps")]
    pub weights: Vec<f32>,
    /// Root of the mean square of the kernel's gradient in the last batch, penalties included.
    #[serde(with = "crate::report::gaps")]
    pub gradients: Vec<f32>,
    /// Mean of what it gives, behind its activation, over the last batch.
    #[serde(with = "crate::report::gaps")]
    pub means: Vec<f32>,
    /// Standard deviation of the same.
    #[serde(with = "crate::report::gaps")]
    pub deviations: Vec<f32>,
    /// The share of these numbers that stand where the activation is flat: exactly 0 behind a relu, within 0.01 of an end behind
    /// a sigmoid or tanh; 0 for others.
    #[serde(with = "crate::report::gaps")]
    pub flat: Vec<f32>,
    /// At the end, over training rows.
    pub end: Option<UnitsAtEnd>,
}

/// The units of a layer at the end of a training, over some training rows.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct UnitsAtEnd {
    /// How many rows were looked at.
    pub rows: usize,
    /// Units that give 0 for every row (behind a relu), or the same number for every row.
    pub dead: usize,
    /// Units behind a sigmoid or tanh that stand within 0.01 of an end for more than 95 % of the rows.
    pub saturated: usize,
}

/// Where a layer's numbers lie.
#[derive(Debug, Clone)]
pub(super) struct Place {
    layer: String,
    activation: Flat,
    word: String,
    kernel: Range<usize>,
    gradient: Range<usize>,
    output: ValueId,
    /// The op that fills it.
    op: usize,
    width: usize,
}

/// Where an activation is flat.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Flat {
    Nowhere,
    AtZero,
    /// Near these two ends.
    AtEnds(f32, f32),
}

impl Flat {
    fn of(activation: Option<&Activation>) -> Self {
        match activation {
            Some(Activation::Relu(_) | Activation::Relu6(_)) => Flat::AtZero,
            Some(Activation::Sigmoid(_) | Activation::HardSigmoid(_)) => Flat::AtEnds(0.0, 1.0),
            Some(Activation::Tanh(_) | Activation::HardTanh(_)) => Flat::AtEnds(-1.0, 1.0),
            _ => Flat::Nowhere,
        }
    }

    #[inline(always)]
    fn holds(self, y: f32) -> bool {
        match self {
            Flat::Nowhere => false,
            Flat::AtZero => y == 0.0,
            Flat::AtEnds(low, high) => y < low + NEAR || y > high - NEAR,
        }
    }
}

/// The dense layers of a program that are trained, each with what follows it: its normalisation and its activation.
pub(super) fn places(program: &Program, is_left_out: impl Fn(usize) -> bool) -> Vec<Place> {
    let mut places = Vec::new();
    for (at, op) in program.ops.iter().enumerate() {
        let Op::Dense(dense) = op else { continue };
        let variable = program.variable(dense.kernel());
        let gradient = program.gradient_of(dense.kernel());
        if gradient.is_empty() {
            continue;
        }
        let (mut output, mut filled_by, mut activation) = (dense.z, at, dense.activation.as_ref());
        for (next, op) in program.ops.iter().enumerate().skip(at + 1) {
            let reads = |x: ValueId| program.buffers_of(x)[0] == program.buffers_of(output)[0];
            match op {
                Op::BatchNormalization(op) if reads(op.x) => (output, filled_by) = (op.y, next),
                Op::Activation(op) if reads(op.x) && activation.is_none() => {
                    activation = Some(&op.activation);
                    if !is_left_out(next) {
                        (output, filled_by) = (op.y, next);
                    }
                    break;
                }
                _ => break,
            }
        }
        let shown = if is_left_out(filled_by) { None } else { activation };
        places.push(Place {
            layer: program.op_layers[at].clone(),
            activation: Flat::of(shown.filter(|_| output != dense.z || dense.activation.is_some())),
            word: activation.map_or(String::new(), |activation| activation.name().to_string()),
            kernel: variable.range.clone(),
            gradient,
            output,
            op: filled_by,
            width: program.width(output),
        });
    }
    places
}

impl Inside {
    /// For a training of at most so many epochs, each of so many steps of so many rows; nothing has been noted.
    pub(super) fn new(places: &[Place], epochs: usize, steps: usize, rows: usize) -> Self {
        let weights: usize = places.iter().map(|place| place.kernel.len()).sum();
        // In nanoseconds, roughly: a step computes some 30 products at a time, a note reads some 8 numbers.
        let step = 300 + weights.saturating_mul(rows) / 10;
        let note = places.len() * (250 + LOOK_AT / 2) + weights / 4;
        let every = (note * WORTH).div_ceil(step.saturating_mul(steps).max(1)).max(epochs.div_ceil(MOST_EPOCHS)).max(1);
        let room = epochs.min(MOST_EPOCHS + 1);
        let layer = |place: &Place| LayerTrace {
            layer: place.layer.clone(),
            activation: place.word.clone(),
            units: place.width,
            weights: Vec::with_capacity(room),
            gradients: Vec::with_capacity(room),
            means: Vec::with_capacity(room),
            deviations: Vec::with_capacity(room),
            flat: Vec::with_capacity(room),
            end: None,
        };
        Inside { every, epochs: Vec::with_capacity(room), layers: places.iter().map(layer).collect() }
    }

    /// Whether an epoch of a training of so many is noted.
    pub(super) fn is_due(&self, epoch: usize, epochs: usize) -> bool {
        epoch.is_multiple_of(self.every) || epoch + 1 == epochs
    }

    /// Notes an epoch, after its last batch, of which so many rows are in memory.
    pub(super) fn note(&mut self, simd: Simd, epoch: usize, places: &[Place], memory: &Memory, rows: usize) {
        self.epochs.push(epoch);
        for (place, layer) in places.iter().zip(&mut self.layers) {
            let root = |x: &[f32]| (dot(simd, x, x) / x.len().max(1) as f64).sqrt() as f32;
            layer.weights.push(root(&memory.weights[place.kernel.clone()]));
            layer.gradients.push(root(&memory.gradient[place.gradient.clone()]));
            let rows = rows.min((LOOK_AT / place.width).max(8));
            let y = &memory.value(place.output)[..rows * place.width];
            let n = y.len().max(1) as f64;
            let mean = sum(simd, y, f64::from) / n;
            let square = dot(simd, y, y) / n;
            layer.means.push(mean as f32);
            layer.deviations.push((square - mean * mean).max(0.0).sqrt() as f32);
            let flat = match place.activation {
                Flat::Nowhere => 0.0,
                flat => sum(simd, y, |y| if flat.holds(y) { 1.0 } else { 0.0 }) / n,
            };
            layer.flat.push(flat as f32);
        }
    }

    /// Judges the units of a trained network by some training rows, evenly chosen.
    pub(super) fn judge(&mut self, network: &Network, x: &Matrix) {
        let places = places(network.program(), |_| false);
        let step = x.rows().div_ceil(END_ROWS).max(1);
        let chosen: Vec<usize> = (0..x.rows()).step_by(step).collect();
        let numbers = chosen.iter().flat_map(|row| x.row(*row)).copied().collect();
        let chosen = Matrix::new(chosen.len(), x.cols(), numbers);
        for (place, layer) in places.iter().zip(&mut self.layers) {
            // Per unit: the first number seen, whether all were the same, how often it stood where the activation is flat.
            let mut units: Vec<(Option<f32>, bool, usize)> = vec![(None, true, 0); place.width];
            network.through(&chosen, place.op + 1, |memory, rows| {
                for row in memory.value(place.output)[..rows * place.width].chunks(place.width) {
                    for (unit, y) in units.iter_mut().zip(row) {
                        unit.1 &= *unit.0.get_or_insert(*y) == *y;
                        unit.2 += usize::from(place.activation.holds(*y));
                    }
                }
            });
            let n = chosen.rows();
            let is_dead = |unit: &&(Option<f32>, bool, usize)| unit.1;
            let ends = matches!(place.activation, Flat::AtEnds(..));
            let is_saturated = |unit: &&(Option<f32>, bool, usize)| ends && unit.2 as f64 > NEARLY_ALL * n as f64;
            layer.end = (n > 1).then(|| UnitsAtEnd {
                rows: n,
                dead: units.iter().filter(is_dead).count(),
                saturated: units.iter().filter(is_saturated).count(),
            });
        }
    }
}
