//! What reads bytes of others, each as a function that must end without a panic, whatever the bytes are.
//!
//! Fuzz targets and the plain test of the library (`crates/treino/tests/readers.rs`) share them.

use std::path::Path;
use treino::callbacks::BackupAndRestore;
use treino::catalog;
use treino::data::{DataSpec, TableSource, prepare_table, read};
use treino::events::Gate;
use treino::expression::Expression;
use treino::files::seal;
use treino::layers::Dense;
use treino::losses::MeanSquaredError;
use treino::network::Network;
use treino::optimizers::Adam;
use treino::report::Record;
use treino::rows::Matrix;
use treino::spec::Spec;
use treino::store::TrainedModel;
use treino::study::{StudyContent, StudySpec};
use treino::train::{Compile, Examples, Fit, Session, Training, fit};

/// Reads bytes, and must not panic whatever they are.
pub type Reader = fn(&[u8]);

/// Every reader with the name of its corpus.
pub const READERS: [(&str, Reader); 9] = [
    ("table", table),
    ("spec", spec),
    ("study_spec", study_spec),
    ("expression", expression),
    ("bundle", bundle),
    ("record", record),
    ("backup", backup),
    ("study", study),
    ("parquet", table),
];

/// A table: CSV, gzipped CSV or Parquet, as the first bytes say; all columns as they come, and as something to learn from.
pub fn table(bytes: &[u8]) {
    let source = TableSource::Bytes { name: "table".to_string(), bytes: bytes.into() };
    if let Ok(table) = read(&source, &DataSpec::default()) {
        let target = table.columns.last().map(|column| column.name.clone());
        let _ = prepare_table(table, &DataSpec { target, ..DataSpec::default() });
    }
}

/// A training spec.
pub fn spec(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(spec) = catalog::parse(&text, Path::new("spec.toml")).and_then(|entries| Spec::read(&entries)) {
        let _ = catalog::write(&spec.entries());
    }
}

/// A study file.
pub fn study_spec(bytes: &[u8]) {
    if let Ok(spec) = StudySpec::of_text(&String::from_utf8_lossy(bytes)) {
        let _ = spec.text();
    }
}

/// An expression.
pub fn expression(bytes: &[u8]) {
    let _ = Expression::parse(&String::from_utf8_lossy(bytes), &["y_true", "y_pred", "x"]);
}

/// A model file: as it is, and with the checksum that belongs to it.
pub fn bundle(bytes: &[u8]) {
    for bytes in with_seal(bytes) {
        if let Ok(bundle) = TrainedModel::from_bytes(&bytes) {
            let _ = bundle.predict(&TableSource::text("t.csv", "sepal_length,petal_length\n5.1,1.4\n,9\n"));
            let _ = bundle.to_bytes();
        }
    }
}

/// The record of a run.
pub fn record(bytes: &[u8]) {
    for bytes in with_seal(bytes) {
        if let Ok(record) = Record::from_json(&String::from_utf8_lossy(&bytes)) {
            let _ = treino::doctor::examine(&record);
        }
    }
}

/// The backup of a training.
pub fn backup(bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    for bytes in with_seal(bytes) {
        let file = folder.path().join("latest.safetensors");
        if std::fs::create_dir_all(folder.path()).and_then(|()| std::fs::write(&file, bytes)).is_ok() {
            let _ = small_training(folder.path(), 3, true);
        }
    }
}

/// The database of a study.
pub fn study(bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let file = folder.path().join("study.db");
    if std::fs::write(&file, bytes).is_ok()
        && let Ok(content) = StudyContent::read(&file)
    {
        let _ = content.study_spec();
        let _ = content.table();
    }
}

/// The bytes, and the bytes with their own checksum: what lies behind the checksum must hold as well.
fn with_seal(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut sealed = bytes.to_vec();
    match seal(&mut sealed) {
        Ok(()) => vec![bytes.to_vec(), sealed],
        Err(_) => vec![bytes.to_vec()],
    }
}

/// Trains a little, with a backup in a folder that may hold one already.
///
/// # Errors
/// A backup that is refused.
pub fn small_training(folder: &Path, epochs: usize, deletes: bool) -> treino::Result<()> {
    let x = Matrix::new(8, 2, (0..16).map(|i| (i * 7 % 5) as f32 - 2.0).collect());
    let y = Matrix::new(8, 1, (0..8).map(|i| (i % 3) as f32).collect());
    let mut network = Network::build(2, &[Dense::new(2), Dense::new(1)])?;
    network.initialize(1);
    let compile = Compile::new(Adam::default(), MeanSquaredError::default(), Vec::new());
    let backup = BackupAndRestore { delete_checkpoint: deletes, ..BackupAndRestore::new(folder.display().to_string()) };
    let (settings, callbacks) = (Fit { epochs, ..Fit::default() }, [backup.into()]);
    let training = Training { callbacks: &callbacks, ..Training::new(&compile, Examples::new(&x, &y), &settings) };
    let gate = Gate::new();
    fit(&mut network, &training, &mut Session::new(1, &gate, &mut |_| {})).map(drop)
}
