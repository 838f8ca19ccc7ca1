//! What `fit` does between the numbers: batches, validation, endings, names, and what it refuses.

use treino::Sequential;
use treino::activations::{Sigmoid, Softmax};
use treino::callbacks::{Callback, EarlyStopping};
use treino::error::Kind;
use treino::events::{Ending, Event, Gate, History};
use treino::initializers::{Constant, Identity};
use treino::layers::{self, Dense, Layer, Normalization};
use treino::losses::{
    BinaryCrossentropy, CategoricalCrossentropy, Dice, Loss, MeanSquaredError, SparseCategoricalCrossentropy,
};
use treino::metrics::NamedMetric;
use treino::network::Network;
use treino::optimizers::SGD;
use treino::rows::Matrix;
use treino::train::Compile;
use treino::train::{Examples, Fit, Session, Training, evaluate, fit, gradient};
use treino_engine::random::{Purpose, Stream};

fn numbers(name: &str, rows: usize, cols: usize) -> Matrix {
    let mut out = vec![0.0; rows * cols];
    Stream::new(1, Purpose::Init, name).fill_uniform(&mut out);
    Matrix::new(rows, cols, out.iter().map(|u| 2.0 * u - 1.0).collect())
}

fn compiled(loss: impl Into<Loss>, learning_rate: f64, metrics: &[&str]) -> Compile {
    let metrics = metrics.iter().map(|m| NamedMetric::typed(m).unwrap()).collect();
    Compile::new(SGD { learning_rate: learning_rate.into(), ..SGD::default() }, loss, metrics)
}

/// Two inputs, `hidden` with three units, `out` with one.
fn network() -> Network {
    let layers: [Layer; 2] = [
        Dense { name: Some("hidden".into()), ..Dense::new(3) }.into(),
        Dense { name: Some("out".into()), ..Dense::new(1) }.into(),
    ];
    let mut network = Network::build(2, &layers).unwrap();
    network.initialize(1);
    network
}

fn weights(network: &Network) -> Vec<f32> {
    network.named_weights().flat_map(|(_, _, numbers)| numbers.to_vec()).collect()
}

struct Data {
    x: Matrix,
    y: Matrix,
    x_val: Matrix,
    y_val: Matrix,
}

impl Data {
    fn new() -> Self {
        Data {
            x: numbers("x", 12, 2),
            y: numbers("y", 12, 1),
            x_val: numbers("x val", 5, 2),
            y_val: numbers("y val", 5, 1),
        }
    }

    fn run(&self, network: &mut Network, compile: &Compile, settings: &Fit, callbacks: &[Callback]) -> History {
        self.watched(network, compile, settings, callbacks, |_, _| {})
    }

    /// The same, watched by `see`, which may interrupt.
    fn watched(
        &self,
        network: &mut Network,
        compile: &Compile,
        settings: &Fit,
        callbacks: &[Callback],
        mut see: impl FnMut(&Event, &Gate),
    ) -> History {
        let gate = Gate::new();
        let train = Examples::new(&self.x, &self.y);
        let validation = Some(Examples::new(&self.x_val, &self.y_val));
        let training =
            Training { compile, train, validation, settings, callbacks, units: None, noise: None, model_file: None };
        let observer = &mut |event: &Event| see(event, &gate);
        fit(network, &training, &mut Session::new(1, &gate, observer)).unwrap()
    }
}

