//! The records of a text file in order, with their line numbers; the position of the table in the file.

pub(crate) mod blanks;
pub(crate) mod csv;
pub(crate) mod layout;
pub(crate) mod swallowed;
