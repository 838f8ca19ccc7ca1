//! Rules about the table.

use super::check::{Check, Finding};
use crate::report::{Evaluation, Record};
use crate::shell::quote;
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

pub(super) fn examine(record: &Record, findings: &mut Vec<Finding>) {
    let data = &record.data;
    let mut add = |rule, attempt: Option<&str>| {
        findings.push(Finding { rule, target: None, attempt: attempt.map(str::to_string) });
    };
    let size = |scale: &[f64; 2]| scale[0].abs() + scale[1];
    let numbers = data.inputs.iter().filter(|column| column.numbers.is_some());
    let largest = numbers.max_by(|a, b| size(&a.scaled).total_cmp(&size(&b.scaled)));
    let scales_itself = record.setting.layers.first().is_some_and(|layer| SCALING.contains(&layer.class.as_str()));
    if let Some(column) = largest.filter(|column| size(&column.scaled) > LARGE && !scales_itself) {
        let rule = Check::UnscaledInputs { column: column.name.clone(), scale: column.scaled };
        add(rule, Some("--scale standard"));
    }
    let left_out = |why: LeftOutReason| -> Vec<String> {
        data.left_out.iter().filter(|left| left.why == why).map(|left| left.name.clone()).collect()
    };
    let constant = left_out(LeftOutReason::Constant);
    if !constant.is_empty() {
        add(Check::ConstantColumns { columns: constant }, None);
    }
    let identifiers = left_out(LeftOutReason::Identifier);
    if !identifiers.is_empty() {
        add(Check::IdentifierColumns { columns: identifiers }, None);
    }
    if let [Some(train), validation, _] = data.parts {
        let enough = train >= ENOUGH_ROWS;
        for column in data.inputs.iter().filter(|column| enough && column.alone.is_some_and(|alone| alone >= TELLS_ALL))
        {
            let rule = Check::Leak { column: column.name.clone(), alone: column.alone.unwrap_or_default() };
            add(rule, Some(&format!("--ignore {}", quote(&column.name))));
        }
        for column in &data.inputs {
            // What tells by its value needs no second finding.
            let by_value = column.alone.is_some_and(|alone| alone >= TELLS_ALL);
            if let Some(alone) = column.missing_alone.filter(|alone| !by_value && *alone >= TELLS_ALL) {
                let attempt = format!("--ignore {}", quote(&column.name));
                add(Check::MissingLeak { column: column.name.clone(), alone }, Some(&attempt));
            }
        }
        if let Some(rows) = validation.filter(|rows| *rows < FEW) {
            // With few rows in all, each is worth more in training.
            let attempt = if train > 5 * FEW { Some("--validation-split 0.2") } else { Some("--repeats 10") };
            add(Check::TinyValidation { rows }, attempt);
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
            add(rule, Some(&format!("--loss {better}")));
        }
    }
}
