//! Columns: their storage, their statistics, and their conversion to inputs.

#[cfg(feature = "parquet")]
pub(crate) mod caught;
pub(crate) mod cell;
pub(crate) mod codes;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub(crate) mod column;
pub(crate) mod dataset;
pub(crate) mod dates;
pub(crate) mod decode;
pub(crate) mod levels;
pub(crate) mod recipe;
pub(crate) mod stats;
pub(crate) mod storage_type;
pub(crate) mod summary;
pub(crate) mod table;
pub(crate) mod target;
