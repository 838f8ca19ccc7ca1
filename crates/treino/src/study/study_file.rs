//! The results of a study in an SQLite file.
//!
//! One connection writes, in a separate thread: results that arrive during a commit go into the next one, so that a
//! thousand small trainings per second need few commits. A training that was reported as done is lost only if the
//! program is killed before that commit. Readers open the file themselves and never wait. A lock file next to it
//! prevents a second writer.
//!
//! Tables: `study` (one row; `coverage` is JSON, `rows` is a fingerprint of the prepared table, `ended` whether nothing is missing),
//! `config`, `run` (one row per training), `curve` (one row per training and name: one number per epoch, little-endian
//! f32, compressed with Deflate).
//! Each row has a checksum.

use super::study_checksum;
use super::study_content::{Varied, read_configs, read_runs};
use crate::study::search::SearchPoint;
use crate::study::{Outcome, ResultStore, RunKey, RunResult, Study, StudySpec};
use flate2::Compression;
use flate2::read::DeflateEncoder;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use treino_core::catalog::{self, Entries, Node, Value};
use treino_core::error::{Error, Result};

/// The version of the tables that this program writes, and the newest it reads.
const VERSION: i64 = 3;

/// The name of a study's file in its folder.
pub const FILE: &str = "study.db";

/// Identifies a file as a study's: "TRNO".
const APPLICATION: i64 = 0x5452_4e4f;

const TABLES: &str = "
    CREATE TABLE study (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        spec TEXT NOT NULL,
        objective TEXT NOT NULL,
        more_is_better INTEGER NOT NULL,
        confirmed_on TEXT NOT NULL,
        coverage TEXT NOT NULL,
        rows TEXT NOT NULL,
        ended INTEGER NOT NULL,
        program TEXT NOT NULL,
        checksum INTEGER NOT NULL
    );
    CREATE TABLE config (id INTEGER PRIMARY KEY, words TEXT NOT NULL, point TEXT NOT NULL,
        checksum INTEGER NOT NULL);
    CREATE TABLE run (
        id INTEGER PRIMARY KEY,
        phase TEXT NOT NULL,
        config INTEGER NOT NULL REFERENCES config,
        seed INTEGER NOT NULL,
        fold INTEGER NOT NULL,
        budget INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        value REAL,
        why TEXT,
        epochs INTEGER NOT NULL,
        seconds REAL NOT NULL,
        metrics TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        UNIQUE (phase, config, seed, fold, budget)
    );
    CREATE TABLE curve (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, name TEXT NOT NULL, numbers BLOB NOT NULL,
        checksum INTEGER NOT NULL, PRIMARY KEY (run, name)) WITHOUT ROWID;";

/// A study's file, open for writing.
#[derive(Debug)]
pub struct StudyFile {
    configs: BTreeMap<usize, Varied>,
    known: BTreeMap<RunKey, RunResult>,
    sender: Option<Sender<Message>>,
    writer: Option<JoinHandle<()>>,
    broken: Arc<Mutex<Option<Error>>>,
    path: PathBuf,
    // Held as long as the file is open.
    _lock: File,
}

/// Messages to the writing thread.
enum Message {
    Row(Box<StudyRow>),
    Ended,
}

struct StudyRow {
    key: RunKey,
    point: String,
    words: String,
    result: RunResult,
}

