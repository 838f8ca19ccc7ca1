//! `treino study`.

use crate::arguments;
use crate::json;
use crate::lines::{Lines, wrapped};
use crate::session::{Surroundings, interrupt, is_interrupted, listen_for_interrupts};
use crate::tables::{self, shortened};
use crate::terminal::Terminal;
use clap::ArgMatches;
use comfy_table::Table;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use treino::Result;
use treino::error::Error;
use treino::store::{StudyContent, StudyFile};
use treino::study::{Config, Course, Done, Seeds, Study, Workers};

/// A line at least this often where nothing is redrawn.
const PATIENCE: Duration = Duration::from_secs(5);

/// The name of a study's file in its folder.
const FILE: &str = "study.db";

/// Trains many, compares, and says what may be said; or looks at a study that is there.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    match matches.subcommand() {
        Some(("ls", matches)) => list(matches, terminal),
        Some(("show", matches)) => show(matches, terminal),
        Some(("export", matches)) => export(matches),
        _ => study(matches, terminal),
    }
}

fn study(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let (as_json, quiet) = (matches.get_flag("json"), matches.get_flag("quiet"));
    let surroundings = Surroundings::new(matches)?;
    let study = Study::new(arguments::study_spec(matches)?)?;
    let folder = folder_of(matches, &study)?;
    let file = StudyFile::open(&folder.join(FILE), &study)?;
    listen_for_interrupts();
    if !as_json && !quiet {
        terminal.print(&head(&study, file.known(), terminal));
    }
    let mut progress = (!as_json && !quiet).then(|| Progress::new(terminal));
    let mut watch = |done: &Done<'_>| match &mut progress {
        Some(progress) => progress.show(done),
        None if as_json => json::line(&line(done)),
        None => {}
    };
    let workers = Workers { threads: surroundings.threads, simd: surroundings.simd, interrupt: interrupt() };
    let course = study.run(&file, workers, &mut watch);
    if let Some(progress) = &progress {
        progress.finish();
    }
    let course = course?;
    file.close()?;
    if as_json {
        json::line(&object(&course, &folder));
    } else {
        terminal.print(&outcome(&course, terminal));
        let mut lines = Lines::new(terminal);
        lines.add(&terminal.lang.label_saved(), &terminal.lang.study_saved(folder.display()));
        terminal.print(&lines.text);
    }
    Ok(exit_code(&course))
}

/// 0 for a best config, 3 where the budget is spent and nothing is decided, 4 where trainings failed, 130 after Ctrl-C.
fn exit_code(course: &Course) -> u8 {
    let has_failed = course.configs.iter().any(|config| config.failure().is_some());
    match course {
        _ if is_interrupted() => 130,
        _ if has_failed => 4,
        course if course.verdict.decided || course.configs.len() == 1 => 0,
        _ => 3,
    }
}

/// The folder of a study, made where it is not there.
fn folder_of(matches: &ArgMatches, study: &Study) -> Result<PathBuf> {
    let out = Path::new(matches.get_one::<String>("out").map_or("studies", String::as_str));
    let name = match matches.get_one::<String>("name") {
        Some(name) => name.clone(),
        None => crate::train::run_name(study.base()),
    };
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
        return Err(Error::input(format!("a study cannot be called \"{name}\"")).help("take a name without / and \\"));
    }
    let folder = out.join(name);
    std::fs::create_dir_all(&folder).map_err(|e| Error::io("make", &folder, &e))?;
    Ok(folder)
}

fn head(study: &Study, known: usize, terminal: &Terminal) -> String {
    let lang = terminal.lang;
    let (spec, base) = (study.spec(), study.base());
    let mut lines = Lines::new(terminal);
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

/// The table and the sentences.
fn outcome(course: &Course, terminal: &Terminal) -> String {
    let lang = terminal.lang;
    const ROWS: usize = 20;
    let name = lang.column_mean(&course.objective);
    let dimensions = course.dimensions();
    let head = dimensions.as_ref().map_or_else(|| lang.column_config(), |names| names.join(", "));
    let label = |config: &Config| match &dimensions {
        Some(_) => config.words.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", "),
        None => config.label(),
    };
    let forms = [(60, 9), (40, 9), (40, 6), (30, 4), (24, 4), (24, 3), (16, 3), (16, 2)];
    let table = tables::first_that_fits(terminal, forms, |(most, columns)| {
        let mut table: Table = tables::plain_table();
        // The columns in the order in which a narrow terminal can do without them.
        let heads = [
            format!("   {}", shortened(&head, most)),
            name.clone(),
            lang.column_standing(),
            lang.column_interval(),
            lang.column_n(),
            lang.column_chance(),
            lang.column_epochs(),
            lang.column_seconds(),
            lang.column_diverged(),
        ];
        table.add_row(&heads[..columns]);
        for (place, one) in course.verdict.ranked.iter().take(ROWS).enumerate() {
            let interval = &one.interval;
            let spread = if one.seeds > 1 { format!(" ± {}", lang.number(interval.sd)) } else { String::new() };
            let range = match one.seeds {
                0 | 1 => String::new(),
                _ => format!("{} – {}", lang.number(interval.low), lang.number(interval.high)),
            };
            let mean = if one.seeds > 0 { lang.number(interval.mean) + &spread } else { String::new() };
            let cells = [
                format!("{:>2} {}", place + 1, shortened(&label(&course.configs[one.config]), most)),
                mean,
                lang.standing(one.standing),
                range,
                one.seeds.to_string(),
                one.chance.map_or(String::new(), |chance| lang.number(chance)),
                lang.number(one.epochs),
                lang.number(one.seconds),
                one.diverged.to_string(),
            ];
            table.add_row(&cells[..columns]);
        }
        table
    });
    let mut text = table + "\n";
    if let Some(more) = course.verdict.ranked.len().checked_sub(ROWS).filter(|more| *more > 0) {
        text.push_str(&format!("  … {}\n", lang.and_more("", more).trim()));
    }
    text.push('\n');
    let mut lines = Lines::new(terminal);
    lines.add(&lang.label_verdict(), &lang.verdict(course).join(" "));
    text + &lines.text
}

