//! Training state: saved and resumed, averaged, with schedules; trainings with a known result.

use super::cpu::Cpu;
use super::{Compile, Examples, Executor, Fit, PENALTY, Session, Setup, TargetScale, Training, evaluate, fit};
use crate::activations::{Sigmoid, Tanh};
use crate::constraints::{Constraint, NonNeg};
use crate::layers::{BatchNormalization, Dense, Dropout, Layer};
use crate::losses::{BinaryCrossentropy, Loss, MeanSquaredError};
use crate::metrics::NamedMetric;
use crate::network::Network;
use crate::optimizers::{Adam, AdamW, Lbfgs, Optimizer, SGD};
use crate::regularizers::L2;
use crate::schedules::{CosineDecay, PiecewiseConstantDecay};
use treino_core::catalog::{Entries, Field, Value};
use treino_core::rows::Matrix;
use treino_engine::simd::Simd;

const ROWS: usize = 24;

fn rows() -> (Matrix, Matrix) {
    let x: Vec<f32> = (0..ROWS * 3).map(|i| (i * 29 % 31) as f32 / 15.0 - 1.0).collect();
    let y = x.chunks(3).map(|row| f32::from(u8::from(row[0] * row[1] > 0.1 * row[2]))).collect();
    (Matrix::new(ROWS, 3, x), Matrix::new(ROWS, 1, y))
}

fn network() -> Network {
    let layers: [Layer; 4] = [
        Dense::new(5).activation(Tanh::default()).into(),
        BatchNormalization::default().into(),
        Dropout { rate: 0.3, ..Dropout::default() }.into(),
        Dense::new(1).activation(Sigmoid::default()).into(),
    ];
    let mut network = Network::build(3, &layers).unwrap();
    network.initialize(5);
    network
}

fn setup<'a>(network: &'a Network, compile: &'a Compile, batch_size: usize, noise: u64) -> Setup<'a> {
    Setup { network, compile, units: None, batch_size, noise, threads: 1, simd: Simd::detect() }
}

fn cpu(optimizer: &Optimizer) -> Cpu {
    cpu_in_batches(optimizer, if optimizer.inner().line_search().is_some() { ROWS } else { 7 })
}

fn cpu_in_batches(optimizer: &Optimizer, batch_size: usize) -> Cpu {
    let compile = Compile::new(optimizer.clone(), BinaryCrossentropy::default(), Vec::new());
    Cpu::new(&setup(&network(), &compile, batch_size, 5)).unwrap()
}

fn train(cpu: &mut Cpu, epochs: std::ops::Range<usize>) {
    let (x, y) = rows();
    for epoch in epochs {
        cpu.run_epoch(&Examples::new(&x, &y), None, epoch, &mut |_, _, _| true).unwrap();
    }
}

#[test]
fn a_resumed_training_gives_the_same_bits_with_every_optimizer() {
    for thing in Optimizer::COMPONENTS {
        let mut optimizers = vec![Optimizer::named(thing.name).unwrap()];
        if thing.param("use_ema").is_some() {
            // Four steps an epoch: the third epoch begins in the middle of an accumulation.
            let mut table = Entries::default();
            table.set("type", Value::Text(thing.name.into()).into());
            table.set("use_ema", Value::Bool(true).into());
            table.set("gradient_accumulation_steps", Value::Int(3).into());
            optimizers.push(Optimizer::read(&Value::Table(table).into(), "optimizer").unwrap());
        }
        for optimizer in &optimizers {
            let mut whole = cpu(optimizer);
            train(&mut whole, 0..2);
            let kept = whole.training_state();
            train(&mut whole, 2..5);

            let mut again = cpu(optimizer);
            train(&mut again, 0..1);
            again.resume(&kept).unwrap();
            train(&mut again, 2..5);
            let bits = |cpu: &Cpu| -> Vec<(String, Vec<u32>)> {
                let bits = |numbers: Vec<f32>| numbers.iter().map(|x| x.to_bits()).collect();
                cpu.training_state().buffers.into_iter().map(|(name, numbers)| (name, bits(numbers))).collect()
            };
            assert!(bits(&whole) == bits(&again), "{}", thing.name);
            // Checks that the comparison can fail: the resumed state is needed.
            let mut other = cpu(optimizer);
            train(&mut other, 2..5);
            assert!(bits(&other) != bits(&whole), "{}", thing.name);
        }
    }
    let e = cpu(&SGD::default().into()).resume(&cpu(&Adam::default().into()).training_state()).unwrap_err();
    assert!(
        e.message().contains("optimizer/momentum (") && e.message().contains("but this one wants weights ("),
        "{e}"
    );
}

