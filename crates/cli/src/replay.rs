//! `treino replay`: early stopping with other parameters, computed from a recorded training.

use crate::arguments::argument;
use crate::json;
use crate::terminal::Terminal;
use crate::wrap::wrapped;
use clap::ArgMatches;
use serde_json::json;
use std::path::Path;
use treino::Result;
use treino::callbacks::{EarlyStopping, Mode, more_is_better};
use treino::error::Error;
use treino::report::{Record, RecordedHistory};
use treino::train::PENALTY;

/// Replays early stopping on the recorded metrics of a run.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let run = argument(matches, "run");
    let course = Record::open(Path::new(run))?.course;
    let stopping = settings(matches, &course)?;
    let Some(at) = course.names.iter().position(|name| *name == stopping.monitor) else {
        let error = Error::input(format!("the history of this run has no \"{}\"", stopping.monitor));
        return Err(error.nearest(&stopping.monitor, course.names.iter().map(String::as_str)));
    };
    let more_is_better = more_is_better(stopping.mode, || course.more_is_better[at]).ok_or_else(|| {
        Error::input(format!("it is not known whether more \"{}\" is better", stopping.monitor))
            .help("say --mode min or --mode max")
    })?;
    let values: Vec<Option<f64>> = course.epochs.iter().map(|epoch| epoch[at]).collect();
    let replayed = stopping.replay(&values, more_is_better);
    let value = values.get(replayed.kept).copied().flatten();
    let (lang, name) = (terminal.lang, &stopping.monitor);
    if matches.get_flag("json") {
        json::line(&json!({
            "monitor": name,
            "patience": stopping.patience,
            "min_delta": stopping.min_delta,
            "baseline": stopping.baseline,
            "start_from_epoch": stopping.start_from_epoch,
            "restore_best_weights": stopping.restore_best_weights,
            "epochs": values.len(),
            "stopped_after": replayed.stopped.map(|epoch| epoch + 1),
            "kept_epoch": replayed.kept + 1,
            "kept_value": value,
            "best_value": replayed.best,
        }));
        return Ok(0);
    }
    let penalty = match name.as_str() {
        "loss" | "val_loss" => course.series(&name.replace("loss", PENALTY)).map(|all| all[replayed.kept]),
        _ => None,
    };
    let value = value.map_or("–".to_string(), |value| lang.number(value));
    let value = penalty.map_or(value.clone(), |penalty| lang.replay_penalty(value, lang.number(penalty)));
    let words = match replayed.stopped {
        Some(epoch) => lang.replay_stops(epoch + 1, values.len(), replayed.kept + 1, name, value),
        None => lang.replay_goes_on(values.len(), replayed.kept + 1, name, value),
    };
    terminal.print(&wrapped(&words, terminal.width, "  ", "    "));
    Ok(0)
}

/// The settings of the run, or Keras's defaults, with the flags applied.
fn settings(matches: &ArgMatches, course: &RecordedHistory) -> Result<EarlyStopping> {
    let mut stopping = EarlyStopping { restore_best_weights: true, ..EarlyStopping::default() };
    if let Some(own) = course.stopping.first() {
        stopping = EarlyStopping {
            monitor: own.monitor.clone(),
            min_delta: own.min_delta,
            patience: own.patience,
            mode: if own.more_is_better { Mode::Max } else { Mode::Min },
            baseline: own.baseline,
            restore_best_weights: own.restore_best_weights,
            start_from_epoch: own.start_from_epoch,
        };
    } else if !course.names.contains(&stopping.monitor) {
        stopping.monitor = "loss".to_string();
    }
    if let Some(monitor) = matches.get_one::<String>("monitor") {
        (stopping.monitor, stopping.mode) = (monitor.clone(), Mode::Auto);
    }
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    if let Some(mode) = given("mode") {
        stopping.mode = mode.parse()?;
    }
    if let Some(text) = given("patience") {
        stopping.patience = whole("patience", &text)?;
    }
    if let Some(text) = given("start-from-epoch") {
        stopping.start_from_epoch = whole("start-from-epoch", &text)?;
    }
    if let Some(text) = given("min-delta") {
        stopping.min_delta = number("min-delta", &text)?;
    }
    if let Some(text) = given("baseline") {
        stopping.baseline = if text == "none" { None } else { Some(number("baseline", &text)?) };
    }
    if let Some(text) = given("restore-best-weights") {
        stopping.restore_best_weights = text == "true";
    }
    Ok(stopping)
}

fn whole(flag: &str, text: &str) -> Result<usize> {
    text.parse().map_err(|_| Error::input(format!("--{flag} is \"{text}\", and not a whole number from 0")))
}

fn number(flag: &str, text: &str) -> Result<f64> {
    let number: Option<f64> = text.parse().ok().filter(|x: &f64| x.is_finite());
    number.ok_or_else(|| Error::input(format!("--{flag} is \"{text}\", and not a number")))
}
