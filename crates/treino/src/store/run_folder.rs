//! The folder of a run.

use super::TrainedModel;
use crate::spec::{self, Spec};
use std::path::{Component, Path, PathBuf};
use treino_core::catalog;
use treino_core::error::{Error, Result};
use treino_core::files::{WorkingFolder, check_folder, crc32c, write_atomically};
use treino_nn::events::History;

/// A run folder in the making: it has its name only once everything is in it. Dropped before, it leaves nothing, not even
/// the folders that were made for it.
#[derive(Debug)]
pub struct RunFolder {
    parent: PathBuf,
    name: String,
    work: WorkingFolder,
    /// The files of the run with their checksums.
    sums: Vec<(String, u32)>,
}

/// A name as a part of a folder's name.
pub(crate) fn run_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    name.chars().map(plain).take(40).collect()
}

/// The file with the checksums of the others.
const CHECKSUMS: &str = "checksums.txt";

impl RunFolder {
    /// Whether run folders can be made in `parent`: to be asked before a training, so that none is lost. It leaves nothing
    /// behind.
    ///
    /// # Errors
    /// A folder that cannot be made or written to.
    pub fn check(parent: &Path) -> Result<()> {
        check_folder(parent)
    }

    /// Begins a run folder in `parent`, which is made where it is missing. `name` becomes part of the folder's name.
    ///
    /// # Errors
    /// A folder that cannot be made or written to.
    pub fn begin(parent: &Path, name: &str) -> Result<Self> {
        let work = WorkingFolder::make(parent, ".run-")?;
        Ok(RunFolder { parent: parent.to_path_buf(), name: run_name(name), work, sums: Vec::new() })
    }

    /// Writes a file of the run.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        write_atomically(&self.work.path().join(name), bytes)?;
        self.sums.push((name.to_string(), crc32c(bytes)));
        Ok(())
    }

    /// Writes what a run with a model has: `model.safetensors` and `metrics.json`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write_model(&mut self, bundle: &TrainedModel, metrics: &impl serde::Serialize) -> Result<()> {
        self.write("model.safetensors", &bundle.to_bytes()?)?;
        let text =
            serde_json::to_string_pretty(metrics).map_err(|e| Error::input(format!("cannot write metrics: {e}")))?;
        self.write("metrics.json", (text + "\n").as_bytes())
    }

    /// Writes what every run has: `history.csv`, `record.json` and `spec.toml`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write_training(&mut self, spec: &Spec, history: &History, record: &str) -> Result<()> {
        self.write("history.csv", history.csv().as_bytes())?;
        self.write("record.json", record.as_bytes())?;
        // All run folders of a parent have the same depth, so the paths do not depend on the number.
        let text = spec_text(spec, &self.parent.join("run"));
        self.write("spec.toml", text.as_bytes())
    }

    /// Writes the checksums of all files, and gives the folder its name, `NNNN-name` with the next free number. `page` is called
    /// before that, with the folder as it is and the name that it is to have, to write what names the folder: such files can be
    /// made again and have no checksum.
    ///
    /// # Errors
    /// A file that cannot be written; then the folder is gone.
    pub fn finish(self, mut page: impl FnMut(&Path, &Path) -> Result<()>) -> Result<PathBuf> {
        let lines = self.sums.iter().map(|(name, sum)| format!("{sum:08x}  {name}\n"));
        write_atomically(&self.work.path().join(CHECKSUMS), lines.collect::<String>().as_bytes())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let open = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(self.work.path(), open)
                .map_err(|e| Error::io("open the folder", &self.parent, &e))?;
        }
        for number in next_number(&self.parent)?.. {
            let path = self.parent.join(format!("{number:04}-{}", self.name));
            if path.exists() {
                continue;
            }
            page(self.work.path(), &path)?;
            match std::fs::rename(self.work.path(), &path) {
                Ok(()) => {
                    self.work.has_moved();
                    return Ok(path);
                }
                // Somebody else took the number in between.
                Err(_) if path.exists() => {}
                Err(e) => return Err(Error::io("make the folder", &path, &e)),
            }
        }
        Err(Error::input(format!("{} has no free run number", self.parent.display())))
    }
}

