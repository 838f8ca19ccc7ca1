//! Weights in the safetensors format.

use super::Network;
use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use treino_core::error::{Error, Result};
use treino_core::files::{UNSEALED, seal};

/// The metadata of a file without a model, in addition to the checksum.
const WEIGHTS_ONLY: &str = "\"weights_only\":true";

/// The bytes of a safetensors file with all variables of a network, by Keras's names, and a checksum:
/// [`set_weights`] reads them.
///
/// # Errors
/// A network cannot cause one.
pub fn weights_bytes(network: &Network) -> Result<Vec<u8>> {
    weights_with_metadata(network, format!("{{{UNSEALED},{WEIGHTS_ONLY}}}"))
}

/// The same with `metadata`, a JSON object that begins with [`UNSEALED`], under the key `treino`.
///
/// # Errors
/// A network cannot cause one.
pub fn weights_with_metadata(network: &Network, metadata: String) -> Result<Vec<u8>> {
    let bytes: Vec<Vec<u8>> =
        network.named_weights().map(|(_, _, numbers)| numbers.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
    let views = network
        .named_weights()
        .zip(&bytes)
        .map(|((name, shape, _), bytes)| Ok((name, TensorView::new(Dtype::F32, shape.to_vec(), bytes)?)))
        .collect::<Result<Vec<_>, SafeTensorError>>();
    // A single key: a map with several would be written in a different order each time.
    let metadata = std::iter::once(("treino".to_string(), metadata)).collect();
    let mut bytes = views
        .and_then(|views| safetensors::serialize(views, Some(metadata)))
        .map_err(|e| Error::input(format!("the weights cannot be stored: {e}")).caused_by(e))?;
    seal(&mut bytes)?;
    Ok(bytes)
}

/// Reads the variables of a network from safetensors bytes.
///
/// # Errors
/// Returns an error for a damaged file, a name that the network does not have, another shape, a number that is not
/// finite, or a missing trainable variable.
pub fn set_weights(network: &mut Network, bytes: &[u8]) -> Result<()> {
    let tensors = parse(bytes)?;
    // Sorted by name, so that the same file always gives the same message: the reader keeps its tensors in a hash map.
    let mut views = tensors.tensors();
    views.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, view) in views {
        if view.dtype() != Dtype::F32 {
            return Err(Error::input(format!("\"{name}\" holds {:?} numbers, but weights are F32", view.dtype())));
        }
        let numbers: Vec<f32> =
            view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        network.set_weight(&name, view.shape(), &numbers)?;
    }
    let missing: Vec<&str> =
        network.named_weights().map(|(name, _, _)| name).filter(|name| tensors.tensor(name).is_err()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::input(format!("the file lacks the weights {}", missing.join(", "))))
}

/// The description of the other content of the file, which is stored under the key `treino`.
///
/// # Errors
/// Returns an error for a damaged file.
pub fn weights_metadata(bytes: &[u8]) -> Result<Option<String>> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| damaged(bytes, &e))?;
    let own = metadata.metadata().as_ref().and_then(|map| map.get("treino"));
    Ok(own.filter(|json| !json.ends_with(&format!("{WEIGHTS_ONLY}}}"))).cloned())
}

pub(crate) fn parse(bytes: &[u8]) -> Result<SafeTensors<'_>> {
    SafeTensors::deserialize(bytes).map_err(|e| damaged(bytes, &e))
}

/// Describes why bytes are not a complete safetensors file: eight bytes with the header's length, the header in JSON,
/// the numbers.
pub(crate) fn damaged(bytes: &[u8], cause: &SafeTensorError) -> Error {
    let length = bytes.first_chunk::<8>().map(|length| u64::from_le_bytes(*length));
    match (length, bytes.get(8)) {
        (Some(length), Some(b'{')) if length >= bytes.len() as u64 - 8 => Error::input("the file is cut off"),
        (Some(_), Some(b'{')) => match cause {
            SafeTensorError::MetadataIncompleteBuffer => {
                Error::input("the file is cut off, or something was added at its end")
            }
            _ => Error::input(format!("the file is damaged: {cause}")),
        },
        _ => Error::input("this is no safetensors file").help("a model of Treino has the name model.safetensors"),
    }
}
