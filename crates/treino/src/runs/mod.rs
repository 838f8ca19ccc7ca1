//! A whole training, from a spec to a run: read, prepare, train, evaluate, measure, and verify.
//!
//! ```text
//! Spec --PreparedRun::new--> PreparedRun --run--> Run { model, history, scores } --Record::of--> Record
//! Spec --Job::new--> Job --run--> Finished { run, record, findings, metrics, folder }
//!                        --start--> Handle: watch, pause, resume, stop, wait
//! ```

mod beside;
mod columns;
mod evaluate;
mod importance;
mod job;
mod measure;
mod metrics;
mod prepared_run;
mod shared_rows;
mod verification;

pub use beside::{SpecDifference, StoredRun, spec_differences, stored_runs};
pub use columns::hash as rows_fingerprint;
pub use job::{Ended, Events, Finished, Handle, Job, Reporter};
pub use metrics::{HowItEnded, METRICS_VERSION, Metrics, PartRows, PartScores, RepeatMetrics, TargetMetrics};
pub use prepared_run::{PartEvaluations, PreparedRun, Repeat, Run, Trial, TrialSeeds};
pub use shared_rows::SharedRows;
pub use verification::{Difference, Rerun, Verification};
