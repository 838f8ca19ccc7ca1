//! The dense layer.

use super::BuildLayer;
use crate::activations::{Activation, Linear, Relu};
use crate::constraints::Constraint;
use crate::initializers::{GlorotUniform, Initializer, Zeros};
use crate::program::{
    Buffer, Op, PassContext, Program, ProgramBuffers, ProgramBuilder, ScratchId, ScratchSize, ValueId, VarId, Weight,
};
use crate::regularizers::Regularizer;
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};
use treino_engine::affine::AffineMap;
use treino_engine::fused_activation::FusedActivation;
use treino_engine::product::{ProductStart, View, product, product_transposed, transpose_scratch_len};
use treino_engine::reduce::sum_columns;

component! {
    /// A dense layer: y = activation(x W + b), each unit connected to every input.
    ///
    /// x has shape (rows, inputs), W (inputs, units), b (units), y (rows, units). Of rows with more sides than one, W meets the
    /// last.
    pub struct Dense = "dense" {
        /// Number of units: how wide the output is.
        units: usize = 1, Kind::COUNT;
        /// Activation of the output.
        activation: Activation = Linear::default().into(), Kind::Component(&crate::activations::FAMILY);
        /// Whether to add b.
        use_bias: bool = true, Kind::Bool;
        /// Where W starts.
        kernel_initializer: Initializer = GlorotUniform::default().into(), Kind::Component(&crate::initializers::FAMILY);
        /// Where b starts.
        bias_initializer: Initializer = Zeros::default().into(), Kind::Component(&crate::initializers::FAMILY);
        /// Penalty on W.
        kernel_regularizer: Option<Regularizer> = None, Kind::Component(&crate::regularizers::FAMILY);
        /// Penalty on b.
        bias_regularizer: Option<Regularizer> = None, Kind::Component(&crate::regularizers::FAMILY);
        /// Penalty on the output.
        activity_regularizer: Option<Regularizer> = None, Kind::Component(&crate::regularizers::FAMILY);
        /// What W must satisfy after each step.
        kernel_constraint: Option<Constraint> = None, Kind::Component(&crate::constraints::FAMILY);
        /// What b must satisfy after each step.
        bias_constraint: Option<Constraint> = None, Kind::Component(&crate::constraints::FAMILY);
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
        /// Whether training moves its weights.
        trainable: bool = true, Kind::Bool;
    }
}

impl Dense {
    /// A dense layer with `units` units, without activation.
    pub fn new(units: usize) -> Self {
        Dense { units, ..Dense::default() }
    }

    /// The same layer with an activation.
    pub fn activation(mut self, activation: impl Into<Activation>) -> Self {
        self.activation = activation.into();
        self
    }
}

impl BuildLayer for Dense {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
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
        let size = ScratchSize::Fixed(transpose_scratch_len(units, inputs));
        let transposed = builder.wants_gradient(x).then(|| builder.scratch(size));
        builder.push(DenseOp {
            outer,
            inputs,
            units,
            x,
            z,
            kernel,
            bias,
            activation: None,
            fused: Some(FusedActivation::Linear),
            transposed,
        });
        let y = builder.activation(&self.activation, z)?;
        builder.activity_penalty(self.activity_regularizer.as_ref(), y)?;
        Ok(y)
    }
}

/// z = f(x W + b).
///
/// Backward: dz becomes dz f'(z) in place; dW = x' dz, db = column sums of dz, dx = dz W'.
#[derive(Debug, Clone)]
pub struct DenseOp {
    /// Number of times that the kernel is applied to each row: along all its axes except the last.
    outer: usize,
    inputs: usize,
    units: usize,
    pub(crate) x: ValueId,
    pub(crate) z: ValueId,
    pub(crate) kernel: VarId,
    bias: Option<VarId>,
    /// f, if it can be computed in place; otherwise an activation op follows.
    pub(crate) activation: Option<Activation>,
    /// f as the engine's fused activation, if it has one.
    pub(crate) fused: Option<FusedActivation>,
    /// Scratch buffer for W', if dx is needed.
    transposed: Option<ScratchId>,
}

