//! Training on the processor's cores.

use super::compile::{Compile, PENALTY};
use super::executor::{Backend, BatchEnd, EpochEnd, Examples, Executor, Interrupted, Setup};
use super::head::OutputHead;
use super::layer_statistics::{LayerProbes, MOST_ROWS};
use super::profile::{StepProfile, Stopwatch};
use crate::events::{Divergence, LAST_LOSSES, LayerStatistics, TrainingState};
use crate::events::{Logs, Snapshot};
use crate::network::Network;
use crate::optimizers::Updater;
use crate::program::{NoProbe, PassContext, Program, ProgramBuffers, ScratchSize, Stage, StepProbe};
use crate::regularizers::Regularizer;
use std::collections::VecDeque;
use std::ops::Range;
use treino_core::error::{Error, Result};
use treino_engine::gather::{gather_rows, prefetch_rows};
use treino_engine::pool::Pool;
use treino_engine::simd::Simd;

/// The number of rows that are evaluated at once, if the training's batches are smaller.
const EVALUATION_ROWS: usize = 128;

/// Larger batches pass forward and backward in chunks.
const LARGE_BATCH: usize = 1024;

/// The target size of the values of a chunk: part of a second-level cache.
const PIECE_BYTES: usize = 384 << 10;

/// The smallest number of rows of a chunk, of which it is a multiple: sums over rows are computed in blocks of this
/// size.
const PIECE_ROWS: usize = 256;
const PIECE_GRAIN: usize = 128;

/// The number of rows that pass forward and backward at once, and the number to allocate.
///
/// The gradient does not depend on the chunks, if the rows do not depend on each other.
fn rows_at_once(program: &Program, compile: &Compile, batch_size: usize) -> [usize; 2] {
    let goals = (0..program.outputs.len()).map(|at| compile.goal(at));
    let apart = program.ops.iter().all(|op| op.is_rowwise()) && goals.into_iter().all(|goal| goal.loss.is_additive());
    if batch_size <= LARGE_BATCH || !apart {
        return [batch_size, batch_size.max(EVALUATION_ROWS)];
    }
    let fit = PIECE_BYTES / (4 * program.row_numbers().max(1));
    let piece = (fit / PIECE_GRAIN * PIECE_GRAIN).max(PIECE_ROWS);
    [piece.min(batch_size); 2]
}

/// Whether any part of a step is large enough for a second thread. The estimate assumes that every weight is multiplied
/// once per row.
fn has_work_for_threads(program: &Program, piece: usize) -> bool {
    let products = program.trainable.saturating_mul(piece);
    let copies = program.width(program.input).saturating_mul(piece);
    products >= 400_000 || program.trainable >= 40_000 || copies >= 50_000
}

/// Rows of the data that make one step.
#[derive(Clone, Copy)]
struct BatchRows<'a> {
    data: &'a Examples<'a>,
    /// The order of the epoch; without one, that of the data.
    order: Option<&'a [u32]>,
    /// The start of the batch in that order.
    first: usize,
    rows: usize,
}

/// Rows of a batch that pass at once.
#[derive(Clone, Copy)]
struct BatchChunk {
    rows: usize,
    /// The number of rows of the batch in earlier chunks.
    before: usize,
    /// The number of rows of the whole batch.
    of: usize,
    training: bool,
    /// Epoch and step, from 0.
    when: [u32; 2],
}

impl BatchChunk {
    fn pass(self, simd: Simd, pool: &Pool, seed: u64, loss_scale: f32) -> PassContext<'_> {
        let BatchChunk { rows, before: rows_before, training, when: [epoch, step], .. } = self;
        PassContext { simd, pool, rows, rows_before, training, seed, epoch, step, loss_scale }
    }
}

/// The first part whose numbers are not finite.
#[derive(Clone, Copy)]
enum Culprit {
    Weights,
    Layer,
    Penalty,
    Loss,
}

