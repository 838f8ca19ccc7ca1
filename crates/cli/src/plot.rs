//! `treino plot`: one figure of a run, in the terminal or as a file.

use crate::arguments::{PICTURE_KINDS, argument};
use crate::output::{for_spreadsheet, write_output};
use crate::terminal::{Terminal, escaped};
use clap::ArgMatches;
use std::path::Path;
use treino::Result;
use treino::error::Error;
use treino::report::Record;
use treino_pages::figure::{self, Figure};
use treino_pages::language::Lang;

/// Draws a figure, or lists the available ones.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let run = argument(matches, "run");
    let record = Record::open(Path::new(run))?;
    let Some(id) = matches.get_one::<String>("figure") else {
        let list = figure::figures(&record, terminal.lang, run).into_iter();
        let lines = list.map(|figure| format!("  {:<18} {}\n", figure.id, escaped(&figure.title)));
        terminal.print(&lines.collect::<String>());
        return Ok(0);
    };
    let figure = figure::figure(&record, terminal.lang, run, id)?;
    draw(&figure, matches, terminal)?;
    Ok(0)
}

/// Draws a figure in the terminal, or writes it to the given file.
pub fn draw(figure: &Figure, matches: &ArgMatches, terminal: &Terminal) -> Result<()> {
    match matches.get_one::<String>("output") {
        Some(output) => {
            let mut file = bytes(figure, output, terminal.lang)?;
            if output.to_lowercase().ends_with(".csv") {
                file = for_spreadsheet(matches, file);
            }
            write_output(matches, Path::new(output), &file, &[])?;
            terminal.print(&format!("{}\n", escaped(output)));
        }
        None => {
            let height = (terminal.width / 4).clamp(12, 24);
            let drawn = figure::terminal(figure, terminal.width, height, terminal.ascii, terminal.lang);
            terminal.print(&drawn);
        }
    }
    Ok(())
}

/// The figure as a file; the extension decides the format.
pub fn bytes(figure: &Figure, output: &str, lang: Lang) -> Result<Vec<u8>> {
    let kind = Path::new(output).extension().map(|kind| kind.to_string_lossy().to_lowercase()).unwrap_or_default();
    match kind.as_str() {
        "csv" => Ok(figure::csv(&figure.table).into_bytes()),
        "json" => Ok(format!("{:#}\n", figure::json(figure)).into_bytes()),
        "svg" => Ok(figure::svg(figure, lang).into_bytes()),
        "png" => Ok(figure::png(figure, lang)),
        _ => {
            let error =
                Error::input(format!("a figure is not written as \"{kind}\": {output}")).nearest(&kind, PICTURE_KINDS);
            Err(error.help(format!("the name ends in one of .{}", PICTURE_KINDS.join(", ."))))
        }
    }
}
