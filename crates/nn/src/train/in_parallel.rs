//! Several trainings in parallel, one per thread.
//!
//! With several trainings, this is faster than threads inside a step, because no thread waits for another.

use super::session::Session;
use crate::events::Event;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use treino_core::error::Result;

/// Runs `count` trainings in parallel on the session's threads, and returns their results in order.
///
/// `first` is training 0. It runs on the calling thread with the session's observer and profile. `other` is each of the
/// rest, without an observer and with one thread each. Once the first has ended, the observer is told how many have,
/// with the same events whatever the number of threads. An interrupted session starts no further training: then the
/// list is shorter. A single training uses the threads for its steps.
///
/// # Errors
/// The error of `first`; no further training starts.
pub fn in_parallel<F, T: Send>(
    session: &mut Session<'_>,
    count: usize,
    first: impl FnOnce(&mut Session<'_>) -> Result<F>,
    other: impl Fn(usize, &mut Session<'_>) -> T + Sync,
) -> Result<(F, Vec<T>)> {
    if count <= 1 {
        return first(session).map(|first| (first, Vec::new()));
    }
    let (simd, gate, backend) = (session.simd, session.gate, session.backend);
    let next = AtomicUsize::new(1);
    // Runs the next training; `None` if there is none to start.
    let take = || {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= count || gate.is_stopped() {
            return None;
        }
        Some((
            index,
            other(index, &mut Session { threads: 1, simd, gate, observer: &mut |_| {}, profile: None, backend }),
        ))
    };
    let (sender, ended) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 1..session.threads.min(count) {
            let sender = sender.clone();
            scope.spawn(|| {
                let sender = sender;
                while let Some(done) = take() {
                    // The receiver lives until all have ended, unless the first training failed.
                    let _ = sender.send(done);
                }
            });
        }
        drop(sender);
        let (observer, profile) = (&mut *session.observer, session.profile.as_deref_mut());
        let mut open = Session { threads: 1, simd, gate, observer, profile, backend };
        let first = first(&mut open).inspect_err(|_| next.store(count, Ordering::Relaxed))?;
        let mut others = Vec::with_capacity(count - 1);
        let mut add = |one| {
            others.push(one);
            (session.observer)(&Event::Repeat { done: others.len() + 1, of: count });
        };
        while let Some(one) = take() {
            add(one);
            ended.try_iter().for_each(&mut add);
        }
        ended.iter().for_each(&mut add);
        others.sort_by_key(|(index, _)| *index);
        Ok((first, others.into_iter().map(|(_, one)| one).collect()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Gate;
    use treino_core::error::Error;

    /// Trainings that return their number, and the events that the observer gets.
    fn numbers(threads: usize, count: usize, gate: &Gate) -> (Result<(usize, Vec<usize>)>, Vec<usize>) {
        let mut told = Vec::new();
        let mut observer = |event: &Event| match event {
            Event::Repeat { done, of } => told.push(done * 100 + of),
            _ => told.push(0),
        };
        let mut session = Session::new(threads, gate, &mut observer);
        let first = |open: &mut Session<'_>| {
            (open.observer)(&Event::Resumed { epoch: 0 });
            Ok(open.threads * 1000)
        };
        let other = |index, quiet: &mut Session<'_>| {
            (quiet.observer)(&Event::Resumed { epoch: 0 });
            if index == 4 {
                quiet.gate.stop();
            }
            index
        };
        (in_parallel(&mut session, count, first, other), told)
    }

    #[test]
    fn results_and_words_do_not_depend_on_threads() {
        for threads in 1..5 {
            let never = Gate::new();
            let (done, told) = numbers(threads, 4, &never);
            assert_eq!(done.unwrap(), (1000, vec![1, 2, 3]), "{threads}");
            assert_eq!(told, [0, 204, 304, 404], "{threads}");
        }
        assert_eq!(numbers(3, 1, &Gate::new()).0.unwrap(), (3000, vec![]));
    }

    #[test]
    fn an_interruption_begins_no_further_training() {
        for threads in 1..4 {
            let (done, told) = numbers(threads, 1000, &Gate::new());
            let (_, others) = done.unwrap();
            // Trainings that had started are completed, so there is no gap in the list.
            assert!((4..1000).contains(&others.len()), "{threads}: {}", others.len());
            assert!(others.iter().copied().eq(1..=others.len()) && told.len() == others.len() + 1);
        }
    }

    #[test]
    fn a_first_training_that_fails_ends_all() {
        let (never, mut nobody) = (Gate::new(), |_: &Event| {});
        let mut session = Session::new(2, &never, &mut nobody);
        let fail = |_: &mut Session<'_>| -> Result<()> { Err(Error::input("no")) };
        let slow = |_: usize, _: &mut Session<'_>| std::thread::sleep(std::time::Duration::from_millis(1));
        assert_eq!(in_parallel(&mut session, 100_000, fail, slow).unwrap_err().message(), "no");
    }
}
