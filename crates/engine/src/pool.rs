//! A pool of threads for the inside of a step.
//!
//! Work is cut by shape into parts, part `i` always covers the same rows, and the calling thread takes part 0: what is
//! computed never depends on who computes it. A call allocates nothing and takes no lock. Waiting workers spin for a few
//! microseconds and then park.

use std::cell::{Cell, UnsafeCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{JoinHandle, Thread};

/// How long a waiting worker spins before it parks, in rounds of `spin_loop`.
const SPINS: u32 = 4_000;

type Job = *const (dyn Fn(usize) + Sync);

struct Shared {
    /// Counts the jobs handed out; a worker sees a new job when it changes.
    turn: AtomicUsize,
    /// Parts of the current job that are still running on workers.
    running: AtomicUsize,
    /// Whether a part of the current job panicked.
    panicked: AtomicBool,
    stop: AtomicBool,
    job: UnsafeCell<Option<Job>>,
    parts: AtomicUsize,
}

// SAFETY: `job` is written by the owner of the pool only while `running` is 0, and read by workers only between the
// release of `turn` that follows and their own decrement of `running`.
unsafe impl Sync for Shared {}
// SAFETY: the pointer in `job` is only used while the closure behind it lives (see `Pool::run`), and that is `Sync`.
unsafe impl Send for Shared {}

/// Threads that wait for work. Dropping the pool ends them.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    handles: Vec<Thread>,
    /// Whether a job runs. One at a time: the cell also keeps the pool to one thread at a time (it is not `Sync`).
    busy: Cell<bool>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("threads", &self.threads()).finish()
    }
}