/// One weight, by hand: every row counts once an epoch, and the last batch divides by its own rows.
#[test]
fn the_last_batch_may_be_partial() {
    let start = Constant { value: 0.5 };
    let layer = Dense { use_bias: false, kernel_initializer: start.into(), ..Dense::new(1) };
    let mut network = Network::build(1, &[layer]).unwrap();
    network.initialize(1);
    let (x, y) = (numbers("x", 5, 1), numbers("y", 5, 1));
    let compile = compiled(MeanSquaredError::default(), 0.1, &[]);
    let settings = Fit { epochs: 2, batch_size: 2, shuffle: false, ..Fit::default() };
    let training = Training {
        compile: &compile,
        train: Examples::new(&x, &y),
        validation: None,
        settings: &settings,
        callbacks: &[],
        units: None,
        noise: None,
        model_file: None,
    };
    let gate = Gate::new();
    let mut steps_seen = Vec::new();
    let mut observer = |event: &Event| {
        if let Event::Batch { epoch, step, steps, .. } = *event {
            steps_seen.push((epoch, step, steps));
        }
    };
    let mut session = Session::new(1, &gate, &mut observer);
    let history = fit(&mut network, &training, &mut session).unwrap();

    let (mut w, mut losses) = (0.5_f64, Vec::new());
    for _ in 0..2 {
        let mut total = 0.0;
        for batch in [0..2, 2..4, 4..5] {
            let n = batch.len() as f64;
            let rows: Vec<_> = batch.map(|i| (f64::from(x.get(i, 0)), f64::from(y.get(i, 0)))).collect();
            total += rows.iter().map(|(x, y)| (w * x - y).powi(2)).sum::<f64>();
            w -= 0.1 * rows.iter().map(|(x, y)| 2.0 * (w * x - y) * x).sum::<f64>() / n;
        }
        losses.push(total / 5.0);
    }
    assert_eq!(steps_seen, [(0, 1, 3), (0, 2, 3), (0, 3, 3), (1, 1, 3), (1, 2, 3), (1, 3, 3)]);
    // Six steps in single precision on numbers below 1: each rounds a handful of times by at most 6e-8.
    for (ours, by_hand) in history.series("loss").iter().zip(&losses) {
        assert!((ours - by_hand).abs() < 2e-6, "{ours} {by_hand}");
    }
    let ours = f64::from(weights(&network)[0]);
    assert!((ours - w).abs() < 2e-6, "{ours} {w}");
    assert!((w - 0.5).abs() > 1e-2, "the weight did not move");
}

/// A batch larger than the data is all of it, as one step.
#[test]
fn a_batch_larger_than_the_data_is_the_data() {
    let (data, compile) = (Data::new(), compiled(MeanSquaredError::default(), 0.1, &[]));
    let settings = |batch_size| Fit { epochs: 3, batch_size, shuffle: false, ..Fit::default() };
    let (mut a, mut b) = (network(), network());
    let (history_a, history_b) =
        (data.run(&mut a, &compile, &settings(12), &[]), data.run(&mut b, &compile, &settings(1_000), &[]));
    assert_eq!((weights(&a), history_a), (weights(&b), history_b));
}

#[test]
fn validation_comes_every_validation_freq_epochs_and_changes_nothing() {
    let (data, compile) = (Data::new(), compiled(MeanSquaredError::default(), 0.1, &["mae"]));
    let settings = |validation_freq| Fit { epochs: 7, batch_size: 4, validation_freq, ..Fit::default() };
    let (mut every, mut third) = (network(), network());
    let always = data.run(&mut every, &compile, &settings(1), &[]);
    let sometimes = data.run(&mut third, &compile, &settings(3), &[]);
    assert_eq!(weights(&every), weights(&third));
    assert_eq!(always.series("loss"), sometimes.series("loss"));
    for (epoch, (a, s)) in always.epochs.iter().zip(&sometimes.epochs).enumerate() {
        let validates = epoch == 2 || epoch == 5;
        assert_eq!(s.get("val_loss"), a.get("val_loss").filter(|_| validates), "epoch {epoch}");
        assert_eq!(s.get("val_mae").is_some(), validates, "epoch {epoch}");
    }
    assert!(matches!(sometimes.best_epoch, Some(2 | 5)), "{:?}", sometimes.best_epoch);
    let csv = sometimes.csv();
    assert!(csv.starts_with("epoch,loss,mae,val_loss,val_mae\n1,"), "{csv}");
    assert_eq!(csv.lines().skip(1).filter(|line| line.ends_with(",,")).count(), 5);
    // An epoch without validation is none for patience: Keras passes over missing numbers.
    let stopping = EarlyStopping { patience: 1, min_delta: 1e9, ..EarlyStopping::default() };
    let stopped = data.run(&mut network(), &compile, &settings(3), &[stopping.into()]);
    let why = "val_loss has not improved by more than 1000000000 for 1 epoch".into();
    assert_eq!(stopped.ending, Ending::Stopped { epoch: 5, why });
    assert_eq!(stopped.epochs.len(), 6);
}

