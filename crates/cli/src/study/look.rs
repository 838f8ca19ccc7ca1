//! The commands that show existing studies.

use super::outcome::{object, outcome};
use crate::arguments::format_of;
use crate::indented_lines::IndentedLines;
use crate::json;
use crate::output::{for_spreadsheet, print_data, write_output};
use crate::session::{is_interrupted, listen_for_interrupts};
use crate::tables::{self, shortened};
use crate::terminal::Terminal;
use clap::ArgMatches;
use comfy_table::Table;
use std::path::{Path, PathBuf};
use std::time::Duration;
use treino::Result;
use treino::error::Error;
use treino::statistics::interval95;
use treino::study;
use treino::study::importance::FEWEST_CONFIGS;
use treino::study::{Comparison, Config, StudyResult};
use treino::study::{STUDY_FILE, StudyContent};

/// The interval between two reads of a watched study.
const GLANCE: Duration = Duration::from_millis(500);

/// The argument of that name; empty if it was not given.
pub fn argument<'a>(matches: &'a ArgMatches, name: &str) -> &'a str {
    matches.get_one::<String>(name).map_or("", String::as_str)
}

/// The file of a study given by its folder, its file, or its name in `studies`.
pub fn path_of(name: &str) -> Result<PathBuf> {
    let places = [PathBuf::from(name).join(STUDY_FILE), name.into(), Path::new("studies").join(name).join(STUDY_FILE)];
    places.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
        let known = studies(Path::new("studies"));
        let e = Error::input(format!("there is no study \"{name}\""));
        e.nearest(name, known.iter().map(|(name, _)| name.as_str()))
    })
}

fn find(matches: &ArgMatches) -> Result<StudyContent> {
    StudyContent::read(&path_of(argument(matches, "study"))?)
}

/// Shows the results of a study so far.
pub fn show(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let content = find(matches)?;
    let mut course = content.course();
    // A study that is running was not interrupted.
    course.cut_short &= !study::is_being_written(&path_of(argument(matches, "study"))?)?;
    if matches.get_flag("json") {
        json::line(&object(&course, Path::new(argument(matches, "study"))));
    } else if matches.get_flag("fingerprint") {
        terminal.print(&format!("{}\n", content.fingerprint()));
    } else {
        terminal.print(&outcome(&course, terminal));
    }
    Ok(0)
}

/// The studies in a folder.
pub fn list(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let out = Path::new(matches.get_one::<String>("out").map_or("studies", String::as_str));
    let (all, lang) = (studies(out), terminal.lang);
    if all.is_empty() {
        terminal.print(&format!("  {}\n", lang.no_studies(out.display())));
        return Ok(0);
    }
    let mut rows = Vec::new();
    for (name, path) in all {
        let course = StudyContent::read(&path)?.course();
        let trainings: usize = course.configs.iter().map(|config| config.all().count()).sum();
        let ranked = course.verdict.best();
        let best = ranked.map_or(String::new(), |best| course.configs[best.config].label());
        let mean = ranked.filter(|best| best.seeds > 0).map_or(String::new(), |best| lang.number(best.interval.mean));
        rows.push([name, trainings.to_string(), best, course.objective.clone(), mean]);
    }
    let table = tables::first_that_fits(terminal, [(60, 5), (40, 5), (30, 5), (24, 3), (14, 3)], |(most, columns)| {
        let mut table: Table = tables::plain_table();
        let heads = [
            lang.column_study(),
            lang.column_trainings(),
            lang.column_best(),
            lang.column_objective(),
            lang.column_its_mean(),
        ];
        table.add_row(heads[..columns].iter().map(|head| format!("  {head}").trim_end().to_string()));
        for row in &rows {
            table.add_row(row[..columns].iter().map(|cell| format!("  {}", shortened(cell, most))));
        }
        table
    });
    terminal.print(&format!("{table}\n"));
    Ok(0)
}

fn studies(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<(String, PathBuf)> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path().join(STUDY_FILE)))
        .filter(|(_, path)| path.is_file())
        .collect();
    all.sort();
    all
}

