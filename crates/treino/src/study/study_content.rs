//! Reads the content of a study's file, without writing to it.

use super::study_checksum;
use super::study_file::{check, failed};
use crate::report::{FigureCell, FigureTable};
use crate::study::search::SearchPoint;
use crate::study::{Config, Coverage, Outcome, Phase, RunKey, RunResult, StudyResult, StudySpec, Verdict};
use flate2::read::DeflateDecoder;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use treino_core::error::{Error, Result};

/// The hyperparameters of a config.
#[derive(Debug, Clone, PartialEq)]
pub struct Varied {
    /// Its position in the search space.
    pub point: SearchPoint,
    /// Path and value.
    pub words: Vec<(String, String)>,
}

/// The content of a study's file.
#[derive(Debug, Clone)]
pub struct StudyContent {
    /// The study as text.
    pub spec: String,
    /// The objective.
    pub objective: String,
    /// Whether it is maximised.
    pub more_is_better: bool,
    /// Which rows the best configs were confirmed on: `test` or `validation`.
    pub confirmed_on: String,
    /// What p-values and intervals cover.
    pub coverage: Coverage,
    /// Whether it is complete: no training is missing.
    pub ended: bool,
    /// The hyperparameters of each config.
    pub configs: BTreeMap<usize, Varied>,
    /// Its trainings.
    pub runs: BTreeMap<RunKey, RunResult>,
}

impl StudyContent {
    /// Reads a file, also while a study writes to it.
    ///
    /// # Errors
    /// Returns an error for a missing file, or for one that is not a study's or is of a newer version.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(Error::io("read", path, &std::io::ErrorKind::NotFound.into()));
        }
        let connection = open_to_read(path)?;
        check(&connection, path)?;
        study_checksum::register(&connection, path)?;
        study_checksum::verify(&connection, path)?;
        let read = || {
            let query = "SELECT spec, objective, more_is_better, confirmed_on, ended, coverage FROM study";
            let (configs, runs) = (read_configs(&connection)?, read_runs(&connection)?);
            connection.query_row(query, [], |row| {
                let (spec, objective, more_is_better) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let (confirmed_on, ended) = (row.get(3)?, row.get(4)?);
                let coverage = serde_json::from_str(row.get_ref(5)?.as_str()?).map_err(|e| {
                    rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Text, Box::new(e))
                })?;
                Ok(StudyContent { spec, objective, more_is_better, confirmed_on, coverage, ended, configs, runs })
            })
        };
        read().map_err(|e| failed("read", path, &e))
    }

    /// The specification of the study.
    ///
    /// # Errors
    /// Returns an error for a text that this program did not write.
    pub fn study_spec(&self) -> Result<StudySpec> {
        StudySpec::of_text(&self.spec)
    }

    /// The results of the study so far.
    pub fn course(&self) -> StudyResult {
        let config = |(id, varied): (&usize, &Varied)| Config::new(*id, varied.point.clone(), varied.words.clone());
        let mut configs: Vec<Config> = self.configs.iter().map(config).collect();
        for (key, run) in &self.runs {
            if let Ok(at) = configs.binary_search_by_key(&key.config, |config| config.number) {
                configs[at].add(*key, run.clone());
            }
        }
        let judge = if self.ended { Verdict::of } else { Verdict::of_cut_short };
        let verdict = judge(&configs, self.more_is_better, self.coverage.overlap());
        StudyResult {
            configs,
            verdict,
            objective: self.objective.clone(),
            more_is_better: self.more_is_better,
            cut_short: !self.ended,
            confirmed_on: self.confirmed_on.clone(),
            coverage: self.coverage,
        }
    }

    /// Every training as a row: its hyperparameters and its results.
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
            // A seed may have more digits than a double.
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

    /// A fingerprint of the specification and all results, without durations: equal for equal studies.
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

/// Opens a file for reading. If its folder is not writable, SQLite cannot lock the file; as nobody can write to it
/// there either, it is read without a lock.
fn open_to_read(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| failed("open", path, &e))?;
    let probe = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get::<_, i64>(0));
    let has_log = path.with_extension("db-wal").metadata().is_ok_and(|log| log.len() > 0);
    match probe {
        Err(e) if !has_log && is_about_writing(&e) => {
            let path_text: String = path
                .display()
                .to_string()
                .chars()
                .map(|c| match c {
                    '%' | '?' | '#' => format!("%{:02X}", c as u32),
                    c => c.to_string(),
                })
                .collect();
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(format!("file:{path_text}?immutable=1"), flags)
                .map_err(|e| failed("open", path, &e))
        }
        _ => Ok(connection),
    }
}

fn is_about_writing(e: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, ReadOnly};
    matches!(e.sqlite_error_code(), Some(CannotOpen | PermissionDenied | ReadOnly))
}

pub(super) fn read_configs(connection: &Connection) -> rusqlite::Result<BTreeMap<usize, Varied>> {
    let mut statement = connection.prepare("SELECT id, words, point FROM config")?;
    let row = |row: &rusqlite::Row<'_>| {
        let words = serde_json::from_str(row.get_ref(1)?.as_str()?).unwrap_or_default();
        let point = serde_json::from_str(row.get_ref(2)?.as_str()?).unwrap_or_default();
        Ok((row.get::<_, i64>(0)? as usize, Varied { point, words }))
    };
    statement.query_map([], row)?.collect()
}

pub(super) fn read_runs(connection: &Connection) -> rusqlite::Result<BTreeMap<RunKey, RunResult>> {
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

fn unpack(packed: &[u8]) -> Vec<f32> {
    const MOST: u64 = 1 << 28;
    let mut bytes = Vec::new();
    // A damaged curve is truncated to the part that could be read.
    let _ = DeflateDecoder::new(packed).take(MOST).read_to_end(&mut bytes);
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}
