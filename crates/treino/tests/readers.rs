//! Bytes of others: every reader with a corpus of small files, each of them changed in hundreds of ways. Nothing panics, hangs or takes
//! memory without measure. The same functions are fuzz targets (`fuzz/`), which search longer.

#[path = "../../../fuzz/src/readers.rs"]
mod readers;

use readers::READERS;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus");

/// Changes of each file.
const CHANGES: u64 = 120;

/// Numbers from a counter, the same ones each time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// What goes into a file where something else was.
const PIECES: [&[u8]; 18] = [
    b"0",
    b"-1",
    b"9223372036854775807",
    b"1e999",
    b"nan",
    b"null",
    b"\"",
    b",",
    b"\n",
    b"[",
    b"]",
    b"{",
    b"}",
    b"\0",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\xef\xbb\xbf",
    b"((((((((((((((((",
];

fn changed(file: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..=numbers.below(3) {
        let (at, length) = (numbers.below(bytes.len()), numbers.below(40));
        let end = (at + length).min(bytes.len());
        match numbers.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            1 if at < bytes.len() => bytes[at] = numbers.next() as u8,
            2 => drop(bytes.drain(at..end)),
            3 => drop(bytes.splice(at..at, file[at.min(file.len())..end.min(file.len())].repeat(2))),
            4 => drop(bytes.splice(
                at..(at + numbers.below(3)).min(bytes.len()),
                PIECES[numbers.below(PIECES.len())].iter().copied(),
            )),
            5 => bytes.truncate(at),
            _ => {
                let from = numbers.below(bytes.len());
                let stretch = bytes[from..(from + length).min(bytes.len())].to_vec();
                drop(bytes.splice(at..end, stretch));
            }
        }
    }
    bytes
}

fn files(reader: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(CORPUS).join(reader)).unwrap_or_else(|e| panic!("{reader}: {e}"));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn changed_files_are_read_or_refused() {
    let mut read = 0;
    for (name, reader) in READERS {
        let files = files(name);
        assert!(!files.is_empty(), "{name}");
        for (at, path) in files.iter().enumerate() {
            let whole = std::fs::read(path).unwrap();
            reader(&whole);
            let mut numbers = Numbers(at as u64);
            for change in 0..CHANGES {
                let bytes = changed(&whole, &mut numbers);
                let done = catch_unwind(AssertUnwindSafe(|| reader(&bytes)));
                assert!(done.is_ok(), "{}, change {change}", path.display());
                read += 1;
            }
        }
    }
    assert!(read > 1500, "{read}");
    #[cfg(target_os = "linux")]
    {
        // The largest size that the process ever had, in KiB.
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let most: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(most < 1 << 20, "{most} KiB");
    }
}

/// The corpus is of today: its own files are accepted, else the changes would be refused at the door.
#[test]
fn the_corpus_is_what_the_readers_take() {
    use treino::report::Record;
    use treino::store::TrainedModel;
    use treino::study::StudyContent;
    for path in files("bundle") {
        TrainedModel::from_bytes(&std::fs::read(&path).unwrap()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
    for path in files("record") {
        Record::from_json(&std::fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
    for path in files("study") {
        // Beside an open database there are other files for a while.
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("study.db");
        std::fs::copy(&path, &copy).unwrap();
        StudyContent::read(&copy).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
    for path in files("backup") {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(&path, folder.path().join("latest.safetensors")).unwrap();
        readers::small_training(folder.path(), 3, true).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
}

/// Writes the files of the corpus that are of Treino's own formats anew, where those have changed.
#[test]
#[ignore = "writes into the repository"]
fn renew_the_corpus() {
    use treino::prelude::*;
    let table = Path::new(CORPUS).join("table/iris.csv").display().to_string();
    for (name, target, rate) in
        [("classes", "species", "0.001"), ("numbers", "petal_length", "0.001"), ("diverged", "petal_length", "1e30")]
    {
        let text =
            format!("[data]\ntarget = \"{target}\"\npath = \'{table}\'\n[model]\nhidden = [3]\n[fit]\nepochs = 2\n");
        let text = format!("{text}[compile.optimizer]\ntype = \"adam\"\nlearning_rate = {rate}\n");
        let spec = Spec::read(&treino::catalog::parse(&text, Path::new("s.toml")).unwrap()).unwrap();
        let planned = PreparedRun::new(&spec).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let job = Job::of(planned).write_to(folder.path(), "run").unwrap();
        // A training that diverges leaves a record, too.
        let _ = Session::quiet(|session| job.run(session));
        for (file, kind) in [("model.safetensors", "bundle"), ("record.json", "record")] {
            let end = file.split_once('.').unwrap().1;
            if let Ok(bytes) = std::fs::read(folder.path().join("0001-run").join(file)) {
                std::fs::write(Path::new(CORPUS).join(format!("{kind}/{name}.{end}")), bytes).unwrap();
            }
        }
    }
    readers::small_training(&Path::new(CORPUS).join("backup"), 2, false).unwrap();
}
