//! Runs items in parallel, proposed in a fixed order.
//!
//! Item `n` is proposed from the results of the items before it; which of them it may use depends only on its number,
//! never on which finished first. So the items are the same for any number of workers.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The next item.
pub enum Next<T, R> {
    /// An item to be computed.
    Work(T),
    /// A result that is known already.
    Known(R),
    /// Nothing until more items are done.
    Wait,
    /// No more items.
    End,
}

/// Results so far, in the order of the items: all before `finished_prefix` are complete.
#[derive(Debug)]
pub struct PartialResults<R> {
    /// The results; `None` for items in progress.
    pub results: Vec<Option<R>>,
    /// The number of items from the first on that are done without a gap.
    pub finished_prefix: usize,
}

struct State<R, P> {
    progress: PartialResults<R>,
    propose: P,
    working: usize,
    ended: bool,
}

/// Works until `propose` returns that there is no more. `propose` gets the number of the next item; `done` gets each
/// computed result, in the order of completion, one at a time, and ends the work by returning `false`.
///
/// Returns the results, in the order of the items. After an early end, later items may be missing.
pub fn in_order<T: Send, R: Send>(
    workers: usize,
    propose: impl FnMut(usize, &PartialResults<R>) -> Next<T, R> + Send,
    work: impl Fn(T) -> R + Sync,
    done: impl FnMut(usize, &R) -> bool + Send,
) -> Vec<R> {
    let progress = PartialResults { results: Vec::new(), finished_prefix: 0 };
    let state = Mutex::new(State { progress, propose, working: 0, ended: false });
    let done = Mutex::new(done);
    let changed = Condvar::new();
    let one_worker = || {
        let mut guard = lock(&state);
        loop {
            if guard.ended {
                return;
            }
            let state_now = &mut *guard;
            let index = state_now.progress.results.len();
            match (state_now.propose)(index, &state_now.progress) {
                Next::End => {
                    guard.ended = true;
                    changed.notify_all();
                    return;
                }
                // With no item in progress, nothing would ever change.
                Next::Wait if guard.working == 0 => {
                    guard.ended = true;
                    changed.notify_all();
                    return;
                }
                Next::Wait => guard = changed.wait(guard).unwrap_or_else(PoisonError::into_inner),
                Next::Known(result) => {
                    guard.progress.results.push(Some(result));
                    guard.progress.advance();
                    changed.notify_all();
                }
                Next::Work(item) => {
                    guard.progress.results.push(None);
                    guard.working += 1;
                    drop(guard);
                    let result = work(item);
                    let goes_on = lock(&done)(index, &result);
                    guard = lock(&state);
                    guard.progress.results[index] = Some(result);
                    guard.progress.advance();
                    guard.working -= 1;
                    guard.ended |= !goes_on;
                    changed.notify_all();
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(one_worker);
        }
        one_worker();
    });
    let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    state.progress.results.into_iter().map_while(|result| result).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<R> PartialResults<R> {
    fn advance(&mut self) {
        while self.results.get(self.finished_prefix).is_some_and(Option::is_some) {
            self.finished_prefix += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each item is the sum of those at least three before it, plus one.
    fn sums(workers: usize, known: usize) -> Vec<u64> {
        const WINDOW: usize = 3;
        let propose = |index: usize, progress: &PartialResults<u64>| {
            if index == 40 {
                return Next::End;
            }
            let usable = (index + 1).saturating_sub(WINDOW);
            if progress.finished_prefix < usable {
                return Next::Wait;
            }
            let sum = progress.results[..usable].iter().flatten().fold(1_u64, |a, b| a.wrapping_add(*b));
            if index < known { Next::Known(sum) } else { Next::Work(sum) }
        };
        let work = |sum: u64| {
            std::thread::sleep(std::time::Duration::from_micros(sum.wrapping_mul(7919) % 300));
            sum
        };
        in_order(workers, propose, work, |_, _| true)
    }

    #[test]
    fn results_do_not_depend_on_workers_or_on_what_is_known() {
        let alone = sums(1, 0);
        assert_eq!(alone.len(), 40);
        assert_eq!(alone[..5], [1, 1, 1, 2, 3]);
        for (workers, known) in [(2, 0), (5, 0), (1, 40), (3, 17)] {
            assert_eq!(sums(workers, known), alone, "{workers} {known}");
        }
    }

    #[test]
    fn the_work_ends_when_it_is_told_to() {
        let propose = |index: usize, _: &PartialResults<usize>| Next::Work(index);
        for workers in [1, 4] {
            let results = in_order(workers, propose, |index| index, |index, _| index < 10);
            assert!((11..11 + workers).contains(&results.len()), "{}", results.len());
        }
    }
}
