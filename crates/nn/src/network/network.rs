//! A network: layers, their program, and the current weights.

use super::fuse::{find_dense_chains, fuse};
use super::graph::{Built, assemble};
use crate::activations::{Activation, Sigmoid, Softmax};
use crate::layers::{ConnectedLayer, NormalizationOp};
use crate::program::NoProbe;
use crate::program::ProgramBuilder;
use crate::program::{Buffer, IdRange, Program, Variable};
use crate::program::{PassContext, ProgramBuffers};
use treino_core::error::{Error, Result};
use treino_core::rows::{Columns, Matrix, Rows};
use treino_engine::pool::Pool;
use treino_engine::random::{Purpose, Stream};
use treino_engine::simd::Simd;

/// The number of rows that pass through a network at once outside training.
pub(crate) const CHUNK: usize = 256;

/// The largest supported network: 4 GiB of weights, and several times that in training.
const MOST_PARAMETERS: usize = 1 << 30;

/// A built network with its weights.
#[derive(Debug, Clone)]
pub struct Network {
    layers: Vec<ConnectedLayer>,
    built: Vec<Built>,
    program: Program,
    /// Trainable weights, flat.
    pub(crate) weights: Vec<f32>,
    /// Frozen weights and statistics, flat.
    pub(crate) state: Vec<f32>,
}

/// Converts logits to probabilities, row by row: a sigmoid for one number, a softmax for more.
pub fn logits_to_probabilities(outputs: &mut Matrix) {
    let width = outputs.cols();
    let function: Activation = if width == 1 { Sigmoid::default().into() } else { Softmax::default().into() };
    let logits = outputs.clone();
    function.inner().forward(Simd::detect(), logits.as_slice(), outputs.as_mut_slice(), width);
}

/// One line of a network's summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSummary {
    /// The layer's name.
    pub name: String,
    /// Keras's class name.
    pub class: &'static str,
    /// The layers that it reads; "rows" for the input.
    pub inputs: Vec<String>,
    /// Shape of a row of its output.
    pub shape: Vec<usize>,
    /// Number of parameters in its variables; 0 if another layer holds them.
    pub parameters: usize,
    /// How many of them are trainable.
    pub trainable: usize,
}

impl LayerSummary {
    /// Shape of a row of its output, such as `64` or `2 x 8`.
    pub fn outputs(&self) -> String {
        let sides: Vec<String> = self.shape.iter().map(usize::to_string).collect();
        sides.join(" x ")
    }
}

impl Network {
    /// Builds layers for rows of these columns, or of this width. All weights are 0 until they are initialised or set.
    ///
    /// # Errors
    /// Returns an error for no layers, a duplicate name, inputs that do not fit a layer, layers in a cycle, or more
    /// than 2^30 parameters; the message names the layer.
    pub fn build<L: Clone + Into<ConnectedLayer>>(columns: impl Into<Columns>, layers: &[L]) -> Result<Self> {
        let layers: Vec<ConnectedLayer> = layers.iter().cloned().map(Into::into).collect();
        Network::build_at_most(columns, &layers, &[], MOST_PARAMETERS)
    }

    /// [`Network::build`] with the outputs in `outputs` instead of all layers that no layer reads.
    ///
    /// # Errors
    /// As [`Network::build`]; also returns an error for outputs that are not layers, or for layers that lead to no
    /// output.
    pub fn build_graph(columns: impl Into<Columns>, layers: &[ConnectedLayer], outputs: &[String]) -> Result<Self> {
        Network::build_at_most(columns, layers, outputs, MOST_PARAMETERS)
    }

    /// [`Network::build_graph`] with a limit on the number of parameters, to avoid allocations that cannot succeed.
    pub fn build_at_most(
        columns: impl Into<Columns>,
        layers: &[ConnectedLayer],
        outputs: &[String],
        most: usize,
    ) -> Result<Self> {
        let columns = columns.into();
        if columns.total() == 0 {
            return Err(Error::input("a network needs at least one input"));
        }
        if layers.is_empty() {
            return Err(Error::input("a network needs at least one layer"));
        }
        let mut builder = ProgramBuilder::new(columns);
        let (built, outputs) = assemble(&mut builder, layers, outputs, most)?;
        let mut program = builder.finish(outputs);
        fuse(&mut program);
        find_dense_chains(&mut program);
        for variable in &program.variables {
            let check = variable.initializer.inner().check(&variable.shape);
            check.map_err(|e| e.help(format!("it is the initializer of {}", variable.name)))?;
        }
        let (weights, state) = (vec![0.0; program.trainable], vec![0.0; program.state]);
        Ok(Network { layers: layers.to_vec(), built, program, weights, state })
    }

