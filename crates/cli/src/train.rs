//! `treino train`.

use crate::head::head;
use crate::outcome::outcome;
use crate::progress::TrainProgressBar;
use crate::report;
use crate::session::{ReportContext, is_interrupted, listen_for_interrupts};
use crate::terminal::{Terminal, escaped};
use crate::{arguments, doctor, json, profile};
use clap::ArgMatches;
use std::path::Path;
use treino::Result;
use treino::events::Ending;
use treino::runs::{Job, PreparedRun};
use treino::train::StepProfile;

/// Trains, reports, saves.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let (as_json, quiet) = (matches.get_flag("json"), matches.get_flag("quiet"));
    let surroundings = ReportContext::new(matches)?;
    let spec = arguments::train_spec(matches)?;
    if !as_json && !quiet {
        say_reading(spec.data.path.as_deref(), terminal);
    }
    let planned = PreparedRun::new(&spec)?;
    let out = matches.get_one::<String>("out").map_or("runs", String::as_str);
    let name = matches.get_one::<String>("name").cloned().unwrap_or_else(|| run_name(&planned));
    let lang = terminal.lang;
    let job = Job::of(planned)
        .write_to(out, name)?
        .report(move |record, into, run| report::write_into(record, into, run, lang).map(drop));
    let job = if matches.get_flag("resume") { job.resumable() } else { job };
    let planned = job.planned();
    listen_for_interrupts();

    if as_json {
        json::line(&json::start(planned));
    } else if !quiet {
        terminal.print(&head(planned, terminal));
    }
    let mut progress = (!as_json && !quiet).then(|| TrainProgressBar::new(terminal, planned));
    let mut observer = |event: &treino::events::Event| match &mut progress {
        Some(progress) => progress.event(event),
        None if as_json => json::event(event),
        None => {}
    };
    let mut measured = matches.get_flag("profile").then(StepProfile::default);
    let mut session = surroundings.session(&mut observer);
    session.profile = measured.as_mut();
    let result = job.run(&mut session);
    if let Some(progress) = &progress {
        progress.finish();
    }
    let finished = result?;
    let run = &finished.run;
    let path = finished.folder.clone().unwrap_or_default();
    if as_json {
        measured.iter().for_each(|measured| json::line(&profile::object(measured)));
        let diagnosis = doctor::object(&finished.findings, &doctor::spec_of(&path));
        json::line(&json::end(&finished.metrics, finished.seconds, &path, diagnosis));
    } else {
        terminal.print(&outcome(planned, &finished, terminal, quiet, &path));
        measured.iter().for_each(|measured| terminal.print(&profile::words(measured, terminal)));
    }
    if let Ending::Diverged(divergence) = &run.history.ending {
        let error = divergence.error();
        terminal.report(&error.help(format!("the best weights before that are in {}", path.display())));
        return Ok(3);
    }
    Ok(if run.history.ending == Ending::Interrupted || is_interrupted() { 130 } else { 0 })
}

/// Reading a large table takes time, so a message announces it.
fn say_reading(path: Option<&str>, terminal: &Terminal) {
    const LARGE: u64 = 4 << 20;
    if let Some(path) = path.filter(|path| std::fs::metadata(path).is_ok_and(|data| data.len() > LARGE)) {
        terminal.say(&format!("  {:<9} {}\n", terminal.lang.label_reading(), escaped(path)));
    }
}

/// The name of a run: its table's.
pub fn run_name(planned: &PreparedRun) -> String {
    table_name(planned.resolved.spec.data.path.as_deref())
}

/// The name of a table: its file's, without the part after the first point.
pub fn table_name(path: Option<&str>) -> String {
    let path = path.unwrap_or("table");
    let name = Path::new(path).file_name().map_or("table".to_string(), |name| name.to_string_lossy().into_owned());
    let name = name.split('.').next().unwrap_or("table");
    if name.is_empty() || name == "-" { "table".to_string() } else { name.to_string() }
}
