//! After the first batch a step of training allocates nothing, and an evaluation allocates the same for any number of
//! rows: counted by an allocator, over a network with every layer and activation, and every metric, optimizer and loss.
//!
//! All stands in one test: the counter sees every thread of the process.

#[path = "library/every_layer/mod.rs"]
mod every_layer;

use every_layer::{IDS, INPUTS, every_layer};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use treino::activations::Activation;
use treino::callbacks::EarlyStopping;
use treino::catalog::{Entries, Field, Value};
use treino::events::Event;
use treino::events::Gate;
use treino::layers::{self, BatchNormalization, ConnectedLayer, Dense, Dropout, InputLayer, Normalization};
use treino::losses::{Loss, TargetKind};
use treino::metrics::{Metric, NamedMetric};
use treino::network::Network;
use treino::optimizers::{Optimizer, SGD};
use treino::regularizers::{L1L2, L2};
use treino::rows::Matrix;
use treino::train::Compile;
use treino::train::{Examples, Fit, Session, StepProfile, Training, fit};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all calls go to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const WIDTH: usize = 64;
const BATCH: usize = 256;

/// Numbers that come out for a loss.
fn outputs(loss: &Loss) -> usize {
    if matches!(
        loss.inner().targets(),
        TargetKind::OneHot | TargetKind::ClassNumbers | TargetKind::Classes | TargetKind::Groups
    ) {
        3
    } else {
        1
    }
}

/// Layers in a row, with every activation between dense layers if asked; a product large enough for two threads.
fn chain(loss: &Loss, every_activation: bool) -> Vec<ConnectedLayer> {
    let penalty = Some(L1L2 { l1: 1e-4, l2: 1e-4 }.into());
    let mut layers: Vec<ConnectedLayer> = vec![
        InputLayer { shape: Some(vec![4]), ..InputLayer::default() }.into(),
        Normalization::default().into(),
        Dense { kernel_regularizer: penalty.clone(), activity_regularizer: penalty, ..Dense::new(WIDTH) }.into(),
        BatchNormalization { gamma_regularizer: Some(L2 { l2: 1e-4 }.into()), ..BatchNormalization::default() }.into(),
        Dropout { rate: 0.2, ..Dropout::default() }.into(),
        Dense { trainable: false, ..Dense::new(WIDTH) }.into(),
        BatchNormalization { trainable: false, ..BatchNormalization::default() }.into(),
    ];
    if every_activation {
        for thing in Activation::COMPONENTS {
            let activation = Activation::named(thing.name).unwrap();
            layers.push(layers::Activation { activation, ..layers::Activation::default() }.into());
            layers.push(Dense::new(4).into());
            layers.push(BatchNormalization::default().into());
        }
    }
    let last = match loss.inner().targets() {
        TargetKind::Probabilities | TargetKind::Shares => "sigmoid",
        TargetKind::OneHot | TargetKind::ClassNumbers | TargetKind::Classes | TargetKind::Groups => "softmax",
        TargetKind::Amounts => "softplus",
        TargetKind::Numbers | TargetKind::Signs => "linear",
    };
    layers.push(Dense::new(outputs(loss)).activation(Activation::named(last).unwrap()).into());
    layers
}

/// An optimizer with every option that all share.
fn with_all_options(name: &str) -> Optimizer {
    let mut table = Entries::default();
    let mut set = |key: &str, value: Value| table.set(key, value.into());
    set("type", Value::Text(name.to_string()));
    set("learning_rate", Value::Text("exponential_decay".to_string()));
    set("weight_decay", Value::Float(0.01));
    set("global_clipnorm", Value::Float(1.0));
    set("use_ema", Value::Bool(true));
    set("ema_overwrite_frequency", Value::Int(2));
    set("loss_scale_factor", Value::Float(4.0));
    set("gradient_accumulation_steps", Value::Int(2));
    set("exclude_from_weight_decay", Value::List(vec![Value::Text("bias".to_string()).into()]));
    Optimizer::read(&Value::Table(table).into(), "optimizer").unwrap()
}

