//! `treino train`.

use crate::progress::Progress;
use crate::tables::{self, grouped, number, percent, shortened};
use crate::terminal::Terminal;
use crate::{arguments, json};
use clap::ArgMatches;
use console::Style;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use treino::Result;
use treino::callbacks::Callback;
use treino::catalog::Kind;
use treino::data::{ColumnKind, Distribution, Prepared};
use treino::error::Error;
use treino::report::{Evaluation, diagnose, headline};
use treino::store::RunFolder;
use treino::study::statistics::interval95;
use treino::train::{Ending, Planned, Run, Session};

/// Set by Ctrl-C: finish the step, keep the best weights, save.
static INTERRUPT: AtomicBool = AtomicBool::new(false);

/// Trains, reports, saves.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let (as_json, quiet) = (matches.get_flag("json"), matches.get_flag("quiet"));
    let threads = threads(matches)?;
    let spec = arguments::spec(matches)?;
    let planned = Planned::new(&spec)?;
    let out = matches.get_one::<String>("out").map_or("runs", String::as_str);
    let name = matches.get_one::<String>("name").cloned().unwrap_or_else(|| run_name(&planned));
    // Before the training, so that a folder that cannot be written to costs none.
    let folder = RunFolder::begin(Path::new(out), &name)?;
    listen_for_interrupts();

    if as_json {
        json::line(&start_json(&planned));
    } else if !quiet {
        terminal.print(&head(&planned, terminal));
    }
    let started = Instant::now();
    let mut progress = (!as_json && !quiet).then(|| Progress::new(terminal, planned.settings().epochs));
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
    let path = folder.finish(&run.model, &run.history, &metrics_json(&planned, &run))?;

    let error = match &run.history.ending {
        Ending::Diverged(divergence) => Some(divergence.error()),
        _ => None,
    };
    if as_json {
        let mut end = metrics_json(&planned, &run);
        end["event"] = "end".into();
        end["seconds"] = seconds.into();
        end["run"] = path.display().to_string().into();
        json::line(&end);
    } else {
        terminal.print(&report(&planned, &run, terminal, quiet, seconds, &path));
    }
    if let Some(error) = error {
        terminal.report(&error.help(format!("the best weights before that are in {}", path.display())));
        return Ok(3);
    }
    Ok(if run.history.ending == Ending::Interrupted || INTERRUPT.load(Ordering::Relaxed) { 130 } else { 0 })
}

fn threads(matches: &ArgMatches) -> Result<usize> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let Some(text) = matches.get_one::<String>("threads") else { return Ok(cores) };
    match text.parse() {
        Ok(threads @ 1..=256) => Ok(threads),
        _ => Err(Error::input(format!("--threads is \"{text}\", but must be {}", Kind::COUNT)).help("at most 256")),
    }
}

fn run_name(planned: &Planned) -> String {
    let path = planned.resolved.spec.data.path.as_deref().unwrap_or("table");
    let name = Path::new(path).file_name().map_or("table".to_string(), |name| name.to_string_lossy().into_owned());
    let name = name.split('.').next().unwrap_or("table");
    if name.is_empty() || name == "-" { "table".to_string() } else { name.to_string() }
}

