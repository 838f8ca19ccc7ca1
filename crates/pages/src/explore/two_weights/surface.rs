//! A network of two weights: its error and gradient at any point, and the paths of optimizers.

use super::super::experiment::Experiment;
use crate::figure::{Axis, HeightGrid, Panel, Series, SeriesShape};
use treino::error::Result;
use treino::events::Gate;
use treino::layers::ConnectedLayer;
use treino::losses::Loss;
use treino::network::Network;
use treino::optimizers::{Optimizer, Updater};
use treino::rows::Matrix;
use treino::train::{Compile, Examples, Session, gradient};
use treino_engine::pool::Pool;
use treino_engine::random::{Purpose, Stream};
use treino_engine::simd::Simd;

/// Points of a surface along each axis.
const POINTS: usize = 41;

/// Contour lines.
const LEVELS: usize = 10;

/// A network of two weights over some rows.
pub struct Surface {
    network: Network,
    compile: Compile,
    x: Matrix,
    y: Matrix,
    simd: Simd,
}

/// A path on a surface.
pub struct DescentPath {
    /// The weights after each step; the first is the start.
    pub at: Vec<[f64; 2]>,
    /// The error over all rows there.
    pub errors: Vec<f64>,
}

impl Surface {
    /// A network of these layers.
    ///
    /// # Errors
    /// Returns an error for layers that do not fit the rows.
    ///
    /// # Panics
    /// If they do not have two weights in all.
    pub fn new(
        lab: &Experiment<'_>,
        x: &Matrix,
        y: &[f32],
        layers: &[ConnectedLayer],
        loss: impl Into<Loss>,
    ) -> Result<Self> {
        let network = Network::build(x.cols(), layers)?;
        assert_eq!(network.weights().len(), 2, "the surface of two weights");
        let compile = Compile::new(treino::optimizers::SGD::default(), loss, Vec::new());
        let y = Matrix::new(y.len(), 1, y.to_vec());
        Ok(Surface { network, compile, x: x.clone(), y, simd: lab.how.simd })
    }

    fn differentiate(&self, w: [f64; 2], rows: Option<&[u32]>) -> Result<(f64, [f64; 2])> {
        let mut network = self.network.clone();
        network.weights_mut().copy_from_slice(&w.map(|w| w as f32));
        let gate = Gate::new();
        let mut nobody = |_: &treino::events::Event| {};
        let session = Session { simd: self.simd, ..Session::new(1, &gate, &mut nobody) };
        let taken = rows.map(|rows| (taken(&self.x, rows), taken(&self.y, rows)));
        let (x, y) = taken.as_ref().map_or((&self.x, &self.y), |(x, y)| (x, y));
        let (error, g) = gradient(&network, &self.compile, Examples::new(x, y), 0, &session)?;
        Ok((error, [f64::from(g[0]), f64::from(g[1])]))
    }

    /// Error and gradient over all rows.
    ///
    /// # Errors
    /// No known cause.
    pub fn at(&self, w: [f64; 2]) -> Result<(f64, [f64; 2])> {
        self.differentiate(w, None)
    }

    /// The path of an optimizer: `steps` steps, each with some rows of a shuffled order, or with all.
    ///
    /// # Errors
    /// Returns an error for an optimizer whose options contradict each other.
    pub fn walk(
        &self,
        optimizer: &Optimizer,
        start: [f64; 2],
        steps: usize,
        batch: Option<usize>,
    ) -> Result<DescentPath> {
        let mut w = start.map(|w| w as f32);
        let mut updater = Updater::new(optimizer, self.network.program(), &w)?;
        let pool = Pool::new(1);
        let (mut at, mut errors) = (Vec::new(), Vec::new());
        let rows = self.x.rows();
        let mut order: Vec<u32> = (0..rows as u32).collect();
        let (mut next, mut epoch) = (rows, 0);
        for step in 0..=steps {
            let here = w.map(f64::from);
            let (error, whole) = self.at(here)?;
            at.push(here);
            errors.push(error);
            if step == steps || !error.is_finite() {
                break;
            }
            let slope = match batch.map(|batch| batch.min(rows)) {
                None => whole,
                Some(batch) => {
                    if next + batch > rows {
                        Stream::new(0, Purpose::Shuffle, "").at(epoch, 0).permutation(self.simd, &mut order);
                        (next, epoch) = (0, epoch + 1);
                    }
                    next += batch;
                    self.differentiate(here, Some(&order[next - batch..next]))?.1
                }
            };
            let mut slope = slope.map(|g| g as f32);
            updater.apply(self.simd, &pool, &mut w, &mut slope);
        }
        Ok(DescentPath { at, errors })
    }

    /// The end point of an optimizer that starts at (0, 0) or near it, after many steps.
    ///
    /// # Errors
    /// As [`Surface::walk`].
    pub fn lowest(&self) -> Result<[f64; 2]> {
        let adam = treino::optimizers::Adam { learning_rate: 0.05.into(), ..Default::default() };
        let way = self.walk(&adam.into(), [0.1, 0.1], 400, None)?;
        Ok(way.at[way.at.len() - 1])
    }

    /// The surface between two corners, as contour lines on axes for two weights.
    ///
    /// # Errors
    /// No known cause.
    pub fn panel(&self, title: String, corners: [[f64; 2]; 2], names: [String; 2]) -> Result<Panel> {
        let grid = HeightGrid::of(corners, POINTS, |a, b| self.at([a, b]).map(|(error, _)| error))?;
        let [x, y] = names;
        Ok(Panel {
            title,
            x: Axis::between(x, corners[0][0], corners[1][0]),
            y: Axis::between(y, corners[0][1], corners[1][1]),
            series: grid.lines(&grid.levels(LEVELS)),
            ..Panel::default()
        })
    }