/// Follows a study that another process runs, until it ends.
pub fn watch(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let path = path_of(argument(matches, "study"))?;
    listen_for_interrupts();
    let mut before = 0;
    loop {
        let works = study::is_being_written(&path)?;
        let content = StudyContent::read(&path)?;
        if content.runs.len() != before {
            before = content.runs.len();
            let lang = terminal.lang;
            let words = lang.study_watched(lang.grouped(before as f64), lang.grouped(content.configs.len() as f64));
            let course = content.course();
            let best = course.verdict.best().map_or(String::new(), |best| {
                let interval = &best.interval;
                let label = shortened(&course.configs[best.config].label(), 50);
                match best.seeds {
                    0 => String::new(),
                    1 => lang.study_best_one(label, lang.number(interval.mean)),
                    _ => lang.study_best(
                        label,
                        lang.number(interval.mean),
                        lang.number(interval.low),
                        lang.number(interval.high),
                    ),
                }
            });
            terminal.say(&crate::wrap::wrapped(&(words + &best), terminal.width, "  ", "    "));
        }
        if !works || is_interrupted() {
            terminal.print(&outcome(&content.course(), terminal));
            return Ok(if is_interrupted() { 130 } else { 0 });
        }
        std::thread::sleep(GLANCE);
    }
}

/// Parses a config: `STUDY` is its best one, `STUDY:N` the one with that number, `N` the one of the previous study.
fn config_of(text: &str, other: Option<&Path>) -> Result<(PathBuf, Option<usize>)> {
    if let (Some(other), Ok(number)) = (other, text.parse()) {
        return Ok((other.to_path_buf(), Some(number)));
    }
    match text.rsplit_once(':') {
        Some((study, number)) if number.parse::<usize>().is_ok() => Ok((path_of(study)?, number.parse().ok())),
        _ => Ok((path_of(text)?, None)),
    }
}

fn chosen(course: &StudyResult, number: Option<usize>, path: &Path) -> Result<Config> {
    let found = match number {
        Some(number) => course.configs.iter().find(|config| config.number == number),
        None => course.verdict.best().map(|best| &course.configs[best.config]),
    };
    found.cloned().ok_or_else(|| {
        let e = Error::input(format!("there is no config {}", number.unwrap_or(0))).in_file(path.to_path_buf());
        e.help(format!("its configs have the numbers 0 to {}", course.configs.len().saturating_sub(1)))
    })
}

/// Compares two configs, of one study or of two, on the seeds that both have.
pub fn compare(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let (path_a, number_a) = config_of(argument(matches, "a"), None)?;
    let (path_b, number_b) = config_of(argument(matches, "b"), Some(&path_a))?;
    let (content_a, content_b) = (StudyContent::read(&path_a)?, StudyContent::read(&path_b)?);
    let (course_a, course_b) = (content_a.course(), content_b.course());
    if (&course_a.objective, course_a.more_is_better) != (&course_b.objective, course_b.more_is_better) {
        let e = format!(
            "the studies do not compare: one is about {}, the other about {}",
            course_a.objective, course_b.objective
        );
        return Err(Error::input(e));
    }
    let data = |content: &StudyContent| content.study_spec().and_then(|spec| spec.base_spec()).map(|spec| spec.data);
    if path_a != path_b && data(&content_a)? != data(&content_b)? {
        let e = Error::input("the studies do not compare: their data sections differ");
        return Err(e.help("a seed pairs trainings of the same rows alone"));
    }
    let (a, b) = (chosen(&course_a, number_a, &path_a)?, chosen(&course_b, number_b, &path_b)?);
    let Some(found) = course_a.compare(&a, &b) else {
        return Err(Error::input("the two share no seed with which both came to their end"));
    };
    if matches.get_flag("json") {
        json::line(&serde_json::json!({
            "a": a.label(), "b": b.label(), "objective": course_a.objective, "pairs": found.pairs, "wins": found.wins,
            "ties": found.ties, "difference": found.difference, "low": found.t.map(|t| t.low),
            "high": found.t.map(|t| t.high), "p": found.t.map(|t| t.p), "p_wilcoxon": found.ranks.map(|ranks| ranks.p),
            "bootstrap": found.bootstrap.map(|one| [one.low, one.high]), "more": found.more, "first_is_better": found.better,
        }));
    } else {
        terminal.print(&compared(&found, [&a, &b], &course_a, terminal));
    }
    Ok(if found.better.is_some() { 0 } else { 3 })
}

