//! The same training gives the same bits: on any number of threads, on every instruction set, beside other trainings, and
//! with layers that do nothing. All comparisons are of bits.

use crate::every_layer::{IDS, INPUTS, every_layer};
use treino::activations::{Activation, Relu, Sigmoid, Tanh};
use treino::catalog::Field;
use treino::events::Event;
use treino::events::Gate;
use treino::initializers::Zeros;
use treino::layers::{BatchNormalization, ConnectedLayer, Dense, Dropout};
use treino::losses::{BinaryCrossentropy, Loss, MeanSquaredError, TargetKind};
use treino::metrics::NamedMetric;
use treino::network::Network;
use treino::optimizers::{Adam, Muon, Optimizer, SGD};
use treino::regularizers::L2;
use treino::rows::Matrix;
use treino::train::Compile;
use treino::train::{Examples, Fit, Session, StepProfile, Training, fit};
use treino_engine::random::{Purpose, Stream};
use treino_engine::simd::{Level, Simd};

fn numbers(name: &str, rows: usize, cols: usize) -> Matrix {
    let mut out = vec![0.0; rows * cols];
    Stream::new(1, Purpose::Init, name).fill_uniform(&mut out);
    Matrix::new(rows, cols, out.iter().map(|u| 4.0 * u - 2.0).collect())
}

struct Case {
    layers: Vec<ConnectedLayer>,
    optimizer: Optimizer,
    loss: Loss,
    x: Matrix,
    y: Matrix,
    settings: Fit,
}

/// Weights and statistics, history with what went on inside, and the loss after each batch, as bits.
type Bits = (Vec<u32>, Vec<(String, u64)>, Vec<u64>);

impl Case {
    /// Two wide layers with batch normalisation, dropout and penalties.
    fn new(width: usize, rows: usize, batch_size: usize, epochs: usize) -> Self {
        let dense = |activation: Activation| Dense {
            kernel_regularizer: Some(L2 { l2: 1e-3 }.into()),
            ..Dense::new(width).activation(activation)
        };
        let layers = vec![
            dense(Relu::default().into()).into(),
            BatchNormalization::default().into(),
            Dropout { rate: 0.25, ..Dropout::default() }.into(),
            dense(Tanh::default().into()).into(),
            Dense::new(1).activation(Sigmoid::default()).into(),
        ];
        let x = numbers("x", rows, 9);
        let y = (0..rows).map(|row| f32::from(u8::from(x.get(row, 0) * x.get(row, 1) > 0.0))).collect();
        Case {
            layers,
            optimizer: Adam { learning_rate: 0.01.into(), ..Adam::default() }.into(),
            loss: BinaryCrossentropy::default().into(),
            x,
            y: Matrix::new(rows, 1, y),
            settings: Fit { epochs, batch_size, ..Fit::default() },
        }
    }

    fn run(&self, threads: usize, simd: Simd) -> Bits {
        self.run_with(threads, simd, None)
    }

    fn run_with(&self, threads: usize, simd: Simd, profile: Option<&mut StepProfile>) -> Bits {
        let mut network = Network::build(self.x.cols(), &self.layers).unwrap();
        network.initialize(self.settings.seed);
        let compile = Compile::new(self.optimizer.clone(), self.loss.clone(), vec![NamedMetric::typed("mae").unwrap()]);
        let train = Examples::new(&self.x, &self.y);
        let settings = &self.settings;
        let training = Training {
            compile: &compile,
            train,
            validation: Some(train),
            settings,
            callbacks: &[],
            units: None,
            noise: None,
            model_file: None,
        };
        let gate = Gate::new();
        let mut losses = Vec::new();
        let mut observer = |event: &Event| {
            if let Event::Batch { loss, .. } = event {
                losses.push(loss.to_bits());
            }
        };
        let mut session = Session { simd, profile, ..Session::new(threads, &gate, &mut observer) };
        let history = fit(&mut network, &training, &mut session).unwrap();
        assert_eq!(history.epochs.len(), settings.epochs, "{:?}", history.ending);
        let weights = network.named_weights().flat_map(|(_, _, n)| n.iter().map(|x| x.to_bits()).collect::<Vec<_>>());
        let logs = history.epochs.iter().flat_map(|logs| &logs.0).map(|(name, v)| (name.clone(), v.to_bits()));
        let inside = history.inside.layers.iter().flat_map(|trace| {
            let lists = [&trace.weights, &trace.gradients, &trace.means, &trace.deviations, &trace.flat];
            let bits = |x: &f32| (trace.layer.clone(), u64::from(x.to_bits()));
            lists.into_iter().flatten().map(bits).collect::<Vec<_>>()
        });
        (weights.collect(), logs.chain(inside).collect(), losses)
    }
}

