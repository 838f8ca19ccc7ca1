//! A penalty on rows or columns with similar directions.

use super::Penalty;
use treino_core::catalog::{Kind, choice, component};
use treino_core::error::{Error, Result};
use treino_engine::simd::{Kernel, Simd};

choice! {
    /// Which vectors of a matrix are compared.
    pub enum Mode {
        /// Its rows.
        Rows = "rows",
        /// Its columns.
        Columns = "columns",
    }
}

component! {
    /// Keeps the rows (or columns) of a matrix at right angles: factor * mean |cosine| over all pairs of them.
    ///
    /// The cosine of two rows is r_i . r_j / (|r_i| |r_j|).
    ///
    /// Keras differences: one row alone costs nothing; Keras divides 0 by 0.
    pub struct OrthogonalRegularizer = "orthogonal_regularizer" {
        /// Strength.
        factor: f64 = 0.01, Kind::NOT_NEGATIVE;
        /// Whether `rows` or `columns` are kept apart.
        mode: Mode = Mode::Rows, Mode::KIND;
    }
}

impl Penalty for OrthogonalRegularizer {
    fn check(&self, shape: &[usize]) -> Result<()> {
        let vectors = match (shape, self.mode) {
            ([rows, _], Mode::Rows) => *rows,
            ([_, columns], Mode::Columns) => *columns,
            _ => {
                let e = format!("orthogonal_regularizer wants a matrix, but the weight has shape {shape:?}");
                return Err(Error::input(e));
            }
        };
        if vectors < 2 {
            let (mode, e) = (self.mode, "orthogonal_regularizer compares");
            return Err(Error::input(format!("{e} {mode}, but a weight of shape {shape:?} has only one")));
        }
        Ok(())
    }

    fn value(&self, simd: Simd, columns: usize, w: &[f32]) -> f64 {
        simd.run(Pairs { vectors: self.vectors(columns, w), gradient: None }) * self.share(columns, w)
    }

    fn add_gradient(&self, simd: Simd, columns: usize, w: &[f32], scale: f32, gradient: &mut [f32]) {
        let scale = f64::from(scale) * self.share(columns, w);
        simd.run(Pairs { vectors: self.vectors(columns, w), gradient: Some((scale, gradient)) });
    }
}

impl OrthogonalRegularizer {
    fn vectors<'a>(&self, columns: usize, w: &'a [f32]) -> Vectors<'a> {
        let rows = w.len() / columns;
        match self.mode {
            Mode::Rows => Vectors { w, count: rows, length: columns, step: columns, stride: 1 },
            Mode::Columns => Vectors { w, count: columns, length: rows, step: 1, stride: columns },
        }
    }

    /// factor divided by the number of pairs; 0 if there are none, as in a batch of one row.
    fn share(&self, columns: usize, w: &[f32]) -> f64 {
        let n = self.vectors(columns, w).count as f64;
        if n < 2.0 { 0.0 } else { self.factor / (n * (n - 1.0) / 2.0) }
    }
}

/// Rows or columns of a matrix.
#[derive(Clone, Copy)]
struct Vectors<'a> {
    w: &'a [f32],
    count: usize,
    length: usize,
    /// The distance from one vector to the next.
    step: usize,
    /// The distance from one number of a vector to the next.
    stride: usize,
}

impl Vectors<'_> {
    #[inline(always)]
    fn place(&self, vector: usize, k: usize) -> usize {
        vector * self.step + k * self.stride
    }

    #[inline(always)]
    fn dot(&self, a: usize, b: usize) -> f64 {
        let mut sum = 0.0;
        for k in 0..self.length {
            sum = f64::from(self.w[self.place(a, k)]).mul_add(f64::from(self.w[self.place(b, k)]), sum);
        }
        sum
    }

    /// 1 / |v|, 0 for a vector of zeros.
    #[inline(always)]
    fn inverse_norm(&self, vector: usize) -> f64 {
        let square = self.dot(vector, vector);
        if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 }
    }
}

/// The sum of |cosine| over all pairs, and scale times its gradient.
struct Pairs<'a> {
    vectors: Vectors<'a>,
    gradient: Option<(f64, &'a mut [f32])>,
}

impl Kernel for Pairs<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let Pairs { vectors: v, mut gradient } = self;
        let mut total = 0.0;
        for a in 0..v.count {
            let inverse_a = v.inverse_norm(a);
            for b in a + 1..v.count {
                let inverse_b = v.inverse_norm(b);
                let cosine = v.dot(a, b) * inverse_a * inverse_b;
                total += cosine.abs();
                let Some((scale, gradient)) = &mut gradient else { continue };
                if cosine == 0.0 {
                    continue;
                }
                let slope = *scale * cosine.signum();
                // d cosine / da = (b / |b| - cosine a / |a|) / |a|, and the same with a and b exchanged.
                for k in 0..v.length {
                    let (at_a, at_b) = (v.place(a, k), v.place(b, k));
                    let (unit_a, unit_b) = (f64::from(v.w[at_a]) * inverse_a, f64::from(v.w[at_b]) * inverse_b);
                    gradient[at_a] += (slope * inverse_a * (unit_b - cosine * unit_a)) as f32;
                    gradient[at_b] += (slope * inverse_b * (unit_a - cosine * unit_b)) as f32;
                }
            }
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_angles_cost_nothing_and_the_same_direction_costs_the_factor() {
        let simd = Simd::detect();
        let rows = OrthogonalRegularizer { factor: 0.5, ..OrthogonalRegularizer::default() };
        let columns = OrthogonalRegularizer { mode: Mode::Columns, ..rows.clone() };
        assert_eq!(rows.value(simd, 2, &[1.0, 2.0, -2.0, 1.0]), 0.0);
        assert!((rows.value(simd, 2, &[1.0, 2.0, 2.0, 4.0]) - 0.5).abs() < 1e-12);
        // Columns (1, 0) and (1, 1): a cosine of 1 / sqrt 2.
        assert!((columns.value(simd, 2, &[1.0, 1.0, 0.0, 1.0]) - 0.5 / 2.0_f64.sqrt()).abs() < 1e-12);
        assert!(rows.check(&[3]).is_err() && rows.check(&[1, 3]).is_err() && columns.check(&[1, 3]).is_ok());
    }

    #[test]
    fn the_gradient_is_that_of_differences() {
        let simd = Simd::detect();
        for mode in [Mode::Rows, Mode::Columns] {
            let regularizer = OrthogonalRegularizer { factor: 2.0, mode };
            let w = [0.5, -1.0, 2.0, 1.5, 0.25, -0.75];
            let mut gradient = [0.0; 6];
            regularizer.add_gradient(simd, 3, &w, 1.0, &mut gradient);
            for i in 0..6 {
                let at = |h: f32| {
                    let mut w = w;
                    w[i] += h;
                    regularizer.value(simd, 3, &w)
                };
                let h = 1.0 / 1024.0;
                let expected = (at(h) - at(-h)) / (2.0 * f64::from(h));
                assert!((f64::from(gradient[i]) - expected).abs() < 1e-5, "{mode} {i}");
            }
        }
    }
}