impl Pool {
    /// A pool that works on `threads` threads, the calling one among them. If the system gives fewer, it works on those.
    /// More threads than cores only stand in each other's way; the results are the same.
    pub fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared {
            turn: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            job: UnsafeCell::new(None),
            parts: AtomicUsize::new(0),
        });
        let mut workers = Vec::new();
        for index in 1..threads {
            let builder = std::thread::Builder::new().name(format!("treino-{index}"));
            shared.running.fetch_add(1, Ordering::Relaxed);
            match builder.spawn({
                let shared = Arc::clone(&shared);
                move || work(&shared, index)
            }) {
                Ok(worker) => workers.push(worker),
                Err(_) => {
                    shared.running.fetch_sub(1, Ordering::Relaxed);
                    break;
                }
            }
        }
        // What a thread needs to start, it takes now and not in the middle of a step.
        while shared.running.load(Ordering::Acquire) > 0 {
            std::thread::yield_now();
        }
        let handles = workers.iter().map(|w| w.thread().clone()).collect();
        Pool { shared, workers, handles, busy: Cell::new(false) }
    }

    /// How many threads it works on.
    #[inline]
    pub fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Into how many parts to cut `work` units of which `least` are worth a thread: at least 1, at most the threads.
    #[inline]
    pub fn parts_for(&self, work: usize, least: usize) -> usize {
        if self.workers.is_empty() || work < least {
            return 1;
        }
        (work / least.max(1)).clamp(1, self.threads())
    }

    /// Calls `job(0)`, ..., `job(parts - 1)`, side by side, and returns when all are done.
    ///
    /// # Panics
    /// If there are no parts or more than threads, if a job of this pool calls it, and if a part panics (after all others
    /// have ended).
    pub fn run(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
        assert!((1..=self.threads()).contains(&parts), "a pool of {} threads runs as many parts", self.threads());
        assert!(!self.busy.replace(true), "a job of a pool cannot start another on it");
        let finish = Finish(self);
        if parts == 1 {
            job(0);
            return;
        }
        let shared = &*self.shared;
        let erased: *const (dyn Fn(usize) + Sync + '_) = job;
        // SAFETY: only the lifetime is erased. This function does not return, and `Finish` does not let a panic past,
        // before every worker has decremented `running`, after which none uses the pointer.
        let erased = unsafe { std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), Job>(erased) };
        // SAFETY: `busy` lets one job in at a time, and the one before left with `running` at 0, so no worker reads the cell.
        unsafe { *shared.job.get() = Some(erased) };
        shared.panicked.store(false, Ordering::Relaxed);
        shared.parts.store(parts, Ordering::Relaxed);
        shared.running.store(self.workers.len(), Ordering::Relaxed);
        shared.turn.fetch_add(1, Ordering::Release);
        for handle in &self.handles {
            handle.unpark();
        }
        job(0);
        drop(finish);
        assert!(!shared.panicked.load(Ordering::Relaxed), "a part of a parallel job panicked");
    }

    /// Cuts the first `rows` rows of `width` numbers in `out` into `parts` runs of rows, each but the last a multiple of
    /// `grain`, and calls `job(first_row, rows_of_out)` for each, side by side.
    ///
    /// # Panics
    /// If `out` is shorter than the rows, and as [`Pool::run`].
    #[inline]
    pub fn split_rows(
        &self,
        parts: usize,
        rows: usize,
        width: usize,
        out: &mut [f32],
        grain: usize,
        job: impl Fn(usize, &mut [f32]) + Sync,
    ) {
        let length = rows.checked_mul(width).filter(|length| *length <= out.len());
        let out = &mut out[..length.expect("the rows lie in the slice")];
        let parts = parts.clamp(1, self.threads());
        if parts == 1 {
            job(0, out);
            return;
        }
        let grain = grain.clamp(1, rows.max(1));
        let each = rows.div_ceil(parts).div_ceil(grain) * grain;
        let base = SendPointer(out.as_mut_ptr());
        self.run(parts, &|part| {
            let first = part.saturating_mul(each).min(rows);
            let count = each.min(rows - first);
            if count > 0 {
                // SAFETY: `first + count <= rows`, and `rows * width` is the length of `out` without overflow, so the range
                // lies in it; runs begin at multiples of `each` below `rows`, or are empty, so they are disjoint; `out` is
                // borrowed exclusively until `run` returns.
                let chunk = unsafe { std::slice::from_raw_parts_mut(base.get().add(first * width), count * width) };
                job(first, chunk);
            }
        });
    }

    /// Cuts a buffer, and others of its length, at the same places into `parts`, each but the last a multiple of a cache
    /// line, and calls `job(first, piece, pieces_of_others)` for each, side by side.
    ///
    /// # Panics
    /// If the lengths differ, and as [`Pool::run`].
    #[inline]
    pub fn split_together<const N: usize>(
        &self,
        parts: usize,
        buffer: &mut [f32],
        others: [&mut [f32]; N],
        job: impl Fn(usize, &mut [f32], [&mut [f32]; N]) + Sync,
    ) {
        let length = buffer.len();
        assert!(others.iter().all(|other| other.len() == length), "buffers of one length are cut together");
        let parts = parts.clamp(1, self.threads());
        if parts == 1 {
            job(0, buffer, others);
            return;
        }
        let each = length.div_ceil(parts).next_multiple_of(16);
        let base = SendPointer(buffer.as_mut_ptr());
        let others = others.map(|other| SendPointer(other.as_mut_ptr()));
        self.run(parts, &|part| {
            let first = (part * each).min(length);
            let count = each.min(length - first);
            // SAFETY: the pieces of a buffer lie in it and are disjoint, as in `split_rows`; buffers are borrowed exclusively,
            // so they are disjoint too, until `run` returns.
            let piece = |base: &SendPointer| unsafe { std::slice::from_raw_parts_mut(base.get().add(first), count) };
            job(first, piece(&base), std::array::from_fn(|i| piece(&others[i])));
        });
    }
}

/// Waits for the workers when a job ends, also when its own part panics.
struct Finish<'a>(&'a Pool);

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        let mut spins = 0;
        while self.0.shared.running.load(Ordering::Acquire) > 0 {
            if spins < SPINS {
                spins += 1;
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
        self.0.busy.set(false);
    }
}

struct SendPointer(*mut f32);

impl SendPointer {
    fn get(&self) -> *mut f32 {
        self.0
    }
}

// SAFETY: only shared inside `split_rows`, which hands out disjoint ranges.
unsafe impl Sync for SendPointer {}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.shared.turn.fetch_add(1, Ordering::Release);
        for worker in self.workers.drain(..) {
            worker.thread().unpark();
            // A worker catches its panics, so there is nothing to learn from the result.
            let _ = worker.join();
        }
    }
}

