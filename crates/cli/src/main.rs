//! The `treino` program: parses arguments and prints results. The library does all the work.

mod arguments;
mod bench;
mod catalog;
mod doctor;
mod evaluate;
mod explore;
mod head;
mod indented_lines;
mod inspect;
mod json;
mod lr_find;
mod outcome;
mod output;
mod plot;
mod predict;
mod profile;
mod progress;
mod replay;
mod report;
mod runs;
mod session;
mod shells;
mod study;
mod tables;
mod terminal;
mod train;
mod verify;
mod workloads;
mod wrap;

use std::process::ExitCode;
use std::time::Instant;
use terminal::Terminal;

fn main() -> ExitCode {
    let started = Instant::now();
    let matches = arguments::command().get_matches();
    let Some((name, matches)) = matches.subcommand() else { return ExitCode::from(2) };
    let terminal = Terminal::new(matches);
    let result = match name {
        "train" => train::run(matches, &terminal),
        "lr-find" => lr_find::run(matches, &terminal),
        "study" => study::run(matches, &terminal),
        "explore" => explore::run(matches, &terminal),
        "evaluate" => evaluate::run(matches, &terminal),
        "predict" => predict::run(matches, &terminal),
        "report" => report::run(matches, &terminal),
        "doctor" => doctor::run(matches, &terminal),
        "plot" => plot::run(matches, &terminal),
        "replay" => replay::run(matches, &terminal),
        "verify" => verify::run(matches, &terminal),
        "bench" => bench::run(matches, started),
        "inspect" => inspect::run(matches, &terminal),
        "runs" => runs::list(matches, &terminal),
        "compare" => runs::compare(matches, &terminal),
        "completions" => Ok(shells::completions(matches)),
        "man" => shells::manual(matches),
        _ => catalog::run(matches, &terminal),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            terminal.report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