#[test]
fn a_schedule_decides_alone_and_a_number_can_be_set() {
    let plan = CosineDecay { initial_learning_rate: 0.5, decay_steps: 8, ..CosineDecay::default() };
    let mut by_schedule = cpu(&SGD { learning_rate: plan.into(), ..SGD::default() }.into());
    assert_eq!(by_schedule.learning_rate(), 0.5);
    train(&mut by_schedule, 0..1);
    // Four batches: half way.
    assert!((by_schedule.learning_rate() - 0.25).abs() < 1e-9);
    let e = by_schedule.set_learning_rate(0.1).unwrap_err();
    assert_eq!(e.message(), "the learning rate cannot be set: cosine_decay decides it");

    let mut constant = cpu(&SGD::default().into());
    constant.set_learning_rate(0.25).unwrap();
    assert_eq!(constant.learning_rate(), 0.25);
    assert!(constant.set_learning_rate(f64::NAN).is_err() && constant.set_learning_rate(-1.0).is_err());
    let kept = constant.training_state();
    let mut again = cpu(&SGD::default().into());
    again.resume(&kept).unwrap();
    assert_eq!(again.learning_rate(), 0.25);
    assert!(cpu(&Lbfgs::default().into()).set_learning_rate(0.1).is_err());
}

#[test]
fn a_training_ends_with_the_average_of_its_weights() {
    let averaged = Adam { use_ema: true, ema_momentum: 0.5, learning_rate: 0.1.into(), ..Adam::default() };
    let (mut with, mut without) =
        (cpu(&averaged.into()), cpu(&Adam { learning_rate: 0.1.into(), ..Adam::default() }.into()));
    train(&mut with, 0..2);
    train(&mut without, 0..2);
    let (raw, average) = (with.snapshot(), with.training_state().buffers.pop().unwrap());
    assert_eq!((raw.weights == without.snapshot().weights, average.0.as_str()), (true, "optimizer/average"));
    with.swap_ema().unwrap();
    assert_eq!(with.snapshot().weights, average.1);
    with.swap_ema().unwrap();
    with.finish();
    assert_eq!(with.snapshot().weights, average.1);
    assert!(average.1 != raw.weights);
    without.finish();
    assert_eq!(without.snapshot().weights, raw.weights);
    let e = without.swap_ema().unwrap_err();
    assert_eq!(
        (e.message(), e.helps()),
        ("adam keeps no running average of the weights", &["set use_ema = true".to_string()][..])
    );
}

#[test]
fn a_loss_scale_cancels_out() {
    // Powers of two scale exactly: no bit changes, penalties on weights and outputs included.
    let penalty = Some(L2 { l2: 0.01 }.into());
    let layer = Dense { kernel_regularizer: penalty.clone(), activity_regularizer: penalty, ..Dense::new(1) };
    let weights = |factor: Option<f64>| {
        let mut network = Network::build(3, std::slice::from_ref(&layer)).unwrap();
        network.initialize(1);
        let optimizer = SGD { loss_scale_factor: factor, ..SGD::default() };
        let (x, y) = rows();
        run(&mut network, optimizer, MeanSquaredError::default(), (&x, &y), 8, 3);
        network.weights
    };
    assert_eq!(weights(None), weights(Some(1024.0)));
}

#[test]
fn constraints_have_the_last_word() {
    // Without a constraint the weight goes to -2 and back; with it every step ends at 0 or above.
    let (x, y) = (Matrix::new(1, 1, vec![1.0]), Matrix::new(1, 1, vec![-2.0]));
    let ends = |kernel_constraint: Option<Constraint>| {
        let layer = Dense { use_bias: false, kernel_constraint, ..Dense::new(1) };
        let mut network = Network::build(1, &[layer]).unwrap();
        network.weights[0] = 1.0;
        run(
            &mut network,
            SGD { learning_rate: 0.5.into(), ..SGD::default() },
            MeanSquaredError::default(),
            (&x, &y),
            1,
            1,
        );
        network.weights[0]
    };
    assert_eq!((ends(None), ends(Some(NonNeg {}.into()))), (-2.0, 0.0));

    let layer = Dense { kernel_constraint: Some(NonNeg {}.into()), ..Dense::new(1) };
    let network = Network::build(1, &[layer]).unwrap();
    let compile = Compile::new(Lbfgs::default(), MeanSquaredError::default(), Vec::new());
    let e = Cpu::new(&setup(&network, &compile, 1, 1)).unwrap_err();
    assert_eq!(e.message(), "dense/kernel has a constraint, but the line search of lbfgs knows none");
}

