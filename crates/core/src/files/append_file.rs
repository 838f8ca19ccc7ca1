//! A file that grows while a training runs.

use super::{check_folder, write_atomically};
use crate::error::{Error, Result};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A log: it grows by whole pieces. A piece that cannot be written to its end is taken back.
#[derive(Debug)]
pub struct AppendFile {
    file: File,
    path: PathBuf,
    length: u64,
}

impl AppendFile {
    /// Whether such a file can be written: to be asked before a training. It leaves nothing behind.
    ///
    /// # Errors
    /// A folder that cannot be made or written to, something of that name that is no file or cannot be written.
    pub fn check(path: &Path) -> Result<()> {
        if path.is_dir() {
            return Err(Error::io("write", path, &std::io::ErrorKind::IsADirectory.into()));
        }
        if path.exists() {
            return OpenOptions::new().append(true).open(path).map(drop).map_err(|e| Error::io("write", path, &e));
        }
        check_folder(folder(path))
    }

    /// A new file with this content, in the place of an old one.
    ///
    /// # Errors
    /// The file cannot be written; an old one then stays as it was.
    pub fn create(path: &Path, content: &[u8]) -> Result<Self> {
        make_folder(path)?;
        write_atomically(path, content)?;
        Self::open(path)
    }

    /// A file to grow from what it holds; a new one where there is none.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn open(path: &Path) -> Result<Self> {
        make_folder(path)?;
        let open = || {
            let file = OpenOptions::new().append(true).create(true).open(path)?;
            let length = file.metadata()?.len();
            Ok((file, length))
        };
        let (file, length) = open().map_err(|e| Error::io("write", path, &e))?;
        Ok(AppendFile { file, path: path.to_path_buf(), length })
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// The piece cannot be written; the file then is as before.
    pub fn append(&mut self, piece: &[u8]) -> Result<()> {
        if let Err(e) = self.file.write_all(piece) {
            // Devices have no length to set.
            let _ = self.file.set_len(self.length);
            return Err(Error::io("write", &self.path, &e));
        }
        self.length += piece.len() as u64;
        Ok(())
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn make_folder(path: &Path) -> Result<()> {
    let folder = folder(path);
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_from_what_is_there_and_a_check_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/log.csv");
        AppendFile::check(&path).unwrap();
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
        let mut file = AppendFile::create(&path, b"one").unwrap();
        file.append(b"two").unwrap();
        let mut file = AppendFile::open(&path).unwrap();
        assert!(!file.is_empty());
        file.append(b"three").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"onetwothree");
        assert!(AppendFile::check(home.path()).unwrap_err().message().ends_with("it is a folder"));
        assert!(AppendFile::check(&path.join("x")).is_err());
    }
}
