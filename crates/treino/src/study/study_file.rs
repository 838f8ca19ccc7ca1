//! The results of a study in an SQLite file.
//!
//! One connection writes, in a thread of its own: what comes in while it commits goes into the next commit, so that a
//! thousand small trainings a second cost few of them, and a training that was told done is lost only if the program dies within
//! that commit. Readers open the file for themselves and never wait. A lock beside the file keeps a second writer out.
//!
//! Tables: `study` (one row), `config`, `run` (one row a training), `curve` (one row a training and name: numbers of an epoch
//! each, little-endian f32, packed by Deflate).

use crate::report::{FigureCell, FigureTable};
use crate::study::search::SearchPoint;
use crate::study::{Config, Outcome, Phase, ResultStore, RunKey, RunResult, Study, StudyResult, StudySpec, Verdict};
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use rusqlite::{Connection, OpenFlags, params};
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
const VERSION: i64 = 2;

/// The name of a study's file in its folder.
pub const FILE: &str = "study.db";

/// Marks a file as a study's: "TRNO".
const APPLICATION: i64 = 0x5452_4e4f;

const TABLES: &str = "
    CREATE TABLE study (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        spec TEXT NOT NULL,
        objective TEXT NOT NULL,
        more_is_better INTEGER NOT NULL,
        confirmed_on TEXT NOT NULL,
        program TEXT NOT NULL
    );
    CREATE TABLE config (id INTEGER PRIMARY KEY, words TEXT NOT NULL, point TEXT NOT NULL);
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
        UNIQUE (phase, config, seed, fold, budget)
    );
    CREATE TABLE curve (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, name TEXT NOT NULL, numbers BLOB NOT NULL,
        PRIMARY KEY (run, name)) WITHOUT ROWID;";

/// A study's file, open for writing.
#[derive(Debug)]
pub struct StudyFile {
    configs: BTreeMap<usize, Varied>,
    known: BTreeMap<RunKey, RunResult>,
    sender: Option<Sender<StudyRow>>,
    writer: Option<JoinHandle<()>>,
    broken: Arc<Mutex<Option<Error>>>,
    path: PathBuf,
    // Held as long as the file is open.
    _lock: File,
}

struct StudyRow {
    key: RunKey,
    point: String,
    words: String,
    result: RunResult,
}

impl StudyFile {
    /// Opens the file of a study, or begins it. `extends` says that it may have another budget than what is there: more configs,
    /// seeds or time.
    ///
    /// # Errors
    /// Another program writes to it; it is no study's, a newer program's, or another study's; it cannot be written to.
    pub fn open(path: &Path, study: &Study, extends: bool) -> Result<Self> {
        let spec = study.spec().text();
        let lock = lock(path)?;
        let is_new = !path.exists() || std::fs::metadata(path).is_ok_and(|file| file.len() == 0);
        let connection = Connection::open(path).map_err(|e| failed("open", path, &e))?;
        if is_new {
            begin(&connection, study, &spec).map_err(|e| failed("begin", path, &e))?;
        }
        check(&connection, path)?;
        let before: String = connection
            .query_row("SELECT spec FROM study", [], |row| row.get(0))
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

    /// How many trainings it held when it was opened.
    pub fn known(&self) -> usize {
        self.known.len()
    }

    /// Waits until all is written.
    ///
    /// # Errors
    /// Something could not be.
    pub fn close(mut self) -> Result<()> {
        self.finish();
        match self.broken.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(e) => Err(e),
            None => Ok(()),
        }
    }

    fn finish(&mut self) {
        self.sender = None;
        if let Some(writer) = self.writer.take() {
            // What it could not write is in `broken`.
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
        let row = StudyRow { key: *key, point, words, result: result.clone() };
        let gone = || Error::new(treino_core::error::Kind::Io, format!("cannot write {}", self.path.display()));
        self.sender.as_ref().and_then(|sender| sender.send(row).ok()).ok_or_else(gone)
    }
}

/// What a config varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Varied {
    /// Where in the space it is.
    pub point: SearchPoint,
    /// Path and value.
    pub words: Vec<(String, String)>,
}