impl DenseOp {
    /// The op with the activation that follows it fused into it.
    pub(crate) fn with_activation(&self, activation: Activation, y: ValueId) -> DenseOp {
        let fused = match &activation {
            Activation::Relu(relu) if *relu == Relu::default() => Some(FusedActivation::Relu),
            Activation::LeakyRelu(leaky) => Some(FusedActivation::LeakyRelu(leaky.negative_slope as f32)),
            Activation::Tanh(_) => Some(FusedActivation::Tanh),
            Activation::Sigmoid(_) => Some(FusedActivation::Sigmoid),
            _ => None,
        };
        DenseOp { fused, activation: Some(activation), z: y, ..self.clone() }
    }

    /// The layer as an affine map of a chain, if the engine can compute all of it, and the number of applications per
    /// row.
    pub(crate) fn affine_map(&self, program: &Program) -> Option<(AffineMap, usize)> {
        let place = |id: VarId| {
            let variable = program.variable(id);
            (variable.buffer == Buffer::Trainable).then(|| [variable.range.start, program.gradient_of(id).start])
        };
        let ([x, dx], [z, dz]) = (program.buffers_of(self.x), program.buffers_of(self.z));
        let map = AffineMap {
            widths: [self.inputs, self.units],
            values: [x, z],
            gradients: [self.transposed.map(|_| dx), Some(dz)],
            kernel: place(self.kernel)?,
            bias: match self.bias {
                Some(bias) => Some(place(bias)?),
                None => None,
            },
            scratch: self.transposed.map(ScratchId::place),
            activation: self.fused?,
        };
        Some((map, self.outer))
    }

    /// Floating-point operations of its products for a row of the batch, forward and backward.
    pub(crate) fn operations(&self, program: &Program) -> [f64; 2] {
        let product = 2.0 * self.outer as f64 * self.inputs as f64 * self.units as f64;
        let gradients = [program.variable(self.kernel).buffer == Buffer::Trainable, self.transposed.is_some()];
        [product, product * gradients.into_iter().filter(|wanted| *wanted).count() as f64]
    }
}

impl Op for DenseOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.z);
        let start = self.bias.map_or(ProductStart::Zero, |bias| ProductStart::Bias(f.variables.get(bias)));
        let rows = pass.rows * self.outer;
        let shape = [rows, self.inputs, self.units];
        let x = View::rows(&f.x[..rows * self.inputs], self.inputs);
        product(pass.pool, pass.simd, shape, x, f.variables.get(self.kernel), start, f.y);
        let y = &mut f.y[..rows * self.units];
        match (self.fused, &self.activation) {
            (Some(fused), _) => fused.forward(pass.simd, y),
            (None, Some(activation)) => activation.inner().forward_in_place(pass.simd, y),
            (None, None) => {}
        }
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let b = memory.backward(self.x, self.z);
        let rows = pass.rows * self.outer;
        let dz = &mut b.dy[..rows * self.units];
        match (self.fused, &self.activation) {
            (Some(fused), _) => fused.backward(pass.simd, &b.y[..dz.len()], dz),
            (None, Some(activation)) => activation.inner().backward_in_place(pass.simd, &b.y[..dz.len()], dz),
            (None, None) => {}
        }
        let is_first = pass.rows_before == 0;
        if let Some(range) = b.variables.gradient_range(self.kernel) {
            let x = View::transposed(&b.x[..rows * self.inputs], self.inputs);
            let shape = [self.inputs, rows, self.units];
            let start = if is_first { ProductStart::Zero } else { ProductStart::Accumulate };
            product(pass.pool, pass.simd, shape, x, dz, start, &mut b.gradient[range]);
        }
        if let Some(range) = self.bias.and_then(|bias| b.variables.gradient_range(bias)) {
            sum_columns(pass.simd, dz, self.units, !is_first, &mut b.gradient[range]);
        }
        if let Some(transposed) = self.transposed {
            let [transposed] = b.scratch.get([transposed]);
            let shape = [rows, self.units, self.inputs];
            product_transposed(pass.pool, pass.simd, shape, dz, b.variables.get(self.kernel), transposed, b.dx);
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "dense"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.z)
    }

    fn activation(&self) -> Option<&Activation> {
        self.activation.as_ref()
    }

    fn is_affine(&self) -> bool {
        self.activation.is_none()
    }
}