/// Runs a program on the CPU. All buffers are allocated at creation; a step allocates nothing.
#[derive(Debug)]
pub struct Cpu {
    program: Program,
    memory: ProgramBuffers,
    pool: Pool,
    simd: Simd,
    seed: u64,
    batch_size: usize,
    /// The number of rows that pass forward and backward at once.
    piece: usize,
    /// The number of allocated rows.
    capacity: usize,
    /// Penalties on weights, each with the index of its variable.
    penalised: Vec<(Regularizer, usize)>,
    updater: Updater,
    /// The factor by which the loss is multiplied before its gradient is computed.
    loss_scale: f32,
    /// The statistics at the start of a line search.
    statistics: Vec<f32>,
    heads: Vec<OutputHead>,
    weights: Vec<f32>,
    /// Whether the rows have sample weights.
    weighted: bool,
    /// The number of rows of the last forward and backward pass.
    passed: usize,
    /// The penalties in the loss of the last forward batch.
    penalty: f64,
    /// Sum of penalties times rows over the batches so far; `None` for a network without penalties.
    penalties: Option<f64>,
    /// The losses of the last steps, at most [`LAST_LOSSES`].
    last_losses: VecDeque<f64>,
    /// The layers whose statistics are collected.
    taps: LayerProbes,
    /// The profiler, if any.
    stopwatch: Option<Box<Stopwatch>>,
}

impl Cpu {
    /// Allocates everything that a training of the network needs, for batches of `batch_size` rows.
    ///
    /// # Errors
    /// Returns an error for options of the optimizer that contradict each other.
    pub(crate) fn new(setup: &Setup<'_>) -> Result<Self> {
        let Setup { network, compile, units, batch_size, noise: seed, threads, simd } = *setup;
        let program = network.program().clone();
        let [piece, capacity] = rows_at_once(&program, compile, batch_size);
        let mut memory = ProgramBuffers::new(&program, capacity, true);
        memory.weights.copy_from_slice(&network.weights);
        memory.state.copy_from_slice(&network.state);
        let updater = Updater::new(&compile.optimizer, &program, &network.weights)?;
        let reported = compile.reported(network);
        let mut first = 0;
        let heads = program.outputs.iter().enumerate().map(|(at, output)| {
            let (goal, units) = (compile.goal(at), units.map(|units| units[at]));
            let head = OutputHead::new(&program, at, goal, &reported, first, units, capacity);
            first += goal.loss.inner().targets().columns(program.width(output.value));
            head
        });
        let heads: Vec<OutputHead> = heads.collect();
        let variables = program.variables.iter().enumerate();
        let penalised = variables.filter_map(|(at, variable)| Some((variable.regularizer.clone()?, at)));
        Ok(Cpu {
            heads,
            loss_scale: updater.loss_scale(),
            statistics: match compile.optimizer.inner().line_search() {
                Some(_) => vec![0.0; program.state],
                None => Vec::new(),
            },
            updater,
            weights: vec![1.0; capacity],
            weighted: false,
            passed: 0,
            penalty: 0.0,
            penalties: program.has_penalty().then_some(0.0),
            last_losses: VecDeque::with_capacity(LAST_LOSSES),
            taps: LayerProbes::of(&program),
            stopwatch: None,
            pool: Pool::new(if has_work_for_threads(&program, piece) { threads } else { 1 }),
            simd,
            penalised: penalised.collect(),
            program,
            memory,
            seed,
            batch_size,
            piece,
            capacity,
        })
    }

    /// The memory of a training in bytes, without its data: weights, gradient, optimizer state and two snapshots; rows
    /// and gradients of every value, and scratch buffers, for the largest batch.
    pub(crate) fn bytes(network: &Network, compile: &Compile, batch_size: usize) -> u128 {
        let program = network.program();
        let [_, capacity] = rows_at_once(program, compile, batch_size).map(|rows| rows as u128);
        let optimizer = Updater::numbers(&compile.optimizer, program);
        let weights = program.trainable as u128 * 5 + optimizer + program.state as u128 * 4;
        let values: u128 = program.row_numbers() as u128;
        let (per_row, fixed) = program.scratch.iter().fold((0_u128, 0_u128), |(rows, fixed), size| match size {
            ScratchSize::PerRow(width) => (rows + *width as u128, fixed),
            ScratchSize::Fixed(length) => (rows, fixed + *length as u128),
        });
        4 * (weights + (values + per_row) * capacity + fixed)
    }

