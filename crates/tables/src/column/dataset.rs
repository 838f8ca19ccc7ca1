//! The data that a network trains on.

use crate::column::recipe::Recipe;
use crate::column::summary::Summary;
use crate::column::target::Target;
use crate::spec::note::Note;
use treino_core::rows::Matrix;

/// Rows as numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The inputs: rows x inputs.
    pub x: Matrix,
    /// The targets, rows x targets: the class (0, 1, ...), or the number in the scale of its [`Target`].
    pub y: Matrix,
    /// The weight of each row, if there is a column of weights.
    pub weights: Option<Vec<f32>>,
    /// The row numbers in the file, from 0, the header not counted.
    pub rows: Vec<u32>,
}

impl Dataset {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// At most `most` of its rows, evenly spaced: row *i* of *k* is row floor(*i n / k*) of these *n*.
    pub fn thinned(&self, most: usize) -> Dataset {
        if self.len() <= most {
            return self.clone();
        }
        let kept: Vec<usize> = (0..most).map(|i| i * self.len() / most).collect();
        let rows_of = |m: &Matrix| {
            let data = kept.iter().flat_map(|i| m.row(*i).iter().copied()).collect();
            Matrix::new(most, m.cols(), data)
        };
        Dataset {
            x: rows_of(&self.x),
            y: rows_of(&self.y),
            weights: self.weights.as_ref().map(|w| kept.iter().map(|i| w[*i]).collect()),
            rows: kept.iter().map(|i| self.rows[*i]).collect(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// A table that is ready for training.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// How columns become inputs.
    pub recipe: Recipe,
    /// The target.
    pub target: Target,
    /// Further targets.
    pub more_targets: Vec<Target>,
    /// The rows to train on.
    pub train: Dataset,
    /// The rows that decide when to stop.
    pub validation: Option<Dataset>,
    /// The test rows, which decide nothing.
    pub test: Option<Dataset>,
    /// The number of rows without a target, which are not used; over all files.
    pub set_aside: usize,
    /// What was decided automatically.
    pub notes: Vec<Note>,
    /// A summary of the table.
    pub summary: Summary,
}

impl Prepared {
    /// All targets, in the order of the columns of [`Dataset::y`].
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        std::iter::once(&self.target).chain(&self.more_targets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinned_rows_are_evenly_spaced() {
        let column = |n: usize| Matrix::new(n, 1, (0..n).map(|i| i as f32).collect());
        let all = Dataset { x: column(10), y: column(10), weights: Some(vec![1.0; 10]), rows: (0..10).collect() };
        let some = all.thinned(4);
        assert_eq!(some.rows, [0, 2, 5, 7]);
        assert_eq!((some.x.as_slice(), some.weights.as_ref().unwrap().len()), (&[0.0, 2.0, 5.0, 7.0][..], 4));
        assert_eq!(all.thinned(10), all);
    }
}
