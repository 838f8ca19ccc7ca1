//! Statistics of weights, gradients and outputs during training, layer by layer.
//!
//! They are recorded at the end of an epoch, from existing numbers: the weights, the gradient of the last batch, and
//! the outputs of the layers for it. Of long trainings only some epochs are recorded, about [`MOST_EPOCHS`] at most,
//! selected by their number.
//!
//! The cost must be negligible: only the first 32 rows of a batch (of its last chunk, if it is split) are used, and of
//! a kernel with more than 65,536 numbers 256 evenly spaced blocks of 256.

use crate::activations::Activation;
use crate::events::{LayerStatistics, LayerTrace, UnitsAtEnd};
use crate::layers::{BatchNormalizationOp, DenseOp, GroupNormalizationOp};
use crate::network::Network;
use crate::program::{ActivationOp, Buffer, Program, ProgramBuffers, ValueId};
use std::ops::Range;
use treino_core::rows::Matrix;
use treino_engine::reduce::dot;
use treino_engine::simd::{Kernel, Simd};

/// About this many epochs of a training are recorded.
pub const MOST_EPOCHS: usize = 200;

/// The largest number of rows of a batch that are used.
pub(super) const MOST_ROWS: usize = 32;

/// Kernels of up to this many numbers are used completely; of larger ones, blocks of `BLOCK` numbers with this total.
const MOST_NUMBERS: usize = 1 << 16;
const BLOCK: usize = 256;

/// The largest number of training rows that are used at the end.
const MOST_ROWS_AT_END: usize = 2_000;

/// A sigmoid or tanh within this distance of a limit is flat.
const NEAR: f32 = 0.01;

/// Whether epoch `epoch` (from 0) of `planned` is recorded: every one, every second, ..., and the last.
pub(super) fn is_noted(epoch: usize, planned: usize) -> bool {
    epoch.is_multiple_of(planned.div_ceil(MOST_EPOCHS).max(1)) || epoch + 1 == planned
}

/// The buffers of a layer with a kernel.
#[derive(Debug)]
struct LayerProbe {
    layer: String,
    activation: String,
    value: ValueId,
    width: usize,
    kernel: Buffer,
    range: Range<usize>,
    /// The output is flat at the first number and below, and at the second and above.
    flat: [f32; 2],
    /// Whether it can be saturated.
    saturates: bool,
    /// Root of the mean square of the last gradient.
    gradient: f32,
}

/// The layers with a kernel, from the input on.
#[derive(Debug)]
pub(super) struct LayerProbes(Vec<LayerProbe>);

impl LayerProbes {
    pub fn of(program: &Program) -> Self {
        let mut taps: Vec<LayerProbe> = Vec::new();
        for (op, layer) in program.ops.iter().zip(&program.op_layers) {
            let Some(dense) = op.as_a::<DenseOp>() else { continue };
            // The first call of a shared layer is used.
            if taps.iter().any(|tap| tap.layer == *layer) {
                continue;
            }
            let (value, activation) = match &dense.activation {
                Some(activation) => (dense.z, Some(activation)),
                None => behind(program, dense.z).unwrap_or((dense.z, None)),
            };
            let kernel = program.variable(dense.kernel);
            let (flat, saturates) = flat(activation);
            taps.push(LayerProbe {
                layer: layer.clone(),
                activation: activation.map_or("", Activation::name).to_string(),
                value,
                width: program.width(value),
                kernel: kernel.buffer,
                range: kernel.range.clone(),
                flat,
                saturates,
                gradient: 0.0,
            });
        }
        LayerProbes(taps)
    }

    /// Reads the scaled gradient of a batch while it is available.
    pub fn look_at_gradient(&mut self, simd: Simd, gradient: &[f32], scale: f32) {
        for tap in self.0.iter_mut().filter(|tap| tap.kernel == Buffer::Trainable) {
            tap.gradient = (root_mean_square(simd, &gradient[tap.range.clone()]) / f64::from(scale)) as f32;
        }
    }

    /// Records an epoch: the weights, the gradient read before, and the first rows of the values.
    pub fn note(&self, simd: Simd, memory: &ProgramBuffers, rows: usize, epoch: usize, inside: &mut LayerStatistics) {
        self.begin(inside);
        inside.epochs.push(epoch);
        for (tap, trace) in self.0.iter().zip(&mut inside.layers) {
            let weights = match tap.kernel {
                Buffer::Trainable => &memory.weights[tap.range.clone()],
                Buffer::State => &memory.state[tap.range.clone()],
            };
            let values = &memory.value(tap.value)[..rows * tap.width];
            let [sum, squares, flat] = simd.run(Sums { x: values, flat: tap.flat });
            let n = values.len().max(1) as f64;
            let mean = sum / n;
            trace.weights.push(root_mean_square(simd, weights) as f32);
            trace.gradients.push(tap.gradient);
            trace.means.push(mean as f32);
            trace.deviations.push((squares / n - mean * mean).max(0.0).sqrt() as f32);
            trace.flat.push((flat / n) as f32);
        }
    }

    /// Allocates the lists, if nothing was recorded yet.
    fn begin(&self, inside: &mut LayerStatistics) {
        if !inside.layers.is_empty() {
            return;
        }
        inside.epochs.reserve(MOST_EPOCHS + 1);
        inside.layers.extend(self.0.iter().map(|tap| {
            let mut trace = LayerTrace {
                layer: tap.layer.clone(),
                activation: tap.activation.clone(),
                units: tap.width,
                ..LayerTrace::default()
            };
            trace.lists_mut().into_iter().for_each(|list| list.reserve(MOST_EPOCHS + 1));
            trace
        }));
    }
}