    /// Copies rows of the data into the memory of a batch.
    fn gather(&mut self, batch: BatchRows<'_>, rows: Range<usize>) {
        let BatchRows { data, order, first, .. } = batch;
        let rows = first + rows.start..first + rows.end;
        let width = data.x.cols();
        let x = self.memory.value_mut(self.program.input);
        self.weighted = data.weights.is_some();
        match order {
            Some(order) => match data.x.contiguous() {
                Some(all) => {
                    gather_rows(&self.pool, all, width, &order[rows.clone()], x);
                    let next = rows.end..(rows.end + rows.len()).min(order.len());
                    prefetch_rows(all, width, &order[next]);
                }
                None => {
                    let slots = x.chunks_exact_mut(width).zip(&order[rows.clone()]);
                    slots.for_each(|(to, row)| to.copy_from_slice(data.x.row(*row as usize)));
                }
            },
            None => data.x.copy_to(rows.start, &mut x[..rows.len() * width]),
        }
        self.heads.iter_mut().for_each(|head| head.gather(&self.pool, data, order, rows.clone()));
        if let Some(weights) = data.weights {
            match order {
                Some(order) => gather_rows(&self.pool, weights, 1, &order[rows], &mut self.weights),
                None => self.weights[..rows.len()].copy_from_slice(&weights[rows]),
            }
        }
    }

    /// Runs gathered rows forward and returns their share of the loss of their batch, penalties on values included; in
    /// training it also computes the gradient of the loss with respect to the outputs.
    fn forward<W: StepProbe>(&mut self, part: BatchChunk, watch: &mut W) -> f64 {
        let Cpu { program, memory, pool, simd, seed, loss_scale, heads, .. } = self;
        let pass = part.pass(*simd, pool, *seed, *loss_scale);
        memory.activity_penalty = 0.0;
        let is_left_out = |at| heads.iter().any(|head| head.absorbed == Some(at) && !head.reads_output());
        program.forward(program.ops.len(), memory, &pass, is_left_out, watch);
        let weights = self.weighted.then_some(&self.weights[..part.rows]);
        let factor = part.training.then_some(self.loss_scale);
        let mut total = memory.activity_penalty;
        for head in &mut self.heads {
            let width = program.width(head.scored());
            total += head.lose(*simd, memory, [part.rows, part.of], width, weights, factor);
        }
        watch.ended(Stage::Loss, part.rows);
        total
    }

    /// The penalties on weights.
    fn weight_penalty(&self) -> f64 {
        let mut total = 0.0;
        for (regularizer, at) in &self.penalised {
            let variable = &self.program.variables[*at];
            let weights = &self.memory.weights[variable.range.clone()];
            total += regularizer.inner().value(self.simd, variable.columns(), weights);
        }
        total
    }

    /// The gradient of the rows of the last forward pass, accumulated over the chunks of their batch.
    fn backward<W: StepProbe>(&mut self, part: BatchChunk, watch: &mut W) {
        let Cpu { program, memory, pool, simd, seed, loss_scale, heads, .. } = self;
        let pass = part.pass(*simd, pool, *seed, *loss_scale);
        program.backward(memory, &pass, |at| heads.iter().any(|head| head.absorbed == Some(at)), watch);
    }

    /// The loss of a batch and its gradient, penalties included. With `count`, losses and predictions enter the
    /// reported metrics.
    ///
    /// A large batch passes forward and backward in chunks that fit into the cache, if this does not change the result.
    fn learn<W: StepProbe>(&mut self, batch: BatchRows<'_>, when: [u32; 2], count: bool, watch: &mut W) -> f64 {
        let mut loss = 0.0;
        self.penalty = 0.0;
        for before in (0..batch.rows).step_by(self.piece) {
            let rows = self.piece.min(batch.rows - before);
            self.gather(batch, before..before + rows);
            watch.ended(Stage::Gather, rows);
            let part = BatchChunk { rows, before, of: batch.rows, training: true, when };
            loss += self.forward(part, watch);
            self.penalty += self.memory.activity_penalty;
            if count {
                self.measure(rows);
                watch.ended(Stage::Metrics, rows);
            }
            self.backward(part, watch);
            self.passed = rows;
        }
        let Cpu { program, memory, .. } = self;
        memory.add_shared_gradients(program);
        for (regularizer, at) in &self.penalised {
            let variable = &program.variables[*at];
            let (w, gradient) = (&memory.weights[variable.range.clone()], &mut memory.gradient[variable.range.clone()]);
            regularizer.inner().add_gradient(self.simd, variable.columns(), w, self.loss_scale, gradient);
        }
        let on_weights = self.weight_penalty();
        let loss = loss + on_weights;
        self.penalty += on_weights;
        if !self.penalised.is_empty() {
            watch.ended(Stage::Penalties, batch.rows);
        }
        loss
    }