fn work(shared: &Shared, index: usize) {
    let mut seen = 0;
    shared.running.fetch_sub(1, Ordering::Release);
    loop {
        let mut spins = 0;
        while shared.turn.load(Ordering::Acquire) == seen {
            if spins < SPINS {
                spins += 1;
                std::hint::spin_loop();
            } else {
                std::thread::park();
            }
        }
        seen = seen.wrapping_add(1);
        if shared.stop.load(Ordering::Relaxed) {
            return;
        }
        if index < shared.parts.load(Ordering::Relaxed) {
            // SAFETY: between the turn seen above and the decrement below the owner does not write the cell, and the
            // closure it points to lives.
            let job = unsafe { (*shared.job.get()).map(|job| &*job) };
            if let Some(job) = job
                && std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(index))).is_err()
            {
                shared.panicked.store(true, Ordering::Relaxed);
            }
        }
        shared.running.fetch_sub(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    #[test]
    fn every_part_runs_once_for_many_jobs_in_a_row() {
        let pool = Pool::new(3);
        let total = AtomicU64::new(0);
        for _ in 0..2_000 {
            pool.run(3, &|part| {
                total.fetch_add(1 << (part * 16), Ordering::Relaxed);
            });
        }
        assert_eq!(total.into_inner(), 2_000 | 2_000 << 16 | 2_000 << 32);
    }

    #[test]
    fn a_panic_in_a_part_reaches_the_caller_and_the_pool_lives_on() {
        let pool = Pool::new(2);
        let panicking = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            pool.run(2, &|part| assert!(part == 0, "part 1 fails"));
        }));
        assert!(panicking.is_err());
        pool.run(2, &|_| {});
    }

    #[test]
    fn rows_are_split_without_gap_or_overlap() {
        let pool = Pool::new(3);
        for rows in [1, 7, 8, 9, 100] {
            let mut out = vec![0.0; rows * 2];
            pool.split_rows(3, rows, 2, &mut out, 8, |first, chunk| {
                for (i, row) in chunk.chunks_mut(2).enumerate() {
                    row[0] += (first + i) as f32;
                    row[1] += 1.0;
                }
            });
            assert!(out.chunks(2).enumerate().all(|(i, row)| row == [i as f32, 1.0]));
        }
    }

    #[test]
    fn buffers_are_cut_at_the_same_places() {
        let pool = Pool::new(3);
        for length in [0, 1, 16, 47, 100] {
            let (mut a, mut b) = (vec![0.0; length], vec![0.0; length]);
            pool.split_together(3, &mut a, [&mut b], |first, a, [b]| {
                for (i, (a, b)) in a.iter_mut().zip(b).enumerate() {
                    (*a, *b) = (*a + (first + i) as f32, *b + 1.0);
                }
            });
            assert!(a.iter().enumerate().all(|(i, a)| *a == i as f32) && b.iter().all(|b| *b == 1.0));
        }
    }

    #[test]
    fn two_panics_at_once_do_not_outlive_their_job() {
        let pool = Pool::new(2);
        let all = std::panic::AssertUnwindSafe(|| pool.run(2, &|_| panic!("every part fails")));
        assert!(std::panic::catch_unwind(all).is_err());
        pool.run(2, &|_| {});
    }

    #[test]
    #[should_panic(expected = "cannot start another")]
    fn a_job_cannot_start_another() {
        let pool = Pool::new(2);
        // The compiler refuses `pool` inside a job; a thread-local pool could be reached all the same.
        let nested = Smuggled(&pool);
        pool.run(1, &|_| nested.get().run(1, &|_| {}));
    }

    struct Smuggled<'a>(&'a Pool);

    impl Smuggled<'_> {
        fn get(&self) -> &Pool {
            self.0
        }
    }

    // SAFETY: the test uses it on one thread only.
    unsafe impl Sync for Smuggled<'_> {}

    #[test]
    fn sizes_that_overflow_are_refused() {
        let pool = Pool::new(3);
        let mut out = [0.0; 8];
        pool.split_rows(3, 8, 1, &mut out, 1 << 63, |first, chunk| {
            chunk.iter_mut().for_each(|x| *x += first as f32 + 1.0)
        });
        assert_eq!(out, [1.0; 8]);
        let mut huge = std::panic::AssertUnwindSafe(|| pool.split_rows(2, 1 << 63, 2, &mut out, 8, |_, _| {}));
        assert!(std::panic::catch_unwind(move || (*huge)()).is_err());
    }
}
