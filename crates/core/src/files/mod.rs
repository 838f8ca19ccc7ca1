//! Files: written in one piece or growing by whole pieces, and checksums.
//!
//! A file is written beside its place and then renamed, so a reader never sees half of one. Logs grow instead, by whole
//! pieces.

mod append_file;
mod crc32c;
mod folder;

pub use append_file::AppendFile;
pub use crc32c::{Crc32c, crc32c};
pub use folder::{CreatedFolders, check_folder, working_folder};

use crate::error::{Error, Result};
use std::io::Write;
use std::path::Path;

/// Writes a file in one piece: readers see the old content or the new, never a part.
///
/// A link is followed. What is no file (a device, a pipe) is written to as it is: putting a file in its place would
/// take it away.
///
/// # Errors
/// The folder cannot be written to, or the disk is full; the old file then stays as it was.
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

/// Writes beside the place of the file, and then renames.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new().prefix(".treino-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    // Temporary files are for their owner only; what is kept follows the folder's custom.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}
