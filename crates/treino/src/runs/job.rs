//! A whole training as one call, and a handle on one that runs.

use super::metrics::Metrics;
use super::prepared_run::{Attempt, PreparedRun, Run};
use crate::doctor::{Finding, examine};
use crate::report::Record;
use crate::spec::Spec;
use crate::store::{RunFolder, run_name};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use treino_core::error::{Error, Kind, Result};
use treino_core::files::check_space;
use treino_nn::callbacks::{Callback, Custom, KeepProgress};
use treino_nn::events::{Ending, Event, Gate, History};
use treino_nn::train::Session;

/// Writes a report of a record: into the first folder, which will have the name of the second one.
pub type Reporter = Arc<dyn Fn(&Record, &Path, &Path) -> Result<()> + Send + Sync>;

/// A whole training: planned, trained, evaluated, measured, written into a run folder and reported, as one call.
///
/// ```
/// use treino::prelude::*;
///
/// # let iris = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/iris.csv");
/// # let runs = tempfile::tempdir().unwrap();
/// let spec = Spec { data: DataSpec::new(iris, "species"), fit: Fit { epochs: 5, ..Fit::default() }, ..Spec::default() };
/// let mut handle = Job::new(&spec)?.write_to(runs.path(), "iris")?.start(1);
/// let epochs = handle.events().filter(|event| matches!(event, Event::Epoch { .. })).count();
/// let finished = handle.wait()?;
/// assert_eq!((epochs, finished.metrics.epochs), (5, 5));
/// assert!(finished.folder.unwrap().join("model.safetensors").is_file());
/// # Ok::<(), treino::Error>(())
/// ```
#[derive(Clone)]
pub struct Job {
    planned: Arc<PreparedRun>,
    place: Option<(PathBuf, String)>,
    reporter: Option<Reporter>,
    /// Where the progress is kept.
    progress: Option<KeepProgress>,
}

/// What a job gave.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finished {
    /// The model, its history and scores.
    pub run: Run,
    /// What the run is worth: the basis of every report.
    pub record: Record,
    /// What the doctor found.
    pub findings: Vec<Finding>,
    /// The contents of `metrics.json`.
    pub metrics: Metrics,
    /// The run folder, where the job wrote one.
    pub folder: Option<PathBuf>,
    /// Seconds that the training took; no result depends on them.
    pub seconds: f64,
}

impl Job {
    /// Reads the data of a spec and plans its training.
    ///
    /// # Errors
    /// As [`PreparedRun::new`].
    pub fn new(spec: &Spec) -> Result<Self> {
        PreparedRun::new(spec).map(Job::of)
    }

    /// A job for a training that is planned.
    pub fn of(planned: impl Into<Arc<PreparedRun>>) -> Self {
        Job { planned: planned.into(), place: None, reporter: None, progress: None }
    }

    /// Writes a run folder into `parent`, which is made where it is missing; `name` becomes part of the folder's name.
    ///
    /// A training that diverges before there is a model to keep leaves a run, too: its epochs, its record and the report.
    ///
    /// # Errors
    /// A folder that cannot be made or written to, or a disk without room for the run, so that no training is lost.
    pub fn write_to(self, parent: impl Into<PathBuf>, name: impl Into<String>) -> Result<Self> {
        let parent = parent.into();
        RunFolder::check(&parent)?;
        check_space(&parent, self.planned.run_bytes())?;
        Ok(Job { place: Some((parent, name.into())), ..self })
    }

    /// Has a report written into the run folder, such as that of `treino-pages`.
    pub fn report(self, reporter: impl Fn(&Record, &Path, &Path) -> Result<()> + Send + Sync + 'static) -> Self {
        Job { reporter: Some(Arc::new(reporter)), ..self }
    }

    /// Keeps the progress of the training now and then, and goes on from there if an earlier process was killed: beside the run folders,
    /// in a hidden folder with the name of the run, which goes when the run is written. What follows has the bits of a training that
    /// was not interrupted. Jobs that write no run folder keep nothing.
    pub fn resumable(self) -> Self {
        let folder = |(parent, name): &(PathBuf, String)| parent.join(format!(".resume-{}", run_name(name)));
        let progress = self.place.as_ref().map(|place| KeepProgress::new(folder(place).display().to_string()));
        Job { progress, ..self }
    }

    /// The training as it is planned.
    pub fn planned(&self) -> &PreparedRun {
        &self.planned
    }

