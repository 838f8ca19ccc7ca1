//! Orthogonal matrices, drawn uniformly (A. Saxe, J. McClelland, S. Ganguli, ICLR 2014).
//!
//! A matrix of normals is made orthonormal column by column (Gram and Schmidt, each column twice, in double precision
//! and in a fixed order). That is its QR decomposition with a positive diagonal of R, which makes Q uniform over all
//! orthogonal matrices (F. Mezzadri, Notices of the AMS 54, 2007).
//!
//! Keras differences: none known besides the random bits.

use super::Initialize;
use super::distribution::ElementDistribution;
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};
use treino_engine::math::normal_quantile;
use treino_engine::random::Stream;

component! {
    /// A matrix with orthonormal columns (or rows, whichever are fewer), times `gain`.
    ///
    /// Keeps lengths from layer to layer, however many there are.
    pub struct Orthogonal = "orthogonal" ["OrthogonalInitializer"] {
        /// What the matrix is multiplied by.
        gain: f64 = 1.0, Kind::NUMBER;
    }
}

impl Initialize for Orthogonal {
    fn check(&self, shape: &[usize]) -> Result<()> {
        if shape.len() < 2 {
            return Err(Error::input("orthogonal can start a matrix, but not a vector"));
        }
        Ok(())
    }

    fn law(&self, _shape: &[usize]) -> Option<ElementDistribution> {
        None
    }

    fn fill(&self, shape: &[usize], stream: Stream, out: &mut [f32]) {
        let columns = shape.last().copied().unwrap_or(1).max(1);
        let rows = out.len() / columns;
        let (long, short) = (rows.max(columns), rows.min(columns));
        if short == 0 {
            return;
        }
        // Vector j of the result is q[j * long ..][.. long].
        let mut q: Vec<f64> = (0..(long * short) as u64).map(|i| normal_quantile(stream.uniform_f64(i))).collect();
        for j in 0..short {
            let (done, rest) = q.split_at_mut(j * long);
            let v = &mut rest[..long];
            for _ in 0..2 {
                for u in done.chunks_exact(long) {
                    let along = dot(u, v);
                    for (v, u) in v.iter_mut().zip(u) {
                        *v -= along * u;
                    }
                }
            }
            let length = dot(v, v).sqrt();
            for v in v {
                *v /= length;
            }
        }
        for (i, w) in out.iter_mut().enumerate() {
            let (row, column) = (i / columns, i % columns);
            let at = if rows >= columns { column * long + row } else { row * long + column };
            *w = (self.gain * q[at]) as f32;
        }
    }
}

/// The inner product, in eight lanes that are summed at the end.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a8.remainder().iter().zip(b8.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a8.zip(b8) {
        for k in 0..8 {
            lanes[k] += a[k] * b[k];
        }
    }
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::super::tests::draw;
    use super::*;

    #[test]
    fn the_shorter_side_is_orthonormal() {
        for (rows, columns) in [(1, 1), (5, 5), (40, 17), (9, 33), (1, 6)] {
            let w = draw(Orthogonal { gain: 2.0 }, &[rows, columns], 3);
            let at =
                |i: usize, j: usize| f64::from(if rows >= columns { w[j * columns + i] } else { w[i * columns + j] });
            let (long, short) = (rows.max(columns), rows.min(columns));
            for a in 0..short {
                for b in 0..short {
                    let product: f64 = (0..long).map(|k| at(a, k) * at(b, k)).sum();
                    let wanted = if a == b { 4.0 } else { 0.0 };
                    assert!((product - wanted).abs() < 1e-6, "{rows} x {columns}: {product} at {a}, {b}");
                }
            }
        }
        assert!(Orthogonal::default().check(&[4]).is_err());
    }

    #[test]
    fn the_first_element_takes_both_signs() {
        let first = (0..40).map(|seed| draw(Orthogonal::default(), &[3, 3], seed)[0]);
        let positive = first.filter(|w| *w > 0.0).count();
        // Binomial(40, 1/2): within four standard deviations.
        assert!((8..=32).contains(&positive), "{positive}");
    }
}
