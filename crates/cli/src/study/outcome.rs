//! The results of a study, as a table, as sentences, as JSON.

use crate::indented_lines::IndentedLines;
use crate::tables::{self, shortened};
use crate::terminal::Terminal;
use comfy_table::Table;
use serde_json::{Value, json};
use std::path::Path;
use treino::study::random_sources::{RandomSources, Spread};
use treino::study::{Config, Done, StudyResult};

/// The table and the sentences.
pub fn outcome(course: &StudyResult, terminal: &Terminal) -> String {
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
        // The columns in the order in which a narrow terminal omits them.
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
    let mut lines = IndentedLines::new(terminal);
    lines.add(&lang.label_verdict(), &lang.verdict(course).join(" "));
    text.push_str(&lines.text);
    if let Some(found) = course.sources() {
        text.push_str(&format!("\n{}", sources(&found, terminal)));
    }
    text
}

/// The effect of each source of randomness alone.
pub fn sources(found: &RandomSources, terminal: &Terminal) -> String {
    let lang = terminal.lang;
    let mut table: Table = tables::plain_table();
    table.add_row([
        format!("  {}", lang.column_source()),
        lang.column_sd(),
        lang.column_interval(),
        lang.column_share(),
    ]);
    for source in &found.sources {
        let spread = source.spread.as_ref();
        let range = |s: &Spread| format!("{} – {}", lang.number(s.low), lang.number(s.high));
        table.add_row([
            format!("  {}", source.name),
            spread.map_or(String::new(), |s| lang.number(s.sd)),
            spread.map_or(String::new(), range),
            lang.percent(source.share),
        ]);
    }
    let words = lang.study_sources_words(found).unwrap_or_default();
    format!("{table}\n\n{}", crate::wrap::wrapped(&words, terminal.width, "  ", "  "))
}

/// A training as a JSON line.
pub fn line(done: &Done) -> Value {
    let config: serde_json::Map<String, Value> =
        done.words.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    json!({
        "event": "training", "phase": done.key.phase.name(), "config": done.key.config, "varied": config,
        "seed": done.key.seed, "fold": done.key.fold, "budget": done.key.epochs,
        "outcome": done.result.outcome.name(), "value": done.result.outcome.number(), "epochs": done.result.epochs,
    })
}

/// The end as a JSON line.
pub fn object(course: &StudyResult, folder: &Path) -> Value {
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
