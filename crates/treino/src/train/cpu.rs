//! Training on the processor's cores.

use super::compile::Compile;
use super::event::Session;
use super::executor::{BatchEnd, Divergence, EpochEnd, Examples, Executor, Interrupted, TrainingState, Units};
use super::head::Head;
use crate::callbacks::{Logs, Snapshot};
use crate::error::{Error, Result};
use crate::model::{Memory, Network, Pass, Program, ScratchSize};
use crate::optimizers::{Optimizer, Updater};
use treino_engine::pool::Pool;
use treino_engine::simd::Simd;

/// Rows evaluated at once, where the training's batches are smaller.
const EVALUATION_ROWS: usize = 128;

/// Runs a program on the processor. All buffers are allocated when it is made; a step allocates nothing.
#[derive(Debug)]
pub struct Cpu {
    program: Program,
    memory: Memory,
    pool: Pool,
    simd: Simd,
    seed: u64,
    batch_size: usize,
    capacity: usize,
    updater: Updater,
    /// By what the loss is multiplied before its gradient is taken.
    loss_scale: f32,
    /// Statistics where a line search begins.
    statistics: Vec<f32>,
    heads: Vec<Head>,
    weights: Vec<f32>,
    /// Whether the rows have weights of their own.
    weighted: bool,
}

impl Cpu {
    /// Everything that a training of the network needs, for batches of `batch_size` rows.
    ///
    /// # Errors
    /// Options of the optimizer that contradict each other.
    pub(crate) fn new(
        network: &Network,
        compile: &Compile,
        units: Option<&[Units]>,
        batch_size: usize,
        seed: u64,
        session: &Session<'_>,
    ) -> Result<Self> {
        let program = network.program().clone();
        let capacity = batch_size.max(EVALUATION_ROWS);
        let mut memory = Memory::new(&program, capacity, true);
        memory.weights.copy_from_slice(&network.weights);
        memory.state.copy_from_slice(&network.state);
        let updater = Updater::new(&compile.optimizer, &program, &network.weights)?;
        let reported = compile.reported(network);
        let mut first = 0;
        let heads = program.outputs.iter().enumerate().map(|(at, output)| {
            let (goal, units) = (compile.goal(at), units.map(|units| units[at]));
            let head = Head::new(&program, at, goal, &reported, first, units, capacity);
            first += goal.loss.inner().targets().columns(program.width(output.value));
            head
        });
        Ok(Cpu {
            heads: heads.collect(),
            loss_scale: updater.loss_scale(),
            statistics: match compile.optimizer.inner().line_search() {
                Some(_) => vec![0.0; program.state],
                None => Vec::new(),
            },
            updater,
            weights: vec![1.0; capacity],
            weighted: false,
            pool: Pool::new(session.threads),
            simd: session.simd,
            program,
            memory,
            seed,
            batch_size,
            capacity,
        })
    }

    /// The bytes that a training takes beside its data: weights, gradient, optimizer state and two snapshots; rows and
    /// gradients of every value, and working memory, for the largest batch.
    pub(crate) fn bytes(network: &Network, optimizer: &Optimizer, batch_size: usize) -> u128 {
        let program = network.program();
        let capacity = batch_size.max(EVALUATION_ROWS) as u128;
        let optimizer = Updater::numbers(optimizer, program);
        let weights = program.trainable as u128 * 5 + optimizer + program.state as u128 * 4;
        let values: u128 = program.row_numbers() as u128;
        let (per_row, fixed) = program.scratch.iter().fold((0_u128, 0_u128), |(rows, fixed), size| match size {
            ScratchSize::PerRow(width) => (rows + *width as u128, fixed),
            ScratchSize::Fixed(length) => (rows, fixed + *length as u128),
        });
        4 * (weights + (values + per_row) * capacity + fixed)
    }

    /// Copies rows of the data into the batch.
    fn gather(&mut self, data: &Examples<'_>, rows: impl Iterator<Item = usize>) {
        let width = data.x.cols();
        let x = self.memory.value_mut(self.program.input);
        self.weighted = data.weights.is_some();
        for (slot, row) in rows.enumerate() {
            x[slot * width..][..width].copy_from_slice(data.x.row(row));
            self.heads.iter_mut().for_each(|head| head.gather(slot, data, row));
            self.weights[slot] = data.weights.map_or(1.0, |w| w[row]);
        }
    }