/// What happens, on standard error.
struct Progress<'a> {
    terminal: &'a Terminal,
    live: Option<ProgressBar>,
    began: Instant,
    shown: Instant,
}

impl<'a> Progress<'a> {
    fn new(terminal: &'a Terminal) -> Self {
        let live = terminal.live.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{msg}") {
                bar.set_style(style);
            }
            bar
        });
        Progress { terminal, live, began: Instant::now(), shown: Instant::now() }
    }

    fn show(&mut self, done: &Done<'_>) {
        let every = if self.live.is_some() { Duration::from_millis(100) } else { PATIENCE };
        if self.shown.elapsed() < every {
            return;
        }
        self.shown = Instant::now();
        let lang = self.terminal.lang;
        let share = done.done as f64 / done.of.max(1) as f64;
        let left = self.began.elapsed().mul_f64(((1.0 - share) / share.max(1e-9)).min(1e6));
        let words = lang.study_progress(
            lang.grouped(done.done as f64),
            lang.grouped(done.of as f64),
            HumanDuration(Duration::from_secs(left.as_secs())),
        );
        match &self.live {
            Some(bar) => bar.set_message(format!("  {words}")),
            None => self.terminal.say(&wrapped(&words, self.terminal.width, "  ", "    ")),
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.live {
            bar.finish_and_clear();
        }
    }
}

/// A training as a JSON line.
fn line(done: &Done<'_>) -> Value {
    let config: serde_json::Map<String, Value> =
        done.words.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    json!({
        "event": "training", "phase": done.key.phase.name(), "config": done.key.config, "varied": config,
        "seed": done.key.seed, "fold": done.key.fold, "budget": done.key.epochs,
        "outcome": done.result.outcome.name(), "value": done.result.outcome.number(), "epochs": done.result.epochs,
    })
}

/// The end as a JSON line.
fn object(course: &Course, folder: &Path) -> Value {
    let configs = course.verdict.ranked.iter().map(|one| {
        let config = &course.configs[one.config];
        let varied: serde_json::Map<String, Value> =
            config.words.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        let number = |x: f64| if x.is_finite() { Value::from(x) } else { Value::Null };
        json!({
            "config": config.number, "varied": varied, "mean": number(one.interval.mean), "sd": number(one.interval.sd),
            "low": number(one.interval.low), "high": number(one.interval.high), "seeds": one.seeds,
            "diverged": one.diverged, "epochs": number(one.epochs), "p": one.p, "chance": one.chance,
            "standing": format!("{:?}", one.standing).to_lowercase(),
            "confirmed": config.confirmed.iter().map(|(_, run)| run.value()).collect::<Vec<_>>(),
        })
    });
    json!({
        "event": "study", "folder": folder.display().to_string(), "objective": course.objective,
        "more_is_better": course.more_is_better, "decided": course.verdict.decided,
        "more_seeds": course.verdict.more_seeds, "cut_short": course.cut_short,
        "configs": configs.collect::<Vec<_>>(),
    })
}

/// The file of a study that was named by its folder, its file, or its name in `studies`.
fn find(matches: &ArgMatches) -> Result<StudyContent> {
    let name = matches.get_one::<String>("study").map_or("", String::as_str);
    let candidates = [PathBuf::from(name).join(FILE), PathBuf::from(name), Path::new("studies").join(name).join(FILE)];
    match candidates.iter().find(|path| path.is_file()) {
        Some(path) => StudyContent::read(path),
        None => {
            let known = studies(Path::new("studies"));
            let e = Error::input(format!("there is no study \"{name}\""));
            Err(e.nearest(name, known.iter().map(|(name, _)| name.as_str())))
        }
    }
}

fn show(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let content = find(matches)?;
    let course = content.course();
    if matches.get_flag("json") {
        json::line(&object(&course, Path::new(matches.get_one::<String>("study").map_or("", String::as_str))));
    } else if matches.get_flag("fingerprint") {
        terminal.print(&format!("{}\n", content.fingerprint()));
    } else {
        terminal.print(&outcome(&course, terminal));
    }
    Ok(0)
}

fn list(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let out = Path::new(matches.get_one::<String>("out").map_or("studies", String::as_str));
    let all = studies(out);
    if all.is_empty() {
        terminal.print(&format!("  {}\n", terminal.lang.no_studies(out.display())));
    }
    for (name, path) in all {
        let course = StudyContent::read(&path)?.course();
        let trainings: usize = course.configs.iter().map(|config| config.all().count()).sum();
        let best = course.verdict.ranked.first().map_or(String::new(), |best| course.configs[best.config].label());
        terminal.print(&format!("  {}  {trainings}  {}\n", shortened(&name, 40), shortened(&best, 80)));
    }
    Ok(0)
}

fn studies(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<(String, PathBuf)> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path().join(FILE)))
        .filter(|(_, path)| path.is_file())
        .collect();
    all.sort();
    all
}

/// Every training as a row of CSV.
fn export(matches: &ArgMatches) -> Result<u8> {
    let text = treino::figure::csv(&find(matches)?.table());
    match matches.get_one::<String>("output") {
        Some(path) => treino::store::write_atomically(Path::new(path), text.as_bytes())?,
        None => crate::terminal::print(&text),
    }
    Ok(0)
}
