//! Borrowed rows.

use super::Matrix;
use crate::error::{Error, Result};

/// A borrowed matrix of `f32`: rows of `cols` numbers, each starting `stride` numbers after the one before it.
///
/// Training on data that is stored elsewhere (an array of another program, some columns of a wider matrix) needs no
/// copy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rows<'a> {
    numbers: &'a [f32],
    rows: usize,
    cols: usize,
    stride: usize,
}

impl<'a> Rows<'a> {
    /// Contiguous rows of `cols` numbers.
    ///
    /// # Errors
    /// Returns an error if there are not exactly `rows * cols` numbers.
    pub fn new(numbers: &'a [f32], rows: usize, cols: usize) -> Result<Self> {
        if rows.checked_mul(cols) != Some(numbers.len()) {
            let e = format!("{rows} rows of {cols} need {} numbers", rows as u128 * cols as u128);
            return Err(Error::input(format!("{e}, but there are {}", numbers.len())));
        }
        Ok(Rows { numbers, rows, cols, stride: cols })
    }

    /// Rows of `cols` numbers whose starts are `stride` numbers apart.
    ///
    /// # Errors
    /// Returns an error if the stride is below `cols`, or if there are too few numbers.
    pub fn with_stride(numbers: &'a [f32], rows: usize, cols: usize, stride: usize) -> Result<Self> {
        if stride < cols {
            return Err(Error::input(format!("the stride is {stride}, but must be at least the {cols} columns")));
        }
        let needed = rows.checked_sub(1).map_or(Some(0), |before| before.checked_mul(stride)?.checked_add(cols));
        if needed.is_none_or(|needed| numbers.len() < needed) {
            let e = format!("{rows} rows of {cols} with a stride of {stride} do not fit");
            return Err(Error::input(format!("{e} into {} numbers", numbers.len())));
        }
        Ok(Rows { numbers, rows, cols, stride })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// About `rows` of the rows, evenly spaced; all if there are no more.
    pub fn spread(self, rows: usize) -> Self {
        let step = (self.rows / rows.max(1)).max(1);
        Rows { rows: self.rows.div_ceil(step), stride: self.stride * step, ..self }
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Row `i` (from 0), `cols` numbers long.
    pub fn row(&self, i: usize) -> &'a [f32] {
        &self.numbers[i * self.stride..][..self.cols]
    }

    /// All numbers, row after row, if the rows are contiguous.
    pub fn contiguous(&self) -> Option<&'a [f32]> {
        (self.stride == self.cols).then(|| &self.numbers[..self.rows * self.cols])
    }

    /// Each row in turn.
    pub fn iter(&self) -> impl Iterator<Item = &'a [f32]> {
        let rows = *self;
        (0..self.rows).map(move |i| rows.row(i))
    }

    /// Copies the rows from `first` on into `to`, as many as fit.
    pub fn copy_to(&self, first: usize, to: &mut [f32]) {
        match self.contiguous() {
            Some(numbers) => to.copy_from_slice(&numbers[first * self.cols..][..to.len()]),
            None => {
                let rows = to.chunks_exact_mut(self.cols.max(1)).enumerate();
                rows.for_each(|(i, to)| to.copy_from_slice(self.row(first + i)));
            }
        }
    }
}

impl<'a> From<&'a Matrix> for Rows<'a> {
    fn from(matrix: &'a Matrix) -> Self {
        Rows { numbers: matrix.as_slice(), rows: matrix.rows(), cols: matrix.cols(), stride: matrix.cols() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_a_stride_are_where_they_belong() {
        let numbers: Vec<f32> = (0..11).map(|i| i as f32).collect();
        let rows = Rows::with_stride(&numbers, 3, 2, 4).unwrap();
        assert_eq!(rows.iter().collect::<Vec<_>>(), [[0.0, 1.0], [4.0, 5.0], [8.0, 9.0]]);
        assert_eq!(rows.contiguous(), None);
        let mut two = [0.0; 4];
        rows.copy_to(1, &mut two);
        assert_eq!(two, [4.0, 5.0, 8.0, 9.0]);
        assert_eq!(Rows::new(&numbers[..6], 2, 3).unwrap().contiguous(), Some(&numbers[..6]));
    }

    #[test]
    fn rows_are_spread_evenly() {
        let numbers: Vec<f32> = (0..14).map(|i| i as f32).collect();
        let rows = Rows::new(&numbers, 7, 2).unwrap();
        assert_eq!(rows.spread(3).iter().map(|row| row[0]).collect::<Vec<_>>(), [0.0, 4.0, 8.0, 12.0]);
        assert_eq!(rows.spread(7), rows);
        assert_eq!(rows.spread(100), rows);
        assert_eq!(Rows::new(&[], 0, 2).unwrap().spread(5).rows(), 0);
    }

    #[test]
    fn numbers_that_do_not_suffice_are_refused() {
        assert!(Rows::new(&[0.0; 5], 2, 3).is_err());
        assert!(Rows::with_stride(&[0.0; 9], 3, 2, 4).is_err());
        assert!(Rows::with_stride(&[0.0; 9], 3, 2, 1).is_err());
        assert!(Rows::with_stride(&[0.0; 9], usize::MAX, 2, usize::MAX).is_err());
        assert_eq!(Rows::with_stride(&[], 0, 3, 3).unwrap().rows(), 0);
    }
}
