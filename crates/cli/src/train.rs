//! `treino train`.

use crate::head::head;
use crate::progress::Progress;
use crate::report::report;
use crate::terminal::{Terminal, escaped};
use crate::{arguments, json};
use clap::ArgMatches;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use treino::Result;
use treino::catalog::Kind;
use treino::error::Error;
use treino::store::RunFolder;
use treino::train::{Ending, Planned, Session};

/// Set by Ctrl-C: finish the step, keep the best weights, save.
static INTERRUPT: AtomicBool = AtomicBool::new(false);

/// Trains, reports, saves.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let (as_json, quiet) = (matches.get_flag("json"), matches.get_flag("quiet"));
    let threads = threads(matches)?;
    let spec = arguments::train_spec(matches)?;
    if !as_json && !quiet {
        say_reading(spec.data.path.as_deref(), terminal);
    }
    let planned = Planned::new(&spec)?;
    let out = matches.get_one::<String>("out").map_or("runs", String::as_str);
    let name = matches.get_one::<String>("name").cloned().unwrap_or_else(|| run_name(&planned));
    // Before the training, so that a folder that cannot be written to costs none.
    RunFolder::check(Path::new(out))?;
    listen_for_interrupts();

    if as_json {
        json::line(&json::start(&planned));
    } else if !quiet {
        terminal.print(&head(&planned, terminal));
    }
    let started = Instant::now();
    let mut progress = (!as_json && !quiet).then(|| Progress::new(terminal, &planned));
    let mut observer = |event: &treino::train::Event<'_>| match &mut progress {
        Some(progress) => progress.event(event),
        None if as_json => json::event(event),
        None => {}
    };
    let result = planned.run(&mut Session::new(threads, &INTERRUPT, &mut observer));
    if let Some(progress) = &progress {
        progress.finish();
    }
    let run = result?;
    let seconds = started.elapsed().as_secs_f64();
    let metrics = json::metrics(&planned, &run);
    let path = RunFolder::begin(Path::new(out), &name)?.finish(&run.model, &run.history, &metrics)?;

    let error = match &run.history.ending {
        Ending::Diverged(divergence) => Some(divergence.error()),
        _ => None,
    };
    if as_json {
        json::line(&json::end(metrics, seconds, &path));
    } else {
        terminal.print(&report(&planned, &run, terminal, quiet, seconds, &path));
    }
    if let Some(error) = error {
        terminal.report(&error.help(format!("the best weights before that are in {}", path.display())));
        return Ok(3);
    }
    Ok(if run.history.ending == Ending::Interrupted || INTERRUPT.load(Ordering::Relaxed) { 130 } else { 0 })
}

/// A large table takes a while, and nobody shall wonder.
fn say_reading(path: Option<&str>, terminal: &Terminal) {
    const LARGE: u64 = 4 << 20;
    if let Some(path) = path.filter(|path| std::fs::metadata(path).is_ok_and(|data| data.len() > LARGE)) {
        terminal.say(&format!("  reading   {}\n", escaped(path)));
    }
}

/// The threads that were asked for, at most as many as there are cores.
pub fn threads(matches: &ArgMatches) -> Result<usize> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let Some(text) = matches.get_one::<String>("threads") else { return Ok(cores) };
    match text.parse() {
        // More threads than cores only stand in each other's way.
        Ok(threads @ 1..=256) => Ok(cores.min(threads)),
        _ => Err(Error::input(format!("--threads is \"{text}\", but must be {}", Kind::COUNT)).help("at most 256")),
    }
}

fn run_name(planned: &Planned) -> String {
    let path = planned.resolved.spec.data.path.as_deref().unwrap_or("table");
    let name = Path::new(path).file_name().map_or("table".to_string(), |name| name.to_string_lossy().into_owned());
    let name = name.split('.').next().unwrap_or("table");
    if name.is_empty() || name == "-" { "table".to_string() } else { name.to_string() }
}

/// Ctrl-C sets what this gives; a second one ends the program.
pub fn listen_for_interrupts() -> &'static AtomicBool {
    // Without the handler Ctrl-C ends the program at once, which also leaves nothing half-written.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPT.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    &INTERRUPT
}
