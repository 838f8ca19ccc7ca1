//! A gate between the steps of a training.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

const OPEN: u8 = 0;
const PAUSED: u8 = 1;
const STOPPED: u8 = 2;

/// Checked by a training between its steps: open, closed temporarily (paused), or closed permanently (stopped).
///
/// It never changes the results: a paused training gives the same bits. While it is open, a check costs one read of a
/// byte.
#[derive(Debug, Default)]
pub struct Gate {
    state: AtomicU8,
    /// Held while the state changes, so that no waiting thread misses the change.
    change: Mutex<()>,
    changed: Condvar,
}

impl Gate {
    /// An open gate.
    pub const fn new() -> Self {
        Gate { state: AtomicU8::new(OPEN), change: Mutex::new(()), changed: Condvar::new() }
    }

    /// Ends the training after the current step, permanently; also a paused one.
    pub fn stop(&self) {
        self.change(|_| STOPPED);
    }

    /// Holds the training before its next step, until [`Gate::resume`] or [`Gate::stop`].
    pub fn pause(&self) {
        self.change(|state| if state == STOPPED { STOPPED } else { PAUSED });
    }

    /// Lets a paused training continue.
    pub fn resume(&self) {
        self.change(|state| if state == STOPPED { STOPPED } else { OPEN });
    }

    /// Whether the training is to end.
    pub fn is_stopped(&self) -> bool {
        self.state.load(Ordering::Relaxed) == STOPPED
    }

    /// Whether the training is held.
    pub fn is_paused(&self) -> bool {
        self.state.load(Ordering::Relaxed) == PAUSED
    }

    /// Waits while the gate is paused; returns whether the training is to continue.
    pub fn pass(&self) -> bool {
        match self.state.load(Ordering::Relaxed) {
            OPEN => true,
            STOPPED => false,
            _ => {
                let mut change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
                while self.is_paused() {
                    change = self.changed.wait(change).unwrap_or_else(PoisonError::into_inner);
                }
                !self.is_stopped()
            }
        }
    }

    fn change(&self, next: impl FnOnce(u8) -> u8) {
        let _change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        self.state.store(next(self.state.load(Ordering::Relaxed)), Ordering::Relaxed);
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_gate_stays_stopped() {
        let gate = Gate::new();
        assert!(gate.pass());
        gate.stop();
        gate.resume();
        gate.pause();
        assert!(gate.is_stopped() && !gate.pass());
    }

    #[test]
    fn who_waits_at_a_paused_gate_goes_on_when_it_opens_and_ends_when_it_stops() {
        for stop in [false, true] {
            let gate = Gate::new();
            gate.pause();
            std::thread::scope(|scope| {
                let waiting = scope.spawn(|| gate.pass());
                while !gate.is_paused() {
                    std::thread::yield_now();
                }
                if stop {
                    gate.stop()
                } else {
                    gate.resume()
                }
                assert_eq!(waiting.join().unwrap(), !stop);
            });
        }
    }
}
