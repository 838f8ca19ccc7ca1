//! Cosine similarity.

use super::row_mean::{RowValue, row_mean};
use super::target;
use treino_core::catalog::component;

component! {
    /// Mean cosine of the angle between the rows of targets and predictions: 1 where they point the same way.
    ///
    /// Each row is divided by its length, or by 1e-7 where it is shorter.
    ///
    /// Keras differences: `axis` is missing, it is always the row.
    pub struct CosineSimilarity = "cosine_similarity" {}
}

row_mean!(CosineSimilarity: Row, more_is_better: true, counts_classes: false);

struct Row;

impl RowValue for Row {
    #[inline(always)]
    fn of(&self, y: &[f32], p: &[f32]) -> f64 {
        let (mut yy, mut pp, mut yp) = (0.0, 0.0, 0.0);
        for (k, p_k) in p.iter().enumerate() {
            let (y, p) = (f64::from(target(y, p.len(), k)), f64::from(*p_k));
            yy += y * y;
            pp += p * p;
            yp += y * p;
        }
        yp / (yy.sqrt().max(1e-7) * pp.sqrt().max(1e-7))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn angles() {
        let y = [3.0, 4.0, 1.0, 0.0, 0.0, 0.0];
        assert_eq!(measure(CosineSimilarity {}, 2, 2, &y, &[6.0, 8.0, 0.0, 2.0, 1.0, 1.0], None), 1.0 / 3.0);
    }
}