#[test]
fn early_stopping_in_a_training_puts_the_best_weights_back() {
    // More is called better, so the loss that falls never improves on its first epoch.
    let (data, compile) = (Data::new(), compiled(MeanSquaredError::default(), 0.05, &[]));
    let settings = Fit { epochs: 9, batch_size: 4, ..Fit::default() };
    let stopping = EarlyStopping {
        monitor: "loss".into(),
        mode: "max".parse().unwrap(),
        patience: 2,
        restore_best_weights: true,
        ..EarlyStopping::default()
    };
    let (mut stopped, mut one) = (network(), network());
    let mut restored = Vec::new();
    let history = data.watched(&mut stopped, &compile, &settings, &[stopping.clone().into()], |event, _| {
        if let Event::Restored { epoch } = event {
            restored.push(*epoch);
        }
    });
    assert_eq!((history.epochs.len(), history.kept_epoch, restored), (3, Some(0), vec![0]));
    data.run(&mut one, &compile, &Fit { epochs: 1, ..settings.clone() }, &[]);
    assert_eq!(weights(&stopped), weights(&one));

    // What it monitors is checked before the first epoch.
    let wrong = |monitor: &str, validation: bool| {
        let train = Examples::new(&data.x, &data.y);
        let callbacks = [EarlyStopping { monitor: monitor.into(), ..stopping.clone() }.into()];
        let validation = validation.then_some(train);
        let training = Training {
            compile: &compile,
            train,
            validation,
            settings: &settings,
            callbacks: &callbacks,
            units: None,
            noise: None,
            model_file: None,
        };
        Session::quiet(|session| fit(&mut network(), &training, session)).unwrap_err().to_string()
    };
    assert!(wrong("val_los", true).contains("did you mean \"val_loss\"?"));
    assert!(wrong("val_loss", false).contains("there are no validation rows"));
}

#[test]
fn a_training_that_diverges_says_where_and_keeps_the_best_weights() {
    let data = Data::new();
    let settings = |epochs, batch_size| Fit { epochs, batch_size, shuffle: false, ..Fit::default() };

    // The first step makes weights of about 1e30; the second layer then overflows in the second step, to both infinities, whose
    // sum is none. No epoch was finished, so the network stays as it was.
    let mut first = network();
    let history = data.run(&mut first, &compiled(MeanSquaredError::default(), 1e30, &[]), &settings(5, 4), &[]);
    let Ending::Diverged(divergence) = &history.ending else { panic!("{:?}", history.ending) };
    let e = divergence.error();
    assert_eq!(e.message(), "the training diverged at epoch 1, step 2: the output of layer out became NaN");
    assert!(e.helps()[0].ends_with("try `compile.optimizer.learning_rate = 0.01`"), "{e}");
    assert_eq!((e.kind(), e.exit_code()), (Kind::Diverged, 3));
    assert_eq!((history.epochs.len(), history.best_epoch, history.kept_epoch), (0, None, None));
    assert_eq!(weights(&first), weights(&network()));

    // One step an epoch: some epochs end before the overflow. The best of them is kept.
    let (mut some, mut again) = (network(), network());
    let compile = compiled(MeanSquaredError::default(), 100.0, &[]);
    let history = data.run(&mut some, &compile, &settings(50, 12), &[]);
    let Ending::Diverged(divergence) = &history.ending else { panic!("{:?}", history.ending) };
    assert_eq!(divergence.epoch, history.epochs.len());
    assert!(divergence.epoch > 0);
    let best = history.best_epoch.unwrap();
    let val = history.series("val_loss");
    assert!(val.iter().all(|v| v.is_nan() || *v >= val[best]), "{val:?}");
    assert_eq!(history.kept_epoch, Some(best));
    data.run(&mut again, &compile, &settings(best + 1, 12), &[]);
    assert_eq!(weights(&some), weights(&again));
    assert!(weights(&some).iter().all(|w| w.is_finite()));

    // What the last step of an epoch breaks is found before the next one.
    let mut last = network();
    let history = data.run(&mut last, &compiled(MeanSquaredError::default(), 3e38, &[]), &settings(5, 12), &[]);
    // Gradients of size 1 and more overflow times 3e38; smaller ones wait for the next epoch's loss.
    let Ending::Diverged(divergence) = &history.ending else { panic!("{:?}", history.ending) };
    assert!(
        divergence.epoch <= 1 && divergence.step == 0 && divergence.place.contains("became infinite"),
        "{divergence:?}"
    );
    assert!(weights(&last).iter().all(|w| w.is_finite()));

    // Keras's way in gives an error, and a model that still predicts.
    let mut model = Sequential::new().add(Dense::new(3)).add(Dense::new(1));
    model.compile(SGD { learning_rate: 1e30.into(), ..SGD::default() }, MeanSquaredError::default(), []).unwrap();
    assert_eq!(model.fit(&data.x, &data.y, &settings(5, 4)).unwrap_err().kind(), Kind::Diverged);
    assert!(model.predict(&data.x).unwrap().as_slice().iter().all(|p| p.is_finite()));
}

