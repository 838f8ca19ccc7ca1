//! Train, compare and explain neural networks on tables, with Keras's names and numbers.
//!
//! A table, a network, a loss, an optimizer:
//!
//! ```
//! use treino::prelude::*;
//!
//! let table = Table::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/pima.csv"))?;
//! let data = treino::data::prepare_table(table, &DataSpec { target: Some("diabetes".into()), ..DataSpec::default() })?;
//! let mut model = Sequential::new()
//!     .add(Dense::new(16).activation(Relu::default()))
//!     .add(Dropout { rate: 0.1, ..Dropout::default() })
//!     .add(Dense::new(1).activation(Sigmoid::default()));
//! model.compile(Adam::default(), BinaryCrossentropy::default(), ["accuracy"])?;
//! let history = model.fit(&data.train.x, &data.train.y, &Fit { epochs: 30, seed: 7, ..Fit::default() })?;
//!
//! let test = data.test.expect("a fifth of the rows is kept back");
//! let scores = model.evaluate(&test.x, &test.y)?;
//! assert!(scores.get("accuracy") > Some(0.7) && history.epochs.len() == 30);
//! let probabilities = model.predict(&test.x)?;
//! assert_eq!((probabilities.rows(), probabilities.cols()), (test.len(), 1));
//! # Ok::<(), treino::Error>(())
//! ```
//!
//! The whole job of `treino train`, from a file to a bundle that predicts on raw rows, is three lines:
//!
//! ```
//! use treino::prelude::*;
//!
//! let data = DataSpec::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/iris.csv"), "species");
//! let planned = PreparedRun::new(&Spec { data, ..Spec::default() })?;
//! let run = Session::quiet(|session| planned.run(session))?;
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("iris.safetensors");
//! run.model.save(&path)?;
//! # assert!(TrainedModel::open(&path).is_ok());
//! # Ok::<(), treino::Error>(())
//! ```
//!
//! The same seed gives the same bits, on any number of threads and any instruction set.
//!
//! # Rooms
//! The modules carry Keras's names: [`layers`], [`activations`], [`losses`], [`optimizers`], [`schedules`],
//! [`initializers`], [`regularizers`], [`constraints`], [`metrics`], [`callbacks`]. Losses, metrics and activations can also be
//! written as an [`expression`]. Around them: [`data`] turns files into numbers, [`spec`] is a training as
//! it is written down, [`network`] turns layers into a program, [`train`] runs it, [`events`] is what it tells, [`runs`] does the whole
//! job, [`report`] says what came out, [`store`] keeps it, [`study`] compares, and [`catalog`] knows what exists. Figures, words and pages are in
//! the crate `treino-pages`.

#![forbid(unsafe_code)]

pub mod custom;
pub mod doctor;
pub mod prelude;
mod registry;
pub mod report;
pub mod runs;
mod sequential;
pub mod shell;
pub mod spec;
pub mod statistics;
pub mod store;
pub mod study;

pub use registry::{FAMILIES, family, json_schema, reference};
pub use sequential::Sequential;
pub use treino_core::{Error, Result, catalog, error, files, rows};
pub use treino_nn::{
    activations, callbacks, constraints, events, expression, initializers, layers, losses, metrics, network,
    optimizers, regularizers, schedules, train,
};
pub use treino_tables as data;
