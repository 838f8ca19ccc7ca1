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
#[cfg(feature = "study")]
mod study_export;
#[cfg(feature = "study")]
mod study_file;
mod task;
mod verdict;
pub mod workers;

pub use comparison::Comparison;
pub use course::{
    Course, Done, Ledger, Memory, STUDY_EVENT_VERSION, Study, StudyEvent, StudyObserver, Workers, attempts,
};
pub use objective::Objective;
pub use results::{Config, Outcome, Phase, RunKey, RunResult, Source};
pub use spec::{Repeats, Search, Seeds, StudySection, StudySpec, set};
#[cfg(all(feature = "study", feature = "parquet"))]
pub use study_export::parquet;
#[cfg(feature = "study")]
pub use study_export::{json_rows, optuna_journal};
#[cfg(feature = "study")]
pub use study_file::{FILE as STUDY_FILE, StudyContent, StudyFile, Varied, is_being_written};
pub use task::{Pruning, TASK_VERSION, Task, TaskResult, TaskRunner, Workplace};
pub use verdict::{ALPHA, Ranked, Standing, Verdict};