#[test]
fn a_validation_loss_that_is_no_number_is_not_the_best_for_long() {
    // The validation rows are so large that the squared error overflows, until the weights shrink: inf - inf is avoided,
    // infinity is enough, and the first finite number beats it.
    let mut data = Data::new();
    data.y = Matrix::zeros(12, 1);
    data.x_val = Matrix::new(5, 2, vec![3e19; 10]);
    let settings = Fit { epochs: 200, batch_size: 4, ..Fit::default() };
    let history = data.run(&mut network(), &compiled(MeanSquaredError::default(), 0.2, &[]), &settings, &[]);
    let val = history.series("val_loss");
    assert!(!val[0].is_finite() && val[199].is_finite(), "{val:?}");
    let best = history.best_epoch.unwrap();
    assert!(val[best].is_finite() && val.iter().all(|v| v.is_nan() || *v >= val[best]), "best {best}: {val:?}");
}

#[test]
fn an_interruption_keeps_the_best_weights() {
    let (data, compile) = (Data::new(), compiled(MeanSquaredError::default(), 0.3, &[]));
    let settings = |epochs| Fit { epochs, batch_size: 4, ..Fit::default() };
    let stop_at = |at: (usize, usize)| {
        let mut network = network();
        let history = data.watched(&mut network, &compile, &settings(20), &[], |event, gate| {
            if let Event::Batch { epoch, step, .. } = *event
                && (epoch, step) == at
            {
                gate.stop();
            }
        });
        assert_eq!(history.ending, Ending::Interrupted, "{at:?}");
        (network, history)
    };
    // In the middle of the fifth epoch, and at the end of it: four and five epochs are in the history.
    for (at, epochs) in [((4, 1), 4), ((4, 2), 4), ((4, 3), 5)] {
        let (interrupted, history) = stop_at(at);
        assert_eq!(history.epochs.len(), epochs, "{at:?}");
        let best = history.best_epoch.unwrap();
        assert_eq!(history.kept_epoch, Some(best));
        let mut again = network();
        data.run(&mut again, &compile, &settings(best + 1), &[]);
        assert_eq!(weights(&interrupted), weights(&again), "{at:?}");
    }
    // In the middle of the first: what there is, is kept.
    let (interrupted, history) = stop_at((0, 2));
    assert_eq!((history.epochs.len(), history.kept_epoch), (1, Some(0)));
    assert_ne!(weights(&interrupted), weights(&network()));
}

#[test]
fn names_that_come_twice_are_numbered() {
    let mut data = Data::new();
    data.y = Matrix::new(12, 1, data.y.as_slice().iter().map(|y| f32::from(u8::from(*y > 0.0))).collect());
    data.y_val = Matrix::new(5, 1, vec![1.0; 5]);
    let mut network = Network::build(2, &[Dense::new(1).activation(Sigmoid::default())]).unwrap();
    network.initialize(1);
    let compile = compiled(BinaryCrossentropy::default(), 0.1, &["accuracy", "mae", "accuracy", "accuracy"]);
    let history = data.run(&mut network, &compile, &Fit { epochs: 1, ..Fit::default() }, &[]);
    let plain = ["loss", "accuracy", "mae", "accuracy_1", "accuracy_2"];
    let names: Vec<String> = plain.iter().map(|n| n.to_string()).chain(plain.map(|n| format!("val_{n}"))).collect();
    assert_eq!(history.names(), names);
    assert_eq!(history.series("accuracy"), history.series("accuracy_2"));
}

