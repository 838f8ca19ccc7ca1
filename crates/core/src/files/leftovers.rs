//! Leftovers of killed processes: temporary files and temporary folders without an owner.
//!
//! A working process holds a lock on its file or folder, which the system releases when the process ends. So a file
//! that another process can lock has no owner.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// The prefixes of temporary names; six letters or digits follow.
const PREFIXES: [&str; 2] = [".run-", ".treino-"];

/// Locks a new file or folder for as long as the result is held; `None` if the system has no such locks.
///
/// # Errors
/// Returns an error if it no longer exists, or if another process holds it: it was taken for a leftover.
pub(super) fn try_to_own(path: &Path) -> io::Result<Option<File>> {
    if !cfg!(unix) {
        // On such systems a folder cannot be opened.
        return Ok(None);
    }
    let file = File::open(path)?;
    own(&file)?;
    Ok(Some(file))
}

/// Locks an open file.
///
/// # Errors
/// Returns an error if another process holds it.
pub(super) fn own(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(io::ErrorKind::NotFound.into()),
        // A file system without locks: nothing is removed there either.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// Whether the locked file still has its name.
pub(super) fn is_ours(path: &Path, owned: Option<&File>) -> bool {
    #[cfg(unix)]
    if let Some(file) = owned {
        use std::os::unix::fs::MetadataExt;
        let id = |data: std::fs::Metadata| (data.dev(), data.ino());
        return match (file.metadata(), std::fs::symlink_metadata(path)) {
            (Ok(locked), Ok(named)) => id(locked) == id(named),
            _ => false,
        };
    }
    owned.is_none() || path.exists()
}

/// Removes the leftovers of killed processes in a folder. Those that cannot be removed stay.
pub fn remove_leftovers(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_temporary = |name: &str| {
            PREFIXES.iter().any(|prefix| {
                name.strip_prefix(prefix)
                    .is_some_and(|rest| rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
            })
        };
        let (path, name) = (entry.path(), entry.file_name());
        // A link is never a leftover.
        let Some(kind) = entry.file_type().ok().filter(|kind| kind.is_file() || kind.is_dir()) else { continue };
        if !name.to_str().is_some_and(is_temporary) {
            continue;
        }
        let Ok(file) = File::open(&path) else { continue };
        if file.try_lock().is_ok() && is_ours(&path, Some(&file)) {
            let _ = if kind.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        }
    }
}
