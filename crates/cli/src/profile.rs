//! The output of `treino train --profile`: the time of each part of a step.

use crate::tables::{self, shortened};
use crate::terminal::Terminal;
use crate::wrap::wrapped;
use comfy_table::Table;
use console::Style;
use serde_json::{Value, json};
use treino::train::{ProfileLine, StepProfile};
use treino_pages::language::Lang;

/// The table, and how to read it.
pub fn words(profile: &StepProfile, terminal: &Terminal) -> String {
    let (Some(step), Some(clock)) = (profile.of_a_step(profile.time()), profile.of_a_step(profile.clock)) else {
        return format!("\n  {}\n", terminal.lang.no_profile());
    };
    let forms = [(60, 4), (32, 4), (20, 4), (20, 3), (10, 2)];
    let text =
        tables::first_that_fits(terminal, forms, |(most, columns)| table(profile, step, most, columns, terminal.lang));
    let mut words =
        terminal.lang.profile_means(terminal.lang.grouped(profile.steps as f64), terminal.lang.number(clock));
    if let Some(validation) = profile.of_a_validation() {
        let validation = terminal.lang.profile_validation(terminal.lang.number(validation));
        words = format!("{validation}; {words}");
    }
    let words = wrapped(&words, terminal.width, "  ", "    ");
    format!("\n{text}\n{}\n", terminal.style(Style::new().dim(), words.trim_end()))
}

fn table(profile: &StepProfile, step: f64, most: usize, columns: usize, lang: Lang) -> Table {
    let mut table = tables::plain_table();
    table.add_row(
        &[lang.where_time_goes(), lang.micros_a_step(), lang.share_of_step(), "GFLOP/s".to_string()][..columns],
    );
    for line in &profile.lines {
        let cells = [
            name(line, most),
            profile.of_a_step(line.time).map_or(String::new(), |x| lang.number(x)),
            lang.percent(profile.share(line)),
            line.gflops().map_or(String::new(), |x| lang.number(x)),
        ];
        table.add_row(&cells[..columns]);
    }
    let whole = [lang.a_step(), lang.number(step), lang.percent(1.0), String::new()];
    table.add_row(&whole[..columns]);
    table
}

/// The name of a part; only the names of layers are shortened.
fn name(line: &ProfileLine, most: usize) -> String {
    let name = shortened(&line.name(), most);
    line.pass.map_or(name.clone(), |pass| format!("{name} ({pass})"))
}

/// The same as an object.
pub fn object(profile: &StepProfile) -> Value {
    let parts = profile.lines.iter().map(|line| {
        json!({
            "layers": line.layers,
            "what": line.what,
            "pass": line.pass,
            "microseconds": profile.of_a_step(line.time),
            "share": profile.share(line),
            "gflops": line.gflops(),
        })
    });
    json!({
        "event": "profile",
        "steps": profile.steps,
        "microseconds": profile.of_a_step(profile.time()),
        "clock": profile.of_a_step(profile.clock),
        "parts": parts.collect::<Vec<_>>(),
        "validations": profile.validations,
        "validation": profile.of_a_validation(),
    })
}