    /// Does all of it in a session: on its threads, told to its observer, held or stopped by its gate.
    ///
    /// # Errors
    /// As [`PreparedRun::run`]; a run folder or a report that cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Finished> {
        let begun = Instant::now();
        let keeping: Vec<Callback> = self.progress.iter().cloned().map(|keep| Custom::new(keep).into()).collect();
        let run = match self.planned.attempt(&keeping, session)? {
            Attempt::Whole(run) => *run,
            Attempt::Lost(history) => return Err(self.lost(&history)),
        };
        let seconds = begun.elapsed().as_secs_f64();
        let metrics = Metrics::of(&self.planned, &run);
        let record = Record::of(&self.planned, &run)?;
        let folder = match &self.place {
            None => None,
            Some((parent, name)) => {
                let mut folder = RunFolder::begin(parent, name)?;
                folder.write_model(&run.model, &metrics)?;
                Some(self.finish(folder, &run.history, &record)?)
            }
        };
        if run.history.ending != Ending::Interrupted {
            self.discard_backups()?;
        }
        let findings = examine(&record);
        Ok(Finished { run, record, findings, metrics, folder, seconds })
    }

    /// The result of the training is safe.
    fn discard_backups(&self) -> Result<()> {
        self.planned.discard_backups()?;
        self.progress.as_ref().map_or(Ok(()), KeepProgress::discard)
    }

    /// Writes what every run has, and names its folder.
    fn finish(&self, mut folder: RunFolder, history: &History, record: &Record) -> Result<PathBuf> {
        folder.write_training(&self.planned.resolved.spec, history, &record.to_json()?)?;
        folder.finish(|into, run| self.reporter.as_ref().map_or(Ok(()), |report| report(record, into, run)))
    }

    /// A training that left no model: its curves are kept where runs are written. Gives the error that tells of it.
    fn lost(&self, history: &History) -> Error {
        let error = PreparedRun::lost(history);
        let (Some((parent, name)), Ending::Diverged(_)) = (&self.place, &history.ending) else { return error };
        let record = Record::of_lost(&self.planned, history);
        let kept = RunFolder::begin(parent, name).and_then(|folder| self.finish(folder, history, &record));
        match kept.and_then(|path| self.discard_backups().map(|()| path)) {
            Ok(path) => error.help(format!("there is no model to keep; what happened is in {}", path.display())),
            Err(e) => error.help(format!("what happened could not be kept: {e}")),
        }
    }

    /// Does all of it in a thread of its own, with so many threads inside its steps.
    pub fn start(self, threads: usize) -> Handle {
        let gate = Arc::new(Gate::new());
        let (sender, events) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let (own_gate, own_waiting) = (Arc::clone(&gate), Arc::clone(&waiting));
        let thread = std::thread::spawn(move || {
            let mut observer = |event: &Event| {
                if matches!(event, Event::Batch { .. }) {
                    if own_waiting.load(Ordering::Relaxed) >= MOST_BATCHES {
                        return;
                    }
                    own_waiting.fetch_add(1, Ordering::Relaxed);
                }
                // Nobody may be listening any more.
                let _ = sender.send(event.clone());
            };
            self.run(&mut Session::new(threads, &own_gate, &mut observer))
        });
        Handle { gate, events: Events { events, waiting }, thread }
    }
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("place", &self.place).finish_non_exhaustive()
    }
}

/// Batch events that wait for a watcher at most: further ones are dropped, other events never.
const MOST_BATCHES: usize = 64;

/// A training at work in a thread of its own.
///
/// Dropped, it goes on unwatched; [`Handle::stop`] ends it.
#[derive(Debug)]
pub struct Handle {
    gate: Arc<Gate>,
    events: Events,
    thread: JoinHandle<Result<Finished>>,
}

impl Handle {
    /// What happens, as it happens, until the training has ended.
    pub fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    /// What holds and ends the training, to be shared.
    pub fn gate(&self) -> Arc<Gate> {
        Arc::clone(&self.gate)
    }

    /// Holds the training before its next step.
    pub fn pause(&self) {
        self.gate.pause();
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.gate.resume();
    }

    /// Ends it after the current step; what it reached is kept.
    pub fn stop(&self) {
        self.gate.stop();
    }

    /// Whether it has ended.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// As [`Job::run`].
    pub fn wait(self) -> Result<Finished> {
        let panicked = |_| Err(Error::new(Kind::Io, "the training ended abnormally"));
        self.thread.join().unwrap_or_else(panicked)
    }
}

/// The events of a training, in their order. As an iterator it waits for each, and ends with the training.
///
/// Batches are dropped while too many wait to be read; epochs and all others never are.
#[derive(Debug)]
pub struct Events {
    events: Receiver<Event>,
    waiting: Arc<AtomicUsize>,
}

impl Events {
    /// The next event, if one is there; `Err` when there will be no more.
    ///
    /// # Errors
    /// The training has ended.
    pub fn now(&mut self) -> std::result::Result<Option<Event>, Ended> {
        match self.events.try_recv() {
            Ok(event) => Ok(Some(self.taken(event))),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(Ended),
        }
    }

    /// The next event, if one comes in time.
    ///
    /// # Errors
    /// The training has ended.
    pub fn within(&mut self, time: Duration) -> std::result::Result<Option<Event>, Ended> {
        match self.events.recv_timeout(time) {
            Ok(event) => Ok(Some(self.taken(event))),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Ended),
        }
    }

    fn taken(&self, event: Event) -> Event {
        if matches!(event, Event::Batch { .. }) {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        event
    }
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.events.recv().ok().map(|event| self.taken(event))
    }
}

/// The training has ended: there are no further events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended;
