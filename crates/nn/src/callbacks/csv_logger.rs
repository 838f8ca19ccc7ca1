//! The numbers of each epoch in a CSV file.

use super::python_number::repr;
use super::{ActiveCallback, Control, StartCallback, TrainingInfo};
use crate::events::Logs;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};
use treino_core::files::AppendFile;

component! {
    /// Writes a line of numbers into a file after each epoch, with the same bytes as Keras.
    ///
    /// The columns are `epoch`, from 0, and the names of the first epoch's logs in the order of the alphabet; where none
    /// of them is a validation's, a `val_` column for each is added. What an epoch lacks is NA. Lines end in CR LF.
    ///
    /// Keras differences: a training that goes on from a backup writes the lines of its earlier epochs again, so that the
    /// file is that of a training without interruption.
    pub struct CSVLogger = "csv_logger" {
        /// The file.
        filename: String = String::new(), Kind::Text;
        /// What stands between numbers: one character.
        separator: String = ",".to_string(), Kind::Text;
        /// Whether to add to the lines that are there.
        append: bool = false, Kind::Bool;
    }
}

impl CSVLogger {
    /// Writes to this file.
    pub fn new(filename: impl Into<String>) -> Self {
        CSVLogger { filename: filename.into(), ..CSVLogger::default() }
    }
}

impl StartCallback for CSVLogger {
    fn writes_files(&self) -> bool {
        true
    }

    fn start(&self, _outlook: &TrainingInfo<'_>) -> Result<Box<dyn ActiveCallback>> {
        if self.filename.is_empty() {
            return Err(Error::input("csv_logger needs a filename"));
        }
        let mut characters = self.separator.chars();
        let is_fit = |c: char| !matches!(c, '"' | '\r' | '\n' | '.' | '-' | '+' | '_') && !c.is_alphanumeric();
        if !(characters.next().is_some_and(is_fit) && characters.next().is_none()) {
            let e =
                format!("csv_logger.separator is {:?}, but must be one character that no number holds", self.separator);
            return Err(Error::input(e));
        }
        let path = Path::new(&self.filename);
        AppendFile::check(path)?;
        check_log(path)?;
        Ok(Box::new(ActiveCsvLogger { settings: self.clone(), file: None, keys: Vec::new() }))
    }
}

/// Refuses a file that holds something else than a log: a table, say, that would be lost.
fn check_log(path: &Path) -> Result<()> {
    const BEGINNING: &[u8] = b"epoch";
    let mut there = Vec::new();
    if path.is_file() {
        let file = File::open(path).map_err(|e| Error::io("read", path, &e))?;
        file.take(BEGINNING.len() as u64).read_to_end(&mut there).map_err(|e| Error::io("read", path, &e))?;
    }
    if there.is_empty() || there == BEGINNING {
        return Ok(());
    }
    let e = Error::input("csv_logger.filename names a file that holds something else than a log").in_file(path);
    Err(e.help("name another file, or delete this one"))
}

struct ActiveCsvLogger {
    settings: CSVLogger,
    file: Option<AppendFile>,
    /// The columns behind `epoch`; none before the first line.
    keys: Vec<String>,
}

impl ActiveCsvLogger {
    /// The line of an epoch, behind the head where that is still to come.
    fn line(&mut self, epoch: usize, logs: &Logs, with_head: bool) -> String {
        let mut text = String::new();
        if self.keys.is_empty() {
            self.keys = logs.0.iter().map(|(name, _)| name.clone()).collect();
            self.keys.sort();
            if !self.keys.iter().any(|key| key.starts_with("val_")) {
                let more: Vec<String> = self.keys.iter().map(|key| format!("val_{key}")).collect();
                self.keys.extend(more);
            }
            if with_head {
                text = self.joined("epoch".to_string(), |key| key.to_string());
            }
        }
        text + &self.joined(epoch.to_string(), |key| logs.get(key).map_or("NA".to_string(), repr))
    }

    fn joined(&self, first: String, cell: impl Fn(&str) -> String) -> String {
        let cells: Vec<String> = std::iter::once(first).chain(self.keys.iter().map(|key| cell(key))).collect();
        cells.join(&self.settings.separator) + "\r\n"
    }
}

impl ActiveCallback for ActiveCsvLogger {
    fn train_begin(&mut self, past: &[Logs]) -> Result<()> {
        let path = Path::new(&self.settings.filename).to_path_buf();
        let file = if self.settings.append {
            let file = AppendFile::open(&path)?;
            if let Some(first) = past.first() {
                // The lines are there; only the columns are to be known.
                self.line(0, first, false);
            }
            file
        } else {
            let text: String = past.iter().enumerate().map(|(epoch, logs)| self.line(epoch, logs, true)).collect();
            AppendFile::create(&path, text.as_bytes())?
        };
        self.file = Some(file);
        Ok(())
    }

    fn epoch_end(&mut self, epoch: usize, logs: &mut Logs, _training: &mut dyn Control) -> Result<()> {
        let Some(is_empty) = self.file.as_ref().map(AppendFile::is_empty) else { return Ok(()) };
        let line = self.line(epoch, logs, is_empty);
        self.file.as_mut().map_or(Ok(()), |file| file.append(line.as_bytes()))
    }
}
