//! Builds a program from layers.

use super::activation::{ActivationOp, ActivityPenaltyOp};
use super::fan_out::SumGradientsOp;
use super::op::Op;
use super::program::{
    Buffer, IdRange, Output, Program, ScratchId, ScratchSize, Value, ValueId, VarId, Variable, VariableUse,
};
use super::select::SelectOp;
use crate::activations::Activation;
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::regularizers::Regularizer;
use std::sync::Arc;
use treino_core::error::{Error, Result};
use treino_core::rows::Columns;

/// Collects the ops, values and variables of a network, layer after layer.
#[derive(Debug)]
pub struct ProgramBuilder {
    program: Program,
    columns: Columns,
    /// The number of input columns that layers have taken in order.
    columns_taken: usize,
    /// The ordinary inputs of the rows, once a layer has read them.
    rows: Option<ValueId>,
    /// Properties of each value, in the order of [`Program::values`].
    known: Vec<ValueInfo>,
    layer: String,
    /// The number of earlier calls of the layer that is being built.
    calls: usize,
    names: Vec<String>,
}

/// The properties of a value.
#[derive(Debug, Clone, Default)]
struct ValueInfo {
    /// Whether it depends on a trainable variable, so that its gradient is needed.
    wants_gradient: bool,
    /// The exclusive upper bound, if its numbers are integers from 0.
    below: Option<usize>,
    /// The columns of the input that it consists of.
    columns: Option<Vec<usize>>,
    /// Whether the lookup or hashing that reads it was applied when the table was encoded.
    applied: bool,
    /// Whether a layer or an output reads it.
    taken: bool,
    /// Whether a penalty reads it.
    penalised: bool,
    /// Its additional readers, each with a separate gradient.
    aliases: Vec<ValueId>,
    /// The number of ops when the layer that produces it is complete.
    made_at: Option<usize>,
}

/// Initializer, penalty and constraint of a variable.
#[derive(Debug, Clone, Copy)]
pub struct Weight<'a> {
    /// How it is initialised.
    pub initializer: &'a Initializer,
    /// Its penalty.
    pub regularizer: Option<&'a Regularizer>,
    /// The constraint on it after each step.
    pub constraint: Option<&'a Constraint>,
}

impl<'a> Weight<'a> {
    /// A weight without penalty and constraint.
    pub fn free(initializer: &'a Initializer) -> Self {
        Weight { initializer, regularizer: None, constraint: None }
    }
}

impl ProgramBuilder {
    /// A builder for rows of these columns.
    pub fn new(columns: Columns) -> Self {
        let width = columns.total();
        let mut builder = ProgramBuilder {
            columns,
            columns_taken: 0,
            rows: None,
            program: Program {
                ops: Vec::new(),
                op_layers: Vec::new(),
                values: Vec::new(),
                buffers: Vec::new(),
                gradients: Vec::new(),
                scratch: Vec::new(),
                variables: Vec::new(),
                uses: Vec::new(),
                trainable: 0,
                state: 0,
                gradient: 0,
                input: ValueId(0),
                outputs: Vec::new(),
                ids: Vec::new(),
                chains: Vec::new(),
            },
            known: Vec::new(),
            layer: String::new(),
            calls: 0,
            names: Vec::new(),
        };
        builder.value(&[width], &[], false);
        builder.known[0].columns = Some((0..width).collect());
        builder
    }

    /// The input rows.
    pub fn input(&self) -> ValueId {
        self.program.input
    }

    /// The ordinary inputs of the rows: all columns except those with a special encoding for an input layer.
    ///
    /// # Errors
    /// Returns an error if there are none.
    pub fn rows(&mut self) -> Result<ValueId> {
        let ordinary = self.columns.ordinary();
        if ordinary == self.columns.total() {
            return Ok(self.program.input);
        }
        if ordinary == 0 {
            let e = "every column is read by an input layer for categories, so none is left for the whole row";
            return Err(Error::input(e).help("name what the layer reads, with inputs"));
        }
        if let Some(rows) = self.rows {
            return Ok(rows);
        }
        let y = self.select((0..ordinary).collect(), &[ordinary]);
        self.rows = Some(y);
        Ok(y)
    }