/// Trains in the order of the rows.
fn run(
    network: &mut Network,
    optimizer: impl Into<Optimizer>,
    loss: impl Into<Loss>,
    (x, y): (&Matrix, &Matrix),
    batch_size: usize,
    epochs: usize,
) {
    let compile = Compile::new(optimizer, loss, Vec::new());
    let settings = Fit { epochs, batch_size, shuffle: false, ..Fit::default() };
    let train = Examples::new(x, y);
    let training = Training {
        compile: &compile,
        train,
        validation: None,
        settings: &settings,
        callbacks: &[],
        units: None,
        noise: None,
        model_file: None,
    };
    Session::quiet(|session| fit(network, &training, session)).unwrap();
}

#[test]
fn lbfgs_finds_what_can_be_worked_out() {
    // One binary input: 1 of 4 without it are positive, 3 of 5 with it. b = ln(1/3), w = ln(3/2) - b.
    let x = Matrix::new(9, 1, vec![0., 0., 0., 0., 1., 1., 1., 1., 1.]);
    let y = Matrix::new(9, 1, vec![1., 0., 0., 0., 1., 1., 1., 0., 0.]);
    let mut network = Network::build(1, &[Dense::new(1).activation(Sigmoid::default())]).unwrap();
    network.initialize(3);
    run(&mut network, Lbfgs::default(), BinaryCrossentropy::default(), (&x, &y), 9, 20);
    let b = -(3.0_f64.ln());
    let [w, bias] = network.weights[..] else { panic!() };
    assert!((f64::from(bias) - b).abs() < 2e-3 && (f64::from(w) - 1.5_f64.ln() + b).abs() < 2e-3, "{w} {bias}");

    // Ridge regression through the origin: w = sum xy / (sum x^2 + n l2).
    let x = Matrix::new(4, 1, vec![1., 2., 3., 4.]);
    let y = Matrix::new(4, 1, vec![2., 1., 4., 3.]);
    let layer = Dense { use_bias: false, kernel_regularizer: Some(L2 { l2: 0.5 }.into()), ..Dense::new(1) };
    let mut network = Network::build(1, &[layer]).unwrap();
    network.initialize(3);
    run(&mut network, Lbfgs::default(), MeanSquaredError::default(), (&x, &y), 32, 10);
    assert!((network.weights[0] - 28.0 / 32.0).abs() < 1e-5, "{:?}", network.weights);
}

#[test]
fn lbfgs_moves_statistics_once_a_step_and_repeats_its_masks() {
    let (x, y) = rows();
    let epoch = |cpu: &mut Cpu| {
        let train = Examples::new(&x, &y);
        cpu.run_epoch(&train, None, 0, &mut |_, _, _| true).unwrap().logs.get("loss").unwrap()
    };
    let mut by_search = cpu(&Lbfgs::default().into());
    let mut by_rule = cpu_in_batches(&SGD::default().into(), ROWS);
    // One batch of all rows with the same weights updates the statistics in the same way.
    let before = epoch(&mut by_search);
    assert_eq!(epoch(&mut by_rule), before);
    assert_eq!(by_search.snapshot().state, by_rule.snapshot().state);
    assert!(by_search.snapshot().weights != by_rule.snapshot().weights);
    // The first epoch again, so that the masks are the same: the search has found a lower loss.
    let after = epoch(&mut by_search);
    assert!(after < before, "{before} {after}");
}

