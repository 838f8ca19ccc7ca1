//! `treino explore`: the lecture on the user's table.

use crate::indented_lines::IndentedLines;
use crate::plot::bytes;
use crate::session::{ReportContext, gate, is_interrupted, listen_for_interrupts};
use crate::terminal::{Terminal, escaped};
use crate::wrap::wrapped;
use crate::{arguments, json};
use clap::ArgMatches;
use console::Style;
use indicatif::ProgressBar;
use std::path::{Path, PathBuf};
use treino::Result;
use treino::catalog::{Interval, Kind};
use treino::error::Error;
use treino::files::write_in_place;
use treino::spec::Spec;
use treino_pages::explore::{ClaimResult, Exploration, Explore, exploration_report, explore};
use treino_pages::figure;

/// The default number of seeds of each setting.
const SEEDS: usize = 10;

/// The name of the page with all topics.
const PAGE: &str = "report.html";

/// What the name of an exercise begins with.
const EXERCISE: &str = "exercise";

/// Explores, prints the results, and writes the page.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let (as_json, quiet) = (matches.get_flag("json"), matches.get_flag("quiet"));
    let seeds = arguments::number(matches, "seeds", Kind::Int(Interval::closed(2.0, 1000.0)))?.unwrap_or(SEEDS);
    let surroundings = ReportContext::new(matches)?;
    let spec = arguments::spec(matches)?;
    let only: Vec<String> = matches.get_many::<String>("only").into_iter().flatten().cloned().collect();
    let kind = matches.get_one::<String>("pictures");
    let folder = folder(matches, &spec)?;
    listen_for_interrupts();
    let command = arguments::typed_without(&["--only", "--pictures"], &["--json", "-q", "--quiet"]);
    let how = Explore {
        seeds,
        vary_split: matches.get_flag("vary-split"),
        only: &only,
        lang: terminal.lang,
        threads: surroundings.threads,
        simd: surroundings.simd,
        gate: gate(),
        command: &command,
    };
    let progress = ExploreProgressBar::new(terminal, as_json || quiet);
    let found = explore(&spec, &how, &mut |id, at, of| progress.show(id, at, of))?;
    progress.finish();
    if !quiet {
        terminal.say_notes(&found.notes);
    }

    let name = spec.data.path.as_deref().and_then(|path| Path::new(path).file_name());
    let name = name.map_or_else(|| "table".to_string(), |name| name.to_string_lossy().into_owned());
    std::fs::create_dir_all(&folder).map_err(|e| Error::io("make", &folder, &e))?;
    let predict_first = matches.get_flag("predict-first");
    let page = folder.join(page_name(&only, predict_first));
    write_in_place(&page, exploration_report(&found, &name, terminal.lang, predict_first).html().as_bytes())?;
    let mut pictures = 0;
    for figure in found.topics.iter().flat_map(|topic| &topic.figures) {
        let Some(kind) = kind else { break };
        let file = folder.join(format!("{}.{kind}", figure.id));
        write_in_place(&file, &bytes(figure, &file.display().to_string(), terminal.lang)?)?;
        pictures += 1;
    }
    if as_json {
        json::line(&object(&found, &page));
    } else if predict_first {
        // The terminal does not give the findings away.
        let mut lines = IndentedLines::new(terminal);
        lines.add(&terminal.lang.label_saved(), &page.display().to_string());
        terminal.print(&lines.text);
    } else {
        terminal.print(&said(&found, &page, pictures, quiet, terminal));
    }
    Ok(if is_interrupted() { 130 } else { 0 })
}

/// The name of the page: `report.html` for all topics, `exercise.html` with the findings hidden.
fn page_name(only: &[String], predict_first: bool) -> String {
    match (only.join("-"), predict_first) {
        (topics, false) if topics.is_empty() => PAGE.to_string(),
        (topics, true) if topics.is_empty() => format!("{EXERCISE}.html"),
        (topics, false) => format!("{topics}.html"),
        (topics, true) => format!("{EXERCISE}-{topics}.html"),
    }
}

