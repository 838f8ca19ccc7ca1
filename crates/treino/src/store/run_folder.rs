//! The folder of a run.

use super::TrainedModel;
use crate::spec::{self, Spec};
use std::path::{Component, Path, PathBuf};
use tempfile::TempDir;
use treino_core::catalog;
use treino_core::error::{Error, Result};
use treino_core::files::{self, CreatedFolders, write_atomically};
use treino_nn::events::History;

/// A run folder in the making: it has its name only once everything is in it. Dropped before, it leaves nothing, not even
/// the folders that were made for it.
#[derive(Debug)]
pub struct RunFolder {
    parent: PathBuf,
    name: String,
    // Dropped in this order: the work, then what it lies in.
    work: TempDir,
    made: CreatedFolders,
}

impl RunFolder {
    /// Whether run folders can be made in `parent`: to be asked before a training, so that none is lost. It leaves nothing
    /// behind.
    ///
    /// # Errors
    /// A folder that cannot be made or written to.
    pub fn check(parent: &Path) -> Result<()> {
        files::check_folder(parent)
    }

    /// Begins a run folder in `parent`, which is made where it is missing. `name` becomes part of the folder's name.
    ///
    /// # Errors
    /// A folder that cannot be made or written to.
    pub fn begin(parent: &Path, name: &str) -> Result<Self> {
        let (work, made) = files::working_folder(parent, ".run-")?;
        let plain = |c: char| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
        let name: String = name.chars().map(plain).take(40).collect();
        Ok(RunFolder { parent: parent.to_path_buf(), name, work, made })
    }

    /// Writes a file of the run.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        write_atomically(&self.work.path().join(name), bytes)
    }

    /// Writes what every run has: `model.safetensors`, `history.csv`, `metrics.json` and `record.json`; and gives the folder its name,
    /// `NNNN-name` with the next free number. `spec.toml` comes with the name, because its paths are relative to it.
    ///
    /// # Errors
    /// A file that cannot be written; then the folder is gone.
    pub fn finish(
        mut self,
        bundle: &TrainedModel,
        history: &History,
        metrics: &impl serde::Serialize,
        record: &str,
    ) -> Result<PathBuf> {
        self.write("model.safetensors", &bundle.to_bytes()?)?;
        self.write("history.csv", history.csv().as_bytes())?;
        let text = serde_json::to_string_pretty(metrics)
            .map_err(|e| Error::input(format!("cannot write metrics: {e}")).caused_by(e))?;
        self.write("metrics.json", (text + "\n").as_bytes())?;
        self.write("record.json", record.as_bytes())?;
        // All run folders of a parent have the same depth, so the paths do not depend on the number.
        self.write("spec.toml", spec_text(&bundle.spec, &self.parent.join("run")).as_bytes())?;
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
            match std::fs::rename(self.work.path(), &path) {
                Ok(()) => {
                    // The folder has moved away: there is nothing left to clean up.
                    let _ = self.work.keep();
                    self.made.keep();
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
        let run = RunFolder::begin(&parent, "pima").unwrap();
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
