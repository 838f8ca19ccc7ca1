//! Rows copied into a batch.

use crate::pool::Pool;
use crate::simd::prefetch;

/// Numbers to copy that justify a second thread: about ten microseconds of work.
const MIN_WORK_PER_THREAD: usize = 50_000;

/// Bytes of rows that are prefetched: half of a first-level cache.
const PREFETCH_LIMIT: usize = 16 << 10;

/// Tables of at most this many bytes are not prefetched: they stay in the second-level cache.
const SMALL_TABLE: usize = 256 << 10;

/// Prefetches rows of `width` numbers of `from` that will be gathered next. Does nothing if they do not fit into the first-level
/// cache.
#[inline]
pub fn prefetch_rows(from: &[f32], width: usize, order: &[u32]) {
    if from.len() * 4 <= SMALL_TABLE || order.len() * width * 4 > PREFETCH_LIMIT {
        return;
    }
    for row in order {
        let row = from.as_ptr().wrapping_add(*row as usize * width);
        (0..width).step_by(16).for_each(|at| prefetch(row.wrapping_add(at)));
        prefetch(row.wrapping_add(width.saturating_sub(1)));
    }
}

/// Copies the rows `order` of `from`, each of `width` numbers, one after another into `to`.
///
/// # Panics
/// If a row lies outside `from`, or if `to` is too short.
pub fn gather_rows(pool: &Pool, from: &[f32], width: usize, order: &[u32], to: &mut [f32]) {
    if width == 1 {
        order.iter().zip(to).for_each(|(row, to)| *to = from[*row as usize]);
        return;
    }
    if let [row] = order {
        to[..width].copy_from_slice(&from[*row as usize * width..][..width]);
        return;
    }
    let parts = pool.parts_for(order.len() * width, MIN_WORK_PER_THREAD);
    pool.split_rows(parts, order.len(), width, to, 8, |first, to| {
        let last = (from.len() / width.max(1)).saturating_sub(1);
        let order = &order[first..first + to.len() / width];
        assert!(from.len() >= width && order.iter().all(|row| *row as usize <= last), "a row lies outside the data");
        match width {
            // SAFETY: the assertion checked that the rows lie in `from`, and `to` has space for each of them.
            ..4 => unsafe { copy_rows::<1>(from, width, order, to) },
            // SAFETY: as above.
            4..8 => unsafe { copy_rows::<4>(from, width, order, to) },
            // SAFETY: as above.
            8..16 => unsafe { copy_rows::<8>(from, width, order, to) },
            // SAFETY: as above.
            _ => unsafe { copy_rows::<16>(from, width, order, to) },
        }
    });
}

/// Copies each row in pieces of `N` numbers. The last piece overlaps the one before it, so that no piece is shorter.
///
/// # Safety
/// Every row must lie in `from`, `to` must have space for all of them, and `width` must be at least `N`.
unsafe fn copy_rows<const N: usize>(from: &[f32], width: usize, order: &[u32], to: &mut [f32]) {
    let mut out = to.as_mut_ptr();
    for (slot, row) in order.iter().enumerate() {
        // Long rows are scattered in memory: each is prefetched while the row two places before it is copied.
        if let (65.., Some(next)) = (width, order.get(slot + 2)) {
            let next = from.as_ptr().wrapping_add(*next as usize * width);
            (0..width).step_by(16).for_each(|at| prefetch(next.wrapping_add(at)));
        }
        // SAFETY: guaranteed by the caller; an array of f32 has the alignment of f32.
        unsafe {
            let row = from.as_ptr().add(*row as usize * width);
            let mut at = 0;
            while at + N < width {
                out.add(at).cast::<[f32; N]>().write(row.add(at).cast::<[f32; N]>().read());
                at += N;
            }
            out.add(width - N).cast::<[f32; N]>().write(row.add(width - N).cast::<[f32; N]>().read());
            out = out.add(width);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_every_width_are_copied_in_order() {
        let order = [3, 0, 3, 1];
        for width in [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33] {
            let from: Vec<f32> = (0..4 * width).map(|i| i as f32).collect();
            let mut to = vec![-1.0; order.len() * width];
            gather_rows(&Pool::new(1), &from, width, &order, &mut to);
            for (row, to) in order.iter().zip(to.chunks(width)) {
                assert_eq!(to, &from[*row as usize * width..][..width], "width {width}");
            }
        }
        let (from, order) = (vec![1.0; 500_000], [999; 1000]);
        let mut to = vec![0.0; 500_000];
        gather_rows(&Pool::new(3), &from, 500, &order, &mut to);
        assert_eq!(to, from);
    }

    #[test]
    #[should_panic(expected = "outside")]
    fn a_row_outside_is_refused() {
        gather_rows(&Pool::new(1), &[0.0; 8], 4, &[0, 2], &mut [0.0; 8]);
    }
}
