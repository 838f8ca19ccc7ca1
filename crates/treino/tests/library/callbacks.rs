//! What callbacks do to a training, and what they refuse before it.

use std::path::Path;
use treino::Result;
use treino::callbacks::{
    BackupAndRestore, CSVLogger, Callback, EarlyStopping, Frequency, LearningRateScheduler, ModelCheckpoint,
    ReduceLROnPlateau, SwapEMAWeights, TensorBoard, TerminateOnNaN,
};
use treino::events::Gate;
use treino::events::{Ending, Event, History};
use treino::initializers::Constant;
use treino::layers::Dense;
use treino::losses::MeanSquaredError;
use treino::metrics::NamedMetric;
use treino::network::Network;
use treino::optimizers::{Adam, Optimizer, SGD};
use treino::rows::Matrix;
use treino::schedules::{ExponentialDecay, PiecewiseConstantDecay};
use treino::store::{TrainedModel, read_weights};
use treino::train::{Compile, Examples, Fit, Session, Training, evaluate, fit};

fn numbers(seed: u32, rows: usize, cols: usize) -> Matrix {
    let number = |i: u32| ((i + seed).wrapping_mul(2_654_435_761) >> 16) as f32 / 32768.0 - 1.0;
    Matrix::new(rows, cols, (0..(rows * cols) as u32).map(number).collect())
}

/// One dense unit on 20 rows of 2 numbers; 10 rows to validate on.
struct Setting {
    compile: Compile,
    settings: Fit,
    x: [Matrix; 2],
    y: [Matrix; 2],
}

/// What a training left.
struct Outcome {
    network: Network,
    history: History,
    /// What was told.
    told: Vec<String>,
}

impl Setting {
    fn new(optimizer: impl Into<Optimizer>) -> Self {
        let metrics = vec![NamedMetric::typed("mean_absolute_error").unwrap()];
        Setting {
            compile: Compile::new(optimizer, MeanSquaredError::default(), metrics),
            settings: Fit { epochs: 4, batch_size: 8, shuffle: false, ..Fit::default() },
            x: [numbers(1, 20, 2), numbers(77, 10, 2)],
            y: [numbers(5, 20, 1), numbers(99, 10, 1)],
        }
    }

    fn examples(&self, which: usize) -> Examples<'_> {
        Examples::new(&self.x[which], &self.y[which])
    }

    fn run(&self, callbacks: &[Callback]) -> Result<Outcome> {
        let kernel = Constant { value: 0.5 };
        let layer = Dense { kernel_initializer: kernel.into(), ..Dense::new(1) };
        let mut network = Network::build(2, &[layer]).unwrap();
        network.initialize(1);
        let training = Training {
            compile: &self.compile,
            train: self.examples(0),
            validation: Some(self.examples(1)),
            settings: &self.settings,
            callbacks,
            units: None,
            noise: None,
            model_file: Some(&|network| TrainedModel::bare(network, Some(&self.compile), callbacks).to_bytes()),
        };
        let mut told = Vec::new();
        let mut observer = |event: &Event| match event {
            Event::LearningRate { epoch, rate } => told.push(format!("{epoch} rate {rate}")),
            Event::Saved { epoch, path } => {
                let name = Path::new(path).file_name().unwrap().to_string_lossy().into_owned();
                told.push(format!("{epoch} saved {name}"));
            }
            Event::Stopped { epoch, .. } => told.push(format!("{epoch} stopped")),
            Event::Restored { epoch } => told.push(format!("{epoch} restored")),
            _ => {}
        };
        let gate = Gate::new();
        let history = fit(&mut network, &training, &mut Session::new(1, &gate, &mut observer))?;
        Ok(Outcome { network, history, told })
    }

    fn val_loss(&self, network: &Network) -> f64 {
        let logs = Session::quiet(|session| evaluate(network, &self.compile, self.examples(1), None, session));
        logs.unwrap().get("loss").unwrap()
    }
}

