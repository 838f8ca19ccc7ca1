//! The section `[data]`: what a person says about a table; notes to that person.

pub(crate) mod choices;
pub(crate) mod lists;
pub(crate) mod note;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub(crate) mod spec;
