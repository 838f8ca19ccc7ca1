//! The surroundings of a training.

use super::cpu::CpuBackend;
use super::executor::Backend;
use super::profile::StepProfile;
use crate::events::{Event, Gate};
use treino_engine::simd::Simd;

/// The surroundings of a training: threads, a way to stop it, and who watches.
pub struct Session<'a> {
    /// Threads that may work on it; they never change the result.
    pub threads: usize,
    /// The instruction set, [`Simd::detect`] as a rule; it never changes the result either, and the tests force each one
    /// here to hold that promise.
    pub simd: Simd,
    /// Pauses it between two steps, or stops it after the current one.
    pub gate: &'a Gate,
    /// Who is told what happens.
    pub observer: &'a mut dyn FnMut(&Event),
    /// Where [`crate::train::fit`] leaves what the time of a training went into, if that is wanted. It changes no result;
    /// without it no clock is read.
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
    /// Runs `f` in a session of one thread that nobody watches or stops.
    pub fn quiet<T>(f: impl FnOnce(&mut Session<'_>) -> T) -> T {
        let gate = Gate::new();
        f(&mut Session::new(1, &gate, &mut |_| {}))
    }

    /// Whether it is to stop.
    pub fn is_interrupted(&self) -> bool {
        self.gate.is_stopped()
    }
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("threads", &self.threads).field("simd", &self.simd).finish_non_exhaustive()
    }
}
