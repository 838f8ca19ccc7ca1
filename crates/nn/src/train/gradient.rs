//! The gradient by itself.

use super::compile::Compile;
use super::cpu::Cpu;
use super::executor::{Examples, Setup};
use super::session::Session;
use crate::network::Network;
use treino_core::error::{Error, Result};

/// Loss and gradient of a network over all rows as one batch, as the first step of a training with this seed has them:
/// dropout and batch normalisation in training mode, penalties included. The network stays as it is.
///
/// The gradient lies as the trainable weights do: the range of each variable says where its gradient is.
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
    let (threads, simd) = (session.threads, session.simd);
    let setup = Setup { network, compile, units: None, batch_size: data.rows(), noise: seed, threads, simd };
    Ok(Cpu::new(&setup)?.differentiate(&data))
}