/// The activation that is the only reader of a value, possibly after normalisations, and its output.
fn behind(program: &Program, mut value: ValueId) -> Option<(ValueId, Option<&Activation>)> {
    for op in &program.ops {
        if !program.has_one_reader(value) {
            return None;
        }
        if let Some(op) = op.as_a::<ActivationOp>().filter(|op| op.x == value) {
            return Some((op.y, Some(&op.activation)));
        }
        if let Some(op) = op.as_a::<BatchNormalizationOp>().filter(|op| op.x == value) {
            value = op.y;
        } else if let Some(op) = op.as_a::<GroupNormalizationOp>().filter(|op| op.x == value) {
            value = op.y;
        }
    }
    None
}

/// The flat ranges of an activation, and whether they are the limits of a sigmoid or tanh.
fn flat(activation: Option<&Activation>) -> ([f32; 2], bool) {
    match activation {
        Some(Activation::Relu(relu)) if relu.negative_slope == 0.0 && relu.threshold >= 0.0 => {
            ([0.0, relu.max_value.map_or(f32::INFINITY, |cap| cap as f32)], false)
        }
        Some(Activation::Relu6(_)) => ([0.0, 6.0], false),
        Some(Activation::Sigmoid(_) | Activation::HardSigmoid(_)) => ([NEAR, 1.0 - NEAR], true),
        Some(Activation::Tanh(_) | Activation::HardTanh(_)) => ([NEAR - 1.0, 1.0 - NEAR], true),
        _ => ([f32::NEG_INFINITY, f32::INFINITY], false),
    }
}

fn root_mean_square(simd: Simd, x: &[f32]) -> f64 {
    if x.len() <= MOST_NUMBERS {
        return (dot(simd, x, x) / x.len().max(1) as f64).sqrt();
    }
    let blocks = MOST_NUMBERS / BLOCK;
    let block = |i: usize| {
        let first = i * (x.len() - BLOCK) / (blocks - 1);
        let x = &x[first..first + BLOCK];
        dot(simd, x, x)
    };
    ((0..blocks).map(block).sum::<f64>() / MOST_NUMBERS as f64).sqrt()
}

/// The number of lanes that are summed in parallel, and then one after another.
const LANES: usize = 16;

/// The sum of numbers, that of their squares, and how many are flat.
struct Sums<'a> {
    x: &'a [f32],
    flat: [f32; 2],
}

impl Kernel for Sums<'_> {
    type Output = [f64; 3];

    #[inline(always)]
    fn run(self) -> [f64; 3] {
        let (mut sum, mut squares, mut flat) = ([0.0_f64; LANES], [0.0_f64; LANES], [0.0_f32; LANES]);
        let [low, high] = self.flat;
        let mut add = |at: usize, x: f32| {
            let wide = f64::from(x);
            sum[at] += wide;
            squares[at] = wide.mul_add(wide, squares[at]);
            flat[at] += if x <= low || x >= high { 1.0 } else { 0.0 };
        };
        let chunks = self.x.chunks_exact(LANES);
        let rest = chunks.remainder();
        for chunk in chunks {
            for (at, x) in chunk.iter().enumerate() {
                add(at, *x);
            }
        }
        for (at, x) in rest.iter().enumerate() {
            add(at, *x);
        }
        [sum.iter().sum(), squares.iter().sum(), flat.iter().map(|x| f64::from(*x)).sum()]
    }
}

/// Counts the inactive units of each layer at the end: over all training rows, or 2,000 evenly spaced ones, in
/// inference.
pub fn units_at_end(network: &Network, x: &Matrix, inside: &mut LayerStatistics) {
    let taps = LayerProbes::of(network.program());
    taps.begin(inside);
    let rows = x.rows().min(MOST_ROWS_AT_END);
    if rows == 0 {
        return;
    }
    let chosen = (0..rows).flat_map(|i| x.row(i * x.rows() / rows)).copied().collect();
    let chosen = Matrix::new(rows, x.cols(), chosen);
    /// The state of a unit: its first number, whether all are equal, and how many are flat.
    type Unit = (f32, bool, usize);
    let mut units: Vec<Vec<Unit>> = vec![Vec::new(); taps.0.len()];
    network.through((&chosen).into(), network.program().ops.len(), |memory, rows| {
        for (tap, units) in taps.0.iter().zip(&mut units) {
            for row in memory.value(tap.value)[..rows * tap.width].chunks_exact(tap.width.max(1)) {
                if units.is_empty() {
                    units.extend(row.iter().map(|first| (*first, true, 0)));
                }
                for ((first, is_same, flat), x) in units.iter_mut().zip(row) {
                    *is_same &= x == first;
                    *flat += usize::from(*x <= tap.flat[0] || *x >= tap.flat[1]);
                }
            }
        }
    });
    for ((tap, units), trace) in taps.0.iter().zip(&units).zip(&mut inside.layers) {
        let saturated = |unit: &&Unit| tap.saturates && unit.2 * 100 > rows * 95;
        trace.end = Some(UnitsAtEnd {
            rows,
            dead: units.iter().filter(|unit| unit.1).count(),
            saturated: units.iter().filter(saturated).count(),
        });
    }
}
