//! The records of a text file, one after the other, with their lines; where in the file the table stands.

pub(crate) mod blanks;
pub(crate) mod csv;
pub(crate) mod layout;
pub(crate) mod swallowed;
