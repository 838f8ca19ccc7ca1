//! From a file to numbers: `file -> Table -> Recipe -> Dataset`.
//!
//! A [`Table`] is the content of a file: typed columns with their missing cells. A [`Recipe`], fitted on the training
//! rows only, defines how each column becomes numbers; it is saved in the model, so that raw rows can be predicted
//! later. A [`Dataset`] is what a network trains on: a contiguous matrix `x`, the targets `y`, and weights.
//!
//! A CSV file is read in two streaming passes. The first finds the type of each column over the *whole* file and stores
//! no cell; the second stores each column in its type. So a million rows of numbers need little more memory than their
//! `f32` matrix, and no type is inferred from a sample.
//!
//! Layers for categories (embeddings, lookups, hashing, discretization) need special column encodings:
//! [`ColumnEncodings`](treino_core::rows::ColumnEncodings) lists them, and [`prepare_for`] gives the recipe an
//! [`Encoding`] for each of their input layers.
//!
//! Every problem with a table gives one [`Error`](treino_core::Error) that names the file, the line and the column; no
//! input causes a panic.

#![forbid(unsafe_code)]

mod cell;
mod column;
mod encode;
mod fit;
mod load;
mod prepare;
mod records;
mod repeated;
mod source;
mod spec;
mod split;
mod warnings;

pub use cell::date::DateFormat;
pub use cell::number::Decimal;
pub use column::column::{Column, ColumnKind, Values};
pub use column::dataset::{Dataset, Prepared};
pub use column::decode::{DecodedColumn, shown};
pub use column::recipe::{
    Encoding, InputColumn, LeftOut, LeftOutReason, NumberUnit, Recipe, Standardization, TrainingRange,
};
pub use column::stats::{ColumnStats, Odd};
pub use column::summary::{Distribution, Summary};
pub use column::table::Table;
pub use column::target::Target;
pub use load::load::read;
pub use prepare::{prepare, prepare_for, prepare_table, prepare_table_for};
pub use source::csv_format::CsvFormat;
pub use source::source::TableSource;
pub use spec::choices::{DecimalMark, Delimiter, Impute, RecipeMode, Scaling, SplitMethod};
pub use spec::note::Note;
pub use spec::spec::{DataSpec, Task};
