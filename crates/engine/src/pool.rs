//! A pool of threads that share one computation, such as a matrix product.
//!
//! Each job is divided into parts. The calling thread runs part 0, worker `i` runs part `i`; results must not depend on the number of
//! parts. A call allocates nothing and takes no lock. Waiting workers spin for a few microseconds and then park.

use std::cell::{Cell, UnsafeCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{JoinHandle, Thread};

/// How long a waiting worker spins before it parks, in rounds of `spin_loop`.
const SPINS: u32 = 4_000;

type Job = *const (dyn Fn(usize) + Sync);

struct Shared {
    /// The number of jobs started so far. A worker sees a new job when it changes.
    generation: AtomicUsize,
    /// Workers that have not finished the current job.
    running: AtomicUsize,
    /// Whether a part of the current job panicked.
    panicked: AtomicBool,
    stop: AtomicBool,
    job: UnsafeCell<Option<Job>>,
    parts: AtomicUsize,
}

// SAFETY: the owner of the pool writes `job` only while `running` is 0. Workers read it only between the release of `generation` that
// follows and their own decrement of `running`.
unsafe impl Sync for Shared {}
// SAFETY: the pointer in `job` is used only while its closure lives (see `Pool::run`), and the closure is `Sync`.
unsafe impl Send for Shared {}

/// Threads that wait for work. They end when the pool is dropped.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    handles: Vec<Thread>,
    /// Whether a job runs; there is at most one. A `Cell` also makes the pool `!Sync`, so only one thread can start jobs.
    busy: Cell<bool>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("threads", &self.threads()).finish()
    }
}

impl Pool {
    /// A pool of `threads` threads, including the calling one. If the system cannot start that many, the pool has fewer. More threads
    /// than cores are slower, but give the same results.
    pub fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared {
            generation: AtomicUsize::new(0),
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
        // Wait until all threads have started, so that no start-up work falls into the first job.
        while shared.running.load(Ordering::Acquire) > 0 {
            std::thread::yield_now();
        }
        let handles = workers.iter().map(|w| w.thread().clone()).collect();
        Pool { shared, workers, handles, busy: Cell::new(false) }
    }

    /// The number of threads, including the calling one.
    #[inline]
    pub fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// The number of parts for `work` units of work if each part should have at least `min_per_part`: from 1 to the number of threads.
    #[inline]
    pub fn parts_for(&self, work: usize, min_per_part: usize) -> usize {
        if self.workers.is_empty() || work < min_per_part {
            return 1;
        }
        (work / min_per_part.max(1)).clamp(1, self.threads())
    }

    /// Calls `job(0)`, ..., `job(parts - 1)` in parallel, and returns when all have ended.
    ///
    /// # Panics
    /// If `parts` is 0 or larger than the number of threads, if a job of this pool calls it, or if a part panics (after all parts have
    /// ended).
    pub fn run(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
        assert!((1..=self.threads()).contains(&parts), "a pool of {} threads runs 1 to as many parts", self.threads());
        assert!(!self.busy.replace(true), "a job of a pool cannot start another on it");
        let wait = WaitForWorkers(self);
        if parts == 1 {
            job(0);
            return;
        }
        let shared = &*self.shared;
        let erased: *const (dyn Fn(usize) + Sync + '_) = job;
        // SAFETY: only the lifetime is erased. `wait` is dropped when this function returns or panics, and then waits until every
        // worker has decremented `running`. No worker uses the pointer after that.
        let erased = unsafe { std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), Job>(erased) };
        // SAFETY: `busy` admits one job at a time, and the one before ended with `running` at 0, so no worker reads the cell.
        unsafe { *shared.job.get() = Some(erased) };
        shared.panicked.store(false, Ordering::Relaxed);
        shared.parts.store(parts, Ordering::Relaxed);
        shared.running.store(self.workers.len(), Ordering::Relaxed);
        shared.generation.fetch_add(1, Ordering::Release);
        for handle in &self.handles {
            handle.unpark();
        }
        job(0);
        drop(wait);
        assert!(!shared.panicked.load(Ordering::Relaxed), "a part of a parallel job panicked");
    }

