//! The objective of a study.

use crate::runs::PreparedRun;
use crate::spec::Resolved;
use treino_core::error::{Error, Result};
use treino_nn::metrics::{
    BinaryCrossentropy, CategoricalCrossentropy, MeanSquaredError, Metric, NamedMetric, SparseCategoricalCrossentropy,
};
use treino_tables::Task;

/// The loss of the task alone, as a metric: it compares trainings whatever their losses and penalties are. Networks
/// with logits as outputs are evaluated by the corresponding probabilities.
pub fn bare_loss(planned: &PreparedRun) -> NamedMetric {
    let Resolved { compile, network, .. } = &planned.resolved;
    let (loss, width) = (compile.goal(0).loss.inner(), network.outputs());
    let mut metric: Metric = match planned.prepared.target.task {
        Task::Regression => MeanSquaredError::default().into(),
        _ if loss.targets().columns(width) > 1 => CategoricalCrossentropy::default().into(),
        _ if width > 1 => SparseCategoricalCrossentropy::default().into(),
        _ => BinaryCrossentropy::default().into(),
    };
    if loss.wants_logits() {
        of_logits(&mut metric);
    }
    NamedMetric { name: metric.name().to_string(), metric }
}

/// Converts a metric of probabilities to one of logits.
pub(super) fn of_logits(metric: &mut Metric) {
    match metric {
        Metric::BinaryCrossentropy(metric) => metric.from_logits = true,
        Metric::CategoricalCrossentropy(metric) => metric.from_logits = true,
        Metric::SparseCategoricalCrossentropy(metric) => metric.from_logits = true,
        Metric::Auc(metric) => metric.from_logits = true,
        _ => {}
    }
}

/// A metric of the history, and whether it is minimised or maximised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objective {
    /// Its name, such as `val_loss`.
    pub name: String,
    /// Whether larger is better; `None` if that follows from the metric.
    pub more_is_better: Option<bool>,
}

impl Objective {
    /// Reads `min val_loss`, `max val_accuracy`, or a name alone.
    ///
    /// # Errors
    /// Returns an error for another word before the name.
    pub fn parse(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (more_is_better, name) = match words[..] {
            ["min", name] => (Some(false), name),
            ["max", name] => (Some(true), name),
            [name] => (None, name),
            _ => {
                let e = Error::input(format!("the objective cannot be \"{text}\""));
                return Err(e.help("write min or max and a name of the history, such as \"min val_loss\""));
            }
        };
        Ok(Objective { name: name.to_string(), more_is_better })
    }

    /// The objective with its direction, checked for a training.
    ///
    /// # Errors
    /// Returns an error for a name that the history will not have, or whose direction is unknown.
    pub fn against(self, planned: &PreparedRun) -> Result<(String, bool)> {
        let compile = &planned.resolved.compile;
        let names = compile.log_names(&planned.resolved.network);
        let is_validated = planned.prepared.validation.is_some();
        let bare = self.name.strip_prefix("val_").unwrap_or(&self.name);
        if self.name.starts_with("val_") && !is_validated {
            let e = Error::input(format!("the objective is {}, but there are no rows for validation", self.name));
            return Err(e.help("set validation_split, or name a file"));
        }
        if !names.iter().any(|name| name == bare) {
            let e = Error::input(format!("the objective is {}, which is not in the history", self.name));
            let known: Vec<String> =
                names.iter().map(|name| if is_validated { format!("val_{name}") } else { name.clone() }).collect();
            return Err(e.nearest(&self.name, known.iter().map(String::as_str)));
        }
        let known = self.more_is_better.or_else(|| compile.more_is_better(&planned.resolved.network, &self.name));
        match known {
            Some(more_is_better) => Ok((self.name, more_is_better)),
            None => {
                let e = Error::input(format!("nobody knows whether less or more {} is better", self.name));
                Err(e.help(format!("write \"min {0}\" or \"max {0}\"", self.name)))
            }
        }
    }
}