/// The files of a run folder that are not as they were written, in their order; none where the run is of a program that wrote no
/// checksums.
///
/// # Errors
/// Checksums that cannot be read.
pub(crate) fn changed_files(run: &Path) -> Result<Vec<String>> {
    let path = run.join(CHECKSUMS);
    let text = match std::fs::read(&path) {
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("read", &path, &e)),
    };
    let mut changed = Vec::new();
    for line in text.split_terminator('\n') {
        // Nothing but a file's name in the folder: the checksums may be somebody else's.
        let Some((sum, name)) = line.split_once("  ").filter(|(_, name)| !name.contains(['/', '\\'])) else {
            changed.push(CHECKSUMS.to_string());
            break;
        };
        let is_same = std::fs::read(run.join(name)).is_ok_and(|bytes| format!("{:08x}", crc32c(&bytes)) == sum);
        if !is_same {
            changed.push(name.to_string());
        }
    }
    if !text.ends_with('\n') && changed.is_empty() {
        changed.push(CHECKSUMS.to_string());
    }
    Ok(changed)
}

/// The number after the largest that a run folder in `parent` has.
fn next_number(parent: &Path) -> Result<u32> {
    let entries = std::fs::read_dir(parent).map_err(|e| Error::io("read the folder", parent, &e))?;
    let numbers = entries.flatten().filter_map(|entry| {
        let name = entry.file_name();
        name.to_str()?.split_once('-')?.0.parse::<u32>().ok()
    });
    Ok(numbers.max().unwrap_or(0).saturating_add(1))
}

/// The resolved spec as text, its paths relative to the run folder.
fn spec_text(spec: &Spec, folder: &Path) -> String {
    let mut entries = spec.entries();
    spec::each_path(
        &mut entries,
        |path| if path == "-" { path.to_string() } else { relative(Path::new(path), folder) },
    );
    format!(
        "# Everything that this training was made of. `treino train` on this file gives the same bits.\n\n{}",
        catalog::write(&entries)
    )
}

/// `path`, as seen from `folder`: relative where the two share more than the root, else absolute.
fn relative(path: &Path, folder: &Path) -> String {
    let absolute = |p: &Path| std::path::absolute(p).map_or_else(|_| p.to_path_buf(), |p| clean(&p));
    let (path, folder) = (absolute(path), absolute(folder));
    let shared = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    if shared <= 1 {
        return path.display().to_string();
    }
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    let down = path.components().skip(shared);
    up.chain(down).collect::<PathBuf>().display().to_string()
}

/// Takes `..` and `.` out of an absolute path.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// The run with the largest number in a folder of runs.
fn newest_run(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.filter(|path| path.join("model.safetensors").is_file()).max()
}

/// The model file that `path` means: itself, or `model.safetensors` in a run folder.
///
/// # Errors
/// Nothing there, or a folder without a model.
pub fn find_model(path: &Path) -> Result<PathBuf> {
    let data = std::fs::metadata(path).map_err(|e| Error::io("read", path, &e))?;
    if !data.is_dir() {
        return Ok(path.to_path_buf());
    }
    let model = path.join("model.safetensors");
    if model.is_file() {
        return Ok(model);
    }
    let error = Error::input("this folder holds no model").in_file(path);
    if path.join("record.json").is_file() {
        return Err(error.help("its training diverged: report.html shows how"));
    }
    Err(match newest_run(path) {
        Some(run) => error.help(format!("it holds runs: did you mean {}?", run.display())),
        None => error.help("a run folder has a file model.safetensors"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_run_where_that_is_shorter() {
        assert_eq!(relative(Path::new("/a/b/data.csv"), Path::new("/a/runs/0001-x")), "../../b/data.csv");
        assert_eq!(
            relative(Path::new("/a/runs/0001-x/../../b/data.csv"), Path::new("/a/runs/0002-x")),
            "../../b/data.csv"
        );
        assert_eq!(relative(Path::new("/data.csv"), Path::new("/a/runs")), "/data.csv");
    }

    #[test]
    fn an_unfinished_run_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let parent = home.path().join("a/runs");
        let mut run = RunFolder::begin(&parent, "pima").unwrap();
        run.write("history.csv", b"epoch").unwrap();
        drop(run);
        assert!(!home.path().join("a").exists());

        std::fs::create_dir_all(&parent).unwrap();
        RunFolder::check(&parent).unwrap();
        assert_eq!(std::fs::read_dir(&parent).unwrap().count(), 0);

        std::fs::write(home.path().join("file"), "").unwrap();
        let e = RunFolder::check(&home.path().join("file")).unwrap_err();
        assert!(e.message().ends_with("there is a file of that name"), "{e}");
    }
}
