//! The contents of a single cell: numbers, dates, times, text.

pub(crate) mod clock;
pub(crate) mod date;
pub(crate) mod date_words;
pub(crate) mod number;
pub(crate) mod text;
