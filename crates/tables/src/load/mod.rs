//! Reads a file into a table in two passes: the types over the whole file, and then each column in its type.

pub(crate) mod column_overrides;
pub(crate) mod doubts;
pub(crate) mod fillers;
pub(crate) mod header;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub(crate) mod load;
pub(crate) mod mark;
pub(crate) mod odd_words;
#[cfg(feature = "parquet")]
pub(crate) mod parquet;
pub(crate) mod profile;
pub(crate) mod totals;
pub(crate) mod twins;
pub(crate) mod units;
