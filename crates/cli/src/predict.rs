//! `treino predict`.

use crate::arguments;
use crate::arguments::argument;
use crate::output::{for_spreadsheet, print_data, write_output};
use crate::terminal::Terminal;
use clap::ArgMatches;
use std::path::Path;
use treino::Result;
use treino::data::TableSource;
use treino::error::Error;
use treino::store::{TrainedModel, find_model};

/// Predicts every row of a table, as CSV.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let (model, data) = (find_model(Path::new(argument(matches, "model")))?, argument(matches, "data"));
    let bundle = TrainedModel::open(&model)?;
    let (source, mut notes) = (TableSource::from_argument(data)?, Vec::new());
    let prediction = bundle.predict_as(&source, &arguments::reading(matches)?, &mut notes)?;
    terminal.say_notes(&notes);
    let mut csv = Vec::new();
    prediction.csv(&mut csv).map_err(|e| Error::input(format!("cannot write the predictions: {e}")))?;
    let csv = for_spreadsheet(matches, csv);
    match matches.get_one::<String>("output") {
        Some(file) => write_output(matches, Path::new(file), &csv, &[&model, Path::new(data)])?,
        None => print_data(&csv),
    }
    Ok(0)
}
