//! A pool of threads for the inside of a step.
//!
//! Work is cut by shape into parts, part `i` always covers the same rows, and the calling thread takes part 0: what is
//! computed never depends on who computes it. A call allocates nothing and takes no lock. Waiting workers spin for a few
//! microseconds and then park.

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
    job: std::cell::UnsafeCell<Option<Job>>,
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
    // One call at a time: `run` takes `&self`, so this keeps the pool on the thread that made it.
    not_sync: std::marker::PhantomData<std::cell::Cell<()>>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("threads", &self.threads()).finish()
    }
}

impl Pool {
    /// A pool that works on `threads` threads, the calling one among them. If the system gives fewer, it works on those.
    pub fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared {
            turn: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            job: std::cell::UnsafeCell::new(None),
            parts: AtomicUsize::new(0),
        });
        let mut workers = Vec::new();
        for index in 1..threads {
            let shared = Arc::clone(&shared);
            let builder = std::thread::Builder::new().name(format!("treino-{index}"));
            match builder.spawn(move || work(&shared, index)) {
                Ok(worker) => workers.push(worker),
                Err(_) => break,
            }
        }
        let handles = workers.iter().map(|w| w.thread().clone()).collect();
        Pool { shared, workers, handles, not_sync: std::marker::PhantomData }
    }

    /// How many threads it works on.
    pub fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Into how many parts to cut `work` units of which `least` are worth a thread: at least 1, at most the threads.
    pub fn parts_for(&self, work: usize, least: usize) -> usize {
        (work / least.max(1)).clamp(1, self.threads())
    }

    /// Calls `job(0)`, ..., `job(parts - 1)`, side by side, and returns when all are done.
    ///
    /// # Panics
    /// If a part does, after all others have ended.
    pub fn run(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
        let parts = parts.min(self.threads());
        if parts <= 1 {
            job(0);
            return;
        }
        // SAFETY: only the lifetime is erased. This function does not return, and `finish` does not let a panic past,
        // before every worker has decremented `running`, after which none uses the pointer.
        let erased = unsafe { std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), Job>(job) };
        // SAFETY: `running` is 0 here, so no worker reads the cell.
        unsafe { *self.shared.job.get() = Some(erased) };
        self.shared.parts.store(parts, Ordering::Relaxed);
        self.shared.running.store(self.workers.len(), Ordering::Relaxed);
        self.shared.turn.fetch_add(1, Ordering::Release);
        for handle in &self.handles {
            handle.unpark();
        }
        struct Finish<'a>(&'a Shared);
        impl Drop for Finish<'_> {
            fn drop(&mut self) {
                while self.0.running.load(Ordering::Acquire) > 0 {
                    std::hint::spin_loop();
                }
            }
        }
        let finish = Finish(&self.shared);
        job(0);
        drop(finish);
        assert!(!self.shared.panicked.swap(false, Ordering::Relaxed), "a part of a parallel job panicked");
    }

    /// Cuts the `rows` rows of `width` numbers in `out` into `parts` runs of rows, each but the last a multiple of
    /// `grain`, and calls `job(first_row, rows_of_out)` for each, side by side.
    pub fn split_rows(
        &self,
        parts: usize,
        rows: usize,
        width: usize,
        out: &mut [f32],
        grain: usize,
        job: impl Fn(usize, &mut [f32]) + Sync,
    ) {
        assert!(out.len() >= rows * width);
        let parts = parts.clamp(1, self.threads());
        if parts == 1 {
            job(0, out);
            return;
        }
        let each = rows.div_ceil(parts).div_ceil(grain) * grain;
        let base = SendPointer(out.as_mut_ptr());
        self.run(parts, &|part| {
            let first = (part * each).min(rows);
            let count = each.min(rows - first);
            if count > 0 {
                // SAFETY: `first + count <= rows` and `rows * width <= out.len()`, so the range lies in `out`; parts
                // cover disjoint ranges, and `out` is borrowed exclusively until `run` returns.
                let chunk = unsafe { std::slice::from_raw_parts_mut(base.get().add(first * width), count * width) };
                job(first, chunk);
            }
        });
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
}
