//! A training that is interrupted and started again has the bits of one that was not.

use std::path::{Path, PathBuf};
use treino::Result;
use treino::callbacks::{
    BackupAndRestore, CSVLogger, Callback, EarlyStopping, Frequency, LearningRateScheduler, ModelCheckpoint,
    ReduceLROnPlateau, SwapEMAWeights,
};
use treino::events::{Ending, Event, Gate, History};
use treino::files::seal;
use treino::layers::{BatchNormalization, Dense, Dropout, Layer};
use treino::losses::MeanSquaredError;
use treino::metrics::NamedMetric;
use treino::network::Network;
use treino::optimizers::{Adadelta, Adam, Optimizer, SGD};
use treino::rows::Matrix;
use treino::schedules::CosineDecay;
use treino::store::TrainedModel;
use treino::train::{Compile, Examples, Fit, Session, Training, fit};

struct Data {
    x: Matrix,
    y: Matrix,
    x_val: Matrix,
    y_val: Matrix,
}

/// Numbers that look random, and a target that is hard to learn from them.
fn data(seed: u32) -> Data {
    let x = |rows: usize, seed: u32| {
        let number = |i: u32| ((i + seed).wrapping_mul(2_654_435_761) >> 16) as f32 / 32768.0 - 1.0;
        Matrix::new(rows, 3, (0..rows as u32 * 3).map(number).collect())
    };
    let y = |x: &Matrix| Matrix::new(x.rows(), 1, (0..x.rows()).map(|r| x.get(r, 0) * x.get(r, 1)).collect());
    let (x, x_val) = (x(50, seed), x(20, seed + 999));
    Data { y: y(&x), y_val: y(&x_val), x, x_val }
}

fn network() -> Network {
    let layers: Vec<Layer> = vec![
        Dense::new(6).into(),
        BatchNormalization::default().into(),
        Dropout { rate: 0.3, ..Dropout::default() }.into(),
        Dense::new(1).into(),
    ];
    let mut network = Network::build(3, &layers).unwrap();
    network.initialize(5);
    network
}

fn weights(network: &Network) -> Vec<f32> {
    network.named_weights().flat_map(|(_, _, numbers)| numbers.to_vec()).collect()
}

/// A training; `stop_at` is the epoch and step after which it is interrupted.
fn train(
    optimizer: &Optimizer,
    settings: &Fit,
    callbacks: &[Callback],
    data: &Data,
    stop_at: Option<(usize, usize)>,
) -> Result<(Network, History, Vec<usize>)> {
    let metrics = vec![NamedMetric::typed("mean_absolute_error").unwrap()];
    let compile = Compile::new(optimizer.clone(), MeanSquaredError::default(), metrics);
    let (train, validation) = (Examples::new(&data.x, &data.y), Some(Examples::new(&data.x_val, &data.y_val)));
    let model_file = |network| TrainedModel::bare(network, Some(&compile), callbacks).to_bytes();
    let training = Training {
        compile: &compile,
        train,
        validation,
        settings,
        callbacks,
        units: None,
        noise: None,
        model_file: Some(&model_file),
    };
    let gate = Gate::new();
    let mut resumed = Vec::new();
    let mut observer = |event: &Event| match event {
        Event::Batch { epoch, step, .. } if Some((*epoch, *step)) == stop_at => {
            gate.stop();
        }
        Event::Resumed { epoch } => resumed.push(*epoch),
        _ => {}
    };
    let mut network = network();
    let history = fit(&mut network, &training, &mut Session::new(1, &gate, &mut observer))?;
    Ok((network, history, resumed))
}

fn settings(epochs: usize) -> Fit {
    Fit { epochs, batch_size: 8, validation_freq: 2, ..Fit::default() }
}

fn optimizers() -> Vec<Optimizer> {
    let schedule = CosineDecay { initial_learning_rate: 0.02, decay_steps: 60, ..CosineDecay::default() };
    let mut all: Vec<Optimizer> = vec![
        SGD { learning_rate: 0.05.into(), momentum: 0.9, nesterov: true, ..SGD::default() }.into(),
        Adam { learning_rate: schedule.into(), amsgrad: true, ..Adam::default() }.into(),
        Adam { use_ema: true, ema_overwrite_frequency: Some(9), ..Adam::default() }.into(),
        Adam { gradient_accumulation_steps: Some(3), clipnorm: Some(0.5), ..Adam::default() }.into(),
        Adadelta { learning_rate: 1.0.into(), ..Adadelta::default() }.into(),
    ];
    let named = Optimizer::COMPONENTS.iter().map(|thing| Optimizer::named(thing.name).unwrap());
    all.extend(named.filter(|optimizer| optimizer.inner().line_search().is_none()));
    all
}

fn backup(folder: &Path) -> BackupAndRestore {
    BackupAndRestore::new(folder.join("backup").display().to_string())
}