fn weights(network: &Network) -> Vec<f32> {
    network.named_weights().flat_map(|(_, _, numbers)| numbers.to_vec()).collect()
}

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

#[test]
fn a_reduced_rate_is_in_the_history_and_is_told() {
    let mut setting = Setting::new(SGD { learning_rate: 0.1.into(), ..SGD::default() });
    setting.settings.epochs = 5;
    let callback = ReduceLROnPlateau { patience: 1, factor: 0.1, min_delta: 100.0, ..ReduceLROnPlateau::default() };
    let outcome = setting.run(&[callback.into()]).unwrap();
    let rates = outcome.history.series("learning_rate");
    for (rate, expected) in rates.iter().zip([0.1, 0.1, 0.01, 0.001, 0.0001]) {
        assert!((rate - expected).abs() < 1e-12 * expected, "{rates:?}");
    }
    assert_eq!(outcome.told.len(), 4);
    assert!(outcome.told[0].starts_with("1 rate 0.01"), "{:?}", outcome.told);
}

#[test]
fn a_scheduled_rate_is_that_of_the_same_schedule_by_steps() {
    // 3 steps an epoch.
    let steps = PiecewiseConstantDecay { boundaries: vec![2, 5, 8], values: vec![0.1, 0.1, 0.05, 0.025] };
    let by_steps = Setting::new(SGD { learning_rate: steps.into(), ..SGD::default() }).run(&[]).unwrap();
    let callback = LearningRateScheduler::new("where(epoch < 2, lr, lr * 0.5)").unwrap();
    let setting = Setting::new(SGD { learning_rate: 0.1.into(), ..SGD::default() });
    let outcome = setting.run(&[callback.into()]).unwrap();
    assert_eq!(outcome.history.series("learning_rate"), [0.1, 0.1, 0.05, 0.025]);
    assert_eq!(weights(&outcome.network), weights(&by_steps.network));

    // What is no rate ends the training: before it, or when it comes to that.
    for (schedule, words) in
        [("-lr", "gives -0.1 in epoch 1"), ("log(2.5 - epoch)", "in epoch 3, but a rate must be at least 0")]
    {
        let e = setting.run(&[LearningRateScheduler::new(schedule).unwrap().into()]).map(drop).unwrap_err();
        assert!(e.message().contains(words), "{e}");
    }
    let e = LearningRateScheduler::new("epohc * 2").unwrap_err();
    assert!(e.to_string().contains("did you mean \"epoch\"?"), "{e}");
}

#[test]
fn validation_sees_the_average_and_training_goes_on_without_it() {
    let ema = SGD { learning_rate: 0.3.into(), use_ema: true, ema_momentum: 0.8, ..SGD::default() };
    let setting = Setting::new(ema);
    let plain = setting.run(&[]).unwrap();
    for swap_on_epoch in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let swap = SwapEMAWeights { swap_on_epoch };
        let filepath = path(&folder, "{epoch}.safetensors");
        let save = ModelCheckpoint { filepath, save_weights_only: true, ..ModelCheckpoint::default() };
        let swapped = setting.run(&[swap.into(), save.into()]).unwrap();
        // The weights go their way as before, and the average is what remains.
        assert_eq!(swapped.history.series("loss"), plain.history.series("loss"));
        assert_eq!(weights(&swapped.network), weights(&plain.network));
        assert_ne!(swapped.history.series("val_loss"), plain.history.series("val_loss"));
        assert_eq!(*swapped.history.series("val_loss").last().unwrap(), setting.val_loss(&plain.network));
        let mut saved = plain.network.clone();
        read_weights(&mut saved, &folder.path().join("4.safetensors")).unwrap();
        assert_eq!(weights(&saved) == weights(&plain.network), swap_on_epoch);
        // What was validated is what was saved, where the average stays in place.
        read_weights(&mut saved, &folder.path().join("2.safetensors")).unwrap();
        assert_eq!(setting.val_loss(&saved) == swapped.history.series("val_loss")[1], swap_on_epoch);
    }
    // Stopped early, it ends with the average too.
    let stop = EarlyStopping { patience: 1, min_delta: 100.0, ..EarlyStopping::default() };
    let outcome = setting.run(&[SwapEMAWeights { swap_on_epoch: true }.into(), stop.into()]).unwrap();
    assert!(matches!(outcome.history.ending, Ending::Stopped { epoch: 1, .. }));
    assert_eq!(setting.val_loss(&outcome.network), outcome.history.series("val_loss")[1]);
}

