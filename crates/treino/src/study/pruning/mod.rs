//! Pruning: ends trainings of inferior configs early.
//!
//! A pruner either compares a training after each epoch with the curves of completed trainings; or configs pass through
//! brackets, in which fewer and fewer of them get more and more epochs.

mod halving;
mod patient;
mod percentile;
mod threshold;

pub use halving::{Bracket, Hyperband, Rung, SuccessiveHalving};
pub use patient::Patient;
pub use percentile::{Median, Percentile};
pub use threshold::Threshold;

use treino_core::catalog::family;

family! {
    /// Any pruner.
    ///
    /// What ends trainings of a study early: `prune` under `[search]`. The first seed of a config may be ended early, by the
    /// curves of configs at least a window before it with the same seed; a config that comes to its end is then trained with
    /// its other seeds in full. Decisions of `median`, `percentile`, `patient` and `threshold` are Optuna's, whose steps are
    /// epochs from 0.
    ///
    /// Keras differences: Keras has none; KerasTuner has Hyperband.
    pub enum Pruner: dyn Prune in Family {
        name: "pruners", one: "pruner", example: "[search]\nprune = {inline}\n",
    } => { Median, Percentile, Patient, Threshold, SuccessiveHalving, Hyperband }
}

/// The decisions of a pruner.
pub trait Prune: std::fmt::Debug + Send + Sync {
    /// Whether a training ends here. `own` is its objective after each epoch so far, less is better; `others` are the
    /// complete curves of completed trainings.
    fn prunes(&self, own: &[f64], others: &[&[f64]]) -> bool;

    /// The brackets for configs, which replace the check after each epoch: for `_configs` configs, with at most
    /// `_epochs` epochs.
    fn brackets(&self, _configs: usize, _epochs: usize) -> Option<Vec<Bracket>> {
        None
    }
}

/// Whether pruning is checked at a step: from `warmup` on, every `interval` steps.
fn is_due(step: usize, warmup: usize, interval: usize) -> bool {
    step >= warmup && (step - warmup).is_multiple_of(interval)
}

#[cfg(test)]
mod tests {
    use super::super::search::fixture::{cases, numbers};
    use super::*;
    use treino_core::catalog::{Entries, Field, Node, Value};

    /// Optuna 5's `MedianPruner`, `PercentilePruner`, `PatientPruner`, `ThresholdPruner`.
    #[test]
    fn decisions_are_optunas() {
        let nan = |json: &serde_json::Value| -> Vec<f64> {
            json.as_array().unwrap().iter().map(|x| x.as_f64().unwrap_or(f64::NAN)).collect()
        };
        let mut counts = [0; 2];
        for case in cases("pruning") {
            let mut table = Entries::default();
            for (name, value) in case["pruner"].as_object().unwrap() {
                let value = match value {
                    serde_json::Value::String(text) => Value::Text(text.clone()),
                    serde_json::Value::Number(n) if n.is_u64() => Value::Int(n.as_i64().unwrap()),
                    other => Value::Float(other.as_f64().unwrap()),
                };
                table.set(name, Node::from(value));
            }
            let pruner = Pruner::read(&Value::Table(table).into(), "prune").unwrap();
            let others: Vec<Vec<f64>> = case["others"].as_array().unwrap().iter().map(nan).collect();
            let others: Vec<&[f64]> = others.iter().map(|curve| &curve[..]).collect();
            let own = nan(&case["own"]);
            for (epochs, wanted) in numbers(&case["prunes"]).into_iter().enumerate() {
                let found = pruner.inner().prunes(&own[..=epochs], &others);
                assert_eq!(found, wanted == 1.0, "{:?} after {epochs}", case["pruner"]);
                counts[usize::from(found)] += 1;
            }
        }
        assert!(counts[0] > 100 && counts[1] > 50, "{counts:?}");
    }
}