    /// Runs the batch forward and gives its loss, penalties included; with `training` also the gradient of the loss.
    fn forward(&mut self, rows: usize, training: bool, epoch: u32, step: u32) -> f64 {
        let Cpu { program, memory, pool, simd, .. } = self;
        let pass =
            Pass { simd: *simd, pool, rows, training, seed: self.seed, epoch, step, loss_scale: self.loss_scale };
        memory.activity_penalty = 0.0;
        for op in &program.ops {
            op.forward(memory, &pass);
        }
        let weights = self.weighted.then_some(&self.weights[..rows]);
        let factor = training.then_some(self.loss_scale);
        let mut total = memory.activity_penalty;
        for head in &mut self.heads {
            let width = program.width(head.scored());
            total += head.lose(*simd, memory, rows, width, weights, factor);
        }
        total
    }

    /// The penalties on weights.
    fn weight_penalty(&self) -> f64 {
        let mut total = 0.0;
        for variable in &self.program.variables {
            if let Some(regularizer) = &variable.regularizer {
                total += regularizer.inner().value(
                    self.simd,
                    variable.columns(),
                    &self.memory.weights[variable.range.clone()],
                );
            }
        }
        total
    }

    /// The gradient of the batch that went forward last, penalties included.
    fn backward(&mut self, rows: usize, epoch: u32, step: u32) {
        let Cpu { program, memory, pool, simd, .. } = self;
        let pass =
            Pass { simd: *simd, pool, rows, training: true, seed: self.seed, epoch, step, loss_scale: self.loss_scale };
        for (at, op) in program.ops.iter().enumerate().rev() {
            if self.heads.iter().all(|head| head.absorbed != Some(at)) {
                op.backward(memory, &pass);
            }
        }
        memory.join_shared(program);
        for variable in &program.variables {
            if let Some(regularizer) = &variable.regularizer {
                let range = variable.range.clone();
                let (w, gradient) = (&memory.weights[range.clone()], &mut memory.gradient[range]);
                regularizer.inner().add_gradient(*simd, variable.columns(), w, self.loss_scale, gradient);
            }
        }
    }

    /// The step of a batch that went forward and backward.
    fn descend(&mut self, rows: usize, loss: f64, epoch: u32, step: u32) {
        if let Some((search, mut state)) = self.updater.begin_search() {
            search.begin(&mut state, &self.memory.weights, &self.memory.gradient[..self.program.trainable]);
            let mut statistics = std::mem::take(&mut self.statistics);
            statistics.copy_from_slice(&self.memory.state);
            let end = search.search(self.simd, &mut state, loss, &mut |point, gradient| {
                self.memory.weights.copy_from_slice(point);
                let loss = self.forward(rows, true, epoch, step) + self.weight_penalty();
                self.backward(rows, epoch, step);
                // The statistics have moved already, once for the step.
                self.memory.state.copy_from_slice(&statistics);
                gradient.copy_from_slice(&self.memory.gradient[..point.len()]);
                loss
            });
            self.memory.weights.copy_from_slice(end);
            self.statistics = statistics;
            self.updater.end_search(state);
            return;
        }
        let Memory { weights, gradient, .. } = &mut self.memory;
        let gradient = &mut gradient[..weights.len()];
        self.updater.apply(self.simd, &self.pool, weights, gradient);
    }

    /// Loss and gradient of all rows as one batch, the first step of the first epoch.
    pub(crate) fn differentiate(&mut self, data: &Examples<'_>) -> (f64, Vec<f32>) {
        let rows = data.rows();
        self.loss_scale = 1.0;
        self.gather(data, 0..rows);
        let loss = self.forward(rows, true, 0, 0) + self.weight_penalty();
        self.backward(rows, 0, 0);
        (loss, self.memory.gradient[..self.program.trainable].to_vec())
    }

    /// Counts the batch: takes its losses and predictions into what is reported.
    fn measure(&mut self, rows: usize) {
        let weights = self.weighted.then_some(&self.weights[..rows]);
        for head in &mut self.heads {
            head.measure(&self.memory, rows, self.program.width(head.output()), weights);
        }
    }

    /// The loss under its name, that of each output where there are several, then the metrics, which begin anew.
    fn logs(&mut self, loss: f64, rows: usize) -> Logs {
        let logs = self.running_logs(loss, rows);
        self.heads.iter_mut().for_each(Head::reset);
        logs
    }

    fn divergence(&self, epoch: usize, step: usize, rows: usize) -> Divergence {
        let (learning_rate, steps_before) = (self.updater.learning_rate(), self.updater.iterations());
        Divergence { epoch, step, place: self.culprit(rows), learning_rate, steps_before }
    }

