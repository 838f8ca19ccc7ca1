//! The workloads: rows, network, training. Rows and initial weights come from a counter-based hash, so that a program
//! in any language can generate the same bits without reading a file.

use treino::Result;
use treino::activations::{self, Relu, Sigmoid, Softmax};
use treino::layers::{Activation, BatchNormalization, ConnectedLayer, Dense, Dropout};
use treino::losses::{BinaryCrossentropy, Loss, MeanSquaredError, SparseCategoricalCrossentropy};
use treino::network::Network;
use treino::optimizers::{Adam, Optimizer, SGD};
use treino::rows::Matrix;
use treino::train::{Compile, Examples, Fit};

/// The type of the targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BenchTargets {
    /// 0 or 1, at random.
    Binary,
    /// One of ten classes.
    Classes,
    /// A number.
    Numbers,
}

/// The optimizer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum UpdateKind {
    /// Adam at 0.001.
    Adam,
    /// SGD at 0.01.
    Sgd,
    /// Adam for each of this number of models, at rates from 0.0001 to 0.01.
    Sweep(usize),
}

/// A network, rows for it, and how to train it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Workload {
    pub name: &'static str,
    pub rows: usize,
    pub features: usize,
    /// Widths of the hidden layers.
    pub hidden: &'static [usize],
    /// Whether each hidden layer has batch normalisation, followed by dropout.
    pub normalized: bool,
    pub targets: BenchTargets,
    pub moves: UpdateKind,
    pub batch_size: usize,
    /// Epochs of a repeat.
    pub epochs: usize,
    /// The minimum number of repeats.
    pub least_repeats: usize,
}

const TINY: Workload = Workload {
    name: "tiny",
    rows: 768,
    features: 8,
    hidden: &[16, 8],
    normalized: false,
    targets: BenchTargets::Binary,
    moves: UpdateKind::Adam,
    batch_size: 32,
    epochs: 50,
    least_repeats: 3,
};

const SMALL: Workload = Workload { name: "small", rows: 20_000, features: 30, hidden: &[64, 64], epochs: 5, ..TINY };

/// All workloads.
pub const WORKLOADS: [Workload; 9] = [
    TINY,
    Workload { name: "sgd1", moves: UpdateKind::Sgd, batch_size: 1, epochs: 10, ..TINY },
    SMALL,
    Workload { name: "small-bn", normalized: true, ..SMALL },
    Workload {
        name: "medium",
        rows: 60_000,
        features: 784,
        hidden: &[256, 128],
        targets: BenchTargets::Classes,
        batch_size: 128,
        epochs: 1,
        ..TINY
    },
    Workload {
        name: "wide",
        rows: 25_600,
        features: 128,
        hidden: &[1024, 1024, 1024],
        targets: BenchTargets::Numbers,
        batch_size: 256,
        epochs: 1,
        ..TINY
    },
    Workload { name: "fullbatch", batch_size: SMALL.rows, epochs: 20, ..SMALL },
    Workload { name: "sweep", moves: UpdateKind::Sweep(200), epochs: 20, ..TINY },
    // The cost of a process that trains once.
    Workload { name: "cold", least_repeats: 1, ..TINY },
];

/// The rows of `wide` with `--full`.
pub const WIDE_FULL: usize = 100_000;

/// Number `i` of a stream of the hash, in [0, 1): a multiple of 2^-24.
pub fn uniform(seed: u64, stream: u64, i: u64) -> f64 {
    let mut z = (i + 1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(seed.wrapping_mul(0xD134_2543_DE82_EF95))
        .wrapping_add(stream.wrapping_mul(0xA076_1D64_78BD_642F));
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ z >> 31) >> 40) as f64 / f64::from(1 << 24)
}

/// The same numbers in [-limit, limit).
fn spread(seed: u64, stream: u64, count: usize, limit: f64) -> impl Iterator<Item = f64> {
    (0..count as u64).map(move |i| (2.0 * uniform(seed, stream, i) - 1.0) * limit)
}

/// Rows and targets.
#[derive(Debug)]
pub struct Data {
    pub x: Matrix,
    pub y: Matrix,
}

impl Data {
    /// All rows.
    pub fn examples(&self) -> Examples<'_> {
        Examples::new(&self.x, &self.y)
    }
}

impl Workload {
    /// How many models it trains in a repeat.
    pub fn models(&self) -> usize {
        if let UpdateKind::Sweep(models) = self.moves { models } else { 1 }
    }

    /// Steps of a repeat, over all its models.
    pub fn steps(&self) -> usize {
        self.rows.div_ceil(self.batch_size) * self.epochs * self.models()
    }