fn listen_for_interrupts() {
    // Without the handler Ctrl-C ends the program at once, which also leaves nothing half-written.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPT.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// What was understood: data, network, training.
fn head(planned: &Planned, terminal: &Terminal) -> String {
    let (prepared, spec) = (&planned.prepared, &planned.resolved.spec);
    let network = &planned.resolved.network;
    let mut lines = Lines { terminal, text: String::new() };
    let summary = &prepared.summary;
    let kinds: Vec<String> = summary.kinds.iter().map(|(kind, n)| format!("{n} {}", plural(*kind, *n))).collect();
    let dialect = summary.dialect.as_ref().map_or(String::new(), |d| {
        format!(", separated by {}, decimal mark \"{}\"", d.delimiter_name(), d.decimal.mark())
    });
    lines.add("data", &format!("{}: {} rows, {}{dialect}", summary.source, grouped(summary.rows as f64), kinds.join(", ")));
    lines.add("target", &target_line(prepared));
    let parts: Vec<String> = [
        ("train", Some(&prepared.train)),
        ("validation", prepared.validation.as_ref()),
        ("test", prepared.test.as_ref()),
    ]
    .into_iter()
    .filter_map(|(name, part)| part.map(|part| format!("{} {name}", grouped(part.len() as f64))))
    .collect();
    let how = if spec.data.split == "last" { "the last rows".to_string() } else { format!("seed {}", spec.data.seed) };
    lines.add("split", &format!("{} ({how})", parts.join(", ")));
    let used = prepared.recipe.inputs.len();
    let recipe = if spec.data.recipe == "none" {
        format!("{used} columns as they are")
    } else {
        format!("{used} columns become {} inputs, fitted on the training rows only", network.inputs())
    };
    lines.add("recipe", &recipe);
    let shape: Vec<String> = std::iter::once(network.inputs().to_string())
        .chain(network.summary().into_iter().filter(|l| l.class == "Dense").map(|l| l.width.to_string()))
        .collect();
    lines.add("network", &format!("{}, {} parameters", shape.join(" → "), grouped(network.parameters() as f64)));
    let (compile, fit) = (&planned.resolved.compile, &spec.fit);
    let steps = prepared.train.len().div_ceil(fit.batch_size);
    lines.add(
        "training",
        &format!(
            "{} at {}, {}, batches of {} ({} steps an epoch), at most {} epochs, seed {}",
            compile.optimizer.name(),
            compile.optimizer.inner().learning_rate(),
            compile.loss.name(),
            fit.batch_size,
            grouped(steps as f64),
            fit.epochs,
            fit.seed
        ),
    );
    for callback in &spec.callbacks {
        match callback {
            Callback::EarlyStopping(stopping) => {
                let kept = if stopping.restore_best_weights { "; the best epoch's weights are kept" } else { "" };
                lines.add("stopping", &format!("{} epochs without a better {}{kept}", stopping.patience, stopping.monitor));
            }
        }
    }
    if prepared.set_aside > 0 {
        lines.add("note", &format!("{} rows without a target are set aside", grouped(prepared.set_aside as f64)));
    }
    for note in &prepared.notes {
        lines.add("note", &note.to_string());
    }
    lines.text + "\n"
}

fn plural(kind: ColumnKind, n: usize) -> String {
    match (kind.name(), n) {
        (name, 1) => name.to_string(),
        ("category", _) => "categories".to_string(),
        ("text", _) => "text".to_string(),
        (name, _) => format!("{name}s"),
    }
}

fn target_line(prepared: &Prepared) -> String {
    let target = &prepared.target;
    match &prepared.summary.distribution {
        Distribution::Classes(classes) => {
            let total: usize = classes.iter().map(|(_, n)| n).sum();
            let share = |(name, n): &(String, usize)| {
                format!("{} {}", shortened(name, 20), percent(*n as f64 / total.max(1) as f64))
            };
            let shown: Vec<String> = classes.iter().take(6).map(share).collect();
            let more = if classes.len() > 6 { format!(" and {} more", classes.len() - 6) } else { String::new() };
            format!("{}: {}, {}{more}", target.name, target.task, shown.join(", "))
        }
        Distribution::Numbers { min, median, max, .. } => format!(
            "{}: {}, from {} to {}, median {}",
            target.name,
            target.task,
            number(*min),
            number(*max),
            number(*median)
        ),
    }
}

/// Labelled lines, wrapped to the terminal.
struct Lines<'a> {
    terminal: &'a Terminal,
    text: String,
}

impl Lines<'_> {
    fn add(&mut self, label: &str, words: &str) {
        const INDENT: usize = 12;
        let words = crate::terminal::escaped(words);
        let room = self.terminal.width.saturating_sub(INDENT).max(20);
        let mut line = String::new();
        let mut first = true;
        let mut flush = |line: &mut String, first: &mut bool| {
            let label = if *first { label } else { "" };
            let label = self.terminal.style(Style::new().dim(), &format!("{label:<9}"));
            self.text.push_str(&format!("  {label} {line}\n"));
            line.clear();
            *first = false;
        };
        for word in words.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                flush(&mut line, &mut first);
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        flush(&mut line, &mut first);
    }
}

/// The table, the repeats, the diagnosis, and where all is.
fn report(planned: &Planned, run: &Run, terminal: &Terminal, quiet: bool, seconds: f64, path: &Path) -> String {
    let mut text = String::new();
    let scores = &run.scores;
    if !quiet {
        let mut lines = Lines { terminal, text: String::new() };
        lines.add("trained", &ending_line(run, seconds));
        text.push_str(&lines.text);
        text.push('\n');
    }
    text.push_str(&tables::scores(terminal, &scores.parts()));
    if let ("test" | "validation", Evaluation::Classes(classes)) = scores.honest()
        && !quiet
        && classes.classes.len() <= 30
    {
        text.push('\n');
        text.push_str(&tables::classes(terminal, classes));
    }
    if run.repeats.len() > 1 {
        text.push('\n');
        text.push_str(&repeats_table(run, terminal));
    }
    if quiet {
        return text;
    }
    text.push('\n');
    let mut lines = Lines { terminal, text: String::new() };
    for finding in diagnose(planned, run) {
        lines.add("diagnosis", &format!("{} ({}).", finding.what, finding.evidence));
        if let Some(command) = &finding.attempt {
            lines.add("try", command);
        }
    }
    lines.add("saved", &format!("{} (model.safetensors, spec.toml, history.csv, metrics.json)", path.display()));
    text.push_str(&lines.text);
    text
}

