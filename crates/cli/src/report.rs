//! `treino report`: the page that explains a run.

use crate::arguments::argument;
use crate::terminal::{Terminal, escaped};
use clap::ArgMatches;
use std::path::{Path, PathBuf};
use treino::Result;
use treino::files::write_atomically;
use treino::report::Record;
use treino_pages::figure::report;
use treino_pages::language::Lang;

/// The name of the page in a run folder.
const NAME: &str = "report.html";

/// Writes the page of a run.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let run = Path::new(argument(matches, "run"));
    let record = Record::open(run)?;
    let output = matches.get_one::<String>("output").map(PathBuf::from);
    let path = write(&record, run, output, terminal.lang)?;
    terminal.print(&format!("{}\n", escaped(&path.display().to_string())));
    Ok(0)
}

/// Writes the page of a run into its folder, or elsewhere, and says where.
pub fn write(record: &Record, run: &Path, output: Option<PathBuf>, lang: Lang) -> Result<PathBuf> {
    let path = output.unwrap_or_else(|| run.join(NAME));
    let page = report(record, lang, &run.display().to_string());
    write_atomically(&path, page.html().as_bytes())?;
    Ok(path)
}
