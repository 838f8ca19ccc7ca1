//! What `treino train` prints before it begins: data, network, training.

use crate::arguments::with_flags;
use crate::indented_lines::IndentedLines;
use crate::tables::shortened;
use crate::terminal::Terminal;
use treino::callbacks::Callback;
use treino::data::{Distribution, Target, Task};
use treino::data::{RecipeMode, SplitMethod};
use treino::runs::PreparedRun;
use treino_pages::language::Lang;

/// The prepared run as text: data, network, training.
pub fn head(planned: &PreparedRun, terminal: &Terminal) -> String {
    let (prepared, spec) = (&planned.prepared, &planned.resolved.spec);
    let network = &planned.resolved.network;
    let lang = terminal.lang;
    let mut lines = IndentedLines::new(terminal);
    let summary = &prepared.summary;
    let kinds: Vec<String> =
        summary.kinds.iter().map(|(kind, n)| format!("{n} {}", lang.kinds(kind.name(), *n))).collect();
    let dialect = summary
        .dialect
        .as_ref()
        .map_or(String::new(), |d| lang.dialect(lang.label(d.delimiter_name()), d.decimal.mark()));
    lines.add(
        &lang.label_data(),
        &lang.data_line(&summary.source, lang.grouped(summary.rows as f64), kinds.join(", "), dialect),
    );
    let distributions = std::iter::once(&summary.distribution).chain(&summary.more_distributions);
    for (target, distribution) in prepared.targets().zip(distributions) {
        lines.add(&lang.label_target(), &target_line(target, distribution, lang));
    }
    let parts: Vec<String> = [
        ("train", Some(&prepared.train)),
        ("validation", prepared.validation.as_ref()),
        ("test", prepared.test.as_ref()),
    ]
    .into_iter()
    .filter_map(|(name, part)| part.map(|part| format!("{} {}", lang.grouped(part.len() as f64), lang.label(name))))
    .collect();
    let how = if spec.data.split == SplitMethod::Last { lang.last_rows() } else { lang.seed(spec.data.seed) };
    lines.add(&lang.label_split(), &format!("{} ({how})", parts.join(", ")));
    let used = prepared.recipe.columns_used();
    let recipe = if spec.data.recipe == RecipeMode::None {
        lang.columns_as_they_are(used)
    } else {
        lang.columns_become(used, network.inputs())
    };
    lines.add(&lang.label_recipe(), &recipe);
    let layers = network.summary();
    let shape = if network.is_chain() {
        let dense = layers.iter().filter(|layer| layer.class == "Dense").map(|layer| layer.outputs());
        std::iter::once(network.inputs().to_string()).chain(dense).collect::<Vec<_>>().join(" → ")
    } else {
        let outputs = network.output_names();
        lang.graph(network.inputs(), layers.len(), outputs.join(lang.and()))
    };
    lines.add(&lang.label_network(), &lang.parameters(shape, lang.grouped(network.parameters() as f64)));
    let (compile, fit) = (&planned.resolved.compile, &spec.fit);
    let steps = prepared.train.len().div_ceil(fit.batch_size);
    lines.add(
        &lang.label_training(),
        &lang.training_line(
            lang.optimizer(&compile.optimizer),
            compile.losses(),
            fit.batch_size,
            lang.steps(steps),
            fit.epochs,
            fit.seed,
        ),
    );
    let mut others = Vec::new();
    for callback in &spec.callbacks {
        let Callback::EarlyStopping(stopping) = callback else {
            others.push(callback.name());
            continue;
        };
        let kept = if stopping.restore_best_weights { lang.best_are_kept() } else { String::new() };
        let number = |x: f64| lang.marked(&x.to_string());
        let mut line = lang.stopping_line(lang.epochs(stopping.patience), &stopping.monitor, kept);
        if stopping.min_delta != 0.0 {
            line.push_str(&lang.stopping_min_delta(number(stopping.min_delta.abs())));
        }
        line.extend(stopping.baseline.map(|baseline| lang.stopping_baseline(number(baseline))));
        if stopping.start_from_epoch > 0 {
            line.push_str(&lang.stopping_from(stopping.start_from_epoch + 1));
        }
        lines.add(&lang.label_stopping(), &line);
    }
    if !others.is_empty() {
        lines.add("callbacks", &others.join(", "));
    }
    if let Some(layer) = planned.normalised_alone() {
        lines.add(&lang.label_note(), &lang.batches_of_one(layer));
    }
    for note in &prepared.notes {
        lines.add(&lang.label_note(), &with_flags(&note.to_string()));
    }
    lines.text + "\n"
}

fn target_line(target: &Target, distribution: &Distribution, lang: Lang) -> String {
    match distribution {
        Distribution::Classes(classes) => {
            let total: usize = classes.iter().map(|(_, n)| n).sum();
            let share = |(name, n): &(String, usize)| {
                format!("{} {}", shortened(name, 20), lang.percent(*n as f64 / total.max(1) as f64))
            };
            let shown: Vec<String> = classes.iter().take(6).map(share).collect();
            let more = if classes.len() > 6 { lang.more_classes(classes.len() - 6) } else { String::new() };
            let positive = match (target.task, &target.classes[..]) {
                (Task::Binary, [_, positive]) => lang.counts_as_positive(shortened(positive, 20)),
                _ => String::new(),
            };
            format!("{}: {}, {}{more}{positive}", target.name, lang.label(target.task.name()), shown.join(", "))
        }
        Distribution::Numbers { min, median, max, .. } => format!(
            "{}: {}, {}{}",
            target.name,
            lang.label(target.task.name()),
            lang.number_target(lang.plain_number(*min), lang.plain_number(*max), lang.plain_number(*median)),
            if target.sd == 1.0 { String::new() } else { lang.scaled_target() }
        ),
    }
}
