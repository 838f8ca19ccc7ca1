//! What a training minimises and reports.

use super::decision::Decision;
use super::executor::Examples;
use crate::losses::Loss;
use crate::metrics::{Metric, NamedMetric, history_names};
use crate::network::Network;
use crate::optimizers::Optimizer;
use treino_core::error::{Error, Result};
use treino_core::rows::Rows;
use treino_engine::reduce::first_non_finite;
use treino_engine::simd::Simd;

/// The name in the history of the penalties that `loss` includes. Absent for networks without penalties.
pub const PENALTY: &str = "penalty";

/// Optimizer, losses and metrics: Keras's `compile`.
#[derive(Debug, Clone, PartialEq)]
pub struct Compile {
    /// The optimizer.
    pub optimizer: Optimizer,
    /// Loss and metrics of each output of the network, in their order; a single entry applies to all.
    pub goals: Vec<OutputCompile>,
}

/// Loss and metrics of one output.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputCompile {
    /// What is minimised.
    pub loss: Loss,
    /// The weight of the loss in the sum over all outputs.
    pub loss_weight: f64,
    /// The metrics, with their names in the history.
    pub metrics: Vec<NamedMetric>,
    /// The metrics that use the sample weights.
    pub weighted_metrics: Vec<NamedMetric>,
}

/// A metric of an output with its name in the history.
#[derive(Debug, Clone)]
pub(crate) struct ReportedMetric {
    pub output: usize,
    /// One name, or one for each number of a metric that returns several.
    pub names: Vec<String>,
    pub metric: Metric,
    pub weighted: bool,
}

impl OutputCompile {
    /// A loss with metrics.
    pub fn new(loss: impl Into<Loss>, metrics: Vec<NamedMetric>) -> Self {
        OutputCompile { loss: loss.into(), loss_weight: 1.0, metrics, weighted_metrics: Vec::new() }
    }
}

impl Compile {
    /// One loss and its metrics.
    pub fn new(optimizer: impl Into<Optimizer>, loss: impl Into<Loss>, metrics: Vec<NamedMetric>) -> Self {
        Compile { optimizer: optimizer.into(), goals: vec![OutputCompile::new(loss, metrics)] }
    }