    /// Arrows against the gradient on a coarse grid: the longest fills a cell.
    ///
    /// # Errors
    /// No known cause.
    pub fn arrows(&self, corners: [[f64; 2]; 2], n: usize) -> Result<SeriesShape> {
        let [low, high] = corners;
        let cell = [0, 1].map(|i| (high[i] - low[i]) / n as f64);
        let mut all = Vec::new();
        for row in 0..n {
            for column in 0..n {
                let from = [low[0] + (column as f64 + 0.5) * cell[0], low[1] + (row as f64 + 0.5) * cell[1]];
                let (_, g) = self.at(from)?;
                // In units of cells, so that the visible direction is right if axes have different lengths.
                all.push((from, [-g[0] / cell[0], -g[1] / cell[1]]));
            }
        }
        let length = |d: &[f64; 2]| (d[0] * d[0] + d[1] * d[1]).sqrt();
        let longest = all.iter().map(|(_, d)| length(d)).filter(|l| l.is_finite()).fold(0.0, f64::max);
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for (from, d) in all.iter().filter(|(_, d)| length(d) > 0.0 && length(d).is_finite()) {
            // The fourth root of the relative length: slopes differ by orders of magnitude, and all should be visible.
            let scale = (length(d) / longest).sqrt().sqrt() * 0.85 / length(d);
            let d = [d[0] * scale, d[1] * scale];
            let point = |along: f64, aside: f64| {
                [from[0] + (along * d[0] - aside * d[1]) * cell[0], from[1] + (along * d[1] + aside * d[0]) * cell[1]]
            };
            for [a, b] in [point(0.0, 0.0), point(1.0, 0.0), point(0.7, 0.15), point(1.0, 0.0), point(0.7, -0.15)] {
                x.push(a);
                y.push(b);
            }
            x.push(f64::NAN);
            y.push(f64::NAN);
        }
        Ok(SeriesShape::Line { x, y })
    }
}

fn taken(m: &Matrix, rows: &[u32]) -> Matrix {
    let data = rows.iter().flat_map(|row| m.row(*row as usize).iter().copied()).collect();
    Matrix::new(rows.len(), m.cols(), data)
}

impl DescentPath {
    /// The path as a line on the surface.
    pub fn series(&self, name: &str) -> Series {
        let (x, y) = (self.at.iter().map(|w| w[0]).collect(), self.at.iter().map(|w| w[1]).collect());
        Series::new(name, SeriesShape::Line { x, y })
    }

    /// The error after each step, from 0.
    pub fn fall(&self, name: &str) -> Series {
        let x = (0..self.errors.len()).map(|step| step as f64).collect();
        Series::new(name, SeriesShape::Line { x, y: self.errors.clone() })
    }

    /// The last error.
    pub fn end(&self) -> f64 {
        self.errors[self.errors.len() - 1]
    }

    /// Whether the error decreased in every step.
    pub fn falls(&self) -> bool {
        // Near a minimum, single precision rounds.
        let rounded = 1e-9 * self.errors[0];
        self.errors.windows(2).all(|pair| pair[1] <= pair[0] * (1.0 + 1e-6) + rounded)
    }
}

/// The second derivatives of the mean of (y - w1 x1 - w2 x2)^2: a, b on the diagonal and c off it; its eigenvalues, the
/// larger first.
pub fn curvature(x: &Matrix) -> [f64; 2] {
    let mean = |i: usize, j: usize| {
        let products = (0..x.rows()).map(|row| f64::from(x.get(row, i)) * f64::from(x.get(row, j)));
        2.0 * products.sum::<f64>() / x.rows() as f64
    };
    let (a, b, c) = (mean(0, 0), mean(1, 1), mean(0, 1));
    let (middle, half) = ((a + b) / 2.0, (((a - b) / 2.0).powi(2) + c * c).sqrt());
    // Computed from the determinant, to avoid the difference of nearly equal numbers.
    [middle + half, (a * b - c * c) / (middle + half)]
}

/// The best weights of a linear neuron without a bias.
pub fn least_squares(x: &Matrix, y: &[f32]) -> [f64; 2] {
    let sum = |f: &dyn Fn(usize) -> f64| (0..x.rows()).map(f).sum::<f64>();
    let at = |row: usize, i: usize| f64::from(x.get(row, i));
    let (a, b, c) = (sum(&|r| at(r, 0) * at(r, 0)), sum(&|r| at(r, 1) * at(r, 1)), sum(&|r| at(r, 0) * at(r, 1)));
    let (p, q) = (sum(&|r| at(r, 0) * f64::from(y[r])), sum(&|r| at(r, 1) * f64::from(y[r])));
    let determinant = a * b - c * c;
    if determinant == 0.0 { [0.0, 0.0] } else { [(b * p - c * q) / determinant, (a * q - c * p) / determinant] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curvature_and_minimum_are_those_of_the_normal_equations() {
        // X'X = [[14, 9], [9, 6]], whose eigenvalues are 10 +- sqrt(97); times 2 / 3.
        let x = Matrix::new(3, 2, vec![1.0, 1.0, 2.0, 1.0, 3.0, 2.0]);
        let [large, small] = curvature(&x);
        assert!((large - 2.0 / 3.0 * (10.0 + 97f64.sqrt())).abs() < 1e-12);
        assert!((small - 2.0 / 3.0 * (10.0 - 97f64.sqrt())).abs() < 1e-12);
        let y = [3.0, 4.0, 7.0];
        let [a, b] = least_squares(&x, &y);
        assert!((a - 1.0).abs() < 1e-12 && (b - 2.0).abs() < 1e-12);
    }
}
