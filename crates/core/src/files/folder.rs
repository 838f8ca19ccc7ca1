//! Creates missing folders, and temporary folders next to the final path of their content.

use super::leftovers::{is_ours, remove_leftovers, try_to_own};
use crate::error::{Error, Result};
use std::fs::File;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The folders that were created; those that are empty at the end are removed again.
#[derive(Debug)]
pub struct CreatedFolders(Vec<PathBuf>);

impl CreatedFolders {
    /// Creates a folder and its missing parents.
    /// # Errors
    /// Returns an error if the folder cannot be created.
    pub fn make(folder: &Path) -> Result<Self> {
        let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
        let missing = folder.ancestors().take_while(is_missing).map(Path::to_path_buf).collect();
        let made = CreatedFolders(missing);
        match std::fs::create_dir_all(folder) {
            Ok(()) => Ok(made),
            Err(e) => Err(Error::io("make the folder", folder, &e)),
        }
    }

    /// Keeps the folders.
    pub fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for CreatedFolders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // A folder that is not empty is in use.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// Checks whether a folder, which is created if necessary, can be written to; to be called before long work, so that
/// its result is not lost. It removes the leftovers of killed processes, and otherwise leaves nothing behind.
///
/// # Errors
/// Returns an error if the folder cannot be created or written to.
pub fn check_folder(folder: &Path) -> Result<()> {
    WorkingFolder::make(folder, ".treino-").map(drop)
}

/// Checks whether the disk of a folder, which need not exist, has this many free bytes, as far as the system can tell.
///
/// # Errors
/// Returns an error if the disk is too full.
pub fn check_space(folder: &Path, bytes: u64) -> Result<()> {
    let here = Path::new(".");
    let there = folder.ancestors().find(|path| path.is_dir() && !path.as_os_str().is_empty()).unwrap_or(here);
    match free_bytes(there) {
        Some(free) if free < bytes => {
            let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
            let e = format!("the disk has {:.1} MiB left, but {:.1} are needed", mib(free), mib(bytes));
            Err(Error::input(e).in_file(folder).help("make room, or name a folder on another disk"))
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

/// A temporary folder next to the final path of its content. Dropping it removes it, and then the empty ones among the
/// folders that were created for it.
#[derive(Debug)]
pub struct WorkingFolder {
    // Dropped in this order: the folder, then its parents.
    work: TempDir,
    made: CreatedFolders,
    /// Held as long as the process works: a folder without an owner is a leftover.
    owner: Option<File>,
}

impl WorkingFolder {
    /// Creates a temporary folder in `parent`, which is created if necessary. Those of killed processes are removed.
    ///
    /// # Errors
    /// Returns an error if a folder cannot be created or written to.
    pub fn make(parent: &Path, prefix: &str) -> Result<Self> {
        let mut tries = 0;
        loop {
            let made = CreatedFolders::make(parent)?;
            remove_leftovers(parent);
            let begun = tempfile::Builder::new().prefix(prefix).tempdir_in(parent);
            match begun.and_then(|work| try_to_own(work.path()).map(|owner| (work, owner))) {
                Ok((work, owner)) if is_ours(work.path(), owner.as_ref()) => {
                    return Ok(WorkingFolder { work, made, owner });
                }
                // Another process took the new folder for a leftover, or removed the empty parent.
                Ok(_) if tries < 10 => {}
                Err(e) if e.kind() == std::io::ErrorKind::NotFound && tries < 10 => {}
                Ok(_) => return Err(Error::io("write to the folder", parent, &std::io::ErrorKind::NotFound.into())),
                Err(e) => return Err(Error::io("write to the folder", parent, &e)),
            }
            tries += 1;
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.work.path()
    }

    /// To be called when the folder has been renamed: there is nothing left to remove.
    pub fn has_moved(mut self) {
        let _ = self.work.keep();
        self.made.keep();
        drop(self.owner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_owns_any_more_is_removed_and_what_somebody_owns_stays() {
        let home = tempfile::tempdir().unwrap();
        let at_work = WorkingFolder::make(home.path(), ".run-").unwrap();
        std::fs::write(at_work.path().join("history.csv"), "epoch").unwrap();
        for folder in [".run-AbCd12", ".treino-AbCd12", ".run-", ".run-and-more", "run-AbCd12"] {
            std::fs::create_dir(home.path().join(folder)).unwrap();
            std::fs::write(home.path().join(folder).join("file"), "").unwrap();
        }
        std::fs::write(home.path().join(".treino-XyZ789"), "").unwrap();
        std::fs::write(home.path().join(".treino.toml"), "").unwrap();
        check_folder(home.path()).unwrap();
        let mut left: Vec<String> =
            std::fs::read_dir(home.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        left.retain(|name| !at_work.path().ends_with(name));
        left.sort();
        assert_eq!(left, [".run-", ".run-and-more", ".treino.toml", "run-AbCd12"]);
        assert!(at_work.path().join("history.csv").is_file());
    }

    #[test]
    fn a_full_disk_is_told() {
        let home = tempfile::tempdir().unwrap();
        check_space(&home.path().join("not/there/yet"), 1).unwrap();
        let e = check_space(home.path(), u64::MAX).unwrap_err();
        assert!(e.message().starts_with("the disk has "), "{e}");
    }
}
