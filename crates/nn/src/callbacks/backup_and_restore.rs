//! Going on after an interruption.

use super::backup::{read_backup, write_backup};
use super::{ActiveCallback, Frequency, StartCallback, TrainingInfo};
use crate::events::{TrainingCheckpoint, TrainingFingerprint};
use std::path::{Path, PathBuf};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};
use treino_core::files::{check_folder, write_atomically};

component! {
    /// Keeps the progress of the training in a folder, and goes on from there when the same training is started again.
    ///
    /// What follows has the same bits as without the interruption: weights, history, and what other callbacks do. The
    /// training must be the same but for the number of epochs: layers, optimizer, loss, metrics, callbacks, batches, seed,
    /// rows. A backup of another one is refused.
    ///
    /// Keras differences: all of the training's state is kept, and the history has all epochs; there it has the weights and
    /// the optimizer, and the history begins anew. A backup is made when an epoch ends: with a number of batches, at the
    /// first such end after so many.
    pub struct BackupAndRestore = "backup_and_restore" {
        /// The folder; no other training or callback may use it.
        backup_dir: String = String::new(), Kind::Text;
        /// When to save: "epoch", or after so many batches.
        save_freq: Frequency = Frequency::Epoch, Frequency::KIND;
        /// Whether to keep the backup before the last one, too, and to take it where the last one is damaged.
        double_checkpoint: bool = false, Kind::Bool;
        /// Whether to delete the backup when the training has ended.
        delete_checkpoint: bool = true, Kind::Bool;
    }
}

impl BackupAndRestore {
    /// Keeps the progress in this folder.
    pub fn new(backup_dir: impl Into<String>) -> Self {
        BackupAndRestore { backup_dir: backup_dir.into(), ..BackupAndRestore::default() }
    }
}

impl StartCallback for BackupAndRestore {
    fn writes_files(&self) -> bool {
        true
    }

    fn start(&self, _outlook: &TrainingInfo<'_>) -> Result<Box<dyn ActiveCallback>> {
        if self.backup_dir.is_empty() {
            return Err(Error::input("backup_and_restore needs a backup_dir"));
        }
        check_folder(Path::new(&self.backup_dir))?;
        Ok(Box::new(ActiveBackup(BackupFolder { settings: self.clone(), seen: 0 })))
    }
}

struct ActiveBackup(BackupFolder);

impl ActiveCallback for ActiveBackup {
    fn keeper(&mut self) -> Option<&mut BackupFolder> {
        Some(&mut self.0)
    }
}

/// The folder in which a training keeps its progress.
#[derive(Debug)]
pub struct BackupFolder {
    settings: BackupAndRestore,
    /// Batches since the last backup.
    seen: usize,
}

impl BackupFolder {
    fn file(&self, name: &str) -> PathBuf {
        Path::new(&self.settings.backup_dir).join(name)
    }

    fn latest(&self) -> PathBuf {
        self.file("latest.safetensors")
    }

    fn previous(&self) -> PathBuf {
        self.file("previous.safetensors")
    }

    /// The progress that was kept, if any.
    ///
    /// # Errors
    /// A backup of another training, or one that is damaged where there is no other.
    pub(crate) fn load(&self, identity: &TrainingFingerprint) -> Result<Option<TrainingCheckpoint>> {
        let read = |path: &Path| match std::fs::read(path) {
            Ok(bytes) => {
                read_backup(&bytes).map(Some).map_err(|e| e.in_file(path).help("delete the folder to begin anew"))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io("read", path, &e)),
        };
        let found = match read(&self.latest()) {
            Ok(Some(found)) => Some(found),
            latest => match read(&self.previous()) {
                Ok(Some(found)) => Some(found),
                _ => latest?,
            },
        };
        let Some((of, progress)) = found else { return Ok(None) };
        if let Some(part) = identity.difference(&of) {
            let folder = &self.settings.backup_dir;
            let e = format!("the backup in {folder} is of another training, which has {part}");
            let e = Error::input(e).help("give each training a backup_dir of its own");
            return Err(e.help("or delete the folder to begin anew"));
        }
        Ok(Some(progress))
    }

    /// Whether the progress is to be kept after an epoch of so many batches.
    pub(crate) fn is_due(&mut self, batches: usize) -> bool {
        let save_freq = self.settings.save_freq;
        save_freq == Frequency::Epoch || save_freq.is_due(batches, &mut self.seen)
    }

    /// Keeps the progress.
    ///
    /// # Errors
    /// A file that cannot be written; the last backup then stays as it was.
    pub(crate) fn save(&self, identity: &TrainingFingerprint, progress: &TrainingCheckpoint) -> Result<()> {
        let folder = Path::new(&self.settings.backup_dir);
        std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, &e))?;
        if self.settings.double_checkpoint
            && let Ok(bytes) = std::fs::read(self.latest())
        {
            write_atomically(&self.previous(), &bytes)?;
        }
        write_atomically(&self.latest(), &write_backup(identity, progress)?)
    }

    /// The training has ended: the backup has done its work.
    ///
    /// # Errors
    /// A file that cannot be deleted.
    pub(crate) fn done(&self) -> Result<()> {
        if !self.settings.delete_checkpoint {
            return Ok(());
        }
        for path in [self.latest(), self.previous()] {
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::io("delete", &path, &e)),
                _ => {}
            }
        }
        // A folder that holds something else stays.
        let _ = std::fs::remove_dir(&self.settings.backup_dir);
        Ok(())
    }
}