#[test]
fn what_cannot_be_is_said_once() {
    let refused = |optimizer: Optimizer| {
        let compile = Compile::new(optimizer, MeanSquaredError::default(), Vec::new());
        let (x, y) = rows();
        let train = Examples::new(&x, &y);
        let settings = Fit { batch_size: 10, epochs: 1, ..Fit::default() };
        let training = Training {
            compile: &compile,
            train,
            validation: None,
            settings: &settings,
            callbacks: &[],
            units: None,
            noise: None,
            model_file: None,
        };
        Session::quiet(|session| fit(&mut network(), &training, session)).unwrap_err().to_string()
    };
    let two = SGD { clipnorm: Some(1.0), clipvalue: Some(0.5), ..SGD::default() };
    assert!(refused(two.into()).starts_with("sgd has clipnorm and clipvalue at once"));
    let pattern = SGD { exclude_from_weight_decay: vec!["(".into()], ..SGD::default() };
    assert!(refused(pattern.into()).contains("exclude_from_weight_decay holds \"(\", which is no regular expression"));
    let uneven = PiecewiseConstantDecay { boundaries: vec![5, 10], ..PiecewiseConstantDecay::default() };
    let e = refused(SGD { learning_rate: uneven.into(), ..SGD::default() }.into());
    assert!(e.starts_with("piecewise_constant_decay has 2 boundaries and 2 values"), "{e}");
    let e = refused(Lbfgs::default().into());
    assert!(e.starts_with("lbfgs works on all 24 training rows at once, but batch_size is 10"), "{e}");
    let refused = |optimizer: Optimizer| optimizer.check().unwrap_err().to_string();
    assert!(refused(Lbfgs { c1: 0.9, c2: 0.1, ..Lbfgs::default() }.into()).contains("c1 must be below c2"));
    assert!(refused(AdamW { weight_decay: None, ..AdamW::default() }.into()).starts_with("adamw has no weight_decay"));
}

#[test]
fn metrics_in_own_units_do_not_lose_what_a_far_mean_would_swallow() {
    // An output of x itself: errors 0.25, -0.5 and 1 in the scale of the target, 15, -30 and 60 in its units, where
    // neighbours in single precision are 128 apart.
    let mut network = Network::build(1, &[Dense::new(1)]).unwrap();
    network.weights.copy_from_slice(&[1.0, 0.0]);
    let (x, y) = (Matrix::new(3, 1, vec![-1.0, 0.0, 1.0]), Matrix::new(3, 1, vec![-0.75, -0.5, 2.0]));
    let metrics = ["mean_squared_error", "root_mean_squared_error", "mean_absolute_error", "r2_score"];
    let metrics = metrics.map(|name| NamedMetric::typed(name).unwrap()).to_vec();
    let compile = Compile::new(SGD::default(), MeanSquaredError::default(), metrics);
    let units = [TargetScale { mean: 1.7e9, sd: 60.0 }];
    let data = Examples::new(&x, &y);
    let logs = Session::quiet(|session| evaluate(&network, &compile, data, Some(&units), session)).unwrap();
    let squares = 15.0 * 15.0 + 30.0 * 30.0 + 60.0 * 60.0;
    // The targets are 60 (-1, -0.75 and 1.75) from their mean.
    let deviations = 3600.0 * (1.0 + 0.5625 + 3.0625);
    for (name, wanted) in [
        ("mean_squared_error", squares / 3.0),
        ("root_mean_squared_error", (squares / 3.0_f64).sqrt()),
        ("mean_absolute_error", 35.0),
        ("r2_score", 1.0 - squares / deviations),
    ] {
        let found = logs.get(name).unwrap();
        assert!((found - wanted).abs() < 1e-6 * wanted, "{name}: {found}, not {wanted}");
    }
}

/// One weight, one step at rate 0: loss = mean of (w x - y)^2 + 0.5 w^2 + 0.25 mean of (w x)^2, computed by hand.
#[test]
fn penalties_are_reported_apart_and_are_part_of_the_loss() {
    let (x, y) = (Matrix::new(4, 1, vec![1., 2., 3., 4.]), Matrix::new(4, 1, vec![2., 1., 4., 3.]));
    let layer = Dense {
        use_bias: false,
        kernel_regularizer: Some(L2 { l2: 0.5 }.into()),
        activity_regularizer: Some(L2 { l2: 0.25 }.into()),
        ..Dense::new(1)
    };
    let mut network = Network::build(1, &[layer]).unwrap();
    network.weights[0] = 2.0;
    let compile =
        Compile::new(SGD { learning_rate: 0.0.into(), ..SGD::default() }, MeanSquaredError::default(), vec![]);
    assert_eq!(compile.log_names(&network), ["loss", PENALTY]);
    let mut cpu = Cpu::new(&setup(&network, &compile, 2, 0)).unwrap();
    let data = Examples::new(&x, &y);
    let squares = (1.0 + 4.0 + 9.0 + 16.0) / 4.0;
    let (task, penalty) = ((0.0 + 9.0 + 4.0 + 25.0) / 4.0, 0.5 * 4.0 + 0.25 * 4.0 * squares);
    for _ in 0..2 {
        let logs = cpu.run_epoch(&data, None, 0, &mut |_, _, _| true).unwrap().logs;
        assert_eq!(logs.0, [("loss".to_string(), task + penalty), (PENALTY.to_string(), penalty)]);
        assert_eq!(cpu.evaluate(&data), logs);
    }
}
