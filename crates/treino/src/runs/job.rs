//! A whole training as one call, and a handle for a running one.

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

/// Writes a report of a record into the first folder, which will be renamed to the second one.
pub type Reporter = Arc<dyn Fn(&Record, &Path, &Path) -> Result<()> + Send + Sync>;

/// A whole training as one call: it prepares, trains, evaluates, measures, writes a run folder and a report.
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
    /// The folder of the backup.
    progress: Option<KeepProgress>,
}

/// The results of a job.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finished {
    /// The model, its history and scores.
    pub run: Run,
    /// The record of the run: the basis of every report.
    pub record: Record,
    /// The findings of the diagnosis.
    pub findings: Vec<Finding>,
    /// The contents of `metrics.json`.
    pub metrics: Metrics,
    /// The run folder, if the job wrote one.
    pub folder: Option<PathBuf>,
    /// The duration of the training in seconds; no result depends on it.
    pub seconds: f64,
}

impl Job {
    /// Reads the data of a spec and prepares its training.
    ///
    /// # Errors
    /// As [`PreparedRun::new`].
    pub fn new(spec: &Spec) -> Result<Self> {
        PreparedRun::new(spec).map(Job::of)
    }

    /// A job for a prepared training.
    pub fn of(planned: impl Into<Arc<PreparedRun>>) -> Self {
        Job { planned: planned.into(), place: None, reporter: None, progress: None }
    }

    /// Writes a run folder into `parent`, which is created if necessary; `name` becomes part of the folder's name.
    ///
    /// A training that diverges before there is a model to keep leaves a run too: its epochs, its record and the
    /// report.
    ///
    /// # Errors
    /// Returns an error if a folder cannot be created or written to, or if the disk has not enough space for the run,
    /// so that no training is lost.
    pub fn write_to(self, parent: impl Into<PathBuf>, name: impl Into<String>) -> Result<Self> {
        let parent = parent.into();
        RunFolder::check(&parent)?;
        check_space(&parent, self.planned.run_bytes())?;
        Ok(Job { place: Some((parent, name.into())), ..self })
    }

    /// Also writes a report into the run folder, such as that of `treino-pages`.
    pub fn report(self, reporter: impl Fn(&Record, &Path, &Path) -> Result<()> + Send + Sync + 'static) -> Self {
        Job { reporter: Some(Arc::new(reporter)), ..self }
    }

    /// Saves the progress of the training regularly, and resumes it if an earlier process was killed. The backup is in
    /// a hidden folder next to the run folders, with the name of the run, and is deleted when the run is written. A
    /// resumed training gives the bits of an uninterrupted one. Jobs that write no run folder save no progress.
    pub fn resumable(self) -> Self {
        let folder = |(parent, name): &(PathBuf, String)| parent.join(format!(".resume-{}", run_name(name)));
        let progress = self.place.as_ref().map(|place| KeepProgress::new(folder(place).display().to_string()));
        Job { progress, ..self }
    }

    /// The prepared training.
    pub fn planned(&self) -> &PreparedRun {
        &self.planned
    }

    /// Runs the job in a session: on its threads, with its observer, paused or stopped by its gate.
    ///
    /// # Errors
    /// As [`PreparedRun::run`]; also returns an error if a run folder or a report cannot be written.
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

    /// Deletes the backups, because the result of the training is saved.
    fn discard_backups(&self) -> Result<()> {
        self.planned.discard_backups()?;
        self.progress.as_ref().map_or(Ok(()), KeepProgress::discard)
    }

    /// Writes the files of every run, and gives its folder the final name.
    fn finish(&self, mut folder: RunFolder, history: &History, record: &Record) -> Result<PathBuf> {
        folder.write_training(&self.planned.resolved.spec, history, &record.to_json()?)?;
        folder.finish(|into, run| self.reporter.as_ref().map_or(Ok(()), |report| report(record, into, run)))
    }

    /// Handles a training without a model: its curves are saved if runs are written. Returns the error that describes
    /// it.
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

    /// Runs the job in a separate thread, with `threads` threads for its steps.
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
                // The receiver may have been dropped.
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

/// The largest number of batch events in the queue: further ones are dropped, other events never.
const MOST_BATCHES: usize = 64;

/// A training that runs in a separate thread.
///
/// If the handle is dropped, the training continues; [`Handle::stop`] ends it.
#[derive(Debug)]
pub struct Handle {
    gate: Arc<Gate>,
    events: Events,
    thread: JoinHandle<Result<Finished>>,
}

impl Handle {
    /// The events as they happen, until the training has ended.
    pub fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    /// The gate that pauses and stops the training, for sharing.
    pub fn gate(&self) -> Arc<Gate> {
        Arc::clone(&self.gate)
    }

    /// Pauses the training before its next step.
    pub fn pause(&self) {
        self.gate.pause();
    }

    /// Lets it continue.
    pub fn resume(&self) {
        self.gate.resume();
    }

    /// Stops it after the current step; its results are kept.
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

/// The events of a training, in order. As an iterator it waits for each event, and ends with the training.
///
/// Batch events are dropped while too many wait to be read; epochs and all others never are.
#[derive(Debug)]
pub struct Events {
    events: Receiver<Event>,
    waiting: Arc<AtomicUsize>,
}

impl Events {
    /// The next event, if there is one; `Err` if there will be no more.
    ///
    /// # Errors
    /// Returns an error if the training has ended.
    pub fn now(&mut self) -> std::result::Result<Option<Event>, Ended> {
        match self.events.try_recv() {
            Ok(event) => Ok(Some(self.taken(event))),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(Ended),
        }
    }

    /// The next event, if one comes within `time`.
    ///
    /// # Errors
    /// Returns an error if the training has ended.
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
