//! From a file to numbers: `file -> Table -> Recipe -> Dataset`.
//!
//! A [`Table`] is what a file says: typed columns with their missing cells. A [`Recipe`], fitted on the training rows
//! only, says how each column becomes numbers; it is saved in the model, so that raw rows can be predicted later. A
//! [`Dataset`] is what a network trains on: a contiguous matrix `x`, the targets `y`, and weights.
//!
//! A CSV file is read in two streaming passes. The first finds the type of each column over the *whole* file and stores
//! no cell; the second stores each column in its type. So a million rows of numbers cost little more than their `f32`
//! matrix, and no cell is typed from a sample.
//!
//! Layers for categories (embeddings, lookups, hashing, discretization) read columns in ways of their own: [`Readings`](treino_core::rows::Readings) says
//! which, and [`prepare_for`] gives the recipe an [`Encoding`] for each of their input layers.
//!
//! Everything that can be wrong with a table ends in one [`Error`](treino_core::Error) that names the file, the line and the
//! column; nothing here panics on input.

#![forbid(unsafe_code)]

mod absent;
mod blanks;
#[cfg(feature = "parquet")]
mod caught;
mod cell;
mod clock;
mod codes;
mod column;
mod compare;
mod csv;
mod dataset;
mod date;
mod date_words;
mod dates;
mod decode;
mod dialect;
mod doubts;
mod encode;
mod fillers;
mod fit;
mod header;
mod layout;
mod levels;
mod limited;
mod lists;
mod load;
mod mark;
mod note;
mod number;
mod odd_words;
#[cfg(feature = "parquet")]
mod parquet;
mod plan;
mod prepare;
mod profile;
mod reading;
mod recipe;
mod repeated;
mod said;
mod source;
mod spec;
mod split;
mod stats;
mod summary;
mod swallowed;
mod table;
mod target;
mod text;
mod totals;
mod twins;
mod units;
mod warnings;

pub use column::{Column, ColumnKind, Values};
pub use dataset::{Dataset, Prepared};
pub use date::DateFormat;
pub use decode::{Place, shown};
pub use dialect::Dialect;
pub use load::read;
pub use note::Note;
pub use number::Decimal;
pub use prepare::{prepare, prepare_for, prepare_table, prepare_table_for};
pub use recipe::{Encoding, Input, LeftOut, Recipe, Scale, Seen, Unit, Why};
pub use source::Source;
pub use spec::{DataSpec, Task};
pub use stats::{ColumnStats, Odd};
pub use summary::{Distribution, Summary};
pub use table::Table;
pub use target::Target;