    /// Makes the step of a batch, given its loss and gradient.
    fn descend<W: StepProbe>(&mut self, batch: BatchRows<'_>, loss: f64, when: [u32; 2], watch: &mut W) {
        if let Some((search, mut state)) = self.updater.begin_search() {
            search.begin(&mut state, &self.memory.weights, &self.memory.gradient[..self.program.trainable]);
            let mut statistics = std::mem::take(&mut self.statistics);
            statistics.copy_from_slice(&self.memory.state);
            let end = search.search(self.simd, &mut state, loss, &mut |point, gradient| {
                self.memory.weights.copy_from_slice(point);
                watch.ended(Stage::Search, batch.rows);
                let loss = self.learn(batch, when, false, watch);
                // The statistics were already updated, once for the step.
                self.memory.state.copy_from_slice(&statistics);
                gradient.copy_from_slice(&self.memory.gradient[..point.len()]);
                loss
            });
            self.memory.weights.copy_from_slice(end);
            self.statistics = statistics;
            self.updater.end_search(state);
            return;
        }
        let ProgramBuffers { weights, gradient, .. } = &mut self.memory;
        let gradient = &mut gradient[..weights.len()];
        self.updater.apply(self.simd, &self.pool, weights, gradient);
    }

    /// Loss and gradient of all rows as one batch, the first step of the first epoch.
    pub(crate) fn differentiate(&mut self, data: &Examples<'_>) -> (f64, Vec<f32>) {
        self.loss_scale = 1.0;
        let batch = BatchRows { data, order: None, first: 0, rows: data.rows() };
        let loss = self.learn(batch, [0, 0], false, &mut NoProbe);
        (loss, self.memory.gradient[..self.program.trainable].to_vec())
    }

    /// Adds the losses and predictions of the batch to the reported metrics.
    fn measure(&mut self, rows: usize) {
        let weights = self.weighted.then_some(&self.weights[..rows]);
        for head in &mut self.heads {
            head.measure(&self.memory, rows, self.program.width(head.output()), weights);
        }
    }

    /// Adds the penalties of a batch of `rows` rows.
    fn count_penalty(&mut self, rows: usize) {
        if let Some(sum) = &mut self.penalties {
            *sum += self.penalty * rows as f64;
        }
    }

    /// The loss with its name, that of each output if there are several, then the metrics, which are reset.
    fn logs(&mut self, loss: f64, rows: usize) -> Logs {
        let logs = self.running_logs(loss, rows);
        self.penalties = self.penalties.map(|_| 0.0);
        self.heads.iter_mut().for_each(OutputHead::reset);
        logs
    }

    /// The divergence in a step on `rows` rows: the position of the first number that is not finite, and its cause.
    fn divergence_of_step(&self, epoch: usize, step: usize, rows: usize) -> Divergence {
        let (place, what) = self.culprit(rows);
        let in_expression = match what {
            Culprit::Weights => self.heads.iter().any(|head| head.expression().is_some_and(|it| it.has_poles())),
            Culprit::Loss => self.heads.iter().any(|head| head.is_broken() && head.expression().is_some()),
            Culprit::Layer | Culprit::Penalty => false,
        };
        Divergence { in_expression, ..self.divergence(epoch, step, place) }
    }

    /// The position of the first number that is not finite, searched from the weights through the layers to the loss.
    fn culprit(&self, rows: usize) -> (String, Culprit) {
        let broken = |numbers: &[f32]| numbers.iter().find(|x| !x.is_finite()).copied();
        let word = |x: f32| if x.is_nan() { "NaN" } else { "infinite" };
        for variable in &self.program.variables {
            if let Some(x) = broken(self.memory.variable(variable)) {
                return (format!("the weight {} became {}", variable.name, word(x)), Culprit::Weights);
            }
        }
        for (op, layer) in self.program.ops.iter().zip(&self.program.op_layers) {
            if let Some(value) = op.output()
                && let Some(x) = broken(&self.memory.value(value)[..rows * self.program.width(value)])
            {
                return (format!("the output of layer {layer} became {}", word(x)), Culprit::Layer);
            }
        }
        if !self.memory.activity_penalty.is_finite() || !self.weight_penalty().is_finite() {
            return ("a penalty became too large for a number".to_string(), Culprit::Penalty);
        }
        if self.heads.iter().any(OutputHead::is_undefined) {
            return ("the loss became NaN".to_string(), Culprit::Loss);
        }
        ("the loss became too large for a number".to_string(), Culprit::Loss)
    }

