//! One output of a network in training: its targets, its loss, its metrics.

use super::compile::{OutputCompile, ReportedMetric};
use super::executor::{Examples, TargetScale};
use crate::events::Logs;
use crate::expression::LossFormula;
use crate::losses::{LossBatch, Score};
use crate::metrics::MetricState;
use crate::program::{ActivationOp, Program, ProgramBuffers, ValueId};
use std::ops::Range;
use treino_engine::gather::gather_rows;
use treino_engine::pool::Pool;
use treino_engine::simd::Simd;

/// One output in training. It owns all buffers that a batch needs.
pub(super) struct OutputHead {
    name: String,
    output: ValueId,
    /// The input of the loss: the output, or the input of the activation that computes it.
    scored: ValueId,
    /// The index of that activation, if the loss also does its backward pass.
    pub absorbed: Option<usize>,
    score: Score,
    loss_weight: f64,
    /// The columns of its targets in a row of targets.
    first: usize,
    width: usize,
    y: Vec<f32>,
    metrics: Vec<ActiveMetric>,
    units: Option<TargetScale>,
    /// Targets and predictions in their own units, for the metrics: as values, and as deviations from the mean.
    own: [OwnMetric; 2],
    /// The share of the rows of the last forward pass in the loss of their batch, and the number of rows of that batch.
    loss: f64,
    of: usize,
    /// Sum of loss times rows over the batches so far.
    total: f64,
}

struct ActiveMetric {
    /// One name, or one for each of its numbers.
    names: Vec<String>,
    weighted: bool,
    /// Whether it uses deviations from the mean instead of values.
    distances: bool,
    running: Box<dyn MetricState>,
}

/// Targets and predictions in their own units.
#[derive(Default)]
struct OwnMetric {
    y: Vec<f32>,
    p: Vec<f32>,
}

impl OwnMetric {
    /// Buffers for the given numbers of targets and predictions.
    fn new(targets: usize, predictions: usize) -> Self {
        OwnMetric { y: vec![0.0; targets], p: vec![0.0; predictions] }
    }

    /// Converts a standardised batch, if the buffers are allocated because some metric needs them.
    fn fill(&mut self, y: &[f32], p: &[f32], mean: f64, sd: f64) {
        for (own, standardised) in [(&mut self.y, y), (&mut self.p, p)] {
            for (own, value) in own.iter_mut().zip(standardised) {
                *own = f64::from(*value).mul_add(sd, mean) as f32;
            }
        }
    }
}

impl std::fmt::Debug for OutputHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Head").field("name", &self.name).finish_non_exhaustive()
    }
}

impl OutputHead {
    /// Output number `at`, with targets from column `first` on, for batches of at most `capacity` rows.
    pub(super) fn new(
        program: &Program,
        at: usize,
        goal: &OutputCompile,
        reported: &[ReportedMetric],
        first: usize,
        units: Option<TargetScale>,
        capacity: usize,
    ) -> Self {
        let output = &program.outputs[at];
        let closing = |at: usize| program.ops[at].as_a::<ActivationOp>();
        let absorbed =
            output.closing.filter(|at| closing(*at).is_some_and(|last| goal.loss.inner().absorbs(&last.activation)));
        let scored = absorbed.and_then(closing).map_or(output.value, |last| last.x);
        let p_width = program.width(output.value);
        let width = goal.loss.inner().targets().columns(p_width);
        let metrics = reported.iter().filter(|one| one.output == at).map(|one| ActiveMetric {
            names: one.names.clone(),
            weighted: one.weighted,
            distances: one.metric.inner().ignores_shift(),
            running: one.metric.inner().start(width, p_width),
        });
        let metrics: Vec<ActiveMetric> = metrics.collect();
        let own = |distances: bool| match units {
            Some(_) if metrics.iter().any(|metric| metric.distances == distances) => {
                OwnMetric::new(capacity * width, capacity * p_width)
            }
            _ => OwnMetric::default(),
        };
        OutputHead {
            own: [own(false), own(true)],
            name: output.name.clone(),
            output: output.value,
            scored,
            absorbed,
            score: Score::new(&goal.loss, capacity),
            loss_weight: goal.loss_weight,
            first,
            width,
            y: vec![0.0; capacity * width],
            metrics,
            units,
            loss: 0.0,
            of: 0,
            total: 0.0,
        }
    }

