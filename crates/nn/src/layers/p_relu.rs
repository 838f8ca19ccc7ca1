//! A rectifier with a trained slope (K. He et al., "Delving deep into rectifiers", ICCV 2015).

use super::BuildLayer;
use crate::constraints::Constraint;
use crate::initializers::{Initializer, Zeros};
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ScratchId, ScratchSize, ValueId, VarId, Weight};
use crate::regularizers::Regularizer;
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};
use treino_engine::reduce::sum_columns_by;

component! {
    /// Rectifier with a learnt slope: x for positive x, else alpha * x, with an alpha for each number of a row.
    ///
    /// Keras differences: `shared_axes` counts, as there, from the rows on: for a row of one side only 1 makes sense.
    pub struct PReLU = "p_re_lu" {
        /// Where alpha starts.
        alpha_initializer: Initializer = Zeros::default().into(), Kind::Component(&crate::initializers::FAMILY);
        /// Penalty on alpha.
        alpha_regularizer: Option<Regularizer> = None, Kind::Component(&crate::regularizers::FAMILY);
        /// What alpha must satisfy after each step.
        alpha_constraint: Option<Constraint> = None, Kind::Component(&crate::constraints::FAMILY);
        /// Sides of the batch, from 1, along which there is only one alpha.
        shared_axes: Option<Vec<usize>> = None, Kind::List(&Kind::COUNT);
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
        /// Whether training moves alpha.
        trainable: bool = true, Kind::Bool;
    }
}

impl BuildLayer for PReLU {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let shape = builder.shape(x).to_vec();
        let mut sides = shape.clone();
        for axis in self.shared_axes.iter().flatten() {
            let Some(side) = axis.checked_sub(1).and_then(|at| sides.get_mut(at)) else {
                let e = format!("shared_axes has {axis}, but the sides of a row are 1 to {}", shape.len());
                return Err(Error::input(e));
            };
            *side = 1;
        }
        let weight = Weight {
            initializer: &self.alpha_initializer,
            regularizer: self.alpha_regularizer.as_ref(),
            constraint: self.alpha_constraint.as_ref(),
        };
        let alpha = builder.variable("alpha", &sides, self.trainable, weight)?;
        let width = builder.width(x);
        let wants_dx = builder.wants_gradient(x);
        let y = builder.value(&shape, &[x], self.trainable);
        let sums = builder.scratch(ScratchSize::Fixed(width));
        let places = super::broadcast::places(&shape, &sides);
        builder.push(PReluOp { width, x, y, alpha, places, sums, wants_dx });
        Ok(y)
    }
}

/// y = x for positive x, else alpha x; d alpha = sum over rows of dy x where x is negative.
#[derive(Debug, Clone)]
pub struct PReluOp {
    width: usize,
    pub(crate) x: ValueId,
    pub(crate) y: ValueId,
    alpha: VarId,
    /// The index of the alpha for each number of a row.
    places: Vec<u32>,
    sums: ScratchId,
    wants_dx: bool,
}

impl Op for PReluOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let alpha = f.variables.get(self.alpha);
        let rows = f.x.chunks_exact(self.width).zip(f.y.chunks_exact_mut(self.width));
        for (x, y) in rows.take(pass.rows) {
            for ((y, x), place) in y.iter_mut().zip(x).zip(&self.places) {
                *y = if *x > 0.0 { *x } else { alpha[*place as usize] * x };
            }
        }
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let b = memory.backward(self.x, self.y);
        if self.wants_dx {
            let alpha = b.variables.get(self.alpha);
            let rows = b.x.chunks_exact(self.width).zip(b.dy.chunks_exact(self.width));
            for ((x, dy), dx) in rows.zip(b.dx.chunks_exact_mut(self.width)).take(pass.rows) {
                for (((dx, dy), x), place) in dx.iter_mut().zip(dy).zip(x).zip(&self.places) {
                    // At 0 both derivatives are 0: y = relu(x) - alpha relu(-x).
                    *dx = match x {
                        x if *x > 0.0 => *dy,
                        x if *x < 0.0 => alpha[*place as usize] * dy,
                        _ => 0.0,
                    };
                }
            }
        }
        if let Some(range) = b.variables.gradient_range(self.alpha) {
            let [sums] = b.scratch.get([self.sums]);
            let (x, dy) = (b.x, b.dy);
            sum_columns_by(pass.simd, pass.rows, self.width, sums, |i| if x[i] < 0.0 { dy[i] * x[i] } else { 0.0 });
            let gradient = &mut b.gradient[range];
            gradient.fill(0.0);
            for (sum, place) in sums.iter().zip(&self.places) {
                gradient[*place as usize] += sum;
            }
        }
    }

    fn word(&self) -> &'static str {
        "prelu"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