#[test]
fn a_loss_that_is_not_finite_can_be_an_end_or_a_failure() {
    // The first epoch is finite; then the steps overshoot.
    let mut setting = Setting::new(SGD { learning_rate: 1e3.into(), ..SGD::default() });
    setting.settings.epochs = 50;
    let diverged = setting.run(&[]).unwrap();
    assert!(matches!(diverged.history.ending, Ending::Diverged(_)), "{:?}", diverged.history.ending);
    let epochs = diverged.history.epochs.len();
    assert!(epochs > 0);

    let best = EarlyStopping { patience: 99, restore_best_weights: true, ..EarlyStopping::default() };
    let stopped = setting.run(&[TerminateOnNaN::default().into(), best.into()]).unwrap();
    assert!(matches!(stopped.history.ending, Ending::Stopped { epoch, .. } if epoch + 1 == epochs));
    assert_eq!(stopped.told, [format!("{} stopped", epochs - 1), "0 restored".to_string()]);
    assert_eq!(weights(&stopped.network), weights(&diverged.network));

    let e = setting.run(&[TerminateOnNaN { raise_error: true }.into()]).map(drop).unwrap_err();
    assert_eq!(e.exit_code(), 3);
    assert!(e.message().contains("diverged"), "{e}");
}

#[test]
fn saved_models_are_those_of_their_time() {
    let setting = Setting::new(Adam::default());
    let folder = tempfile::tempdir().unwrap();
    let whole = ModelCheckpoint::new(path(&folder, "new/{epoch:02d}-{val_loss:.3f}.safetensors"));
    let filepath = path(&folder, "{epoch}-{batch}.safetensors");
    let batches = ModelCheckpoint { filepath, save_freq: Frequency::Batches(2), ..ModelCheckpoint::default() };
    let outcome = setting.run(&[whole.into(), batches.into()]).unwrap();
    let last = outcome.told.iter().rfind(|told| told.starts_with("3 saved 04-")).unwrap();
    let file = folder.path().join("new").join(last.strip_prefix("3 saved ").unwrap());
    let bundle = TrainedModel::open(&file).unwrap();
    assert_eq!(weights(&bundle.network), weights(&outcome.network));
    assert_eq!(bundle.compile.unwrap(), setting.compile);
    // 3 batches an epoch, counted across epochs.
    for name in ["1-2", "2-1", "2-3", "3-2", "4-1", "4-3"] {
        assert!(folder.path().join(format!("{name}.safetensors")).is_file(), "{name}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 7);
}

/// What an event file holds: step, tag, and the number or the counts of a histogram. Every checksum is checked.
fn events(folder: &Path) -> Vec<(u64, String, Vec<f64>)> {
    let crc = |bytes: &[u8]| {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0x82F6_3B78 } else { 0 })
        };
        let crc = !bytes.iter().fold(!0, step);
        crc.rotate_right(15).wrapping_add(0xA282_EAD8)
    };
    fn varint(bytes: &mut &[u8]) -> u64 {
        let length = bytes.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
        let number = bytes[..length].iter().rev().fold(0, |n, byte| n << 7 | u64::from(byte & 0x7F));
        *bytes = &bytes[length..];
        number
    }
    /// The fields of a message: number, whole number, bytes.
    fn fields(mut bytes: &[u8]) -> Vec<(u64, u64, Vec<u8>)> {
        let mut found = Vec::new();
        while !bytes.is_empty() {
            let key = varint(&mut bytes);
            let (number, length) = match key & 7 {
                0 => (varint(&mut bytes), 0),
                1 => (0, 8),
                2 => (0, varint(&mut bytes) as usize),
                5 => (0, 4),
                other => panic!("wire type {other}"),
            };
            let (content, rest) = bytes.split_at(length);
            found.push((key >> 3, number, content.to_vec()));
            bytes = rest;
        }
        found
    }
    let doubles = |bytes: &[u8]| bytes.chunks(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect::<Vec<_>>();
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].file_name().unwrap().to_str().unwrap().contains("tfevents"));
    let file = std::fs::read(&files[0]).unwrap();
    let (mut rest, mut found, mut first) = (&file[..], Vec::new(), true);
    while !rest.is_empty() {
        let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
        let masked = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
        assert_eq!(masked(8), crc(&rest[..8]));
        let bytes = &rest[12..12 + length];
        assert_eq!(masked(12 + length), crc(bytes));
        rest = &rest[16 + length..];
        let event = fields(bytes);
        let time = doubles(&event.iter().find(|(field, ..)| *field == 1).unwrap().2)[0];
        assert!(time > 1.7e9, "{time}");
        if std::mem::take(&mut first) {
            assert_eq!(event.iter().find(|(field, ..)| *field == 3).unwrap().2, b"brain.Event:2");
            continue;
        }
        let step = event.iter().find(|(field, ..)| *field == 2).unwrap().1;
        for (_, _, value) in fields(&event.iter().find(|(field, ..)| *field == 5).unwrap().2) {
            let parts = fields(&value);
            let tag = String::from_utf8(parts[0].2.clone()).unwrap();
            let (field, _, content) = &parts[1];
            let numbers = match field {
                2 => vec![f64::from(f32::from_le_bytes(content[..].try_into().unwrap()))],
                5 => doubles(&fields(content).into_iter().find(|(field, ..)| *field == 7).unwrap().2),
                other => panic!("field {other}"),
            };
            found.push((step, tag, numbers));
        }
    }
    found
}