/// What a study's file holds, without writing to it.
#[derive(Debug, Clone)]
pub struct StudyContent {
    /// The study as text.
    pub spec: String,
    /// What is minimised or maximised.
    pub objective: String,
    /// Which of them.
    pub more_is_better: bool,
    /// Which rows the best configs were confirmed on: `test` or `validation`.
    pub confirmed_on: String,
    /// What each config varies.
    pub configs: BTreeMap<usize, Varied>,
    /// Its trainings.
    pub runs: BTreeMap<RunKey, RunResult>,
}

impl StudyContent {
    /// Reads a file, also while a study writes to it.
    ///
    /// # Errors
    /// No file, or one that is no study's or a newer program's.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(Error::io("read", path, &std::io::ErrorKind::NotFound.into()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| failed("open", path, &e))?;
        check(&connection, path)?;
        let read = || {
            let query = "SELECT spec, objective, more_is_better, confirmed_on FROM study";
            let (spec, objective, more_is_better, confirmed_on) =
                connection.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
            let (configs, runs) = (read_configs(&connection)?, read_runs(&connection)?);
            Ok(StudyContent { spec, objective, more_is_better, confirmed_on, configs, runs })
        };
        read().map_err(|e| failed("read", path, &e))
    }

    /// The study as it is written down.
    ///
    /// # Errors
    /// A text that this program did not write.
    pub fn study_spec(&self) -> Result<StudySpec> {
        StudySpec::of_text(&self.spec)
    }

    /// The study as far as it has come.
    pub fn course(&self) -> StudyResult {
        let config = |(id, varied): (&usize, &Varied)| Config::new(*id, varied.point.clone(), varied.words.clone());
        let mut configs: Vec<Config> = self.configs.iter().map(config).collect();
        for (key, run) in &self.runs {
            if let Ok(at) = configs.binary_search_by_key(&key.config, |config| config.number) {
                configs[at].add(*key, run.clone());
            }
        }
        let verdict = Verdict::of(&configs, self.more_is_better);
        StudyResult {
            configs,
            verdict,
            objective: self.objective.clone(),
            more_is_better: self.more_is_better,
            cut_short: false,
            confirmed_on: self.confirmed_on.clone(),
        }
    }

    /// Every training as a row: what it varied, and what came of it.
    pub fn table(&self) -> FigureTable {
        let mut names: Vec<&String> = Vec::new();
        for (name, _) in self.configs.values().flat_map(|varied| &varied.words) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut metrics: Vec<&String> = Vec::new();
        for (name, _) in self.runs.values().flat_map(|run| &run.metrics) {
            if !metrics.contains(&name) {
                metrics.push(name);
            }
        }
        let fixed =
            ["phase", "config", "seed", "fold", "budget", "outcome", "value", "epochs", "seconds"].map(str::to_string);
        let mut table =
            FigureTable::new(fixed.iter().chain(names.iter().copied()).chain(metrics.iter().copied()).cloned());
        for (key, run) in &self.runs {
            let some = |n: usize| if n == 0 { FigureCell::Empty } else { FigureCell::from(n as f64) };
            let mut cells: Vec<FigureCell> = vec![key.phase.name().into(), (key.config as f64).into()];
            // A seed may have more digits than a number of this kind keeps.
            cells.extend([key.seed.to_string().into(), some(key.fold), some(key.epochs)]);
            cells.extend([run.outcome.name().into(), run.outcome.number().into()]);
            cells.extend([(run.epochs as f64).into(), run.seconds.into()]);
            let find = |list: Option<&Vec<(String, String)>>, name: &str| {
                list.and_then(|list| list.iter().find(|(known, _)| known == name)).map(|(_, value)| value.clone())
            };
            let words = self.configs.get(&key.config).map(|varied| &varied.words);
            cells.extend(names.iter().map(|name| find(words, name).map_or(FigureCell::Empty, FigureCell::from)));
            let metric = |name: &str| run.metrics.iter().find(|(known, _)| known == name).map(|(_, x)| *x);
            cells.extend(metrics.iter().map(|name| FigureCell::from(metric(name))));
            table.row(cells);
        }
        table
    }

    /// A fingerprint of all that decides and all that came of it, but the time it took: equal for equal studies.
    pub fn fingerprint(&self) -> String {
        let mut text = self.spec.clone();
        for (key, run) in &self.runs {
            let curves: Vec<(&String, Vec<u32>)> =
                run.curves.iter().map(|(name, curve)| (name, curve.iter().map(|x| x.to_bits()).collect())).collect();
            text.push_str(&format!("{key:?} {:?} {} {:?} {curves:?}\n", run.outcome, run.epochs, run.metrics));
        }
        let half = |salt: u64| siphasher::sip::SipHasher24::new_with_keys(salt, 0).hash(text.as_bytes());
        format!("{:016x}{:016x}", half(1), half(2))
    }
}