impl StudyFile {
    /// Opens the file of a study, or creates it. `extends` allows another budget than that in the file: more configs,
    /// seeds or time.
    ///
    /// # Errors
    /// Returns an error if another program writes to it; if it is not a study's, of a newer version, or another
    /// study's; if its results come from other rows than the table has now; or if it cannot be written to.
    pub fn open(path: &Path, study: &Study, extends: bool) -> Result<Self> {
        let spec = study.spec().text();
        let lock = lock(path)?;
        let connection = Connection::open(path).map_err(|e| failed("open", path, &e))?;
        study_checksum::register(&connection, path)?;
        let rows = crate::runs::rows_fingerprint(&study.base().prepared);
        // Asks SQLite rather than for the file's length: a program that was killed at the start leaves a journal, which
        // the first query rolls back to an empty file.
        if is_empty(&connection) {
            begin(&connection, study, &spec, &rows).map_err(|e| failed("begin", path, &e))?;
        }
        check(&connection, path)?;
        study_checksum::verify(&connection, path)?;
        let (before, rows_before): (String, String) = connection
            .query_row("SELECT spec, rows FROM study", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(|e| failed("read", path, &e))?;
        if before != spec {
            let other = |e: Error| e.in_file(path.to_path_buf());
            let differing = differing(&before, &spec);
            let is_budget = differing.iter().all(|name| StudySpec::BUDGET.contains(&name.as_str()));
            let names = differing.join(", ");
            match (is_budget, extends) {
                (true, true) => {
                    let change = "UPDATE study SET spec = ?1, confirmed_on = ?2";
                    connection
                        .execute(change, params![spec, study.confirmed_on()])
                        .map_err(|e| failed("write", path, &e))?;
                }
                (true, false) => {
                    let e = Error::input(format!("there is a study of that name with another {names}"));
                    return Err(other(e.help("go on with it with `extend`, or begin another one with `fork`")));
                }
                (false, _) => {
                    let e = Error::input("there is a study of that name, and it is another one");
                    let help = format!(
                        "begin another one with `fork`, or give this one a name of its own with `name`; the other's differs in {names}"
                    );
                    return Err(other(e.help(help)));
                }
            }
        }
        if rows_before != rows {
            let e = Error::input("the table has changed since this study began: its results are about other rows");
            let e = e.in_file(path.to_path_buf());
            return Err(e.help("begin another one with `fork`, or give this one a name of its own with `name`"));
        }
        connection.execute("UPDATE study SET ended = 0", []).map_err(|e| failed("write", path, &e))?;
        sum_study(&connection).map_err(|e| failed("write", path, &e))?;
        let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON;";
        connection.execute_batch(pragmas).map_err(|e| failed("write", path, &e))?;
        let read = || Ok((read_configs(&connection)?, read_runs(&connection)?));
        let (configs, known) = read().map_err(|e| failed("read", path, &e))?;
        let (sender, receiver) = channel();
        let broken = Arc::new(Mutex::new(None));
        let (place, own_path) = (Arc::clone(&broken), path.to_path_buf());
        let writer = std::thread::spawn(move || {
            if let Err(e) = write_all(connection, &receiver) {
                let e = failed("write", &own_path, &e);
                place.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(e);
            }
        });
        let (sender, writer) = (Some(sender), Some(writer));
        Ok(StudyFile { configs, known, sender, writer, broken, path: path.to_path_buf(), _lock: lock })
    }

    /// The number of trainings in it when it was opened.
    pub fn known(&self) -> usize {
        self.known.len()
    }

    /// Waits until all is written.
    ///
    /// # Errors
    /// Returns an error if something could not be written.
    pub fn close(mut self) -> Result<()> {
        self.finish();
        match self.broken.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(e) => Err(e),
            None => Ok(()),
        }
    }

    fn send(&self, message: Message) -> Result<()> {
        let gone = || Error::new(treino_core::error::Kind::Io, format!("cannot write {}", self.path.display()));
        self.sender.as_ref().and_then(|sender| sender.send(message).ok()).ok_or_else(gone)
    }

    fn finish(&mut self) {
        self.sender = None;
        if let Some(writer) = self.writer.take() {
            // A failure to write is recorded in `broken`.
            let _ = writer.join();
        }
    }
}

impl Drop for StudyFile {
    fn drop(&mut self) {
        self.finish();
    }
}

impl ResultStore for StudyFile {
    fn known(&self, key: &RunKey, words: &[(String, String)]) -> Option<RunResult> {
        let is_same = self.configs.get(&key.config).is_some_and(|before| before.words == words);
        self.known.get(key).filter(|_| is_same).cloned()
    }

    fn keep(&self, key: &RunKey, point: &SearchPoint, words: &[(String, String)], result: &RunResult) -> Result<()> {
        if let Some(e) = &*self.broken.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(e.clone());
        }
        let text = |r: serde_json::Result<String>| r.unwrap_or_default();
        let (words, point) = (text(serde_json::to_string(words)), text(serde_json::to_string(point)));
        self.send(Message::Row(Box::new(StudyRow { key: *key, point, words, result: result.clone() })))
    }

    fn ended(&self) -> Result<()> {
        self.send(Message::Ended)
    }
}

