//! Studies: many trainings, compared honestly, and one compared with itself.
//!
//! ```text
//! StudySpec --Study::new--> Study --run, with a Ledger--> Course { configs, verdict }
//! ```
//! A study proposes configs of a [`space`], trains each with the same seeds, and says what may be said of them. Which
//! trainings there are follows from what is written down alone; a [`Ledger`] keeps what came of them.

mod comparison;
mod course;
pub mod importance;
mod objective;
pub mod pruning;
mod results;
mod rounds;
pub mod search;
pub mod sources;
pub mod space;
mod spec;
pub mod statistics;
mod verdict;
mod verification;
pub(crate) mod workers;

pub use comparison::Comparison;
pub(crate) use course::attempts;
pub use course::{Course, Done, Ledger, Memory, Study, Workers};
pub use objective::Objective;
pub use results::{Config, Outcome, Phase, RunKey, RunResult, Source};
pub use spec::{Repeats, Search, Seeds, StudySection, StudySpec, set};
pub use verdict::{ALPHA, Ranked, Standing, Verdict};
pub use verification::{Difference, Rerun, Verification};