    /// Whether its loss may be evaluated in batches of any size.
    pub(super) fn is_additive(&self) -> bool {
        self.score.is_additive()
    }

    /// Copies the targets of rows of the data, in the given order, into the batch.
    pub(super) fn gather(&mut self, pool: &Pool, data: &Examples<'_>, order: Option<&[u32]>, rows: Range<usize>) {
        let (width, columns) = (self.width, data.y.cols());
        match (order, data.y.contiguous()) {
            (Some(order), Some(y)) if width == columns => gather_rows(pool, y, width, &order[rows], &mut self.y),
            (None, _) if width == columns => data.y.copy_to(rows.start, &mut self.y[..rows.len() * width]),
            _ => {
                for (slot, at) in rows.enumerate() {
                    let row = order.map_or(at, |order| order[at] as usize);
                    let y = &data.y.row(row)[self.first..self.first + width];
                    self.y[slot * width..][..width].copy_from_slice(y);
                }
            }
        }
    }

    /// The weighted loss of the rows of the last forward pass as a share of their batch's loss; with a factor also its
    /// gradient, times that factor.
    pub(super) fn lose(
        &mut self,
        simd: Simd,
        memory: &mut ProgramBuffers,
        [rows, of]: [usize; 2],
        width: usize,
        weights: Option<&[f32]>,
        factor: Option<f32>,
    ) -> f64 {
        let (p, dp) = memory.value_and_gradient(self.scored);
        let y = &self.y[..rows * self.width];
        let batch = LossBatch { y, p: &p[..rows * width], width, logits: self.absorbed.is_some() };
        self.of = of;
        let gradient = factor.map(|factor| (factor * self.loss_weight as f32, &mut dp[..rows * width]));
        self.loss = self.score.share(simd, batch, of, weights, gradient);
        self.loss * self.loss_weight
    }

    /// Whether its loss was not finite in the last forward pass.
    pub(super) fn is_broken(&self) -> bool {
        !self.loss.is_finite()
    }

    /// Whether its loss was NaN in the last forward pass.
    pub(super) fn is_undefined(&self) -> bool {
        self.loss.is_nan()
    }

    /// The expression of its loss, if it is one.
    pub(super) fn expression(&self) -> Option<&LossFormula> {
        self.score.expression()
    }

    /// The input of the loss.
    pub(super) fn scored(&self) -> ValueId {
        self.scored
    }

    /// Adds the loss and the predictions of the batch to the reported metrics.
    pub(super) fn measure(&mut self, memory: &ProgramBuffers, rows: usize, p_width: usize, weights: Option<&[f32]>) {
        self.total += self.loss * self.of as f64;
        if self.metrics.is_empty() {
            return;
        }
        let y = &self.y[..rows * self.width];
        let p = &memory.value(self.output)[..rows * p_width];
        if let Some(TargetScale { mean, sd }) = self.units {
            let [as_they_are, distances] = &mut self.own;
            as_they_are.fill(y, p, mean, sd);
            distances.fill(y, p, 0.0, sd);
        }
        for metric in &mut self.metrics {
            let (y, p) = match self.units {
                Some(_) => {
                    let own = &self.own[usize::from(metric.distances)];
                    (&own.y[..y.len()], &own.p[..p.len()])
                }
                None => (y, p),
            };
            metric.running.update(y, p, weights.filter(|_| metric.weighted));
        }
    }

    /// Whether anything but the loss reads the output.
    pub(super) fn reads_output(&self) -> bool {
        !self.metrics.is_empty()
    }

    /// The value of the output.
    pub(super) fn output(&self) -> ValueId {
        self.output
    }

    /// Its mean loss over all batches so far, unweighted, with its name.
    pub(super) fn log_loss(&self, rows: usize, logs: &mut Logs) {
        logs.0.push((format!("{}_loss", self.name), self.total / rows as f64));
    }

    /// Its metrics over all batches so far.
    pub(super) fn log_metrics(&self, logs: &mut Logs) {
        for metric in &self.metrics {
            match &metric.names[..] {
                [name] => logs.0.push((name.clone(), metric.running.result())),
                names => {
                    let part = |(at, name): (usize, &String)| (name.clone(), metric.running.part(at));
                    logs.0.extend(names.iter().enumerate().map(part));
                }
            }
        }
    }

    /// Resets loss and metrics.
    pub(super) fn reset(&mut self) {
        self.total = 0.0;
        self.metrics.iter_mut().for_each(|metric| metric.running.reset());
    }
}