/// What the loss, the network or the rows cannot take is refused with its place, by `fit`, `evaluate` and `gradient`.
#[test]
fn what_does_not_fit_is_refused() {
    let refused = |units: usize, loss: Loss, x: Matrix, y: Matrix, weights: Option<&[f32]>| {
        let layer = match loss.name() {
            "mean_squared_error" => Dense::new(units),
            "binary_crossentropy" => Dense::new(units).activation(Sigmoid::default()),
            _ => Dense::new(units).activation(Softmax::default()),
        };
        let mut network = Network::build(2, &[layer]).unwrap();
        let compile = compiled(loss, 0.1, &[]);
        let data = Examples::new(&x, &y).weighted(weights);
        Session::quiet(|session| {
            let settings = Fit { epochs: 1, ..Fit::default() };
            let job = |train, validation| Training {
                compile: &compile,
                train,
                validation,
                settings: &settings,
                callbacks: &[],
                units: None,
                noise: None,
                model_file: None,
            };
            let message = fit(&mut network, &job(data, None), session).unwrap_err().to_string();
            if x.rows() > 0 {
                assert_eq!(evaluate(&network, &compile, data, None, session).unwrap_err().to_string(), message);
                assert_eq!(gradient(&network, &compile, data, 1, session).unwrap_err().to_string(), message);
            } else {
                assert!(evaluate(&network, &compile, data, None, session).is_err());
                assert!(gradient(&network, &compile, data, 1, session).is_err());
            }
            message
        })
    };
    let x = || numbers("x", 3, 2);
    let column = |y: [f32; 3]| Matrix::new(3, 1, y.to_vec());
    let (mse, bce): (Loss, Loss) = (MeanSquaredError::default().into(), BinaryCrossentropy::default().into());
    let named = |name: &str| Loss::named(name).unwrap();
    let (cce, sparse): (Loss, Loss) =
        (CategoricalCrossentropy::default().into(), SparseCategoricalCrossentropy::default().into());

    for (message, expected) in [
        (
            refused(3, sparse.clone(), x(), column([0.0, 2.0, 3.0]), None),
            "the target of row 3 is 3, but sparse_categorical_crossentropy wants whole numbers from 0 to 2",
        ),
        (
            refused(3, sparse.clone(), x(), column([0.0, -1.0, 1.0]), None),
            "the target of row 2 is -1, but sparse_categorical_crossentropy wants whole numbers from 0 to 2",
        ),
        (
            refused(3, sparse.clone(), x(), column([0.5, 1.0, 1.0]), None),
            "the target of row 1 is 0.5, but sparse_categorical_crossentropy wants whole numbers from 0 to 2",
        ),
        (
            refused(1, bce.clone(), x(), column([0.0, 1.0, 2.0]), None),
            "the target of row 3 is 2, but binary_crossentropy wants numbers in [0, 1]",
        ),
        (
            refused(2, cce, x(), Matrix::new(3, 2, vec![0.0, 1.0, 1.0, 0.0, 1.0, -0.5]), None),
            "the target of row 3 is -0.5, but categorical_crossentropy wants numbers in [0, 1]",
        ),
        (
            refused(2, named("kld"), x(), Matrix::new(3, 2, vec![0.0, 1.0, 0.25, 0.5, 1.0, 0.0]), None),
            "the targets of row 2 sum to 0.75, but kl_divergence wants shares that sum to 1",
        ),
        (
            refused(1, named("poisson"), x(), column([0.0, 1.0, -2.0]), None),
            "the target of row 3 is -2, but poisson wants numbers of at least 0",
        ),
        (
            refused(1, named("msle"), x(), column([0.5, -1.0, 1.0]), None),
            "the target of row 2 is -1, but mean_squared_logarithmic_error wants numbers of at least 0",
        ),
        (
            refused(1, named("hinge"), x(), column([-1.0, 1.0, 2.0]), None),
            "the target of row 3 is 2, but hinge wants -1 and 1, or 0 and 1",
        ),
        (
            refused(1, named("dice"), x(), column([0.0, 1.5, 1.0]), None),
            "the target of row 2 is 1.5, but dice wants numbers in [0, 1]",
        ),
        (
            refused(2, named("circle"), x(), column([0.0, 7.0, 0.5]), None),
            "the target of row 3 is 0.5, but circle wants whole numbers",
        ),
        (
            refused(1, mse.clone(), x(), column([0.0, f32::NAN, 1.0]), None),
            "the target of row 2 is NaN, but mean_squared_error wants finite numbers",
        ),
        (
            refused(2, mse.clone(), x(), column([0.0; 3]), None),
            "mean_squared_error wants 2 target columns for an output of 2, but there are 1",
        ),
        (
            refused(3, sparse, x(), Matrix::zeros(3, 3), None),
            "sparse_categorical_crossentropy wants 1 target columns for an output of 3, but there are 3",
        ),
        (
            refused(1, mse.clone(), numbers("x", 3, 4), column([0.0; 3]), None),
            "the rows have 4 numbers, but the network takes 2",
        ),
        (refused(1, mse.clone(), x(), Matrix::zeros(2, 1), None), "there are 3 rows of inputs, but 2 of targets"),
        (refused(1, mse.clone(), x(), column([0.0; 3]), Some(&[1.0, 1.0])), "there must be one sample weight a row"),
        (
            refused(1, mse.clone(), x(), column([0.0; 3]), Some(&[1.0, f32::NAN, 1.0])),
            "the sample weight of row 2 is not a finite number",
        ),
        (
            refused(
                1,
                mse.clone(),
                Matrix::new(3, 2, vec![0.0, 0.0, 0.0, f32::INFINITY, 0.0, 0.0]),
                column([0.0; 3]),
                None,
            ),
            "column 2 of row 2 is inf, but inputs must be finite numbers",
        ),
        (refused(1, mse, Matrix::zeros(0, 2), Matrix::zeros(0, 1), None), "there are no rows to train on"),
    ] {
        assert_eq!(message.lines().next(), Some(expected));
    }
}

