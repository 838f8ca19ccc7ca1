//! The evaluation and record of a finished run: the basis of every report.
//!
//! All sums are in double precision and in the order of the rows.

mod consistent;
pub(crate) mod curves;
mod evaluation;
mod headline;
pub(crate) mod notable;
mod record;
mod table;
pub(crate) mod target_predictions;

pub use evaluation::{AveragedScores, ClassScores, ClassificationScores, Evaluation, RegressionScores, WithBaseline};
pub use headline::headline;
pub use record::*;
pub use table::{FigureCell, FigureTable};