    /// Whether a value is the result of [`ProgramBuilder::rows`].
    pub(crate) fn is_rows(&self, value: ValueId) -> bool {
        value == self.program.input || self.rows == Some(value)
    }

    /// Some columns of the input.
    pub(crate) fn select(&mut self, columns: Vec<usize>, shape: &[usize]) -> ValueId {
        let y = self.value(shape, &[], false);
        self.known[y.0].columns = Some(columns.clone());
        let (x, width) = (self.program.input, self.columns.total());
        self.push(SelectOp { x, y, width, columns });
        y
    }

    /// The columns with a special encoding for the input layer that is being built; `None` if it is an ordinary one.
    pub(crate) fn read(&mut self) -> Option<ValueId> {
        let read = self.columns.read_by(&self.layer);
        if read.is_empty() {
            return None;
        }
        let columns: Vec<usize> = read.iter().map(|read| read.at).collect();
        let below =
            read.iter().map(|read| read.below).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max());
        let applied = read.iter().all(|read| read.encoded);
        let shape = [columns.len()];
        let y = self.select(columns, &shape);
        self.known[y.0].below = below;
        self.known[y.0].applied = applied;
        Some(y)
    }

    /// Whether the lookup or hashing that reads a value was applied when the table was encoded.
    pub fn is_applied(&self, value: ValueId) -> bool {
        self.known[value.0].applied
    }

    /// The columns of the input that a column of the table became.
    ///
    /// # Errors
    /// Returns an error for an unknown name, with the nearest one.
    pub fn columns_of(&self, name: &str) -> Result<std::ops::Range<usize>> {
        self.columns.find(name)
    }

    /// The next `count` columns of the input that no layer has taken in order.
    ///
    /// # Errors
    /// Returns an error if there are fewer.
    pub fn next_columns(&mut self, count: usize) -> Result<std::ops::Range<usize>> {
        let (start, total) = (self.columns_taken, self.columns.ordinary());
        if count > total - start {
            let e = format!("\"{}\" wants {count} columns, but of {total} only {} are left", self.layer, total - start);
            return Err(Error::input(e));
        }
        self.columns_taken += count;
        Ok(start..self.columns_taken)
    }

    /// Names a layer. Without a given name it gets Keras's default: `dense`, `dense_1`, ...
    ///
    /// # Errors
    /// Returns an error for a name that is in use, empty, or contains a slash.
    pub(crate) fn name(&mut self, kind: &str, name: Option<&str>) -> Result<String> {
        let name = match name {
            Some(name) if name.is_empty() || name.contains('/') => {
                return Err(Error::input(format!(
                    "\"{name}\" cannot name a layer: a name has a character and no slash"
                )));
            }
            Some(name) if self.names.iter().any(|n| n == name) => {
                return Err(Error::input(format!("two layers are called \"{name}\"")));
            }
            Some(name) => name.to_string(),
            None => (0..)
                .map(|i| if i == 0 { kind.to_string() } else { format!("{kind}_{i}") })
                .find(|name| !self.names.contains(name))
                .unwrap_or_default(),
        };
        self.names.push(name.clone());
        Ok(name)
    }

    /// Starts the call of a layer. From its second call on it reuses the variables of the first one.
    pub(crate) fn begin(&mut self, layer: &str, calls: usize) {
        self.layer = layer.to_string();
        self.calls = calls;
    }

    /// Ends the call whose result is `value`.
    pub(crate) fn end(&mut self, value: ValueId) {
        self.known[value.0].made_at.get_or_insert(self.program.ops.len());
    }

    /// The name of the layer that is being built.
    pub fn layer_name(&self) -> &str {
        &self.layer
    }

    /// The name of the random stream of this call: each call of a shared layer has its own.
    pub fn stream_name(&self) -> String {
        if self.calls == 0 { self.layer.clone() } else { format!("{}@{}", self.layer, self.calls) }
    }

    /// The single input of a layer that takes one.
    ///
    /// # Errors
    /// Returns an error if there are several.
    pub fn one(&self, inputs: &[ValueId]) -> Result<ValueId> {
        match inputs {
            [x] => Ok(*x),
            _ => Err(Error::input(format!("\"{}\" takes one input, but has {}", self.layer, inputs.len()))
                .help("join them first, with a layer such as concatenate or add")),
        }
    }

    /// The width of a value: numbers in a row.
    pub fn width(&self, value: ValueId) -> usize {
        self.program.width(value)
    }

    /// The shape of a row.
    pub fn shape(&self, value: ValueId) -> &[usize] {
        &self.program.values[value.0].shape
    }

    /// A row as `outer` times `last` numbers, along its last axis.
    pub fn outer_and_last(&self, value: ValueId) -> (usize, usize) {
        let last = self.shape(value).last().copied().unwrap_or(1);
        (self.width(value).checked_div(last).unwrap_or(0), last)
    }

    /// Whether the gradient of a value is needed: whether it depends on a trainable variable.
    pub fn wants_gradient(&self, value: ValueId) -> bool {
        self.known[value.0].wants_gradient
    }

    /// The exclusive upper bound of a value's numbers, if they are known to be integers from 0.
    pub fn below(&self, value: ValueId) -> Option<usize> {
        self.known[value.0].below
    }

    /// Records that a value holds integers in [0, `below`).
    pub fn set_below(&mut self, value: ValueId, below: usize) {
        self.known[value.0].below = Some(below);
    }

    /// Requires that a value be ids in [0, `given`), or below its known bound; returns that bound. `parameter` is the
    /// layer's name for it.
    ///
    /// # Errors
    /// Returns an error if it may hold larger numbers, or numbers that a layer computed, or if no bound is given or
    /// known.
    pub fn ids(&mut self, value: ValueId, given: Option<usize>, parameter: &str) -> Result<usize> {
        let known = &self.known[value.0];
        let Some(below) = given.or(known.below) else {
            let e =
                format!("\"{}\" needs {parameter}: how many ids there are does not follow from its input", self.layer);
            return Err(Error::input(e).help("columns of text, lookup, hashing and discretization layers say it"));
        };
        match (known.below, &known.columns) {
            (Some(has), _) if has > below => {
                let e = format!("\"{}\" has room for {below} ids, but its input has ids up to {}", self.layer, has - 1);
                Err(Error::input(e).help(format!("make it {parameter} = {has}")))
            }
            (Some(_), _) => Ok(below),
            (None, Some(columns)) => {
                self.program.ids.push(IdRange { layer: self.layer.clone(), columns: columns.clone(), below });
                Ok(below)
            }
            (None, None) => {
                let e = format!("\"{}\" wants ids, but its input is computed by a layer", self.layer);
                Err(Error::input(e).help("feed it columns of the table, or a lookup, hashing or discretization layer"))
            }
        }
    }

    /// A new value computed from others; `trained` is whether it also depends on trainable variables.
    pub fn value(&mut self, shape: &[usize], from: &[ValueId], trained: bool) -> ValueId {
        let width = shape.iter().fold(1, |width: usize, side| width.saturating_mul(*side));
        self.program.buffers.push(width);
        let numbers = self.program.buffers.len() - 1;
        let wants_gradient = trained || from.iter().any(|x| self.wants_gradient(*x));
        let gradient = self.gradient_buffer(width);
        self.push_value(
            Value { shape: shape.to_vec(), numbers, gradient },
            ValueInfo { wants_gradient, ..ValueInfo::default() },
        )
    }

    /// A value in another shape of the same width.
    pub fn view(&mut self, value: ValueId, shape: &[usize]) -> ValueId {
        let seen = Value { shape: shape.to_vec(), ..self.program.values[value.0].clone() };
        let ValueInfo { wants_gradient, below, columns, .. } = self.known[value.0].clone();
        self.push_value(seen, ValueInfo { wants_gradient, below, columns, ..ValueInfo::default() })
    }

    fn gradient_buffer(&mut self, width: usize) -> usize {
        self.program.gradients.push(width);
        self.program.gradients.len() - 1
    }

    fn push_value(&mut self, value: Value, known: ValueInfo) -> ValueId {
        self.program.values.push(value);
        self.known.push(known);
        ValueId(self.program.values.len() - 1)
    }

    /// A value for one more reader: itself for the first, for others one with the same numbers and a separate gradient.
    pub(crate) fn take(&mut self, value: ValueId) -> ValueId {
        if !std::mem::replace(&mut self.known[value.0].taken, true) {
            return value;
        }
        let gradient = self.gradient_buffer(self.width(value));
        let alias = Value { gradient, ..self.program.values[value.0].clone() };
        let ValueInfo { wants_gradient, below, columns, applied, .. } = self.known[value.0].clone();
        let known = ValueInfo { wants_gradient, below, columns, applied, taken: true, ..ValueInfo::default() };
        let alias = self.push_value(alias, known);
        self.known[value.0].aliases.push(alias);
        alias
    }

    /// A scratch buffer for an op.
    pub fn scratch(&mut self, size: ScratchSize) -> ScratchId {
        self.program.scratch.push(size);
        ScratchId(self.program.scratch.len() - 1)
    }

    /// The number of parameters of the variables so far; saturates on overflow.
    pub fn parameters(&self) -> usize {
        self.program.trainable.saturating_add(self.program.state)
    }

    /// A variable of the layer that is being built. A frozen one has neither penalty nor constraint, as in Keras.
    ///
    /// # Errors
    /// Returns an error for a penalty or constraint that is undefined for the shape, or for a shared layer that is
    /// called with another shape.
    pub fn variable(&mut self, name: &str, shape: &[usize], trainable: bool, weight: Weight<'_>) -> Result<VarId> {
        let name = format!("{}/{name}", self.layer);
        let length = shape.iter().fold(1, |length: usize, side| length.saturating_mul(*side));
        if self.calls > 0 {
            let found = self.program.variables.iter().position(|v| v.name == name);
            let variable = found.expect("a layer has the same variables in every call");
            let has = &self.program.variables[variable].shape;
            if has != shape {
                let e = format!("\"{}\" is shared, but {name} of shape {has:?} would have to be {shape:?}", self.layer);
                return Err(Error::input(e).help("all inputs of a shared layer must have the same shape"));
            }
            let trained = self.program.variables[variable].buffer == Buffer::Trainable;
            let start = self.program.gradient;
            self.program.gradient = if trained { start.saturating_add(length) } else { start };
            return Ok(self.push_use(VariableUse {
                variable,
                gradient: start..self.program.gradient,
                is_repeat_use: true,
            }));
        }
        if trainable {
            let regularizer = weight.regularizer.map_or(Ok(()), |r| r.inner().check(shape));
            regularizer.map_err(|e| e.help(format!("it is the regularizer of {name}")))?;
            let constraint = weight.constraint.map_or(Ok(()), |c| c.inner().check(shape));
            constraint.map_err(|e| e.help(format!("it is the constraint of {name}")))?;
        }
        let (buffer, end) = if trainable {
            (Buffer::Trainable, &mut self.program.trainable)
        } else {
            (Buffer::State, &mut self.program.state)
        };
        let range = *end..end.saturating_add(length);
        *end = range.end;
        self.program.variables.push(Variable {
            name,
            shape: shape.to_vec(),
            buffer,
            range: range.clone(),
            initializer: weight.initializer.clone(),
            regularizer: weight.regularizer.filter(|_| trainable).cloned(),
            constraint: weight.constraint.filter(|_| trainable).cloned(),
        });
        Ok(self.push_use(VariableUse {
            variable: self.program.variables.len() - 1,
            gradient: range,
            is_repeat_use: false,
        }))
    }

    fn push_use(&mut self, one: VariableUse) -> VarId {
        self.program.uses.push(one);
        VarId(self.program.uses.len() - 1)
    }

    /// Returns an error for initializers that do not support a variable of the layer that is being built.
    pub(crate) fn check_initializers(&self) -> Result<()> {
        let layer = format!("{}/", self.layer);
        let mut own = self.program.variables.iter().filter(|v| v.name.starts_with(&layer));
        own.try_for_each(|v| v.initializer.inner().check(&v.shape))
    }

    /// Adds an op.
    pub fn push(&mut self, op: impl Op) {
        self.program.ops.push(Arc::new(op));
        self.program.op_layers.push(self.layer.clone());
    }

    /// Adds an activation after a value; a linear one adds nothing.
    ///
    /// # Errors
    /// Returns an error for a width that the activation does not support.
    pub fn activation(&mut self, activation: &Activation, x: ValueId) -> Result<ValueId> {
        if activation.is_linear() {
            return Ok(x);
        }
        let (outer, width) = self.outer_and_last(x);
        let mut shape = self.shape(x).to_vec();
        let widths = [width, activation.inner().output_width(width)?];
        if let Some(last) = shape.last_mut() {
            *last = widths[1];
        }
        let y = self.value(&shape, &[x], false);
        let backward = self.wants_gradient(x);
        self.push(ActivationOp { activation: activation.clone(), x, y, outer, widths, backward });
        Ok(y)
    }

    /// Adds a penalty on a value, if there is one.
    ///
    /// # Errors
    /// Returns an error for a penalty that is undefined for outputs.
    pub fn activity_penalty(&mut self, regularizer: Option<&Regularizer>, x: ValueId) -> Result<()> {
        if let Some(regularizer) = regularizer {
            // The number of rows is not known yet; a penalty that accepts matrices of two rows accepts others.
            regularizer.inner().check(&[2, self.width(x)])?;
            let (width, backward) = (self.width(x), self.wants_gradient(x));
            self.known[x.0].penalised = true;
            self.push(ActivityPenaltyOp { regularizer: regularizer.clone(), x, width, backward });
        }
        Ok(())
    }

    /// The finished program, with the outputs of these layers as its results.
    pub(crate) fn finish(mut self, outputs: Vec<(String, ValueId)>) -> Program {
        let taken: Vec<ValueId> = outputs.iter().map(|(_, value)| self.take(*value)).collect();
        let mut forks: Vec<(usize, SumGradientsOp)> = Vec::new();
        for (id, known) in self.known.iter().enumerate() {
            if !known.aliases.is_empty() && known.wants_gradient {
                let (value, width) = (ValueId(id), self.program.width(ValueId(id)));
                forks.push((
                    known.made_at.unwrap_or_default(),
                    SumGradientsOp { value, aliases: known.aliases.clone(), width },
                ));
            }
        }
        // From the end, so that indices stay valid. A fork of a reshaped value comes after that of the value itself, so
        // that in the backward pass it comes first.
        forks.sort_by_key(|(at, fork)| (*at, fork.value.0));
        for (at, fork) in forks.into_iter().rev() {
            self.program.op_layers.insert(at, self.program.op_layers[at - 1].clone());
            self.program.ops.insert(at, Arc::new(fork));
        }
        for ((name, value), taken) in outputs.into_iter().zip(taken) {
            let known = &self.known[value.0];
            let alone = taken == value && known.aliases.is_empty() && !known.penalised;
            let makes = |op: &Arc<dyn Op>| op.as_a::<ActivationOp>().is_some_and(|last| last.y == value);
            let closing = self.program.ops.iter().position(makes).filter(|_| alone);
            self.program.outputs.push(Output { name, value: taken, closing });
        }
        let trainable = self.program.trainable;
        for one in self.program.uses.iter_mut().filter(|one| one.is_repeat_use) {
            one.gradient = one.gradient.start + trainable..one.gradient.end + trainable;
        }
        self.program.gradient += trainable;
        self.program
    }
}
