//! The gradient alone.

use super::compile::Compile;
use super::cpu::Cpu;
use super::executor::{Examples, Setup};
use super::session::Session;
use crate::network::Network;
use treino_core::error::{Error, Result};

/// Loss and gradient of a network over all rows as one batch, as in the first step of a training with this seed:
/// dropout and batch normalisation in training mode, penalties included. The network is not changed.
///
/// The gradient has the layout of the trainable weights: `Variable::range` is the range of each variable.
///
/// # Errors
/// Returns an error for shapes that do not fit, or for no rows.
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
    let (threads, simd) = (session.threads, session.simd);
    let setup = Setup { network, compile, units: None, batch_size: data.rows(), noise: seed, threads, simd };
    Ok(Cpu::new(&setup)?.differentiate(&data))
}
