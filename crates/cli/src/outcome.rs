//! What `treino train` prints at the end: tables, diagnosis, paths.

use crate::indented_lines::IndentedLines;
use crate::terminal::Terminal;
use crate::wrap::wrapped;
use crate::{doctor, tables};
use console::Style;
use std::path::Path;
use treino::events::Ending;
use treino::report::{Evaluation, headline};
use treino::runs::{Finished, PartEvaluations, PreparedRun, Repeat, Run};
use treino::statistics::interval95;
use treino_pages::language::Lang;

/// The table, the repeats, the diagnosis, and the paths.
pub fn outcome(planned: &PreparedRun, finished: &Finished, terminal: &Terminal, quiet: bool, path: &Path) -> String {
    let (run, lang) = (&finished.run, terminal.lang);
    let mut text = String::new();
    if !quiet {
        let mut lines = IndentedLines::new(terminal);
        lines.add(&lang.label_trained(), &ending_line(run, finished.seconds, lang));
        text.push_str(&lines.text);
        text.push('\n');
    }
    for (at, (target, scores)) in planned.prepared.targets().zip(run.scores.each()).enumerate() {
        if !run.scores.more_targets.is_empty() {
            text.push_str(&tables::title(terminal, at, &target.name));
        }
        text.push_str(&tables::scores(terminal, &scores.parts()));
        if let ("test" | "validation", Evaluation::Classes(classes)) = scores.best_unseen()
            && !quiet
            && classes.classes.len() <= 30
        {
            text.push('\n');
            text.push_str(&tables::classes(terminal, classes));
        }
    }
    if planned.settings().repeats > 1 {
        text.push('\n');
        text.push_str(&repeats(planned, run, terminal));
    }
    if quiet {
        return text;
    }
    text.push('\n');
    let mut lines = IndentedLines::new(terminal);
    doctor::add(&mut lines, &finished.findings, &doctor::spec_of(path), lang);
    lines.add(&lang.label_saved(), &lang.saved_files(path.display()));
    text.push_str(&lines.text);
    text
}

fn ending_line(run: &Run, seconds: f64, lang: Lang) -> String {
    let epochs = run.history.epochs.len();
    let ending = match &run.history.ending {
        Ending::Finished => lang.all_epochs_done(),
        Ending::Stopped { why, .. } => lang.stop_reason(why),
        Ending::Interrupted => lang.was_interrupted(),
        Ending::Diverged(divergence) => lang.has_diverged(&divergence.place),
    };
    let kept = run.history.kept_epoch.map_or(String::new(), |epoch| lang.model_of_epoch(epoch + 1));
    lang.ending_line(lang.epochs_done(epochs), lang.marked(&format!("{seconds:.2}")), ending, kept)
}

/// The results over the seeds: a table for each target.
fn repeats(planned: &PreparedRun, run: &Run, terminal: &Terminal) -> String {
    let asked = planned.settings().repeats;
    let complete: Vec<&Repeat> = run.repeats.iter().filter(|r| r.is_complete()).collect();
    let lang = terminal.lang;
    let n = complete.len();
    let seeds = if n < asked { lang.some_of(n, asked) } else { n.to_string() };
    let mut text = String::new();
    for (at, (target, own)) in planned.prepared.targets().zip(run.scores.each()).enumerate() {
        let all: Vec<&PartEvaluations> =
            complete.iter().filter_map(|r| r.scores.as_ref()).filter_map(|scores| scores.each().nth(at)).collect();
        if !run.scores.more_targets.is_empty() {
            text.push_str(&tables::title(terminal, at, &target.name));
        }
        text.push_str(&format!("  {}\n", lang.seeds_on(lang.label(own.best_unseen().0), &seeds)));
        text.push_str(&format!("{}\n", seeds_table(own, &all, terminal)));
    }
    let diverged = run.repeats.iter().filter(|r| matches!(r.ending, Ending::Diverged(_))).count();
    if diverged > 0 {
        text.push_str(&format!("  {}\n", lang.seeds_diverged(diverged, asked)));
    }
    let words = lang.one_split();
    let words = wrapped(&words, terminal.width, "  ", "  ");
    text.push_str(&format!("{}\n", terminal.style(Style::new().dim(), words.trim_end())));
    text
}

/// Mean, standard deviation and interval of one target's scores over the seeds; in two tables on a narrow terminal.
fn seeds_table(own: &PartEvaluations, all: &[&PartEvaluations], terminal: &Terminal) -> String {
    let scores: Vec<Vec<(&str, f64)>> = all.iter().map(|s| headline(s.best_unseen().1)).collect();
    let lang = terminal.lang;
    let head = [lang.mean(), lang.sd(), lang.interval(), lang.least(), lang.most()];
    let mut rows: Vec<(&str, [String; 5])> = Vec::new();
    for (name, _) in headline(own.best_unseen().1) {
        let values: Vec<f64> =
            scores.iter().filter_map(|s| s.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)).collect();
        if values.len() < 2 {
            continue;
        }
        let interval = interval95(&values);
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        let range = format!("{} – {}", lang.number(interval.low), lang.number(interval.high));
        rows.push((
            name,
            [lang.number(interval.mean), lang.number(interval.sd), range, lang.number(low), lang.number(high)],
        ));
    }
    let table = |columns: &[usize]| {
        let mut table = tables::plain_table();
        table.add_row(std::iter::once("").chain(columns.iter().map(|i| head[*i].as_str())));
        for (name, cells) in &rows {
            table.add_row(std::iter::once(lang.label(name)).chain(columns.iter().map(|i| cells[*i].as_str())));
        }
        tables::render(terminal, table)
    };
    let text = table(&[0, 1, 2, 3, 4]);
    if tables::fits(terminal, &text) { text } else { format!("{}\n\n{}", table(&[0, 2]), table(&[1, 3, 4])) }
}
