//! From layers to a program.

use super::op::Op;
use super::program::{Buffer, Program, ScratchId, ScratchSize, ValueId, VarId, Variable};
use crate::activations::Activation;
use crate::error::{Error, Result};
use crate::initializers::Initializer;
use crate::layers::{ActivationOp, ActivityPenaltyOp};
use crate::regularizers::Regularizer;

/// Collects the ops, values and variables of a network, layer after layer.
#[derive(Debug)]
pub struct Builder {
    program: Program,
    /// Whether a value depends on a trainable variable, so that its gradient is wanted.
    wants_gradient: Vec<bool>,
    layer: String,
    names: Vec<String>,
}

impl Builder {
    /// A builder for rows of `input_width` numbers.
    pub fn new(input_width: usize) -> Self {
        let program = Program {
            ops: Vec::new(),
            op_layers: Vec::new(),
            widths: vec![input_width],
            scratch: Vec::new(),
            variables: Vec::new(),
            trainable: 0,
            state: 0,
            input: ValueId(0),
            output: ValueId(0),
        };
        Builder { program, wants_gradient: vec![false], layer: String::new(), names: Vec::new() }
    }

    /// The rows that come in.
    pub fn input(&self) -> ValueId {
        self.program.input
    }

    /// Begins a layer. Without a name of its own it is called as Keras does: `dense`, `dense_1`, ...
    ///
    /// # Errors
    /// A name that is taken, empty, or has a slash in it.
    pub fn layer(&mut self, kind: &str, name: Option<&str>) -> Result<()> {
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
        self.layer = name;
        Ok(())
    }

    /// The name of the layer being built.
    pub fn layer_name(&self) -> &str {
        &self.layer
    }

    /// The width of a value.
    pub fn width(&self, value: ValueId) -> usize {
        self.program.width(value)
    }

    /// Whether the gradient of a value is wanted: whether it depends on a trainable variable.
    pub fn wants_gradient(&self, value: ValueId) -> bool {
        self.wants_gradient[value.0]
    }

    /// A new value computed from `from`; `trained` says whether by variables that are trained.
    pub fn value(&mut self, width: usize, from: ValueId, trained: bool) -> ValueId {
        self.program.widths.push(width);
        self.wants_gradient.push(trained || self.wants_gradient[from.0]);
        ValueId(self.program.widths.len() - 1)
    }

    /// Working memory for an op.
    pub fn scratch(&mut self, size: ScratchSize) -> ScratchId {
        self.program.scratch.push(size);
        ScratchId(self.program.scratch.len() - 1)
    }

    /// How many numbers the variables have so far; the largest number there is where they have more.
    pub fn parameters(&self) -> usize {
        self.program.trainable.saturating_add(self.program.state)
    }

    /// A variable of the layer being built. A frozen one has no penalty, as in Keras.
    pub fn variable(
        &mut self,
        name: &str,
        shape: &[usize],
        initializer: Initializer,
        trainable: bool,
        regularizer: Option<&Regularizer>,
    ) -> VarId {
        let length = shape.iter().fold(1, |length: usize, side| length.saturating_mul(*side));
        let (buffer, end) = if trainable {
            (Buffer::Trainable, &mut self.program.trainable)
        } else {
            (Buffer::State, &mut self.program.state)
        };
        let range = *end..end.saturating_add(length);
        *end = range.end;
        self.program.variables.push(Variable {
            name: format!("{}/{name}", self.layer),
            shape: shape.to_vec(),
            buffer,
            range,
            initializer,
            regularizer: regularizer.filter(|_| trainable).cloned(),
        });
        VarId(self.program.variables.len() - 1)
    }

    /// Refuses initializers that cannot start a variable of the layer being built.
    pub(super) fn check_initializers(&self) -> Result<()> {
        let layer = format!("{}/", self.layer);
        let mut own = self.program.variables.iter().filter(|v| v.name.starts_with(&layer));
        own.try_for_each(|v| v.initializer.inner().check(&v.shape))
    }

    /// Adds an op.
    pub fn push(&mut self, op: Op) {
        self.program.ops.push(op);
        self.program.op_layers.push(self.layer.clone());
    }

    /// Adds an activation behind a value; a linear one adds nothing.
    ///
    /// # Errors
    /// A width that the activation cannot take.
    pub fn activation(&mut self, activation: &Activation, x: ValueId) -> Result<ValueId> {
        if activation.is_linear() {
            return Ok(x);
        }
        let width = activation.inner().output_width(self.width(x))?;
        let y = self.value(width, x, false);
        let backward = self.wants_gradient(x);
        let widths = [self.width(x), width];
        self.push(Op::Activation(ActivationOp { activation: activation.clone(), x, y, widths, backward }));
        Ok(y)
    }

    /// Adds a penalty on a value, where there is one.
    pub fn activity_penalty(&mut self, regularizer: Option<&Regularizer>, x: ValueId) {
        if let Some(regularizer) = regularizer {
            let (width, backward) = (self.width(x), self.wants_gradient(x));
            self.push(Op::ActivityPenalty(ActivityPenaltyOp { regularizer: regularizer.clone(), x, width, backward }));
        }
    }

    /// The finished program, with `output` as its result.
    pub fn finish(mut self, output: ValueId) -> Program {
        self.program.output = output;
        self.program
    }
}