/// Callbacks with a memory of their own, as far as the optimizer lets them.
fn callbacks(optimizer: &Optimizer, folder: &Path) -> Vec<Callback> {
    let mut list: Vec<Callback> = Vec::new();
    if optimizer.inner().options().use_ema {
        list.push(SwapEMAWeights { swap_on_epoch: true }.into());
    }
    if optimizer.check_rate_can_be_set().is_ok() {
        let monitor = "loss".to_string();
        list.push(
            ReduceLROnPlateau { monitor, patience: 1, factor: 0.5, min_delta: 0.02, ..Default::default() }.into(),
        );
        list.push(LearningRateScheduler::new("lr * where(epoch < 4, 0.99, 0.97)").unwrap().into());
    }
    list.push(EarlyStopping { patience: 4, restore_best_weights: true, ..EarlyStopping::default() }.into());
    list.push(CSVLogger::new(folder.join("log.csv").display().to_string()).into());
    let filepath = folder.join("best.safetensors").display().to_string();
    list.push(ModelCheckpoint { filepath, save_best_only: true, ..ModelCheckpoint::default() }.into());
    list.push(backup(folder).into());
    list
}

#[test]
fn interrupted_and_started_again_gives_the_same_bits() {
    let data = data(1);
    let settings = settings(14);
    let mut stopped_early = 0;
    for (i, optimizer) in optimizers().into_iter().enumerate() {
        let name = format!("{} {i}", optimizer.name());
        let (whole, cut) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let list = callbacks(&optimizer, whole.path());
        let (reference, history, resumed) = train(&optimizer, &settings, &list, &data, None).unwrap();
        assert!(resumed.is_empty() && history.epochs.len() > 4, "{name}: {} epochs", history.epochs.len());
        stopped_early += usize::from(matches!(history.ending, Ending::Stopped { .. }));

        let list = callbacks(&optimizer, cut.path());
        // In the middle of an epoch, at its end, at once, in the middle again.
        for (attempt, (stop, begins)) in
            [((2, 3), None), ((2, 7), Some(2)), ((3, 1), Some(3)), ((4, 5), Some(3))].into_iter().enumerate()
        {
            let (_, history, resumed) = train(&optimizer, &settings, &list, &data, Some(stop)).unwrap();
            assert_eq!(history.ending, Ending::Interrupted, "{name}");
            assert_eq!(resumed.first().copied(), begins, "{name}, attempt {attempt}");
        }
        assert!(cut.path().join("backup/latest.safetensors").is_file());
        let (network, again, resumed) = train(&optimizer, &settings, &list, &data, None).unwrap();
        assert_eq!(resumed, [4], "{name}");
        assert_eq!(again, history, "{name}");
        assert_eq!(weights(&network), weights(&reference), "{name}");
        for file in ["log.csv", "best.safetensors"] {
            let bytes = |folder: &tempfile::TempDir| std::fs::read(folder.path().join(file)).unwrap();
            // A model holds the names of the files beside it, not their folders.
            assert_eq!(bytes(&cut), bytes(&whole), "{name}: {file}");
        }
        assert!(!cut.path().join("backup").exists(), "{name}: the backup has done its work");
    }
    assert!(stopped_early > 2, "{stopped_early}");
}

#[test]
fn a_training_can_be_made_longer() {
    let data = data(1);
    let optimizer = Optimizer::from(Adam::default());
    let folder = tempfile::tempdir().unwrap();
    let keep = BackupAndRestore { delete_checkpoint: false, ..backup(folder.path()) };
    let (reference, history, _) = train(&optimizer, &settings(9), &[], &data, None).unwrap();
    train(&optimizer, &settings(4), &[keep.clone().into()], &data, None).unwrap();
    let (network, again, resumed) = train(&optimizer, &settings(9), &[keep.clone().into()], &data, None).unwrap();
    assert_eq!((weights(&network), again, resumed), (weights(&reference), history.clone(), vec![4]));
    // A training that is over gives its result again.
    let (network, again, resumed) = train(&optimizer, &settings(9), &[keep.into()], &data, None).unwrap();
    assert_eq!((weights(&network), again, resumed), (weights(&reference), history, vec![9]));
}

#[test]
fn one_that_a_callback_stopped_stays_stopped() {
    let data = data(1);
    let optimizer = Optimizer::from(Adam::default());
    let folder = tempfile::tempdir().unwrap();
    let stopping =
        EarlyStopping { patience: 1, min_delta: 9.0, restore_best_weights: true, ..EarlyStopping::default() };
    let list = [stopping.into(), BackupAndRestore { delete_checkpoint: false, ..backup(folder.path()) }.into()];
    let (network, history, _) = train(&optimizer, &settings(20), &list, &data, None).unwrap();
    assert_eq!(history.epochs.len(), 4, "{:?}", history.ending);
    let (again, same, _) = train(&optimizer, &settings(20), &list, &data, None).unwrap();
    assert_eq!((weights(&again), same), (weights(&network), history));
}

#[test]
fn backups_are_made_as_often_as_asked() {
    let data = data(1);
    let optimizer = Optimizer::from(Adam::default());
    // 7 batches an epoch: after 14 of them, the second epoch ends.
    for (every, begins) in [(Frequency::Batches(14), 4), (Frequency::Batches(8), 4), (Frequency::Batches(7), 5)] {
        let folder = tempfile::tempdir().unwrap();
        let list = [BackupAndRestore { save_freq: every, ..backup(folder.path()) }.into()];
        train(&optimizer, &settings(20), &list, &data, Some((5, 2))).unwrap();
        let (_, _, resumed) = train(&optimizer, &settings(20), &list, &data, Some((6, 2))).unwrap();
        assert_eq!(resumed, [begins], "{every:?}");
    }
}