/// The folder of the page.
fn folder(matches: &ArgMatches, spec: &Spec) -> Result<PathBuf> {
    let out = Path::new(matches.get_one::<String>("out").map_or("explorations", String::as_str));
    let table = || crate::train::table_name(spec.data.path.as_deref());
    let name = arguments::folder_name(matches, "an exploration", table)?;
    // Before the trainings, so that a folder that cannot be written to wastes none.
    if out.exists() && !out.is_dir() {
        return Err(Error::input(format!("{} is not a folder", out.display())).help("name another with --out"));
    }
    Ok(out.join(name))
}

/// The results as text.
fn said(found: &Exploration, page: &Path, pictures: usize, quiet: bool, terminal: &Terminal) -> String {
    let lang = terminal.lang;
    let mut lines = IndentedLines::new(terminal);
    if !quiet {
        lines.add(&lang.explore_label_base(), &found.words.join(" "));
    }
    let mut text = lines.text;
    for topic in &found.topics {
        let style = match topic.finding {
            ClaimResult::Confirmed => Style::new().green(),
            ClaimResult::Refuted => Style::new().red(),
            ClaimResult::Undecided => Style::new().yellow(),
            ClaimResult::Shown => Style::new().dim(),
        };
        if !quiet {
            text.push('\n');
        }
        let (title, finding) = (&topic.title, lang.claim_finding(topic.finding));
        let words = format!("  {title} ({}): {finding}", topic.id);
        // Styled last, because escape codes have no width.
        let between = if words.chars().count() > terminal.width { "\n   " } else { "" };
        let title = terminal.style(Style::new().bold(), title);
        text.push_str(&format!("  {title}{between} ({}): {}\n", topic.id, terminal.style(style, &finding)));
        if !quiet {
            text.push_str(&wrapped(&escaped(&topic.words.join(" ")), terminal.width, "    ", "    "));
        }
    }
    let mut lines = IndentedLines::new(terminal);
    lines.add(&lang.label_verdict(), &found.counts(lang));
    if !found.left_out.is_empty() {
        lines.add(&lang.label_note(), &lang.explore_left_out(found.left_out.join(", ")));
    }
    if found.cut_short {
        lines.add(&lang.label_note(), &lang.explore_cut_short());
    }
    let page = page.display();
    let saved = if pictures > 0 { lang.explore_saved_pictures(page, pictures) } else { page.to_string() };
    lines.add(&lang.label_saved(), &saved);
    text + "\n" + &lines.text
}

/// The results as JSON.
fn object(found: &Exploration, page: &Path) -> serde_json::Value {
    let topic = |topic: &treino_pages::explore::Topic| {
        serde_json::json!({
            "id": topic.id,
            "title": topic.title,
            "claim": topic.claim,
            "finding": topic.finding.name(),
            "words": topic.words,
            "figures": topic.figures.iter().map(figure::json).collect::<Vec<_>>(),
        })
    };
    serde_json::json!({
        "event": "exploration",
        "words": found.words,
        "topics": found.topics.iter().map(topic).collect::<Vec<_>>(),
        "left_out": found.left_out,
        "cut_short": found.cut_short,
        "page": page.display().to_string(),
    })
}

/// Shows the topic that is being measured, on standard error.
struct ExploreProgressBar<'a> {
    terminal: &'a Terminal,
    is_quiet: bool,
    live: Option<ProgressBar>,
}

impl<'a> ExploreProgressBar<'a> {
    fn new(terminal: &'a Terminal, is_quiet: bool) -> Self {
        let live = terminal.live_block().filter(|_| !is_quiet);
        ExploreProgressBar { terminal, is_quiet, live }
    }

    fn show(&self, id: &str, at: usize, of: usize) {
        let words = format!("  {}", self.terminal.lang.explore_progress(id, at, of));
        match &self.live {
            Some(bar) => bar.set_message(words),
            None if self.is_quiet => {}
            None => self.terminal.say(&format!("{words}\n")),
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.live {
            bar.finish_and_clear();
        }
    }
}