/// Dice of 40 rows is the mean of the 32 and the 8 that Keras evaluates at once, by their numbers.
#[test]
fn losses_that_look_at_a_batch_are_evaluated_in_batches() {
    let network = Network::build(1, &[layers::Activation::default()]).unwrap();
    let p: Vec<f32> = (0..40).map(|i| (i * 7 % 16) as f32 / 16.0).collect();
    let y: Vec<f32> = (0..40).map(|i| f32::from(u8::from(i % 3 == 0 || i >= 32))).collect();
    let compile = compiled(Dice::default(), 0.1, &[]);
    let loss = |rows: std::ops::Range<usize>| {
        let matrix = |numbers: &[f32]| Matrix::new(rows.len(), 1, numbers[rows.clone()].to_vec());
        let (x, y) = (matrix(&p), matrix(&y));
        let data = Examples::new(&x, &y);
        Session::quiet(|session| evaluate(&network, &compile, data, None, session)).unwrap().get("loss").unwrap()
    };
    assert!((loss(0..40) - (0.8 * loss(0..32) + 0.2 * loss(32..40))).abs() < 1e-12);
    let overlap = |rows: std::ops::Range<usize>| {
        let both: f32 = rows.clone().map(|i| y[i] * p[i]).sum();
        let all: f32 = rows.map(|i| y[i] + p[i]).sum();
        f64::from(1.0 - 2.0 * both / all)
    };
    assert!((loss(32..40) - overlap(32..40)).abs() < 1e-6 && (loss(0..40) - overlap(0..40)).abs() > 1e-4);
}

