//! Checksums of the rows of a study's file: SQLite has none, so a flipped bit would be another number.
//!
//! Each table has a column `checksum`: 64 bits of SipHash-1-3 over the other columns of the row, computed by the SQL
//! function `row_checksum`. What belongs to the structure of the file is checked by SQLite's `quick_check`.

use super::study_file::failed;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use siphasher::sip::SipHasher13;
use std::hash::Hasher;
use std::path::Path;
use treino_core::error::{Error, Result};

/// The checksum of the row of table `study`, in SQL.
pub(super) const OF_STUDY: &str =
    "row_checksum(spec, objective, more_is_better, confirmed_on, coverage, rows, ended, program)";

/// The tables with the checksums of their rows, in SQL.
const TABLES: [(&str, &str); 4] = [
    ("study", OF_STUDY),
    ("config", "row_checksum(id, words, point)"),
    ("run", "row_checksum(phase, config, seed, fold, budget, outcome, value, why, epochs, seconds, metrics)"),
    ("curve", "row_checksum(run, name, numbers)"),
];

/// Gives a connection the function `row_checksum`.
///
/// # Errors
/// Returns an error if SQLite has no memory for it.
pub(super) fn register(connection: &Connection, path: &Path) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let sum = |context: &mut rusqlite::functions::Context<'_>| {
        let mut hasher = SipHasher13::new();
        let mut write = |kind: u8, bytes: &[u8]| {
            hasher.write(&[kind]);
            hasher.write(&(bytes.len() as u64).to_le_bytes());
            hasher.write(bytes);
        };
        for at in 0..context.len() {
            match context.get_raw(at) {
                ValueRef::Null => write(0, &[]),
                ValueRef::Integer(whole) => write(1, &whole.to_le_bytes()),
                ValueRef::Real(real) => write(2, &real.to_bits().to_le_bytes()),
                ValueRef::Text(text) => write(3, text),
                ValueRef::Blob(bytes) => write(4, bytes),
            }
        }
        Ok(hasher.finish().cast_signed())
    };
    connection.create_scalar_function("row_checksum", -1, flags, sum).map_err(|e| failed("open", path, &e))
}

/// Checks all rows.
///
/// # Errors
/// Returns an error if a row is not what was written, or if the structure of the file is damaged.
pub(super) fn verify(connection: &Connection, path: &Path) -> Result<()> {
    let damaged = |what: &str| Error::input(format!("the file is damaged: {what}")).in_file(path.to_path_buf());
    let structure: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|e| failed("read", path, &e))?;
    if structure != "ok" {
        return Err(damaged("its structure is not that of a database"));
    }
    let count =
        |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0)).map_err(|e| failed("read", path, &e));
    for (table, sum) in TABLES {
        let wrong = count(&format!("SELECT count(*) FROM {table} WHERE checksum IS NOT {sum}"))?;
        if wrong > 0 {
            return Err(damaged(&format!("rows of its table \"{table}\" with another checksum: {wrong}")));
        }
    }
    // The number of a run is given by SQLite, and part of no checksum.
    if count("SELECT count(*) FROM curve WHERE run NOT IN (SELECT id FROM run)")? > 0 {
        return Err(damaged("it has curves of no training"));
    }
    Ok(())
}
