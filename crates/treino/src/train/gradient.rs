//! The gradient by itself.

use super::compile::Compile;
use super::cpu::Cpu;
use super::event::Session;
use super::executor::Examples;
use crate::error::{Error, Result};
use crate::model::Network;

/// Loss and gradient of a network over all rows as one batch, as the first step of a training with this seed has them:
/// dropout and batch normalisation in training mode, penalties included. The network stays as it is.
///
/// The gradient lies as the trainable weights do: [`crate::model::Variable::range`] says where each variable's is.
///
/// # Errors
/// Shapes that do not fit, no rows.
pub fn gradient(
    network: &Network,
    compile: &Compile,
    data: Examples<'_>,
    seed: u64,
    session: &Session<'_>,
) -> Result<(f64, Vec<f32>)> {
    network.check_width(data.x)?;
    compile.check_targets(network, &data)?;
    if data.rows() == 0 {
        return Err(Error::input("there are no rows to compute a gradient from"));
    }
    Ok(Cpu::new(network, compile, None, data.rows(), seed, session)?.differentiate(&data))
}