/// A backup of three epochs, twice kept, and the folder it lies in.
fn kept(folder: &Path) -> (Vec<Callback>, PathBuf) {
    let list: Vec<Callback> = vec![
        EarlyStopping { patience: 9, restore_best_weights: true, ..EarlyStopping::default() }.into(),
        BackupAndRestore { double_checkpoint: true, ..backup(folder) }.into(),
    ];
    train(&Adam::default().into(), &settings(9), &list, &data(1), Some((3, 2))).unwrap();
    (list, folder.join("backup/latest.safetensors"))
}

#[test]
fn a_backup_of_another_training_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (list, file) = kept(folder.path());
    let before = std::fs::read(&file).unwrap();
    let adam = Optimizer::from(Adam::default());
    let refusal = |optimizer: &Optimizer, settings: Fit, list: &[Callback], data: &Data| {
        let e = train(optimizer, &settings, list, data, None).unwrap_err();
        assert_eq!(e.exit_code(), 2);
        assert!(e.helps().iter().any(|help| help.contains("delete the folder")), "{e}");
        e.message().to_string()
    };
    let faster = Optimizer::from(Adam { learning_rate: 0.5.into(), ..Adam::default() });
    let cases = [
        (refusal(&faster, settings(9), &list, &data(1)), "another optimizer"),
        (refusal(&adam, Fit { seed: 2, ..settings(9) }, &list, &data(1)), "another seed"),
        (refusal(&adam, Fit { batch_size: 9, ..settings(9) }, &list, &data(1)), "other batches"),
        (refusal(&adam, settings(9), &list[1..], &data(1)), "other callbacks"),
        (refusal(&adam, settings(9), &list, &data(2)), "other training rows"),
    ];
    for (message, word) in cases {
        assert!(message.contains("is of another training") && message.contains(word), "{message}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
    train(&adam, &settings(9), &list, &data(1), None).unwrap();
}

#[test]
fn a_damaged_backup_is_refused_or_the_one_before_it_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (list, file) = kept(folder.path());
    let whole = std::fs::read(&file).unwrap();
    let previous = folder.path().join("backup/previous.safetensors");
    let good_previous = std::fs::read(&previous).unwrap();
    let adam = Optimizer::from(Adam::default());
    let go_on = || train(&adam, &settings(9), &list, &data(1), Some((5, 1)));

    let text = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let at = whole.windows(from.len()).position(|w| w == from.as_bytes()).unwrap_or_else(|| panic!("{from}"));
        // With its own checksum: what is behind that is checked as well.
        let mut bytes = [&whole[..at], to.as_bytes(), &whole[at + from.len()..]].concat();
        seal(&mut bytes).unwrap();
        bytes
    };
    let mut broken: Vec<Vec<u8>> = vec![
        vec![],
        b"nonsense".to_vec(),
        text("\\\"backup_version\\\":3", "\\\"backup_version\\\":4"),
        text("\\\"backup_version\\\":3", "\\\"backup_versiom\\\":3"),
        text("\\\"best_epoch\\\":1", "\\\"best_epoch\\\":9"),
        text("\\\"kept\\\":1", "\\\"kept\\\":7"),
        text("\\\"watchers\\\":[true", "\\\"watchers\\\":[9999"),
        text("\"callback/0\"", "\"callback/9\""),
        text("\"kept/weights\"", "\"kept/weighty\""),
        text("optimizer/", "optimiser/"),
    ];
    broken.extend((0..whole.len()).step_by(whole.len() / 40).map(|length| whole[..length].to_vec()));
    for (i, bytes) in broken.iter().enumerate() {
        std::fs::write(&file, bytes).unwrap();
        std::fs::write(&previous, bytes).unwrap();
        let e = go_on().map(drop).expect_err(&format!("{i}"));
        assert_eq!(e.exit_code(), 2, "{i}");
        let message = e.to_string();
        assert!(message.contains("backup") || message.contains("file"), "{i}: {message}");
    }
    // Any bit flipped: a message. With a new checksum: a message, a rejection later, or a training, but never a panic.
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        let mut sealed = bytes.clone();
        let has_place = seal(&mut sealed).is_ok();
        for (bytes, must_fail) in [(&bytes, true), (&sealed, !has_place)] {
            // One that came to its end has deleted its folder.
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, bytes).unwrap();
            std::fs::write(&previous, bytes).unwrap();
            assert!(go_on().is_err() || !must_fail, "byte {at}");
            if at > 3000 {
                break;
            }
        }
    }

    // Half a file: the one before it is taken.
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    std::fs::write(&previous, &good_previous).unwrap();
    assert_eq!(go_on().unwrap().2, [2]);
    // And where the last one is missing.
    std::fs::remove_file(&file).unwrap();
    assert!(!go_on().unwrap().2.is_empty());
}