    /// [`Executor::run_epoch`] with a probe.
    fn run_watched<W: StepProbe>(
        &mut self,
        data: &Examples<'_>,
        order: Option<&[u32]>,
        epoch: usize,
        batch_end: &mut BatchEnd<'_>,
        watch: &mut W,
    ) -> std::result::Result<EpochEnd, Divergence> {
        let n = data.rows();
        let (mut total, mut seen, mut cut_short) = (0.0, 0, None);
        for (step, first) in (0..n).step_by(self.batch_size).enumerate() {
            let rows = self.batch_size.min(n - first);
            let (batch, when) = (BatchRows { data, order, first, rows }, [epoch as u32, step as u32]);
            watch.ended(Stage::Rest, 0);
            let loss = self.learn(batch, when, true, watch);
            if !loss.is_finite() {
                return Err(self.divergence_of_step(epoch, step, rows.min(self.piece)));
            }
            self.count_penalty(rows);
            if self.last_losses.len() == LAST_LOSSES {
                self.last_losses.pop_front();
            }
            self.last_losses.push_back(loss);
            if first + rows == n {
                // The step overwrites the gradient.
                self.taps.look_at_gradient(self.simd, &self.memory.gradient, self.loss_scale);
            }
            self.descend(batch, loss, when, watch);
            watch.ended(Stage::Optimizer, rows);
            total += loss * rows as f64;
            seen += rows;
            if !batch_end(self, step + 1, total / seen as f64) {
                cut_short = Some(Interrupted { steps: step + 1 });
                break;
            }
        }
        // The loss of this epoch does not show the effect of the last step.
        if !self.memory.weights.iter().chain(self.memory.state.iter()).all(|w| w.is_finite()) {
            let steps = cut_short.map_or(n.div_ceil(self.batch_size), |cut: Interrupted| cut.steps);
            let step = steps.saturating_sub(1);
            return Err(self.divergence_of_step(epoch, step, 0));
        }
        Ok(EpochEnd { logs: self.logs(total / seen as f64, seen), cut_short })
    }
}

/// Trains on the CPU.
#[derive(Debug, Clone, Copy)]
pub struct CpuBackend;

impl Backend for CpuBackend {
    fn executor(&self, setup: &Setup<'_>) -> Result<Box<dyn Executor>> {
        Ok(Box::new(Cpu::new(setup)?))
    }
}

impl Executor for Cpu {
    fn watch(&mut self) {
        self.stopwatch = Some(Box::new(Stopwatch::new(&self.program)));
    }

    fn profile(&mut self) -> Option<StepProfile> {
        self.stopwatch.take().map(|stopwatch| stopwatch.profile(&self.program))
    }

    fn run_epoch(
        &mut self,
        data: &Examples<'_>,
        order: Option<&[u32]>,
        epoch: usize,
        batch_end: &mut BatchEnd<'_>,
    ) -> std::result::Result<EpochEnd, Divergence> {
        let Some(mut stopwatch) = self.stopwatch.take() else {
            return self.run_watched(data, order, epoch, batch_end, &mut NoProbe);
        };
        let end = self.run_watched(data, order, epoch, batch_end, &mut *stopwatch);
        self.stopwatch = Some(stopwatch);
        end
    }

    fn running_logs(&self, loss: f64, rows: usize) -> Logs {
        let mut logs = Logs(vec![("loss".to_string(), loss)]);
        logs.0.extend(self.penalties.map(|sum| (PENALTY.to_string(), sum / rows as f64)));
        if self.heads.len() > 1 {
            self.heads.iter().for_each(|head| head.log_loss(rows, &mut logs));
        }
        self.heads.iter().for_each(|head| head.log_metrics(&mut logs));
        logs
    }