    /// Divides the first `rows` rows of `out`, each of `width` numbers, among `parts` calls of `job(first_row, rows_of_out)`, which run
    /// in parallel. Each call but the last gets a multiple of `grain` rows.
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
                // SAFETY: `first + count <= rows`, and `rows * width` is the length of `out` without overflow, so the range lies in
                // it. Ranges begin at multiples of `each` and have at most `each` rows, so they are disjoint. `out` is borrowed
                // exclusively until `run` returns.
                let chunk = unsafe { std::slice::from_raw_parts_mut(base.get().add(first * width), count * width) };
                job(first, chunk);
            }
        });
    }

    /// Divides several buffers of one length at the same positions, and calls `job(first, piece_of_buffer, pieces_of_others)` in
    /// parallel for `parts` pieces. `first` is the position at which the pieces begin. The length of each piece but the last is a
    /// multiple of a cache line.
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
        assert!(others.iter().all(|other| other.len() == length), "buffers that are divided together have one length");
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
            // SAFETY: the pieces of a buffer lie in it and are disjoint, as in `split_rows`. The buffers are disjoint because they are
            // borrowed exclusively until `run` returns.
            let piece = |base: &SendPointer| unsafe { std::slice::from_raw_parts_mut(base.get().add(first), count) };
            job(first, piece(&base), std::array::from_fn(|i| piece(&others[i])));
        });
    }
}

/// Waits for the workers when it is dropped: at the end of a job, also if part 0 panics.
struct WaitForWorkers<'a>(&'a Pool);

impl Drop for WaitForWorkers<'_> {
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

// SAFETY: only shared inside `split_rows` and `split_together`, which make disjoint ranges of it.
unsafe impl Sync for SendPointer {}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.shared.generation.fetch_add(1, Ordering::Release);
        for worker in self.workers.drain(..) {
            worker.thread().unpark();
            // A worker catches the panics of its jobs, so `join` returns no error.
            let _ = worker.join();
        }
    }
}

/// The loop of worker `index`.
fn work(shared: &Shared, index: usize) {
    let mut seen = 0;
    shared.running.fetch_sub(1, Ordering::Release);
    loop {
        let mut spins = 0;
        while shared.generation.load(Ordering::Acquire) == seen {
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
            // SAFETY: between the new generation seen above and the decrement below, the owner does not write the cell, and the
            // closure lives.
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
    fn every_part_of_many_jobs_runs_once() {
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
    fn a_panic_in_a_part_reaches_the_caller_and_the_pool_stays_usable() {
        let pool = Pool::new(2);
        let panicking = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            pool.run(2, &|part| assert!(part == 0, "part 1 fails"));
        }));
        assert!(panicking.is_err());
        pool.run(2, &|_| {});
    }

    #[test]
    fn rows_are_divided_without_gap_or_overlap() {
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
    fn buffers_are_divided_at_the_same_positions() {
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
    fn a_pool_stays_usable_after_two_parts_panic() {
        let pool = Pool::new(2);
        let all = std::panic::AssertUnwindSafe(|| pool.run(2, &|_| panic!("every part fails")));
        assert!(std::panic::catch_unwind(all).is_err());
        pool.run(2, &|_| {});
    }

    #[test]
    #[should_panic(expected = "cannot start another")]
    fn a_job_cannot_start_another() {
        let pool = Pool::new(2);
        // The compiler refuses `pool` inside a job, but a job could still reach a thread-local pool.
        let nested = AssertSync(&pool);
        pool.run(1, &|_| nested.get().run(1, &|_| {}));
    }

    struct AssertSync<'a>(&'a Pool);

    impl AssertSync<'_> {
        fn get(&self) -> &Pool {
            self.0
        }
    }

    // SAFETY: the test uses it on one thread only.
    unsafe impl Sync for AssertSync<'_> {}

    #[test]
    fn overflowing_sizes_are_refused() {
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
