//! What a finished run is worth, in numbers: the basis of every report.
//!
//! All sums are in double precision and in the order of the rows.

mod evaluation;
mod roc;

pub use evaluation::{Average, ClassScores, Classes, Evaluation, Numbers, WithBaseline};
pub use roc::{RocCurve, RocPoint, auc, roc_curve};
