//! The environment of a training.

use super::cpu::CpuBackend;
use super::executor::Backend;
use super::profile::StepProfile;
use crate::events::{Event, Gate};
use treino_engine::simd::Simd;

/// The environment of a training: threads, a gate to stop it, and an observer.
pub struct Session<'a> {
    /// The number of threads; it never changes the result.
    pub threads: usize,
    /// The instruction set, normally [`Simd::detect`]. It never changes the result either; the tests set each one here
    /// to check that.
    pub simd: Simd,
    /// Pauses it between two steps, or stops it after the current one.
    pub gate: &'a Gate,
    /// Receives the events.
    pub observer: &'a mut dyn FnMut(&Event),
    /// Where [`crate::train::fit`] stores the time profile, if requested. It changes no result; without it no clock is
    /// read.
    pub profile: Option<&'a mut StepProfile>,
    /// What the training runs on.
    pub backend: &'a dyn Backend,
}

impl<'a> Session<'a> {
    /// A session on the widest instruction set of this processor.
    pub fn new(threads: usize, gate: &'a Gate, observer: &'a mut dyn FnMut(&Event)) -> Self {
        Session { threads, simd: Simd::detect(), gate, observer, profile: None, backend: &CpuBackend }
    }
}

impl Session<'_> {
    /// Runs `f` in a session of one thread without an observer.
    pub fn quiet<T>(f: impl FnOnce(&mut Session<'_>) -> T) -> T {
        let gate = Gate::new();
        f(&mut Session::new(1, &gate, &mut |_| {}))
    }

    /// Whether it is to be stopped.
    pub fn is_interrupted(&self) -> bool {
        self.gate.is_stopped()
    }
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("threads", &self.threads).field("simd", &self.simd).finish_non_exhaustive()
    }
}
