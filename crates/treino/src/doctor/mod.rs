//! Why a training went as it did: fixed rules over the [record](crate::report::Record) of a run.
//!
//! Each rule has its evidence, the figure that shows it, and one thing to try. The rules read numbers alone, so the same run always
//! gets the same diagnosis, in whichever language it is said. Where nothing is wrong, nothing is said.

mod check;
mod data;
mod layer_checks;
mod outcome;
mod training_checks;

pub use check::{Check, Finding, Severity};

use crate::report::Record;

/// All that the rules find in a run, the gravest first.
pub fn examine(record: &Record) -> Vec<Finding> {
    let mut findings = Vec::new();
    training_checks::examine(record, &mut findings);
    data::examine(record, &mut findings);
    layer_checks::examine(record, &mut findings);
    outcome::examine(record, &mut findings);
    // A training that left the finite numbers explains most of the rest.
    if findings.iter().any(|finding| matches!(finding.rule, Check::Diverged { .. })) {
        findings.retain(|finding| finding.rule.outlives_divergence());
    }
    if findings.iter().any(|finding| matches!(finding.rule, Check::BatchOfOne { .. })) {
        findings.retain(|finding| !finding.rule.follows_from_batches_of_one());
    }
    findings.sort_by_key(|finding| finding.rule.severity());
    findings
}