/// Whether a program works on the study in this file.
///
/// # Errors
/// The lock beside it cannot be looked at.
pub fn is_being_written(path: &Path) -> Result<bool> {
    let lock_path = path.with_extension("lock");
    let Ok(file) = File::open(&lock_path) else { return Ok(false) };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(std::fs::TryLockError::WouldBlock) => Ok(true),
        Err(std::fs::TryLockError::Error(e)) => Err(Error::io("lock", &lock_path, &e)),
    }
}

/// Takes the lock that keeps a second writer out; the system gives it back however the program ends.
fn lock(path: &Path) -> Result<File> {
    let lock_path = path.with_extension("lock");
    let open = File::options().create(true).truncate(false).write(true).open(&lock_path);
    let file = open.map_err(|e| Error::io("write", &lock_path, &e))?;
    // Who only looks whether somebody works here holds it for a moment.
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

/// For so long results are gathered before they are committed; a kill loses no more than that and what was being trained.
const GATHERED: Duration = Duration::from_millis(20);

fn begin(connection: &Connection, study: &Study, spec: &str) -> rusqlite::Result<()> {
    let (objective, more_is_better) = study.objective();
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.execute_batch(TABLES)?;
    connection.execute_batch(&format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"))?;
    connection.execute(
        "INSERT INTO study (id, spec, objective, more_is_better, confirmed_on, program) VALUES (1, ?1, ?2, ?3, ?4, ?5)",
        params![spec, objective, more_is_better, study.confirmed_on(), concat!("treino ", env!("CARGO_PKG_VERSION"))],
    )?;
    connection.execute_batch("COMMIT")
}

fn check(connection: &Connection, path: &Path) -> Result<()> {
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

/// Writes what comes, in transactions of what came within [`GATHERED`]: small trainings end faster than a transaction.
fn write_all(mut connection: Connection, receiver: &Receiver<StudyRow>) -> rusqlite::Result<()> {
    while let Ok(first) = receiver.recv() {
        let until = Instant::now() + GATHERED;
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        write_row(&transaction, &first)?;
        while let Ok(row) = receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
            write_row(&transaction, &row)?;
        }
        transaction.commit()?;
    }
    Ok(())
}

fn write_row(connection: &Connection, row: &StudyRow) -> rusqlite::Result<()> {
    let StudyRow { key, point, words, result } = row;
    let config = key.config as i64;
    // A config of that number that varies something else comes from before the study was extended.
    let mut stale = connection.prepare_cached(
        "DELETE FROM run WHERE config = ?1 AND EXISTS (SELECT 1 FROM config WHERE id = ?1 AND words <> ?2)",
    )?;
    stale.execute(params![config, words])?;
    let mut config_row = connection.prepare_cached(
        "INSERT INTO config (id, words, point) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET words = ?2, point = ?3 WHERE words <> ?2",
    )?;
    config_row.execute(params![config, words, point])?;
    let why = if let Outcome::Failed(why) = &result.outcome { Some(why) } else { None };
    // JSON has no NaN: a metric that is none is left out.
    let metrics: serde_json::Map<String, serde_json::Value> =
        result.metrics.iter().filter(|(_, x)| x.is_finite()).map(|(name, x)| (name.clone(), (*x).into())).collect();
    let metrics = serde_json::Value::Object(metrics).to_string();
    let mut run_row = connection.prepare_cached(
        "INSERT OR REPLACE INTO run (phase, config, seed, fold, budget, outcome, value, why, epochs, seconds, metrics)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
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
    let mut curve_row = connection.prepare_cached("INSERT INTO curve (run, name, numbers) VALUES (?1, ?2, ?3)")?;
    for (name, numbers) in &result.curves {
        curve_row.execute(params![run, name, pack(numbers)])?;
    }
    Ok(())
}

fn read_configs(connection: &Connection) -> rusqlite::Result<BTreeMap<usize, Varied>> {
    let mut statement = connection.prepare("SELECT id, words, point FROM config")?;
    let row = |row: &rusqlite::Row<'_>| {
        let words = serde_json::from_str(row.get_ref(1)?.as_str()?).unwrap_or_default();
        let point = serde_json::from_str(row.get_ref(2)?.as_str()?).unwrap_or_default();
        Ok((row.get::<_, i64>(0)? as usize, Varied { point, words }))
    };
    statement.query_map([], row)?.collect()
}

fn read_runs(connection: &Connection) -> rusqlite::Result<BTreeMap<RunKey, RunResult>> {
    let mut runs = BTreeMap::new();
    let mut keys: BTreeMap<i64, RunKey> = BTreeMap::new();
    let query = "SELECT id, phase, config, seed, outcome, value, why, epochs, seconds, metrics, fold, budget FROM run";
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name = row.get_ref(1)?.as_str()?;
        let phase = Phase::all().find(|phase| phase.name() == name).unwrap_or(Phase::Search);
        let whole = |at: usize| row.get::<_, i64>(at).map(|n| n as usize);
        let seed = row.get::<_, i64>(3)?.cast_unsigned();
        let key = RunKey { phase, config: whole(2)?, seed, fold: whole(10)?, epochs: whole(11)? };
        let outcome = match row.get_ref(4)?.as_str()? {
            "value" => Outcome::Value(row.get(5)?),
            "pruned" => Outcome::Pruned(row.get(5)?),
            "diverged" => Outcome::Diverged,
            _ => Outcome::Failed(row.get::<_, Option<String>>(6)?.unwrap_or_default()),
        };
        let metrics: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(row.get_ref(9)?.as_str()?).unwrap_or_default();
        let metrics = metrics.into_iter().filter_map(|(name, x)| x.as_f64().map(|x| (name, x))).collect();
        let (epochs, seconds) = (row.get::<_, i64>(7)? as usize, row.get(8)?);
        keys.insert(row.get(0)?, key);
        runs.insert(key, RunResult { outcome, epochs, seconds, metrics, curves: Vec::new() });
    }
    let mut statement = connection.prepare("SELECT run, name, numbers FROM curve ORDER BY run, name")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let run = keys.get(&row.get(0)?).and_then(|key| runs.get_mut(key));
        if let Some(run) = run {
            run.curves.push((row.get(1)?, unpack(row.get_ref(2)?.as_blob()?)));
        }
    }
    Ok(runs)
}

fn pack(numbers: &[f32]) -> Vec<u8> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut packed = Vec::new();
    // Reading from memory into memory cannot fail.
    let _ = DeflateEncoder::new(&bytes[..], Compression::fast()).read_to_end(&mut packed);
    packed
}

fn unpack(packed: &[u8]) -> Vec<f32> {
    const MOST: u64 = 1 << 28;
    let mut bytes = Vec::new();
    // A damaged curve is as long as what could be read.
    let _ = DeflateDecoder::new(packed).take(MOST).read_to_end(&mut bytes);
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}

/// Where two studies differ: keys of their own sections, `space`, `base`.
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

fn failed(verb: &str, path: &Path, cause: &rusqlite::Error) -> Error {
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