fn ending_line(run: &Run, seconds: f64) -> String {
    let epochs = run.history.epochs.len();
    let ending = match &run.history.ending {
        Ending::Finished => "all epochs done".to_string(),
        Ending::Stopped { why, .. } => why.clone(),
        Ending::Interrupted => "interrupted".to_string(),
        Ending::Diverged(divergence) => format!("diverged: {}", divergence.place),
    };
    let kept = run.history.kept_epoch.map_or(String::new(), |epoch| format!("; the model is that of epoch {}", epoch + 1));
    format!("{epochs} epochs in {seconds:.2} s: {ending}{kept}")
}

/// Mean, standard deviation and interval over the seeds.
fn repeats_table(run: &Run, terminal: &Terminal) -> String {
    let (part, first) = run.scores.honest();
    let scores: Vec<Vec<(&str, f64)>> =
        run.repeats.iter().filter_map(|r| r.scores.as_ref()).map(|s| headline(s.honest().1)).collect();
    let mut table = tables::plain_table();
    table.add_row([format!("{part}, {} seeds", run.repeats.len()), "mean".into(), "sd".into(), "95 % interval".into(), "min".into(), "max".into()]);
    for (name, _) in headline(first) {
        let values: Vec<f64> =
            scores.iter().filter_map(|s| s.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)).collect();
        if values.len() < 2 {
            continue;
        }
        let interval = interval95(&values);
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        let range = format!("{} – {}", number(interval.low), number(interval.high));
        table.add_row([name.to_string(), number(interval.mean), number(interval.sd), range, number(low), number(high)]);
    }
    let mut text = format!("{}\n", tables::render(terminal, table));
    let diverged = run.repeats.iter().filter(|r| r.diverged).count();
    if diverged > 0 {
        text.push_str(&format!("  {diverged} of {} seeds diverged\n", run.repeats.len()));
    }
    text
}

/// The contents of `metrics.json`.
fn metrics_json(planned: &Planned, run: &Run) -> Value {
    let target = &planned.prepared.target;
    let scores = |scores: &treino::train::Scores| {
        json!({ "train": scores.train, "validation": scores.validation, "test": scores.test })
    };
    let repeats: Vec<Value> = run
        .repeats
        .iter()
        .map(|r| json!({ "seed": r.seed, "epochs": r.epochs, "diverged": r.diverged, "scores": r.scores.as_ref().map(scores) }))
        .collect();
    let ending = match &run.history.ending {
        Ending::Finished => json!({ "how": "finished" }),
        Ending::Stopped { epoch, why } => json!({ "how": "stopped", "epoch": epoch + 1, "why": why }),
        Ending::Interrupted => json!({ "how": "interrupted" }),
        Ending::Diverged(d) => json!({ "how": "diverged", "epoch": d.epoch + 1, "step": d.step + 1, "where": d.place }),
    };
    json!({
        "format_version": 1,
        "task": target.task.name(),
        "target": target.name,
        "rows": {
            "train": planned.prepared.train.len(),
            "validation": planned.prepared.validation.as_ref().map(|d| d.len()),
            "test": planned.prepared.test.as_ref().map(|d| d.len()),
            "set_aside": planned.prepared.set_aside,
        },
        "epochs": run.history.epochs.len(),
        "best_epoch": run.history.best_epoch.map(|epoch| epoch + 1),
        "kept_epoch": run.history.kept_epoch.map(|epoch| epoch + 1),
        "ending": ending,
        "scores": scores(&run.scores),
        "repeats": repeats,
    })
}

fn start_json(planned: &Planned) -> Value {
    let (prepared, network) = (&planned.prepared, &planned.resolved.network);
    json!({
        "event": "start",
        "version": json::VERSION,
        "treino": env!("CARGO_PKG_VERSION"),
        "task": prepared.target.task.name(),
        "target": prepared.target.name,
        "classes": prepared.target.classes,
        "inputs": prepared.recipe.feature_names(),
        "parameters": network.parameters(),
        "epochs": planned.settings().epochs,
        "seed": planned.settings().seed,
        "rows": {
            "train": prepared.train.len(),
            "validation": prepared.validation.as_ref().map(|d| d.len()),
            "test": prepared.test.as_ref().map(|d| d.len()),
            "set_aside": prepared.set_aside,
        },
        "notes": prepared.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
