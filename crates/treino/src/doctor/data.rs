//! Rules about the table.

use super::check::{Check, Finding};
use super::remedy::{Case, Change};
use crate::report::Evaluation;
use treino_nn::losses::{BinaryCrossentropy, Loss, SparseCategoricalCrossentropy};
use treino_tables::LeftOutReason;

/// Inputs beyond this size make the first layer's sums as large.
const LARGE: f64 = 25.0;

/// A column that tells the target this well by itself, where there are enough rows, is more often a copy than a cause.
const TELLS_ALL: f64 = 0.999;
pub(super) const ENOUGH_ROWS: usize = 300;

/// Fewer validation rows choose the best epoch by chance.
const FEW: usize = 20;

/// Layers that bring their inputs to one scale themselves.
const SCALING: [&str; 3] = ["BatchNormalization", "Normalization", "LayerNormalization"];

pub(super) fn examine(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let record = case.record;
    let data = &record.data;
    let mut add = |rule, candidates: Vec<Vec<Change>>| {
        findings.push(Finding { rule, target: None, remedy: case.first(candidates) });
    };
    // What was ignored stays so.
    let ignore = |column: &str| {
        let before = case.spec().map(|spec| spec.data.ignore.clone()).unwrap_or_default();
        vec![vec![Change::Ignore(before.into_iter().chain([column.to_string()]).collect())]]
    };
    let size = |scale: &[f64; 2]| scale[0].abs() + scale[1];
    let numbers = data.inputs.iter().filter(|column| column.numbers.is_some());
    let largest = numbers.max_by(|a, b| size(&a.scaled).total_cmp(&size(&b.scaled)));
    let scales_itself = record.setting.layers.first().is_some_and(|layer| SCALING.contains(&layer.class.as_str()));
    if let Some(column) = largest.filter(|column| size(&column.scaled) > LARGE && !scales_itself) {
        let rule = Check::UnscaledInputs { column: column.name.clone(), scale: column.scaled };
        add(rule, vec![case.stopping_early([Change::StandardScale])]);
    }
    let left_out = |why: LeftOutReason| -> Vec<String> {
        data.left_out.iter().filter(|left| left.why == why).map(|left| left.name.clone()).collect()
    };
    let constant = left_out(LeftOutReason::Constant);
    if !constant.is_empty() {
        add(Check::ConstantColumns { columns: constant }, Vec::new());
    }
    let identifiers = left_out(LeftOutReason::Identifier);
    if !identifiers.is_empty() {
        add(Check::IdentifierColumns { columns: identifiers }, Vec::new());
    }
    if let [Some(train), validation, _] = data.parts {
        let enough = train >= ENOUGH_ROWS;
        for column in data.inputs.iter().filter(|column| enough && column.alone.is_some_and(|alone| alone >= TELLS_ALL))
        {
            let rule = Check::Leak { column: column.name.clone(), alone: column.alone.unwrap_or_default() };
            add(rule, ignore(&column.name));
        }
        for column in &data.inputs {
            // What tells by its value needs no second finding.
            let by_value = column.alone.is_some_and(|alone| alone >= TELLS_ALL);
            if let Some(alone) = column.missing_alone.filter(|alone| !by_value && *alone >= TELLS_ALL) {
                add(Check::MissingLeak { column: column.name.clone(), alone }, ignore(&column.name));
            }
        }
        if let Some(rows) = validation.filter(|rows| *rows < FEW) {
            // With few rows in all, each is worth more in training.
            let has_file = case.spec().is_some_and(|spec| spec.data.validation.is_some());
            let more_rows = vec![Change::ValidationSplit(0.2)];
            let more_seeds = vec![Change::Repeats(record.setting.repeats.max(10))];
            let candidates = match train > 5 * FEW && !has_file {
                true => vec![more_rows, more_seeds],
                false => vec![more_seeds],
            };
            add(Check::TinyValidation { rows }, candidates);
        }
    }
    for (target, loss) in record.targets.iter().zip(&record.setting.losses) {
        let distances =
            ["mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "mean_absolute_percentage_error"];
        let distances = distances.into_iter().chain(["mean_squared_logarithmic_error", "poisson", "cosine_similarity"]);
        let better = match target.task.as_str() {
            "binary" => "binary_crossentropy",
            _ => "sparse_categorical_crossentropy",
        };
        let is_classes = matches!(target.parts.first(), Some((_, Evaluation::Classes(_))));
        if is_classes && distances.into_iter().any(|name| name == loss) {
            let rule = Check::WrongLoss { loss: loss.clone(), task: target.task.clone(), better: better.to_string() };
            let suits = if target.task == "binary" { [bce(false), bce(true)] } else { [sparse(false), sparse(true)] };
            // Its last layer gives probabilities, or any number.
            let candidates = match case.output_activation() {
                Some("sigmoid" | "softmax") => vec![case.stopping_early([Change::Loss(suits[0].clone())])],
                Some("linear") => vec![case.stopping_early([Change::Loss(suits[1].clone())])],
                _ => Vec::new(),
            };
            add(rule, if record.targets.len() == 1 { candidates } else { Vec::new() });
        }
    }
}

fn bce(from_logits: bool) -> Loss {
    BinaryCrossentropy { from_logits, ..BinaryCrossentropy::default() }.into()
}

fn sparse(from_logits: bool) -> Loss {
    SparseCategoricalCrossentropy { from_logits, ..SparseCategoricalCrossentropy::default() }.into()
}