    /// The distinct names of its losses.
    pub fn losses(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for goal in &self.goals {
            let name = goal.loss.inner().label().unwrap_or(goal.loss.name());
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(" and ")
    }

    /// Loss and metrics of an output.
    pub fn goal(&self, output: usize) -> &OutputCompile {
        if self.goals.len() == 1 { &self.goals[0] } else { &self.goals[output] }
    }

    /// How the predictions of an output for classes are interpreted.
    pub fn decision(&self, network: &Network, output: usize) -> Decision {
        let program = network.program();
        Decision::of(&self.goal(output).loss, program, program.outputs[output].value)
    }

    /// The metrics of all outputs with their names: Keras's, prefixed with the output if there are several. A duplicate
    /// name is numbered; a weighted metric whose name is in use starts with `weighted_`.
    pub(crate) fn reported(&self, network: &Network) -> Vec<ReportedMetric> {
        let (outputs, has_penalty) = (&network.program().outputs, network.program().has_penalty());
        let mut reported: Vec<ReportedMetric> = Vec::new();
        for (at, output) in outputs.iter().enumerate() {
            let goal = self.goal(at);
            let plain = goal.metrics.iter().map(|metric| (metric, false));
            for (NamedMetric { name, metric }, weighted) in
                plain.chain(goal.weighted_metrics.iter().map(|metric| (metric, true)))
            {
                let prefix = if outputs.len() > 1 { format!("{}_", output.name) } else { String::new() };
                let width = network.program().width(output.value);
                let free = |candidate: &String| {
                    let names = history_names(candidate, metric.inner(), width);
                    !names.iter().any(|name| name == "loss" || has_penalty && name == PENALTY)
                        && reported.iter().all(|one| one.names.iter().all(|name| !names.contains(name)))
                };
                let plain = format!("{prefix}{name}");
                let first = if weighted && !free(&plain) { format!("{prefix}weighted_{name}") } else { plain };
                let mut candidates = (0..).map(|i| if i == 0 { first.clone() } else { format!("{first}_{i}") });
                let name = candidates.find(free).unwrap_or_default();
                let names = history_names(&name, metric.inner(), width);
                reported.push(ReportedMetric { output: at, names, metric: metric.clone(), weighted });
            }
        }
        reported
    }

    /// Every name in the logs of a training, without those of the validation.
    pub fn log_names(&self, network: &Network) -> Vec<String> {
        let outputs = &network.program().outputs;
        let losses = outputs.iter().filter(|_| outputs.len() > 1).map(|output| format!("{}_loss", output.name));
        let metrics = self.reported(network).into_iter().flat_map(|one| one.names);
        let penalty = network.program().has_penalty().then(|| PENALTY.to_string());
        std::iter::once("loss".to_string()).chain(penalty).chain(losses).chain(metrics).collect()
    }

    /// Whether larger is better for a name in the logs, if known.
    pub fn more_is_better(&self, network: &Network, name: &str) -> Option<bool> {
        let name = name.strip_prefix("val_").unwrap_or(name);
        match self.reported(network).iter().find(|one| one.names.iter().any(|n| n == name)) {
            Some(one) => one.metric.inner().more_is_better(),
            // A name that is not a metric is a loss.
            None => self.log_names(network).iter().any(|n| n == name).then_some(false),
        }
    }

    /// Returns an error if the number of goals differs from that of the network's outputs.
    pub fn check_goals(&self, network: &Network) -> Result<()> {
        let (goals, outputs) = (self.goals.len(), network.program().outputs.len());
        if goals == outputs || goals == 1 {
            return Ok(());
        }
        Err(Error::input(format!("there are {goals} losses, but the network has {outputs} outputs")))
    }

    /// Returns an error for rows and targets that do not fit the network and the losses.
    pub fn check_targets(&self, network: &Network, data: &Examples<'_>) -> Result<()> {
        self.check_goals(network)?;
        if data.y.rows() != data.x.rows() {
            let (y, x) = (data.y.rows(), data.x.rows());
            return Err(Error::input(format!("there are {x} rows of inputs, but {y} of targets")));
        }
        if data.weights.is_some_and(|w| w.len() != data.x.rows()) {
            return Err(Error::input("there must be one sample weight a row"));
        }
        if let Some(row) = data.weights.and_then(|w| w.iter().position(|w| !w.is_finite())) {
            return Err(Error::input(format!("the sample weight of row {} is not a finite number", row + 1)));
        }
        if let Some((row, at)) = not_finite(&data.x) {
            let (value, row, column) = (data.x.row(row)[at], row + 1, at + 1);
            let e = format!("column {column} of row {row} is {value}, but inputs must be finite numbers");
            return Err(Error::input(e));
        }
        network.check_ids(data.x)?;
        let outputs = &network.program().outputs;
        let widths: Vec<(usize, usize)> = outputs
            .iter()
            .enumerate()
            .map(|(at, output)| {
                let width = network.program().width(output.value);
                (self.goal(at).loss.inner().targets().columns(width), width)
            })
            .collect();
        let (wanted, width) = (widths.iter().map(|(y, _)| y).sum::<usize>(), data.y.cols());
        if width != wanted {
            let e = match &self.goals[..] {
                [goal] if outputs.len() == 1 => {
                    let (loss, outputs) = (goal.loss.name(), network.outputs());
                    format!("{loss} wants {wanted} target columns for an output of {outputs}, but there are {width}")
                }
                _ => format!("the outputs want {wanted} target columns together, but there are {width}"),
            };
            return Err(Error::input(e));
        }
        let mut first = 0;
        for (at, (y_width, p_width)) in widths.into_iter().enumerate() {
            let goal = self.goal(at);
            let place = |e: Error| {
                if outputs.len() > 1 { e.help(format!("it is about the output \"{}\"", outputs[at].name)) } else { e }
            };
            goal.check(data, first, y_width, p_width).map_err(place)?;
            first += y_width;
        }
        Ok(())
    }
}

/// The row and column of the first number that is not finite.
fn not_finite(x: &Rows<'_>) -> Option<(usize, usize)> {
    let simd = Simd::detect();
    match x.contiguous() {
        Some(all) => first_non_finite(simd, all).map(|at| (at / x.cols(), at % x.cols())),
        None => x.iter().enumerate().find_map(|(row, x)| Some((row, first_non_finite(simd, x)?))),
    }
}

impl OutputCompile {
    /// Returns an error for targets, in `y_width` columns from `first` on, that do not fit an output of `p_width`
    /// numbers.
    fn check(&self, data: &Examples<'_>, first: usize, y_width: usize, p_width: usize) -> Result<()> {
        for NamedMetric { metric, .. } in self.metrics.iter().chain(&self.weighted_metrics) {
            metric.inner().check(y_width, p_width)?;
        }
        let (loss, targets, ignored) = (self.loss.name(), self.loss.inner().targets(), self.loss.inner().ignored());
        for row in 0..data.y.rows() {
            let y = &data.y.row(row)[first..first + y_width];
            if let Some(value) = y.iter().find(|y| !targets.allow(**y, p_width) && ignored != Some(**y)) {
                let (row, range) = (row + 1, targets.range(p_width));
                return Err(Error::input(format!("the target of row {row} is {value}, but {loss} wants {range}")));
            }
            if let Some((_, sum)) = targets.wrong_sum(y, y_width) {
                let row = row + 1;
                let e = format!("the targets of row {row} sum to {sum}, but {loss} wants shares that sum to 1");
                return Err(Error::input(e).help("a class is a one-hot row: 1 in its column, 0 in the others"));
            }
        }
        Ok(())
    }
}
