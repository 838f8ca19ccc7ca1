//! A whole training, from a spec to a run: read, prepare, train, evaluate, measure, and make again.
//!
//! ```text
//! Spec --Planned::new--> Planned --run--> Run { model, history, scores } --Record::of--> Record
//! ```

mod columns;
mod evaluate;
mod importance;
mod measure;
mod planned;
mod verification;

pub use planned::{Planned, Repeat, Run, Scores, Trial, TrialSeeds};
pub use verification::{Difference, Rerun, Verification};