/// A metric that gives a number a class stands in the history under numbered names, which callbacks can watch.
#[test]
fn a_list_of_numbers_has_numbered_names() {
    let mut network = Network::build(2, &[Dense::new(3).activation(Softmax::default())]).unwrap();
    network.initialize(1);
    let (x, y) = (numbers("x", 9, 2), Matrix::new(9, 1, (0..9).map(|i| (i % 3) as f32).collect()));
    let compile = compiled(SparseCategoricalCrossentropy::default(), 0.1, &["f1_score", "accuracy"]);
    let data = Examples::new(&x, &y);
    let run = |network: &mut Network, monitor: &str| {
        let stopping =
            EarlyStopping { monitor: monitor.into(), patience: 1, min_delta: 2.0, ..EarlyStopping::default() };
        let (settings, callbacks) = (Fit { epochs: 9, ..Fit::default() }, [stopping.into()]);
        let training = Training {
            compile: &compile,
            train: data,
            validation: Some(data),
            settings: &settings,
            callbacks: &callbacks,
            units: None,
            noise: None,
            model_file: None,
        };
        Session::quiet(|session| fit(network, &training, session))
    };
    let history = run(&mut network, "val_f1_score_2").unwrap();
    assert_eq!(history.names()[..5], ["loss", "f1_score_0", "f1_score_1", "f1_score_2", "accuracy"]);
    // No score can rise by 2, so the second epoch ends it.
    assert_eq!(history.epochs.len(), 2);
    let e = run(&mut network, "val_f1_score").unwrap_err();
    assert!(e.message().contains("monitors \"val_f1_score\", which is not in the history"), "{e}");
}

#[test]
fn settings_and_shapes_that_cannot_work_are_errors_not_panics() {
    let (data, compile) = (Data::new(), compiled(MeanSquaredError::default(), 0.1, &[]));
    let empty = Matrix::zeros(0, 2);
    let no_targets = Matrix::zeros(0, 1);
    let message = |settings: &Fit, x_val: &Matrix, y_val: &Matrix, compile: &Compile| {
        let train = Examples::new(&data.x, &data.y);
        let validation = Some(Examples::new(x_val, y_val));
        let training = Training {
            compile,
            train,
            validation,
            settings,
            callbacks: &[],
            units: None,
            noise: None,
            model_file: None,
        };
        Session::quiet(|session| fit(&mut network(), &training, session)).unwrap_err().to_string()
    };
    let settings = Fit { epochs: 1, ..Fit::default() };
    assert_eq!(message(&settings, &empty, &no_targets, &compile), "there are no rows to validate on");
    let zero = Fit { batch_size: 0, ..settings.clone() };
    assert_eq!(message(&zero, &data.x, &data.y, &compile), "batch_size is 0, but must be at least 1");
    let zero = Fit { validation_freq: 0, ..settings.clone() };
    assert_eq!(message(&zero, &data.x, &data.y, &compile), "validation_freq is 0, but must be at least 1");
    // A metric that says nothing for one output.
    let metric = compiled(MeanSquaredError::default(), 0.1, &["categorical_accuracy"]);
    assert!(message(&settings, &data.x, &data.y, &metric).starts_with("categorical_accuracy needs one output a class"));

    let build = |layers: &[Layer]| Network::build(2, layers).unwrap_err().to_string();
    let dense = |name: &str| Dense { name: Some(name.into()), ..Dense::new(1) };
    assert!(build(&[]).starts_with("a network needs at least one layer"));
    assert!(build(&[dense("a").into(), dense("a").into()]).starts_with("two layers are called \"a\""));
    assert!(build(&[dense("a/b").into()]).starts_with("\"a/b\" cannot name a layer"));
    assert!(build(&[Dense::new(0).into()]).contains("layer 1 (dense)"));
    let bias = Dense { bias_initializer: Identity::default().into(), ..Dense::new(2) };
    assert!(build(&[bias.into()]).starts_with("identity can start a matrix"));
    let statistics =
        Normalization { mean: Some(vec![1.0; 3]), variance: Some(vec![1.0; 3]), ..Normalization::default() };
    assert!(build(&[statistics.into()]).starts_with("mean has 3 numbers for 2 columns"));
}
