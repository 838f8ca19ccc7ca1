//! `treino report`: the report page of a run.

use crate::arguments::argument;
use crate::output::write_output;
use crate::terminal::{Terminal, escaped};
use clap::ArgMatches;
use std::path::{Path, PathBuf};
use treino::Result;
use treino::files::write_in_place;
use treino::report::Record;
use treino_pages::figure::report;
use treino_pages::language::Lang;

/// The name of the page in a run folder.
const NAME: &str = "report.html";

/// Writes the page of a run.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let run = Path::new(argument(matches, "run"));
    let record = Record::open(run)?;
    let path = match matches.get_one::<String>("output").map(PathBuf::from) {
        None => write_into(&record, run, run, terminal.lang)?,
        Some(path) => {
            let page = report(&record, terminal.lang, &run.display().to_string());
            write_output(matches, &path, page.html().as_bytes(), &[&run.join("record.json")])?;
            path
        }
    };
    terminal.print(&format!("{}\n", escaped(&path.display().to_string())));
    Ok(0)
}

/// Writes the page of a run into a folder named after the run, and returns its path.
pub fn write_into(record: &Record, folder: &Path, run: &Path, lang: Lang) -> Result<PathBuf> {
    let path = folder.join(NAME);
    write_in_place(&path, report(record, lang, &run.display().to_string()).html().as_bytes())?;
    Ok(path)
}
