//! What a finished run is worth, in numbers: the basis of every report.
//!
//! All sums are in double precision and in the order of the rows.

mod consistent;
pub(crate) mod curves;
mod evaluation;
mod headline;
pub(crate) mod notable;
mod record;
pub(crate) mod said;
mod table;

pub use evaluation::{Average, ClassScores, Classes, Evaluation, Numbers, WithBaseline};
pub use headline::headline;
pub use record::*;
pub use table::{Cell, Table};
