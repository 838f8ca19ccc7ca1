//! What `treino train` says before it begins: data, network, training.

use crate::lines::Lines;
use crate::tables::{grouped, percent, plain_number, shortened};
use crate::terminal::Terminal;
use treino::callbacks::Callback;
use treino::data::{ColumnKind, Distribution, Target, Task};
use treino::train::Planned;

/// What was understood: data, network, training.
pub fn head(planned: &Planned, terminal: &Terminal) -> String {
    let (prepared, spec) = (&planned.prepared, &planned.resolved.spec);
    let network = &planned.resolved.network;
    let mut lines = Lines::new(terminal);
    let summary = &prepared.summary;
    let kinds: Vec<String> = summary.kinds.iter().map(|(kind, n)| format!("{n} {}", plural(*kind, *n))).collect();
    let dialect = summary.dialect.as_ref().map_or(String::new(), |d| {
        format!(", separated by {}, decimal mark \"{}\"", d.delimiter_name(), d.decimal.mark())
    });
    lines.add(
        "data",
        &format!("{}: {} rows, {}{dialect}", summary.source, grouped(summary.rows as f64), kinds.join(", ")),
    );
    let distributions = std::iter::once(&summary.distribution).chain(&summary.more_distributions);
    for (target, distribution) in prepared.targets().zip(distributions) {
        lines.add("target", &target_line(target, distribution));
    }
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
    let used = prepared.recipe.columns_used();
    let recipe = if spec.data.recipe == "none" {
        format!("{used} columns as they are")
    } else {
        format!("{used} columns become {} inputs, fitted on the training rows only", network.inputs())
    };
    lines.add("recipe", &recipe);
    let layers = network.summary();
    let shape = if network.is_chain() {
        let dense = layers.iter().filter(|layer| layer.class == "Dense").map(|layer| layer.outputs());
        std::iter::once(network.inputs().to_string()).chain(dense).collect::<Vec<_>>().join(" → ")
    } else {
        let outputs = network.output_names();
        format!("{} inputs, {} layers, output {}", network.inputs(), layers.len(), outputs.join(" and "))
    };
    lines.add("network", &format!("{shape}, {} parameters", grouped(network.parameters() as f64)));
    let (compile, fit) = (&planned.resolved.compile, &spec.fit);
    let steps = prepared.train.len().div_ceil(fit.batch_size);
    lines.add(
        "training",
        &format!(
            "{}, {}, batches of {} ({} an epoch), at most {} epochs, seed {}",
            compile.optimizer.in_words(),
            compile.losses(),
            fit.batch_size,
            counted(steps, "step"),
            fit.epochs,
            fit.seed
        ),
    );
    let mut others = Vec::new();
    for callback in &spec.callbacks {
        let Callback::EarlyStopping(stopping) = callback else {
            others.push(callback.name());
            continue;
        };
        let kept = if stopping.restore_best_weights { "; the best epoch's weights are kept" } else { "" };
        lines.add(
            "stopping",
            &format!("{} without a better {}{kept}", counted(stopping.patience, "epoch"), stopping.monitor),
        );
    }
    if !others.is_empty() {
        lines.add("callbacks", &others.join(", "));
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

fn target_line(target: &Target, distribution: &Distribution) -> String {
    match distribution {
        Distribution::Classes(classes) => {
            let total: usize = classes.iter().map(|(_, n)| n).sum();
            let share = |(name, n): &(String, usize)| {
                format!("{} {}", shortened(name, 20), percent(*n as f64 / total.max(1) as f64))
            };
            let shown: Vec<String> = classes.iter().take(6).map(share).collect();
            let more = if classes.len() > 6 { format!(" and {} more", classes.len() - 6) } else { String::new() };
            let positive = match (target.task, &target.classes[..]) {
                (Task::Binary, [_, positive]) => format!(" (\"{}\" counts as positive)", shortened(positive, 20)),
                _ => String::new(),
            };
            format!("{}: {}, {}{more}{positive}", target.name, target.task, shown.join(", "))
        }
        Distribution::Numbers { min, median, max, .. } => format!(
            "{}: {}, from {} to {}, median {}{}",
            target.name,
            target.task,
            plain_number(*min),
            plain_number(*max),
            plain_number(*median),
            if target.sd == 1.0 {
                ""
            } else {
                "; the loss is in units of its standard deviation, metrics are in its own"
            }
        ),
    }
}

/// A number of things in words.
fn counted(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{} {thing}s", grouped(number as f64)) }
}
