//! `treino lr-find`.

use crate::indented_lines::IndentedLines;
use crate::session::{ReportContext, is_interrupted, listen_for_interrupts};
use crate::terminal::Terminal;
use crate::wrap::wrapped;

use crate::{arguments, json};
use clap::ArgMatches;
use treino::Result;
use treino::catalog::{Interval, Kind};
use treino::error::Error;
use treino::runs::PreparedRun;
use treino::train::{RangeTest, RangeTestResult};
use treino_pages::language::Lang;

/// The number of rows of the table of rates.
const LINES: usize = 15;

/// Tries learning rates, and prints the one to start with.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let default = RangeTest::default();
    let test = RangeTest {
        from: arguments::number(matches, "from", Kind::POSITIVE)?.unwrap_or(default.from),
        to: arguments::number(matches, "to", Kind::POSITIVE)?.unwrap_or(default.to),
        steps: arguments::number(matches, "steps", Kind::Int(Interval::closed(20.0, 1e6)))?.unwrap_or(default.steps),
        seeds: arguments::number(matches, "seeds", Kind::Int(Interval::closed(1.0, 1000.0)))?.unwrap_or(default.seeds),
    };
    test.check()?;
    let surroundings = ReportContext::new(matches)?;
    let planned = PreparedRun::new(&arguments::spec(matches)?)?;
    terminal.say_notes(&planned.prepared.notes);
    listen_for_interrupts();
    let mut nobody = |_: &treino::events::Event| {};
    let found = planned.find_learning_rate(&test, &mut surroundings.session(&mut nobody))?;
    if is_interrupted() {
        return Err(Error::new(treino::error::Kind::Interrupted, "interrupted before all rates were tried"));
    }
    if matches.get_flag("json") {
        let curve: Vec<_> = found.curve.iter().map(|t| serde_json::json!([t.rate, t.loss])).collect();
        json::line(&serde_json::json!({
            "suggestion": found.suggestion,
            "steepest": found.steepest,
            "lowest": found.lowest,
            "too_large": found.too_large,
            "steps": test.steps,
            "seeds": test.seeds,
            "curve": curve,
        }));
    } else {
        terminal.print(&report(&planned, &test, &found, terminal));
    }
    Ok(0)
}

fn report(planned: &PreparedRun, test: &RangeTest, found: &RangeTestResult, terminal: &Terminal) -> String {
    let (spec, compile) = (&planned.resolved.spec, &planned.resolved.compile);
    let lang = terminal.lang;
    let mut lines = IndentedLines::new(terminal);
    lines.add(&lang.label_data(), spec.data.path.as_deref().unwrap_or("table"));
    let seeds = if test.seeds == 1 { lang.one_seed() } else { lang.seeds(test.seeds) };
    lines.add(
        &lang.label_test(),
        &lang.rates_line(
            compile.optimizer.name(),
            compile.losses(),
            spec.fit.batch_size,
            test.steps,
            rate(test.from, lang),
            rate(test.to, lang),
            seeds,
        ),
    );
    let mut text = lines.text;
    text.push('\n');
    text.push_str(&table(test, found, terminal));
    text.push('\n');
    let mut words = Vec::new();
    match (found.steepest, found.suggestion) {
        (_, None) => words.push(lang.no_rate()),
        (None, _) => words.push(lang.lowest_near(rate(found.lowest, lang))),
        (Some(steepest), _) => words.push(lang.steepest_near(rate(steepest, lang), rate(found.lowest, lang))),
    }
    match found.suggestion {
        Some(suggestion) => {
            words.push(lang.begin_with(rate(suggestion, Lang::English)));
        }
        None => words.push(lang.wider_range()),
    }
    if let Some(too_large) = found.too_large {
        words.push(lang.out_of_hand(rate(too_large, lang)));
    }
    text.push_str(&wrapped(&words.join(" "), terminal.width, "  ", "  "));
    text
}

/// Some of the rates with their losses, as numbers and bars.
fn table(test: &RangeTest, found: &RangeTestResult, terminal: &Terminal) -> String {
    let lang = terminal.lang;
    let losses = || found.curve.iter().map(|tried| tried.loss);
    let (least, most) = losses().fold((f64::INFINITY, 0.0_f64), |(a, b), loss| (a.min(loss), b.max(loss)));
    let widest = terminal.width.saturating_sub(30).clamp(8, 50);
    let mut text = format!("  {:>9}  {:>9}\n", lang.column_rate(), lang.column_loss());
    let every = (test.steps - 1) as f64 / (LINES - 1) as f64;
    let at = (0..LINES).map(|line| (line as f64 * every).round() as usize);
    for tried in at.filter_map(|at| found.curve.get(at)) {
        let share = if most > least { (tried.loss - least) / (most - least) } else { 0.0 };
        let bar = "━".repeat((share * widest as f64).round() as usize);
        text.push_str(format!("  {:>9}  {:>9}  {bar}", rate(tried.rate, lang), lang.number(tried.loss)).trim_end());
        text.push('\n');
    }
    text
}

/// A learning rate as readable text.
fn rate(rate: f64, lang: Lang) -> String {
    if (0.001..1e4).contains(&rate) {
        return lang.plain_number(rate);
    }
    lang.marked(&format!("{rate:.1e}").replace(".0e", "e"))
}
