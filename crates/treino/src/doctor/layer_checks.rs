//! Rules about the units of the network.

use super::check::{Check, Finding};
use crate::report::Record;

/// Above this share of a layer's units.
const MANY: f64 = 0.5;

pub(super) fn examine(record: &Record, findings: &mut Vec<Finding>) {
    let outputs = record.inside.layers.len().saturating_sub(1);
    // The last layer's ends are what it is for.
    for layer in &record.inside.layers[..outputs] {
        let Some(end) = layer.end else { continue };
        let share = |units: usize| units as f64 / layer.units.max(1) as f64;
        let (name, units, activation) = (layer.layer.clone(), layer.units, layer.activation.clone());
        if share(end.dead) > MANY {
            let attempt = if activation == "relu" { "--activation leaky_relu" } else { "--learning-rate 0.001" };
            let rule = Check::DeadUnits { layer: name, dead: end.dead, units, activation };
            findings.push(Finding { rule, target: None, attempt: Some(attempt.to_string()) });
        } else if share(end.saturated) > MANY {
            let rule = Check::SaturatedUnits { layer: name, saturated: end.saturated, units, activation };
            findings.push(Finding { rule, target: None, attempt: Some("--activation relu --batch-norm".to_string()) });
        }
    }
}
