//! The dense layer.

use super::Build;
use crate::activations::{Activation, Linear};
use crate::catalog::{Kind, Room, thing};
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::{GlorotUniform, Initializer, Zeros};
use crate::model::{Builder, Memory, Op, Pass, ScratchId, ScratchSize, ValueId, VarId, Weight};
use crate::regularizers::Regularizer;
use treino_engine::product::{Start, View, product, transpose};
use treino_engine::reduce;

thing! {
    /// A dense layer: y = activation(x W + b), each unit connected to every input.
    ///
    /// x has shape (rows, inputs), W (inputs, units), b (units), y (rows, units). Of rows with more sides than one, W meets the
    /// last.
    pub struct Dense = "dense" {
        /// Number of units: how wide the output is.
        units: usize = 1, Kind::COUNT;
        /// Activation of the output.
        activation: Activation = Linear::default().into(), Kind::Thing(Room::Activations);
        /// Whether to add b.
        use_bias: bool = true, Kind::Bool;
        /// Where W starts.
        kernel_initializer: Initializer = GlorotUniform::default().into(), Kind::Thing(Room::Initializers);
        /// Where b starts.
        bias_initializer: Initializer = Zeros::default().into(), Kind::Thing(Room::Initializers);
        /// Penalty on W.
        kernel_regularizer: Option<Regularizer> = None, Kind::Thing(Room::Regularizers);
        /// Penalty on b.
        bias_regularizer: Option<Regularizer> = None, Kind::Thing(Room::Regularizers);
        /// Penalty on the output.
        activity_regularizer: Option<Regularizer> = None, Kind::Thing(Room::Regularizers);
        /// What W must satisfy after each step.
        kernel_constraint: Option<Constraint> = None, Kind::Thing(Room::Constraints);
        /// What b must satisfy after each step.
        bias_constraint: Option<Constraint> = None, Kind::Thing(Room::Constraints);
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
        /// Whether training moves its weights.
        trainable: bool = true, Kind::Bool;
    }
}

impl Dense {
    /// A dense layer of so many units, without activation.
    pub fn new(units: usize) -> Self {
        Dense { units, ..Dense::default() }
    }

    /// The same layer with an activation.
    pub fn activation(mut self, activation: impl Into<Activation>) -> Self {
        self.activation = activation.into();
        self
    }
}

impl Build for Dense {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut Builder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let ((outer, inputs), units) = (builder.outer_and_last(x), self.units);
        if units == 0 {
            return Err(Error::input("units is 0, but must be at least 1"));
        }
        let weight = Weight {
            initializer: &self.kernel_initializer,
            regularizer: self.kernel_regularizer.as_ref(),
            constraint: self.kernel_constraint.as_ref(),
        };
        let kernel = builder.variable("kernel", &[inputs, units], self.trainable, weight)?;
        let bias = match self.use_bias {
            true => {
                let weight = Weight {
                    initializer: &self.bias_initializer,
                    regularizer: self.bias_regularizer.as_ref(),
                    constraint: self.bias_constraint.as_ref(),
                };
                Some(builder.variable("bias", &[units], self.trainable, weight)?)
            }
            false => None,
        };
        let mut shape = builder.shape(x).to_vec();
        if let Some(last) = shape.last_mut() {
            *last = units;
        }
        let z = builder.value(&shape, &[x], self.trainable);
        let turned = builder.wants_gradient(x).then(|| builder.scratch(ScratchSize::Fixed(inputs * units)));
        builder.push(Op::Dense(DenseOp { outer, inputs, units, x, z, kernel, bias, turned }));
        let y = builder.activation(&self.activation, z)?;
        builder.activity_penalty(self.activity_regularizer.as_ref(), y)?;
        Ok(y)
    }
}

/// z = x W + b.
///
/// Backward: dW = x' dz, db = column sums of dz, dx = dz W'.
#[derive(Debug, Clone)]
pub struct DenseOp {
    /// Times that the kernel is applied to each row: along all its sides but the last.
    outer: usize,
    inputs: usize,
    units: usize,
    x: ValueId,
    pub(crate) z: ValueId,
    kernel: VarId,
    bias: Option<VarId>,
    /// Room for W', where dx is wanted.
    turned: Option<ScratchId>,
}

impl DenseOp {
    pub(crate) fn forward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        let f = memory.forward(self.x, self.z);
        let start = self.bias.map_or(Start::Zero, |bias| Start::Bias(f.variables.get(bias)));
        let rows = pass.rows * self.outer;
        let shape = [rows, self.inputs, self.units];
        let x = View::rows(&f.x[..rows * self.inputs], self.inputs);
        product(pass.pool, pass.simd, shape, x, f.variables.get(self.kernel), start, f.y);
    }

    pub(crate) fn backward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        let b = memory.backward(self.x, self.z);
        let rows = pass.rows * self.outer;
        let dz = &b.dy[..rows * self.units];
        if let Some(range) = b.variables.gradient_range(self.kernel) {
            let x = View::transposed(&b.x[..rows * self.inputs], self.inputs);
            let shape = [self.inputs, rows, self.units];
            product(pass.pool, pass.simd, shape, x, dz, Start::Zero, &mut b.gradient[range]);
        }
        if let Some(range) = self.bias.and_then(|bias| b.variables.gradient_range(bias)) {
            reduce::column_sums(pass.simd, rows, self.units, &mut b.gradient[range], |i| dz[i]);
        }
        if let Some(turned) = self.turned {
            let [turned] = b.scratch.get([turned]);
            transpose(b.variables.get(self.kernel), self.inputs, self.units, turned);
            let dz = View::rows(dz, self.units);
            product(pass.pool, pass.simd, [rows, self.units, self.inputs], dz, turned, Start::Zero, b.dx);
        }
    }
}