#[test]
fn tensorboard_finds_every_number_of_the_history() {
    let mut setting = Setting::new(Adam::default());
    setting.settings.validation_freq = 2;
    let folder = tempfile::tempdir().unwrap();
    let board = TensorBoard { log_dir: path(&folder, "logs"), histogram_freq: 3, update_freq: Frequency::Batches(2) };
    let history = setting.run(&[board.into()]).unwrap().history;
    let (train, validation) =
        (events(&folder.path().join("logs/train")), events(&folder.path().join("logs/validation")));
    let find = |events: &[(u64, String, Vec<f64>)], tag: &str| -> Vec<(u64, f64)> {
        events.iter().filter(|(_, t, _)| t == tag).map(|(step, _, numbers)| (*step, numbers[0])).collect()
    };
    let single = |x: f64| f64::from(x as f32);
    for name in ["loss", "mean_absolute_error"] {
        let expected: Vec<(u64, f64)> =
            (0..).zip(&history.epochs).map(|(epoch, logs)| (epoch, single(logs.get(name).unwrap()))).collect();
        assert_eq!(find(&train, &format!("epoch_{name}")), expected);
        let at = |epoch: usize| single(history.epochs[epoch].get(&format!("val_{name}")).unwrap());
        assert_eq!(find(&validation, &format!("epoch_{name}")), [(1, at(1)), (3, at(3))]);
        let steps = find(&validation, &format!("evaluation_{name}_vs_iterations"));
        assert_eq!(steps, [(6, at(1)), (12, at(3))]);
        // 3 batches an epoch; the last batch of an epoch has seen all its rows.
        let batches = find(&train, &format!("batch_{name}"));
        assert_eq!(batches.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [2, 4, 6, 8, 10, 12]);
        assert_eq!(batches[2].1, expected[1].1);
    }
    let rate = single(0.001);
    assert_eq!(find(&train, "epoch_learning_rate"), [(0, rate), (1, rate), (2, rate), (3, rate)]);
    let kernels: Vec<_> = train.iter().filter(|(_, tag, _)| tag == "dense/kernel/histogram").collect();
    assert_eq!(kernels.iter().map(|(step, ..)| *step).collect::<Vec<_>>(), [0, 3]);
    assert!(kernels.iter().all(|(_, _, counts)| counts.iter().sum::<f64>() == 2.0));
}

