//! `treino runs` and `treino compare`: runs in a list, and beside each other.

use crate::indented_lines::IndentedLines;
use crate::json;
use crate::plot::draw;
use crate::tables::{self, shortened};
use crate::terminal::Terminal;
use crate::wrap::wrapped;
use clap::ArgMatches;
use comfy_table::Table;
use serde_json::{Value, json};
use std::path::Path;
use treino::Result;
use treino::error::Error;
use treino::report::{Evaluation, Record, headline};
use treino::runs::{SpecDifference, StoredRun, spec_differences, stored_runs};
use treino::statistics::wilson95;
use treino_pages::figure::compared_curves;
use treino_pages::language::Lang;

/// Reads the evaluation of one part of a run's rows.
type PartOf = fn(&StoredRun) -> Option<&Evaluation>;

/// Characters of a value in a table of differences, at most.
const LONGEST: usize = 28;

/// Lists the runs of a folder.
pub fn list(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let folder = Path::new(matches.get_one::<String>("folder").map_or("runs", String::as_str));
    let (mut runs, errors) = stored_runs(folder);
    errors.iter().for_each(|error| terminal.report(error));
    if let Some(by) = matches.get_one::<String>("sort") {
        sort(&mut runs, by);
    }
    let (lang, has_errors) = (terminal.lang, u8::from(!errors.is_empty()) * 2);
    if matches.get_flag("json") {
        runs.iter().for_each(|run| json::line(&listed(run)));
        return Ok(has_errors);
    }
    if runs.is_empty() {
        terminal.print(&format!("  {}\n", lang.no_runs(folder.display())));
        return Ok(has_errors);
    }
    let table = tables::first_that_fits(terminal, [(40, 6), (28, 5), (20, 4), (14, 3)], |(most, columns)| {
        let mut table: Table = tables::plain_table();
        let part = |name: &str| lang.label(name).to_string();
        let heads = [
            lang.column_run(),
            lang.label_target(),
            part("validation"),
            part("test"),
            part("rows"),
            lang.column_epochs(),
        ];
        table.add_row(heads[..columns].iter());
        for run in &runs {
            let scores = &run.metrics.scores;
            let cells = [
                shortened(&run.name, most),
                shortened(&run.metrics.target, most),
                scored(scores.validation.as_ref(), lang),
                scored(scores.test.as_ref(), lang),
                lang.grouped(run.metrics.rows.train as f64),
                run.metrics.epochs.to_string(),
            ];
            table.add_row(&cells[..columns]);
        }
        table
    });
    terminal.print(&format!("{table}\n"));
    Ok(has_errors)
}

/// The most important score with its name, or a dash.
fn scored(evaluation: Option<&Evaluation>, lang: Lang) -> String {
    let first = evaluation.and_then(|one| headline(one).first().copied());
    first.map_or("–".to_string(), |(name, x)| format!("{} {}", lang.label(name), lang.number(x)))
}

/// The most important score, less being better.
fn badness(evaluation: Option<&Evaluation>) -> f64 {
    match evaluation {
        Some(Evaluation::Classes(classes)) => -classes.accuracy.model,
        Some(Evaluation::Numbers(numbers)) => numbers.rmse.model,
        None => f64::INFINITY,
    }
}

/// Sorts runs; scores of different targets do not compare, so each target stays together.
fn sort(runs: &mut [StoredRun], by: &str) {
    match by {
        "epochs" => runs.sort_by_key(|run| run.metrics.epochs),
        "validation" | "test" => runs.sort_by(|a, b| {
            let part = |run: &StoredRun| {
                let scores = &run.metrics.scores;
                badness(if by == "test" { scores.test.as_ref() } else { scores.validation.as_ref() })
            };
            a.metrics.target.cmp(&b.metrics.target).then(part(a).total_cmp(&part(b)))
        }),
        _ => {}
    }
}

fn listed(run: &StoredRun) -> Value {
    json!({ "event": "run", "run": run.folder.display().to_string(), "metrics": run.metrics })
}

