//! The section `[data]`: the settings of the user for a table; notes to the user.

pub(crate) mod choices;
pub(crate) mod lists;
pub(crate) mod note;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub(crate) mod spec;
