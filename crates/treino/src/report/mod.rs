//! What a finished run is worth, in numbers: the basis of every report.
//!
//! All sums are in double precision and in the order of the rows.

mod columns;
mod curves;
mod evaluation;
pub(crate) mod gaps;
mod headline;
mod importance;
mod measure;
mod notable;
mod record;
mod roc;
mod said;

pub use evaluation::{Average, ClassScores, Classes, Evaluation, Numbers, WithBaseline};
pub use headline::headline;
pub use record::*;
pub use roc::{RocCurve, RocPoint, auc, roc_curve};
