//! What stays: model bundles and run folders.

mod bundle;
mod prediction;
mod run_folder;

pub(crate) use bundle::portable_spec;
pub use bundle::{FORMAT_VERSION, StoredBaseline, TableSide, TargetSide, TrainedModel};
pub use prediction::Prediction;
pub use run_folder::{RunFolder, find_model};
pub(crate) use run_folder::{changed_files, run_name};

use std::path::Path;
use treino_core::error::{Error, Result};
use treino_core::files::check_seal;
use treino_nn::network::{Network, set_weights};

/// Sets the weights of a network from a safetensors file by the names `layer/variable`, such as `dense/kernel` with shape
/// (inputs, units).
///
/// # Errors
/// As for a bundle: a file that cannot be read or is damaged, names or shapes that do not fit, weights that are missing.
pub fn read_weights(network: &mut Network, path: &Path) -> Result<()> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, &e))?;
    let checked = check_seal(&bytes, false).and_then(|()| set_weights(network, &bytes));
    checked.map_err(|e| e.in_file(path))
}
