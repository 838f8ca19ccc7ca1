//! The source of a table, which can be opened repeatedly.

use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use treino_core::{Error, Result};

/// The source of a table.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TableSource {
    /// A file.
    Path(PathBuf),
    /// Bytes in memory, from a pipe or from a program.
    Bytes {
        /// The name in error messages.
        name: String,
        /// The content of the file.
        bytes: Arc<[u8]>,
    },
}

impl TableSource {
    /// The source that `arg` means on a command line: `-` is the standard input (read to its end), anything else a
    /// path.
    ///
    /// # Errors
    /// Returns an error if the standard input cannot be read.
    pub fn from_argument(arg: &str) -> Result<Self> {
        if arg != "-" {
            return Ok(TableSource::Path(PathBuf::from(arg)));
        }
        let mut bytes = Vec::new();
        let name = "standard input";
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| Error::io("read", Path::new(name), &e))?;
        Ok(TableSource::Bytes { name: name.to_string(), bytes: bytes.into() })
    }

    /// Text in memory.
    pub fn text(name: &str, text: &str) -> Self {
        TableSource::Bytes { name: name.to_string(), bytes: text.as_bytes().into() }
    }

    /// The path, or the name of the bytes.
    pub fn name(&self) -> String {
        match self {
            TableSource::Path(path) => path.display().to_string(),
            TableSource::Bytes { name, .. } => name.clone(),
        }
    }
}

/// The format of a file according to its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv { gzip: bool },
    Parquet,
}

/// A readable source, and its format.
#[derive(Debug, Clone)]
pub(crate) struct OpenedTable {
    pub source: TableSource,
    pub format: Format,
}

/// The number of bytes that are read at once.
const CHUNK: usize = 1 << 18;

impl OpenedTable {
    /// Looks at the first bytes of a source.
    pub fn open(source: &TableSource) -> Result<Self> {
        let mut opened = OpenedTable { source: source.clone(), format: Format::Csv { gzip: false } };
        if let TableSource::Path(path) = source {
            let meta = std::fs::metadata(path).map_err(|e| Error::io("read", path, &e))?;
            if meta.is_dir() {
                return Err(Error::input("this is a folder, not a table")
                    .in_file(path)
                    .help("name a CSV or Parquet file in it"));
            }
            if !meta.is_file() {
                // A pipe can be read only once, and there are two passes.
                let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, &e))?;
                opened.source = TableSource::Bytes { name: source.name(), bytes: bytes.into() };
            }
        }
        let mut magic = Vec::new();
        opened.raw()?.take(4).read_to_end(&mut magic).map_err(|e| opened.io(&e))?;
        if magic == b"PAR1" {
            opened.format = Format::Parquet;
            return Ok(opened);
        }
        opened.format = Format::Csv { gzip: magic.starts_with(&[0x1f, 0x8b]) };
        opened.refuse_other_formats()?;
        Ok(opened)
    }

    /// An error about reading this source.
    pub fn io(&self, cause: &std::io::Error) -> Error {
        match cause.kind() {
            std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData => {
                Error::input(format!("the compressed file is damaged or cut off ({cause})")).in_file(self.source.name())
            }
            _ => Error::io("read", Path::new(&self.source.name()), cause),
        }
    }

    /// The bytes of the file from its beginning.
    fn raw(&self) -> Result<Box<dyn BufRead + '_>> {
        Ok(match &self.source {
            TableSource::Path(path) => {
                let file = File::open(path).map_err(|e| Error::io("read", path, &e))?;
                Box::new(BufReader::with_capacity(CHUNK, file))
            }
            TableSource::Bytes { bytes, .. } => Box::new(Cursor::new(&bytes[..])),
        })
    }

    /// The text of the file from its beginning: unpacked, without a byte order mark.
    pub fn reader(&self) -> Result<Box<dyn BufRead + '_>> {
        let raw = self.raw()?;
        let mut reader: Box<dyn BufRead + '_> = match self.format {
            Format::Csv { gzip: true } => Box::new(BufReader::with_capacity(CHUNK, MultiGzDecoder::new(raw))),
            _ => raw,
        };
        if reader.fill_buf().map_err(|e| self.io(&e))?.starts_with(b"\xef\xbb\xbf") {
            reader.consume(3);
        }
        Ok(reader)
    }

    /// The first `limit` bytes of the text.
    pub fn sample(&self, limit: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader()?.take(limit as u64).read_to_end(&mut bytes).map_err(|e| self.io(&e))?;
        Ok(bytes)
    }

    /// Returns an error for formats that are not supported, with what to do.
    fn refuse_other_formats(&self) -> Result<()> {
        let start = self.sample(8192)?;
        let refuse = |what: &str, help: &str| Err(Error::input(what).in_file(self.source.name()).help(help));
        let save = "save it as CSV in UTF-8";
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return refuse("the text is in UTF-16, which is not read", save);
        }
        if start.starts_with(b"PK\x03\x04") {
            return refuse("this is a spreadsheet or a zip file, not a CSV file", save);
        }
        if start.starts_with(b"\xd0\xcf\x11\xe0") {
            return refuse("this is an old spreadsheet, not a CSV file", save);
        }
        let zeros = start.iter().filter(|b| **b == 0).count();
        if zeros * 3 > start.len() {
            return refuse("this is no text, or text in UTF-16", save);
        }
        // Tabs and line ends are the only control characters in a table.
        let control = start.iter().filter(|b| **b < 0x20 && !b"\t\r\n".contains(b)).count();
        if zeros > 0 || control * 20 > start.len() {
            return refuse(
                "this is no text: it holds bytes that no table has",
                "a table is CSV (also gzipped) or Parquet",
            );
        }
        if start.iter().all(u8::is_ascii_whitespace) && start.len() < 8192 {
            return refuse("the file is empty", "a table has a line of column names and one line per row");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(bytes: &[u8]) -> TableSource {
        TableSource::Bytes { name: "x.csv".into(), bytes: bytes.into() }
    }

    #[test]
    fn other_formats_are_refused_by_name() {
        for (content, word) in [
            (&b""[..], "empty"),
            (b" \n\n", "empty"),
            (b"\xff\xfea\0,\0b\0", "UTF-16"),
            (b"a\0,\0b\0", "UTF-16"),
            (b"PK\x03\x04....", "spreadsheet"),
            (b"a,b\n\0,1\n", "no text"),
        ] {
            let e = OpenedTable::open(&bytes(content)).unwrap_err();
            assert!(e.message().contains(word), "{e}");
            assert_eq!(e.file(), Some(Path::new("x.csv")));
        }
        let e = OpenedTable::open(&TableSource::Path("no/such.csv".into())).unwrap_err();
        assert!(e.message().contains("no such file"), "{e}");
        let e = OpenedTable::open(&TableSource::Path(".".into())).unwrap_err();
        assert!(e.message().contains("folder"), "{e}");
    }

    #[test]
    fn a_packed_file_with_a_mark_is_the_same_text() {
        use std::io::Write;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(b"\xef\xbb\xbfa,b\n1,2\n").unwrap();
        let packed = packer.finish().unwrap();
        let opened = OpenedTable::open(&bytes(&packed)).unwrap();
        assert_eq!(opened.sample(100).unwrap(), b"a,b\n1,2\n");
        let e = OpenedTable::open(&bytes(&packed[..packed.len() - 6])).unwrap_err();
        assert!(e.message().contains("cut off"), "{e}");
    }
}