#[test]
fn what_does_not_fit_the_training_is_refused_before_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let at = |name: &str| path(&folder, name);
    let reduce = ReduceLROnPlateau::default;
    let save = |name: &str| ModelCheckpoint::new(at(name));
    let log = |separator: &str| CSVLogger { separator: separator.into(), ..CSVLogger::new(at("log.csv")) };
    let batches = ModelCheckpoint { save_freq: Frequency::Batches(2), ..save("{val_loss}.safetensors") };
    let best = ModelCheckpoint { save_freq: Frequency::Batches(2), save_best_only: true, ..save("x.safetensors") };
    let cases: Vec<(Callback, &str)> = vec![
        (
            ReduceLROnPlateau { monitor: "val_los".into(), ..reduce() }.into(),
            "\"val_los\", which is not in the history",
        ),
        (SwapEMAWeights::default().into(), "sgd keeps none"),
        (ModelCheckpoint::new("").into(), "must end in .safetensors"),
        (save("x.keras").into(), "must end in .safetensors"),
        (save(".safetensors").into(), "no name before"),
        (save("{epoch:02d.safetensors").into(), "a { without its }"),
        (save("{epoch:02f}-{lost}.safetensors").into(), "{lost}, which names no number"),
        (save("{batch}.safetensors").into(), "{batch}, which names no number"),
        (save("{epoch:02x}.safetensors").into(), "no format for \"epoch\""),
        (batches.into(), "{val_loss}, which names no number"),
        (best.into(), "which is not known after batches"),
        (save("file/x.safetensors").into(), "cannot"),
        (CSVLogger::new("").into(), "needs a filename"),
        (CSVLogger::new(at("")).into(), "it is a folder"),
        (CSVLogger::new(at("file/log.csv")).into(), "cannot"),
        (log("").into(), "must be one character"),
        (log(";;").into(), "must be one character"),
        (log("1").into(), "must be one character"),
        (BackupAndRestore::new("").into(), "needs a backup_dir"),
        (BackupAndRestore::new(at("file")).into(), "cannot"),
        (TensorBoard { log_dir: at("file"), ..TensorBoard::default() }.into(), "cannot"),
        (TensorBoard { log_dir: String::new(), ..TensorBoard::default() }.into(), "needs a log_dir"),
    ];
    let setting = Setting::new(SGD::default());
    for (callback, words) in cases {
        let e = setting.run(std::slice::from_ref(&callback)).map(drop).unwrap_err();
        assert!(e.message().contains(words), "{callback:?}: {e}");
        assert_eq!(e.exit_code(), 2);
    }
    let e = setting.run(&[save("x.weights.h5").into()]).map(drop).unwrap_err();
    assert!(e.helps()[0].ends_with("x.safetensors\""), "{e}");
    let schedule = ExponentialDecay::default();
    let setting = Setting::new(SGD { learning_rate: schedule.into(), ..SGD::default() });
    let e = setting.run(&[reduce().into()]).map(drop).unwrap_err();
    assert!(e.message().contains("exponential_decay decides it"), "{e}");
    let e = setting.run(&[LearningRateScheduler::default().into()]).map(drop).unwrap_err();
    assert!(e.message().contains("exponential_decay decides it"), "{e}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something was left behind");
}
