//! Why a training went as it did: fixed rules over the [record](crate::report::Record) of a run.
//!
//! Each rule has its evidence, the figure that shows it, and one thing to try: a [`Remedy`], which is a change to the run's spec and
//! is offered only where the spec can take it. The rules read numbers alone, so the same run always gets the same diagnosis, in
//! whichever language it is said. Where nothing is wrong, nothing is said. docs/doctor.md says what each remedy was measured to do.

mod check;
mod data;
mod layer_checks;
mod outcome;
mod remedy;
mod training_checks;

pub use check::{Check, Finding, Severity};
pub use remedy::{Change, Remedy};

use crate::report::Record;
use remedy::Case;

/// All that the rules find in a run, the gravest first.
pub fn examine(record: &Record) -> Vec<Finding> {
    let mut findings = Vec::new();
    let case = Case::of(record);
    training_checks::examine(&case, &mut findings);
    data::examine(&case, &mut findings);
    layer_checks::examine(&case, &mut findings);
    outcome::examine(&case, &mut findings);
    // A training that left the finite numbers explains most of the rest.
    if findings.iter().any(|finding| matches!(finding.rule, Check::Diverged { .. })) {
        findings.retain(|finding| finding.rule.outlives_divergence());
    }
    let all: Vec<Check> = findings.iter().map(|finding| finding.rule.clone()).collect();
    findings.retain(|finding| !all.iter().any(|cause| cause.explains(&finding.rule)));
    findings.sort_by_key(|finding| finding.rule.severity());
    findings
}
