//! A folder to run the program in, with tables from the repository.

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The repository's folder with tables.
pub const DATASETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets");

/// A folder that goes when the test ends.
pub struct Scratch(TempDir);

/// What a command did.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Scratch {
    /// An empty folder.
    pub fn new() -> Self {
        Scratch(tempfile::tempdir().unwrap())
    }

    /// A folder with these of the repository's tables.
    pub fn with(tables: &[&str]) -> Self {
        let scratch = Scratch::new();
        for table in tables {
            std::fs::copy(Path::new(DATASETS).join(table), scratch.path(table)).unwrap();
        }
        scratch
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and the folders it lies in.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// A file's bytes.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// A file's text.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    /// A file as JSON.
    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&self.text(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Everything in the folder: path and size, `None` for folders.
    pub fn listing(&self) -> BTreeMap<PathBuf, Option<u64>> {
        fn walk(folder: &Path, into: &mut BTreeMap<PathBuf, Option<u64>>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, into);
                    into.insert(path, None);
                } else {
                    let size = std::fs::metadata(&path).map(|m| m.len()).unwrap();
                    into.insert(path, Some(size));
                }
            }
        }
        let mut listing = BTreeMap::new();
        walk(self.0.path(), &mut listing);
        listing
    }

    /// The program in this folder, with nothing of the terminal that the tests run in.
    pub fn program(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_treino"));
        command.current_dir(self.0.path()).args(words(arguments));
        for name in ["COLUMNS", "NO_COLOR", "TERM", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C");
        command
    }

    /// Runs the program.
    pub fn run(&self, arguments: &str) -> Done {
        done(&mut self.program(arguments))
    }

    /// Runs the program, which must succeed.
    pub fn good(&self, arguments: &str) -> Done {
        let done = self.run(arguments);
        assert_eq!(done.code, 0, "treino {arguments}\n{}{}", done.stdout, done.stderr);
        done
    }

    /// Runs the program, which must refuse: exit code 2, nothing on standard output, one message that holds all of
    /// `words`, and no file more or less than before. Gives the message.
    pub fn refuses(&self, arguments: &str, words: &[&str]) -> String {
        self.refusal(arguments, words).unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// [`Scratch::refuses`] for many, so that one run shows all that is wrong.
    pub fn refuses_all(&self, cases: &[(&str, &[&str])]) {
        let problems: Vec<String> = cases.iter().filter_map(|(line, words)| self.refusal(line, words).err()).collect();
        assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    }

    fn refusal(&self, arguments: &str, words: &[&str]) -> Result<String, String> {
        let before = self.listing();
        let done = self.run(arguments);
        let problem = match problem(&done, words) {
            None if self.listing() != before => Some("it left something behind".to_string()),
            problem => problem,
        };
        match problem {
            None => Ok(done.stderr),
            Some(problem) => Err(format!("treino {arguments}\n-> {problem}\n{}", done.stderr)),
        }
    }
}

/// Checks a refusal; `what` names it in the panic.
pub fn assert_refused(what: &str, done: &Done, words: &[&str]) {
    if let Some(problem) = problem(done, words) {
        panic!("{what}\n-> {problem}\n{}", done.stderr);
    }
}

/// What is wrong with a refusal.
fn problem(done: &Done, words: &[&str]) -> Option<String> {
    let said = &done.stderr;
    if done.code != 2 {
        return Some(format!("exit code {}", done.code));
    }
    if !done.stdout.is_empty() {
        return Some("words on standard output".to_string());
    }
    if !said.starts_with("error: ") || said.matches("error:").count() != 1 {
        return Some("not one message".to_string());
    }
    let not_plain = ["panicked", "os error", "Some(", "None"];
    if let Some(word) = not_plain.iter().find(|word| said.contains(**word)) {
        return Some(format!("\"{word}\" is not plain English"));
    }
    words.iter().find(|word| !said.contains(**word)).map(|word| format!("it does not say {word}"))
}

/// Runs a command to its end.
pub fn done(command: &mut Command) -> Done {
    let output = command.output().unwrap();
    Done {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The words of a command line; single quotes hold words together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut begun, mut quoted) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '\'' => (quoted, begun) = (!quoted, true),
            c if c.is_whitespace() && !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}