/// Whether a program is running the study in this file.
///
/// # Errors
/// Returns an error if the lock next to it cannot be accessed.
pub fn is_being_written(path: &Path) -> Result<bool> {
    let lock_path = path.with_extension("lock");
    let Ok(file) = File::open(&lock_path) else { return Ok(false) };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(std::fs::TryLockError::WouldBlock) => Ok(true),
        Err(std::fs::TryLockError::Error(e)) => Err(Error::io("lock", &lock_path, &e)),
    }
}

/// Takes the lock that prevents a second writer; the system releases it however the program ends.
fn lock(path: &Path) -> Result<File> {
    let lock_path = path.with_extension("lock");
    let open = File::options().create(true).truncate(false).write(true).open(&lock_path);
    let file = open.map_err(|e| Error::io("write", &lock_path, &e))?;
    // A program that only checks the lock holds it for a moment.
    let mut held = file.try_lock();
    for _ in 0..5 {
        if held.is_err() {
            std::thread::sleep(std::time::Duration::from_millis(20));
            held = file.try_lock();
        }
    }
    match held {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            let e = Error::new(treino_core::error::Kind::Io, "another program works on this study")
                .in_file(path.to_path_buf());
            Err(e.help("wait for it, or give this one a name of its own with `name`"))
        }
        Err(std::fs::TryLockError::Error(e)) => Err(Error::io("lock", &lock_path, &e)),
    }
}

/// How long results are collected before they are committed; a kill loses no more than that and the running trainings.
const GATHERED: Duration = Duration::from_millis(20);

/// Whether a file is empty, without even a started study.
fn is_empty(connection: &Connection) -> bool {
    let count = |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0));
    matches!((count("SELECT count(*) FROM sqlite_master"), count("PRAGMA application_id")), (Ok(0), Ok(0)))
}

fn begin(connection: &Connection, study: &Study, spec: &str, rows: &str) -> rusqlite::Result<()> {
    let (objective, more_is_better) = study.objective();
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.execute_batch(TABLES)?;
    connection.execute_batch(&format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"))?;
    connection.execute(
        "INSERT INTO study (id, spec, objective, more_is_better, confirmed_on, coverage, rows, ended, program, checksum)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, 0)",
        params![
            spec,
            objective,
            more_is_better,
            study.confirmed_on(),
            serde_json::to_string(&study.coverage()).unwrap_or_default(),
            rows,
            concat!("treino ", env!("CARGO_PKG_VERSION"))
        ],
    )?;
    sum_study(connection)?;
    connection.execute_batch("COMMIT")
}

pub(super) fn check(connection: &Connection, path: &Path) -> Result<()> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let foreign = || Error::input("this is not the file of a study").in_file(path.to_path_buf());
    match (pragma("application_id"), pragma("user_version")) {
        (Ok(APPLICATION), Ok(VERSION)) => Ok(()),
        (Ok(APPLICATION), Ok(other)) => {
            let e = format!("the study has version {other}, but this program reads {VERSION}");
            let which = if other > VERSION { "a newer" } else { "an older" };
            Err(Error::input(e).in_file(path.to_path_buf()).help(format!("take {which} treino")))
        }
        (Err(e), _) | (_, Err(e)) if e.sqlite_error_code() != Some(rusqlite::ErrorCode::NotADatabase) => {
            Err(failed("read", path, &e))
        }
        _ => Err(foreign()),
    }
}

/// Writes the messages, in transactions of those that arrive within [`GATHERED`]: small trainings end faster than a
/// transaction.
fn write_all(mut connection: Connection, receiver: &Receiver<Message>) -> rusqlite::Result<()> {
    while let Ok(first) = receiver.recv() {
        let until = Instant::now() + GATHERED;
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        write(&transaction, &first)?;
        while let Ok(message) = receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
            write(&transaction, &message)?;
        }
        transaction.commit()?;
    }
    // Without a write-ahead log next to it, the file can be read in a read-only folder, and copied alone. A reader that
    // has it open at this moment keeps the log, which is harmless.
    let _ = connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()));
    Ok(())
}

fn write(connection: &Connection, message: &Message) -> rusqlite::Result<()> {
    match message {
        Message::Row(row) => write_row(connection, row),
        Message::Ended => {
            connection.execute("UPDATE study SET ended = 1", [])?;
            sum_study(connection)
        }
    }
}

/// Renews the checksum of the study's own row.
fn sum_study(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(&format!("UPDATE study SET checksum = {}", study_checksum::OF_STUDY), []).map(drop)
}

