//! `treino predict`.

use crate::arguments;
use crate::arguments::argument;
use crate::output::{for_spreadsheet, print_data, write_output};
use crate::terminal::Terminal;
use clap::ArgMatches;
use std::path::Path;
use treino::Result;
use treino::catalog::{Interval, Kind};
use treino::data::TableSource;
use treino::error::Error;
use treino::store::{TrainedModel, find_model};

/// Predicts every row of a table, as CSV.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let (model, data) = (find_model(Path::new(argument(matches, "model")))?, argument(matches, "data"));
    let bundle = TrainedModel::open(&model)?;
    let (source, mut notes) = (TableSource::from_argument(data)?, Vec::new());
    let written = arguments::reading(matches)?;
    let threshold = arguments::number(matches, "threshold", Kind::Float(Interval::closed(0.0, 1.0)))?;
    let mut prediction = bundle.predict_as(&source, &written, &mut notes)?;
    if let Some(threshold) = threshold {
        prediction.set_threshold(threshold)?;
    }
    if let Some(names) = matches.get_one::<String>("keep") {
        let names: Vec<String> = names.split(',').map(|name| name.trim().to_string()).collect();
        prediction.keep(&source, &bundle.reading(&written), &names)?;
    }
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
