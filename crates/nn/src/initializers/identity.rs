//! The identity matrix.
//!
//! Keras differences: none known.

use super::Initialize;
use super::distribution::ElementDistribution;
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};
use treino_engine::random::Stream;

component! {
    /// 1 on the diagonal and 0 elsewhere, times `gain`.
    pub struct Identity = "identity" ["IdentityInitializer"] {
        /// What the matrix is multiplied by.
        gain: f64 = 1.0, Kind::NUMBER;
    }
}

impl Initialize for Identity {
    fn check(&self, shape: &[usize]) -> Result<()> {
        if shape.len() != 2 {
            return Err(Error::input("identity can start a matrix, but not a vector"));
        }
        Ok(())
    }

    fn law(&self, _shape: &[usize]) -> Option<ElementDistribution> {
        None
    }

    fn fill(&self, shape: &[usize], _stream: Stream, out: &mut [f32]) {
        let columns = shape.last().copied().unwrap_or(1).max(1);
        out.fill(0.0);
        for (i, row) in out.chunks_mut(columns).enumerate() {
            if let Some(w) = row.get_mut(i) {
                *w = self.gain as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::draw;
    use super::*;

    #[test]
    fn the_diagonal_is_the_gain() {
        assert_eq!(draw(Identity { gain: 2.0 }, &[2, 3], 1), [2.0, 0.0, 0.0, 0.0, 2.0, 0.0]);
        assert_eq!(draw(Identity::default(), &[3, 2], 1), [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        assert!(Identity::default().check(&[4]).is_err());
    }
}
