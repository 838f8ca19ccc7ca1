//! `treino inspect`.

use crate::arguments;
use crate::arguments::argument;
use crate::arguments::with_flags;
use crate::json;
use crate::tables::{self, shortened};
use crate::terminal::{Terminal, escaped};
use crate::wrap::wrapped;
use clap::ArgMatches;
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;
use treino::Result;
use treino::data::{Column, ColumnKind, Table, TableSource};
use treino::store::TrainedModel;
use treino_pages::language::Lang;

/// Shows the content of a model or a table.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let path = argument(matches, "path");
    let as_json = matches.get_flag("json");
    if is_model(Path::new(path)) {
        let bundle = TrainedModel::open(Path::new(path))?;
        if as_json { json::line(&model_json(&bundle)) } else { terminal.print(&model(&bundle, terminal)) }
    } else {
        let data = treino::data::read(&TableSource::from_argument(path)?, &arguments::reading(matches)?)?;
        if as_json { json::line(&table_json(&data)) } else { terminal.print(&table(&data, terminal)) }
    }
    Ok(0)
}

/// A model as JSON.
fn model_json(bundle: &TrainedModel) -> Value {
    let targets = bundle.table.iter().flat_map(|side| side.targets());
    let columns = bundle.table.iter().flat_map(|side| &side.recipe.inputs);
    let left_out = bundle.table.iter().flat_map(|side| &side.recipe.left_out);
    json!({
        "event": "model",
        "targets": targets
            .map(|(target, _)| json!({ "name": target.name, "task": target.task.name(), "classes": target.classes }))
            .collect::<Vec<_>>(),
        "columns": columns
            .map(|input| json!({ "name": input.name, "type": input.kind.name(), "inputs": input.width() }))
            .collect::<Vec<_>>(),
        "left_out": left_out
            .map(|left| json!({ "name": left.name, "reason": left.reason.to_string() }))
            .collect::<Vec<_>>(),
        "layers": bundle.network.summary().iter().map(|layer| json!({
            "name": layer.name,
            "type": layer.class,
            "outputs": layer.outputs(),
            "parameters": layer.parameters,
            "trainable": layer.trainable,
            "reads": layer.inputs,
        })).collect::<Vec<_>>(),
        "inputs": bundle.network.inputs(),
        "parameters": bundle.network.parameters(),
    })
}

/// A table as JSON. Beyond `distinct` values that are counted, `distinct` is one more.
fn table_json(data: &Table) -> Value {
    let column = |column: &Column| {
        let stats = &column.stats;
        json!({
            "name": column.name,
            "type": column.kind.name(),
            "missing": stats.missing,
            "distinct": stats.distinct,
            "min": stats.min,
            "max": stats.max,
            "mean": stats.mean,
            "sd": stats.sd,
            "levels": stats.top.iter().map(|(level, rows)| json!({ "level": level, "rows": rows })).collect::<Vec<_>>(),
        })
    };
    let dialect = data.dialect.as_ref();
    json!({
        "event": "table",
        "name": data.name,
        "rows": data.rows,
        "delimiter": dialect.map(|dialect| dialect.delimiter_name()),
        "decimal": dialect.map(|dialect| dialect.decimal.mark().to_string()),
        "columns": data.columns.iter().map(column).collect::<Vec<_>>(),
        "notes": data.notes.iter().chain(&data.warnings()).map(|note| with_flags(&Lang::English.noted(note))).collect::<Vec<_>>(),
    })
}

/// A folder, a file with the model's name, or one with a safetensors header: eight bytes of length, then a brace.
fn is_model(path: &Path) -> bool {
    let begins_as_one = || {
        let mut start = [0; 9];
        let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
        read.is_ok() && start[8] == b'{'
    };
    path.is_dir() || path.extension().is_some_and(|e| e == "safetensors") || begins_as_one()
}

