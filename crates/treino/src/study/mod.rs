//! Studies: many trainings with a fair comparison.
//!
//! ```text
//! StudySpec --Study::new--> Study --run, with a ResultStore--> StudyResult { configs, verdict }
//! ```
//! A study proposes configs of a [`space`], trains each with the same seeds, and reports what can be concluded. The
//! list of trainings follows from the specification alone; a [`ResultStore`] stores their results.

mod comparison;
mod coverage;
pub mod importance;
mod objective;
pub mod pruning;
pub mod random_sources;
mod results;
mod rounds;
pub mod search;
pub mod space;
mod spec;
#[cfg(feature = "study")]
mod study_checksum;
#[cfg(feature = "study")]
mod study_content;
#[cfg(feature = "study")]
mod study_export;
#[cfg(feature = "study")]
mod study_file;
mod study_run;
mod task;
mod verdict;
pub mod workers;

pub use comparison::Comparison;
pub use coverage::{Coverage, Splits};
pub use objective::{Objective, bare_loss};
pub use results::{Config, Outcome, Phase, RandomSource, RunKey, RunResult};
pub use spec::{Repeats, SamplerChoice, Search, Seeds, StudySection, StudySpec, set};
#[cfg(feature = "study")]
pub use study_content::{StudyContent, Varied};
#[cfg(all(feature = "study", feature = "parquet"))]
pub use study_export::parquet;
#[cfg(feature = "study")]
pub use study_export::{json_rows, optuna_journal};
#[cfg(feature = "study")]
pub use study_file::{FILE as STUDY_FILE, StudyFile, is_being_written};
pub use study_run::{
    Done, InMemoryStore, ResultStore, STUDY_EVENT_VERSION, Study, StudyEvent, StudyObserver, StudyResult, Workers,
    attempts,
};
pub use task::{Pruning, TASK_VERSION, Task, TaskResult, TaskRunner, Workplace};
pub use verdict::{ALPHA, Ranked, Standing, Verdict};
