//! Custom layers of Rust programs.

use super::BuildLayer;
use crate::initializers::Initializer;
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ValueId, VarId, Weight};
use std::fmt::Debug;
use std::sync::Arc;
use treino_core::catalog::{Descriptor, Doc};
use treino_core::error::{Error, Result};

/// The function of a custom layer: y = f(x, weights), with its gradient.
pub trait Map: Debug + Send + Sync {
    /// The width of a row of the output, for rows of `inputs` numbers.
    ///
    /// # Errors
    /// Returns an error for inputs that it does not support.
    fn outputs(&self, inputs: usize) -> Result<usize>;

    /// Its trainable weights, for rows of `inputs` numbers; none by default.
    fn weights(&self, _inputs: usize) -> Vec<MapWeight> {
        Vec::new()
    }

    /// Computes `y`, rows of [`Map::outputs`] numbers, from `x`, rows of the inputs. `weights` are in the order of
    /// [`Map::weights`]; `training` is whether the layer runs in training mode.
    fn forward(&self, x: &[f32], weights: &[&[f32]], y: &mut [f32], training: bool);

    /// Computes `dx` and the gradient of each weight from `dy`, the gradient with respect to the output of
    /// [`Map::forward`].
    fn backward(&self, x: &[f32], y: &[f32], dy: &[f32], weights: &[&[f32]], dx: &mut [f32], dweights: &mut [Vec<f32>]);
}

/// A weight of a custom layer.
#[derive(Debug, Clone)]
pub struct MapWeight {
    /// Its name, such as `kernel`.
    pub name: &'static str,
    /// Its shape.
    pub shape: Vec<usize>,
    /// How it is initialised.
    pub initializer: Initializer,
}

/// A custom layer of a Rust program: any [`Map`] of rows.
///
/// It is not in the catalogue: specs cannot name it, and a model that contains it cannot be saved. Its gradient is
/// written by hand, because there is no automatic differentiation. A step may allocate memory.
///
/// `treino::custom` has an example.
#[derive(Debug, Clone)]
pub struct Custom(Arc<dyn Map>);

impl Custom {
    /// Its name in messages.
    pub(crate) const DESCRIPTOR: &'static Descriptor = &Descriptor {
        name: "custom",
        class: "Custom",
        aliases: &[],
        doc: Doc("A layer that a Rust program brings itself."),
        params: &[],
    };

    /// A layer that computes `map`.
    pub fn new(map: impl Map + 'static) -> Self {
        Custom(Arc::new(map))
    }

    pub(super) fn inner(&self) -> &(dyn BuildLayer + 'static) {
        self
    }
}

impl PartialEq for Custom {
    /// Whether they are the same object.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl BuildLayer for Custom {
    fn given_name(&self) -> Option<&str> {
        None
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let width = builder.width(x);
        let outputs = self.0.outputs(width)?;
        if outputs == 0 {
            return Err(Error::input("a custom layer has no outputs, but must have at least one"));
        }
        let mut variables = Vec::new();
        for MapWeight { name, shape, initializer } in self.0.weights(width) {
            variables.push(builder.variable(name, &shape, true, Weight::free(&initializer))?);
        }
        let y = builder.value(&[outputs], &[x], !variables.is_empty());
        builder.push(MapOp { map: Arc::clone(&self.0), x, y, widths: [width, outputs], variables });
        Ok(y)
    }
}

/// The op of the map. Its rows may depend on each other, so its batches are never split.
#[derive(Debug)]
struct MapOp {
    map: Arc<dyn Map>,
    x: ValueId,
    y: ValueId,
    widths: [usize; 2],
    variables: Vec<VarId>,
}

impl Op for MapOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let weights: Vec<&[f32]> = self.variables.iter().map(|id| f.variables.get(*id)).collect();
        let [x, y] = self.widths.map(|width| width * pass.rows);
        self.map.forward(&f.x[..x], &weights, &mut f.y[..y], pass.training);
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let b = memory.backward(self.x, self.y);
        let weights: Vec<&[f32]> = self.variables.iter().map(|id| b.variables.get(*id)).collect();
        let [x, y] = self.widths.map(|width| width * pass.rows);
        let mut gradients: Vec<Vec<f32>> = weights.iter().map(|weights| vec![0.0; weights.len()]).collect();
        self.map.backward(&b.x[..x], &b.y[..y], &b.dy[..y], &weights, &mut b.dx[..x], &mut gradients);
        for (id, gradient) in self.variables.iter().zip(gradients) {
            if let Some(range) = b.variables.gradient_range(*id) {
                b.gradient[range].copy_from_slice(&gradient);
            }
        }
    }

    fn word(&self) -> &'static str {
        "custom"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