/// Trains and checks: allocations between batches, and between the last batch of an epoch and its end, which are those
/// of an evaluation and of writing its numbers down.
fn evaluation_allocations(
    loss: &Loss,
    optimizer: Optimizer,
    threads: usize,
    layers: &[ConnectedLayer],
    val_rows: usize,
) -> usize {
    let outputs = outputs(loss);
    let mut network = Network::build(INPUTS, layers).unwrap();
    network.initialize(1);
    let metrics = Metric::COMPONENTS
        .iter()
        .map(|thing| NamedMetric::typed(thing.name).unwrap())
        // The exact area keeps every row of an epoch, and says so.
        .filter(|m| m.metric.name() != "exact_auc")
        .filter(|m| m.metric.inner().check(network.outputs(), network.outputs()).is_ok())
        .collect();
    let compile = Compile::new(optimizer, loss.clone(), metrics);
    let x = |rows: usize| {
        let number = |i: usize| match (i / INPUTS, i % INPUTS) {
            (row, column) if column >= INPUTS - IDS => (row % 3) as f32,
            (row, column) => ((row * 4 + column) * 37 % 101) as f32 / 50.0 - 1.0,
        };
        Matrix::new(rows, INPUTS, (0..rows * INPUTS).map(number).collect())
    };
    let y = |rows: usize| {
        let class = |row: usize| row % outputs.max(2);
        match loss.inner().targets() {
            TargetKind::ClassNumbers => Matrix::new(rows, 1, (0..rows).map(|row| class(row) as f32).collect()),
            TargetKind::OneHot => {
                let mut y = Matrix::zeros(rows, outputs);
                (0..rows).for_each(|row| y.as_mut_slice()[row * outputs + class(row)] = 1.0);
                y
            }
            // A percentage of a target of 0 is beyond all numbers.
            TargetKind::Numbers => Matrix::new(rows, 1, (0..rows).map(|row| class(row) as f32 + 1.0).collect()),
            _ => Matrix::new(rows, 1, (0..rows).map(|row| class(row) as f32).collect()),
        }
    };
    let rows = 5 * BATCH + 7;
    let (x_train, y_train, x_val, y_val) = (x(rows), y(rows), x(val_rows), y(val_rows));
    let batch_size = if compile.optimizer.inner().line_search().is_some() { rows } else { BATCH };
    let steps = rows.div_ceil(batch_size);
    let weights = vec![0.5; x_train.rows()];
    let settings = Fit { epochs: 3, batch_size, ..Fit::default() };
    let callbacks = [EarlyStopping { patience: 9, restore_best_weights: true, ..EarlyStopping::default() }.into()];
    let training = Training {
        compile: &compile,
        train: Examples::new(&x_train, &y_train).weighted(Some(&weights)),
        validation: Some(Examples::new(&x_val, &y_val)),
        settings: &settings,
        callbacks: &callbacks,
        units: None,
        noise: None,
        model_file: None,
    };
    let gate = Gate::new();
    let mut marks: Vec<(bool, usize, usize)> = Vec::with_capacity(100);
    let mut observer = |event: &Event| {
        let now = ALLOCATIONS.load(Ordering::SeqCst);
        match event {
            Event::Batch { step, .. } => marks.push((false, *step, now)),
            Event::Epoch { epoch, .. } => marks.push((true, *epoch, now)),
            _ => {}
        }
    };
    let mut profile = StepProfile::default();
    let mut session = Session::new(threads, &gate, &mut observer);
    // Whoever takes the time allocates nothing either.
    session.profile = (threads == 1).then_some(&mut profile);
    let history = fit(&mut network, &training, &mut session).unwrap();
    let (loss, optimizer) = (loss.name(), compile.optimizer.name());
    assert_eq!(history.epochs.len(), 3, "{loss}, {optimizer}: {:?}", history.ending);
    let mut evaluations = Vec::new();
    for pair in marks.windows(2) {
        let ((was_epoch, epoch, before), (is_epoch, step, after)) = (pair[0], pair[1]);
        if is_epoch {
            evaluations.push(after - before);
        } else if !was_epoch || epoch > 0 {
            // The first epoch's end makes room for the history; after that the first step of an epoch counts too.
            assert_eq!(after - before, 0, "{loss} and {optimizer} in step {step} with {threads} threads");
        }
    }
    assert_eq!((marks.len(), evaluations.len()), (3 * (steps + 1), 3));
    evaluations[1]
}

#[test]
fn a_step_allocates_nothing() {
    // The counter counts.
    let before = ALLOCATIONS.load(Ordering::SeqCst);
    drop(std::hint::black_box(vec![1_u8]));
    assert!(ALLOCATIONS.load(Ordering::SeqCst) > before);

    for threads in [1, 2] {
        for (i, thing) in Loss::COMPONENTS.iter().enumerate() {
            let loss = Loss::named(thing.name).unwrap();
            // Errors in percent of a target of 0 are huge.
            let sgd = || SGD { global_clipnorm: Some(1.0), ..SGD::default() }.into();
            let layers = chain(&loss, i == 0);
            // The rows repeat after 606, so that both see the same losses and keep the same epochs.
            let [few, many] = [606, 1212].map(|rows| evaluation_allocations(&loss, sgd(), threads, &layers, rows));
            assert_eq!(few, many, "{}: an evaluation allocates by the rows, {threads} threads", thing.name);
        }
        // An expression with branches, rows and a long program.
        let written =
            "where(y_pred > y_true, logsumexp(y_pred), sum(softmax(y_pred)) ** 1.5) + abs(y_true - y_pred) % 2";
        let loss = Loss::named(written).unwrap();
        evaluation_allocations(&loss, SGD::default().into(), threads, &chain(&loss, false), 300);
        let loss = Loss::named("mean_squared_error").unwrap();
        let [few, many] =
            [606, 1212].map(|rows| evaluation_allocations(&loss, SGD::default().into(), threads, &every_layer(), rows));
        assert_eq!(few, many, "every layer: an evaluation allocates by the rows, {threads} threads");
        let layers = chain(&loss, false);
        for thing in Optimizer::COMPONENTS {
            evaluation_allocations(&loss, Optimizer::named(thing.name).unwrap(), threads, &layers, 300);
            if thing.param("clipnorm").is_some() {
                evaluation_allocations(&loss, with_all_options(thing.name), threads, &layers, 300);
            }
        }
    }
}
