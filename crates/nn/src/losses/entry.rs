//! Losses of a row that are the mean of one number an entry.

use super::RowLoss;

/// The loss of one entry. Mark both with `#[inline(always)]`, as in [`RowLoss`].
pub(super) trait EntryLoss {
    /// The loss for target `y` and prediction `p`.
    fn value(&self, y: f32, p: f32) -> f32;

    /// d value / dp.
    fn slope(&self, y: f32, p: f32) -> f32;
}

/// The mean over the entries of a row.
pub(super) struct EntryMean<E>(pub E);

impl<E: EntryLoss> RowLoss for EntryMean<E> {
    #[inline(always)]
    fn row(&self, y: &[f32], p: &[f32], gradient: Option<(f32, &mut [f32])>) -> f32 {
        let share = 1.0 / p.len() as f32;
        if let Some((scale, dp)) = gradient {
            for ((d, y), p) in dp.iter_mut().zip(y).zip(p) {
                // A row without weight has no gradient, however steep its loss is.
                *d = if scale == 0.0 { 0.0 } else { scale * share * self.0.slope(*y, *p) };
            }
        }
        y.iter().zip(p).fold(0.0_f32, |sum, (y, p)| sum + self.0.value(*y, *p)) * share
    }
}
