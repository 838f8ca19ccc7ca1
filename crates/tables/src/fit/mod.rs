//! Fits a recipe on the training rows, and checks other files against it.

pub(crate) mod absent;
pub(crate) mod column_encoding;
pub(crate) mod compare;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub(crate) mod fit;
