//! The gradient of a network alone, for any cotangent of its outputs.

use super::network::Network;
use crate::program::NoProbe;
use crate::program::{PassContext, ProgramBuffers};
use treino_core::error::{Error, Result};
use treino_core::rows::Matrix;
use treino_engine::pool::Pool;
use treino_engine::simd::Simd;

/// The results of a network for one batch.
#[derive(Debug, Clone)]
pub struct BatchGradient {
    /// The outputs, concatenated.
    pub outputs: Matrix,
    /// Penalties on values.
    pub penalty: f64,
    /// The gradient, in the layout of the trainable weights.
    pub gradient: Vec<f32>,
    /// Frozen weights and statistics after the batch.
    pub state: Vec<f32>,
}

impl Network {
    /// The gradient of sum(cotangent * outputs), plus the penalties on values, with respect to the trainable weights:
    /// one batch in training mode, as the first step of a training with this seed computes it. The network is not
    /// changed.
    ///
    /// This is the backward pass for a custom loss: the cotangent is its derivative with respect to the outputs.
    /// `Variable::range` is the range of each variable's gradient.
    ///
    /// # Errors
    /// Returns an error for no rows, for rows or cotangents of a wrong shape, or for ids that an embedding does not
    /// have.
    pub fn pull_back(&self, x: &Matrix, cotangent: &Matrix, seed: u64) -> Result<BatchGradient> {
        self.check_width(x.into())?;
        self.check_ids(x.into())?;
        let (rows, width) = (x.rows(), self.outputs());
        if (cotangent.rows(), cotangent.cols()) != (rows, width) {
            let (has, wide) = (cotangent.rows(), cotangent.cols());
            let e = format!("the cotangent has {has} rows of {wide} numbers, but the outputs {rows} of {width}");
            return Err(Error::input(e));
        }
        if rows == 0 {
            return Err(Error::input("there are no rows to compute a gradient from"));
        }
        let program = self.program();
        let mut memory = ProgramBuffers::new(program, rows, true);
        memory.weights.copy_from_slice(&self.weights);
        memory.state.copy_from_slice(&self.state);
        memory.value_mut(program.input).copy_from_slice(x.as_slice());
        let (pool, simd) = (Pool::new(1), Simd::detect());
        let pass = PassContext {
            simd,
            pool: &pool,
            rows,
            rows_before: 0,
            training: true,
            seed,
            epoch: 0,
            step: 0,
            loss_scale: 1.0,
        };
        program.forward(program.ops.len(), &mut memory, &pass, |_| false, &mut NoProbe);
        let mut outputs = Matrix::zeros(rows, width);
        let mut start = 0;
        for output in &program.outputs {
            let own = program.width(output.value);
            let (value, gradient) = memory.value_and_gradient(output.value);
            for row in 0..rows {
                let at = row * width + start;
                outputs.as_mut_slice()[at..at + own].copy_from_slice(&value[row * own..][..own]);
                gradient[row * own..][..own].copy_from_slice(&cotangent.as_slice()[at..at + own]);
            }
            start += own;
        }
        program.backward(&mut memory, &pass, |_| false, &mut NoProbe);
        memory.add_shared_gradients(program);
        let (gradient, state) = (memory.gradient[..program.trainable].to_vec(), memory.state.to_vec());
        Ok(BatchGradient { outputs, penalty: memory.activity_penalty, gradient, state })
    }
}
