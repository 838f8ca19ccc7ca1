//! A file that grows while a training runs.

use super::{check_folder, write_atomically};
use crate::error::{Error, Result};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// An append-only log. A record that cannot be written completely is removed again.
#[derive(Debug)]
pub struct AppendFile {
    file: File,
    path: PathBuf,
    length: u64,
}

impl AppendFile {
    /// Checks whether such a file can be written, before a training. It leaves nothing behind.
    ///
    /// # Errors
    /// Returns an error if the folder cannot be created or written to, or if the path exists and is not a writable
    /// file.
    pub fn check(path: &Path) -> Result<()> {
        if path.is_dir() {
            return Err(Error::io("write", path, &std::io::ErrorKind::IsADirectory.into()));
        }
        if path.exists() {
            return OpenOptions::new().append(true).open(path).map(drop).map_err(|e| Error::io("write", path, &e));
        }
        check_folder(folder(path))
    }

    /// Creates a file with this content; replaces an old one.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written; an old one is then unchanged.
    pub fn create(path: &Path, content: &[u8]) -> Result<Self> {
        make_folder(path)?;
        write_atomically(path, content)?;
        Self::open(path)
    }

    /// Opens a file to append to it; creates it if it does not exist.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
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

    /// Whether the file is empty.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Appends a record.
    ///
    /// # Errors
    /// Returns an error if the record cannot be written; the file is then unchanged.
    pub fn append(&mut self, piece: &[u8]) -> Result<()> {
        if let Err(e) = self.file.write_all(piece) {
            // Devices have no length that can be set.
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
