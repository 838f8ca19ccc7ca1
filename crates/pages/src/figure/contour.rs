//! Contour lines of a surface on a grid (marching squares), as line series that every renderer can draw.

use super::{Series, SeriesShape};
use std::collections::BTreeMap;

/// A surface on a grid.
#[derive(Debug, Clone)]
pub(crate) struct HeightGrid {
    /// Horizontal positions, increasing.
    pub x: Vec<f64>,
    /// Vertical positions, increasing.
    pub y: Vec<f64>,
    /// Values: `z[row][column]`.
    pub z: Vec<Vec<f64>>,
}

/// An edge of the grid: from point (row, column) to the right, or upwards.
type Edge = (usize, usize, bool);

impl HeightGrid {
    /// Evaluates a function at `n` x `n` points between two corners.
    ///
    /// # Errors
    /// Returns the errors of the function.
    pub fn of<E>(
        [from, to]: [[f64; 2]; 2],
        n: usize,
        mut height: impl FnMut(f64, f64) -> Result<f64, E>,
    ) -> Result<HeightGrid, E> {
        let places = |low: f64, high: f64| (0..n).map(|i| low + (high - low) * i as f64 / (n - 1) as f64).collect();
        let (x, y): (Vec<f64>, Vec<f64>) = (places(from[0], to[0]), places(from[1], to[1]));
        let row = |y: &f64| x.iter().map(|x| height(*x, *y)).collect::<Result<Vec<f64>, E>>();
        let z = y.iter().map(row).collect::<Result<_, E>>()?;
        Ok(HeightGrid { x, y, z })
    }

    /// `n` levels between the lowest and the highest value, closer to each other near the lowest.
    pub fn levels(&self, n: usize) -> Vec<f64> {
        let [low, high] = super::style::bounds(self.z.iter().flatten());
        (1..=n).map(|i| low + (high - low) * (i as f64 / (n + 1) as f64).powi(2)).collect()
    }

    /// A thin grey line for each level.
    pub fn lines(&self, levels: &[f64]) -> Vec<Series> {
        let line = |level: &f64| {
            let (x, y) = self.line(*level);
            (!x.is_empty()).then(|| Series::reference("", SeriesShape::Line { x, y }))
        };
        levels.iter().filter_map(line).collect()
    }

    /// The points at one level, with a gap (NaN) between pieces. Between two grid points the surface is interpolated
    /// linearly; in an ambiguous cell, the mean of its corners decides.
    fn line(&self, level: f64) -> (Vec<f64>, Vec<f64>) {
        let mut joined: BTreeMap<Edge, Vec<Edge>> = BTreeMap::new();
        let mut join = |a: Edge, b: Edge| {
            joined.entry(a).or_default().push(b);
            joined.entry(b).or_default().push(a);
        };
        for row in 0..self.y.len().saturating_sub(1) {
            for column in 0..self.x.len().saturating_sub(1) {
                // Around the cell from its lower left corner, counterclockwise.
                let corners = [
                    self.z[row][column],
                    self.z[row][column + 1],
                    self.z[row + 1][column + 1],
                    self.z[row + 1][column],
                ];
                if corners.iter().any(|z| !z.is_finite()) {
                    continue;
                }
                let edges: [Edge; 4] =
                    [(row, column, true), (row, column + 1, false), (row + 1, column, true), (row, column, false)];
                let is_high = corners.map(|z| z >= level);
                let crossed: Vec<usize> = (0..4).filter(|i| is_high[*i] != is_high[(i + 1) % 4]).collect();
                match crossed[..] {
                    [a, b] => join(edges[a], edges[b]),
                    [..] if crossed.len() == 4 => {
                        let middle = corners.iter().sum::<f64>() / 4.0 >= level;
                        // Two opposite corners are connected through the middle; the others are cut off.
                        let pairs = if middle == is_high[0] { [[0, 1], [2, 3]] } else { [[3, 0], [1, 2]] };
                        pairs.into_iter().for_each(|[a, b]| join(edges[a], edges[b]));
                    }
                    _ => {}
                }
            }
        }
        let (mut x, mut y) = (Vec::new(), Vec::new());
        // Open pieces start at an end; the remaining ones are closed.
        while let Some(start) = joined.iter().find(|(_, n)| n.len() == 1).or_else(|| joined.iter().next()).map(|e| *e.0)
        {
            if !x.is_empty() {
                x.push(f64::NAN);
                y.push(f64::NAN);
            }
            let mut at = Some(start);
            while let Some(edge) = at {
                let [a, b] = self.crossing(edge, level);
                x.push(a);
                y.push(b);
                at = joined.get(&edge).and_then(|next| next.first().copied());
                if let Some(next) = at {
                    cut(&mut joined, edge, next);
                    cut(&mut joined, next, edge);
                }
            }
        }
        (x, y)
    }

    fn crossing(&self, (row, column, is_across): Edge, level: f64) -> [f64; 2] {
        let (to_row, to_column) = if is_across { (row, column + 1) } else { (row + 1, column) };
        let (from, to) = (self.z[row][column], self.z[to_row][to_column]);
        let share = if to == from { 0.5 } else { ((level - from) / (to - from)).clamp(0.0, 1.0) };
        let between = |a: f64, b: f64| a + share * (b - a);
        [between(self.x[column], self.x[to_column]), between(self.y[row], self.y[to_row])]
    }
}

/// Removes the connection of two edges, and an edge that has no others.
fn cut(joined: &mut BTreeMap<Edge, Vec<Edge>>, from: Edge, to: Edge) {
    if let Some(ways) = joined.get_mut(&from) {
        if let Some(at) = ways.iter().position(|way| *way == to) {
            ways.remove(at);
        }
        if ways.is_empty() {
            joined.remove(&from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(height: fn(f64, f64) -> f64) -> HeightGrid {
        HeightGrid::of([[-2.0, -2.0], [2.0, 2.0]], 81, |x, y| Ok::<f64, ()>(height(x, y))).unwrap()
    }

    #[test]
    fn a_bowl_has_circles() {
        let (x, y) = grid(|x, y| x * x + y * y).line(1.0);
        assert!(x.len() > 50 && x.iter().all(|x| x.is_finite()), "one closed piece");
        assert_eq!((x[0], y[0]), (x[x.len() - 1], y[y.len() - 1]));
        x.iter().zip(&y).for_each(|(x, y)| assert!(((x * x + y * y).sqrt() - 1.0).abs() < 1e-3));
        // Neighbours on the line are neighbours in the plane.
        let step = |i: usize| ((x[i] - x[i - 1]).powi(2) + (y[i] - y[i - 1]).powi(2)).sqrt();
        assert!((1..x.len()).all(|i| step(i) < 0.08));
    }

    #[test]
    fn a_saddle_has_two_open_pieces_and_gaps_stay_gaps() {
        let (x, y) = grid(|x, y| x * y).line(0.5);
        assert_eq!(x.iter().filter(|x| x.is_nan()).count(), 1);
        x.iter().zip(&y).filter(|(x, _)| x.is_finite()).for_each(|(x, y)| assert!((x * y - 0.5).abs() < 2e-3));
        let (x, _) = grid(|x, _| if x > 1.0 { f64::NAN } else { x }).line(2.5);
        assert!(x.is_empty());
        let (x, _) = grid(|x, y| if (x * 20.0 + y * 20.0).round() as i64 % 2 == 0 { 0.0 } else { 1.0 }).line(0.5);
        assert!(x.len() > 1000, "a chessboard, whose cells lie crosswise");
    }
}
