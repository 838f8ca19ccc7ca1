//! Atomic writing of files, append-only logs, and checksums.
//!
//! A file is written under a temporary name in the same folder and then renamed, so a reader never sees a part of it.
//! Logs grow by complete records instead.

mod append_file;
mod crc32c;
mod folder;
mod leftovers;
mod seal;

pub use append_file::AppendFile;
pub use crc32c::{Crc32c, crc32c};
pub use folder::{CreatedFolders, WorkingFolder, check_folder, check_space};
pub use leftovers::remove_leftovers;
pub use seal::{UNSEALED, check_seal, seal};

use crate::error::{Error, Result};
use std::io::Write;
use std::path::Path;
use tempfile::NamedTempFile;

/// Writes a file atomically: readers see the old content or the new, never a part.
///
/// A link is followed. A device or a pipe is written to directly, because a rename would replace it.
///
/// # Errors
/// Returns an error if the folder cannot be written to, or if the disk is full; the old file is then unchanged.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || match std::fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(std::io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => {
            let mut sink = std::fs::OpenOptions::new().write(true).open(path)?;
            sink.write_all(bytes)?;
            sink.flush()
        }
        Ok(_) => replace(&path.canonicalize()?, bytes),
        Err(_) => replace(path, bytes),
    };
    write().map_err(|e| Error::io("write", path, &e))
}

/// Writes a file whose name the user did not choose: a link with that name is replaced, not followed, so its target is
/// unchanged.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_in_place(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || match std::fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() => Err(std::io::ErrorKind::IsADirectory.into()),
        _ => replace(path, bytes),
    };
    write().map_err(|e| Error::io("write", path, &e))
}

/// A temporary file that no other process takes for a leftover.
fn temporary(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut tries = 0;
    loop {
        let file = tempfile::Builder::new().prefix(".treino-").tempfile_in(folder)?;
        let owned = leftovers::own(file.as_file());
        if owned.is_ok() && leftovers::is_ours(file.path(), Some(file.as_file())) || tries == 10 {
            return Ok(file);
        }
        tries += 1;
    }
}

/// Writes a temporary file in the same folder, and then renames it.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = temporary(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    // Temporary files are readable by their owner only; the final file gets the usual permissions.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}
