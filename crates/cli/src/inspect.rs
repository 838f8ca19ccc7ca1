//! `treino inspect`.

use crate::evaluate::argument;
use crate::tables::{self, grouped, number, shortened};
use crate::terminal::{Terminal, escaped};
use clap::ArgMatches;
use std::io::Read;
use std::path::Path;
use treino::Result;
use treino::data::{Column, ColumnKind, DataSpec, Source, Table};
use treino::store::Bundle;

/// Shows what a model or a table holds.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let path = argument(matches, "path");
    let text = if is_model(Path::new(path)) {
        model(&Bundle::open(Path::new(path))?, terminal)
    } else {
        table(&treino::data::read(&Source::from_argument(path)?, &DataSpec::default())?, terminal)
    };
    terminal.print(&text);
    Ok(0)
}

/// A folder, a file of that name, or one that begins as safetensors files do: eight bytes of length, then a brace.
fn is_model(path: &Path) -> bool {
    let begins_as_one = || {
        let mut start = [0; 9];
        let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
        read.is_ok() && start[8] == b'{'
    };
    path.is_dir() || path.extension().is_some_and(|e| e == "safetensors") || begins_as_one()
}

fn model(bundle: &Bundle, terminal: &Terminal) -> String {
    let mut text = String::new();
    if let Some(side) = &bundle.table {
        let target = &side.target;
        text.push_str(&format!("  predicts {} ({})", escaped(&target.name), target.task));
        if !target.classes.is_empty() {
            text.push_str(&format!(": {}", escaped(&target.classes.join(", "))));
        }
        text.push_str(&format!("\n  from {} columns:\n\n", side.recipe.inputs.len()));
        let mut table = tables::plain_table();
        table.add_row(["column", "type", "inputs"]);
        for input in &side.recipe.inputs {
            table.add_row([shortened(&input.name, 30), input.kind.name().to_string(), input.width().to_string()]);
        }
        text.push_str(&format!("{}\n", tables::render(terminal, table)));
        for left in &side.recipe.left_out {
            text.push_str(&format!("  left out: {}: {}\n", shortened(&left.name, 30), escaped(&left.reason)));
        }
        text.push('\n');
    }
    let mut table = tables::plain_table();
    table.add_row(["layer", "type", "outputs", "parameters", "trainable"]);
    for layer in bundle.network.summary() {
        table.add_row([
            layer.name,
            layer.class.to_string(),
            layer.width.to_string(),
            grouped(layer.parameters as f64),
            grouped(layer.trainable as f64),
        ]);
    }
    let total = grouped(bundle.network.parameters() as f64);
    text.push_str(&format!("{}\n  {} inputs, {total} parameters\n", tables::render(terminal, table), bundle.network.inputs()));
    if let Some(compile) = &bundle.compile {
        let fit = &bundle.spec.fit;
        text.push_str(&format!(
            "  trained with {} at {}, {}, batches of {}, seed {}\n",
            compile.optimizer.name(),
            compile.optimizer.inner().learning_rate(),
            compile.loss.name(),
            fit.batch_size,
            fit.seed
        ));
    }
    text
}

fn table(data: &Table, terminal: &Terminal) -> String {
    let mut text = format!("  {}: {} rows, {} columns", data.name, grouped(data.rows as f64), data.columns.len());
    if let Some(dialect) = &data.dialect {
        text.push_str(&format!(", separated by {}, decimal mark \"{}\"", dialect.delimiter_name(), dialect.decimal.mark()));
    }
    text.push_str("\n\n");
    let mut table = tables::plain_table();
    let wide = terminal.width >= 72;
    let head = ["column", "type", "missing", "distinct", "values"];
    table.add_row(&head[..if wide { 5 } else { 3 }]);
    for column in &data.columns {
        let stats = &column.stats;
        let distinct = if stats.distinct > 1000 { "> 1,000".to_string() } else { grouped(stats.distinct as f64) };
        let cells = [
            shortened(&column.name, 28),
            column.kind.name().to_string(),
            grouped(stats.missing as f64),
            distinct,
            shortened(&values(column), terminal.width.saturating_sub(64).max(20)),
        ];
        table.add_row(&cells[..if wide { 5 } else { 3 }]);
    }
    text.push_str(&format!("{}\n", tables::render(terminal, table)));
    for note in &data.notes {
        text.push_str(&format!("  note: {}\n", escaped(&note.to_string())));
    }
    text
}

/// The range of a number, the most frequent levels of anything else.
fn values(column: &Column) -> String {
    let stats = &column.stats;
    match column.kind {
        ColumnKind::Number | ColumnKind::Integer if stats.min.is_finite() => {
            format!("{} to {}, mean {}, sd {}", number(stats.min), number(stats.max), number(stats.mean), number(stats.sd))
        }
        _ => stats.top.iter().map(|(level, n)| format!("{level} ({n})")).collect::<Vec<_>>().join(", "),
    }
}
