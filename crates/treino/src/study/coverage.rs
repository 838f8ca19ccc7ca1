//! What the p-values and intervals of a study cover: the chance of seeds on one split, or of splits too.
//!
//! Trainings on one split differ by their seeds alone, so a significant difference may hold for these rows only. If each
//! seed draws its own validation rows, or trains on folds, the chance of the split is part of the values. The parts of
//! two such trainings share rows, for which the tests are corrected (C. Nadeau and Y. Bengio, Machine Learning 52,
//! 2003).

use serde::{Deserialize, Serialize};

/// Fewer validation rows than these are few: at 80 % accuracy the standard error of one split is above 1.3 points.
const FEW_ROWS: usize = 1_000;

/// How the validation rows of trainings with different seeds were chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Splits {
    /// They are the same rows.
    One,
    /// Each seed has its own split.
    PerSeed,
    /// Each seed is trained on so many folds.
    Folds(usize),
}

/// What the chance between the trainings of a config covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// How the validation rows were chosen.
    pub splits: Splits,
    /// The number of training rows of one training.
    pub training_rows: usize,
    /// The number of rows that the objective is measured on, which are not training rows; `None` if it is measured on the
    /// training rows.
    pub validation_rows: Option<usize>,
}

impl Coverage {
    /// The ratio of validation to training rows if trainings are validated on different rows, otherwise 0: the correction
    /// of [`crate::statistics::corrected_paired_t`].
    pub fn overlap(&self) -> f64 {
        match (self.splits, self.validation_rows) {
            (Splits::Folds(folds), _) if folds > 1 => 1.0 / (folds - 1) as f64,
            (Splits::PerSeed, Some(rows)) => rows as f64 / self.training_rows.max(1) as f64,
            _ => 0.0,
        }
    }

    /// Whether one split has so few validation rows that other rows may well order the configs otherwise.
    pub fn has_few_rows(&self) -> bool {
        self.splits == Splits::One && self.validation_rows.is_some_and(|rows| rows < FEW_ROWS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_correction_is_the_ratio_of_validation_to_training_rows() {
        let of = |splits| Coverage { splits, training_rows: 400, validation_rows: Some(100) };
        assert_eq!(of(Splits::One).overlap(), 0.0);
        assert_eq!(of(Splits::PerSeed).overlap(), 0.25);
        assert_eq!(of(Splits::Folds(5)).overlap(), 0.25);
        assert_eq!(Coverage { validation_rows: None, ..of(Splits::PerSeed) }.overlap(), 0.0);
    }

    #[test]
    fn few_rows_matter_on_one_split() {
        let of = |splits, rows| Coverage { splits, training_rows: 400, validation_rows: rows }.has_few_rows();
        assert!(of(Splits::One, Some(999)) && !of(Splits::One, Some(1_000)) && !of(Splits::One, None));
        assert!(!of(Splits::PerSeed, Some(50)));
    }
}
