//! The objective of a study: the same mathematical quantity for every config, whatever its outputs mean.
//!
//! The outputs of a network for classes are probabilities, logits (`from_logits`) or scores (hinge losses; outputs that
//! are not limited to [0, 1]). The metric that compares configs is adapted to each: crossentropies and the AUC of logits
//! are computed from their probabilities, and thresholds are moved to the boundary where the network decides. Scores have
//! no crossentropy; where a config may have them, accuracy is the default objective.

use super::space::Dimension;
use super::spec::StudySpec;
use crate::runs::PreparedRun;
use crate::spec::Resolved;
use treino_core::catalog::{Entries, Field, Node, Origin, Value};
use treino_core::error::{Error, Result};
use treino_nn::losses::Loss;
use treino_nn::metrics::{
    BinaryAccuracy, BinaryCrossentropy, CategoricalCrossentropy, MeanSquaredError, Metric, NamedMetric,
    SparseCategoricalCrossentropy,
};
use treino_nn::train::PENALTY;
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

/// Adds the metric that compares configs whatever their losses and penalties are.
pub(super) fn add_metric(entries: &mut Entries, base: &PreparedRun, added: String) -> Result<String> {
    if !base.prepared.more_targets.is_empty() {
        let e = Error::input("losses of configs do not compare where the loss or the network is varied");
        return Err(e.help("name a metric with objective, such as \"max val_accuracy\""));
    }
    let compile = &base.resolved.compile;
    let known = compile.log_names(&base.resolved.network);
    if known.contains(&added) {
        return Ok(added);
    }
    let origin = Origin::Program;
    if let Some(section) = entries.table_mut("compile", &origin) {
        let mut metrics = match section.get("metrics") {
            Some(Node { value: Value::List(metrics), .. }) => metrics.clone(),
            Some(one) => vec![one.clone()],
            None => known
                .into_iter()
                .filter(|name| name != "loss" && name != PENALTY)
                .map(|name| Value::Text(name).into())
                .collect(),
        };
        metrics.push(Value::Text(added.clone()).into());
        section.set("metrics", Value::List(metrics).into());
    }
    Ok(added)
}

/// Whether the outputs of some config are class scores without a probability: as those of the base, or by its loss.
pub(super) fn may_be_scores(spec: &StudySpec, base: &PreparedRun) -> bool {
    let Resolved { compile, network, .. } = &base.resolved;
    let is_margin = |dimension: &Dimension, entry: f64| {
        let value = dimension.value(entry);
        Loss::read(&value.into(), &dimension.path).is_ok_and(|loss| loss.inner().is_margin())
    };
    base.prepared.target.task != Task::Regression
        && (!compile.decision(network, 0).is_probability
            || spec.space.dimensions().iter().any(|dimension| {
                ["compile.loss", "compile.loss.type"].contains(&dimension.path.as_str())
                    && dimension.ends().into_iter().any(|entry| is_margin(dimension, entry))
            }))
}

/// The metric that compares configs if some have outputs without a probability.
pub(super) const ACCURACY: &str = "accuracy";

/// Adapts a metric to what the outputs of a network for classes mean.
///
/// # Errors
/// Returns an error for a metric that needs probabilities, if the outputs are none and are not converted: a crossentropy of
/// scores, and thresholds that no boundary of the outputs corresponds to.
pub(super) fn adapt(one: &mut NamedMetric, resolved: &Resolved) -> Result<()> {
    let decision = resolved.compile.decision(&resolved.network, 0);
    let is_logit = resolved.compile.goal(0).loss.inner().wants_logits();
    if decision.is_probability && !is_logit {
        return Ok(());
    }
    let is_single = resolved.network.outputs() == 1;
    let boundary = if is_logit { 0.0 } else { f64::from(decision.boundary) };
    let adapted = match &one.metric {
        Metric::Accuracy(_) if is_single => Some(BinaryAccuracy { threshold: boundary }.into()),
        Metric::BinaryCrossentropy(_)
        | Metric::CategoricalCrossentropy(_)
        | Metric::SparseCategoricalCrossentropy(_)
            if !is_logit =>
        {
            None
        }
        metric @ (Metric::Auc(_)
        | Metric::BinaryCrossentropy(_)
        | Metric::CategoricalCrossentropy(_)
        | Metric::SparseCategoricalCrossentropy(_)) => {
            let mut metric = metric.clone();
            of_logits(&mut metric);
            Some(metric)
        }
        metric => with_boundary(metric, is_single.then_some(boundary))?,
    };
    match adapted {
        Some(metric) => one.metric = metric,
        None => {
            let what = if is_logit { "logits" } else { "scores" };
            let e = format!("{} needs probabilities, but the outputs of this config are {what}", one.name);
            return Err(Error::input(e).help("compare by \"max val_accuracy\""));
        }
    }
    Ok(())
}

/// A metric whose threshold is left at its default, with the boundary of a single output instead; any other metric as it
/// is. `None` if it has a threshold that belongs to probabilities: one that was given, or one for several outputs.
fn with_boundary(metric: &Metric, boundary: Option<f64>) -> Result<Option<Metric>> {
    let (Some(key), Some(Value::Table(mut table))) =
        (["threshold", "thresholds"].into_iter().find(|key| metric.descriptor().param(key).is_some()), metric.write())
    else {
        return Ok(Some(metric.clone()));
    };
    let is_default = match table.get(key).map(|node| &node.value) {
        None => true,
        Some(Value::Float(threshold)) => *threshold == 0.5,
        _ => false,
    };
    // Left open, these take the largest of several outputs, which needs no threshold.
    let takes_largest = matches!(metric, Metric::F1Score(_) | Metric::FBetaScore(_)) || table.get("top_k").is_some();
    match boundary {
        _ if !is_default => Ok(None),
        None if takes_largest => Ok(Some(metric.clone())),
        None => Ok(None),
        Some(_) if table.get("top_k").is_some() => Ok(Some(metric.clone())),
        Some(boundary) => {
            // Some thresholds must be above 0; no output is between 0 and the smallest normal number.
            table.set(key, Value::Float(boundary.max(f64::from(f32::MIN_POSITIVE))).into());
            Metric::read(&Value::Table(table).into(), "metric").map(Some)
        }
    }
}

/// Converts a metric of probabilities to one of logits.
fn of_logits(metric: &mut Metric) {
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