fn model(bundle: &TrainedModel, terminal: &Terminal) -> String {
    let mut text = String::new();
    let words = |words: &str| wrapped(words, terminal.width, "  ", "    ");
    if let Some(side) = &bundle.table {
        for (target, _) in side.targets() {
            let classes =
                if target.classes.is_empty() { String::new() } else { format!(": {}", target.classes.join(", ")) };
            text.push_str(&words(&escaped(
                &(terminal.lang.predicts(&target.name, terminal.lang.label(target.task.name())) + &classes),
            )));
        }
        text.push_str(&format!("  {}\n\n", terminal.lang.from_columns(side.recipe.columns_used())));
        let columns = tables::first_that_fits(terminal, [30, 20, 14], |most| {
            let mut table = tables::plain_table();
            table.add_row(["column", "type", "inputs"].map(|word| terminal.lang.label(word)));
            for input in &side.recipe.inputs {
                table.add_row([
                    shortened(&input.name, most),
                    terminal.lang.label(input.kind.name()).to_string(),
                    input.width().to_string(),
                ]);
            }
            table
        });
        text.push_str(&format!("{columns}\n"));
        for left in &side.recipe.left_out {
            text.push_str(&words(&terminal.lang.left_out(shortened(&left.name, 30), escaped(&left.reason))));
        }
        text.push('\n');
    }
    // The source of a layer needs a column only if it is not the previous layer.
    let widths = if bundle.network.is_chain() { [5, 4, 3] } else { [6, 5, 3] };
    let layers = tables::first_that_fits(terminal, widths, |columns| {
        let mut table = tables::plain_table();
        table.add_row(
            &["layer", "outputs", "parameters", "trainable", "type", "reads"].map(|word| terminal.lang.label(word))
                [..columns],
        );
        for layer in bundle.network.summary() {
            let cells = [
                shortened(&layer.name, if columns == 3 { 16 } else { 30 }),
                layer.outputs(),
                terminal.lang.grouped(layer.parameters as f64),
                terminal.lang.grouped(layer.trainable as f64),
                layer.class.to_string(),
                layer.inputs.join(", "),
            ];
            table.add_row(&cells[..columns]);
        }
        table
    });
    let total = terminal.lang.grouped(bundle.network.parameters() as f64);
    text.push_str(&format!("{layers}\n"));
    text.push_str(&words(&terminal.lang.network_size(bundle.network.inputs(), total)));
    if let Some(compile) = &bundle.compile {
        let fit = &bundle.spec.fit;
        text.push_str(&words(&terminal.lang.trained_with(
            terminal.lang.optimizer(&compile.optimizer),
            compile.losses(),
            fit.batch_size,
            fit.seed,
        )));
    }
    text
}

fn table(data: &Table, terminal: &Terminal) -> String {
    let words = |words: &str| wrapped(&escaped(words), terminal.width, "  ", "    ");
    let mut head = terminal.lang.table_size(&data.name, terminal.lang.grouped(data.rows as f64), data.columns.len());
    if let Some(dialect) = &data.dialect {
        head.push_str(&terminal.lang.dialect(terminal.lang.label(dialect.delimiter_name()), dialect.decimal.mark()));
    }
    let mut text = words(&head);
    text.push('\n');
    // Name and values, each with a minimum width, share the space that the three narrow columns leave.
    let longest = data.columns.iter().map(|c| c.name.chars().count()).max().unwrap_or(0).clamp(6, 28);
    let name = longest.min(terminal.width.saturating_sub(55)).max(14);
    let columns = match terminal.width {
        72.. => 5,
        50.. => 4,
        _ => 3,
    };
    let mut table = tables::plain_table();
    table
        .add_row(&["column", "type", "missing", "distinct", "values"].map(|word| terminal.lang.label(word))[..columns]);
    for column in &data.columns {
        let stats = &column.stats;
        let distinct = if stats.distinct > 1000 {
            format!("> {}", terminal.lang.grouped(1000.0))
        } else {
            terminal.lang.grouped(stats.distinct as f64)
        };
        let cells = [
            shortened(&column.name, name),
            terminal.lang.label(column.kind.name()).to_string(),
            terminal.lang.grouped(stats.missing as f64),
            distinct,
            shortened(&values(column, terminal.lang), terminal.width.saturating_sub(name + 35).max(8)),
        ];
        table.add_row(&cells[..columns]);
    }
    text.push_str(&format!("{}\n", tables::render_words(terminal, table)));
    for note in data.notes.iter().chain(&data.warnings()) {
        text.push_str(&words(&with_flags(&terminal.lang.noted(note))));
    }
    text
}

/// The range of numbers, or the most frequent levels of other columns.
fn values(column: &Column, lang: Lang) -> String {
    let stats = &column.stats;
    match column.kind {
        ColumnKind::Number | ColumnKind::Integer if stats.min.is_finite() => lang.range_of_numbers(
            lang.plain_number(stats.min),
            lang.plain_number(stats.max),
            lang.plain_number(stats.mean),
            lang.plain_number(stats.sd),
        ),
        _ => stats.top.iter().map(|(level, n)| format!("{level} ({n})")).collect::<Vec<_>>().join(", "),
    }
}