    /// Where the first number that is not finite stands, from the weights through the layers to the loss.
    fn culprit(&self, rows: usize) -> String {
        let broken = |numbers: &[f32]| numbers.iter().find(|x| !x.is_finite()).copied();
        let word = |x: f32| if x.is_nan() { "not a number" } else { "infinite" };
        for variable in &self.program.variables {
            if let Some(x) = broken(self.memory.variable(variable)) {
                return format!("the weight {} became {}", variable.name, word(x));
            }
        }
        for (op, layer) in self.program.ops.iter().zip(&self.program.op_layers) {
            if let Some(value) = op.output()
                && let Some(x) = broken(&self.memory.value(value)[..rows * self.program.width(value)])
            {
                return format!("the output of layer {layer} became {}", word(x));
            }
        }
        if !self.memory.activity_penalty.is_finite() || !self.weight_penalty().is_finite() {
            return "a penalty became too large for a number".to_string();
        }
        "the loss became too large for a number".to_string()
    }
}

impl Executor for Cpu {
    fn run_epoch(
        &mut self,
        data: &Examples<'_>,
        order: Option<&[u32]>,
        epoch: usize,
        batch_end: &mut BatchEnd<'_>,
    ) -> std::result::Result<EpochEnd, Divergence> {
        let n = data.rows();
        let (mut total, mut seen, mut cut_short) = (0.0, 0, None);
        for (step, first) in (0..n).step_by(self.batch_size).enumerate() {
            let end = (first + self.batch_size).min(n);
            let rows = end - first;
            match order {
                Some(order) => self.gather(data, order[first..end].iter().map(|row| *row as usize)),
                None => self.gather(data, first..end),
            }
            let loss = self.forward(rows, true, epoch as u32, step as u32) + self.weight_penalty();
            if !loss.is_finite() {
                return Err(self.divergence(epoch, step, rows));
            }
            self.measure(rows);
            self.backward(rows, epoch as u32, step as u32);
            self.descend(rows, loss, epoch as u32, step as u32);
            total += loss * rows as f64;
            seen += rows;
            if !batch_end(self, step + 1, total / seen as f64) {
                cut_short = Some(Interrupted { steps: step + 1 });
                break;
            }
        }
        // What the last step did to the weights shows in no loss of this epoch.
        if !self.memory.weights.iter().chain(&self.memory.state).all(|w| w.is_finite()) {
            let steps = cut_short.map_or(n.div_ceil(self.batch_size), |cut: Interrupted| cut.steps);
            let step = steps.saturating_sub(1);
            return Err(self.divergence(epoch, step, 0));
        }
        Ok(EpochEnd { logs: self.logs(total / seen as f64, seen), cut_short })
    }

    fn running_logs(&self, loss: f64, rows: usize) -> Logs {
        let mut logs = Logs(vec![("loss".to_string(), loss)]);
        if self.heads.len() > 1 {
            self.heads.iter().for_each(|head| head.log_loss(rows, &mut logs));
        }
        self.heads.iter().for_each(|head| head.log_metrics(&mut logs));
        logs
    }

    fn evaluate(&mut self, data: &Examples<'_>) -> Logs {
        let n = data.rows();
        let mut total = 0.0;
        let at_once = if self.heads.iter().all(Head::is_additive) { self.capacity } else { self.batch_size };
        for first in (0..n).step_by(at_once) {
            let end = (first + at_once).min(n);
            self.gather(data, first..end);
            total += self.forward(end - first, false, 0, 0) * (end - first) as f64;
            self.measure(end - first);
        }
        let loss = total / n as f64 + self.weight_penalty();
        self.logs(loss, n)
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot { weights: self.memory.weights.clone(), state: self.memory.state.clone() }
    }

    fn restore(&mut self, weights: &Snapshot) {
        self.memory.weights.copy_from_slice(&weights.weights);
        self.memory.state.copy_from_slice(&weights.state);
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
        let own = own.into_iter().map(|(name, numbers)| (name.to_string(), numbers.clone()));
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
        let Memory { weights, state: statistics, .. } = &mut self.memory;
        let mine = [weights, statistics].into_iter().chain(self.updater.buffers_mut());
        mine.zip(&state.buffers).for_each(|(mine, (_, numbers))| mine.copy_from_slice(numbers));
        self.updater.go_on(state.iterations, state.learning_rate);
        Ok(())
    }
}
