//! `treino evaluate`.

use crate::arguments;
use crate::arguments::argument;
use crate::json;
use crate::tables::{self};
use crate::terminal::{Terminal, escaped};
use crate::wrap::wrapped;
use clap::ArgMatches;
use std::path::Path;
use treino::Result;
use treino::data::TableSource;
use treino::report::Evaluation;
use treino::store::TrainedModel;

/// Evaluates a model on a table with targets.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let (model, data): (&String, &String) = (argument(matches, "model"), argument(matches, "data"));
    let bundle = TrainedModel::open(Path::new(model))?;
    let mut notes = Vec::new();
    let (evaluations, set_aside) =
        bundle.evaluate_as(&TableSource::from_argument(data)?, &arguments::reading(matches)?, &mut notes)?;
    terminal.say_notes(&notes);
    if matches.get_flag("json") {
        json::line(&json::evaluations(bundle.table()?, &evaluations, set_aside));
        return Ok(0);
    }
    let n = match evaluations.first() {
        Some(Evaluation::Classes(c)) => c.n,
        Some(Evaluation::Numbers(n)) => n.n,
        None => 0,
    };
    let lang = terminal.lang;
    let mut words = lang.rows_of(lang.grouped(n as f64), escaped(data));
    if set_aside > 0 {
        words.push_str(&lang.set_aside(lang.grouped(set_aside as f64)));
    }
    let mut text = wrapped(&words, terminal.width, "  ", "    ");
    text.push('\n');
    for (at, ((target, _), evaluation)) in bundle.table()?.targets().zip(&evaluations).enumerate() {
        if evaluations.len() > 1 {
            text.push_str(&tables::title(terminal, at, &target.name));
        }
        text.push_str(&tables::scores(terminal, &[("model", evaluation)]));
        if let Evaluation::Classes(classes) = evaluation {
            text.push('\n');
            text.push_str(&tables::classes(terminal, classes));
        }
    }
    terminal.print(&text);
    Ok(0)
}