    /// Sets every variable to its initial values for a seed.
    pub fn initialize(&mut self, seed: u64) {
        for variable in &self.program.variables {
            let stream = Stream::new(seed, Purpose::Init, &variable.name);
            let out = match variable.buffer {
                Buffer::Trainable => &mut self.weights[variable.range.clone()],
                Buffer::State => &mut self.state[variable.range.clone()],
            };
            variable.initializer.inner().fill(&variable.shape, stream, out);
        }
        for op in &self.program.ops {
            if let Some(op) = op.as_a::<NormalizationOp>()
                && let Some(given) = &op.given
            {
                for (id, numbers) in op.statistics.into_iter().zip(given) {
                    self.state[self.program.variable(id).range.clone()].copy_from_slice(numbers);
                }
            }
        }
    }

    /// Learns the statistics of `Normalization` layers without given ones from the rows of `x`, in the order of the
    /// layers (as Keras's `adapt`).
    pub fn adapt<'a>(&mut self, x: impl Into<Rows<'a>>) {
        let x = x.into();
        let mut learned = Vec::new();
        for at in 0..self.program.ops.len() {
            let Some(op) = self.program.ops[at].as_a::<NormalizationOp>() else { continue };
            let start = self.program.variable(op.statistics[0]).range.start;
            // A shared layer learns from the input of its first call.
            if op.given.is_some() || x.rows() == 0 || learned.contains(&start) {
                continue;
            }
            learned.push(start);
            let (op, width, n) = (op.clone(), op.width, (x.rows() * op.outer) as f64);
            let (mut mean, mut square) = (vec![0.0_f64; width], vec![0.0_f64; width]);
            self.through(x, at, |memory, rows| {
                for row in memory.value(op.x)[..rows * op.outer * width].chunks_exact(width) {
                    mean.iter_mut().zip(row).for_each(|(m, v)| *m += f64::from(*v));
                }
            });
            mean.iter_mut().for_each(|m| *m /= n);
            self.through(x, at, |memory, rows| {
                for row in memory.value(op.x)[..rows * op.outer * width].chunks_exact(width) {
                    for ((s, v), m) in square.iter_mut().zip(row).zip(&mean) {
                        *s += (f64::from(*v) - m) * (f64::from(*v) - m);
                    }
                }
            });
            for (j, (mean, square)) in mean.iter().zip(&square).enumerate() {
                self.state[self.program.variable(op.statistics[0]).range.clone()][j] = *mean as f32;
                self.state[self.program.variable(op.statistics[1]).range.clone()][j] = (*square / n) as f32;
            }
        }
    }

    /// Predictions for the rows of `x`.
    ///
    /// # Errors
    /// Returns an error for rows with another width than the network's input.
    pub fn predict<'a>(&self, x: impl Into<Rows<'a>>) -> Result<Matrix> {
        let x = x.into();
        self.check_width(x)?;
        self.check_ids(x)?;
        let width = self.outputs();
        let mut out = Vec::with_capacity(x.rows() * width);
        self.through(x, self.program.ops.len(), |memory, rows| {
            for row in 0..rows {
                for output in &self.program.outputs {
                    let width = self.program.width(output.value);
                    out.extend_from_slice(&memory.value(output.value)[row * width..][..width]);
                }
            }
        });
        Ok(Matrix::new(x.rows(), width, out))
    }

    /// Runs the first `ops` operations over all rows, chunk by chunk, and passes the values and the number of rows to
    /// `take`.
    pub(crate) fn through(&self, x: Rows<'_>, ops: usize, mut take: impl FnMut(&ProgramBuffers, usize)) {
        let chunk = CHUNK.min(x.rows().max(1));
        let mut memory = ProgramBuffers::new(&self.program, chunk, false);
        memory.weights.copy_from_slice(&self.weights);
        memory.state.copy_from_slice(&self.state);
        let (pool, simd) = (Pool::new(1), Simd::detect());
        for first in (0..x.rows()).step_by(chunk) {
            let n = chunk.min(x.rows() - first);
            x.copy_to(first, &mut memory.value_mut(self.program.input)[..n * self.inputs()]);
            let pass = PassContext {
                simd,
                pool: &pool,
                rows: n,
                rows_before: 0,
                training: false,
                seed: 0,
                epoch: 0,
                step: 0,
                loss_scale: 1.0,
            };
            self.program.forward(ops, &mut memory, &pass, |_| false, &mut NoProbe);
            take(&memory, n);
        }
    }

    /// Returns an error for rows of the wrong width.
    ///
    /// # Errors
    /// The message has both widths.
    pub fn check_width(&self, x: Rows<'_>) -> Result<()> {
        if x.cols() == self.inputs() {
            return Ok(());
        }
        let (has, wants) = (x.cols(), self.inputs());
        Err(Error::input(format!("the rows have {has} numbers, but the network takes {wants}")))
    }

    /// Returns an error for rows with ids that an embedding does not have.
    ///
    /// # Errors
    /// The message has the row, the number and the range.
    pub fn check_ids(&self, x: Rows<'_>) -> Result<()> {
        for IdRange { layer, columns, below } in &self.program.ids {
            for row in 0..x.rows() {
                let numbers = x.row(row);
                let fits = |id: f32| id >= 0.0 && id < *below as f32 && id.fract() == 0.0;
                if let Some(id) = columns.iter().map(|column| numbers[*column]).find(|id| !fits(*id)) {
                    let (row, last) = (row + 1, below - 1);
                    let e = format!("\"{layer}\" looks up whole numbers from 0 to {last}, but row {row} has {id}");
                    return Err(Error::input(e)
                        .help("give the layer room for them all (input_dim, num_tokens), or other columns"));
                }
            }
        }
        Ok(())
    }

    /// The width of an input row.
    pub fn inputs(&self) -> usize {
        self.program.width(self.program.input)
    }

    /// The width of an output row.
    pub fn outputs(&self) -> usize {
        self.program.output_width()
    }

    /// The names of its outputs, in their order.
    pub fn output_names(&self) -> Vec<&str> {
        self.program.outputs.iter().map(|output| output.name.as_str()).collect()
    }

    /// The layers it was built from.
    pub fn layers(&self) -> &[ConnectedLayer] {
        &self.layers
    }

    /// The program it was built into; its types are not a public API.
    #[doc(hidden)]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Number of weights, frozen ones and statistics included.
    pub fn parameters(&self) -> usize {
        self.weights.len() + self.state.len()
    }

    /// The trainable weights, flat: `Variable::range` is the range of each variable.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// The trainable weights, mutable.
    pub fn weights_mut(&mut self) -> &mut [f32] {
        &mut self.weights
    }

    /// The numbers of a variable of this network.
    pub fn numbers(&self, variable: &Variable) -> &[f32] {
        match variable.buffer {
            Buffer::Trainable => &self.weights[variable.range.clone()],
            Buffer::State => &self.state[variable.range.clone()],
        }
    }

    /// Every variable with its shape and numbers, in Keras's order.
    pub fn named_weights(&self) -> impl Iterator<Item = (&str, &[usize], &[f32])> {
        self.program.variables.iter().map(|v| (v.name.as_str(), v.shape.as_slice(), self.numbers(v)))
    }

    /// Sets a variable by name.
    ///
    /// # Errors
    /// Returns an error for an unknown name, another shape, or a number that is not finite.
    pub fn set_weight(&mut self, name: &str, shape: &[usize], numbers: &[f32]) -> Result<()> {
        let Some(variable) = self.program.variables.iter().find(|v| v.name == name) else {
            return Err(Error::input(format!("the network has no weight \"{name}\""))
                .nearest(name, self.program.variables.iter().map(|v| v.name.as_str())));
        };
        if shape != variable.shape || numbers.len() != variable.range.len() {
            let wants = &variable.shape;
            return Err(Error::input(format!("\"{name}\" has shape {shape:?}, but the network wants {wants:?}")));
        }
        if let Some(at) = numbers.iter().position(|x| !x.is_finite()) {
            return Err(Error::input(format!("\"{name}\" holds {} at position {at}", numbers[at])));
        }
        let buffer = match variable.buffer {
            Buffer::Trainable => &mut self.weights,
            Buffer::State => &mut self.state,
        };
        buffer[variable.range.clone()].copy_from_slice(numbers);
        Ok(())
    }

    /// Whether each layer reads only the previous one.
    pub fn is_chain(&self) -> bool {
        let before = std::iter::once("rows").chain(self.built.iter().map(|layer| layer.name.as_str()));
        self.built.iter().zip(before).all(|(layer, before)| layer.inputs == [before])
    }

    /// The name, inputs, output shape and parameter count of each layer.
    pub fn summary(&self) -> Vec<LayerSummary> {
        let lines = self.layers.iter().zip(&self.built);
        lines
            .map(|(placed, built)| {
                let own =
                    |v: &&Variable| v.name.strip_prefix(built.name.as_str()).is_some_and(|rest| rest.starts_with('/'));
                let mine = || self.program.variables.iter().filter(own);
                LayerSummary {
                    name: built.name.clone(),
                    class: placed.layer.descriptor().class,
                    inputs: built.inputs.clone(),
                    shape: built.shape.clone(),
                    parameters: mine().map(|v| v.range.len()).sum(),
                    trainable: mine().filter(|v| v.buffer == Buffer::Trainable).map(|v| v.range.len()).sum(),
                }
            })
            .collect()
    }
}