/// 64 wide times batches of 512: each product is worth five threads. The last batch is partial.
fn large() -> Case {
    Case::new(64, 1_200, 512, 3)
}

#[test]
fn threads_do_not_change_a_bit() {
    let training = large();
    let one = training.run(1, Simd::detect());
    for threads in [2, 3, 8] {
        assert!(training.run(threads, Simd::detect()) == one, "{threads} threads");
    }
    // The comparison can fail: another seed is another training.
    let other = Case { settings: Fit { seed: 2, ..training.settings.clone() }, ..training };
    assert!(other.run(1, Simd::detect()) != one);
}

/// Its matrix products are the only part of an optimizer that threads share.
#[test]
fn threads_do_not_change_a_bit_of_muon() {
    let training = Case { optimizer: Muon::default().into(), ..Case::new(96, 200, 100, 2) };
    let one = training.run(1, Simd::detect());
    assert!(training.run(3, Simd::detect()) == one);
}

/// The baseline of x86-64 has no fused multiply-add and computes it in software, so this one is small; 19 wide leaves
/// rests for every vector width.
#[test]
fn instruction_sets_do_not_change_a_bit() {
    let training = Case::new(19, 70, 33, 2);
    let baseline = training.run(1, Simd::with_level(Level::Baseline).unwrap());
    for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
        assert!(training.run(1, simd) == baseline, "{:?}", simd.level());
    }
}

/// Trains on every instruction set.
#[track_caller]
fn same_on_every_level(training: &Case, name: &str) {
    let widest = training.run(1, Simd::detect());
    for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
        assert!(training.run(1, simd) == widest, "{name}: {:?}", simd.level());
    }
}

/// Every activation and loss, in training and evaluation.
#[test]
fn instruction_sets_do_not_change_a_bit_of_any_thing() {
    for thing in Activation::COMPONENTS {
        let mut training = Case::new(6, 21, 11, 1);
        training.layers[3] = Dense::new(10).activation(Activation::named(thing.name).unwrap()).into();
        same_on_every_level(&training, thing.name);
    }
    for thing in Loss::COMPONENTS {
        let loss = Loss::named(thing.name).unwrap();
        let targets = loss.inner().targets();
        let of_classes =
            matches!(targets, TargetKind::OneHot | TargetKind::ClassNumbers | TargetKind::Classes | TargetKind::Groups);
        let (units, last) = if of_classes { (3, "softmax") } else { (1, "sigmoid") };
        let mut training = Case::new(6, 21, 11, 1);
        training.layers[4] = Dense::new(units).activation(Activation::named(last).unwrap()).into();
        if targets == TargetKind::OneHot {
            training.y = Matrix::new(21, 3, (0..63).map(|i| f32::from(u8::from(i % 3 == i / 3 % 3))).collect());
        }
        training.loss = loss;
        same_on_every_level(&training, thing.name);
    }
}

/// A graph of every layer, in training and evaluation.
#[test]
fn neither_threads_nor_instruction_sets_change_a_bit_of_any_layer() {
    let graph = |rows, batch_size| {
        let mut training = Case { layers: every_layer(), ..Case::new(1, rows, batch_size, 2) };
        for (row, x) in training.x.as_mut_slice().chunks_mut(INPUTS).enumerate() {
            x[INPUTS - IDS..].iter_mut().enumerate().for_each(|(i, id)| *id = ((row * 3 + i) % 5) as f32);
        }
        training
    };
    same_on_every_level(&graph(21, 11), "a graph of every layer");
    let training = graph(1_200, 512);
    let one = training.run(1, Simd::detect());
    assert!(training.run(3, Simd::detect()) == one);
}