fn write_row(connection: &Connection, row: &StudyRow) -> rusqlite::Result<()> {
    let StudyRow { key, point, words, result } = row;
    let config = key.config as i64;
    // A config with that number but other hyperparameters is from before the study was extended.
    let mut stale = connection.prepare_cached(
        "DELETE FROM run WHERE config = ?1 AND EXISTS (SELECT 1 FROM config WHERE id = ?1 AND words <> ?2)",
    )?;
    stale.execute(params![config, words])?;
    let mut config_row = connection.prepare_cached(
        "INSERT INTO config (id, words, point, checksum) VALUES (?1, ?2, ?3, row_checksum(?1, ?2, ?3))
         ON CONFLICT (id) DO UPDATE SET words = ?2, point = ?3, checksum = row_checksum(?1, ?2, ?3) WHERE words <> ?2",
    )?;
    config_row.execute(params![config, words, point])?;
    let why = if let Outcome::Failed(why) = &result.outcome { Some(why) } else { None };
    // JSON has no NaN: such a metric is omitted.
    let metrics: serde_json::Map<String, serde_json::Value> =
        result.metrics.iter().filter(|(_, x)| x.is_finite()).map(|(name, x)| (name.clone(), (*x).into())).collect();
    let metrics = serde_json::Value::Object(metrics).to_string();
    let mut run_row = connection.prepare_cached(
        "INSERT OR REPLACE INTO run
         (phase, config, seed, fold, budget, outcome, value, why, epochs, seconds, metrics, checksum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
         row_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11))",
    )?;
    let epochs = result.epochs as i64;
    run_row.execute(params![
        key.phase.name(),
        config,
        key.seed.cast_signed(),
        key.fold as i64,
        key.epochs as i64,
        result.outcome.name(),
        result.outcome.number(),
        why,
        epochs,
        result.seconds,
        metrics
    ])?;
    let run = connection.last_insert_rowid();
    let mut curve_row = connection.prepare_cached(
        "INSERT INTO curve (run, name, numbers, checksum) VALUES (?1, ?2, ?3, row_checksum(?1, ?2, ?3))",
    )?;
    for (name, numbers) in &result.curves {
        curve_row.execute(params![run, name, pack(numbers)])?;
    }
    Ok(())
}

fn pack(numbers: &[f32]) -> Vec<u8> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut packed = Vec::new();
    // Compression in memory cannot fail.
    let _ = DeflateEncoder::new(&bytes[..], Compression::fast()).read_to_end(&mut packed);
    packed
}

/// The differences between two studies: keys of their own sections, `space`, `base`.
fn differing(before: &str, now: &str) -> Vec<String> {
    let read = |text: &str| catalog::parse(text, Path::new(FILE)).unwrap_or_default();
    let (before, now) = (read(before), read(now));
    let mut names = Vec::new();
    for section in StudySpec::SECTIONS.map(|section| section.name) {
        let table = |entries: &Entries| match entries.get(section) {
            Some(Node { value: Value::Table(table), .. }) => table.clone(),
            _ => Entries::default(),
        };
        let (before, now) = (table(&before), table(&now));
        let mut keys: Vec<&str> = before.list.iter().chain(&now.list).map(|entry| entry.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        let value = |entries: &Entries, key: &str| entries.get(key).map(|node| node.value.to_string());
        let differs = |key: &&str| value(&before, key) != value(&now, key);
        names.extend(keys.into_iter().filter(differs).map(|key| format!("{section}.{key}")));
    }
    for section in ["space", "base"] {
        let value = |entries: &Entries| entries.get(section).map(|node| node.value.to_string());
        if value(&before) != value(&now) {
            names.push(section.to_string());
        }
    }
    names
}

pub(super) fn failed(verb: &str, path: &Path, cause: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let why = match cause.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full".to_string(),
        Some(ErrorCode::ReadOnly) => "it is read-only".to_string(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program writes to it".to_string(),
        Some(ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => "it cannot be opened".to_string(),
        Some(ErrorCode::NotADatabase) => {
            return Error::input("this is not the file of a study").in_file(path.to_path_buf());
        }
        Some(ErrorCode::DatabaseCorrupt) => "it is damaged".to_string(),
        _ => cause.to_string(),
    };
    Error::new(treino_core::error::Kind::Io, format!("cannot {verb} {}: {why}", path.display()))
}
