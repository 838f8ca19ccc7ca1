//! `treino predict`.

use crate::arguments;
use crate::arguments::argument;
use crate::terminal::{Terminal, print};
use clap::ArgMatches;
use std::path::Path;
use treino::Result;
use treino::data::TableSource;
use treino::error::Error;
use treino::files::write_atomically;
use treino::store::TrainedModel;

/// Predicts every row of a table, as CSV.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let bundle = TrainedModel::open(Path::new(argument(matches, "model")))?;
    let (source, mut notes) = (TableSource::from_argument(argument(matches, "data"))?, Vec::new());
    let prediction = bundle.predict_as(&source, &arguments::reading(matches)?, &mut notes)?;
    terminal.say_notes(&notes);
    let mut csv = Vec::new();
    prediction.csv(&mut csv).map_err(|e| Error::input(format!("cannot write the predictions: {e}")))?;
    match matches.get_one::<String>("output") {
        Some(file) => write_atomically(Path::new(file), &csv)?,
        None => print(&String::from_utf8_lossy(&csv)),
    }
    Ok(0)
}