    /// Rows and targets.
    pub fn data(&self) -> Data {
        let numbers = spread(1, 1, self.rows * self.features, 3.0_f64.sqrt()).map(|x| x as f32);
        let x = Matrix::new(self.rows, self.features, numbers.collect());
        let y = match self.targets {
            BenchTargets::Classes => teacher::<10, _>(&x, |_, z| {
                // The first of equal values.
                let best = (1..z.len()).fold(0, |best, class| if z[class] > z[best] { class } else { best });
                best as f32
            }),
            BenchTargets::Numbers => teacher::<2, _>(&x, |_, z| number(z) as f32),
            // The platform's exponential is used: a difference in its last bit matters only if it coincides with a draw
            // of 24 bits.
            BenchTargets::Binary => teacher::<2, _>(&x, |row, z| {
                if uniform(1, 3, row as u64) < 1.0 / (1.0 + (-3.0 * number(z)).exp()) { 1.0 } else { 0.0 }
            }),
        };
        Data { x, y: Matrix::new(self.rows, 1, y) }
    }

    /// Width and activation of the output.
    fn output(&self) -> Dense {
        match self.targets {
            BenchTargets::Binary => Dense::new(1).activation(Sigmoid::default()),
            BenchTargets::Classes => Dense::new(10).activation(Softmax::default()),
            BenchTargets::Numbers => Dense::new(1),
        }
    }

    /// The network of a model with its initial weights.
    ///
    /// # Errors
    /// Does not fail: the layers fit.
    pub fn network(&self, model: usize) -> Result<Network> {
        let mut layers: Vec<ConnectedLayer> = Vec::new();
        for units in self.hidden {
            if !self.normalized {
                layers.push(Dense::new(*units).activation(Relu::default()).into());
                continue;
            }
            let activation: activations::Activation = Relu::default().into();
            layers.push(Dense::new(*units).into());
            layers.push(BatchNormalization::default().into());
            layers.push(Activation { activation, ..Activation::default() }.into());
            layers.push(Dropout { rate: 0.2, ..Dropout::default() }.into());
        }
        layers.push(self.output().into());
        let mut network = Network::build(self.features, &layers)?;
        // All but the kernels start at zero or one.
        let seed = self.seed(model);
        network.initialize(seed);
        let kernels: Vec<(String, Vec<usize>)> = network
            .named_weights()
            .filter(|(name, ..)| name.ends_with("/kernel"))
            .map(|(name, shape, _)| (name.to_string(), shape.to_vec()))
            .collect();
        for (stream, (name, shape)) in (100..).zip(&kernels) {
            let limit = (6.0 / (shape[0] + shape[1]) as f64).sqrt();
            let numbers: Vec<f32> = spread(seed, stream, shape[0] * shape[1], limit).map(|w| w as f32).collect();
            network.set_weight(name, shape, &numbers)?;
        }
        Ok(network)
    }

    /// Loss and optimizer of a model.
    pub fn compile(&self, model: usize) -> Compile {
        let optimizer: Optimizer = match self.moves {
            UpdateKind::Adam => Adam::default().into(),
            UpdateKind::Sgd => SGD { learning_rate: 0.01.into(), ..SGD::default() }.into(),
            UpdateKind::Sweep(_) => Adam { learning_rate: self.rate(model).into(), ..Adam::default() }.into(),
        };
        let loss: Loss = match self.targets {
            BenchTargets::Binary => BinaryCrossentropy::default().into(),
            BenchTargets::Classes => SparseCategoricalCrossentropy::default().into(),
            BenchTargets::Numbers => MeanSquaredError::default().into(),
        };
        Compile::new(optimizer, loss, Vec::new())
    }

    /// The learning rate of a model of a sweep.
    fn rate(&self, model: usize) -> f64 {
        10.0_f64.powf(2.0 * model as f64 / (self.models() - 1).max(1) as f64 - 4.0)
    }

    /// Epochs, batches and seed of a model. A single batch of all rows needs no order.
    pub fn fit(&self, model: usize) -> Fit {
        Fit {
            epochs: self.epochs,
            batch_size: self.batch_size,
            shuffle: self.batch_size < self.rows,
            seed: self.seed(model),
            ..Fit::default()
        }
    }

    fn seed(&self, model: usize) -> u64 {
        if self.models() > 1 { model as u64 } else { 1 }
    }

    /// The workload on one line.
    pub fn in_words(&self) -> String {
        let layers: Vec<String> = self.hidden.iter().map(usize::to_string).collect();
        let kind = if self.normalized { " with batch norm and dropout" } else { "" };
        let moves = match self.moves {
            UpdateKind::Adam => "Adam".to_string(),
            UpdateKind::Sgd => "SGD".to_string(),
            UpdateKind::Sweep(models) => format!("Adam, {models} models"),
        };
        let (rows, features, hidden, batch) = (self.rows, self.features, layers.join(","), self.batch_size);
        let epochs = if self.epochs == 1 { "1 epoch".to_string() } else { format!("{} epochs", self.epochs) };
        format!("{rows} x {features}, hidden {hidden}{kind}, {moves}, batches of {batch}, {epochs}")
    }
}