/// Compares runs: their specs first, then their scores and curves.
pub fn compare(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let names: Vec<&String> = matches.get_many("runs").into_iter().flatten().collect();
    let runs = names.iter().map(|name| StoredRun::open(Path::new(name))).collect::<Result<Vec<_>>>()?;
    if let Some(other) = runs.iter().find(|run| run.metrics.target != runs[0].metrics.target) {
        let e = format!(
            "{} predicts \"{}\", but {} \"{}\"",
            runs[0].name, runs[0].metrics.target, other.name, other.metrics.target
        );
        return Err(Error::input(e).help("compare runs with one target"));
    }
    let specs = runs.iter().map(StoredRun::spec).collect::<Result<Vec<_>>>()?;
    let differences = spec_differences(&specs);
    if matches.get_flag("json") {
        json::line(&compared(&runs, &differences));
        return Ok(0);
    }
    let records =
        runs.iter().map(|run| Ok((run.name.clone(), Record::open(&run.folder)?))).collect::<Result<Vec<_>>>()?;
    let lang = terminal.lang;
    let labels: Vec<String> = runs.iter().map(|run| shortened(&run.name, LONGEST)).collect();
    let mut text = if differences.is_empty() {
        format!("  {}\n", lang.same_spec())
    } else {
        format!("{}\n", difference_table(terminal, &labels, &differences))
    };
    text += &format!("\n{}\n\n", score_table(terminal, &labels, &runs));
    let mut lines = IndentedLines::new(terminal);
    let other_rows: Vec<&str> =
        differences.iter().filter(|one| one.changes_rows()).map(|one| one.path.as_str()).collect();
    if !other_rows.is_empty() {
        lines.add(&lang.label_note(), &lang.other_rows(other_rows.join(", ")));
    }
    if has_other_table(&runs, &records, &differences) {
        lines.add(&lang.label_note(), &lang.table_has_changed());
    }
    lines.add(&lang.label_note(), &lang.one_training_each());
    text += &lines.text;
    terminal.print(&text);
    let command = crate::arguments::typed_without(&["-o", "--output"], &["--json"]);
    terminal.print("\n");
    draw(&compared_curves(&records, lang, &command), matches, terminal)?;
    Ok(0)
}

/// Whether runs with the same data settings were trained on other rows: on another number of them, or on others as far as
/// networks read them alike.
fn has_other_table(runs: &[StoredRun], records: &[(String, Record)], differences: &[SpecDifference]) -> bool {
    let differs = |section: &str| differences.iter().any(|one| one.path.starts_with(section));
    let has_other_count = runs.windows(2).any(|pair| pair[0].metrics.rows != pair[1].metrics.rows);
    let has_other_rows = || records.windows(2).any(|pair| pair[0].1.data.hash != pair[1].1.data.hash);
    !differs("data.") && (has_other_count || (!differs("model.") && has_other_rows()))
}

/// One row for each value that differs; on a narrow terminal each run has a row of its own below the path.
fn difference_table(terminal: &Terminal, labels: &[String], differences: &[SpecDifference]) -> String {
    let shown = |value: &Option<String>, most: usize| shortened(value.as_deref().unwrap_or("–"), most);
    let wide = tables::first_that_fits(terminal, [LONGEST, 18, 12], |most| {
        let mut table = tables::plain_table();
        table.add_row(
            std::iter::once(terminal.lang.explore_setting()).chain(labels.iter().map(|label| shortened(label, most))),
        );
        for one in differences {
            let cells = one.values.iter().map(|value| shown(value, most));
            table.add_row(std::iter::once(shortened(&one.path, 40)).chain(cells));
        }
        table
    });
    if tables::fits(terminal, &wide) {
        return wide;
    }
    let mut text = String::new();
    for one in differences {
        text += &wrapped(&one.path, terminal.width, "  ", "  ");
        for (label, value) in labels.iter().zip(&one.values) {
            text += &wrapped(&format!("{label}: {}", shown(value, 60)), terminal.width, "    ", "      ");
        }
    }
    text.trim_end().to_string()
}

/// The headline scores of each run on the validation and test rows, the accuracy with its 95 % interval.
fn score_table(terminal: &Terminal, labels: &[String], runs: &[StoredRun]) -> String {
    let lang = terminal.lang;
    let parts: [(&str, PartOf); 2] = [
        ("validation", |run| run.metrics.scores.validation.as_ref()),
        ("test", |run| run.metrics.scores.test.as_ref()),
    ];
    let cell = |evaluation: &Evaluation, name: &str, x: f64| match evaluation {
        Evaluation::Classes(classes) if name == "accuracy" => {
            let n = classes.n as f64;
            let (low, high) = wilson95(x * n, n);
            format!("{} ({} – {})", lang.number(x), lang.number(low), lang.number(high))
        }
        _ => lang.number(x),
    };
    tables::first_that_fits(terminal, [(LONGEST, true), (18, false), (10, false)], |(most, has_interval)| {
        let mut table = tables::plain_table();
        table.add_row(std::iter::once(String::new()).chain(labels.iter().map(|label| shortened(label, most))));
        for (part, of) in parts {
            let Some(names) = runs.iter().find_map(|run| of(run).map(headline)) else { continue };
            for (name, _) in names {
                let value = |run: &StoredRun| {
                    let evaluation = of(run)?;
                    let (_, x) = headline(evaluation).into_iter().find(|(known, _)| *known == name)?;
                    Some(if has_interval { cell(evaluation, name, x) } else { lang.number(x) })
                };
                let cells = runs.iter().map(|run| value(run).unwrap_or_else(|| "–".to_string()));
                let title = format!("{}, {}", lang.label(name), lang.label(part));
                table.add_row(std::iter::once(title).chain(cells));
            }
        }
        table
    })
}

fn compared(runs: &[StoredRun], differences: &[SpecDifference]) -> Value {
    json!({
        "event": "comparison",
        "runs": runs.iter().map(listed).collect::<Vec<_>>(),
        "differences": differences
            .iter()
            .map(|one| json!({ "path": one.path, "values": one.values, "changes_rows": one.changes_rows() }))
            .collect::<Vec<_>>(),
    })
}