fn compared(found: &Comparison, pair: [&Config; 2], course: &StudyResult, terminal: &Terminal) -> String {
    let objective = &course.objective;
    let lang = terminal.lang;
    let mut lines = IndentedLines::new(terminal);
    for (label, config) in ["A", "B"].into_iter().zip(pair) {
        let values: Vec<f64> = config.values().into_iter().map(|(_, value)| value).collect();
        let interval = interval95(&values);
        let spread = if values.len() > 1 { format!(" ± {}", lang.number(interval.sd)) } else { String::new() };
        lines.add(label, &format!("{}: {}{spread} (n = {})", config.label(), lang.number(interval.mean), values.len()));
    }
    let difference = lang.number(found.difference);
    let words = match found.t {
        Some(t) => lang.difference_of(objective, difference, lang.number(t.low), lang.number(t.high)),
        None => lang.difference_of_one(objective, difference),
    };
    let bootstrap = found.bootstrap.map(|one| lang.bootstrap_interval(lang.number(one.low), lang.number(one.high)));
    lines.add("A - B", &std::iter::once(words).chain(bootstrap).collect::<Vec<_>>().join("; "));
    if let (Some(t), Some(ranks)) = (found.t, found.ranks) {
        lines.add(&lang.label_tests(), &lang.tests_of(lang.p_value(t.p), lang.p_value(ranks.p)));
    }
    let p = lang.p_value(found.t.map_or(1.0, |t| t.p));
    let mut words = match found.better {
        Some(true) => lang.beats("A", "B", found.wins, found.pairs, p),
        Some(false) => lang.beats("B", "A", found.pairs - found.wins - found.ties, found.pairs, p),
        None => lang.level_pair("A", "B", found.wins, found.ties, found.pairs),
    };
    if let Some(more) = found.more {
        words += &format!(" {}", lang.pairs_would_decide(lang.grouped(more as f64)));
    }
    if found.t.is_some() {
        words += &format!(" {}", lang.covered(&course.coverage, objective).join(" "));
    }
    lines.add(&lang.label_verdict(), &words);
    lines.text
}

/// The importance of settings and of sources of randomness.
pub fn importance(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let content = find(matches)?;
    let (course, lang) = (content.course(), terminal.lang);
    let found = course.importance(&content.study_spec()?.space);
    let sources = course.sources();
    if matches.get_flag("json") {
        json::line(&serde_json::json!({ "importance": found, "sources": sources }));
        return Ok(0);
    }
    let range = |low: f64, high: f64| format!("{} – {}", lang.percent(low), lang.percent(high));
    if found.is_empty() {
        let mut lines = IndentedLines::new(terminal);
        let many = lang.grouped(course.configs.len() as f64);
        lines.add(&lang.label_note(), &lang.importance_unknown(many, FEWEST_CONFIGS));
        terminal.print(&lines.text);
    } else {
        let mut table: Table = tables::plain_table();
        table.add_row([format!("  {}", lang.column_dimension()), lang.column_importance(), lang.column_interval()]);
        for one in &found {
            table.add_row([
                format!("  {}", shortened(&one.name, 40)),
                lang.percent(one.share),
                range(one.low, one.high),
            ]);
        }
        let words = lang.settings_importance(lang.grouped(course.configs.len() as f64));
        terminal.print(&format!("{table}\n\n{}", crate::wrap::wrapped(&words, terminal.width, "  ", "  ")));
    }
    if let Some(sources) = sources {
        terminal.print(&format!("\n{}", super::outcome::sources(&sources, terminal)));
    }
    Ok(0)
}

/// Exports every training as a row, or the study as Optuna's journal.
pub fn export(matches: &ArgMatches) -> Result<u8> {
    let name = argument(matches, "study");
    let content = find(matches)?;
    let output = matches.get_one::<String>("output").map(Path::new);
    let bytes = match format_of(matches, output)? {
        "json" => study::json_rows(&content.table()).into_bytes(),
        "parquet" if output.is_none() => {
            return Err(Error::input("Parquet is not for a terminal").help("name a file: -o study.parquet"));
        }
        #[cfg(feature = "parquet")]
        "parquet" => study::parquet(&content.table())?,
        #[cfg(not(feature = "parquet"))]
        "parquet" => return Err(Error::input("this treino was built without Parquet")),
        "optuna" => {
            let name = Path::new(name).file_name().map_or(name.to_string(), |name| name.to_string_lossy().into_owned());
            study::optuna_journal(&content, &name)?.into_bytes()
        }
        _ => for_spreadsheet(matches, treino_pages::figure::csv(&content.table()).into_bytes()),
    };
    match output {
        Some(path) => write_output(matches, path, &bytes, &[&path_of(name)?])?,
        None => print_data(&bytes),
    }
    Ok(0)
}