    fn evaluate(&mut self, data: &Examples<'_>) -> Logs {
        let n = data.rows();
        if let Some(stopwatch) = &mut self.stopwatch {
            stopwatch.ended(Stage::Rest, 0);
        }
        let mut total = 0.0;
        let at_once = if self.heads.iter().all(OutputHead::is_additive) { self.capacity } else { self.batch_size };
        for first in (0..n).step_by(at_once) {
            let rows = at_once.min(n - first);
            self.gather(BatchRows { data, order: None, first, rows }, 0..rows);
            let part = BatchChunk { rows, before: 0, of: rows, training: false, when: [0, 0] };
            total += self.forward(part, &mut NoProbe) * rows as f64;
            self.penalty = self.memory.activity_penalty;
            self.count_penalty(rows);
            self.measure(rows);
        }
        let on_weights = self.weight_penalty();
        let loss = total / n as f64 + on_weights;
        self.penalty = on_weights;
        self.count_penalty(n);
        let logs = self.logs(loss, n);
        if let Some(stopwatch) = &mut self.stopwatch {
            stopwatch.ended(Stage::Validation, n);
        }
        logs
    }

    fn note_inside(&mut self, epoch: usize, inside: &mut LayerStatistics) {
        let rows = self.passed.min(MOST_ROWS);
        let part = BatchChunk { rows, before: 0, of: rows, training: true, when: [epoch as u32, 0] };
        let pass = part.pass(self.simd, &self.pool, self.seed, self.loss_scale);
        for head in self.heads.iter().filter(|head| !head.reads_output()) {
            // Nothing else reads the activation that the loss absorbed.
            if let Some(at) = head.absorbed {
                self.program.ops[at].forward(&mut self.memory, &pass);
            }
        }
        self.taps.note(self.simd, &self.memory, rows, epoch, inside);
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot { weights: self.memory.weights.to_vec(), state: self.memory.state.to_vec() }
    }

    fn restore(&mut self, weights: &Snapshot) {
        self.memory.weights.copy_from_slice(&weights.weights);
        self.memory.state.copy_from_slice(&weights.state);
    }

    fn divergence(&self, epoch: usize, step: usize, place: String) -> Divergence {
        let (learning_rate, steps_before) = (self.updater.learning_rate(), self.updater.iterations());
        let losses = self.last_losses.iter().copied().collect();
        Divergence { epoch, step, place, learning_rate, steps_before, in_expression: false, losses }
    }

    fn learning_rate(&self) -> f64 {
        self.updater.learning_rate()
    }

    fn set_learning_rate(&mut self, rate: f64) -> Result<()> {
        self.updater.set_learning_rate(rate)
    }

    fn finish(&mut self) {
        self.updater.finish(&mut self.memory.weights);
    }

    fn swap_ema(&mut self) -> Result<()> {
        self.updater.swap_average(&mut self.memory.weights)
    }

    fn training_state(&self) -> TrainingState {
        let own = [("weights", &self.memory.weights), ("state", &self.memory.state)];
        let own = own.into_iter().map(|(name, numbers)| (name.to_string(), numbers.to_vec()));
        let optimizer = self.updater.buffers().map(|(name, numbers)| (name, numbers.to_vec()));
        let (iterations, learning_rate) = (self.updater.iterations(), self.updater.learning_rate());
        TrainingState { buffers: own.chain(optimizer).collect(), iterations, learning_rate }
    }

    fn resume(&mut self, state: &TrainingState) -> Result<()> {
        let shape = |buffers: &[(String, Vec<f32>)]| -> Vec<String> {
            buffers.iter().map(|(name, numbers)| format!("{name} ({})", numbers.len())).collect()
        };
        let (kept, wanted) = (shape(&state.buffers), shape(&self.training_state().buffers));
        if kept != wanted {
            let e = format!("the kept training holds {}, but this one wants {}", kept.join(", "), wanted.join(", "));
            return Err(Error::input(e).help("go on with the same layers and the same optimizer"));
        }
        let ProgramBuffers { weights, state: statistics, .. } = &mut self.memory;
        let optimizer = self.updater.buffers_mut().map(Vec::as_mut_slice);
        let mine = [&mut weights[..], &mut statistics[..]].into_iter().chain(optimizer);
        mine.zip(&state.buffers).for_each(|(mine, (_, numbers))| mine.copy_from_slice(numbers));
        self.updater.resume(state.iterations, state.learning_rate);
        Ok(())
    }
}
