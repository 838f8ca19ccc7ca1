//! Going on after an interruption.

use super::backup::{read_backup, write_backup};
use super::{ActiveCallback, Frequency, StartCallback, TrainingInfo};
use crate::events::{TrainingCheckpoint, TrainingFingerprint};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};
use treino_core::files::{check_folder, write_in_place};

/// The files of a backup.
const LATEST: &str = "latest.safetensors";
const PREVIOUS: &str = "previous.safetensors";

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

    /// Deletes what a training kept: its result is safe.
    ///
    /// # Errors
    /// A file that cannot be deleted.
    pub fn discard(&self) -> Result<()> {
        let folder = Path::new(&self.backup_dir);
        for path in [folder.join(LATEST), folder.join(PREVIOUS)] {
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::io("delete", &path, &e)),
                _ => {}
            }
        }
        // A folder that holds something else stays.
        let _ = std::fs::remove_dir(folder);
        Ok(())
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
        Ok(Box::new(ActiveBackup(BackupFolder { settings: self.clone(), seen: 0, seldom: None })))
    }
}

/// Keeps the progress of a training that was not asked for in its spec: seldom, so that a short training is not slowed.
///
/// A training is first kept after a second, and then so seldom that it costs a twentieth of the time at most. It is kept when an
/// epoch ends. The clock decides when something is kept, and never what.
#[derive(Debug, Clone)]
pub struct KeepProgress {
    folder: String,
}

impl KeepProgress {
    /// Keeps it in this folder, and goes on from there.
    pub fn new(folder: impl Into<String>) -> Self {
        KeepProgress { folder: folder.into() }
    }

    /// Deletes what was kept.
    ///
    /// # Errors
    /// A file that cannot be deleted.
    pub fn discard(&self) -> Result<()> {
        BackupAndRestore::new(&self.folder).discard()
    }
}

impl StartCallback for KeepProgress {
    fn writes_files(&self) -> bool {
        true
    }

    fn start(&self, _outlook: &TrainingInfo<'_>) -> Result<Box<dyn ActiveCallback>> {
        let settings = BackupAndRestore { delete_checkpoint: false, ..BackupAndRestore::new(&self.folder) };
        Ok(Box::new(ActiveBackup(BackupFolder { settings, seen: 0, seldom: Some(Seldom::default()) })))
    }
}

/// When something is due that must not cost much time.
#[derive(Debug)]
struct Seldom {
    /// The end of the last time, or the beginning.
    since: Instant,
    /// How long to wait from there.
    wait: Duration,
}

impl Default for Seldom {
    fn default() -> Self {
        Seldom { since: Instant::now(), wait: Seldom::AT_LEAST }
    }
}

impl Seldom {
    const AT_LEAST: Duration = Duration::from_secs(1);
    const TIMES_ITS_COST: u32 = 20;

    fn is_due(&self) -> bool {
        self.since.elapsed() >= self.wait
    }

    /// It was done, from `begun` on.
    fn done(&mut self, begun: Instant) {
        self.since = Instant::now();
        self.wait = Self::AT_LEAST.max((self.since - begun) * Self::TIMES_ITS_COST);
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
    /// Decides when, in the place of the settings.
    seldom: Option<Seldom>,
}

impl BackupFolder {
    fn file(&self, name: &str) -> PathBuf {
        Path::new(&self.settings.backup_dir).join(name)
    }

    fn latest(&self) -> PathBuf {
        self.file(LATEST)
    }

    fn previous(&self) -> PathBuf {
        self.file(PREVIOUS)
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
        if let Some(seldom) = &self.seldom {
            return seldom.is_due();
        }
        let save_freq = self.settings.save_freq;
        save_freq == Frequency::Epoch || save_freq.is_due(batches, &mut self.seen)
    }

    /// Keeps the progress.
    ///
    /// # Errors
    /// A file that cannot be written; the last backup then stays as it was.
    pub(crate) fn save(&mut self, identity: &TrainingFingerprint, progress: &TrainingCheckpoint) -> Result<()> {
        let begun = Instant::now();
        let folder = Path::new(&self.settings.backup_dir);
        std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, &e))?;
        if self.settings.double_checkpoint
            && let Ok(bytes) = std::fs::read(self.latest())
        {
            write_in_place(&self.previous(), &bytes)?;
        }
        write_in_place(&self.latest(), &write_backup(identity, progress)?)?;
        self.seldom.iter_mut().for_each(|seldom| seldom.done(begun));
        Ok(())
    }

    /// The training has ended: the backup has done its work.
    ///
    /// # Errors
    /// A file that cannot be deleted.
    pub(crate) fn done(&self) -> Result<()> {
        if self.settings.delete_checkpoint { self.settings.discard() } else { Ok(()) }
    }
}
