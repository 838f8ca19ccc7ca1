//! What a training tells about itself while it runs.

use super::profile::Profile;
use crate::callbacks::Logs;
use std::sync::atomic::{AtomicBool, Ordering};
use treino_engine::simd::Simd;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// A batch was trained on.
    Batch {
        /// Epoch, from 0.
        epoch: usize,
        /// Steps done in this epoch.
        step: usize,
        /// Steps in an epoch.
        steps: usize,
        /// Mean loss of the epoch so far.
        loss: f64,
    },
    /// An epoch and its validation ended.
    Epoch {
        /// Epoch, from 0.
        epoch: usize,
        /// Its numbers.
        logs: &'a Logs,
        /// Whether it is the best so far by validation loss (training loss without validation).
        best: bool,
        /// Epochs since the best one.
        waited: usize,
    },
    /// A callback stopped the training after this epoch.
    Stopped {
        /// Epoch, from 0.
        epoch: usize,
        /// Completes "stopped: ...".
        why: &'a str,
    },
    /// Trainings with other seeds have ended.
    Repeat {
        /// How many of all trainings are done.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// A callback changed the learning rate at the end of an epoch.
    LearningRate {
        /// Epoch, from 0.
        epoch: usize,
        /// The rate from the next epoch on.
        rate: f64,
    },
    /// A callback saved the model.
    Saved {
        /// Epoch, from 0.
        epoch: usize,
        /// The file.
        path: &'a str,
    },
    /// The training goes on where an earlier one was interrupted.
    Resumed {
        /// The first epoch that is still to be done, from 0.
        epoch: usize,
    },
    /// The weights of an earlier epoch were put back.
    Restored {
        /// That epoch, from 0.
        epoch: usize,
    },
}

/// The surroundings of a training: threads, a way to stop it, and who watches.
pub struct Session<'a> {
    /// Threads that may work on it; they never change the result.
    pub threads: usize,
    /// The instruction set, [`Simd::detect`] as a rule; it never changes the result either, and the tests force each one
    /// here to hold that promise.
    pub simd: Simd,
    /// Set it to stop after the current step.
    pub interrupt: &'a AtomicBool,
    /// Who is told what happens.
    pub observer: &'a mut dyn FnMut(&Event<'_>),
    /// Where [`crate::train::fit`] leaves what the time of a training went into, if that is wanted. It changes no result;
    /// without it no clock is read.
    pub profile: Option<&'a mut Profile>,
}

impl<'a> Session<'a> {
    /// A session on the widest instruction set of this processor.
    pub fn new(threads: usize, interrupt: &'a AtomicBool, observer: &'a mut dyn FnMut(&Event<'_>)) -> Self {
        Session { threads, simd: Simd::detect(), interrupt, observer, profile: None }
    }
}

impl Session<'_> {
    /// Runs `f` in a session of one thread that nobody watches or stops.
    pub fn quiet<T>(f: impl FnOnce(&mut Session<'_>) -> T) -> T {
        let interrupt = AtomicBool::new(false);
        f(&mut Session::new(1, &interrupt, &mut |_| {}))
    }

    /// Whether it is to stop.
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("threads", &self.threads).field("simd", &self.simd).finish_non_exhaustive()
    }
}
