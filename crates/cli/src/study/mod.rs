//! `treino study`.

mod look;
mod outcome;
mod progress;
mod report;

use crate::arguments;
use crate::indented_lines::IndentedLines;
use crate::json;
use crate::session::{ReportContext, gate, is_interrupted, listen_for_interrupts};
use crate::terminal::Terminal;
use clap::ArgMatches;
use outcome::{line, object, outcome};
use progress::StudyProgressBar;
use std::path::{Path, PathBuf};
use treino::Result;
use treino::error::Error;
use treino::study::{STUDY_FILE, StudyFile};
use treino::study::{Seeds, Study, StudyEvent, StudyResult, Workers};

/// Runs many trainings, compares them, and prints the conclusions; or shows an existing study.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    match matches.subcommand() {
        Some(("ls", matches)) => look::list(matches, terminal),
        Some(("show", matches)) => look::show(matches, terminal),
        Some(("watch", matches)) => look::watch(matches, terminal),
        Some(("compare", matches)) => look::compare(matches, terminal),
        Some(("importance", matches)) => look::importance(matches, terminal),
        Some(("report", matches)) => report::report(matches, terminal),
        Some(("plot", matches)) => report::plot(matches, terminal),
        Some(("export", matches)) => look::export(matches),
        _ => study(matches, terminal),
    }
}

fn study(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let (as_json, quiet) = (matches.get_flag("json"), matches.get_flag("quiet"));
    let surroundings = ReportContext::new(matches)?;
    let study = Study::new(arguments::study_spec(matches)?)?;
    let folder = folder_of(matches, &study)?;
    let file = StudyFile::open(&folder.join(STUDY_FILE), &study, matches.get_flag("extend"))?;
    if !quiet {
        terminal.say_notes(&study.base().prepared.notes);
    }
    listen_for_interrupts();
    if !as_json && !quiet {
        terminal.print(&head(&study, file.known(), terminal));
    }
    let mut progress = (!as_json && !quiet).then(|| StudyProgressBar::new(terminal, study.objective().1));
    let mut watch = |event: &StudyEvent| match (event, &mut progress) {
        (StudyEvent::Done(done), Some(progress)) => progress.show(done),
        (StudyEvent::Done(done), None) if as_json => json::line(&line(done)),
        _ => {}
    };
    let workers = Workers { simd: surroundings.simd, ..Workers::new(surroundings.threads, gate()) };
    let course = study.run(&file, workers, &mut watch);
    if let Some(progress) = &progress {
        progress.finish();
    }
    let course = course?;
    file.close()?;
    let page = report::write(&folder.join(STUDY_FILE), &folder.display().to_string(), terminal)?;
    if as_json {
        json::line(&object(&course, &folder));
    } else {
        terminal.print(&outcome(&course, terminal));
        let mut lines = IndentedLines::new(terminal);
        lines.add(&terminal.lang.label_saved(), &terminal.lang.study_saved(folder.display(), page.display()));
        terminal.print(&lines.text);
    }
    Ok(exit_code(&course))
}

/// 0 for a best config, 3 if the budget is spent without a decision, 4 if trainings failed, 130 after Ctrl-C.
fn exit_code(course: &StudyResult) -> u8 {
    let has_failed = course.configs.iter().any(|config| config.failure().is_some());
    match course {
        _ if is_interrupted() => 130,
        _ if has_failed => 4,
        course if course.verdict.decided || (course.configs.len() == 1 && !course.cut_short) => 0,
        _ => 3,
    }
}

/// The folder of a study, created if necessary.
fn folder_of(matches: &ArgMatches, study: &Study) -> Result<PathBuf> {
    let out = Path::new(matches.get_one::<String>("out").map_or("studies", String::as_str));
    let name = arguments::folder_name(matches, "a study", || crate::train::run_name(study.base()))?;
    let taken = |name: &str| out.join(name).join(STUDY_FILE).exists();
    let name = match matches.get_flag("fork") && taken(&name) {
        true => (2..).map(|n| format!("{name}-{n}")).find(|name| !taken(name)).unwrap_or(name),
        false => name,
    };
    let folder = out.join(name);
    std::fs::create_dir_all(&folder).map_err(|e| Error::io("make", &folder, &e))?;
    Ok(folder)
}

fn head(study: &Study, known: usize, terminal: &Terminal) -> String {
    let lang = terminal.lang;
    let (spec, base) = (study.spec(), study.base());
    let mut lines = IndentedLines::new(terminal);
    lines.add(&lang.label_data(), base.resolved.spec.data.path.as_deref().unwrap_or("table"));
    lines.add(&lang.label_target(), &base.prepared.target.name);
    let names: Vec<&str> = spec.space.dimensions().iter().map(|d| d.name.as_str()).collect();
    lines.add(&lang.label_space(), &lang.study_space(names.join(", "), lang.grouped(study.most_configs() as f64)));
    let seeds = match spec.repeats.seeds {
        Seeds::Number(n) => lang.study_seeds(n),
        Seeds::Race => lang.study_race(),
    };
    let (top, again) = (spec.repeats.confirm_top, spec.repeats.confirm_seeds);
    let confirm = match top {
        0 => String::new(),
        _ => format!("; {}", lang.study_confirm(top, again, lang.label(study.confirmed_on()))),
    };
    lines.add(&lang.label_repeats(), &format!("{seeds}{confirm}"));
    let (name, more) = study.objective();
    let words = if more { lang.greater_is_better(name) } else { lang.less_is_better(name) };
    lines.add(&lang.label_objective(), &words);
    if known > 0 {
        lines.add(&lang.label_note(), &lang.taken_up(lang.grouped(known as f64)));
    }
    lines.text + "\n"
}
