//! The source of a table, and its CSV format.

pub(crate) mod csv_format;
pub(crate) mod limited;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub(crate) mod source;