/// The targets of the teacher: `say` gets the row number and its `K` sums over the inputs.
fn teacher<const K: usize, F: Fn(usize, &[f64; K]) -> f32>(x: &Matrix, say: F) -> Vec<f32> {
    let limit = (3.0 / x.cols() as f64).sqrt();
    let flat: Vec<f64> = spread(1, 2, x.cols() * K, limit).collect();
    let (weights, _) = flat.as_chunks::<K>();
    let row = |row: usize| {
        let mut z = [0.0; K];
        for (x, w) in x.row(row).iter().zip(weights) {
            z.iter_mut().zip(w).for_each(|(z, w)| *z += f64::from(*x) * w);
        }
        say(row, &z)
    };
    (0..x.rows()).map(row).collect()
}

/// The number that the teacher's two sums make.
fn number(z: &[f64; 2]) -> f64 {
    z[0] + z[1] * z[1] / 2.0 - 0.5
}

/// The names of all workloads with descriptions, for the help.
pub fn list() -> String {
    WORKLOADS.iter().map(|workload| format!("  {:<9}  {}\n", workload.name, workload.in_words())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn fixture() -> Value {
        serde_json::from_str(include_str!("../../../fixtures/bench/workloads.json")).unwrap()
    }

    fn numbers(value: &Value) -> Vec<f64> {
        value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
    }

    fn workload(name: &str) -> Workload {
        WORKLOADS.into_iter().find(|w| w.name == name).unwrap()
    }

    #[test]
    fn the_hash_gives_the_numbers_that_python_gives() {
        for case in fixture()["hash"].as_array().unwrap() {
            let [seed, stream, i, u24] = ["seed", "stream", "i", "u24"].map(|key| case[key].as_u64().unwrap());
            assert_eq!(uniform(seed, stream, i) * f64::from(1 << 24), u24 as f64, "{case}");
        }
    }

    #[test]
    fn rows_targets_and_kernels_are_those_of_numpy() {
        let fixture = fixture();
        let data = TINY.data();
        let wide = |numbers: &[f32]| numbers.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
        assert_eq!(wide(&data.x.as_slice()[..16]), numbers(&fixture["x"]));
        assert_eq!(wide(&data.y.as_slice()[..32]), numbers(&fixture["first_targets"]));
        assert_eq!(data.y.as_slice().iter().sum::<f32>(), fixture["ones"].as_f64().unwrap() as f32);
        let sweep = workload("sweep").network(3).unwrap();
        let (_, _, kernel) = sweep.named_weights().nth(2).unwrap();
        assert_eq!(wide(&kernel[..6]), numbers(&fixture["kernel"]));

        let few = Workload { rows: 40, ..workload("medium") }.data();
        assert_eq!(wide(few.y.as_slice()), numbers(&fixture["medium_classes"]));
        let few = Workload { rows: 4, ..workload("wide") }.data();
        for (ours, numpy) in few.y.as_slice().iter().zip(numbers(&fixture["wide_targets"])) {
            assert!((f64::from(*ours) - numpy).abs() < 1e-6 * numpy.abs().max(1.0), "{ours} {numpy}");
        }
    }

    #[test]
    fn models_of_a_sweep_have_rates_and_seeds_of_their_own() {
        let sweep = workload("sweep");
        for case in fixture()["sweep"].as_array().unwrap() {
            let model = case["model"].as_u64().unwrap() as usize;
            let rate = case["rate"].as_f64().unwrap();
            assert!((sweep.rate(model) / rate - 1.0).abs() < 1e-12);
            assert_eq!(sweep.fit(model).seed, model as u64);
        }
        assert_eq!((sweep.steps(), workload("sgd1").steps(), workload("fullbatch").steps()), (96_000, 7_680, 20));
        assert_eq!((workload("medium").steps(), workload("wide").steps()), (469, 100));
        assert!(!workload("fullbatch").fit(0).shuffle && TINY.fit(0).shuffle);
    }

    #[test]
    fn every_workload_has_a_network() {
        for workload in WORKLOADS {
            let network = workload.network(0).unwrap();
            let dense = workload.hidden.len() + 1;
            assert_eq!(network.named_weights().filter(|(name, ..)| name.ends_with("/kernel")).count(), dense);
        }
        assert_eq!(workload("small-bn").network(0).unwrap().layers().len(), 9);
    }
}
