//! Folders that are made where they are missing, and working folders beside the place of what is made in them.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Folders that were made on the way; those that are empty in the end go again.
#[derive(Debug)]
pub struct CreatedFolders(Vec<PathBuf>);

impl CreatedFolders {
    /// Makes a folder and those above it, as far as they are missing.
    /// # Errors
    /// The folder cannot be made.
    pub fn make(folder: &Path) -> Result<Self> {
        let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
        let missing = folder.ancestors().take_while(is_missing).map(Path::to_path_buf).collect();
        let made = CreatedFolders(missing);
        match std::fs::create_dir_all(folder) {
            Ok(()) => Ok(made),
            Err(e) => Err(Error::io("make the folder", folder, &e)),
        }
    }

    /// Leaves the folders where they are.
    pub fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for CreatedFolders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // One that is not empty has been put to use.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// Whether something can be written into a folder, which may have to be made: to be asked before long work, so that its result
/// is not lost. It leaves nothing behind.
///
/// # Errors
/// A folder that cannot be made or written to.
pub fn check_folder(folder: &Path) -> Result<()> {
    working_folder(folder, ".treino-").map(drop)
}

/// Makes a working folder in `parent`, which is made where it is missing. Dropped, the working folder goes, and then the empty
/// ones among those that were made for it: drop it before them.
///
/// # Errors
/// A folder that cannot be made or written to.
pub fn working_folder(parent: &Path, prefix: &str) -> Result<(TempDir, CreatedFolders)> {
    let mut made = CreatedFolders::make(parent)?;
    let work = || tempfile::Builder::new().prefix(prefix).tempdir_in(parent);
    let mut begun = work();
    for _ in 0..10 {
        if !matches!(&begun, Err(e) if e.kind() == std::io::ErrorKind::NotFound) {
            break;
        }
        // Another program that only looked whether it can write has taken its empty folder away again.
        made = CreatedFolders::make(parent)?;
        begun = work();
    }
    let work = begun.map_err(|e| Error::io("write to the folder", parent, &e))?;
    Ok((work, made))
}