/// Every optimizer, as it is and written out and read back.
#[test]
fn instruction_sets_do_not_change_a_bit_of_any_optimizer() {
    for thing in Optimizer::COMPONENTS {
        let mut training = Case::new(6, 21, 11, 1);
        training.optimizer = Optimizer::named(thing.name).unwrap();
        if training.optimizer.inner().line_search().is_some() {
            (training.settings.batch_size, training.settings.epochs) = (21, 3);
        }
        same_on_every_level(&training, thing.name);
        // Written out and read back, it is the same training.
        let written = training.optimizer.write().unwrap().into();
        let widest = training.run(1, Simd::detect());
        training.optimizer = Optimizer::read(&written, "optimizer").unwrap();
        assert!(training.run(1, Simd::detect()) == widest, "{}", thing.name);
    }
}

/// Pieces of batches, a line search, and a graph of every layer among them.
#[test]
fn taking_the_time_does_not_change_a_bit() {
    let mut pieces = Case::new(64, 3_000, 2_500, 2);
    pieces.layers.remove(1);
    let mut search = Case::new(6, 21, 21, 3);
    search.optimizer = Optimizer::named("lbfgs").unwrap();
    let graph = Case { layers: every_layer(), x: numbers("x", 21, INPUTS), ..Case::new(1, 21, 11, 2) };
    for (name, mut training) in [("large", large()), ("pieces", pieces), ("search", search), ("graph", graph)] {
        if name == "graph" {
            training.x.as_mut_slice().chunks_mut(INPUTS).for_each(|row| row[INPUTS - IDS..].fill(1.0));
        }
        for threads in [1, 2] {
            let mut profile = StepProfile::default();
            let watched = training.run_with(threads, Simd::detect(), Some(&mut profile));
            assert!(watched == training.run(threads, Simd::detect()), "{name}");
            let Fit { epochs, batch_size, .. } = training.settings;
            assert_eq!(profile.steps, (epochs * training.x.rows().div_ceil(batch_size)) as u64, "{name}");
            assert_eq!(profile.validations, epochs as u64, "{name}");
        }
    }
}

#[test]
fn trainings_side_by_side_do_not_touch_each_other() {
    let training = large();
    let alone = training.run(1, Simd::detect());
    let other = Case { settings: Fit { seed: 2, ..training.settings.clone() }, ..large() };
    std::thread::scope(|scope| {
        let same = [(), ()].map(|()| scope.spawn(|| training.run(2, Simd::detect())));
        let different = scope.spawn(|| other.run(2, Simd::detect()));
        for run in same {
            assert!(run.join().unwrap() == alone);
        }
        assert!(different.join().unwrap() != alone);
    });
}

/// Layers that do nothing in a training: nothing about it changes, not even the masks of a dropout with a name.
#[test]
fn a_dropout_of_nothing_changes_nothing() {
    let named = |rate, name: &str| ConnectedLayer::from(Dropout { rate, name: Some(name.into()) });
    let mut training = Case::new(8, 50, 16, 3);
    training.layers[2] = named(0.25, "mask");
    let without = training.run(1, Simd::detect());
    training.layers.insert(1, named(0.0, "nothing"));
    training.layers.insert(5, named(0.0, "nothing either"));
    assert!(training.run(1, Simd::detect()) == without);
    training.layers[3] = named(0.25, "another mask");
    assert!(training.run(1, Simd::detect()) != without, "the mask does not depend on its layer's name");
}

/// With a learning rate of 0 and a last kernel of 0 every network predicts 0, and the loss after each batch tells which
/// rows were in it.
#[test]
fn layers_do_not_shift_the_shuffle() {
    let order = |layers: Vec<ConnectedLayer>, seed: u64| {
        let mut training = Case::new(8, 50, 16, 3);
        let last = Dense { kernel_initializer: Zeros::default().into(), ..Dense::new(1) };
        training.layers = layers.into_iter().chain([last.into()]).collect();
        training.y = numbers("y", 50, 1);
        training.loss = MeanSquaredError::default().into();
        training.optimizer = SGD { learning_rate: 0.0.into(), ..SGD::default() }.into();
        training.settings.seed = seed;
        training.run(1, Simd::detect()).2
    };
    let plain = order(vec![], 1);
    let dropout = || ConnectedLayer::from(Dropout { rate: 0.5, ..Dropout::default() });
    assert_eq!(order(vec![dropout()], 1), plain);
    assert_eq!(
        order(vec![Dense::new(16).into(), BatchNormalization::default().into(), dropout(), dropout()], 1),
        plain
    );
    assert_ne!(order(vec![], 2), plain, "the seed does not change the order");
    assert_ne!(plain[0], plain[4], "every epoch has the same order");
}
